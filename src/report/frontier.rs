//! Saving against moves, as a table.

use super::grid::{Column, Grid};
use super::ink::Ink;
use super::safe;
use super::words;
use crate::planner::{Best, Point};
use crate::vocab::money::Money;

/// The points, tightest limit first. Savings are against the first point that has a plan; `currency` is the fleet's.
#[must_use]
pub fn text(points: &[Point], currency: &str, ink: Ink) -> String {
    let base = base(points);
    let objective = format!("{} a month", safe::line(currency));
    let mut grid = Grid::new(&[
        Column::Words("moves at most"),
        Column::Figures("moves"),
        Column::Figures(&objective),
        Column::Figures("saves"),
        Column::Figures("bound"),
        Column::Figures("gap"),
        Column::Words("note"),
    ]);
    for point in points {
        let Point { max_moves, best, bound, impossible, limited } = point;
        let said = |money: Option<Money>| money.map(|money| money.to_string()).unwrap_or_default();
        let note = match (best, impossible, limited) {
            (None, true, _) => "impossible",
            (None, false, _) => "no plan found",
            (Some(_), _, true) => "ended early",
            (Some(_), _, false) => "",
        };
        grid.row([
            max_moves.map_or_else(|| "all that pay".to_owned(), |limit| limit.to_string()),
            best.map(|best| best.moves.to_string()).unwrap_or_default(),
            said(best.map(|best| best.objective)),
            said(saving(base, *best)),
            said(*bound),
            gap(point).map(words::percent_up).unwrap_or_default(),
            note.to_owned(),
        ]);
    }
    grid.text(ink)
}

/// The money of the first point that has a plan.
pub(super) fn base(points: &[Point]) -> Option<Money> {
    points.iter().find_map(|point| point.best).map(|best| best.objective)
}

/// What a point saves against the base.
pub(super) fn saving(base: Option<Money>, best: Option<Best>) -> Option<Money> {
    Some(base? - best?.objective)
}

/// The gap in millionths, rounded up.
pub(super) fn gap(point: &Point) -> Option<u64> {
    let (Money(objective), Money(bound)) = (point.best?.objective, point.bound?);
    if objective <= bound {
        return Some(0);
    }
    let millionths = (i128::from(objective) - i128::from(bound)) * 1_000_000;
    let objective = i128::from(objective);
    u64::try_from((millionths + objective - 1) / objective.max(1)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn savings_are_against_the_plan_with_the_fewest_moves() {
        let point = |max_moves, moves, objective| Point {
            max_moves,
            best: Some(Best { objective: Money::whole(objective), moves }),
            bound: Some(Money::whole(90)),
            impossible: false,
            limited: max_moves.is_none(),
        };
        let none =
            Point { max_moves: Some(0), best: None, bound: Some(Money::whole(90)), impossible: true, limited: false };
        let text = text(&[none, point(Some(1), 1, 120), point(None, 4, 100)], "USD", Ink::Plain);
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[1], ["0", "90.00", "impossible"]);
        assert_eq!(lines[2], ["1", "1", "120.00", "0.00", "90.00", "25.00", "%"]);
        assert_eq!(lines[3], ["all", "that", "pay", "4", "100.00", "20.00", "90.00", "10.00", "%", "ended", "early"]);
    }
}
