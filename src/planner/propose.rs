//! `propose`: decides for all tenants at once.

use crate::inventory::Inventory;
use crate::plan::Plan;
use crate::plan::certificate::Certificate;
use crate::planner::certify::certify;
use crate::planner::impossible;
use crate::planner::partial::{Out, left_out, without};
use crate::planner::proposal::{Proposal, Wishes};
use crate::planner::together::together;
use crate::planner::write_down::write_down;
use crate::rules::Setting;
use crate::solve::{self, Outcome, Problem, Solution, Watch};

/// Decides for all tenants at once: a plan, the requirements that cannot stand together, or that neither is known.
///
/// The watcher is told of progress and may break; the best plan so far comes back then.
pub fn propose(inventory: &Inventory, wishes: &Wishes<'_>, watch: Watch<'_>) -> Proposal {
    propose_certified(inventory, wishes, watch).0
}

/// As [`propose`], with the certificate of the plan's bound by prices.
pub fn propose_certified(
    inventory: &Inventory,
    wishes: &Wishes<'_>,
    watch: Watch<'_>,
) -> (Proposal, Option<Certificate>) {
    let setting = Setting::new(inventory, wishes.from);
    let problem = Problem::sized(&setting, wishes.max_moves).with_threads(wishes.threads);
    if !wishes.partial {
        return match decide(&setting, &problem, wishes, watch) {
            Ok(solution) => found(&setting, &problem, &solution, wishes, inventory, &Out::new()),
            Err(proposal) => (*proposal, None),
        };
    }
    if !homeless(&problem).is_empty() {
        return all_but_some(&setting, wishes, watch);
    }
    match solve::solve(&problem, false, watch) {
        Outcome::Found(solution) => found(&setting, &problem, &solution, wishes, inventory, &Out::new()),
        Outcome::Infeasible(_) | Outcome::Unknown(_) => all_but_some(&setting, wishes, watch),
    }
}

/// Units to which no place is open.
fn homeless(problem: &Problem) -> Vec<usize> {
    (0..problem.units.len()).filter(|unit| problem.units[*unit].choices.is_empty()).collect()
}

/// A solution that gives everybody a home.
///
/// # Errors
/// What is to be said where there is none, or none was found.
pub fn decide(
    setting: &Setting<'_>,
    problem: &Problem,
    wishes: &Wishes<'_>,
    watch: Watch<'_>,
) -> Result<Box<Solution>, Box<Proposal>> {
    let homeless = homeless(problem);
    if !homeless.is_empty() {
        return Err(Box::new(Proposal::Impossible(impossible::alone(setting, &homeless))));
    }
    match solve::solve(problem, false, watch) {
        Outcome::Found(solution) => Ok(solution),
        Outcome::Infeasible(units) => Err(Box::new(Proposal::Impossible(vec![together(setting, wishes, &units)]))),
        Outcome::Unknown(units) => Err(Box::new(Proposal::Unknown(unknown(setting, &units)))),
    }
}

/// A plan without the fewest tenants that cannot live.
fn all_but_some(whole: &Setting<'_>, wishes: &Wishes<'_>, watch: Watch<'_>) -> (Proposal, Option<Certificate>) {
    let mut out = left_out(whole, wishes, watch);
    loop {
        let left = without(whole.inventory, &out);
        let mut setting = Setting::new(&left, wishes.from);
        setting.importance_cap = whole.importance_cap;
        let problem = Problem::sized(&setting, wishes.max_moves).with_threads(wishes.threads);
        match solve::solve(&problem, false, watch) {
            Outcome::Found(solution) => return found(&setting, &problem, &solution, wishes, whole.inventory, &out),
            // Somebody was thought to have a home, and this search finds none.
            Outcome::Infeasible(units) | Outcome::Unknown(units) => {
                let before = out.len();
                out.extend(units.iter().map(|unit| setting.units[*unit].tenant.name.clone()));
                if out.len() == before {
                    return (Proposal::Unknown(unknown(&setting, &units)), None);
                }
            }
        }
    }
}

/// What was found, written down. `setting` is the fleet without those who are `out`.
fn found(
    setting: &Setting<'_>,
    problem: &Problem,
    solution: &Solution,
    wishes: &Wishes<'_>,
    inventory: &Inventory,
    out: &Out,
) -> (Proposal, Option<Certificate>) {
    let mut plan = write_down(setting, problem, solution, wishes);
    plan.fingerprint = inventory.fingerprint();
    plan.unplaced = out.iter().cloned().collect();
    if let Some(message) = too_many_moves(&plan, wishes) {
        return (Proposal::Unknown(message), None);
    }
    let certificate = certify(setting, problem, &plan, &solution.proofs);
    (Proposal::Plan(Box::new(plan)), Some(certificate))
}

fn unknown(setting: &Setting<'_>, units: &[usize]) -> String {
    let names: Vec<String> =
        units.iter().take(5).map(|unit| format!("`{}`", setting.units[*unit].tenant.name)).collect();
    format!(
        "the budget ended without a home for {} of {} units ({}{}), and without a proof that there is none",
        units.len(),
        setting.units.len(),
        names.join(", "),
        if units.len() > names.len() { ", …" } else { "" }
    )
}

/// What is said of a plan that moves more than was wished: the search may have found no other.
fn too_many_moves(plan: &Plan, wishes: &Wishes<'_>) -> Option<String> {
    let moves = u64::try_from(plan.moves.len()).unwrap_or(u64::MAX);
    let most = wishes.max_moves.filter(|most| moves > *most)?;
    Some(format!(
        "the budget ended without a plan of {most} moves at most, and without a proof that there is none; the best that was found has {moves}"
    ))
}
