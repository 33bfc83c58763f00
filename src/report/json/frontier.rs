//! Saving against moves, as a document.

use serde::Serialize;

use super::{Amount, FORMAT_VERSION, share};
use crate::planner::Point;
use crate::report::frontier::{base, gap, saving};

/// The points, tightest limit first.
#[derive(Debug, Serialize)]
pub struct FrontierDocument<'a> {
    format_version: u32,
    currency: &'a str,
    points: Vec<PointDocument>,
}

/// One point. `max_moves` is null where any number of homes may move.
#[derive(Debug, Serialize)]
struct PointDocument {
    max_moves: Option<u64>,
    moves: Option<u64>,
    objective: Option<Amount>,
    saving: Option<Amount>,
    bound: Option<Amount>,
    gap: Option<f64>,
    impossible: bool,
    limited: bool,
}

/// The document of a frontier.
#[must_use]
pub fn frontier<'a>(points: &[Point], currency: &'a str) -> FrontierDocument<'a> {
    let base = base(points);
    let document = |point: &Point| PointDocument {
        max_moves: point.max_moves,
        moves: point.best.map(|best| best.moves),
        objective: point.best.map(|best| best.objective.into()),
        saving: saving(base, point.best).map(Into::into),
        bound: point.bound.map(Into::into),
        gap: gap(point).map(share),
        impossible: point.impossible,
        limited: point.limited,
    };
    FrontierDocument { format_version: FORMAT_VERSION, currency, points: points.iter().map(document).collect() }
}
