//! What can be asked of a session, and what it answers.

use crate::inventory::{Class, Cluster, Tenant};
use crate::planner::proposal::Conflict;
use crate::vocab::calendar::Date;
use crate::vocab::money::Money;
use crate::vocab::name::{ClassName, ClusterName, Residency, TenantName};
use crate::vocab::tier::Form;

/// A change of the fleet. What comes under a name that is there takes its place: so tenants are resized, requirements and prices changed.
#[derive(Debug, Clone)]
pub enum Change {
    /// A tenant comes, or becomes this. Its planned demand is worked out anew from today's.
    Tenant(Box<Tenant>),
    /// A tenant leaves, and every pin, exception and pair that names it.
    NoTenant(TenantName),
    /// A cluster is there, or becomes this.
    Cluster(Box<Cluster>),
    /// A cluster is gone: who lived there moves, and closing it is not paid for.
    NoCluster(ClusterName),
    /// Clusters can be opened from a class, or from what it becomes.
    Class(Box<Class>),
    /// No cluster can be opened from the class; what an earlier plan opened from it is forgotten.
    NoClass(ClassName),
    /// Another planning date.
    Date(Date),
}

/// What the fleet costs after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Money per month of the plan.
    pub objective: Money,
    /// What no plan costs less than: the certificate of the plan proves it.
    pub bound: Money,
    /// Units that do not live where the plan has them that the session began with.
    pub moves: u64,
    /// Who has another home than before the change, by tenant and site.
    pub rehoused: Vec<Rehoused>,
    /// How it was found.
    pub how: How,
}

impl Answer {
    /// The part of the objective that a better plan could save, in millionths, rounded up.
    #[must_use]
    pub fn gap_millionths(&self) -> u64 {
        gap(self.objective, self.bound)
    }
}

/// The part of an objective that is above a bound, in millionths, rounded up.
pub fn gap(objective: Money, bound: Money) -> u64 {
    let above = i128::from(objective.0) - i128::from(bound.0);
    let whole = i128::from(objective.0).max(1);
    u64::try_from((above * 1_000_000 + whole - 1).div_euclid(whole)).unwrap_or(0)
}

/// A unit that has another home than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehoused {
    /// Whose.
    pub tenant: TenantName,
    /// Which of its sites.
    pub site: Option<Residency>,
    /// Before; none for one that came.
    pub from: Option<Home>,
    /// Now; none for one that left.
    pub to: Option<Home>,
}

/// A home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The cluster; the class where it would be opened.
    pub cluster: String,
    /// Whether it would be opened.
    pub opened: bool,
    /// Tier and nodes.
    pub form: Form,
}

/// How an answer was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The plan was mended around the change, and the bound brought up to date.
    Repaired,
    /// The fleet was solved anew.
    Solved(Because),
}

/// Why the fleet was solved anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// The session began.
    Opened,
    /// A cluster, a class, a price or the date changed.
    Fleet,
    /// Who shares a cluster with whom changed.
    Near,
    /// The change moved limits of blast radius, and somebody's homes with them.
    Importance,
    /// No home was found for somebody without moving many.
    Homeless,
    /// What was independent is tied together now.
    Parts,
    /// More would have moved than may.
    Moves,
    /// The repaired plan left a larger gap than the last solve did, by more than [`super::MOST_LOST_MILLIONTHS`].
    Gap,
}

/// Why there is no answer. The session is as it was before the change.
#[derive(Debug, Clone)]
pub enum Refusal {
    /// The change speaks of what is not there, or contradicts itself; the sentence says how.
    Input(String),
    /// No plan exists.
    Impossible(Vec<Conflict>),
    /// The budget ended before a plan or a conflict was found.
    Unknown(String),
}
