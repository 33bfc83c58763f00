//! What a home stands on: a cluster that is planned, or one that exists or could be opened and that the plan may not use at all.
//!
//! An offer at a minor flows in, with what follows from it under the policy; rules' checks judge a [`Case`] on it, finished or not.

use super::arithmetic::{Node, share_of};
use crate::inventory::facts::SupportPhase;
use crate::inventory::{Inventory, Offer, Pool, Tenant, Workload};
use crate::vocab::name::Residency;
use crate::vocab::resources::{Demand, Resources};
use crate::vocab::tier::Form;
use crate::vocab::version::Minor;

/// An offer at a minor.
pub struct Ground<'a> {
    /// What it offers.
    pub offer: &'a Offer,
    /// Its minor.
    pub kubernetes: Minor,
    /// Its support on the planning date.
    pub phase: SupportPhase,
    /// The nodes of its pools, in the offer's order.
    pub nodes: Vec<Node>,
    /// What one unit takes of it at most, where it is shared: millicores, MiB, pods.
    pub tenant_share: [u64; 3],
}

impl<'a> Ground<'a> {
    /// Works out what follows from an offer.
    pub fn of(inventory: &'a Inventory, offer: &'a Offer, kubernetes: Minor) -> Self {
        let policy = &inventory.policy;
        let nodes: Vec<Node> = offer.pools.iter().map(|pool| Node::of(pool, policy)).collect();
        // All pools at their most nodes, and the limit of pods.
        let most = |amount: fn(&Resources) -> u64| {
            let pools = offer.pools.iter().zip(&nodes);
            pools.fold(0_u64, |sum, (pool, node)| sum.saturating_add(amount(&node.raw).saturating_mul(pool.max)))
        };
        let whole = [most(|raw| raw.cpu), most(|raw| raw.memory), offer.limits.pods];
        Self {
            offer,
            kubernetes,
            phase: inventory.facts.support(offer.provider, kubernetes, inventory.fleet.date),
            tenant_share: whole.map(|all| share_of(all, policy.max_tenant_share)),
            nodes,
        }
    }
}

/// A home that is or could be: who, how and on what, pools aside.
#[derive(Clone, Copy)]
pub struct Case<'c> {
    /// What was asked and what there is.
    pub inventory: &'c Inventory,
    /// Whose home.
    pub tenant: &'c Tenant,
    /// Which of its sites.
    pub site: Option<&'c Residency>,
    /// Tier and nodes.
    pub form: Form,
    /// Where.
    pub ground: &'c Ground<'c>,
    /// The planned demand of each workload.
    pub planned: &'c [Demand],
}

impl<'c> Case<'c> {
    /// A workload and what it is planned to ask.
    pub fn workload(&self, index: usize) -> (&'c Workload, &'c Demand) {
        (&self.tenant.workloads[index], &self.planned[index])
    }

    /// A pool of the ground.
    pub fn pool(&self, index: usize) -> &'c Pool {
        &self.ground.offer.pools[index]
    }

    /// What all workloads ask together.
    pub fn total(&self) -> Demand {
        self.planned.iter().copied().sum()
    }
}
