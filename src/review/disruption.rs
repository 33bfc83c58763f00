//! Check `disruption`: the control plane is never away for longer than the tenant tolerates, in any tier.

use super::Found;
use super::ground::Case;
use super::scene::Scene;
use crate::vocab::calendar::Seconds;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    for home in scene.bound_by("disruption") {
        let host = scene.host(home);
        let outage = host.ground.offer.control_plane.disruption;
        if let Some(tolerated) = exceeded(&scene.case(home)) {
            let message = format!(
                "{} tolerates an outage of {tolerated}; cluster `{}` takes {outage}",
                home.words(),
                host.name()
            );
            found.finding("disruption", message, Some(home.tenant.at.of("disruption")));
        }
    }
}

/// True where the control plane is never away for too long.
pub fn allows(case: &Case<'_>) -> bool {
    exceeded(case).is_none()
}

/// What the tenant tolerates, where the control plane may be away for longer.
fn exceeded(case: &Case<'_>) -> Option<Seconds> {
    case.tenant.disruption.filter(|tolerated| case.ground.offer.control_plane.disruption.0 > tolerated.0)
}
