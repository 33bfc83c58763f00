//! The search: leaves lowest bound first, each solved from its parent's basis, each judged by its exact bound.
//!
//! Counts of nodes and open clusters are split before homes: they are what the money hangs on, and one split of a count speaks of all units at
//! once. A leaf ends where its exact bound reaches the incumbent, where nothing is in it, or where its solution is whole.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::rc::Rc;

use crate::plan::certificate::{Counted, GroupPrices, Link, Node, Prices, Rounding, Split, UNIT, UnitName};
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
    /// Pivots of the root, whose program is solved again whenever rows were found to be missing.
    pub root: u64,
    /// Pivots of all other leaves together.
    pub leaves: u64,
    /// Leaves and splits of the tree.
    pub nodes: usize,
}

/// What was proven.
#[derive(Debug, Clone)]
pub struct Found {
    /// The tree in pre-order.
    pub tree: Vec<Node>,
    /// Sums that its splits speak of.
    pub sums: Vec<Vec<Counted>>,
    /// Roundings that its leaves price.
    pub roundings: Vec<Rounding>,
    /// No plan of the piece costs less; nothing where no plan is possible at all.
    pub bound: Option<i64>,
    /// The cheapest plan known, in the end.
    pub incumbent: Option<i64>,
    /// Pivots spent.
    pub pivots: u64,
}

/// Asked to make a plan of a choice for each unit of each bundle, and of the prices that these were found at; says what it costs where it can.
pub type Realise<'a> = &'a mut dyn FnMut(&[Vec<usize>], &Dual) -> Option<i64>;

/// Told the bound of all leaves, where there is one, from time to time; true ends the search.
pub type Stop<'a> = &'a mut dyn FnMut(Option<i64>) -> bool;

/// Proves a bound for the piece, up to the incumbent's cost.
pub fn prove(piece: &Piece, incumbent: Option<i64>, budget: Budget, realise: Realise<'_>, stop: Stop<'_>) -> Found {
    let relaxation = Relaxation::new(piece);
    let mut search = Search {
        simplex: Simplex::new(&relaxation.program),
        constant: Relaxation::constant(piece),
        relaxation,
        piece,
        leaves: Vec::new(),
        gains: BTreeMap::new(),
        incumbent,
        limit: budget.root,
        budget,
        stopped: false,
    };
    search.link(stop);
    search.run(realise, stop);
    let (sums, roundings) = (search.sums_split(), search.roundings_priced());
    Found {
        tree: search.pre_order(&sums, &roundings),
        roundings: roundings.iter().map(|index| search.said_rounding(*index)).collect(),
        sums: sums.into_iter().map(|sum| piece.sums[sum].clone()).collect(),
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

/// A count: of a pool's nodes, of open clusters, of a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Nodes(usize, usize),
    Open(usize),
    Sum(usize),
}

/// The count that a cut bounds.
const fn key(cut: Cut) -> Option<Key> {
    match cut {
        Cut::Nodes(entry, pool, _) => Some(Key::Nodes(entry, pool)),
        Cut::Open(entry, _) => Some(Key::Open(entry)),
        Cut::Sum(sum, _) => Some(Key::Sum(sum)),
        Cut::Home(..) => None,
    }
}

/// How much more than a single count a sum is thought to gain until it was tried: nothing makes up for it next door.
const SUMS_FIRST: f64 = 4.0;

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
    gains: BTreeMap<Key, Gain>,
    incumbent: Option<i64>,
    budget: Budget,
    /// Pivots at which the budget ends.
    limit: u64,
    stopped: bool,
}

/// Rows of being there that are looked for at the root: how often, and how many at once.
const ROUNDS: usize = 40;
const ROWS_AT_ONCE: usize = 400;
/// Links that are missing beside which roundings are looked for, and how many of these at once.
const FEW: usize = 40;
const ROUNDINGS_AT_ONCE: usize = 60;
/// Late choices of one unit that come in at once.
const LATE_AT_ONCE: usize = 3;

impl Search<'_> {
    /// Adds rows of being there to the root's program while some are missing.
    fn link(&mut self, stop: Stop<'_>) {
        let within = Box::whole(self.piece);
        for _ in 0..ROUNDS {
            let left = self.budget.root.saturating_sub(self.simplex.pivots());
            self.relaxation.confine(&mut self.simplex, self.piece, &within);
            if left == 0 || self.simplex.solve(f64::INFINITY, left) != Status::Optimal {
                break;
            }
            let dual = self.relaxation.dual(&self.simplex, &within, 0.0);
            let links = self.relaxation.separate(self.piece, &self.simplex, ROWS_AT_ONCE);
            // While links are missing by the dozen, what is rounded is not yet where anybody would live.
            if links < FEW {
                let roundings = self.relaxation.round(self.piece, &self.simplex, ROUNDINGS_AT_ONCE);
                let late = self.relaxation.ask_late(self.piece, &dual, LATE_AT_ONCE);
                if links + roundings + late == 0 {
                    break;
                }
            }
            let (basis, pivots) = (self.simplex.basis(), self.simplex.pivots());
            self.simplex = Simplex::grown(&self.relaxation.program, &basis, pivots);
            self.stopped = stop(None);
            if self.stopped {
                break;
            }
        }
        self.limit = self.simplex.pivots() + if self.stopped { 0 } else { self.budget.leaves };
    }

    fn run(&mut self, realise: Realise<'_>, stop: Stop<'_>) {
        self.solve(None, Vec::new(), realise);
        let mut open = BinaryHeap::from([Reverse((self.leaves[0].bound, 0))]);
        while let Some(Reverse((bound, index))) = open.pop() {
            if self.reaches(bound) || self.stopped || stop(self.bound()) {
                break;
            }
            let Some(next) = self.leaves[index].next else { continue };
            if self.simplex.pivots() >= self.limit || self.leaves.len() + 2 > self.budget.nodes {
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
        let left = self.limit.saturating_sub(self.simplex.pivots()).max(1);
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
            if !self.stopped && (leaf.next.is_none() || parent.is_none()) {
                let cost = realise(&self.largest(), &leaf.dual);
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
        let cost = |column: usize| self.relaxation.program.columns[column].cost.abs();
        let mut weigh = |value: f64, weight: f64, cut: fn(usize, usize, u64) -> Cut, (at, pool): (usize, usize)| {
            let fraction = value - value.floor();
            if !(WHOLE..=1.0 - WHOLE).contains(&fraction) {
                return;
            }
            let cut = cut(at, pool, value.floor() as u64);
            let gain = key(cut).and_then(|key| self.gains.get(&key)).copied().unwrap_or_default();
            let of = |half: usize| match gain.times[half] {
                0 => weight.max(1.0),
                times => gain.sums[half] / f64::from(times),
            };
            let score = (of(0) * fraction).max(1e-3) * (of(1) * (1.0 - fraction)).max(1e-3);
            if best.is_none_or(|(known, _)| score > known) {
                best = Some((score, Next { cut, fraction }));
            }
        };
        for (entry, terms) in self.relaxation.entries.iter().enumerate() {
            for (pool, (column, _)) in terms.nodes.iter().enumerate() {
                weigh(self.simplex.value(*column), cost(*column), Cut::Nodes, (entry, pool));
            }
            if let Some((column, _)) = terms.open {
                weigh(self.simplex.value(column), cost(column), |entry, _, most| Cut::Open(entry, most), (entry, 0));
            }
        }
        for (sum, terms) in self.piece.sums.iter().enumerate() {
            let columns = || terms.iter().filter_map(|counted| self.relaxation.column(*counted));
            let value = columns().map(|column| self.simplex.value(column)).sum();
            let weight = SUMS_FIRST * columns().map(cost).fold(0.0, f64::max);
            weigh(value, weight, |sum, _, most| Cut::Sum(sum, most), (sum, 0));
        }
        best.map(|(_, next)| next)
    }

    /// The unit that is split worst, by what its load pays.
    fn split_home(&self, dual: &Dual) -> Option<Next> {
        let mut best: Option<(f64, Next)> = None;
        for (bundle, units) in self.piece.bundles.iter().enumerate() {
            for unit in 0..units.units.len() {
                let mut parts: BTreeMap<(usize, Form), (f64, f64)> = BTreeMap::new();
                for (choice, column) in self.relaxation.laid(self.piece, bundle, unit) {
                    let prices = &dual.entries[choice.entry].load;
                    let pays: f64 = choice
                        .load
                        .iter()
                        .flat_map(|(pool, load)| prices[*pool].iter().zip(load))
                        .map(|(price, load)| *price as f64 * *load as f64)
                        .sum();
                    let part = parts.entry((choice.entry, choice.form)).or_default();
                    part.0 += self.simplex.value(column);
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
        let Some(key) = key(next.cut) else { return };
        let (half, distance) = if first { (0, next.fraction) } else { (1, 1.0 - next.fraction) };
        let gain = self.gains.entry(key).or_default();
        gain.sums[half] += gained.max(0.0) / distance;
        gain.times[half] += 1;
    }

    /// The largest share of each unit.
    fn largest(&self) -> Vec<Vec<usize>> {
        let largest = |columns: &[Option<usize>]| {
            let mut best = (0, f64::NEG_INFINITY);
            for (index, column) in columns.iter().enumerate() {
                let share = column.map_or(f64::NEG_INFINITY, |column| self.simplex.value(column));
                if share > best.1 + WHOLE {
                    best = (index, share);
                }
            }
            best.0
        };
        self.relaxation.choices().iter().map(|units| units.iter().map(|unit| largest(unit)).collect()).collect()
    }

    /// The least bound of all leaves, up to the incumbent's cost.
    fn bound(&self) -> Option<i64> {
        let leaves = self.leaves.iter().filter(|leaf| leaf.halves.is_none());
        let least = leaves.map(|leaf| leaf.bound).min()?;
        let proven = match least {
            Bound::Empty => return self.incumbent,
            Bound::Nothing => i64::MIN,
            Bound::AtLeast(least) => {
                i64::try_from(ceiling(least)).unwrap_or(if least > 0 { i64::MAX } else { i64::MIN })
            }
        };
        Some(self.incumbent.map_or(proven, |cost| proven.min(cost)))
    }

    /// The sums that some split speaks of.
    fn sums_split(&self) -> Vec<usize> {
        let cuts = self.leaves.iter().filter_map(|leaf| leaf.halves);
        let mut sums: Vec<usize> =
            cuts.filter_map(|(cut, ..)| if let Cut::Sum(sum, _) = cut { Some(sum) } else { None }).collect();
        sums.sort_unstable();
        sums.dedup();
        sums
    }

    /// The roundings that some leaf prices.
    fn roundings_priced(&self) -> Vec<usize> {
        let leaves = self.leaves.iter().filter(|leaf| leaf.halves.is_none());
        let priced: BTreeSet<usize> =
            leaves.flat_map(|leaf| &leaf.dual.links.roundings).map(|(index, _)| *index).collect();
        priced.into_iter().collect()
    }

    /// A rounding as a certificate says it.
    fn said_rounding(&self, index: usize) -> Rounding {
        let (row, _) = &self.relaxation.roundings[index];
        let name = |(bundle, unit): (usize, usize)| {
            let member = &self.piece.bundles[bundle].units[unit];
            UnitName { tenant: member.tenant.clone(), site: member.site.clone() }
        };
        let units = row.units.iter().map(|(unit, _)| name(*unit)).collect();
        Rounding { over: row.over.clone(), resource: row.resource, units }
    }

    /// The tree as a certificate says it, with these sums and roundings.
    fn pre_order(&self, sums: &[usize], roundings: &[usize]) -> Vec<Node> {
        let mut tree = Vec::with_capacity(self.leaves.len());
        let mut left = vec![0];
        while let Some(index) = left.pop() {
            let leaf = &self.leaves[index];
            match leaf.halves {
                Some((cut, first, second)) => {
                    tree.push(Node::Split(self.said(cut, sums)));
                    left.extend([second, first]);
                }
                None if leaf.bound == Bound::Empty => tree.push(Node::Leaf(Prices::default())),
                None => tree.push(Node::Leaf(self.written(&leaf.dual, sums, roundings))),
            }
        }
        tree
    }

    fn said(&self, cut: Cut, sums: &[usize]) -> Split {
        match cut {
            Cut::Nodes(group, pool, at_most) => Split::Nodes { group, pool, at_most },
            Cut::Open(group, at_most) => Split::Open { group, at_most },
            Cut::Sum(sum, at_most) => Split::Sum { sum: sums.partition_point(|known| *known < sum), at_most },
            Cut::Home(bundle, unit, group, form) => {
                let member = &self.piece.bundles[bundle].units[unit];
                Split::Home { tenant: member.tenant.clone(), site: member.site.clone(), group, form }
            }
        }
    }

    fn written(&self, dual: &Dual, sums: &[usize], roundings: &[usize]) -> Prices {
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
            roundings: dual
                .links
                .roundings
                .iter()
                .map(|(index, price)| (roundings.partition_point(|known| known < index), *price))
                .collect(),
            sums: sums.iter().map(|sum| dual.sums[*sum]).enumerate().filter(|(_, price)| *price != 0).collect(),
            moves: dual.moves,
        }
    }
}

/// Micro-units, rounded up: a plan's cost is whole.
fn ceiling(least: i128) -> i128 {
    -(-least).div_euclid(UNIT)
}
