//! Check `residency`: a home is in one of its tenant's residencies, and at its site.

use super::Found;
use super::ground::Case;
use super::scene::Scene;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    for home in scene.bound_by("residency") {
        let (host, case) = (scene.host(home), scene.case(home));
        if !allows(&case) {
            let is = &host.ground.offer.residency;
            let key = if is_off_site(&case) { "sites" } else { "residency" };
            let message = format!("{} lives in cluster `{}`, which is in `{is}`", home.words(), host.name());
            found.finding("residency", message, Some(home.tenant.at.of(key)));
        }
    }
}

/// True where the home is in one of the tenant's residencies, and at its site.
pub fn allows(case: &Case<'_>) -> bool {
    let asked = &case.tenant.residency;
    !is_off_site(case) && (asked.is_empty() || asked.contains(&case.ground.offer.residency))
}

fn is_off_site(case: &Case<'_>) -> bool {
    case.site.is_some_and(|site| *site != case.ground.offer.residency)
}
