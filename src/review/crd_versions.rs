//! Check `crd-versions`: a shared cluster has one version of a custom resource definition among its namespace tenants.

use std::collections::HashMap;

use super::Found;
use super::scene::Scene;
use crate::inventory::Crd;
use crate::vocab::name::TenantName;
use crate::vocab::tier::Tier;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    for host in scene.shared_hosts() {
        let mut versions: HashMap<&str, (&Crd, &TenantName)> = HashMap::new();
        for home in scene.residents(host).filter(|home| home.form.tier() == Tier::Namespace) {
            for crd in &home.tenant.crds {
                let (first, whose) = *versions.entry(&crd.name).or_insert((crd, &home.tenant.name));
                if first.version != crd.version {
                    let message = format!(
                        "tenants `{whose}` and `{}` bring `{first}` and `{crd}` into the namespaces of cluster `{}`",
                        home.tenant.name,
                        host.name()
                    );
                    found.finding("crd-versions", message, Some(home.tenant.at.of("crds")));
                }
            }
        }
    }
}
