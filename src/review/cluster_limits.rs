//! Check `cluster-limits`: what a cluster holds stays within its limits, shared or dedicated.

use super::Found;
use super::loads::{HostLoad, Loads};
use super::scene::Scene;
use crate::inventory::Limits;

pub fn check(scene: &Scene<'_>, loads: &Loads, found: &mut Found) {
    for (host, load) in scene.hosts.iter().zip(&loads.hosts).filter(|(host, _)| host.stays()) {
        let HostLoad { pools, pods, namespaces, services, load_balancers, units } = load;
        let all_nodes = pools.iter().fold(0_u64, |sum, pool| sum.saturating_add(pool.nodes));
        let limits = host.ground.offer.limits;
        let Limits { nodes, pods: most_pods, pod_addresses, namespaces: most_namespaces, .. } = limits;
        let rows = [
            ("nodes", all_nodes, nodes),
            ("pods", *pods, most_pods),
            ("pod addresses", *pods, pod_addresses),
            ("namespaces", *namespaces, most_namespaces),
            ("services", *services, limits.services),
            ("load balancers", *load_balancers, limits.load_balancers),
            ("units", *units, limits.tenants),
        ];
        for (what, held, most) in rows {
            if held > most {
                let message = format!("cluster `{}` holds {held} {what}; its limit is {most}", host.name());
                found.finding("cluster-limits", message, Some(host.at.of("limits")));
            }
        }
    }
}
