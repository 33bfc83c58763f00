//! One candidate of one unit as numbers: what it costs by itself and what it takes of its place.

use crate::vocab::resources::Resources;
use crate::vocab::tier::Form;
use crate::vocab::version::Minor;

/// How many limits of a cluster are counted over units: pods, pod addresses, namespaces, services, load balancers, units, importance.
pub const LIMITS: usize = 7;

/// What a unit takes of a cluster's limits, in the order of [`crate::solve::Place::limits`].
pub type Use = [u64; LIMITS];

/// A candidate: a place, a form and a pool for each workload.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Choice {
    /// Index of the place.
    pub place: usize,
    /// Tier and nodes.
    pub form: Form,
    /// The minor of its own API server, in tier `vcluster`.
    pub minor: Option<Minor>,
    /// A pool of the place for each workload.
    pub pools: Vec<usize>,
    /// Money per month that is the unit's alone: licence, toil, storage, load balancers, private nodes, the move.
    pub own: i64,
    /// Load on the shared nodes of pools.
    pub shared: Vec<(usize, Resources)>,
    /// Whole nodes of its own in pools of the place.
    pub dedicated: Vec<(usize, u64)>,
    /// Whole private nodes in the shape of pools.
    pub private: Vec<(usize, u64)>,
    /// What it takes of the limits.
    pub uses: Use,
    /// Labels, by index; a shared place holds one value of each dimension.
    pub labels: Vec<usize>,
    /// Whether the unit lives here, in this form, today.
    pub stays: bool,
}

impl Choice {
    /// True where a plan with `self` in the place of `other` never costs more and is never less possible.
    #[must_use]
    pub fn dominates(&self, other: &Self, usable: impl Fn(usize) -> Resources) -> bool {
        let load = |choice: &Self, pool: usize| {
            choice.shared.iter().filter(|(at, _)| *at == pool).map(|(_, load)| *load).sum::<Resources>()
        };
        let nodes = |list: &[(usize, u64)], pool: usize| {
            list.iter().filter(|(at, _)| *at == pool).map(|(_, n)| *n).sum::<u64>()
        };
        self.place == other.place
            && self.own <= other.own
            && (self.stays || !other.stays)
            && self.uses.iter().zip(&other.uses).all(|(mine, theirs)| mine <= theirs)
            && self.labels.iter().all(|label| other.labels.contains(label))
            && self.private.iter().all(|(pool, count)| *count <= nodes(&other.private, *pool))
            && self.dedicated.iter().all(|(pool, count)| *count <= nodes(&other.dedicated, *pool))
            && self.shared.iter().all(|(pool, mine)| {
                // A load d beside others needs at most ceil(d / usable) more nodes, so that q nodes of one's own are never cheaper than d ≤ q · usable shared.
                let spare = nodes(&other.dedicated, *pool) - nodes(&self.dedicated, *pool);
                mine.fits(&(load(other, *pool) + usable(*pool).times(spare)))
            })
    }
}
