//! What a tree proves something about: bundles of units with their choices, entries with their nodes and limits, in exact integers.
//!
//! The terms are those of [`crate::plan::certificate`]: an entry is a group of alike clusters in one state, and stands at the same index. A mapper
//! fills this in from the problem; nothing here knows rules, clusters' names or the search.

use crate::plan::certificate::{Counted, LIMITS};
use crate::vocab::name::{ClassName, Residency, TenantName};
use crate::vocab::tier::{Form, Tenancy};

/// A part of the fleet as numbers. Money in micro-units per month.
#[derive(Debug, Clone, Default)]
pub struct Piece {
    /// Entries.
    pub entries: Vec<Entry>,
    /// Clusters that exist.
    pub sets: Vec<Set>,
    /// Classes, and how many clusters of each may be open at most.
    pub classes: Vec<(ClassName, u64)>,
    /// Units that live together.
    pub bundles: Vec<Bundle>,
    /// Sums over several entries that may be split. None of dedicated clusters.
    pub sums: Vec<Vec<Counted>>,
    /// The most units that may move.
    pub max_moves: Option<u64>,
}

/// A group of alike clusters in one state.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Which clusters that exist; none for copies that can be opened.
    pub set: Option<usize>,
    /// The class that open clusters count against.
    pub class: Option<usize>,
    /// Shared or dedicated.
    pub tenancy: Tenancy,
    /// What an open shared cluster costs besides its nodes, its opening included.
    pub fixed: i64,
    /// Pools of each cluster.
    pub pools: Vec<Shape>,
    /// The most nodes of one cluster.
    pub max_nodes: u64,
    /// Limits of one cluster.
    pub limits: [u64; LIMITS],
}

/// The nodes of a pool.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Money per node.
    pub price: i64,
    /// What a node carries as far as a linear bound knows.
    pub capacity: [u64; 4],
    /// The fewest nodes of an open cluster.
    pub min: u64,
    /// The most.
    pub max: u64,
}

/// Clusters that exist and are alike.
#[derive(Debug, Clone)]
pub struct Set {
    /// How many.
    pub count: u64,
    /// What a closed one costs; nothing where none may close.
    pub closed: Option<i64>,
    /// What a dedicated one costs in which nobody lives.
    pub idle: i64,
}

/// Units that live in one entry together.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// The units.
    pub units: Vec<Member>,
}

/// A unit.
#[derive(Debug, Clone)]
pub struct Member {
    /// Whose.
    pub tenant: TenantName,
    /// Which of its sites.
    pub site: Option<Residency>,
    /// Planned load of its one workload; nothing where it has several.
    pub planned: Option<[u64; 4]>,
    /// What is open to it.
    pub options: Vec<Choice>,
}

/// A way to live.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The entry.
    pub entry: usize,
    /// In which form.
    pub form: Form,
    /// Money that is the unit's alone, a move included; all of it in a cluster of its own, less what that costs when idle.
    pub cost: i64,
    /// Load on pools; own nodes as their capacity.
    pub load: Vec<(usize, [u64; 4])>,
    /// Nodes of its own in pools, which are in `load` as their capacity.
    pub own: Vec<(usize, u64)>,
    /// The pool whose nodes it shares with its one workload, and how many of them that needs alone.
    pub shares: Option<(usize, u64)>,
    /// Private nodes in the shape of pools.
    pub private: Vec<(usize, u64)>,
    /// What it takes of the limits.
    pub uses: [u64; LIMITS],
    /// Whether the unit moves.
    pub moves: bool,
    /// Whether it may stay out of the linear program until prices ask for it. Never in a bundle of several units.
    pub is_late: bool,
}

/// Where a unit can be: an entry, and on the shared nodes of its pool or anyhow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Spot {
    /// The bundle.
    pub bundle: usize,
    /// Which of its units.
    pub unit: usize,
    /// The entry.
    pub entry: usize,
    /// The pool; none for the cluster.
    pub pool: Option<usize>,
}

impl Piece {
    /// How many clusters of an entry can be open at once.
    #[must_use]
    pub fn most_open(&self, entry: usize) -> u64 {
        let entry = &self.entries[entry];
        let exist = entry.set.map_or(u64::MAX, |set| self.sets[set].count);
        let opened = entry.class.map_or(u64::MAX, |class| self.classes[class].1);
        exist.min(opened)
    }
}

/// A bound on a count that a path of splits has set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// At least.
    pub low: u64,
    /// At most; nothing where no split says.
    pub high: Option<u64>,
}

/// What tells two halves apart; the first half is the one that is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Nodes of an entry's pool are at most so many.
    Nodes(usize, usize, u64),
    /// Open clusters of an entry are at most so many.
    Open(usize, u64),
    /// One of the piece's sums is at most so many.
    Sum(usize, u64),
    /// A bundle's unit lives in an entry in a form.
    Home(usize, usize, usize, Form),
}

/// What a path of cuts leaves: bounds on nodes and open clusters, and closed choices.
#[derive(Debug, Clone)]
pub struct Box {
    /// By entry and pool.
    pub nodes: Vec<Vec<Range>>,
    /// By entry.
    pub open: Vec<Range>,
    /// By sum.
    pub sums: Vec<Range>,
    /// Homes that were said, or denied (false).
    pub homes: Vec<(usize, usize, usize, Form, bool)>,
}

impl Box {
    /// What no cut has touched.
    #[must_use]
    pub fn whole(piece: &Piece) -> Self {
        const FREE: Range = Range { low: 0, high: None };
        Self {
            nodes: piece.entries.iter().map(|entry| vec![FREE; entry.pools.len()]).collect(),
            open: vec![FREE; piece.entries.len()],
            sums: vec![FREE; piece.sums.len()],
            homes: Vec::new(),
        }
    }

    /// One half of it.
    pub fn cut(&mut self, cut: Cut, first: bool) {
        let narrow = |range: &mut Range, most: u64| match first {
            true => range.high = Some(range.high.map_or(most, |high| high.min(most))),
            false => range.low = range.low.max(most + 1),
        };
        match cut {
            Cut::Nodes(entry, pool, most) => narrow(&mut self.nodes[entry][pool], most),
            Cut::Open(entry, most) => narrow(&mut self.open[entry], most),
            Cut::Sum(sum, most) => narrow(&mut self.sums[sum], most),
            Cut::Home(bundle, unit, entry, form) => self.homes.push((bundle, unit, entry, form, first)),
        }
    }

    /// True where no count can be what is asked of it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let ranges = self.nodes.iter().flatten().chain(&self.open).chain(&self.sums);
        ranges.into_iter().any(|range| range.high.is_some_and(|high| high < range.low))
    }

    /// Whether a choice is still open to a unit.
    #[must_use]
    pub fn allows(&self, bundle: usize, unit: usize, choice: &Choice) -> bool {
        self.homes.iter().all(|(of, whose, entry, form, said)| {
            (*of, *whose) != (bundle, unit) || (choice.entry == *entry && choice.form == *form) == *said
        })
    }
}
