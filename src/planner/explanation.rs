//! Every door of a tenant: open or closed, by which rule and which line; the next best home; what would flip the decision.

use crate::plan::Placement;
use crate::vocab::diagnostic::Span;
use crate::vocab::money::Money;
use crate::vocab::name::{Residency, TenantName};
use crate::vocab::tier::Form;
use crate::vocab::version::Minor;

/// A tenant's decision, explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Whose.
    pub tenant: TenantName,
    /// One per site, or one.
    pub units: Vec<UnitExplanation>,
}

/// One unit's decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitExplanation {
    /// Which site.
    pub site: Option<Residency>,
    /// Its home in the plan.
    pub home: Placement,
    /// Every door: clusters by name, then classes; forms from least to most isolated.
    pub doors: Vec<Door>,
    /// The cheapest plan in which it lives elsewhere.
    pub next_best: Option<NextBest>,
    /// What would change the decision.
    pub flips: Vec<Flip>,
}

/// One possible home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// Tier and nodes.
    pub form: Form,
    /// The cluster's name, or the class's.
    pub host: String,
    /// True where the cluster would have to be opened.
    pub is_class: bool,
    /// The host's minor.
    pub kubernetes: Minor,
    /// Open or closed.
    pub state: DoorState,
}

/// Whether a door is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DoorState {
    /// The tenant lives here.
    Home,
    /// It could live here: the tenant's own costs a month, and at the plan's prices for shared nodes.
    Open {
        /// Own whole nodes, licences, toil, and its part of shared nodes at full use.
        monthly: Money,
    },
    /// It cannot live here. Every reason, the first one first.
    Closed {
        /// Never empty.
        reasons: Vec<Reason>,
    },
}

/// Why a door is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The rule's name, such as `disruption`.
    pub rule: &'static str,
    /// In words, with figures.
    pub text: String,
    /// The line that asks for it; none for a shipped default.
    pub span: Option<Span>,
    /// How to satisfy the rule.
    pub help: String,
}

/// The cheapest plan in which the unit lives elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextBest {
    /// Tier and nodes.
    pub form: Form,
    /// The cluster's or class's name.
    pub host: String,
    /// What the fleet would cost more a month; all other tenants where they are.
    pub extra: Money,
}

/// A change that would flip the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flip {
    /// In words: ``if `disruption` were at least 5m, `namespace/shared` in `eu-shared-1` would save 412.00 a month``.
    pub text: String,
    /// The line to change.
    pub span: Option<Span>,
    /// What the fleet would save a month (negative: what it would cost more).
    pub saves: Money,
}
