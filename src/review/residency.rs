//! Check `residency`: a home is in one of its tenant's residencies, and at its site.

use super::Found;
use super::scene::Scene;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    for home in scene.bound_by("residency") {
        let (host, asked) = (scene.host(home), &home.tenant.residency);
        let is = &host.offer.residency;
        let off_site = home.placement.site.as_ref().is_some_and(|site| site != is);
        if off_site || !(asked.is_empty() || asked.contains(is)) {
            let key = if off_site { "sites" } else { "residency" };
            let message = format!("{} lives in cluster `{}`, which is in `{is}`", home.words(), host.name());
            found.finding("residency", message, Some(home.tenant.at.of(key)));
        }
    }
}
