//! What programs read. Keys are added, never renamed; [`FORMAT_VERSION`] rises only where a meaning changes.
//!
//! Money is a JSON number in units of the currency. It stands for a whole count of millionths: up to a billion a month, a
//! reader of double-precision numbers gets back that very count by rounding to six digits after the point.

mod diff;
mod explanation;
mod frontier;
mod plan;
mod review;

use serde::Serialize;

use crate::vocab::diagnostic::{Place, Sources, Span};
use crate::vocab::money::Money;

pub use diff::{DiffDocument, diff};
pub use explanation::{ExplanationDocument, explanation};
pub use frontier::{FrontierDocument, frontier};
pub use plan::{PlanDocument, impossible, plan, unknown};
pub use review::{ReviewDocument, review};

/// The version of these documents.
pub const FORMAT_VERSION: u32 = 1;

/// Money as a number of the currency's units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Amount(f64);

impl From<Money> for Amount {
    fn from(Money(micro): Money) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "exact up to a billion units, as the head of this file says")]
        Self(micro as f64 / 1_000_000.0)
    }
}

/// A share in millionths as a number: 0.0037 for 3,700.
fn share(millionths: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a share above 2^53 millionths is nobody's figure")]
    let share = millionths as f64 / 1_000_000.0;
    share
}

/// Where a span begins, with file, line and column.
fn place(sources: &Sources, span: Option<Span>) -> Option<Place> {
    span.map(|span| sources.place(span))
}

/// A document, indented, with a line break at its end.
#[must_use]
pub fn text(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("our documents have text keys and finite numbers");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_survives_the_way_through_a_double() {
        for micro in [0, 1, 999_999, 1_234_567_891, -1_500_000, 999_999_999_999_999] {
            let said = serde_json::to_string(&Amount::from(Money(micro))).unwrap();
            let read: f64 = serde_json::from_str(&said).unwrap();
            assert_eq!(format!("{:.0}", read * 1_000_000.0), micro.to_string(), "{said}");
        }
    }
}
