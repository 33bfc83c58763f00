//! Proves more of a component that is small enough for a linear program, and searches once more from where the program stands.
//!
//! A relaxation with its prices flows in, a tree whose leaves carry better ones flows out. The program begins with the choices that are cheap at the
//! prices that the ascent found; the others come in where its own prices ask for them.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use crate::plan::certificate::UNIT;
use crate::solve::components::Component;
use crate::solve::relaxation::{Column, Relaxation};
use crate::solve::search::{Goal, Guide, Tolls, search};
use crate::solve::state::State;
use crate::solve::{complete_of, tree};

use crate::solve::tree::exact::{Bound, Dual, bound, price};

/// Columns beyond which a linear program takes too long for a tree.
const MOST_COLUMNS: usize = 80_000;
/// The work budget of a tree: pivots of its root, where rows are looked for; and pivots times columns of its leaves, with their least and most pivots.
const ROOT_PIVOTS: u64 = 20_000;
const PIVOT_WORK: u64 = 20_000_000;
const PIVOTS: RangeInclusive<u64> = 200..=6_000;

/// Branch and bound over a component that is small enough: its bound in micro-units, and the tree that proves it. Its root's fractions and prices are an idea for
/// another search, whose solution takes the place of `best` where it is cheaper. A tree that proves no more than `known` is left out: whoever checks the bound has
/// less to read. `stop` is told incumbent and bound; true ends the search.
pub fn grow(
    relaxation: &Relaxation<'_>,
    part: &Component,
    (known, tolls): (i64, &Tolls),
    best: &mut Option<State>,
    stop: &mut dyn FnMut(Option<i64>, Option<i64>) -> bool,
) -> Option<(i64, tree::Found)> {
    let columns = relaxation.columns.len();
    let problem = relaxation.problem;
    let cost_of = |state: Option<&State>| {
        complete_of(problem, state, &part.units).map(|state| state.cost_of(problem, &part.places))
    };
    let incumbent = cost_of(best.as_ref());
    if columns > MOST_COLUMNS || incumbent.is_none() {
        return None;
    }
    let mut piece =
        tree::lay(relaxation, |unit| problem.names[unit].clone(), |class| problem.class_names[class].clone());
    if columns > ALL_COLUMNS {
        put_off(relaxation, &mut piece, tolls);
    }
    let leaves = (PIVOT_WORK / (columns as u64).max(1)).clamp(*PIVOTS.start(), *PIVOTS.end());
    let budget = tree::Budget { root: ROOT_PIVOTS, leaves, nodes: 4_000 };
    let stop = RefCell::new(stop);
    let mut has_searched = false;
    let realise = &mut |chosen: &[Vec<usize>], dual: &Dual| {
        // The root alone: another search for each leaf that has no fractions would cost more than it finds.
        if std::mem::replace(&mut has_searched, true) || is_near(&piece, dual, incumbent) {
            return None;
        }
        let mut guide = guided(relaxation, &piece, chosen, dual);
        let goal = Goal::Cheapest { enough: known };
        // From where the fractions point, and from where the best plan stands.
        for again in [false, true] {
            if again {
                let homes = best.as_ref().map(|best| part.units.iter().map(|unit| (*unit, best.home(*unit))));
                for (unit, home) in homes.into_iter().flatten() {
                    guide.start[unit] = home.map(|(_, choice)| choice);
                }
            }
            let found =
                search(problem, part, goal, guide.clone(), &mut |_| (stop.borrow_mut())(incumbent, Some(known)));
            let cost = cost_of(found.as_ref());
            if cost.is_some() && cost_of(best.as_ref()).is_none_or(|known| cost < Some(known)) {
                *best = found;
            }
        }
        cost_of(best.as_ref())
    };
    let found = tree::prove(&piece, incumbent, budget, realise, &mut |bound| {
        (stop.borrow_mut())(incumbent, bound.map_or(Some(known), |bound| Some(bound.max(known))))
    });
    let bound = found.bound?;
    let bound = found.incumbent.map_or(bound, |incumbent| bound.min(incumbent));
    (bound > known).then_some((bound, found))
}

/// Columns up to which the linear program begins with all: leaves do not ask for those that are missing.
const ALL_COLUMNS: usize = 20_000;
/// Where less than this part of the incumbent, in thousandths, is left between it and the root's bound, splits find more than another search.
const NEAR_THOUSANDTHS: i128 = 1;

/// True where the prices of the root leave so little of the incumbent that a search is not worth its time.
fn is_near(piece: &tree::Piece, dual: &Dual, incumbent: Option<i64>) -> bool {
    let (Bound::AtLeast(least), Some(incumbent)) = (bound(piece, &tree::Box::whole(piece), dual), incumbent) else {
        return false;
    };
    let incumbent = i128::from(incumbent);
    (incumbent - least / UNIT) * 1_000 < incumbent * NEAR_THOUSANDTHS
}

/// Choices of a unit that a larger one begins with.
const FIRST_CHOICES: usize = 12;

/// Leaves the choices that are dear at the ascent's prices out of the program that a tree begins with.
fn put_off(relaxation: &Relaxation<'_>, piece: &mut tree::Piece, tolls: &Tolls) {
    for (bundle, range) in piece.bundles.iter_mut().zip(&relaxation.bundles) {
        let ([unit], [member]) = (&mut bundle.units[..], &relaxation.members[range.clone()]) else { continue };
        let columns = &relaxation.columns[member.columns.clone()];
        let pays = |column: &Column| column.base.saturating_add(tolls[member.unit][column.choice()]);
        let mut order: Vec<usize> = (0..columns.len()).collect();
        order.sort_by_key(|at| (pays(&columns[*at]), *at));
        for at in order.into_iter().skip(FIRST_CHOICES) {
            unit.options[at].is_late = true;
        }
    }
}

/// The choices of a leaf and what its prices charge, by units of the problem.
fn guided(relaxation: &Relaxation<'_>, piece: &tree::Piece, chosen: &[Vec<usize>], dual: &Dual) -> Guide {
    let units = &relaxation.problem.units;
    let mut guide = Guide { tolls: vec![Vec::new(); units.len()], start: vec![None; units.len()] };
    for (bundle, range) in relaxation.bundles.iter().enumerate() {
        for (unit, member) in relaxation.members[range.clone()].iter().enumerate() {
            let columns = &relaxation.columns[member.columns.clone()];
            let mut tolls = vec![0; units[member.unit].choices.len()];
            for (option, column) in piece.bundles[bundle].units[unit].options.iter().zip(columns) {
                let pays = price(piece, dual, (bundle, unit), option).map_or(0, |pays| pays / UNIT);
                tolls[column.choice()] = i64::try_from(pays).unwrap_or(i64::MAX).saturating_sub(option.cost);
            }
            guide.tolls[member.unit] = tolls;
            guide.start[member.unit] = Some(columns[chosen[bundle][unit]].choice());
        }
    }
    guide
}
