//! Check `edition`: vclusters use only what chart and licence include, on hosts that can run their control planes.

use super::Found;
use super::ground::Case;
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
        if host.ground.offer.platform_pool.is_none() {
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
            && home.parts(host.ground.offer).any(|(_, pool, _)| pool.runtime.is_sandbox())
        {
            found.finding(
                "edition",
                format!("{} is a vcluster on a sandboxed pool, which needs {lack}", home.words()),
                span,
            );
        }
    }
}

/// True where chart, licence and host can run the vcluster, as far as it can be told without pools.
pub fn allows(case: &Case<'_>) -> bool {
    let has = |feature| case.inventory.vcluster.feature(feature).is_ok();
    !case.form.is_vcluster()
        || case.ground.offer.platform_pool.is_some()
            && (case.form != Form::VclusterPrivate || has(Feature::PrivateNodes))
            && (!case.tenant.high_availability || has(Feature::HighAvailability))
}

/// True where chart and licence can put the vcluster's pods on a pool.
pub fn allows_pool(case: &Case<'_>, pool: usize) -> bool {
    let sandboxed = case.form.is_vcluster() && case.pool(pool).runtime.is_sandbox();
    !sandboxed || case.inventory.vcluster.feature(Feature::RuntimeClass).is_ok()
}
