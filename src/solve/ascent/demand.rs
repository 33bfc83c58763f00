//! What units ask for at given prices, and what L is there.
//!
//! Units are asked in blocks of fixed size whose sums are added up in order, so that any number of threads gets the same numbers.

use std::ops::Range;
use std::thread;

use crate::solve::choice::LIMITS;
use crate::solve::lagrangian::{Number, Prices, charges, clusters, least};
use crate::solve::relaxation::{LOADS, Relaxation};
use crate::vocab::tier::Tenancy;

/// Bundles per block.
const BLOCK: usize = 512;

/// Demand by entry: load and own nodes of pools, and uses of limits; and moves.
#[derive(Debug, Clone)]
pub struct Demand {
    flat: Vec<f64>,
    first: Vec<usize>,
    pools: Vec<usize>,
    links: usize,
}

impl Demand {
    /// None.
    pub fn none(relaxation: &Relaxation<'_>) -> Self {
        let pools: Vec<usize> =
            (0..relaxation.entries.len()).map(|entry| relaxation.place(entry).pools.len()).collect();
        let (mut first, mut all) = (Vec::with_capacity(pools.len()), 0);
        for count in &pools {
            first.push(all);
            all += count * (LOADS + 1) + LIMITS;
        }
        Self { flat: vec![0.0; all + relaxation.links.len() + 1], first, pools, links: all }
    }

    /// Load on shared nodes of a pool.
    pub fn load(&self, entry: usize, pool: usize) -> [f64; LOADS] {
        let at = self.first[entry] + pool * (LOADS + 1);
        std::array::from_fn(|r| self.flat[at + r])
    }

    /// Nodes of units' own in a pool.
    pub fn nodes(&self, entry: usize, pool: usize) -> f64 {
        self.flat[self.first[entry] + pool * (LOADS + 1) + LOADS]
    }

    /// Uses of limits; in a dedicated cluster, of its one place alone.
    pub fn uses(&self, entry: usize) -> &[f64] {
        let at = self.first[entry] + self.pools[entry] * (LOADS + 1);
        &self.flat[at..at + LIMITS]
    }

    /// What links ask for: nodes or clusters.
    pub fn links(&self, which: Range<usize>) -> &[f64] {
        &self.flat[self.links + which.start..self.links + which.end]
    }

    /// Units that move.
    pub fn moves(&self) -> f64 {
        self.flat.last().copied().unwrap_or(0.0)
    }

    /// Adds what a unit takes in one of its columns.
    fn take(&mut self, relaxation: &Relaxation<'_>, unit: usize, column: usize) {
        let data = &relaxation.columns[column];
        let place = relaxation.place(data.entry());
        let first = self.first[data.entry()];
        let limits = first + place.pools.len() * (LOADS + 1);
        if data.moves()
            && let Some(moves) = self.flat.last_mut()
        {
            *moves += 1.0;
        }
        if place.tenancy == Tenancy::Dedicated {
            self.flat[limits + 5] += 1.0;
            return;
        }
        if let Some(links) = relaxation.link_of.get(column) {
            for link in links.iter().flatten() {
                let link = *link as usize;
                self.flat[self.links + link] += f64::count(relaxation.links[link].needs);
            }
        }
        let view = relaxation.problem.view(unit, data.choice());
        for (pool, load) in view.shared() {
            for (r, amount) in load.each().into_iter().enumerate() {
                self.flat[first + pool * (LOADS + 1) + r] += f64::count(amount);
            }
        }
        for (pool, nodes) in view.dedicated() {
            self.flat[first + pool * (LOADS + 1) + LOADS] += f64::count(nodes);
        }
        for (limit, amount) in view.uses().into_iter().enumerate() {
            self.flat[limits + limit] += f64::count(amount);
        }
    }
}

/// L in floating point and what units ask for there, from every `stride`th bundle, who stands for those beside it.
pub fn ask(
    relaxation: &Relaxation<'_>,
    none: &Demand,
    prices: &Prices<f64>,
    stride: usize,
    threads: usize,
) -> (f64, Demand) {
    let charges = charges(relaxation, prices);
    let blocks: Vec<&[Range<usize>]> = relaxation.bundles.chunks(BLOCK).collect();
    let of_block = |block: &[Range<usize>]| {
        let (mut value, mut demand) = (0.0, none.clone());
        for bundle in block.iter().step_by(stride) {
            let Some((cost, columns)) = least(relaxation, bundle.clone(), prices, &charges) else { continue };
            value += cost;
            for (member, column) in relaxation.members[bundle.clone()].iter().zip(columns) {
                demand.take(relaxation, member.unit, column);
            }
        }
        (value, demand)
    };
    let parts: Vec<(f64, Demand)> = if threads < 2 || blocks.len() < 2 {
        blocks.iter().map(|block| of_block(block)).collect()
    } else {
        let each = blocks.len().div_ceil(threads);
        thread::scope(|scope| {
            let running: Vec<_> = blocks
                .chunks(each)
                .map(|mine| scope.spawn(|| mine.iter().map(|block| of_block(block)).collect::<Vec<_>>()))
                .collect();
            running.into_iter().flat_map(|thread| thread.join().expect("a block only adds numbers")).collect()
        })
    };
    let (mut value, mut demand) = (0.0, none.clone());
    for (more, part) in parts {
        value += more;
        demand.flat.iter_mut().zip(part.flat).for_each(|(sum, more)| *sum += more);
    }
    let asked: usize = blocks.iter().map(|block| block.len().div_ceil(stride)).sum();
    let times = f64::count(relaxation.bundles.len() as u64) / f64::count(asked.max(1) as u64);
    demand.flat.iter_mut().for_each(|sum| *sum *= times);
    value *= times;
    value += clusters(relaxation, prices, &relaxation.useful);
    if let Some(most) = relaxation.problem.max_moves {
        value -= prices.moves * f64::count(most);
    }
    (value, demand)
}
