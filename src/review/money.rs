//! Money per month by kind, recomputed from prices and counts, to the micro-unit.

use std::collections::HashSet;

use super::Found;
use super::arithmetic::{cost, money, spread};
use super::loads::{HostLoad, Loads, overhead};
use super::scene::{Home, Host, Scene};
use crate::inventory::facts::SupportPhase;
use crate::plan::Action;
use crate::vocab::money::Money;
use crate::vocab::tier::Tier;

/// Checks the plan's money and its clusters', and returns it by kind in micro-units, in the order in which it is shown.
pub fn check(scene: &Scene<'_>, loads: &Loads, moved: &HashSet<usize>, found: &mut Found) -> [i128; 7] {
    let (mut planes, mut extended, mut nodes, mut licences, mut toil, mut used, mut one_off) = (0, 0, 0, 0, 0, 0, 0);
    for (host, load) in scene.hosts.iter().zip(&loads.hosts) {
        one_off += change(scene, host);
        if host.stays() {
            let running = running(scene, host, load);
            planes += running.plane;
            extended += running.extended;
            toil += running.toil;
            nodes += running.nodes;
        }
        monthly(scene, host, load, found);
    }
    for home in &scene.homes {
        let own = own(scene, home, moved);
        licences += own.licence;
        toil += own.toil;
        used += own.used;
        one_off += own.moving;
    }
    let kinds = [planes, extended, nodes, licences, toil, used, one_off];
    for ((kind, claimed), is) in scene.plan.money.each().into_iter().zip(kinds) {
        if i128::from(claimed.0) != is {
            let message =
                format!("{kind}: the plan says {claimed} a month, its clusters and homes make it {}", money(is));
            found.finding("money", exactly(message, claimed.0, is), None);
        }
    }
    kinds
}

/// What a cluster that runs costs a month, whoever lives in it.
struct Running {
    plane: i128,
    extended: i128,
    toil: i128,
    nodes: i128,
}

fn running(scene: &Scene<'_>, host: &Host<'_>, load: &HostLoad) -> Running {
    let prices = &scene.inventory.facts.extended_price;
    // Past its end it is still charged: a cluster that nobody supports must not look cheaper than one that somebody does.
    let extended = match host.phase {
        SupportPhase::Standard => Money::ZERO,
        SupportPhase::Extended | SupportPhase::Ended => prices.get(&host.offer.provider).copied().unwrap_or_default(),
    };
    let pools = host.offer.pools.iter().zip(&load.pools);
    Running {
        plane: cost(host.offer.control_plane.price, 1),
        extended: cost(extended, 1),
        toil: cost(scene.inventory.policy.toil.cluster, 1),
        nodes: pools.map(|(pool, load)| cost(pool.price, load.nodes) + cost(pool.price, load.private_nodes)).sum(),
    }
}

/// A cluster's money per month: control plane, extended support, toil and nodes; nothing where it closes.
pub fn of_cluster(scene: &Scene<'_>, host: &Host<'_>, load: &HostLoad) -> i128 {
    if !host.stays() {
        return 0;
    }
    let Running { plane, extended, toil, nodes } = running(scene, host, load);
    plane + extended + toil + nodes
}

/// What opening or closing a cluster costs, spread.
pub fn change(scene: &Scene<'_>, host: &Host<'_>) -> i128 {
    let policy = &scene.inventory.policy;
    match host.planned.action {
        Action::Keep => 0,
        Action::Open => spread(policy.once.open, policy.payback_months),
        Action::Close => spread(policy.once.close, policy.payback_months),
    }
}

fn monthly(scene: &Scene<'_>, host: &Host<'_>, load: &HostLoad, found: &mut Found) {
    let (claimed, is) = (host.planned.monthly, of_cluster(scene, host, load));
    if i128::from(claimed.0) != is {
        let message = format!(
            "cluster `{}`: the plan says {claimed} a month, control plane, support, toil and nodes make it {}",
            host.name(),
            money(is)
        );
        found.finding("cluster-monthly", exactly(message, claimed.0, is), None);
    }
}

/// What a unit costs beside nodes.
pub struct Own {
    licence: i128,
    toil: i128,
    used: i128,
    moving: i128,
}

impl Own {
    /// All of it.
    pub const fn total(&self) -> i128 {
        self.licence + self.toil + self.used + self.moving
    }
}

/// A unit's licence, toil, storage, load balancers and move.
pub fn own(scene: &Scene<'_>, home: &Home<'_>, moved: &HashSet<usize>) -> Own {
    let (inventory, prices) = (scene.inventory, &scene.host(home).offer.prices);
    let planned = home.total();
    let is_vcluster = home.form.is_vcluster();
    let backing = if is_vcluster { overhead(scene, home).storage } else { 0 };
    let policy = &inventory.policy;
    Own {
        licence: if is_vcluster { cost(inventory.vcluster.price, 1) } else { 0 },
        toil: match home.form.tier() {
            Tier::Namespace => cost(policy.toil.namespace, home.tenant.namespaces),
            Tier::Vcluster => cost(policy.toil.vcluster, 1),
            Tier::Cluster => 0,
        },
        used: cost(prices.storage, planned.storage)
            + cost(prices.storage, backing)
            + cost(prices.load_balancer, planned.load_balancers),
        moving: if moved.contains(&home.unit) { spread(policy.once.moving, policy.payback_months) } else { 0 },
    }
}

/// Two amounts can look alike with two digits after the point; then the micro-units are said.
fn exactly(message: String, claimed: i64, is: i128) -> String {
    let off = i128::from(claimed) - is;
    if off.abs() < 10_000 { format!("{message} ({off} millionths off)") } else { message }
}
