//! `explain`: every door of a tenant, the next best home, and what would flip the decision.

use std::collections::BTreeMap;

use crate::inventory::Inventory;
use crate::plan::{Placement, Plan};
use crate::planner::doors::{Doorway, doors};
use crate::planner::explanation::{Door, DoorState, Explanation, Flip, NextBest, UnitExplanation};
use crate::rules::Setting;
use crate::solve::{PlaceKind, Problem, State};
use crate::vocab::money::{HOURS_PER_MONTH, Money};
use crate::vocab::name::TenantName;
use crate::vocab::tier::{Form, Tenancy};

/// Explains the homes that `plan` gives to `tenant`. The plan is of this inventory and valid.
#[must_use]
pub fn explain(inventory: &Inventory, plan: &Plan, tenant: &TenantName) -> Explanation {
    let setting = Setting::new(inventory, None);
    let problem = Problem::new(&setting, None);
    let units = plan
        .placements
        .iter()
        .filter(|placement| placement.tenant == *tenant)
        .filter_map(|placement| explain_unit(&setting, &problem, plan, placement))
        .collect();
    Explanation { tenant: tenant.clone(), units }
}

fn explain_unit(
    setting: &Setting<'_>,
    problem: &Problem,
    plan: &Plan,
    placement: &Placement,
) -> Option<UnitExplanation> {
    let unit = setting
        .units
        .iter()
        .position(|unit| unit.tenant.name == placement.tenant && unit.site == placement.site.as_ref())?;
    let form = placement.form()?;
    let doorways = doors(setting, problem, unit, &setting.units[unit]);
    let home_place = place_of(setting, plan, placement)?;
    let prices = prices(setting, problem, plan, unit);
    let next_best = prices
        .iter()
        .filter(|((place, other), _)| (*place, *other) != (home_place, form))
        .min_by_key(|(key, price)| (**price, **key))
        .map(|((place, form), price)| NextBest {
            form: *form,
            host: setting.hosts[*place].name.clone(),
            extra: Money(
                *price - prices.get(&(home_place, placement.form().expect("checked above"))).copied().unwrap_or(0),
            ),
        });
    let here = prices.get(&(home_place, form)).copied();
    let flips = flips(setting, plan, unit, &doorways, here, next_best.as_ref());
    let doors = doorways
        .iter()
        .map(|door| {
            let host = &setting.hosts[door.host];
            let state = if (door.host, door.form) == (home_place, form) {
                DoorState::Home
            } else if !door.reasons.is_empty() {
                DoorState::Closed { reasons: door.reasons.clone() }
            } else {
                DoorState::Open { monthly: Money(door.estimate.unwrap_or(0)) }
            };
            Door {
                form: door.form,
                host: host.name.clone(),
                is_class: host.is_class(),
                kubernetes: host.kubernetes,
                state,
            }
        })
        .collect();
    Some(UnitExplanation { site: placement.site.clone(), home: placement.clone(), doors, next_best, flips })
}

/// The place that a placement's cluster stands for.
fn place_of(setting: &Setting<'_>, plan: &Plan, placement: &Placement) -> Option<usize> {
    let planned = plan.clusters.iter().find(|cluster| cluster.name == placement.cluster)?;
    setting.hosts.iter().position(|host| match &planned.class {
        None => !host.is_class() && host.name == planned.name.as_str(),
        Some(class) => {
            host.is_class()
                && host.name == class.as_str()
                && host.kubernetes == planned.kubernetes
                && host.tenancy == planned.tenancy
        }
    })
}

/// The plan as a state of the problem, without one unit.
fn state_without(setting: &Setting<'_>, problem: &Problem, plan: &Plan, left_out: usize) -> State {
    let mut state = State::new(problem);
    let mut opened: BTreeMap<&str, usize> = BTreeMap::new();
    for placement in &plan.placements {
        let found = setting
            .units
            .iter()
            .position(|unit| unit.tenant.name == placement.tenant && unit.site == placement.site.as_ref());
        let (Some(unit), Some(place), Some(form)) = (found, place_of(setting, plan, placement), placement.form())
        else {
            continue;
        };
        if unit == left_out {
            continue;
        }
        let pools = &setting.hosts[place].offer().pools;
        let same = |pool: &usize, placed: &crate::plan::PlacedWorkload| pools[*pool].name == placed.pool;
        let choice = (0..problem.units[unit].choices.len()).find(|choice| {
            let candidate = problem.candidate(unit, *choice);
            candidate.place == place
                && candidate.form == form
                && candidate.pools.iter().zip(&placement.pools).all(|(pool, placed)| same(pool, placed))
        });
        let Some(choice) = choice else { continue };
        let instance = *opened.entry(placement.cluster.as_str()).or_insert_with(|| match problem.places[place].kind {
            PlaceKind::Class(_) => state.open(problem, place),
            PlaceKind::Cluster | PlaceKind::Copy(_) => state
                .instances()
                .iter()
                .position(|instance| instance.place == place)
                .expect("what exists has its instance"),
        });
        state.put(problem, unit, choice, instance);
    }
    state
}

/// What the fleet pays more for the unit in each open door, everybody else where the plan has them. The cheapest instance and pools of each.
fn prices(setting: &Setting<'_>, problem: &Problem, plan: &Plan, unit: usize) -> BTreeMap<(usize, Form), i64> {
    let state = state_without(setting, problem, plan, unit);
    let mut prices: BTreeMap<(usize, Form), i64> = BTreeMap::new();
    for index in 0..problem.units[unit].choices.len() {
        let candidate = problem.candidate(unit, index);
        let standing = state
            .instances()
            .iter()
            .enumerate()
            .filter(|(_, instance)| instance.place == candidate.place)
            .filter_map(|(instance, _)| state.price(problem, unit, index, instance));
        let cheapest = standing.chain(state.price_of_opening(problem, unit, index)).min();
        if let Some(price) = cheapest {
            let known = prices.entry((candidate.place, candidate.form)).or_insert(price);
            *known = price.min(*known);
        }
    }
    prices
}

/// Requirements whose loss would make another home cheaper, and the price at which a cluster of its own would be.
fn flips(
    setting: &Setting<'_>,
    plan: &Plan,
    unit: usize,
    doors: &[Doorway<'_>],
    here: Option<i64>,
    next: Option<&NextBest>,
) -> Vec<Flip> {
    let Some(here) = here else { return Vec::new() };
    let mut flips: BTreeMap<&'static str, Flip> = BTreeMap::new();
    let tenant = &setting.units[unit].tenant.name;
    let mut rules: Vec<&'static str> =
        doors.iter().filter(|door| door.reasons.len() == 1).map(|door| door.reasons[0].rule).collect();
    rules.sort_unstable();
    rules.dedup();
    for rule in rules {
        let relaxed = Setting::new(setting.inventory, None).ignoring([(tenant.clone(), rule.to_owned())]);
        let problem = Problem::new(&relaxed, None);
        let prices = prices(&relaxed, &problem, plan, unit);
        let best = prices.iter().filter(|(_, price)| **price < here).min_by_key(|(key, price)| (**price, **key));
        let Some(((place, form), price)) = best else { continue };
        let door = doors.iter().find(|door| (door.host, door.form) == (*place, *form));
        let Some(reason) = door.and_then(|door| door.reasons.iter().find(|reason| reason.rule == rule)) else {
            continue;
        };
        let saves = Money(here - price);
        flips.insert(
            rule,
            Flip {
                text: format!(
                    "without rule `{rule}`, {form} in {} would save {saves} a month ({})",
                    setting.hosts[*place].words(),
                    reason.text
                ),
                span: reason.span,
                saves,
            },
        );
    }
    let mut flips: Vec<Flip> = flips.into_values().collect();
    if let Some(next) = next.filter(|next| next.extra > Money::ZERO && next.form == Form::Cluster) {
        let host = setting.hosts.iter().find(|host| host.name == next.host && host.tenancy == Tenancy::Dedicated);
        if let Some(host) = host.filter(|host| host.offer().control_plane.price > next.extra) {
            let price = Money((host.offer().control_plane.price - next.extra).0 / HOURS_PER_MONTH);
            flips.push(Flip {
                text: format!(
                    "a control plane of {} below {} an hour would make a cluster of its own cheaper",
                    host.words(),
                    price.exact()
                ),
                span: Some(host.at().of("control_plane")),
                saves: Money::ZERO,
            });
        }
    }
    flips.sort_by_key(|flip| std::cmp::Reverse(flip.saves));
    flips
}
