//! The plan: every tenant's placement, the clusters to open, keep and close, money, and the proof.
//!
//! A plan names everything and resolves nothing: it can be read without the inventory it was made from. `solve` makes
//! the decision, `planner` writes it down as a [`Plan`], `review` checks it, `report` and `gitops` read it.

pub mod certificate;
pub mod diff;
pub mod file;
#[cfg(test)]
mod fixture;
mod placement;
mod proof;

use serde::{Deserialize, Serialize};

use crate::vocab::calendar::Date;
use crate::vocab::money::Money;
use crate::vocab::name::FleetName;

pub use placement::{Action, Move, PlacedWorkload, Placement, PlannedCluster, PlannedPool};
pub use proof::{Proof, Status};

/// The version of the plan file's format. Readers refuse a newer one.
pub const FORMAT_VERSION: u32 = 1;

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// [`FORMAT_VERSION`] of its writer.
    pub format_version: u32,
    /// The fleet's name.
    pub fleet: FleetName,
    /// The planning date.
    pub date: Date,
    /// The currency of every amount.
    pub currency: String,
    /// SHA-256 of the inventory in substance, in hex: comments and file order do not matter.
    pub fingerprint: String,
    /// Fingerprint of the plan it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Objective, bound, gap.
    pub proof: Proof,
    /// Money per month by kind; sums to the objective.
    pub money: MoneyByKind,
    /// Every unit's home, sorted by tenant and site.
    #[serde(default, rename = "placement", skip_serializing_if = "Vec::is_empty")]
    pub placements: Vec<Placement>,
    /// Tenants that `--partial` left without a home, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unplaced: Vec<crate::vocab::name::TenantName>,
    /// Every cluster that exists or is opened, sorted by name.
    #[serde(default, rename = "cluster", skip_serializing_if = "Vec::is_empty")]
    pub clusters: Vec<PlannedCluster>,
    /// The most units that were to move, where that was limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_moves: Option<u64>,
    /// Units that change cluster, tier or nodes, sorted.
    #[serde(default, rename = "move", skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<Move>,
}

/// Money per month by kind, micro-units in memory, decimal text in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoneyByKind {
    /// Control planes at their standard price.
    pub control_planes: Money,
    /// What extended support adds.
    pub extended_support: Money,
    /// Nodes of every pool, private ones included.
    pub nodes: Money,
    /// Licences of vclusters.
    pub licences: Money,
    /// Toil of clusters, vclusters and namespaces.
    pub toil: Money,
    /// Storage and load balancers.
    pub storage_and_load_balancers: Money,
    /// One-off costs (moves, opening, closing) spread over the payback months.
    pub one_off: Money,
}

impl MoneyByKind {
    /// The kinds by name, in the order in which they are shown.
    #[must_use]
    pub const fn each(&self) -> [(&'static str, Money); 7] {
        let Self { control_planes, extended_support, nodes, licences, toil, storage_and_load_balancers, one_off } =
            *self;
        [
            ("control planes", control_planes),
            ("extended support", extended_support),
            ("nodes", nodes),
            ("vcluster licences", licences),
            ("toil", toil),
            ("storage and load balancers", storage_and_load_balancers),
            ("one-off costs, spread", one_off),
        ]
    }

    /// The sum.
    #[must_use]
    pub fn total(&self) -> Money {
        self.each().into_iter().map(|(_, amount)| amount).sum()
    }
}
