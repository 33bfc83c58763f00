//! Which column enters: the ratio test of the dual simplex, with bound flipping and Harris's tolerance.
//!
//! The leaving row and its infeasibility flow in; a column to enter and columns to flip flow out. A boxed column whose reduced cost changes
//! its sign may stand at its other bound instead, as long as the row stays infeasible: the dual objective still grows (Maros 2003).

/// Reduced costs may be wrong by so much.
pub const DUAL_TOLERANCE: f64 = 1e-9;
/// Entries of the pivot row below this do not count.
const SMALLEST_PIVOT: f64 = 1e-9;
/// A pivot below this is taken only where there is no other.
const GOOD_PIVOT: f64 = 1e-5;

/// A column whose reduced cost shrinks.
#[derive(Debug, Clone, Copy)]
pub struct Breakpoint {
    /// The variable.
    pub variable: usize,
    /// Size of its entry in the pivot row.
    pub size: f64,
    /// Its reduced cost in the direction of its bound; not negative but for rounding.
    pub slack: f64,
    /// Distance of its bounds.
    pub range: f64,
}

/// What the test says.
#[derive(Debug, Clone, PartialEq)]
pub enum Entering {
    /// No column can make the row feasible.
    Nothing,
    /// This one enters, after these were flipped.
    Column {
        /// The variable.
        variable: usize,
        /// Variables that go to their other bound.
        flips: Vec<usize>,
    },
}

/// Chooses among the breakpoints; `slope` is the row's infeasibility.
pub fn choose(mut left: Vec<Breakpoint>, mut slope: f64, exact: bool) -> Entering {
    let tolerance = if exact { 0.0 } else { DUAL_TOLERANCE };
    left.retain(|point| point.size > SMALLEST_PIVOT);
    let mut flips: Vec<usize> = Vec::new();
    // The best pivot so far, and how many flips stand before it: what to fall back to where later pivots are tiny.
    let mut kept: Option<(Breakpoint, usize)> = None;
    while !left.is_empty() {
        let most =
            left.iter().map(|point| (point.slack.max(0.0) + tolerance) / point.size).fold(f64::INFINITY, f64::min);
        let (group, rest): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|point| point.slack.max(0.0) / point.size <= most);
        left = rest;
        let best = group.iter().copied().reduce(|best, point| if better(&point, &best) { point } else { best });
        let Some(best) = best else { break };
        if kept.is_none_or(|(known, _)| best.size >= GOOD_PIVOT || best.size > known.size) {
            kept = Some((best, flips.len()));
        }
        let gained: f64 = group.iter().map(|point| point.size * point.range).sum();
        if gained.is_infinite() || slope - gained < 0.0 {
            return kept.map_or(Entering::Nothing, |(point, count)| {
                flips.truncate(count);
                Entering::Column { variable: point.variable, flips }
            });
        }
        slope -= gained;
        flips.extend(group.iter().map(|point| point.variable));
    }
    match kept {
        // All of them flipped leave it feasible to the last digit: that is no proof of anything.
        Some((point, count)) if slope <= DUAL_TOLERANCE => {
            flips.truncate(count);
            Entering::Column { variable: point.variable, flips }
        }
        Some(_) | None => Entering::Nothing,
    }
}

fn better(one: &Breakpoint, other: &Breakpoint) -> bool {
    one.size > other.size || (one.size == other.size && one.variable < other.variable)
}
