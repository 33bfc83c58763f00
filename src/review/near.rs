//! Check `near`: tenants of a pair share a cluster, site by site, and none of them has a cluster of its own.

use super::Found;
use super::scene::Scene;
use crate::vocab::name::Residency;
use crate::vocab::tier::{Form, Tier};

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    for (index, tenant) in scene.inventory.tenants.iter().enumerate().filter(|(_, tenant)| !tenant.near.is_empty()) {
        let span = Some(tenant.at.of("near"));
        for (other, friend) in tenant.near.iter().filter_map(|name| scene.inventory.tenant(name)) {
            for (home, theirs) in
                scene.homes_of(index).flat_map(|home| scene.homes_of(other).map(move |theirs| (home, theirs)))
            {
                if !is_one_site(home.placement.site.as_ref(), theirs.placement.site.as_ref()) {
                    continue;
                }
                if home.host != theirs.host {
                    let message = format!(
                        "{} and {} are near and live in `{}` and `{}`",
                        home.words(),
                        theirs.words(),
                        scene.host(home).name(),
                        scene.host(theirs).name()
                    );
                    found.finding("near", message, span);
                } else if let Some(own) = [home, theirs].into_iter().find(|home| !allows(home.form)) {
                    let message = format!(
                        "tenants `{}` and `{}` are near, and {} has a cluster of its own",
                        tenant.name,
                        friend.name,
                        own.words()
                    );
                    found.finding("near", message, span);
                }
            }
        }
    }
}

/// Site by site; a tenant without sites is near each site of the other.
pub fn is_one_site(own: Option<&Residency>, theirs: Option<&Residency>) -> bool {
    match (own, theirs) {
        (Some(site), Some(other)) => site == other,
        (None, _) | (_, None) => true,
    }
}

/// True where who must share a cluster can live so.
pub fn allows(form: Form) -> bool {
    form.tier() != Tier::Cluster
}
