//! What is known about how good a plan is.

use serde::{Deserialize, Serialize};

use crate::vocab::money::Money;

/// What a plan claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// No plan costs less.
    Optimal,
    /// A plan, with a bound on what a better one could save.
    Feasible,
    /// No plan exists.
    Impossible,
    /// The budget ended first.
    Unknown,
}

impl Status {
    /// The word that files and tables say.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Optimal => "optimal",
            Self::Feasible => "feasible",
            Self::Impossible => "impossible",
            Self::Unknown => "unknown",
        }
    }

    /// Reads [`Status::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Optimal, Self::Feasible, Self::Impossible, Self::Unknown]
            .into_iter()
            .find(|status| status.word() == word)
    }
}

/// The proof of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// What is claimed.
    pub status: Status,
    /// Money per month, recomputed in exact integers.
    pub objective: Money,
    /// No plan costs less than this.
    pub bound: Money,
    /// Who says so: `prices` (a Lagrangian bound in exact integers, of the whole or of every leaf of a tree).
    pub by: String,
    /// A backend whose branch and bound, in floating point, ended with the word that no plan costs less than this one: `microlp` or `highs`. Nobody can
    /// check that, so that it changes neither the status nor the bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<String>,
    /// True where a clock or a person ended the search: another run may find a better plan, or another one that is as good.
    #[serde(default, skip_serializing_if = "is_false")]
    pub limited: bool,
}

const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Proof {
    /// `(objective − bound) / objective` in millionths, rounded up; nothing where the objective is zero.
    #[must_use]
    pub fn gap_millionths(&self) -> u64 {
        let (Money(objective), Money(bound)) = (self.objective, self.bound);
        if objective <= 0 || bound >= objective {
            return 0;
        }
        let gap = (i128::from(objective) - i128::from(bound)) * 1_000_000;
        let objective = i128::from(objective);
        u64::try_from((gap + objective - 1) / objective).unwrap_or(u64::MAX)
    }
}
