//! Counts of nodes: each unit's own, and each pool's shared, dedicated, private and all together, exactly.

use super::Found;
use super::loads::{HostLoad, Loads, own_nodes};
use super::scene::{Home, Host, Scene};
use crate::plan::PlannedPool;

pub fn check(scene: &Scene<'_>, loads: &Loads, found: &mut Found) {
    for home in &scene.homes {
        own(scene, home, found);
    }
    for (host, load) in scene.hosts.iter().zip(&loads.hosts) {
        if host.stays() {
            pools(host, load, found);
        } else if !host.planned.pools.is_empty() {
            let message = format!("cluster `{}` is closed and still has pools in the plan", host.name());
            found.finding("pool-nodes", message, None);
        }
    }
}

/// A placement notes own nodes at the first workload of each pool; the others have 0.
fn own(scene: &Scene<'_>, home: &Home<'_>, found: &mut Found) {
    let own = own_nodes(scene, home);
    let mut noted = vec![false; own.len()];
    for (placed, pool) in home.placement.pools.iter().zip(&home.pools) {
        let at = own.iter().position(|(index, _)| index == pool);
        let first = at.filter(|at| !std::mem::replace(&mut noted[*at], true));
        let expected = first.map_or(Some(0), |at| own[at].1);
        if expected.is_some_and(|expected| expected != placed.nodes) {
            let message = format!(
                "workload `{}` of {} has {} nodes of its own in pool `{}`; its load makes it {}",
                placed.workload,
                home.words(),
                placed.nodes,
                placed.pool,
                expected.unwrap_or(0)
            );
            found.finding("own-nodes", message, Some(home.tenant.at.header()));
        }
    }
}

fn pools(host: &Host<'_>, load: &HostLoad, found: &mut Found) {
    let (name, offered) = (host.name(), &host.ground.offer.pools);
    if !host.planned.pools.iter().map(|pool| &pool.pool).eq(offered.iter().map(|pool| &pool.name)) {
        let listed: Vec<_> = offered.iter().map(|pool| format!("`{}`", pool.name)).collect();
        let message = format!("cluster `{name}` does not list its pools in order: {}", listed.join(", "));
        found.finding("pool-nodes", message, None);
        return;
    }
    for (PlannedPool { pool, nodes, shared, dedicated, private }, load) in host.planned.pools.iter().zip(&load.pools) {
        // Where no number of nodes carries a load, `capacity` has said so.
        let Some(shared_nodes) = load.shared_nodes else { continue };
        let counts = [
            ("shared", *shared, shared_nodes),
            ("dedicated", *dedicated, load.own_nodes),
            ("private", *private, load.private_nodes),
            ("nodes", *nodes, load.nodes),
        ];
        for (key, claimed, is) in counts {
            if claimed != is {
                let message = format!(
                    "pool `{pool}` of cluster `{name}`: the plan says {key} = {claimed}; the load makes it {is}"
                );
                found.finding("pool-nodes", message, None);
            }
        }
    }
}
