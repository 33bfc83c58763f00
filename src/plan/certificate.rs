//! The certificate beside a plan: prices from which anybody can work out, in exact integers, what no plan costs less than.
//!
//! A certificate is data. `solve` finds the prices, `review` checks them from the inventory and the plan alone; ARCHITECTURE.md says why what
//! comes out is a bound. Every price is an integer in 2^-32 micro-units of money per month ([`UNIT`]).
//!
//! A part is a piece of the fleet that nothing ties to the rest: units whose candidates lie in its groups alone. Its bound is the least
//! bound of its leaves; the fleet's is the sum over its parts and over clusters in which nobody can live.

pub mod file;

use serde::{Deserialize, Serialize};

use crate::vocab::name::{ClassName, ClusterName, Residency, TenantName};
use crate::vocab::tier::{Form, Tenancy};
use crate::vocab::version::Minor;

/// Prices are integers in units of 2^-32 micro-units of money.
pub const UNIT: i128 = 1 << 32;

/// Limits of a cluster that are counted over units and can have a price: pods, pod addresses, namespaces, services, load
/// balancers, units, importance.
pub const LIMITS: usize = 7;

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// [`Certificate::FORMAT_VERSION`] of its writer.
    pub format_version: u32,
    /// Fingerprint of the plan that it stands beside.
    pub plan: String,
    /// The parts, each with its leaves.
    pub parts: Vec<Part>,
}

impl Certificate {
    /// The version of the format. Readers refuse a newer one.
    pub const FORMAT_VERSION: u32 = 1;
}

/// A piece of the fleet that nothing ties to the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Dimensions of which a shared cluster holds one value, and by which its states are told apart. Others are relaxed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<Dimension>,
    /// Groups of interchangeable clusters; a group stands once for each state that its clusters may be in.
    pub groups: Vec<Group>,
    /// Sums over several groups that splits speak of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sums: Vec<Vec<Counted>>,
    /// Units that need so many whole nodes if they share them, as far as some leaf prices it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roundings: Vec<Rounding>,
    /// The tree in pre-order: after a split come the whole tree of its first half and the whole tree of its second.
    pub tree: Vec<Node>,
}

/// If these units share nodes of these pools, there are as many whole nodes as their load together needs.
///
/// With `d` a unit's planned load, `cap` the most that a node of these pools counts for, `f = Σ d mod cap`, `k = ⌈Σ d / cap⌉` and
/// `g = ⌊d / cap⌋ f + min(d mod cap, f)`: for a price of 1 a unit pays `g` where it shares one of the pools, each node of them earns `f`, a node of
/// somebody's own there pays `f`, and the bound gets `f k − Σ g`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rounding {
    /// Groups and their pools: none twice, and never of dedicated clusters.
    pub over: Vec<(usize, usize)>,
    /// 0 for CPU, 1 for memory, 2 for pods, 3 for GPUs.
    pub resource: usize,
    /// The units, each with one workload, none twice.
    pub units: Vec<UnitName>,
}

/// A unit: whose, and which of its sites.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitName {
    /// Whose.
    pub tenant: TenantName,
    /// Which of its sites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<Residency>,
}

/// What a sum counts. None twice, and never of dedicated clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// Index of the group.
    pub group: usize,
    /// Nodes of this pool, over all clusters of the group while they are in its state; without a pool, the open clusters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<usize>,
}

/// A dimension with a value for every unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dimension {
    /// Production, or anything else: where policy keeps environments apart.
    Environment,
    /// Inside or outside a regime whose tenants accept no others as neighbours.
    Regime(crate::vocab::name::RegimeName),
}

/// Clusters that are alike, in one state: what lives in them has these values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Which clusters.
    pub of: Members,
    /// For each of the part's dimensions: true for production, or for inside the regime. Empty in dedicated clusters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<bool>,
}

/// Which clusters a group is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Members {
    /// Clusters that exist, or that an earlier plan opened.
    Clusters(Vec<ClusterName>),
    /// Copies of a class that can be opened at this minor with this tenancy.
    Class {
        /// The class.
        class: ClassName,
        /// The minor.
        kubernetes: Minor,
        /// Shared or dedicated.
        tenancy: Tenancy,
    },
}

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Node {
    /// Every plan is in one half or the other.
    Split(Split),
    /// The end of a branch.
    Leaf(Prices),
}

/// What tells two halves apart. The first half is the one that is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Split {
    /// The nodes of a pool, over all clusters of the group while they are in this state, are at most so many. Private nodes do not count.
    Nodes {
        /// Index of the group.
        group: usize,
        /// Index of the pool in the offer.
        pool: usize,
        /// At most so many.
        at_most: u64,
    },
    /// At most so many clusters of the group are open in this state. Never of dedicated clusters.
    Open {
        /// Index of the group.
        group: usize,
        /// At most so many.
        at_most: u64,
    },
    /// One of the part's sums is at most so many.
    Sum {
        /// Index of the sum.
        sum: usize,
        /// At most so many.
        at_most: u64,
    },
    /// The unit lives in this group in this form.
    Home {
        /// Whose unit.
        tenant: TenantName,
        /// Which of its sites.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        site: Option<Residency>,
        /// Index of the group.
        group: usize,
        /// In which form.
        form: Form,
    },
}

/// The prices of a leaf. What is not named has none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// Prices within groups, by index of the group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupPrices>,
    /// Per class: what a copy that is open pays, and the class's limit pays back. Not negative.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<(ClassName, i128)>,
    /// By index of the sum, per node or open cluster in it: what the sum's bounds pay (above zero the lower one, below zero the upper one).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sums: Vec<(usize, i128)>,
    /// By index of the rounding. Not negative.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roundings: Vec<(usize, i128)>,
    /// What a move pays, and the limit on moves pays back. Not negative.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub moves: i128,
}

/// The prices of one group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupPrices {
    /// Index of the group.
    pub group: usize,
    /// Per pool, per unit of CPU, memory, pods and GPUs of load on its nodes: what a load pays and nodes pay back. Not negative.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub load: Vec<[i128; 4]>,
    /// Per pool, per node: what the bounds on the pool's nodes pay (above zero the lower one, below zero the upper one).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<i128>,
    /// Per pool, per private node: what a private node pays and the pool's maximum pays back. Not negative.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub private: Vec<i128>,
    /// Per node of any pool: what it pays, and the cluster's limit on nodes pays back. Not negative.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub all_nodes: i128,
    /// Per unit of each limit. Not negative. Of dedicated clusters only the sixth, on units, may be priced.
    #[serde(default, skip_serializing_if = "are_zero")]
    pub limits: [i128; LIMITS],
    /// Per open cluster: what the bounds on open clusters pay (above zero the lower one, below zero the upper one).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub open: i128,
    /// Units that pay for being there at all, however little they take.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
}

/// What a unit pays for being there: where it lives, nodes are open that carry at least its own load, and a cluster is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Whose unit. One with a single workload, where a pool is named.
    pub tenant: TenantName,
    /// Which of its sites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<Residency>,
    /// The pool whose shared nodes carry it: it pays for each node that its load alone needs, as does every node of others' own in that pool, and
    /// each node is paid so much back. Without a pool: it pays for the cluster, and each open cluster is paid so much back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<usize>,
    /// How much. Not negative.
    pub price: i128,
}

/// A price of more than this, over a million a month for one of anything, is no price. It keeps sums of products in range.
pub const HIGHEST_PRICE: i128 = 1 << 72;

/// What the bounds on a count may pay: an empty half is shown by prices that pay for more than any plan costs, and its sums are checked one by one.
pub const HIGHEST_RANGE_PRICE: i128 = 1 << 90;

impl GroupPrices {
    /// Whether anything has a price, once [`GroupPrices::trimmed`].
    #[must_use]
    pub fn is_priced(&self) -> bool {
        *self != Self { group: self.group, ..Self::default() }
    }

    /// The same prices; lists that say nothing are left out.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        if self.load.iter().flatten().all(|price| *price == 0) {
            self.load.clear();
        }
        for list in [&mut self.nodes, &mut self.private] {
            if list.iter().all(|price| *price == 0) {
                list.clear();
            }
        }
        self
    }
}

fn is_zero(price: &i128) -> bool {
    *price == 0
}

fn are_zero(prices: &[i128; LIMITS]) -> bool {
    prices.iter().all(|price| *price == 0)
}
