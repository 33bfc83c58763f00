//! Check `class-limit`: a class has at most as many copies as it may, those that an earlier plan opened included.

use std::collections::BTreeMap;

use super::Found;
use super::scene::Scene;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    let mut copies: BTreeMap<_, u64> = BTreeMap::new();
    for host in scene.hosts.iter().filter(|host| host.stays()) {
        // A cluster of the inventory is no copy, whatever the plan says.
        if let Some(class) = host.planned.class.as_ref().filter(|_| scene.inventory.cluster(host.name()).is_none()) {
            *copies.entry(class).or_default() += 1;
        }
    }
    for (name, count) in copies {
        let Some(class) = scene.inventory.class(name) else { continue };
        if count > u64::from(class.open_at_most) {
            let message = format!("class `{name}` has {count} copies and may have {}", class.open_at_most);
            found.finding("class-limit", message, Some(class.at.of("open_at_most")));
        }
    }
}
