//! What the ascent turns: shares, not prices.
//!
//! At the best prices nearly every node pays exactly for itself, and so does every cluster that may close: a price that is free to move would spend
//! its steps on jumping about that line, where all nodes of a pool are wanted or none. So the line is built in. A node's price is divided
//! among its resources by shares that add up to one; what a cluster costs besides is divided among what can fill it up: its limits, and the most nodes
//! of its pools. Shares grow where there is more demand than elsewhere (multiplicative weights: Arora, Hazan, Kale, 2012), and a *level*
//! beyond one charges for clusters of which there are not enough.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::solve::ascent::demand::Demand;
use crate::solve::choice::LIMITS;
use crate::solve::lagrangian::{Number, Prices, closed_cost};
use crate::solve::relaxation::{EntryPrices, LOADS, Relaxation};
use crate::vocab::tier::Tenancy;

/// What links are given of a price at first.
const LINKED: f64 = 0.1;
/// No share falls below this, so that it can come back.
const LEAST_SHARE: f64 = 1e-5;
/// How much of a pull is left in the next step.
const MOMENTUM: f64 = 0.9;

/// Shares and levels of all entries, and the price of a move.
#[derive(Debug, Clone)]
pub struct Levers {
    flat: Vec<f64>,
}

/// Where an entry's levers stand, and what they divide.
#[derive(Debug)]
struct Board {
    pools: Vec<Node>,
    /// The first share of the cluster's cost: of what can fill it up, then of links; the level comes last.
    rent: usize,
    links: Range<usize>,
    /// What a cluster costs besides its nodes, beyond what it costs when closed.
    fixed: f64,
    /// What can fill a cluster up: nodes of each pool, all nodes, limits.
    room: Vec<f64>,
    /// The least level: one where a cluster may stay closed.
    floor: f64,
    /// What else counts against the same clusters.
    owner: usize,
    is_shared: bool,
}

#[derive(Debug)]
struct Node {
    /// The first share of its price: of resources, then of links.
    first: usize,
    links: Range<usize>,
    price: f64,
    capacity: [f64; LOADS],
}

impl Board {
    /// Where its level stands.
    fn level(&self) -> usize {
        self.rent + self.room.len() + self.links.len()
    }
}

impl Node {
    fn shares(&self) -> Range<usize> {
        self.first..self.first + LOADS + self.links.len()
    }

    /// What nodes have to be alike in.
    fn kind(&self) -> (u64, [u64; LOADS]) {
        (self.price.to_bits(), self.capacity.map(f64::to_bits))
    }

    /// Nodes that a load needs, resource by resource.
    fn needed(&self, load: &[f64; LOADS]) -> [f64; LOADS] {
        std::array::from_fn(|r| if self.capacity[r] > 0.0 { load[r] / self.capacity[r] } else { 0.0 })
    }
}

/// Everything that does not change during an ascent.
#[derive(Debug)]
pub struct Desk {
    boards: Vec<Board>,
    /// Places own the clusters that exist; classes come behind them.
    places: usize,
    /// By owner: how many clusters there are.
    clusters: Vec<f64>,
    all: usize,
    links: usize,
    moving: f64,
    most_moves: Option<f64>,
}

impl Desk {
    /// Lays the levers out.
    pub fn new(relaxation: &Relaxation<'_>) -> Self {
        let places = relaxation.problem.places.len();
        let mut clusters = vec![0.0; places + relaxation.problem.classes.len()];
        let mut totals = [0.0; LIMITS];
        for member in &relaxation.members {
            for (limit, total) in totals.iter_mut().enumerate() {
                *total += f64::count(member.amounts[[2, 2, 6, 4, 5, 8, 7][limit]]);
            }
        }
        let (mut boards, mut all) = (Vec::with_capacity(relaxation.entries.len()), 0);
        for (index, entry) in relaxation.entries.iter().enumerate() {
            let place = relaxation.place(index);
            let owner = place.class().map_or(entry.place, |class| places + class);
            clusters[owner] = place
                .class()
                .map_or_else(|| f64::count(place.hosts.len() as u64), |class| f64::count(relaxation.useful[&class]));
            let closed = closed_cost(relaxation, index);
            let opening = if place.is_class() { place.change } else { 0 };
            // Beyond twice of what there is at all, a limit fills nothing up.
            let binding = |limit: usize| f64::count(place.limits[limit]) < totals[limit] * 2.0;
            let mut room: Vec<f64> = place.pools.iter().map(|pool| f64::count(pool.max)).collect();
            room.push(f64::count(place.max_nodes));
            room.extend((0..LIMITS).map(|limit| if binding(limit) { f64::count(place.limits[limit]) } else { 0.0 }));
            let mut pools = Vec::with_capacity(place.pools.len());
            for (number, pool) in place.pools.iter().enumerate() {
                let links = links_of(relaxation, index, Some(number));
                let capacity = pool.capacity().each().map(f64::count);
                pools.push(Node { first: all, links, price: f64::money(pool.price), capacity });
                all += LOADS + pools[number].links.len();
            }
            let links = links_of(relaxation, index, None);
            boards.push(Board {
                pools,
                rent: all,
                links: links.clone(),
                fixed: f64::money(place.fixed + opening - closed.unwrap_or(0)).max(1.0),
                room,
                floor: if closed.is_some() { 1.0 } else { 0.0 },
                owner,
                is_shared: place.tenancy == Tenancy::Shared,
            });
            all += place.pools.len() + 1 + LIMITS + links.len() + 1;
        }
        let moving = f64::money(relaxation.problem.moving.max(1_000_000));
        Self {
            boards,
            places,
            clusters,
            all: all + 1,
            links: relaxation.links.len(),
            moving,
            most_moves: relaxation.problem.max_moves.map(f64::count),
        }
    }

    /// A start: a node is paid for by what is scarce on it, a cluster by everything alike.
    pub fn start(&self, demand: &Demand) -> Levers {
        let mut flat = vec![0.0; self.all];
        // Alike nodes are alike scarce, wherever they stand.
        let mut kinds: BTreeMap<(u64, [u64; LOADS]), [f64; LOADS]> = BTreeMap::new();
        for (index, board) in self.boards.iter().enumerate().filter(|(_, board)| board.is_shared) {
            for (pool, node) in board.pools.iter().enumerate() {
                let total = kinds.entry(node.kind()).or_default();
                total.iter_mut().zip(demand.load(index, pool)).for_each(|(sum, load)| *sum += load);
            }
        }
        for board in self.boards.iter().filter(|board| board.is_shared) {
            for node in &board.pools {
                let wanted = node.needed(&kinds[&node.kind()]);
                let most = wanted.iter().copied().fold(1e-9, f64::max);
                let (own, links) = flat[node.shares()].split_at_mut(LOADS);
                for ((share, wanted), capacity) in own.iter_mut().zip(wanted).zip(node.capacity) {
                    *share = if capacity > 0.0 { (wanted / most).powi(4).max(LEAST_SHARE) } else { 0.0 };
                }
                even(own);
                links.fill(LINKED / f64::count(node.links.len().max(1) as u64));
                even(&mut flat[node.shares()]);
            }
            let (own, links) = flat[board.rent..board.level()].split_at_mut(board.room.len());
            for (share, room) in own.iter_mut().zip(&board.room) {
                *share = if *room > 0.0 { 1.0 } else { 0.0 };
            }
            even(own);
            links.fill(LINKED / f64::count(board.links.len().max(1) as u64));
            even(&mut flat[board.rent..board.level()]);
            flat[board.level()] = board.floor;
        }
        Levers { flat }
    }

    /// The prices that the levers stand for.
    pub fn prices(&self, levers: &Levers) -> Prices<f64> {
        let mut links = vec![0.0; self.links];
        let entries = self.boards.iter().map(|board| {
            let pools = board.pools.len();
            let level = levers.flat[board.level()];
            let mut limits = [0.0; LIMITS];
            if !board.is_shared {
                // A copy of a class counts against its class, which has no price here.
                limits[5] = if board.owner < self.places { level * board.fixed } else { 0.0 };
                let (load, linked) = (vec![[0.0; LOADS]; pools], vec![0.0; pools]);
                return EntryPrices { load, all_nodes: 0.0, limits, linked, linked_open: 0.0 };
            }
            let rent = |at: usize| level * board.fixed * levers.flat[board.rent + at];
            let paid = |at: usize| if board.room[at] > 0.0 { rent(at) / board.room[at] } else { 0.0 };
            limits.iter_mut().enumerate().for_each(|(limit, price)| *price = paid(pools + 1 + limit));
            let (mut load, mut linked) = (Vec::with_capacity(pools), Vec::with_capacity(pools));
            for (pool, node) in board.pools.iter().enumerate() {
                let full = node.price + paid(pool) + paid(pools);
                let (own, shares) = levers.flat[node.shares()].split_at(LOADS);
                load.push(std::array::from_fn(|r| {
                    if node.capacity[r] > 0.0 { own[r] * full / node.capacity[r] } else { 0.0 }
                }));
                links[node.links.clone()].iter_mut().zip(shares).for_each(|(price, share)| *price = share * full);
                linked.push(links[node.links.clone()].iter().sum());
            }
            let open = &mut links[board.links.clone()];
            open.iter_mut().enumerate().for_each(|(at, price)| *price = rent(board.room.len() + at));
            EntryPrices { load, all_nodes: paid(pools), limits, linked, linked_open: open.iter().sum() }
        });
        Prices { entries: entries.collect(), moves: levers.flat[self.all - 1] * self.moving, links }
    }

    /// One step: shares grow where demand is above the average of what they divide.
    pub fn step(&self, levers: &mut Levers, pulls: &mut [f64], demand: &Demand, size: f64) {
        let mut open = vec![0.0; self.clusters.len()];
        for (index, board) in self.boards.iter().enumerate() {
            if !board.is_shared {
                open[board.owner] += demand.uses(index)[5];
                continue;
            }
            let mut full = Vec::with_capacity(board.room.len() + board.links.len());
            let mut nodes = 0.0;
            for (pool, node) in board.pools.iter().enumerate() {
                let mut asked = node.needed(&demand.load(index, pool)).to_vec();
                asked.extend(demand.links(node.links.clone()));
                let shares = node.shares();
                let shared = turn(&mut levers.flat[shares.clone()], &mut pulls[shares], &asked, 1.0, size);
                full.push(shared + demand.nodes(index, pool));
                nodes += shared + demand.nodes(index, pool);
            }
            full.push(nodes);
            full.extend(demand.uses(index));
            full.iter_mut()
                .zip(&board.room)
                .for_each(|(amount, room)| *amount = if *room > 0.0 { *amount / room } else { 0.0 });
            full.extend(demand.links(board.links.clone()));
            let range = board.rent..board.level();
            let count = self.clusters[board.owner];
            open[board.owner] += turn(&mut levers.flat[range.clone()], &mut pulls[range], &full, 0.05 * count, size);
        }
        for board in &self.boards {
            let at = board.level();
            let count = self.clusters[board.owner].max(1.0);
            let over = ((open[board.owner] - count) / count).clamp(-1.0, 1.0);
            pulls[at] = MOMENTUM * pulls[at] + (1.0 - MOMENTUM) * over;
            let floor = if board.is_shared { board.floor } else { 0.0 };
            levers.flat[at] = (levers.flat[at] + size * pulls[at]).max(floor);
        }
        if let Some(most) = self.most_moves {
            let at = self.all - 1;
            let over = ((demand.moves() - most) / most.max(1.0)).clamp(-1.0, 1.0);
            levers.flat[at] = (levers.flat[at] + size * over).max(0.0);
        }
    }

    /// How many levers there are.
    pub const fn len(&self) -> usize {
        self.all
    }
}

impl Levers {
    /// Moves a part of the way to others.
    pub fn approach(&mut self, others: &Self, part: f64) {
        self.flat.iter_mut().zip(&others.flat).for_each(|(mine, other)| *mine += part * (other - *mine));
    }
}

/// Turns shares to where demand is above their average, which is returned. `least` is what counts as no demand.
fn turn(shares: &mut [f64], pulls: &mut [f64], demand: &[f64], least: f64, size: f64) -> f64 {
    let mean: f64 = shares.iter().zip(demand).map(|(share, demand)| share * demand).sum();
    for ((share, pull), demand) in shares.iter_mut().zip(pulls).zip(demand).filter(|((share, _), _)| **share > 0.0) {
        let towards = ((demand - mean) / (mean + least)).clamp(-1.0, 2.0);
        *pull = MOMENTUM * *pull + (1.0 - MOMENTUM) * towards;
        *share = (*share * (size * *pull).exp()).max(LEAST_SHARE);
    }
    even(shares);
    mean
}

fn even(shares: &mut [f64]) {
    let sum: f64 = shares.iter().sum();
    if sum > 0.0 {
        shares.iter_mut().for_each(|share| *share /= sum);
    }
}

/// The links of an entry's pool, or of the cluster.
fn links_of(relaxation: &Relaxation<'_>, entry: usize, pool: Option<usize>) -> Range<usize> {
    let key = |entry: usize, pool: Option<usize>| (entry, pool.unwrap_or(usize::MAX));
    let links = &relaxation.links;
    let first = links.partition_point(|link| key(link.entry, link.pool) < key(entry, pool));
    let end = links.partition_point(|link| key(link.entry, link.pool) <= key(entry, pool));
    first..end
}
