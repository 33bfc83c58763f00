//! `propose`: decides for all tenants at once.

use crate::inventory::Inventory;
use crate::plan::Plan;
use crate::plan::certificate::Certificate;
use crate::planner::certify::certify;
use crate::planner::impossible;
use crate::planner::proposal::{Proposal, Wishes};
use crate::planner::together::together;
use crate::planner::write_down::write_down;
use crate::rules::Setting;
use crate::solve::{self, Outcome, Problem, Watch};

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
    let mut problem = Problem::sized(&setting, wishes.max_moves);
    let homeless: Vec<usize> =
        (0..problem.units.len()).filter(|unit| problem.units[*unit].choices.is_empty()).collect();
    if !homeless.is_empty() && !wishes.partial {
        return (Proposal::Impossible(impossible::alone(&setting, &homeless)), None);
    }
    if wishes.partial {
        leave_whole_tenants_out(&setting, &mut problem);
    }
    let proposal = match solve::solve(&problem, wishes.partial, watch) {
        Outcome::Found(solution) => {
            let plan = write_down(&setting, &problem, &solution, wishes);
            if let Some(message) = too_many_moves(&plan, wishes) {
                return (Proposal::Unknown(message), None);
            }
            let certificate = certify(&setting, &problem, &plan, &solution.proofs);
            return (Proposal::Plan(Box::new(plan)), Some(certificate));
        }
        Outcome::Infeasible(units) => Proposal::Impossible(vec![together(&setting, wishes, &units)]),
        Outcome::Unknown(units) => {
            let names: Vec<String> =
                units.iter().take(5).map(|unit| format!("`{}`", setting.units[*unit].tenant.name)).collect();
            Proposal::Unknown(format!(
                "the budget ended without a home for {} of {} units ({}{}), and without a proof that there is none",
                units.len(),
                setting.units.len(),
                names.join(", "),
                if units.len() > names.len() { ", …" } else { "" }
            ))
        }
    };
    (proposal, None)
}

/// What is said of a plan that moves more than was wished: the search may have found no other.
fn too_many_moves(plan: &Plan, wishes: &Wishes<'_>) -> Option<String> {
    let moves = u64::try_from(plan.moves.len()).unwrap_or(u64::MAX);
    let most = wishes.max_moves.filter(|most| moves > *most)?;
    Some(format!(
        "the budget ended without a plan of {most} moves at most, and without a proof that there is none; the best that was found has {moves}"
    ))
}

/// Where one unit of a tenant or of its near group has no home, none of them is placed.
fn leave_whole_tenants_out(setting: &Setting<'_>, problem: &mut Problem) {
    let mut changed = true;
    while changed {
        changed = false;
        for unit in 0..problem.units.len() {
            if problem.units[unit].choices.is_empty() {
                for other in 0..problem.units.len() {
                    let tied = problem.units[other].group == problem.units[unit].group
                        || setting.units[other].tenant_index == setting.units[unit].tenant_index;
                    if tied && !problem.units[other].choices.is_empty() {
                        problem.units[other].choices.clear();
                        changed = true;
                    }
                }
            }
        }
    }
}
