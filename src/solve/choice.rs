//! One candidate of one unit as numbers: what it costs by itself and what it takes of its place.
//!
//! Units with the same requirements share a table of [`Candidate`]s; a [`Choice`] is what one unit's amounts make of a candidate.
//! A [`View`] puts unit, candidate and choice together again for whoever asks.

use smallvec::SmallVec;

use crate::solve::places::Place;
use crate::solve::problem::UnitModel;
use crate::vocab::resources::Resources;
use crate::vocab::tier::Form;
use crate::vocab::version::Minor;

/// How many limits of a cluster are counted over units: pods, pod addresses, namespaces, services, load balancers, units, importance.
pub const LIMITS: usize = crate::plan::certificate::LIMITS;

/// What a unit takes of a cluster's limits, in the order of [`crate::solve::Place::limits`].
pub type Use = [u64; LIMITS];

/// A place, a form and a pool for each workload, for all units of one signature.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// Index of the place.
    pub place: usize,
    /// Tier and nodes.
    pub form: Form,
    /// The minor of its own API server, in tier `vcluster`.
    pub minor: Option<Minor>,
    /// A pool of the place for each workload.
    pub pools: Box<[usize]>,
    /// The pools among them, each once, ascending.
    pub distinct: Box<[usize]>,
    /// The pool that carries a vcluster's control plane, and what that takes.
    pub plane: Option<(usize, Resources)>,
    /// Services of the control plane.
    pub plane_services: u64,
    /// GiB of its backing store.
    pub plane_storage: u64,
    /// Licence and toil of a vcluster.
    pub licence: i64,
    /// Toil per namespace that the unit takes.
    pub per_namespace: i64,
}

impl Candidate {
    /// Whether workloads run on nodes that others use too.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self.form, Form::NamespaceShared | Form::VclusterShared)
    }

    /// Whether it loads the shared nodes of a pool.
    #[must_use]
    pub fn shares(&self, pool: usize) -> bool {
        self.is_shared() && self.pools.contains(&pool)
    }

    /// The pool whose nodes its first workload shares; none on nodes of its own.
    #[must_use]
    pub fn shared_pool(&self) -> Option<usize> {
        self.pools.first().copied().filter(|_| self.is_shared())
    }

    /// Whether the nodes are joined to a vcluster, outside its host.
    #[must_use]
    pub const fn is_private(&self) -> bool {
        matches!(self.form, Form::VclusterPrivate)
    }
}

/// A candidate with one unit's amounts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Choice {
    /// Index of the candidate in the signature's table.
    pub candidate: usize,
    /// Index of the set of labels: a shared place holds one value of each dimension.
    pub labels: usize,
    /// Money per month that is the unit's alone: licence, toil, storage, load balancers, private nodes. A move is not in it.
    pub own: i64,
    /// Whole nodes of its own, for each pool of [`Candidate::distinct`]; empty on shared nodes.
    pub nodes: Box<[u64]>,
}

/// What a unit takes of one pool: load on shared nodes, and whole nodes of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The pool.
    pub pool: usize,
    /// Load on shared nodes.
    pub load: Resources,
    /// Nodes of its own.
    pub nodes: u64,
}

/// A choice, its candidate and its unit.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Who.
    pub unit: &'a UnitModel,
    /// Where and how.
    pub candidate: &'a Candidate,
    /// With which numbers.
    pub choice: &'a Choice,
}

impl<'a> View<'a> {
    /// Index of the place.
    #[must_use]
    pub const fn place(&self) -> usize {
        self.candidate.place
    }

    /// The pool whose nodes a unit of one workload shares, and how many of the place's nodes that load needs alone.
    #[must_use]
    pub fn nodes_alone(&self, place: &Place) -> Option<(usize, u64)> {
        match (&*self.candidate.pools, &*self.unit.loads) {
            ([pool], [load]) if self.candidate.is_shared() => Some((*pool, place.pools[*pool].nodes(load))),
            _ => None,
        }
    }

    /// Load on the shared nodes of pools. A pool may come more than once.
    pub fn shared(&self) -> impl Iterator<Item = (usize, Resources)> + 'a {
        let shared = self.candidate.is_shared();
        let loads = self.candidate.pools.iter().copied().zip(self.unit.loads.iter().copied());
        loads.filter(move |_| shared).chain(self.candidate.plane)
    }

    /// Whole nodes of its own in pools of the place.
    pub fn dedicated(&self) -> impl Iterator<Item = (usize, u64)> + 'a {
        self.nodes_where(!self.candidate.is_private())
    }

    /// Whole private nodes in the shape of pools.
    pub fn private(&self) -> impl Iterator<Item = (usize, u64)> + 'a {
        self.nodes_where(self.candidate.is_private())
    }

    fn nodes_where(&self, yes: bool) -> impl Iterator<Item = (usize, u64)> + 'a {
        let nodes = self.candidate.distinct.iter().copied().zip(self.choice.nodes.iter().copied());
        nodes.filter(move |_| yes)
    }

    /// What it takes of pools, each pool once.
    #[must_use]
    pub fn parts(&self) -> SmallVec<[Part; 3]> {
        let mut parts: SmallVec<[Part; 3]> = SmallVec::new();
        let mut add = |pool: usize, load: Resources, nodes: u64| match parts.iter_mut().find(|part| part.pool == pool) {
            Some(part) => {
                part.load += load;
                part.nodes += nodes;
            }
            None => parts.push(Part { pool, load, nodes }),
        };
        self.shared().for_each(|(pool, load)| add(pool, load, 0));
        self.dedicated().for_each(|(pool, nodes)| add(pool, Resources::ZERO, nodes));
        parts
    }

    /// What it takes of the limits.
    #[must_use]
    pub fn uses(&self) -> Use {
        let UnitModel { pods, services, load_balancers, namespaces, importance, .. } = *self.unit;
        let host = u64::from(!self.candidate.is_private());
        let plane = self.candidate.plane.map_or(0, |(_, load)| load.pods);
        let pods = host * pods + plane;
        let namespaces = if self.candidate.plane.is_some() { 1 } else { namespaces };
        [pods, pods, namespaces, host * services + self.candidate.plane_services, host * load_balancers, 1, importance]
    }

    /// True where a plan with `self` in the place of `other` never costs more and is never less possible. `mine` and `theirs` are the labels.
    #[must_use]
    pub fn dominates(
        &self,
        other: &Self,
        mine: &[usize],
        theirs: &[usize],
        usable: impl Fn(usize) -> Resources,
    ) -> bool {
        let nodes = |list: &mut dyn Iterator<Item = (usize, u64)>, pool: usize| {
            list.filter(|(at, _)| *at == pool).map(|(_, n)| n).sum::<u64>()
        };
        // A form that stays saves a move, so that no other form takes its place.
        let stays = |view: &Self| view.unit.today.is_some_and(|today| today.form == view.candidate.form);
        self.place() == other.place()
            && self.choice.own <= other.choice.own
            && (stays(self) || !stays(other))
            && self.uses().iter().zip(&other.uses()).all(|(mine, theirs)| mine <= theirs)
            && mine.iter().all(|label| theirs.contains(label))
            && self.private().all(|(pool, count)| count <= nodes(&mut other.private(), pool))
            && self.dedicated().all(|(pool, count)| count <= nodes(&mut other.dedicated(), pool))
            && self.parts().iter().filter(|part| part.load != Resources::ZERO).all(|part| {
                let theirs = other.parts().iter().find(|theirs| theirs.pool == part.pool).copied();
                let (load, count) = theirs.map_or((Resources::ZERO, 0), |theirs| (theirs.load, theirs.nodes));
                // A load d beside others needs at most ceil(d / usable) more nodes, so that q nodes of one's own are never cheaper than d ≤ q · usable shared.
                part.load.fits(&(load + usable(part.pool).times(count - part.nodes)))
            })
    }
}
