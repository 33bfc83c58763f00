//! The decision as a problem in integers, and the search for its best solution.
//!
//! A [`Problem`] flows in (`problem.rs` builds it from what the rules say), a [`Solution`] flows out: a home for every unit and a bound that no
//! solution can beat. The parts: `problem` and `choice` lay the model out; `state` keeps a solution and its cost while it
//! changes; `search` finds a good one; `prices` bounds all of them; `components` cuts the fleet where nothing ties it
//! together; `exact` proves small components with a MILP backend. good_lp is named only in `exact`.

pub mod choice;
pub mod components;
mod exact;
pub mod prices;
pub mod problem;
mod search;
pub mod state;

use std::ops::ControlFlow;

use crate::vocab::money::Money;

pub use choice::{Choice, Use};
pub use problem::{Class, Place, PlaceKind, Pool, Problem, UnitModel};
pub use state::{Instance, State};

/// Where the search stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What it does now.
    pub phase: &'static str,
    /// Money per month of the best plan so far.
    pub incumbent: Option<Money>,
    /// What no plan costs less than.
    pub bound: Option<Money>,
}

/// Told of progress; breaks to end the search with the best plan so far.
pub type Watch<'a> = &'a mut dyn FnMut(Progress) -> ControlFlow<()>;

/// What the search found.
#[derive(Debug, Clone)]
pub struct Solution {
    /// A home for every unit that has one.
    pub state: State,
    /// No solution costs less than this.
    pub bound: i64,
    /// Who says so: `prices`, or the backend's name.
    pub by: &'static str,
    /// True where the bound is the objective: by exact prices, or by a backend that closed its search.
    pub proven: bool,
    /// Whether the watcher ended the search.
    pub stopped: bool,
}

/// What comes of a search.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A solution.
    Found(Box<Solution>),
    /// A backend closed its search over these units without finding one.
    Infeasible(Vec<usize>),
    /// Neither a solution nor a proof that there is none; the units that found no home.
    Unknown(Vec<usize>),
}

/// Solves the problem. With `partial`, units may stay without a home, as few as possible.
#[must_use]
pub fn solve(problem: &Problem, partial: bool, watch: Watch<'_>) -> Outcome {
    let mut solution = Solution { state: State::new(problem), bound: 0, by: "prices", proven: true, stopped: false };
    let (mut infeasible, mut unknown) = (Vec::new(), Vec::new());
    for units in components::components(problem) {
        let part = solve_component(problem, &units, partial, &mut solution, watch);
        match part {
            Part::Placed => {}
            Part::Infeasible => infeasible.extend(units),
            Part::Unknown(left) => unknown.extend(left),
        }
    }
    if !infeasible.is_empty() {
        return Outcome::Infeasible(infeasible);
    }
    if !unknown.is_empty() {
        return Outcome::Unknown(unknown);
    }
    let idle = solution.state.idle_cost(problem);
    solution.bound += idle;
    let objective = solution.state.cost(problem);
    solution.bound = if solution.proven { objective } else { solution.bound.min(objective) };
    solution.proven = solution.bound == objective;
    Outcome::Found(Box::new(solution))
}

enum Part {
    Placed,
    Infeasible,
    Unknown(Vec<usize>),
}

/// Solves one component and adds it to the solution: places, bound, and who proved it.
fn solve_component(
    problem: &Problem,
    units: &[usize],
    partial: bool,
    solution: &mut Solution,
    watch: Watch<'_>,
) -> Part {
    let part = components::Component::new(problem, units);
    let mut report = |phase, incumbent: Option<i64>, bound: Option<i64>| {
        watch(Progress { phase, incumbent: incumbent.map(Money), bound: bound.map(Money) })
    };
    let mut stopped = solution.stopped;
    let found = search::search(problem, &part, search::Goal::Cheapest, &mut |cost| {
        stopped |= report("search", Some(cost), None).is_break();
        stopped
    });
    let complete = found.as_ref().filter(|state| units.iter().all(|unit| state.home(*unit).is_some()));
    let incumbent = complete.map(|state| state.cost_of(problem, &part.places));
    let bound = if incumbent.is_some() { prices::bound(problem, &part, incumbent) } else { 0 };
    stopped |= report("prices", incumbent, Some(bound)).is_break();
    let mut best = found;
    let (mut proven, mut by, mut bound) = (incumbent == Some(bound), "prices", bound);
    if !proven && !stopped {
        let _ = report("branch and bound", incumbent, Some(bound));
        match exact::solve(problem, &part, complete_of(best.as_ref(), units), partial) {
            exact::Exact::Optimal(state) => {
                let cost = state.cost_of(problem, &part.places);
                // A backend works in floating point. Where a cheaper plan is known, its proof is worth nothing.
                if incumbent.is_none_or(|incumbent| cost <= incumbent) {
                    best = Some(state);
                    (proven, by) = (true, exact::NAME);
                }
            }
            exact::Exact::Feasible(state) => {
                let cost = state.cost_of(problem, &part.places);
                if incumbent.is_none_or(|incumbent| cost < incumbent) {
                    best = Some(state);
                }
            }
            exact::Exact::Infeasible if incumbent.is_none() => return Part::Infeasible,
            exact::Exact::Infeasible | exact::Exact::Nothing => {}
        }
    }
    let Some(state) = best else { return Part::Unknown(units.to_vec()) };
    let left: Vec<usize> = units.iter().copied().filter(|unit| state.home(*unit).is_none()).collect();
    if !left.is_empty() && !partial {
        return Part::Unknown(left);
    }
    let cost = state.cost_of(problem, &part.places);
    if proven {
        bound = cost;
    }
    solution.state.adopt(problem, &state, units);
    solution.bound += bound.min(cost);
    solution.proven &= proven;
    if by == exact::NAME {
        solution.by = by;
    }
    solution.stopped |= stopped;
    Part::Placed
}

fn complete_of<'a>(state: Option<&'a State>, units: &[usize]) -> Option<&'a State> {
    state.filter(|state| units.iter().all(|unit| state.home(*unit).is_some()))
}

/// Whether these units can live together in the places of the problem; nothing where neither search nor backend can tell.
#[must_use]
pub fn feasible(problem: &Problem, units: &[usize]) -> Option<bool> {
    if units.iter().any(|unit| problem.units[*unit].choices.is_empty()) {
        return Some(false);
    }
    let part = components::Component::new(problem, units);
    let found = search::search(problem, &part, search::Goal::Complete, &mut |_| false);
    if complete_of(found.as_ref(), units).is_some() {
        return Some(true);
    }
    match exact::solve(problem, &part, None, false) {
        exact::Exact::Optimal(_) | exact::Exact::Feasible(_) => Some(true),
        exact::Exact::Infeasible => Some(false),
        exact::Exact::Nothing => None,
    }
}
