//! `--partial`: all but the fewest tenants that cannot live.
//!
//! A tenant is placed whole or left out whole, and nobody is near a tenant that is left out, so that leaving one more out never takes a home
//! from anybody. First a search says who could be left out. Then fewer are looked for: whoever is left out hits every conflict,
//! so that the smallest set that hits all conflicts known so far is tried, and gives a plan or one more conflict (Reiter, "A theory of diagnosis from
//! first principles", 1987). What comes back is a fleet without these tenants, planned like any other; its bound speaks of plans without them.

use std::collections::BTreeSet;

use crate::inventory::Inventory;
use crate::planner::judge::{Judge, members};
use crate::planner::proposal::{Asked, Wishes};
use crate::rules::Setting;
use crate::solve::{self, Outcome, Problem, Watch};
use crate::vocab::name::TenantName;

/// Questions to the solver for fewer tenants to leave out.
const MOST_QUESTIONS: usize = 200;
/// Sets that are tried for one that hits all conflicts.
const MOST_SETS: usize = 100_000;

/// Tenants left out.
pub type Out = BTreeSet<TenantName>;

/// The tenants to leave out: the fewest, as far as the questions last.
#[must_use]
pub fn left_out(setting: &Setting<'_>, wishes: &Wishes<'_>, watch: Watch<'_>) -> Out {
    let mut judge = Judge::new(setting, wishes, MOST_QUESTIONS);
    let mut out = Out::new();
    let mut stopped = false;
    while !is_enough(&judge, &mut out, &mut |progress| {
        let told = watch(progress);
        stopped |= told.is_break();
        told
    }) {}
    if stopped {
        return out;
    }
    let mut conflicts: Vec<Vec<TenantName>> = Vec::new();
    // With as many as are out already, something is won only where they are missed less.
    while let Some(other) = hits(&conflicts, out.len()).filter(|other| missed(setting, other) < missed(setting, &out)) {
        match judge.possible(&asked(setting, wishes, &other)) {
            Some(true) => return other,
            Some(false) => conflicts.push(conflict(&mut judge, setting, wishes, &other)),
            None => break,
        }
    }
    out
}

/// How much tenants are missed: how many there are, how many of them have a home today, and how important they are.
fn missed(setting: &Setting<'_>, out: &Out) -> (usize, usize, u64) {
    let lives = |name: &&TenantName| lives_somewhere(setting, name);
    (out.len(), out.iter().filter(lives).count(), out.iter().map(|name| importance(setting, name)).sum())
}

fn lives_somewhere(setting: &Setting<'_>, name: &TenantName) -> bool {
    setting.units.iter().any(|unit| unit.tenant.name == *name && unit.today.is_some())
}

fn importance(setting: &Setting<'_>, name: &TenantName) -> u64 {
    setting.inventory.tenant(name).map_or(0, |(_, tenant)| tenant.importance)
}

/// The fleet without these tenants.
#[must_use]
pub fn without(inventory: &Inventory, out: &Out) -> Inventory {
    let mut left = inventory.clone();
    left.tenants.retain(|tenant| !out.contains(&tenant.name));
    for tenant in &mut left.tenants {
        tenant.near.retain(|other| !out.contains(other));
        tenant.apart.retain(|other| !out.contains(other));
    }
    left
}

/// Leaves out who has no home in the rest of the fleet, by itself or in a plan of it. True where a plan of everybody else is known then.
fn is_enough(judge: &Judge<'_>, out: &mut Out, watch: Watch<'_>) -> bool {
    let left = without(judge.inventory, out);
    let mut setting = Setting::new(&left, judge.wishes.from);
    setting.importance_cap = judge.importance;
    let problem = Problem::sized(&setting, judge.wishes.max_moves).with_threads(judge.wishes.threads);
    let closed: Vec<usize> = (0..problem.units.len()).filter(|unit| problem.units[*unit].choices.is_empty()).collect();
    let (homeless, is_enough) = if closed.is_empty() {
        match solve::solve(&problem, true, watch) {
            Outcome::Found(found) => {
                ((0..problem.units.len()).filter(|unit| found.state.home(*unit).is_none()).collect(), true)
            }
            // Nothing is known of these.
            Outcome::Infeasible(units) | Outcome::Unknown(units) => (units, false),
        }
    } else {
        (closed, false)
    };
    out.extend(homeless.into_iter().map(|unit| setting.units[unit].tenant.name.clone()));
    is_enough
}

/// Everything that is asked where these tenants are left out.
fn asked(setting: &Setting<'_>, wishes: &Wishes<'_>, out: &Out) -> Vec<Asked> {
    let (mut all, demands) = (members(setting, wishes), demands(setting, out));
    all.extend(demands);
    all
}

fn demands(setting: &Setting<'_>, out: &Out) -> Vec<Asked> {
    let tenants = setting.inventory.tenants.iter().map(|tenant| &tenant.name);
    tenants.filter(|name| !out.contains(*name)).cloned().map(Asked::Demand).collect()
}

/// Of the tenants that are not left out, some that cannot live together: newcomers first, then the least important.
fn conflict(judge: &mut Judge<'_>, setting: &Setting<'_>, wishes: &Wishes<'_>, out: &Out) -> Vec<TenantName> {
    let found = judge.explain(&mut members(setting, wishes), false, &demands(setting, out));
    let mut tenants: Vec<TenantName> = found.iter().flat_map(Asked::tenants).cloned().collect();
    tenants.sort_by_cached_key(|name| (lives_somewhere(setting, name), importance(setting, name), name.clone()));
    tenants
}

/// The smallest set, of `most` at most, that hits every conflict; nothing where there is none, or where it takes too long to say.
fn hits(conflicts: &[Vec<TenantName>], most: usize) -> Option<Out> {
    let mut sets = 0;
    (0..=most).find_map(|size| hits_with(conflicts, size, &mut Vec::new(), &mut sets))
}

fn hits_with<'c>(
    conflicts: &'c [Vec<TenantName>],
    size: usize,
    chosen: &mut Vec<&'c TenantName>,
    sets: &mut usize,
) -> Option<Out> {
    *sets += 1;
    let Some(open) = conflicts.iter().find(|conflict| conflict.iter().all(|name| !chosen.contains(&name))) else {
        return Some(chosen.iter().copied().cloned().collect());
    };
    if size == 0 || *sets > MOST_SETS {
        return None;
    }
    open.iter().find_map(|name| {
        chosen.push(name);
        let found = hits_with(conflicts, size - 1, chosen, sets);
        chosen.pop();
        found
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(words: &str) -> Vec<TenantName> {
        words.split(' ').map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn the_fewest_tenants_that_hit_every_conflict_are_found() {
        let conflicts = [names("a b"), names("c b"), names("d")];
        assert_eq!(hits(&conflicts, 3), Some(names("b d").into_iter().collect()));
        assert_eq!(hits(&conflicts, 1), None);
        assert_eq!(hits(&[], 0), Some(Out::new()));
    }
}
