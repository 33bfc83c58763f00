//! Why one tenant has no home at all: the fewest of its requirements that close every door, and what opening one would cost.

use std::collections::BTreeSet;

use crate::planner::doors::{Doorway, doors};
use crate::planner::minimum::{Mask, bit, masks, minimum, names, reason};
use crate::planner::proposal::{Asked, Conflict, Requirement, WayOut};
use crate::rules::{self, Setting};
use crate::solve::Problem;
use crate::vocab::money::Money;

/// Conflicts of units that have no open door by themselves. One per tenant.
#[must_use]
pub fn alone(setting: &Setting<'_>, units: &[usize]) -> Vec<Conflict> {
    let problem = Problem::new(setting, None);
    let mut seen = BTreeSet::new();
    units
        .iter()
        .filter(|unit| seen.insert(setting.units[**unit].tenant_index))
        .map(|number| {
            let unit = &setting.units[*number];
            let doors: Vec<Closed<'_>> = doors(setting, &problem, *number, unit).into_iter().map(Closed::new).collect();
            let every: BTreeSet<Mask> = doors.iter().flat_map(|door| door.masks.iter().copied()).collect();
            let set = minimum(&every);
            let rules: Vec<&'static str> = names(set.unwrap_or(0)).collect();
            let requirements = rules.iter().map(|rule| requirement(unit.tenant, &doors, rule)).collect();
            let mut ways_out: Vec<WayOut> =
                rules.iter().filter_map(|rule| way_out(&doors, set.unwrap_or(0), rule)).collect();
            ways_out.sort_by_key(|way| (way.monthly.is_none(), way.monthly));
            Conflict { tenants: vec![unit.tenant.name.clone()], requirements, ways_out, minimal: set.is_some() }
        })
        .collect()
}

/// A door with what closes each way through it.
struct Closed<'a> {
    door: Doorway<'a>,
    masks: BTreeSet<Mask>,
}

impl<'a> Closed<'a> {
    fn new(door: Doorway<'a>) -> Self {
        Self { masks: masks(&door.case), door }
    }

    /// How many rules close the way through it that the fewest close, where `rule` is among them.
    fn nearest(&self, rule: &str) -> Option<u32> {
        self.masks.iter().filter(|mask| **mask & bit(rule) != 0).map(|mask| mask.count_ones()).min()
    }
}

/// The requirement that a rule stands for, in the words of the door nearest to open among those that it closes.
fn requirement(tenant: &crate::inventory::Tenant, doors: &[Closed<'_>], rule: &'static str) -> Requirement {
    let asked = Asked::Rule(tenant.name.clone(), rule);
    let judge = rules::rule(rule).expect("a mask holds rules of the book");
    let mut closed: Vec<(u32, &Doorway<'_>)> =
        doors.iter().filter_map(|closed| Some((closed.nearest(rule)?, &closed.door))).collect();
    closed.sort_by_key(|(count, door)| (*count, door.estimate.is_none(), door.estimate));
    match closed.first().and_then(|(_, door)| reason(door, judge)) {
        Some(unfit) => Requirement { asked, text: format!("{rule}: {}", unfit.text), span: unfit.span },
        None => Requirement { asked, text: rule.to_owned(), span: None },
    }
}

/// Without one rule of a minimum set, and with the set's others, some ways are open again: the one with the fewest other rules in it,
/// and of those the cheapest.
fn way_out(doors: &[Closed<'_>], set: Mask, rule: &'static str) -> Option<WayOut> {
    let others = set & !bit(rule);
    let opened = doors.iter().filter_map(|closed| {
        let left = closed.masks.iter().filter(|mask| *mask & others == 0).map(|mask| mask & !bit(rule));
        left.min_by_key(|mask| mask.count_ones()).map(|mask| (mask, &closed.door))
    });
    let (left, door) =
        opened.min_by_key(|(left, door)| (left.count_ones(), door.estimate.is_none(), door.estimate, door.host))?;
    let page = rules::rule(rule)?.page();
    let also: Vec<String> = names(left).map(|name| format!("`{name}`")).collect();
    let also =
        if also.is_empty() { String::new() } else { format!(", if {} did not close it too", also.join(" and ")) };
    let text = format!("{} Then it could live as {} in {}{also}.", page.satisfy, door.form, door.case.host.words());
    Some(WayOut { text, monthly: door.estimate.filter(|_| left == 0).map(Money), is_of_fleet: false })
}
