//! What lives in each cluster, added up: load and own nodes of every pool, and what counts against the cluster's limits.

use super::scene::{Home, Host, Scene};
use crate::inventory::Offer;
use crate::inventory::facts::Overhead;
use crate::vocab::resources::Resources;
use crate::vocab::tier::Form;

/// The sums of every host, in the scene's order.
pub struct Loads {
    /// One per host.
    pub hosts: Vec<HostLoad>,
}

/// The sums of one host.
#[derive(Default)]
pub struct HostLoad {
    /// One per pool, in the offer's order.
    pub pools: Vec<PoolLoad>,
    /// Pods of units, without those on private nodes, and of vclusters' control planes.
    pub pods: u64,
    /// Namespaces of units; one per vcluster.
    pub namespaces: u64,
    /// Services of units, without those on private nodes, and of vclusters.
    pub services: u64,
    /// Load balancers of units, without those on private nodes.
    pub load_balancers: u64,
    /// Units.
    pub units: u64,
}

/// The sums of one pool.
#[derive(Default)]
pub struct PoolLoad {
    /// What runs on shared nodes, control planes of vclusters included.
    pub shared: Resources,
    /// Nodes that carry it; nothing where no number of nodes does.
    pub shared_nodes: Option<u64>,
    /// Units' own nodes in the cluster.
    pub own_nodes: u64,
    /// Nodes joined to vclusters.
    pub private_nodes: u64,
    /// `max(min, shared + own)`.
    pub nodes: u64,
}

impl Loads {
    /// Adds up everything.
    pub fn of(scene: &Scene<'_>) -> Self {
        Self { hosts: scene.hosts.iter().map(|host| of_host(scene, host)).collect() }
    }
}

fn of_host(scene: &Scene<'_>, host: &Host<'_>) -> HostLoad {
    let mut load = HostLoad::default();
    load.pools.resize_with(host.ground.offer.pools.len(), PoolLoad::default);
    for home in scene.residents(host) {
        add_demand(scene, home, &mut load);
        if home.form.is_vcluster() {
            add_control_plane(overhead(scene, home), host.ground.offer, &mut load);
        }
    }
    for ((pool, offered), node) in load.pools.iter_mut().zip(&host.ground.offer.pools).zip(&host.ground.nodes) {
        pool.shared_nodes = node.count_for(&pool.shared);
        pool.nodes = offered.min.max(pool.shared_nodes.unwrap_or(0).saturating_add(pool.own_nodes));
    }
    load
}

fn add_demand(scene: &Scene<'_>, home: &Home<'_>, load: &mut HostLoad) {
    let private = home.form == Form::VclusterPrivate;
    load.units += 1;
    if !home.form.is_vcluster() {
        load.namespaces += home.tenant.namespaces;
    }
    for (index, planned) in home.pools.iter().zip(home.planned) {
        if has_shared_nodes(home.form) {
            load.pools[*index].shared += planned.resources;
        }
        if !private {
            load.pods += planned.resources.pods;
            load.services += planned.services;
            load.load_balancers += planned.load_balancers;
        }
    }
    for (index, nodes) in own_nodes(scene, home) {
        let pool = &mut load.pools[index];
        let count = if private { &mut pool.private_nodes } else { &mut pool.own_nodes };
        *count = count.saturating_add(nodes.unwrap_or(0));
    }
}

fn add_control_plane(overhead: &Overhead, offer: &Offer, load: &mut HostLoad) {
    load.pods += overhead.resources.pods;
    load.services += overhead.services;
    load.namespaces += 1;
    if let Some(platform) = offer.platform_pool {
        load.pools[platform].shared += overhead.resources;
    }
}

/// What a vcluster's control plane takes of its host.
pub const fn overhead<'a>(scene: &Scene<'a>, home: &Home<'_>) -> &'a Overhead {
    scene.inventory.facts.overhead(home.tenant.high_availability)
}

/// True where the unit's pods meet others on nodes.
pub const fn has_shared_nodes(form: Form) -> bool {
    match form {
        Form::NamespaceShared | Form::VclusterShared => true,
        Form::NamespaceDedicated | Form::VclusterDedicated | Form::VclusterPrivate | Form::Cluster => false,
    }
}

/// A unit's own nodes: per pool that it uses, in the order of its workloads, over the sum of its workloads there. Empty on
/// shared nodes; no number where something is asked that the pool lacks.
pub fn own_nodes(scene: &Scene<'_>, home: &Home<'_>) -> Vec<(usize, Option<u64>)> {
    if has_shared_nodes(home.form) {
        return Vec::new();
    }
    let mut sums: Vec<(usize, Resources)> = Vec::with_capacity(1);
    for (index, planned) in home.pools.iter().zip(home.planned) {
        match sums.iter_mut().find(|(pool, _)| pool == index) {
            Some((_, sum)) => *sum += planned.resources,
            None => sums.push((*index, planned.resources)),
        }
    }
    let nodes = &scene.host(home).ground.nodes;
    sums.into_iter().map(|(index, sum)| (index, nodes[index].count_for(&sum))).collect()
}
