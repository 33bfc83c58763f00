//! Money per month by kind, recomputed from prices and counts, to the micro-unit.

use std::collections::HashSet;

use super::Found;
use super::arithmetic::{cost, money, spread};
use super::ground::{Case, Ground};
use super::loads::{HostLoad, Loads};
use super::scene::{Home, Host, Scene};
use crate::inventory::Inventory;
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

/// Control plane, extended support and toil of a cluster that runs.
pub fn fixed(inventory: &Inventory, ground: &Ground<'_>) -> [i128; 3] {
    let prices = &inventory.facts.extended_price;
    // Past its end it is still charged: a cluster that nobody supports must not look cheaper than one that somebody does.
    let extended = match ground.phase {
        SupportPhase::Standard => Money::ZERO,
        SupportPhase::Extended | SupportPhase::Ended => prices.get(&ground.offer.provider).copied().unwrap_or_default(),
    };
    [cost(ground.offer.control_plane.price, 1), cost(extended, 1), cost(inventory.policy.toil.cluster, 1)]
}

fn running(scene: &Scene<'_>, host: &Host<'_>, load: &HostLoad) -> Running {
    let [plane, extended, toil] = fixed(scene.inventory, &host.ground);
    let pools = host.ground.offer.pools.iter().zip(&load.pools);
    Running {
        plane,
        extended,
        toil,
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
    of_case(&scene.case(home), moved.contains(&home.unit))
}

/// What the unit of a home that is or could be costs beside nodes.
pub fn of_case(case: &Case<'_>, moved: bool) -> Own {
    let (inventory, prices) = (case.inventory, &case.ground.offer.prices);
    let planned = case.total();
    let is_vcluster = case.form.is_vcluster();
    let backing = if is_vcluster { inventory.facts.overhead(case.tenant.high_availability).storage } else { 0 };
    let policy = &inventory.policy;
    Own {
        licence: if is_vcluster { cost(inventory.vcluster.price, 1) } else { 0 },
        toil: match case.form.tier() {
            Tier::Namespace => cost(policy.toil.namespace, case.tenant.namespaces),
            Tier::Vcluster => cost(policy.toil.vcluster, 1),
            Tier::Cluster => 0,
        },
        used: cost(prices.storage, planned.storage)
            + cost(prices.storage, backing)
            + cost(prices.load_balancer, planned.load_balancers),
        moving: if moved { spread(policy.once.moving, policy.payback_months) } else { 0 },
    }
}

/// Two amounts can look alike with two digits after the point; then the micro-units are said.
fn exactly(message: String, claimed: i64, is: i128) -> String {
    let off = i128::from(claimed) - is;
    if off.abs() < 10_000 { format!("{message} ({off} millionths off)") } else { message }
}
