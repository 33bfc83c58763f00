//! `[[pin]]` and `[[exception]]`: promises and lifted rules. Both have an owner, a reason and an end.

use serde::Serialize;

use super::Places;
use crate::vocab::calendar::Date;
use crate::vocab::name::{ClusterName, TeamName, TenantName};
use crate::vocab::tier::{Nodes, Tier};

/// Rules that an exception can lift, sorted. Capacities and limits are never among them.
pub const LIFTABLE: &[&str] =
    &["crds", "disruption", "isolation", "kernel", "regulation", "residency", "scale", "support", "trust", "version"];

/// A placement that was promised. At least one of cluster, tier and nodes is said.
#[derive(Debug, Clone, Serialize)]
pub struct Pin {
    /// Whose.
    pub tenant: TenantName,
    /// The cluster it stays in: an existing one.
    pub cluster: Option<ClusterName>,
    /// The tier it keeps.
    pub tier: Option<Tier>,
    /// The nodes it keeps.
    pub nodes: Option<Nodes>,
    /// Who answers for it.
    pub owner: TeamName,
    /// Why.
    pub reason: String,
    /// The last day on which it holds. None: until it is removed.
    pub until: Option<Date>,
    /// Where it was written.
    #[serde(skip)]
    pub at: Places,
}

/// A candidate rule that is lifted for one tenant.
#[derive(Debug, Clone, Serialize)]
pub struct Exception {
    /// Whose.
    pub tenant: TenantName,
    /// The rule's name, such as `disruption`.
    pub rule: String,
    /// Who answers for it.
    pub owner: TeamName,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Date,
    /// Where it was written.
    #[serde(skip)]
    pub at: Places,
}
