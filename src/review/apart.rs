//! Check `apart`: no unit of one tenant of a pair is in a cluster with a unit of the other.

use std::collections::HashSet;

use super::Found;
use super::scene::{Home, Scene};

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    let mut said = HashSet::new();
    for (index, tenant) in scene.inventory.tenants.iter().enumerate().filter(|(_, tenant)| !tenant.apart.is_empty()) {
        let own: Vec<&Home<'_>> = scene.homes_of(index).collect();
        for (other, rival) in tenant.apart.iter().filter_map(|name| scene.inventory.tenant(name)) {
            for theirs in scene.homes_of(other) {
                let together = own.iter().any(|home| home.host == theirs.host);
                if together && said.insert((index.min(other), index.max(other), theirs.host)) {
                    let message = format!(
                        "tenants `{}` and `{}` are apart and share cluster `{}`",
                        tenant.name,
                        rival.name,
                        scene.host(theirs).name()
                    );
                    found.finding("apart", message, Some(tenant.at.of("apart")));
                }
            }
        }
    }
}
