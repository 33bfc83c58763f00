//! Check `edition`: vclusters use only what chart and licence include, on hosts that can run their control planes.

use super::Found;
use super::scene::Scene;
use crate::inventory::{Feature, Missing};
use crate::vocab::tier::Form;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    let vcluster = &scene.inventory.vcluster;
    let span = Some(vcluster.at.of("edition"));
    let lack = |feature| match vcluster.feature(feature) {
        Ok(()) => None,
        Err(Missing::Chart { from }) => Some(format!("chart 0.{from}; the inventory has {}", vcluster.chart)),
        Err(Missing::Edition { from }) => Some(format!("edition `{from}`; the inventory has `{}`", vcluster.edition)),
        Err(Missing::Distro { needs }) => Some(format!("distro `{needs}`; the inventory has `{}`", vcluster.distro)),
    };
    let replicas = lack(Feature::HighAvailability);
    let (private_nodes, runtime_class) = (lack(Feature::PrivateNodes), lack(Feature::RuntimeClass));
    for home in scene.homes.iter().filter(|home| home.form.is_vcluster()) {
        let host = scene.host(home);
        if host.offer.platform_pool.is_none() {
            let message = format!(
                "cluster `{}` has no pool for the control plane of the vcluster of {}",
                host.name(),
                home.words()
            );
            found.finding("edition", message, Some(host.at.header()));
        }
        if let Some(lack) = replicas.as_ref().filter(|_| home.tenant.high_availability) {
            found.finding("edition", format!("{} is highly available, which needs {lack}", home.words()), span);
        }
        if let Some(lack) = private_nodes.as_ref().filter(|_| home.form == Form::VclusterPrivate) {
            found.finding("edition", format!("{} has private nodes, which need {lack}", home.words()), span);
        }
        if let Some(lack) = &runtime_class
            && home.parts(host.offer).any(|(_, pool, _)| pool.runtime.is_sandbox())
        {
            found.finding(
                "edition",
                format!("{} is a vcluster on a sandboxed pool, which needs {lack}", home.words()),
                span,
            );
        }
    }
}
