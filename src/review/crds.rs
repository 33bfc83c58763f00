//! Check `crds`: where policy reserves custom resource definitions to the platform, who brings some lives in no namespace.

use super::Found;
use super::scene::Scene;
use crate::inventory::CrdPolicy;
use crate::vocab::tier::Tier;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    match scene.inventory.policy.crds {
        CrdPolicy::Tenants => return,
        CrdPolicy::Platform => {}
    }
    for home in scene.bound_by("crds") {
        if let (Tier::Namespace, Some(crd)) = (home.form.tier(), home.tenant.crds.first()) {
            let message = format!(
                "{} brings `{crd}` and lives in a namespace; policy reserves definitions to the platform",
                home.words()
            );
            found.finding("crds", message, Some(home.tenant.at.of("crds")));
        }
    }
}
