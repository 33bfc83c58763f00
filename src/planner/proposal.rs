//! What a planner wishes for, and what comes back: a plan, or the requirements that cannot stand together.

use std::num::NonZeroUsize;

use crate::plan::Plan;
use crate::vocab::diagnostic::Span;
use crate::vocab::money::Money;
use crate::vocab::name::{ClassName, TenantName};

/// What is asked of one run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wishes<'a> {
    /// The plan that says where tenants live today.
    pub from: Option<&'a Plan>,
    /// Whether to leave out the fewest tenants that cannot live, instead of answering that it is impossible.
    pub partial: bool,
    /// The most units that may move.
    pub max_moves: Option<u64>,
    /// Threads of the search; none for as many as the machine has. Any number makes the same plan.
    pub threads: Option<NonZeroUsize>,
}

/// The answer.
#[derive(Debug, Clone)]
pub enum Proposal {
    /// A plan.
    Plan(Box<Plan>),
    /// No plan exists; each conflict is a set that is impossible by itself.
    Impossible(Vec<Conflict>),
    /// The budget ended before a plan or a conflict was found; the sentence says what was learned.
    Unknown(String),
}

/// Requirements that cannot stand together: impossible by themselves, possible after dropping any one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Tenants that take part, sorted.
    pub tenants: Vec<TenantName>,
    /// The requirements, each with its line.
    pub requirements: Vec<Requirement>,
    /// What would resolve it, cheapest first.
    pub ways_out: Vec<WayOut>,
    /// Whether the set is irreducible. False where the budget ended first.
    pub minimal: bool,
}

/// What a requirement asks, for programs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// A tenant is there, with its demand.
    Demand(TenantName),
    /// A rule holds for a tenant.
    Rule(TenantName, &'static str),
    /// Two tenants share a cluster; the lower name first.
    Near(TenantName, TenantName),
    /// Two tenants share no cluster; the lower name first.
    Apart(TenantName, TenantName),
    /// A key of `[policy]`, `max_moves`, or the `edition` of the vcluster chart.
    Policy(&'static str),
    /// A class opens no more clusters than it may.
    Class(ClassName),
}

impl Asked {
    /// Whose requirement it is.
    #[must_use]
    pub fn tenants(&self) -> Vec<&TenantName> {
        match self {
            Self::Demand(name) | Self::Rule(name, _) => vec![name],
            Self::Near(a, b) | Self::Apart(a, b) => vec![a, b],
            Self::Policy(_) | Self::Class(_) => Vec::new(),
        }
    }
}

/// One requirement of a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// What is asked.
    pub asked: Asked,
    /// In words: ``tenant `ledger` asks for residency `eu` ``.
    pub text: String,
    /// Where it was written; none for a shipped default.
    pub span: Option<Span>,
}

/// One change that resolves a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayOut {
    /// In words.
    pub text: String,
    /// What that costs a month; none where it was not worked out.
    pub monthly: Option<Money>,
    /// Whether the whole fleet costs that then; else the tenant's cheapest home does.
    pub is_of_fleet: bool,
}
