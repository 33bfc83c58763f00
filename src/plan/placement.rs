//! Where each unit lives, and what each cluster becomes.

use serde::{Deserialize, Serialize};

use crate::vocab::money::Money;
use crate::vocab::name::{ClassName, ClusterName, PoolName, Region, Residency, TenantName, WorkloadName};
use crate::vocab::tier::{Form, Nodes, Tenancy, Tier};
use crate::vocab::version::Minor;

/// One unit's home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// Whose.
    pub tenant: TenantName,
    /// Which of its sites; none where the tenant names no sites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<Residency>,
    /// The tier.
    pub tier: Tier,
    /// The nodes; none in tier `cluster`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<Nodes>,
    /// The cluster: one of the plan's clusters.
    pub cluster: ClusterName,
    /// The minor of its own API server; only in tier `vcluster`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubernetes: Option<Minor>,
    /// A pool for each workload, in the tenant's order.
    pub pools: Vec<PlacedWorkload>,
    /// Its part of the fleet's money per month. Parts and idle clusters sum to the objective.
    pub monthly: Money,
    /// The rule that decided: the one that closed the cheapest closed door, or `money` where no door was closed that costs less.
    pub rule: String,
    /// The same in words.
    pub reason: String,
}

impl Placement {
    /// Tier and nodes as one; nothing where a hand-edited plan contradicts itself.
    #[must_use]
    pub const fn form(&self) -> Option<Form> {
        Form::new(self.tier, self.nodes)
    }
}

/// Where one workload of a unit runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlacedWorkload {
    /// The workload.
    pub workload: WorkloadName,
    /// The pool.
    pub pool: PoolName,
    /// The workload's own whole nodes (dedicated, private, or a cluster's); 0 on shared nodes.
    pub nodes: u64,
}

/// What happens to a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It does not exist yet.
    Open,
    /// It exists and stays.
    Keep,
    /// It exists and goes.
    Close,
}

impl Action {
    /// The word that files and tables say.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Keep => "keep",
            Self::Close => "close",
        }
    }

    /// Reads [`Action::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Open, Self::Keep, Self::Close].into_iter().find(|action| action.word() == word)
    }
}

/// One cluster of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedCluster {
    /// Its name.
    pub name: ClusterName,
    /// The class it is a copy of; none for a cluster of the inventory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ClassName>,
    /// Its minor.
    pub kubernetes: Minor,
    /// Its region.
    pub region: Region,
    /// Shared or dedicated.
    pub tenancy: Tenancy,
    /// What happens to it.
    pub action: Action,
    /// Nodes per pool, in the offer's order; empty where it closes.
    pub pools: Vec<PlannedPool>,
    /// Its money per month: control plane, support, toil and nodes, private ones included.
    pub monthly: Money,
}

/// Nodes of one pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedPool {
    /// The pool.
    pub pool: PoolName,
    /// Nodes of the cluster in this pool: `max(min, shared + dedicated)`.
    pub nodes: u64,
    /// Those that shared load needs.
    pub shared: u64,
    /// Those that are one unit's own.
    pub dedicated: u64,
    /// Nodes of this shape joined to vclusters; beside `nodes`.
    pub private: u64,
}

/// A unit that changes cluster, tier or nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// Whose.
    pub tenant: TenantName,
    /// Which of its sites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<Residency>,
    /// Where it lives in the plan that this one was made from: `vcluster/shared in eu-1`.
    pub from: String,
    /// Where it will live.
    pub to: String,
}
