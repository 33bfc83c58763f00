//! Check `pool-limits`: the nodes of a pool are at most its maximum, the cluster's and the private ones each.

use super::Found;
use super::loads::Loads;
use super::scene::Scene;

pub fn check(scene: &Scene<'_>, loads: &Loads, found: &mut Found) {
    for (host, load) in scene.hosts.iter().zip(&loads.hosts).filter(|(host, _)| host.stays()) {
        for (pool, load) in host.ground.offer.pools.iter().zip(&load.pools) {
            for (kind, nodes) in [("nodes", load.nodes), ("private nodes", load.private_nodes)] {
                if nodes > pool.max {
                    let message = format!(
                        "pool `{}` of cluster `{}` needs {nodes} {kind} and has {} at most",
                        pool.name,
                        host.name(),
                        pool.max
                    );
                    found.finding("pool-limits", message, Some(pool.at.of("nodes")));
                }
            }
        }
    }
}
