//! Check `blast-radius`: the importance that one shared cluster holds is at most its share of the fleet's.

use super::Found;
use super::arithmetic::share_of;
use super::scene::Scene;
use crate::inventory::Inventory;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    let policy = &scene.inventory.policy;
    let (fleet, most) = (fleet(scene.inventory), cap(scene.inventory));
    for host in scene.shared_hosts() {
        let held: u64 = scene.residents(host).map(|home| home.tenant.importance).sum();
        if held > most {
            let message = format!(
                "cluster `{}` holds importance {held}; {} of the fleet's {fleet} is {most}",
                host.name(),
                policy.max_importance_share
            );
            found.finding("blast-radius", message, Some(policy.at.of("max_importance_share")));
        }
    }
}

/// The importance of all units.
fn fleet(inventory: &Inventory) -> u64 {
    inventory.tenants.iter().map(|tenant| tenant.importance * tenant.sites.len().max(1) as u64).sum()
}

/// The importance that one shared cluster holds at most.
pub fn cap(inventory: &Inventory) -> u64 {
    share_of(fleet(inventory), inventory.policy.max_importance_share)
}
