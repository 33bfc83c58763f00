//! From a solution in indices to a plan in names.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::inventory::facts::SupportPhase;
use crate::plan::{
    Action, FORMAT_VERSION, MoneyByKind, Move, PlacedWorkload, Placement, Plan, PlannedCluster, PlannedPool, Proof,
    Status,
};
use crate::planner::bill::parts;
use crate::planner::doors::{Nearest, decided};
use crate::planner::proposal::Wishes;
use crate::rules::{Host, Origin, Setting, Unit};
use crate::solve::{Instance, PlaceKind, Problem, Solution, State};
use crate::vocab::money::Money;
use crate::vocab::name::{ClusterName, Residency, TenantName};
use crate::vocab::tier::Form;

/// Writes the solution down.
#[must_use]
pub fn write_down(setting: &Setting<'_>, problem: &Problem, solution: &Solution, wishes: &Wishes<'_>) -> Plan {
    let inventory = setting.inventory;
    let state = &solution.state;
    let names = names(setting, problem, state);
    let mut placements: Vec<Placement> = Vec::new();
    let mut nearest = Nearest::default();
    for (instance, data) in state.instances().iter().enumerate() {
        for ((unit, choice), part) in data.members.iter().zip(parts(problem, data)) {
            let host = host(setting, problem, data);
            placements.push(placement(setting, problem, (*unit, *choice), host, &names[instance], part, &mut nearest));
        }
    }
    placements.sort_by(|a, b| (&a.tenant, &a.site).cmp(&(&b.tenant, &b.site)));
    let mut clusters: Vec<PlannedCluster> = state
        .instances()
        .iter()
        .zip(&names)
        .filter(|(data, _)| {
            !(data.members.is_empty() && matches!(problem.places[data.place].kind, PlaceKind::Class(_)))
        })
        .map(|(data, name)| cluster(setting, problem, data, name))
        .collect();
    clusters.sort_by(|a, b| a.name.cmp(&b.name));
    let money = money(setting, problem, state);
    let objective = Money(state.cost());
    debug_assert_eq!(money.total(), objective);
    Plan {
        format_version: FORMAT_VERSION,
        fleet: inventory.fleet.name.clone(),
        date: inventory.fleet.date,
        currency: inventory.fleet.currency.clone(),
        fingerprint: inventory.fingerprint(),
        from: wishes.from.map(Plan::fingerprint),
        proof: Proof {
            status: if solution.proven { Status::Optimal } else { Status::Feasible },
            objective,
            bound: Money(solution.bound),
            by: "prices".to_owned(),
            claim: solution.claim.map(str::to_owned),
            limited: solution.stopped && !solution.proven,
        },
        money,
        max_moves: wishes.max_moves,
        moves: moves(setting, &placements),
        placements,
        unplaced: Vec::new(),
        clusters,
    }
}

/// A name for every instance: its own where it exists, the class's with the first free number where it is opened.
fn names(setting: &Setting<'_>, problem: &Problem, state: &State) -> Vec<ClusterName> {
    let parse = |name: &str| ClusterName::parse(name).expect("names were checked at the gate");
    let mut taken: BTreeSet<ClusterName> =
        setting.hosts.iter().filter(|host| !host.is_class()).map(|host| parse(&host.name)).collect();
    let mut order: Vec<usize> = (0..state.instances().len()).collect();
    let first = |instance: &Instance| instance.members.iter().map(|(unit, _)| *unit).min();
    order.sort_by_key(|index| (state.instances()[*index].place, first(&state.instances()[*index])));
    let mut names: BTreeMap<usize, ClusterName> = BTreeMap::new();
    for index in order {
        let instance = &state.instances()[index];
        let host = host(setting, problem, instance);
        let name = match problem.places[instance.place].kind {
            PlaceKind::Cluster | PlaceKind::Copy(_) => parse(&host.name),
            PlaceKind::Class(_) => (1_u64..)
                .map(|number| parse(&format!("{}-{number}", host.name)))
                .find(|name| !taken.contains(name))
                .expect("numbers do not end"),
        };
        if !instance.members.is_empty() {
            taken.insert(name.clone());
        }
        names.insert(index, name);
    }
    names.into_values().collect()
}

/// The host that an instance is, or the class that it is opened from.
fn host<'a>(setting: &'a Setting<'a>, problem: &Problem, instance: &Instance) -> &'a Host<'a> {
    &setting.hosts[instance.host.unwrap_or(problem.places[instance.place].hosts[0])]
}

fn placement(
    setting: &Setting<'_>,
    problem: &Problem,
    (unit, choice): (usize, usize),
    host: &Host<'_>,
    cluster: &ClusterName,
    part: i64,
    nearest: &mut Nearest,
) -> Placement {
    let (view, data) = (problem.view(unit, choice), &setting.units[unit]);
    let candidate = view.candidate;
    let mut counted = BTreeSet::new();
    let pools = data
        .tenant
        .workloads
        .iter()
        .zip(&candidate.pools)
        .map(|(workload, pool)| {
            let own = view.dedicated().chain(view.private()).find(|(at, _)| at == pool).map_or(0, |(_, nodes)| nodes);
            PlacedWorkload {
                workload: workload.name.clone(),
                pool: host.offer().pools[*pool].name.clone(),
                nodes: if counted.insert(*pool) { own } else { 0 },
            }
        })
        .collect();
    let (rule, reason) = decided(setting, problem, unit, (candidate.place, candidate.form), nearest);
    Placement {
        tenant: data.tenant.name.clone(),
        site: data.site.cloned(),
        tier: candidate.form.tier(),
        nodes: candidate.form.nodes(),
        cluster: cluster.clone(),
        kubernetes: candidate.minor,
        pools,
        monthly: Money(part),
        rule,
        reason,
    }
}

fn cluster(setting: &Setting<'_>, problem: &Problem, data: &Instance, name: &ClusterName) -> PlannedCluster {
    let (host, place) = (host(setting, problem, data), &problem.places[data.place]);
    let open_cost = data.cost(problem);
    let empty = data.members.is_empty();
    let kept_cost = place.fixed
        + (0..place.pools.len())
            .map(|pool| place.pools[pool].price * i64::try_from(data.nodes(pool)).expect("the gate bounds counts"))
            .sum::<i64>();
    let action = match place.kind {
        PlaceKind::Class(_) => Action::Open,
        PlaceKind::Copy(_) if empty => Action::Close,
        PlaceKind::Cluster if empty && open_cost < kept_cost => Action::Close,
        PlaceKind::Cluster | PlaceKind::Copy(_) => Action::Keep,
    };
    let private: i64 = (0..place.pools.len())
        .map(|pool| place.pools[pool].price * i64::try_from(data.private[pool]).expect("the gate bounds counts"))
        .sum();
    let (region, class) = match host.origin {
        Origin::Cluster(cluster) => (cluster.region.clone(), None),
        Origin::Copy(class) | Origin::Class(class) => (class.regions[0].clone(), Some(class.name.clone())),
    };
    let pools = match action {
        Action::Close => Vec::new(),
        Action::Open | Action::Keep => (0..place.pools.len())
            .map(|pool| PlannedPool {
                pool: host.offer().pools[pool].name.clone(),
                nodes: data.nodes(pool),
                shared: place.pools[pool].nodes(&data.shared[pool]),
                dedicated: data.dedicated[pool],
                private: data.private[pool],
            })
            .collect(),
    };
    PlannedCluster {
        name: name.clone(),
        class,
        kubernetes: host.kubernetes,
        region,
        tenancy: host.tenancy,
        action,
        pools,
        monthly: if action == Action::Close { Money::ZERO } else { Money(kept_cost + private) },
    }
}

fn money(setting: &Setting<'_>, problem: &Problem, state: &State) -> MoneyByKind {
    let inventory = setting.inventory;
    let policy = &inventory.policy;
    let mut money = MoneyByKind::default();
    for data in state.instances() {
        let (host, place) = (host(setting, problem, data), &problem.places[data.place]);
        let offer = host.offer();
        let planned = cluster(setting, problem, data, &ClusterName::parse("any").expect("a constant name"));
        let absent = data.members.is_empty() && matches!(place.kind, PlaceKind::Class(_));
        match planned.action {
            _ if absent => continue,
            Action::Close => money.one_off += Money(place.change),
            Action::Open | Action::Keep => {
                if planned.action == Action::Open {
                    money.one_off += Money(place.change);
                }
                money.control_planes += offer.control_plane.price;
                if host.support != SupportPhase::Standard {
                    money.extended_support +=
                        inventory.facts.extended_price.get(&offer.provider).copied().unwrap_or_default();
                }
                money.toil += policy.toil.cluster;
                for (pool, counts) in offer.pools.iter().zip(&planned.pools) {
                    money.nodes += pool.price * (counts.nodes + counts.private);
                }
            }
        }
        for (unit, choice) in &data.members {
            let form = problem.candidate(*unit, *choice).form;
            let moved = problem.moves(*unit, form, data.host);
            let unit = &setting.units[*unit];
            let mut storage = unit.planned.storage;
            if form.is_vcluster() {
                money.licences += inventory.vcluster.price;
                money.toil += policy.toil.vcluster;
                storage += inventory.facts.overhead(unit.tenant.high_availability).storage;
            } else if form != Form::Cluster {
                money.toil += policy.toil.namespace * unit.tenant.namespaces;
            }
            money.storage_and_load_balancers +=
                offer.prices.storage * storage + offer.prices.load_balancer * unit.planned.load_balancers;
            if moved {
                money.one_off += policy.once.moving.spread_over(policy.payback_months);
            }
        }
    }
    money
}

/// Units whose cluster, tier or nodes differ from today's.
fn moves(setting: &Setting<'_>, placements: &[Placement]) -> Vec<Move> {
    let units: HashMap<(&TenantName, Option<&Residency>), &Unit<'_>> =
        setting.units.iter().map(|unit| ((&unit.tenant.name, unit.site), unit)).collect();
    placements
        .iter()
        .filter_map(|placement| {
            let unit = units.get(&(&placement.tenant, placement.site.as_ref()))?;
            let today = unit.today.as_ref()?;
            let form = placement.form()?;
            (today.form != form || today.cluster != placement.cluster).then(|| Move {
                tenant: placement.tenant.clone(),
                site: placement.site.clone(),
                from: format!("{} in {}", today.form, today.cluster),
                to: format!("{form} in {}", placement.cluster),
            })
        })
        .collect()
}
