//! The decision as a problem in integers, and the search for its best solution.
//!
//! A [`Problem`] flows in (what the rules say, as numbers), a [`Solution`] flows out: a home for every unit and a bound that no solution can beat.
//! Floor by floor: `choice`, `places`, `signatures`, `candidates` and `problem` lay the model out; `state` keeps a solution and its cost
//! while it changes; `components` cuts the fleet where nothing ties it together. Of each component, `relaxation` says what a bound is made of, and
//! `links` what whole nodes and clusters add to it; `ascent` finds prices, `lagrangian` evaluates them in exact integers; `search` finds a good solution by exact
//! money and by those prices; `prove` asks `tree`, which proves more by branch and bound whose leaves carry prices, found by `simplex`; `every` tries all ways to
//! house a few units, and `exact` asks a MILP backend about what is small. good_lp is named only there, and in tests that hold `simplex` against it.

mod ascent;
pub mod candidates;
pub mod choice;
pub mod components;
mod dice;
mod every;
mod exact;
pub mod lagrangian;
pub mod links;
pub mod live;
pub mod places;
pub mod problem;
mod prove;
pub mod relaxation;
mod search;
mod signatures;
pub mod simplex;
pub mod state;
pub mod tree;
pub mod units;

use std::ops::ControlFlow;

use crate::plan::certificate::{Counted, Node, Rounding, UNIT};
use crate::vocab::money::Money;

pub use choice::{Candidate, Choice, Use};
pub use places::{Place, PlaceKind, Pool};
pub use problem::{Class, Problem, UnitModel};
pub use relaxation::Entry;
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
    /// True where the bound is the objective, by exact prices.
    pub proven: bool,
    /// A backend that closed its search over what prices left open: its word, in floating point, that no solution costs less.
    pub claim: Option<&'static str>,
    /// Whether the watcher ended the search.
    pub stopped: bool,
    /// Prices of each component, from which its bound can be worked out again.
    pub proofs: Vec<PartProof>,
}

/// The prices of one component.
#[derive(Debug, Clone)]
pub struct PartProof {
    /// Places, each in each of its states.
    pub entries: Vec<Entry>,
    /// Dimensions of the problem that tell states apart.
    pub dimensions: Vec<usize>,
    /// Prices by entry.
    pub prices: lagrangian::Prices<i128>,
    /// What the prices of links are paid for.
    pub links: Vec<links::Link>,
    /// A tree whose leaves prove more; empty where those prices are all there is.
    pub tree: Vec<Node>,
    /// Sums that the tree's splits speak of.
    pub sums: Vec<Vec<Counted>>,
    /// Roundings that its leaves price.
    pub roundings: Vec<Rounding>,
    /// What no solution of the component costs less than, by tree or prices.
    pub bound: i64,
}

/// What comes of a search.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A solution.
    Found(Box<Solution>),
    /// No way to house these units fits, or a backend closed its search over them without finding one.
    Infeasible(Vec<usize>),
    /// Neither a solution nor a proof that there is none; the units that found no home.
    Unknown(Vec<usize>),
}

/// Solves the problem. With `partial`, units may stay without a home, as few as possible.
#[must_use]
pub fn solve(problem: &Problem, partial: bool, watch: Watch<'_>) -> Outcome {
    let mut solution = Solution {
        state: State::new(problem),
        bound: 0,
        proven: true,
        claim: None,
        stopped: false,
        proofs: Vec::new(),
    };
    let (mut infeasible, mut unknown, mut open) = (Vec::new(), Vec::new(), false);
    for units in components::components(problem) {
        let part = solve_component(problem, &units, partial, &mut solution, watch);
        match part {
            Part::Placed { settled } => open |= !settled,
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
    let objective = solution.state.cost();
    // No plan costs less than nothing.
    solution.bound = (solution.bound + idle).max(0).min(objective);
    solution.proven = solution.bound == objective;
    if solution.proven || open {
        solution.claim = None;
    }
    Outcome::Found(Box::new(solution))
}

enum Part {
    /// Everybody has a home; `settled` where prices prove it the cheapest, or a backend says so.
    Placed {
        settled: bool,
    },
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
    let relaxation = relaxation::Relaxation::new(problem, &part);
    let (bound, guide, prices) = bound(&relaxation, &mut |bound| {
        stopped |= report("prices", None, bound).is_break();
        stopped
    });
    let tolls = lagrangian::tolls(&relaxation, &guide);
    let goal = search::Goal::Cheapest { enough: bound };
    let guide = search::Guide { tolls: tolls.clone(), start: Vec::new() };
    let found = search::search(problem, &part, goal, guide, &mut |cost| {
        stopped |= report("search", Some(cost), Some(bound)).is_break();
        stopped
    });
    let mut best = found;
    if complete_of(problem, best.as_ref(), units).is_none() && !partial {
        match every::every(problem, &part) {
            every::Every::Found(state) => best = Some(*state),
            every::Every::Nothing => return Part::Infeasible,
            every::Every::TooMany => {}
        }
    }
    let cost_of =
        |state: Option<&State>| complete_of(problem, state, units).map(|state| state.cost_of(problem, &part.places));
    let mut incumbent = cost_of(best.as_ref());
    let bound = incumbent.map_or(bound, |incumbent| bound.min(incumbent));
    let mut grown = None;
    if incumbent != Some(bound) && !stopped {
        grown = prove::grow(&relaxation, &part, (bound, &tolls), &mut best, &mut |incumbent, bound| {
            stopped |= report("tree", incumbent, bound).is_break();
            stopped
        });
        incumbent = cost_of(best.as_ref());
    }
    let mut bound = grown.as_ref().map_or(bound, |(better, _)| *better);
    let (proven, mut claimed) = (incumbent == Some(bound), false);
    if !proven && !stopped && (incumbent.is_none() || units.len() <= exact::MOST_UNITS) {
        stopped |= report("branch and bound", incumbent, Some(bound)).is_break();
        match exact::solve(problem, &part, complete_of(problem, best.as_ref(), units), partial) {
            exact::Exact::Optimal(state) => {
                let cost = state.cost_of(problem, &part.places);
                // A backend works in floating point. Where a cheaper plan is known, its proof is worth nothing.
                if incumbent.is_none_or(|incumbent| cost <= incumbent) {
                    best = Some(state);
                    claimed = true;
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
    if claimed && incumbent != cost_of(best.as_ref()) && !stopped {
        // The backend found a better plan: the tree is asked again, so that the proof is one that anybody can check.
        let claim = cost_of(best.as_ref());
        let again = prove::grow(&relaxation, &part, (bound, &tolls), &mut best, &mut |incumbent, bound| {
            stopped |= report("tree", incumbent, bound).is_break();
            stopped
        });
        if let Some((better, found)) = again {
            (bound, grown) = (better, Some((better, found)));
        }
        claimed = cost_of(best.as_ref()) == claim;
    }
    let Some(state) = best else { return Part::Unknown(units.to_vec()) };
    let cost = state.cost_of(problem, &part.places);
    let (entries, dimensions, links) = (relaxation.entries, relaxation.dimensions, relaxation.links);
    let (tree, sums, roundings) = grown.map(|(_, found)| (found.tree, found.sums, found.roundings)).unwrap_or_default();
    solution.proofs.push(PartProof { entries, dimensions, prices, links, tree, sums, roundings, bound });
    let left: Vec<usize> = units.iter().copied().filter(|unit| state.home(*unit).is_none()).collect();
    if !left.is_empty() && !partial {
        return Part::Unknown(left);
    }
    if problem.max_moves.is_some_and(|most| state.moves() > most) {
        return Part::Unknown(units.to_vec());
    }
    let proven = bound >= cost;
    solution.state.adopt(problem, &state, units);
    solution.bound += bound.min(cost);
    solution.proven &= proven;
    if claimed && !proven {
        solution.claim = Some(exact::NAME);
    }
    solution.stopped |= stopped;
    Part::Placed { settled: proven || claimed }
}

/// The bound of a component, in micro-units: whole ones, because every solution costs a whole number of them; and its prices, as found and as integers.
fn bound(
    relaxation: &relaxation::Relaxation<'_>,
    stop: &mut dyn FnMut(Option<i64>) -> bool,
) -> (i64, lagrangian::Prices<f64>, lagrangian::Prices<i128>) {
    let found = ascent::ascend(relaxation, relaxation.problem.threads, &mut |value| {
        #[expect(clippy::cast_possible_truncation, reason = "only shown while the ascent goes on")]
        let value = value.map(|value| value as i64);
        stop(value)
    });
    let prices = ascent::fixed(relaxation, &found);
    let exact = lagrangian::exact(relaxation, &prices);
    let bound = exact.map_or(0, |value| -(-value).div_euclid(UNIT));
    // Below nothing where closing a cluster costs more than using it. What a part saves there counts against the others.
    (i64::try_from(bound).unwrap_or(0), found, prices)
}

/// A state that gives every unit a home, with no more moves than are allowed.
fn complete_of<'a>(problem: &Problem, state: Option<&'a State>, units: &[usize]) -> Option<&'a State> {
    state.filter(|state| {
        units.iter().all(|unit| state.home(*unit).is_some())
            && problem.max_moves.is_none_or(|most| state.moves() <= most)
    })
}

/// Whether these units can live together in the places of the problem; nothing where neither every way, nor search, nor backend can tell.
#[must_use]
pub fn feasible(problem: &Problem, units: &[usize]) -> Option<bool> {
    if units.iter().any(|unit| problem.units[*unit].choices.is_empty()) {
        return Some(false);
    }
    let part = components::Component::new(problem, units);
    match every::every(problem, &part) {
        every::Every::Found(_) => return Some(true),
        every::Every::Nothing => return Some(false),
        every::Every::TooMany => {}
    }
    let found = search::search(problem, &part, search::Goal::Complete, search::Guide::default(), &mut |_| false);
    if complete_of(problem, found.as_ref(), units).is_some() {
        return Some(true);
    }
    match exact::solve(problem, &part, None, false) {
        exact::Exact::Optimal(_) | exact::Exact::Feasible(_) => Some(true),
        exact::Exact::Infeasible => Some(false),
        exact::Exact::Nothing => None,
    }
}
