//! How long the independent check takes: `cargo run --release --example review-bench -- [tenants] [seed]`.
//!
//! A fleet from the benchmark's generator, the plan that fleetplan makes for it within ten seconds, and a certificate of one leaf: prices
//! that split each node's price over its CPU and memory. Reading is not measured; every figure is the best of five.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "fleet-bench/population/mod.rs"]
mod population;

use std::collections::BTreeMap;
use std::error::Error;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use fleetplan::inventory::{self, Inventory, Offer};
use fleetplan::plan::certificate::{Certificate, Dimension, Group, GroupPrices, Members, Node, Part, Prices, UNIT};
use fleetplan::plan::{Action, Plan, Status};
use fleetplan::planner::{Proposal, Wishes, propose};
use fleetplan::review::{review, review_with};
use fleetplan::vocab::money::Money;
use fleetplan::vocab::tier::Tenancy;

use population::{Fleet, Kind};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let tenants = arguments.next().map_or(Ok(100_000), |text| text.parse())?;
    let seed = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let (_, kind): (_, Kind) = Kind::ALL[0];
    let fleet = Fleet::new(kind, tenants, seed);
    let files = fleet.files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect();
    let inventory = inventory::read(files, None, "2026-07-15".parse()?).inventory.ok_or("the inventory has faults")?;
    let today = fleet.today(&inventory);
    let mut plan = planned(&inventory, today.as_ref()).ok_or("no plan within ten seconds")?;
    (plan.proof.status, plan.proof.bound) = (Status::Feasible, Money::ZERO);
    let certificate = certificate(&inventory, today.as_ref(), plan.fingerprint());
    let (alone, plain) = best(|| review(&inventory, &plan, today.as_ref()));
    let (both, certified) = best(|| review_with(&inventory, &plan, today.as_ref(), Some(&certificate)));
    let (fingerprint, _) = best(|| (inventory.fingerprint(), plan.fingerprint()));
    for finding in plain.findings.iter().chain(&certified.findings).take(3) {
        println!("finding: {}: {}", finding.check, finding.message);
    }
    println!("{tenants} tenants, {} clusters, {} groups", plan.clusters.len(), certificate.parts[0].groups.len());
    println!("objective {}, {:?}", plan.proof.objective, certified.certification);
    println!("review {alone:.1?}, with certificate {both:.1?}, of which the two fingerprints {fingerprint:.1?}");
    Ok(())
}

fn planned(inventory: &Inventory, today: Option<&Plan>) -> Option<Plan> {
    let (began, wishes) = (Instant::now(), Wishes { from: today, partial: true, ..Wishes::default() });
    let within = |_| if began.elapsed().as_secs() < 10 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    match propose(inventory, &wishes, &mut { within }) {
        Proposal::Plan(plan) => Some(*plan),
        Proposal::Impossible(_) | Proposal::Unknown(_) => None,
    }
}

fn best<T>(work: impl Fn() -> T) -> (Duration, T) {
    let once = || {
        let began = Instant::now();
        let done = work();
        (began.elapsed(), done)
    };
    (0..4).fold(once(), |best, _| {
        let next = once();
        if next.0 < best.0 { next } else { best }
    })
}

/// One part, clusters that are alike in one group, told apart by environment where policy keeps environments apart.
fn certificate(inventory: &Inventory, today: Option<&Plan>, plan: String) -> Certificate {
    let mut alike: BTreeMap<String, (Vec<_>, Tenancy, &Offer)> = BTreeMap::new();
    for cluster in &inventory.clusters {
        let offer = serde_json::to_string(&cluster.offer).unwrap_or_default();
        let key = format!("{} {} {} {offer}", cluster.kubernetes, cluster.tenancy, cluster.may_close);
        alike.entry(key).or_insert((Vec::new(), cluster.tenancy, &cluster.offer)).0.push(cluster.name.clone());
    }
    for copy in today.map_or(&[][..], |today| &today.clusters).iter().filter(|copy| copy.action != Action::Close) {
        if let Some(class) = copy.class.as_ref().and_then(|name| inventory.class(name)) {
            let key = format!("{} {} {}", class.name, copy.kubernetes, copy.tenancy);
            alike.entry(key).or_insert((Vec::new(), copy.tenancy, &class.offer)).0.push(copy.name.clone());
        }
    }
    let mut all: Vec<(Members, Tenancy, &Offer)> =
        alike.into_values().map(|(names, tenancy, offer)| (Members::Clusters(names), tenancy, offer)).collect();
    for class in &inventory.classes {
        for (minor, tenancy) in class.kubernetes.iter().flat_map(|it| class.tenancy.iter().map(move |t| (*it, *t))) {
            let of = Members::Class { class: class.name.clone(), kubernetes: minor, tenancy };
            all.push((of, tenancy, &class.offer));
        }
    }
    let dimensions = if inventory.policy.separate_environments { vec![Dimension::Environment] } else { vec![] };
    let (mut groups, mut prices) = (Vec::new(), Vec::new());
    for (of, tenancy, offer) in all {
        let states: &[bool] = if tenancy == Tenancy::Shared && !dimensions.is_empty() { &[false, true] } else { &[] };
        for state in 0..states.len().max(1) {
            if tenancy == Tenancy::Shared {
                prices.push(priced(groups.len(), offer));
            }
            groups.push(Group { of: of.clone(), holds: states.get(state).copied().into_iter().collect() });
        }
    }
    let tree = vec![Node::Leaf(Prices { groups: prices, ..Prices::default() })];
    let part = Part { dimensions, groups, sums: Vec::new(), roundings: Vec::new(), tree };
    Certificate { format_version: Certificate::FORMAT_VERSION, plan, parts: vec![part] }
}

fn priced(group: usize, offer: &Offer) -> GroupPrices {
    let load = offer.pools.iter().map(|pool| {
        let raw = pool.raw();
        let half = |amount: u64| i128::from(pool.price.0) * UNIT / 2 / i128::from(amount.max(1));
        [half(raw.cpu), half(raw.memory), 0, 0]
    });
    GroupPrices { group, load: load.collect(), ..GroupPrices::default() }
}
