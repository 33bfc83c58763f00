//! The frontier: what a fleet would save with no move, one, two, five, ten and so on, up to as many as pay.
//!
//! Each point is a plan of its own with its own bound; what one point learns, the others share: a limit on moves that is looser costs no more,
//! and a tighter one no less.

use std::ops::ControlFlow;

use crate::inventory::Inventory;
use crate::planner::proposal::{Proposal, Wishes};
use crate::planner::propose::propose;
use crate::solve::Watch;
use crate::vocab::money::Money;

/// What at most so many moves come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// The limit; none where any number of units may move.
    pub max_moves: Option<u64>,
    /// The plan's money and moves; none where no plan with so few moves is known.
    pub best: Option<Best>,
    /// No plan with at most so many moves costs less; none where nothing is known.
    pub bound: Option<Money>,
    /// True where it is proven that no plan has so few moves.
    pub impossible: bool,
    /// True where the watcher ended the search for this point.
    pub limited: bool,
}

/// A point's plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Best {
    /// Money per month, the moves' share included.
    pub objective: Money,
    /// How many units move.
    pub moves: u64,
}

/// The points from no move to as many as pay. `wishes.from` says where tenants live; `wishes.max_moves` is not looked at.
///
/// Where the watcher breaks, the points that were not reached are left out.
pub fn frontier(inventory: &Inventory, wishes: &Wishes<'_>, watch: Watch<'_>) -> Vec<Point> {
    let mut stopped = false;
    let mut at = |max_moves: Option<u64>, stopped: &mut bool| {
        let mut broke = false;
        let proposal = propose(inventory, &Wishes { max_moves, ..*wishes }, &mut |progress| {
            broke |= watch(progress).is_break();
            if broke { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        *stopped |= broke;
        match proposal {
            Proposal::Plan(plan) => Point {
                max_moves,
                best: Some(Best { objective: plan.proof.objective, moves: plan.moves.len() as u64 }),
                bound: Some(plan.proof.bound),
                impossible: false,
                limited: plan.proof.limited,
            },
            Proposal::Impossible(_) => Point { max_moves, best: None, bound: None, impossible: true, limited: broke },
            Proposal::Unknown(_) => Point { max_moves, best: None, bound: None, impossible: false, limited: broke },
        }
    };
    // The loosest limit first: it says how many moves pay at all.
    let all = at(None, &mut stopped);
    let most = all.best.map_or(u64::MAX, |best| best.moves);
    let mut points = Vec::new();
    for limit in limits().take_while(|limit| *limit < most && *limit <= inventory.tenants.len() as u64) {
        if stopped || all.impossible {
            break;
        }
        points.push(at(Some(limit), &mut stopped));
    }
    points.push(all);
    share(&mut points);
    points
}

/// 0, 1, 2, 5, 10, 20, 50 and so on.
fn limits() -> impl Iterator<Item = u64> {
    let tens = std::iter::successors(Some(1_u64), |ten| ten.checked_mul(10));
    std::iter::once(0).chain(tens.flat_map(|ten| [1, 2, 5].map(|digit| ten.saturating_mul(digit))))
}

/// A plan of a tighter limit is one of a looser limit too, and a looser limit's bound holds under a tighter one.
fn share(points: &mut [Point]) {
    let mut best: Option<Best> = None;
    for point in &mut *points {
        let cheaper = |known: Best| point.best.is_none_or(|own| known.objective < own.objective);
        if let Some(known) = best.filter(|known| cheaper(*known)) {
            point.best = Some(known);
        }
        best = point.best.or(best);
    }
    let mut bound: Option<Money> = None;
    for point in points.iter_mut().rev() {
        point.bound = point.bound.max(bound);
        bound = point.bound;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(max_moves: Option<u64>, objective: i64, bound: i64) -> Point {
        let best = Some(Best { objective: Money::whole(objective), moves: max_moves.unwrap_or(9) });
        Point { max_moves, best, bound: Some(Money::whole(bound)), impossible: false, limited: false }
    }

    #[test]
    fn limits_go_on_in_ones_twos_and_fives() {
        assert_eq!(limits().take(8).collect::<Vec<_>>(), [0, 1, 2, 5, 10, 20, 50, 100]);
    }

    #[test]
    fn points_share_what_they_learned() {
        let mut points = [point(Some(0), 100, 80), point(Some(1), 120, 95), point(None, 96, 90)];
        share(&mut points);
        let said: Vec<_> = points.iter().map(|point| (point.best.unwrap().objective, point.bound.unwrap())).collect();
        let money = |one, other| (Money::whole(one), Money::whole(other));
        assert_eq!(said, [money(100, 95), money(100, 95), money(96, 90)]);
    }
}
