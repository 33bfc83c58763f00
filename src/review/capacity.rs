//! Check `capacity`: every workload's shape fits its pool: its largest pod one node, all of it the pool's most nodes.

use super::Found;
use super::arithmetic::Node;
use super::ground::Ground;
use super::loads::overhead;
use super::scene::{Home, Scene};
use crate::inventory::facts::Overhead;
use crate::inventory::{Pool, Workload};
use crate::vocab::resources::{Resource, Resources};

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
    for ((workload, pool, planned), index) in home.parts(host.ground.offer).zip(&home.pools) {
        let node = &host.ground.nodes[*index];
        if allows_pool(workload, &planned.resources, pool, node) {
            continue;
        }
        let place = || format!("pool `{}` of cluster `{}`", pool.name, host.name());
        let too_large =
            |resource: &Resource| workload.largest_pod.is_some_and(|pod| pod.get(*resource) > node.raw.get(*resource));
        let message = if let Some(resource) = Resource::ALL.into_iter().find(too_large) {
            format!("asks for a pod with more {resource} than a node of {} has", place())
        } else {
            match node.count_for(&planned.resources) {
                None => format!("asks for a resource that {} has none of for tenants", place()),
                Some(nodes) => format!("needs {nodes} nodes; {} has {} at most", place(), pool.max),
            }
        };
        let message = format!("{} of {} {message}", workload.words(), home.words());
        found.finding("capacity", message, Some(workload.at.of("demand")));
    }
}

/// True where a workload's largest pod fits a node and all of it the pool's most nodes.
pub fn allows_pool(workload: &Workload, planned: &Resources, pool: &Pool, node: &Node) -> bool {
    workload.largest_pod.is_none_or(|pod| pod.fits(&node.raw)) && node.carries(planned, pool.max)
}

/// True where the pool for control planes, if there is one, has what a vcluster's asks for.
pub fn allows_control_plane(ground: &Ground<'_>, overhead: &Overhead) -> bool {
    ground.offer.platform_pool.is_none_or(|pool| ground.nodes[pool].count_for(&overhead.resources).is_some())
}

fn control_plane(scene: &Scene<'_>, home: &Home<'_>, found: &mut Found) {
    let host = scene.host(home);
    let Some(platform) = host.ground.offer.platform_pool else { return };
    let pool = &host.ground.offer.pools[platform];
    if !allows_control_plane(&host.ground, overhead(scene, home)) {
        let message = format!(
            "the control plane of the vcluster of {} asks for a resource that pool `{}` of cluster `{}` has none of",
            home.words(),
            pool.name,
            host.name()
        );
        found.finding("capacity", message, Some(pool.at.header()));
    }
}
