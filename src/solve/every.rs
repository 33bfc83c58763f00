//! Every way to house a few units, in exact integers: finds one that fits, or shows that there is none.
//!
//! A unit more never makes room in a cluster, so that a home that does not fit is left with all that would follow. What a backend
//! says of such small questions is a word in floating point, and may take it seconds.

use std::cmp::Reverse;

use crate::solve::components::Component;
use crate::solve::problem::Problem;
use crate::solve::state::State;

/// Homes that are tried before it is given up.
const MOST_TRIED: u64 = 200_000;
/// With more units than this, the ways are too many.
const MOST_UNITS: usize = 10;

/// What trying every way comes to.
pub enum Every {
    /// A home for every unit.
    Found(Box<State>),
    /// There is no way.
    Nothing,
    /// There are too many to try.
    TooMany,
}

/// Tries every way to give the component's units homes, up to a number.
#[must_use]
pub fn every(problem: &Problem, part: &Component) -> Every {
    if part.units.len() > MOST_UNITS {
        return Every::TooMany;
    }
    let mut units = part.units.clone();
    // Units that are near follow each other: the first one's cluster is theirs. Few ways and much load come first.
    let ways = |unit: usize| problem.units[unit].choices.len();
    let of_group = |group: usize| {
        let units = part.units.iter().filter(move |unit| problem.units[**unit].group == group);
        units.map(|unit| ways(*unit)).min().unwrap_or(0)
    };
    units.sort_by_cached_key(|unit| {
        let model = &problem.units[*unit];
        (of_group(model.group), model.group, ways(*unit), Reverse(model.pods), *unit)
    });
    let mut tries = Tries { problem, units: &units, state: State::new(problem), tried: 0 };
    match tries.house(0) {
        Some(true) => Every::Found(Box::new(tries.state)),
        Some(false) => Every::Nothing,
        None => Every::TooMany,
    }
}

struct Tries<'a> {
    problem: &'a Problem,
    units: &'a [usize],
    state: State,
    tried: u64,
}

impl Tries<'_> {
    /// Whether all units from this one on find homes beside those that have one; nothing where that was not found out.
    fn house(&mut self, at: usize) -> Option<bool> {
        let problem = self.problem;
        let Some(unit) = self.units.get(at).copied() else { return Some(true) };
        for choice in 0..problem.units[unit].choices.len() {
            for instance in self.clusters(unit, problem.candidate(unit, choice).place) {
                self.tried += 1;
                if self.tried > MOST_TRIED {
                    return None;
                }
                let fits = match instance {
                    Some(instance) => self.state.price(problem, unit, choice, instance),
                    None => self.state.price_of_opening(problem, unit, choice),
                };
                if fits.is_none() {
                    continue;
                }
                let place = problem.candidate(unit, choice).place;
                let instance = instance.unwrap_or_else(|| self.state.open(problem, place));
                self.state.put(problem, unit, choice, instance);
                let few_move = problem.max_moves.is_none_or(|most| self.state.moves() <= most);
                let housed = if few_move { self.house(at + 1) } else { Some(false) };
                if housed != Some(false) {
                    return housed;
                }
                self.state.take(problem, unit);
            }
        }
        Some(false)
    }

    /// Clusters of a place that a unit may try: the one of those it is near; or all in which somebody may live, and one that would be opened.
    fn clusters(&self, unit: usize, place: usize) -> Vec<Option<usize>> {
        let problem = self.problem;
        let near = self.units.iter().filter(|other| problem.units[**other].group == problem.units[unit].group);
        let of_near = near.filter_map(|other| self.state.home(*other)).map(|(instance, _)| instance).next();
        let instances = || self.state.of_place(place).iter().copied();
        if let Some(instance) = of_near {
            return instances().filter(|there| *there == instance).map(Some).collect();
        }
        if !problem.places[place].is_class() {
            return instances().map(Some).collect();
        }
        let lived_in = |instance: &usize| !self.state.instances()[*instance].members.is_empty();
        instances().filter(lived_in).map(Some).chain([None]).collect()
    }
}
