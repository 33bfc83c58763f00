//! Check `crds`: where policy reserves custom resource definitions to the platform, who brings some lives in no namespace.

use super::Found;
use super::ground::Case;
use super::scene::Scene;
use crate::inventory::{Crd, CrdPolicy};
use crate::vocab::tier::Tier;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    for home in scene.bound_by("crds") {
        if let Some(crd) = reserved(&scene.case(home)) {
            let message = format!(
                "{} brings `{crd}` and lives in a namespace; policy reserves definitions to the platform",
                home.words()
            );
            found.finding("crds", message, Some(home.tenant.at.of("crds")));
        }
    }
}

/// True where nobody but the platform brings definitions into a namespace, or policy does not mind.
pub fn allows(case: &Case<'_>) -> bool {
    reserved(case).is_none()
}

/// The first definition that the tenant may not bring here.
fn reserved<'c>(case: &Case<'c>) -> Option<&'c Crd> {
    match (case.inventory.policy.crds, case.form.tier()) {
        (CrdPolicy::Platform, Tier::Namespace) => case.tenant.crds.first(),
        (CrdPolicy::Platform, Tier::Vcluster | Tier::Cluster) | (CrdPolicy::Tenants, _) => None,
    }
}
