//! From rules to candidates: which homes and pools are open to a signature, and what a unit's amounts make of one.

use crate::rules::{Case, RULES, Reads, Setting, Unit};
use crate::solve::choice::{Candidate, Choice, View};
use crate::solve::places::{Place, count};
use crate::solve::problem::UnitModel;
use crate::vocab::resources::Resources;
use crate::vocab::tier::{Form, Tenancy};
use crate::vocab::version::MinorRange;

/// The most combinations of pools that are tried for one unit in one host and form.
const MOST_COMBINATIONS: usize = 4_096;

/// The forms that a tenancy has room for.
#[must_use]
pub const fn forms(tenancy: Tenancy) -> &'static [Form] {
    match tenancy {
        Tenancy::Shared => &[
            Form::NamespaceShared,
            Form::NamespaceDedicated,
            Form::VclusterShared,
            Form::VclusterDedicated,
            Form::VclusterPrivate,
        ],
        Tenancy::Dedicated => &[Form::Cluster],
    }
}

/// The candidates of all units that are like `unit`, in the order of places, forms and pools.
#[must_use]
pub fn table(setting: &Setting<'_>, unit: &Unit<'_>, places: &[Place]) -> Vec<Candidate> {
    let mut all = Vec::new();
    for (index, place) in places.iter().enumerate() {
        let host = &setting.hosts[place.hosts[0]];
        for form in forms(place.tenancy) {
            let case = Case { setting, unit, host, form: *form };
            if !allowed(&case) {
                continue;
            }
            for pools in combinations(&case) {
                all.extend(candidate(&case, index, pools));
            }
        }
    }
    all
}

/// True where no rule that reads requirements alone closes the home, pools aside.
fn allowed(case: &Case<'_>) -> bool {
    let tenant = &case.unit.tenant.name;
    let mut rules = RULES.iter().filter(|rule| rule.reads() == Reads::Requirements);
    rules.all(|rule| rule.allows_home(case) || case.setting.lifts(tenant, rule.name()))
}

/// Pools that a workload may use, as far as requirements say.
fn open_pools(case: &Case<'_>, workload: usize, asked: impl Fn(Reads) -> bool) -> Vec<usize> {
    let tenant = case.unit.tenant;
    let workload = &tenant.workloads[workload];
    let pools = &case.host.offer().pools;
    (0..pools.len())
        .filter(|pool| {
            RULES.iter().filter(|rule| asked(rule.reads())).all(|rule| {
                rule.allows_pool(case, workload, &pools[*pool]) || case.setting.lifts(&tenant.name, rule.name())
            })
        })
        .collect()
}

/// Every way to give each workload a pool, in order, up to [`MOST_COMBINATIONS`].
fn combinations(case: &Case<'_>) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::new()];
    for workload in 0..case.unit.tenant.workloads.len() {
        let open = open_pools(case, workload, |reads| reads == Reads::Requirements);
        all = all
            .iter()
            .flat_map(|before| open.iter().map(move |pool| before.iter().copied().chain([*pool]).collect()))
            .take(MOST_COMBINATIONS)
            .collect();
    }
    all
}

/// A candidate, whatever rules say; nothing where a vcluster has no pool for its control plane.
fn candidate(case: &Case<'_>, place: usize, pools: Vec<usize>) -> Option<Candidate> {
    let (inventory, tenant, offer) = (case.setting.inventory, case.unit.tenant, case.host.offer());
    let policy = &inventory.policy;
    let mut distinct = pools.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let mut candidate = Candidate {
        place,
        form: case.form,
        minor: None,
        pools: pools.into(),
        distinct: distinct.into(),
        plane: None,
        plane_services: 0,
        plane_storage: 0,
        licence: 0,
        per_namespace: 0,
    };
    if case.form.is_vcluster() {
        let overhead = inventory.facts.overhead(tenant.high_availability);
        let minor_in = |range| {
            let private = case.form == Form::VclusterPrivate;
            inventory.facts.vcluster_minor(&inventory.vcluster, range, case.host.kubernetes, private)
        };
        // An exception from rule `version` leaves the range, and the pair table where it must; what the chart runs it cannot leave.
        candidate.minor = minor_in(tenant.kubernetes)
            .or_else(|| minor_in(MinorRange::ANY))
            .or_else(|| inventory.vcluster.minors.last().copied());
        candidate.plane = Some((offer.platform_pool?, overhead.resources));
        candidate.plane_services = overhead.services;
        candidate.plane_storage = overhead.storage;
        candidate.licence = inventory.vcluster.price.0 + policy.toil.vcluster.0;
    } else if case.form != Form::Cluster {
        candidate.per_namespace = policy.toil.namespace.0;
    }
    Some(candidate)
}

/// What a unit's amounts make of a candidate; nothing where its load or its own nodes do not fit its pools.
#[must_use]
pub fn choose(unit: &UnitModel, candidate: &Candidate, index: usize, place: &Place, labels: usize) -> Option<Choice> {
    let load_in = |pool: usize| -> Resources {
        let loads = candidate.pools.iter().zip(&unit.loads);
        loads.filter(|(at, _)| **at == pool).map(|(_, load)| *load).sum()
    };
    let mut nodes = Vec::with_capacity(if candidate.is_shared() { 0 } else { candidate.distinct.len() });
    for pool in &candidate.distinct {
        let numbers = &place.pools[*pool];
        let needed = numbers.nodes_for(&load_in(*pool)).filter(|nodes| *nodes <= numbers.max)?;
        if !candidate.is_shared() {
            nodes.push(needed);
        }
    }
    let mut own = candidate.licence
        + candidate.per_namespace * count(unit.namespaces)
        + place.storage_price * count(unit.storage + candidate.plane_storage)
        + place.load_balancer_price * count(unit.load_balancers);
    if candidate.is_private() {
        own += candidate.distinct.iter().zip(&nodes).map(|(pool, n)| place.pools[*pool].price * count(*n)).sum::<i64>();
    }
    Some(Choice { candidate: index, labels, own, nodes: nodes.into() })
}

/// What a candidate would cost by itself, whatever rules say: its own costs, its load at the price of full nodes, and the
/// whole cluster where that would be its own or has to be opened. An estimate for comparing doors, not a plan's money.
#[must_use]
pub fn estimate(case: &Case<'_>, unit: &UnitModel, index: usize, place: &Place) -> Option<i64> {
    let tenant = case.unit.tenant;
    let mut pools = Vec::with_capacity(tenant.workloads.len());
    for (at, workload) in tenant.workloads.iter().enumerate() {
        let price = |pool: &usize| {
            let data = &place.pools[*pool];
            let nodes = workload.planned.resources.nodes(&data.usable)?;
            (nodes <= data.max).then_some(i128::from(data.price) * i128::from(nodes))
        };
        let open = open_pools(case, at, |_| true);
        let all: Vec<usize> = if open.is_empty() { (0..place.pools.len()).collect() } else { open };
        pools.push(all.into_iter().filter_map(|pool| Some((price(&pool)?, pool))).min()?.1);
    }
    let candidate = candidate(case, index, pools)?;
    let choice = choose(unit, &candidate, 0, place, 0)?;
    let view = View { unit, candidate: &candidate, choice: &choice };
    let mut cost = i128::from(choice.own);
    for part in view.parts() {
        let data = &place.pools[part.pool];
        let parts = part.load.each().into_iter().zip(data.usable.each()).filter(|(_, usable)| *usable > 0);
        cost += parts
            .map(|(load, usable)| i128::from(data.price) * i128::from(load) / i128::from(usable))
            .max()
            .unwrap_or(0);
        cost += i128::from(data.price) * i128::from(part.nodes);
    }
    if case.form == Form::Cluster || case.host.is_class() {
        cost += i128::from(place.fixed);
        if case.host.is_class() {
            cost += i128::from(place.change);
        }
    }
    i64::try_from(cost).ok()
}
