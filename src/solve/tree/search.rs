//! The search: leaves lowest bound first, each solved from its parent's basis, each judged by its exact bound.
//!
//! Counts of nodes and open clusters are split before homes: they are what the money hangs on, and one split of a count speaks of all units at
//! once. A leaf ends where its exact bound reaches the incumbent, where nothing is in it, or where its solution is whole.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::rc::Rc;

use crate::plan::certificate::{GroupPrices, Link, Node, Prices, Split, UNIT};
use crate::solve::simplex::{Basis, Simplex, Status};
use crate::solve::tree::exact::{Bound, Dual, bound};
use crate::solve::tree::piece::{Box, Cut, Piece};
use crate::solve::tree::relaxation::Relaxation;
use crate::vocab::tier::Form;

/// Counts nearer to a whole number than this are whole.
const WHOLE: f64 = 1e-6;

/// How long to search.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Pivots of all linear programs together.
    pub pivots: u64,
    /// Leaves and splits of the tree.
    pub nodes: usize,
}

/// What was proven.
#[derive(Debug, Clone)]
pub struct Found {
    /// The tree in pre-order.
    pub tree: Vec<Node>,
    /// No plan of the piece costs less; nothing where no plan is possible at all.
    pub bound: Option<i64>,
    /// The cheapest plan known, in the end.
    pub incumbent: Option<i64>,
    /// Pivots spent.
    pub pivots: u64,
}

/// Asked to make a plan of a choice for each unit of each bundle; says what it costs where it can.
pub type Realise<'a> = &'a mut dyn FnMut(&[Vec<usize>]) -> Option<i64>;

/// Proves a bound for the piece, up to the incumbent's cost.
pub fn prove(piece: &Piece, incumbent: Option<i64>, budget: Budget, realise: Realise<'_>) -> Found {
    let relaxation = Relaxation::new(piece);
    let mut search = Search {
        simplex: Simplex::new(&relaxation.program),
        constant: Relaxation::constant(piece),
        relaxation,
        piece,
        leaves: Vec::new(),
        gains: BTreeMap::new(),
        incumbent,
        budget,
    };
    search.link();
    search.run(realise);
    Found {
        tree: search.pre_order(),
        bound: search.bound(),
        incumbent: search.incumbent,
        pivots: search.simplex.pivots(),
    }
}

/// A node of the tree while it grows.
struct Leaf {
    path: Vec<(Cut, bool)>,
    dual: Dual,
    bound: Bound,
    /// The program's own cost, for learning what splits gain.
    cost: f64,
    basis: Option<Rc<Basis>>,
    /// How to go on; nothing where there is no way.
    next: Option<Next>,
    halves: Option<(Cut, usize, usize)>,
}

/// A split that is worth trying.
#[derive(Debug, Clone, Copy)]
struct Next {
    cut: Cut,
    /// What the count has above the whole number below it.
    fraction: f64,
}

/// What a count's splits gained, per unit of its distance.
#[derive(Debug, Clone, Copy, Default)]
struct Gain {
    sums: [f64; 2],
    times: [u32; 2],
}

struct Search<'a> {
    piece: &'a Piece,
    relaxation: Relaxation,
    simplex: Simplex,
    constant: f64,
    leaves: Vec<Leaf>,
    /// By entry and pool; open clusters come after the pools.
    gains: BTreeMap<(usize, usize), Gain>,
    incumbent: Option<i64>,
    budget: Budget,
}

/// Rows of being there that are looked for at the root: how often, and how many at once.
const ROUNDS: usize = 25;
const ROWS_AT_ONCE: usize = 400;
/// The part of the pivots that the root may spend on them.
const ROOT_PART: u64 = 3;

impl Search<'_> {
    /// Adds rows of being there to the root's program while some are missing.
    fn link(&mut self) {
        let within = Box::whole(self.piece);
        for _ in 0..ROUNDS {
            let left = (self.budget.pivots / ROOT_PART).saturating_sub(self.simplex.pivots());
            self.relaxation.confine(&mut self.simplex, self.piece, &within);
            if left == 0 || self.simplex.solve(f64::INFINITY, left) != Status::Optimal {
                break;
            }
            if self.relaxation.separate(self.piece, &self.simplex, ROWS_AT_ONCE) == 0 {
                break;
            }
            let (basis, pivots) = (self.simplex.basis(), self.simplex.pivots());
            self.simplex = Simplex::grown(&self.relaxation.program, &basis, pivots);
        }
    }

    fn run(&mut self, realise: Realise<'_>) {
        self.solve(None, Vec::new(), realise);
        let mut open = BinaryHeap::from([Reverse((self.leaves[0].bound, 0))]);
        while let Some(Reverse((bound, index))) = open.pop() {
            if self.reaches(bound) {
                break;
            }
            let Some(next) = self.leaves[index].next else { continue };
            if self.simplex.pivots() >= self.budget.pivots || self.leaves.len() + 2 > self.budget.nodes {
                break;
            }
            let halves = [true, false].map(|first| {
                let mut path = self.leaves[index].path.clone();
                path.push((next.cut, first));
                let half = self.solve(Some(index), path, realise);
                self.learn(next, first, self.leaves[half].cost - self.leaves[index].cost);
                half
            });
            self.leaves[index].halves = Some((next.cut, halves[0], halves[1]));
            self.leaves[index].basis = None;
            open.extend(halves.map(|half| Reverse((self.leaves[half].bound, half))));
        }
    }

    /// True where a bound is as high as the cheapest plan known.
    fn reaches(&self, bound: Bound) -> bool {
        match bound {
            Bound::Nothing => false,
            Bound::Empty => true,
            Bound::AtLeast(least) => self.incumbent.is_some_and(|cost| ceiling(least) >= i128::from(cost)),
        }
    }

    /// Solves one half of its parent, or the root.
    fn solve(&mut self, parent: Option<usize>, path: Vec<(Cut, bool)>, realise: Realise<'_>) -> usize {
        let mut within = Box::whole(self.piece);
        path.iter().for_each(|(cut, first)| within.cut(*cut, *first));
        self.relaxation.confine(&mut self.simplex, self.piece, &within);
        // The root goes on from where its rows were found.
        if let Some(basis) = parent.and_then(|parent| self.leaves[parent].basis.clone()) {
            self.simplex.load(&basis);
        }
        // A little above the incumbent, so that what rounding takes from the exact bound is not missed.
        let cutoff = self.incumbent.map_or(f64::INFINITY, |cost| {
            let cost = cost as f64;
            cost - self.constant + 2.0 + cost.abs() * 1e-10
        });
        let left = self.budget.pivots.saturating_sub(self.simplex.pivots()).max(1);
        let mut status = self.simplex.solve(cutoff, left);
        let (mut dual, mut proven) = self.prices(&within, 0.0);
        if status == Status::Cutoff && !self.reaches(proven) {
            status = self.simplex.solve(f64::INFINITY, left);
            (dual, proven) = self.prices(&within, 0.0);
        }
        if status == Status::Infeasible {
            for power in 0..60 {
                let (along, more) = self.prices(&within, f64::from(power * 2 - 20).exp2());
                if more > proven {
                    (dual, proven) = (along, more);
                }
                if self.is_out_of_sight(proven) {
                    break;
                }
            }
        }
        if let Some(parent) = parent {
            // Half of what a parent proved is proven by the same prices.
            let inherited = bound(self.piece, &within, &self.leaves[parent].dual);
            if inherited > proven {
                (dual, proven) = (self.leaves[parent].dual.clone(), inherited);
            }
        }
        let mut leaf =
            Leaf { path, dual, bound: proven, cost: self.simplex.objective(), basis: None, next: None, halves: None };
        if status == Status::Optimal && !self.reaches(proven) {
            leaf.next = self.split_count().or_else(|| self.split_home(&leaf.dual));
            if leaf.next.is_none() || parent.is_none() {
                let cost = realise(&self.largest());
                self.incumbent = [self.incumbent, cost].into_iter().flatten().min();
            }
            leaf.basis = Some(Rc::new(self.simplex.basis()));
        }
        self.leaves.push(leaf);
        self.leaves.len() - 1
    }

    fn prices(&self, within: &Box, along: f64) -> (Dual, Bound) {
        let dual = self.relaxation.dual(&self.simplex, within, along);
        let proven = bound(self.piece, within, &dual);
        (dual, proven)
    }

    /// A bound that no plan's cost comes near.
    fn is_out_of_sight(&self, bound: Bound) -> bool {
        match bound {
            Bound::Nothing => false,
            Bound::Empty => true,
            Bound::AtLeast(least) => ceiling(least) >= self.incumbent.map_or(i128::from(i64::MAX / 4), i128::from),
        }
    }

    /// The count whose halves promise the most.
    fn split_count(&self) -> Option<Next> {
        let mut best: Option<(f64, Next)> = None;
        for (entry, terms) in self.relaxation.entries.iter().enumerate() {
            let columns = terms.nodes.iter().map(|(column, _)| *column).chain(terms.open.map(|(column, _)| column));
            for (pool, column) in columns.enumerate() {
                let value = self.simplex.value(column);
                let fraction = value - value.floor();
                if !(WHOLE..=1.0 - WHOLE).contains(&fraction) {
                    continue;
                }
                let below = value.floor() as u64;
                let is_open = pool == terms.nodes.len();
                let cut = if is_open { Cut::Open(entry, below) } else { Cut::Nodes(entry, pool, below) };
                let weight = self.relaxation.program.columns[column].cost.abs().max(1.0);
                let gain = self.gains.get(&(entry, pool)).copied().unwrap_or_default();
                let of = |half: usize| match gain.times[half] {
                    0 => weight,
                    times => gain.sums[half] / f64::from(times),
                };
                let score = (of(0) * fraction).max(1e-3) * (of(1) * (1.0 - fraction)).max(1e-3);
                if best.is_none_or(|(known, _)| score > known) {
                    best = Some((score, Next { cut, fraction }));
                }
            }
        }
        best.map(|(_, next)| next)
    }

    /// The unit that is split worst, by what its load pays.
    fn split_home(&self, dual: &Dual) -> Option<Next> {
        let mut best: Option<(f64, Next)> = None;
        for (bundle, units) in self.piece.bundles.iter().enumerate() {
            for (unit, member) in units.units.iter().enumerate() {
                let mut parts: BTreeMap<(usize, Form), (f64, f64)> = BTreeMap::new();
                for (choice, column) in member.options.iter().zip(&self.relaxation.choices[bundle][unit]) {
                    let prices = &dual.entries[choice.entry].load;
                    let pays: f64 = choice
                        .load
                        .iter()
                        .flat_map(|(pool, load)| prices[*pool].iter().zip(load))
                        .map(|(price, load)| *price as f64 * *load as f64)
                        .sum();
                    let part = parts.entry((choice.entry, choice.form)).or_default();
                    part.0 += self.simplex.value(*column);
                    part.1 = part.1.max(pays / UNIT as f64);
                }
                for ((entry, form), (share, pays)) in parts {
                    let score = share.min(1.0 - share) * (1.0 + pays);
                    if (WHOLE..=1.0 - WHOLE).contains(&share) && best.is_none_or(|(known, _)| score > known) {
                        best = Some((score, Next { cut: Cut::Home(bundle, unit, entry, form), fraction: share }));
                    }
                }
            }
        }
        best.map(|(_, next)| next)
    }

    fn learn(&mut self, next: Next, first: bool, gained: f64) {
        let key = match next.cut {
            Cut::Nodes(entry, pool, _) => (entry, pool),
            Cut::Open(entry, _) => (entry, self.relaxation.entries[entry].nodes.len()),
            Cut::Home(..) => return,
        };
        let (half, distance) = if first { (0, next.fraction) } else { (1, 1.0 - next.fraction) };
        let gain = self.gains.entry(key).or_default();
        gain.sums[half] += gained.max(0.0) / distance;
        gain.times[half] += 1;
    }

    /// The largest share of each unit.
    fn largest(&self) -> Vec<Vec<usize>> {
        let largest = |columns: &Vec<usize>| {
            let mut best = (0, f64::NEG_INFINITY);
            for (index, column) in columns.iter().enumerate() {
                let share = self.simplex.value(*column);
                if share > best.1 + WHOLE {
                    best = (index, share);
                }
            }
            best.0
        };
        self.relaxation.choices.iter().map(|units| units.iter().map(largest).collect()).collect()
    }

    /// The least bound of all leaves, up to the incumbent's cost.
    fn bound(&self) -> Option<i64> {
        let leaves = self.leaves.iter().filter(|leaf| leaf.halves.is_none());
        let least = leaves.map(|leaf| leaf.bound).min()?;
        let proven = match least {
            Bound::Empty => return self.incumbent,
            Bound::Nothing => 0,
            Bound::AtLeast(least) => i64::try_from(ceiling(least).max(0)).unwrap_or(i64::MAX),
        };
        Some(self.incumbent.map_or(proven, |cost| proven.min(cost)))
    }

    fn pre_order(&self) -> Vec<Node> {
        let mut tree = Vec::with_capacity(self.leaves.len());
        let mut left = vec![0];
        while let Some(index) = left.pop() {
            let leaf = &self.leaves[index];
            match leaf.halves {
                Some((cut, first, second)) => {
                    tree.push(Node::Split(self.said(cut)));
                    left.extend([second, first]);
                }
                None if leaf.bound == Bound::Empty => tree.push(Node::Leaf(Prices::default())),
                None => tree.push(Node::Leaf(self.written(&leaf.dual))),
            }
        }
        tree
    }

    fn said(&self, cut: Cut) -> Split {
        match cut {
            Cut::Nodes(group, pool, at_most) => Split::Nodes { group, pool, at_most },
            Cut::Open(group, at_most) => Split::Open { group, at_most },
            Cut::Home(bundle, unit, group, form) => {
                let member = &self.piece.bundles[bundle].units[unit];
                Split::Home { tenant: member.tenant.clone(), site: member.site.clone(), group, form }
            }
        }
    }

    fn written(&self, dual: &Dual) -> Prices {
        let mut groups: Vec<GroupPrices> = dual.entries.iter().cloned().map(GroupPrices::trimmed).collect();
        for (spot, price) in &dual.links.prices {
            let member = &self.piece.bundles[spot.bundle].units[spot.unit];
            let (tenant, site) = (member.tenant.clone(), member.site.clone());
            groups[spot.entry].links.push(Link { tenant, site, pool: spot.pool, price: *price });
        }
        for group in &mut groups {
            let key = |link: &Link| (link.tenant.clone(), link.site.clone(), link.pool);
            group.links.sort_by_cached_key(key);
        }
        groups.retain(GroupPrices::is_priced);
        let classes = self.piece.classes.iter().zip(&dual.classes).filter(|(_, price)| **price != 0);
        Prices {
            groups,
            classes: classes.map(|((name, _), price)| (name.clone(), *price)).collect(),
            moves: dual.moves,
        }
    }
}

/// Micro-units, rounded up: a plan's cost is whole.
fn ceiling(least: i128) -> i128 {
    -(-least).div_euclid(UNIT)
}
