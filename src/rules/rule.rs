//! What a rule is: its documentation, its verdict on a candidate, and how it binds tenants together.

use crate::inventory::{Pool, Workload};
use crate::rules::setting::{Host, Setting, Unit};
use crate::vocab::diagnostic::Span;
use crate::vocab::tier::{Form, Tier};

/// One rule of the rule book. A rule judges homes, or pools, or binds units together; what it does not do it leaves out.
pub trait Rule: Sync {
    /// Kebab-case, as exceptions and plans name it.
    fn name(&self) -> &'static str;

    /// The page in the rule book.
    fn page(&self) -> Page;

    /// What of a unit the rule's verdict depends on, beside host and form: units that agree in it share a verdict.
    fn reads(&self) -> Reads {
        Reads::Requirements
    }

    /// True where the unit may live in this host in this form, as far as this rule can tell without pools.
    fn allows_home(&self, _case: &Case<'_>) -> bool {
        true
    }

    /// True where a workload may run on a pool of the host.
    fn allows_pool(&self, _case: &Case<'_>, _workload: &Workload, _pool: &Pool) -> bool {
        true
    }

    /// Why the rule closes this home or pool. Called only where it does.
    fn reason(&self, case: &Case<'_>, part: Option<(&Workload, &Pool)>) -> Unfit;

    /// Values of which a shared cluster holds at most one per dimension, for a unit that lives there in `tier`.
    fn labels(&self, _setting: &Setting<'_>, _unit: &Unit<'_>, _tier: Tier, _labels: &mut Vec<Label>) {}
}

/// What of a unit a verdict depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// Requirements alone, never amounts; and of where the unit lives today only whether that is this host, past its support.
    Requirements,
    /// Amounts too: planned demand, the largest pod, importance.
    Amounts,
}

/// A page of the rule book. One or two sentences each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// What the rule asks.
    pub asks: &'static str,
    /// Why it exists.
    pub why: &'static str,
    /// Its form in the model.
    pub form: &'static str,
    /// What breaks it.
    pub breaks: &'static str,
    /// How to satisfy it.
    pub satisfy: &'static str,
}

/// A candidate without its pools: a unit, a host and a form.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// Everything around it.
    pub setting: &'a Setting<'a>,
    /// Who would live there.
    pub unit: &'a Unit<'a>,
    /// Where.
    pub host: &'a Host<'a>,
    /// How.
    pub form: Form,
}

/// Why a candidate is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// In words, with figures.
    pub text: String,
    /// The line that asks for it; none for a default.
    pub span: Option<Span>,
}

impl Unfit {
    /// Points at a key of the tenant.
    #[must_use]
    pub fn of(case: &Case<'_>, key: &str, text: String) -> Self {
        Self { text, span: Some(case.unit.tenant.at.of(key)) }
    }
}

/// A value in a dimension. A shared cluster holds at most one value of each dimension.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    /// The rule that binds.
    pub rule: &'static str,
    /// What is told apart, such as a CRD's name.
    pub dimension: String,
    /// The value, such as the CRD's version.
    pub value: String,
}
