//! The proof's own logic: the money's sum is the objective, the bound is not above it, and "optimal" is said only where they meet.

use super::Found;
use super::arithmetic::money;
use super::scene::Scene;
use crate::plan::{Proof, Status};

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    let Proof { status, objective, bound, by, claim: _, limited: _ } = &scene.plan.proof;
    let sum: i128 = scene.plan.money.each().into_iter().map(|(_, amount)| i128::from(amount.0)).sum();
    if sum != i128::from(objective.0) {
        let message = format!("the objective is {objective} a month; the plan's kinds of money sum to {}", money(sum));
        found.finding("objective", message, None);
    }
    if bound > objective {
        found.finding("bound", format!("the bound, {bound}, is above the objective, {objective}"), None);
    }
    match status {
        Status::Feasible => {}
        Status::Optimal if bound == objective => {}
        Status::Optimal => {
            let message =
                format!("the plan is called optimal, and its bound, {bound}, is not its objective, {objective}");
            found.finding("status", message, None);
        }
        Status::Impossible | Status::Unknown => {
            found.finding("status", format!("a plan with homes cannot be called {}", status.word()), None);
        }
    }
    if by.is_empty() {
        found.finding("bound", "the plan does not say who found its bound".to_owned(), None);
    }
}
