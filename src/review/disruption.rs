//! Check `disruption`: the control plane is never away for longer than the tenant tolerates, in any tier.

use super::Found;
use super::scene::Scene;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    for home in scene.bound_by("disruption") {
        let host = scene.host(home);
        let outage = host.offer.control_plane.disruption;
        if let Some(tolerated) = home.tenant.disruption.filter(|tolerated| outage.0 > tolerated.0) {
            let message = format!(
                "{} tolerates an outage of {tolerated}; cluster `{}` takes {outage}",
                home.words(),
                host.name()
            );
            found.finding("disruption", message, Some(home.tenant.at.of("disruption")));
        }
    }
}
