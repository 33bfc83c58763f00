//! Check `capacity`: every workload's shape fits its pool: its largest pod one node, all of it the pool's most nodes.

use super::Found;
use super::loads::overhead;
use super::scene::{Home, Scene};
use crate::vocab::resources::Resource;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    for home in &scene.homes {
        workloads(scene, home, found);
        if home.form.is_vcluster() {
            control_plane(scene, home, found);
        }
    }
}

fn workloads(scene: &Scene<'_>, home: &Home<'_>, found: &mut Found) {
    let host = scene.host(home);
    for ((workload, pool, planned), index) in home.parts(host.offer).zip(&home.pools) {
        let node = &host.nodes[*index];
        let place = || format!("pool `{}` of cluster `{}`", pool.name, host.name());
        let too_large =
            |resource: &Resource| workload.largest_pod.is_some_and(|pod| pod.get(*resource) > node.raw.get(*resource));
        let message = if let Some(resource) = Resource::ALL.into_iter().find(too_large) {
            format!("asks for a pod with more {resource} than a node of {} has", place())
        } else {
            match node.count_for(&planned.resources) {
                None => format!("asks for a resource that {} has none of for tenants", place()),
                Some(nodes) if nodes > pool.max => {
                    format!("needs {nodes} nodes; {} has {} at most", place(), pool.max)
                }
                Some(_) => continue,
            }
        };
        let message = format!("{} of {} {message}", workload.words(), home.words());
        found.finding("capacity", message, Some(workload.at.of("demand")));
    }
}

fn control_plane(scene: &Scene<'_>, home: &Home<'_>, found: &mut Found) {
    let host = scene.host(home);
    let Some(platform) = host.offer.platform_pool else { return };
    let pool = &host.offer.pools[platform];
    if host.nodes[platform].count_for(&overhead(scene, home).resources).is_none() {
        let message = format!(
            "the control plane of the vcluster of {} asks for a resource that pool `{}` of cluster `{}` has none of",
            home.words(),
            pool.name,
            host.name()
        );
        found.finding("capacity", message, Some(pool.at.header()));
    }
}
