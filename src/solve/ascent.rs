//! Finds prices: dual ascent in floating point, each price with a step of its own.
//!
//! Subgradients scaled by the square root of their decayed squares (Duchi, Hazan, Singer, "Adaptive subgradient methods", 2011; the decay as in
//! RMSProp), with momentum, a running average, and smaller steps from the best prices whenever the bound stands still. Every unit is asked in every step,
//! in blocks of fixed size that are added up in order, so that any number of threads finds the same prices.

use std::thread;

use crate::solve::choice::LIMITS;
use crate::solve::lagrangian::{Number, Prices, charges, clusters, least};
use crate::solve::relaxation::{EntryPrices, LOADS, Relaxation};
use crate::vocab::tier::Tenancy;

/// Steps at the most.
const MOST_STEPS: usize = 700;
/// Units that are asked in all steps together: the work budget.
const WORK: usize = 60_000_000;
/// Steps without a gain before they become smaller.
const PATIENCE: u32 = 30;
/// What counts as a gain, of the bound.
const GAIN: f64 = 2e-5;
/// How much of a squared subgradient is left after a step.
const DECAY: f64 = 0.98;
/// How much of a step is left in the next one.
const MOMENTUM: f64 = 0.6;
/// Bundles per block.
const BLOCK: usize = 2_048;

/// Flat positions of an entry's prices: loads by pool, nodes, limits.
fn width(pools: usize) -> usize {
    pools * LOADS + 1 + LIMITS
}

struct Layout {
    first: Vec<usize>,
    pools: Vec<usize>,
    all: usize,
}

impl Layout {
    fn new(relaxation: &Relaxation<'_>) -> Self {
        let (mut first, mut pools, mut all) = (Vec::new(), Vec::new(), 0);
        for entry in 0..relaxation.entries.len() {
            let count = relaxation.place(entry).pools.len();
            first.push(all);
            pools.push(count);
            all += width(count);
        }
        Self { first, pools, all: all + 1 }
    }

    fn prices(&self, flat: &[f64]) -> Prices<f64> {
        let entries = (0..self.first.len()).map(|entry| self.prices_of(entry, flat));
        Prices { entries: entries.collect(), moves: flat[self.all - 1] }
    }
}

/// Prices at which the bound is high.
#[must_use]
pub fn ascend(
    relaxation: &Relaxation<'_>,
    threads: usize,
    target: f64,
    stop: &mut dyn FnMut(f64) -> bool,
) -> Prices<f64> {
    let layout = Layout::new(relaxation);
    let scale = scales(relaxation, &layout);
    let mut flat = node_prices(relaxation, &layout);
    let steps = (WORK / relaxation.members.len().max(1)).clamp(60, MOST_STEPS);
    let (mut kept, mut best) = (flat.clone(), f64::NEG_INFINITY);
    let mut squares = vec![0.0; layout.all];
    let mut momentum = vec![0.0; layout.all];
    let mut average = flat.clone();
    let (mut size, mut stale) = (0.2, 0);
    for step in 1..=steps {
        let (value, slope) = evaluate(relaxation, &layout, &layout.prices(&flat), threads);
        if value > best {
            stale = if value - best > GAIN * value.abs() { 0 } else { stale + 1 };
            best = value;
            kept.clone_from(&flat);
        } else {
            stale += 1;
        }
        if step.is_multiple_of(10) {
            let (value, _) = evaluate(relaxation, &layout, &layout.prices(&average), threads);
            if value > best {
                best = value;
                kept.clone_from(&average);
            }
            if stop(best) || best >= target {
                break;
            }
        }
        if stale >= PATIENCE {
            size *= 0.6;
            stale = 0;
            flat.clone_from(&kept);
            average.clone_from(&kept);
            momentum.fill(0.0);
            if size < 2e-4 {
                break;
            }
            continue;
        }
        for (at, price) in flat.iter_mut().enumerate() {
            squares[at] = squares[at] * DECAY + slope[at] * slope[at];
            if squares[at] > 0.0 {
                momentum[at] = MOMENTUM * momentum[at] + (1.0 - MOMENTUM) * slope[at] / squares[at].sqrt();
                *price = (*price + size * scale[at] * momentum[at]).max(0.0);
            }
        }
        for (mean, price) in average.iter_mut().zip(&flat) {
            *mean = 0.95 * *mean + 0.05 * price;
        }
    }
    project(relaxation, &layout, &mut kept);
    layout.prices(&kept)
}

/// What one unit of each price's limit is worth: a node's price, a cluster's fixed cost.
fn scales(relaxation: &Relaxation<'_>, layout: &Layout) -> Vec<f64> {
    let mut scale = vec![0.0; layout.all];
    for entry in 0..relaxation.entries.len() {
        let place = relaxation.place(entry);
        let first = layout.first[entry];
        if place.tenancy == Tenancy::Dedicated {
            if !place.is_class() {
                scale[first + width(place.pools.len()) - LIMITS + 5] = f64::money(place.fixed);
            }
            continue;
        }
        for (pool, numbers) in place.pools.iter().enumerate() {
            for (r, capacity) in numbers.capacity().each().into_iter().enumerate().filter(|(_, capacity)| *capacity > 0)
            {
                scale[first + pool * LOADS + r] = f64::money(numbers.price) / f64::count(capacity);
            }
        }
        let rest = first + place.pools.len() * LOADS;
        let fixed = f64::money(place.fixed + place.change);
        scale[rest] = fixed / f64::count(place.max_nodes.max(1));
        for limit in 0..LIMITS {
            // Beyond this a limit binds nobody: all that there is would fit.
            let bound: u64 = relaxation
                .members
                .iter()
                .map(|member| member.amounts[[2, 2, 6, 4, 5, 8, 7][limit]])
                .fold(0, u64::saturating_add);
            if place.limits[limit] < bound.saturating_mul(2) {
                scale[rest + 1 + limit] = fixed / f64::count(place.limits[limit].max(1));
            }
        }
    }
    if relaxation.problem.max_moves.is_some() {
        scale[layout.all - 1] = f64::money(relaxation.problem.moving.max(1_000_000));
    }
    scale
}

/// A start: each node's price split over CPU and memory; on GPU nodes, mostly GPUs.
fn node_prices(relaxation: &Relaxation<'_>, layout: &Layout) -> Vec<f64> {
    let scale = scales(relaxation, layout);
    let mut flat = vec![0.0; layout.all];
    for entry in 0..relaxation.entries.len() {
        let place = relaxation.place(entry);
        for pool in 0..place.pools.len() {
            let at = layout.first[entry] + pool * LOADS;
            let gpu = scale[at + 3] > 0.0;
            let shares = if gpu { [0.1, 0.1, 0.0, 0.8] } else { [0.5, 0.5, 0.0, 0.0] };
            for r in 0..LOADS {
                flat[at + r] = shares[r] * scale[at + r];
            }
        }
    }
    flat
}

/// Scales the prices of a class with many copies down until a copy pays back no more than it costs.
fn project(relaxation: &Relaxation<'_>, layout: &Layout, flat: &mut [f64]) {
    for entry in 0..relaxation.entries.len() {
        let place = relaxation.place(entry);
        let many = place.class().is_some_and(|class| relaxation.classes[&class] > relaxation.useful[&class]);
        if !place.is_class() || place.tenancy == Tenancy::Dedicated || !many {
            continue;
        }
        let own = layout.first[entry]..layout.first[entry] + width(layout.pools[entry]);
        let value = |flat: &[f64]| {
            let prices = layout.prices_of(entry, flat);
            crate::solve::lagrangian::open_cluster(relaxation, entry, &prices).0
        };
        if value(flat) >= 0.0 {
            continue;
        }
        let kept: Vec<f64> = flat[own.clone()].to_vec();
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..24 {
            let middle = f64::midpoint(low, high);
            flat[own.clone()].iter_mut().zip(&kept).for_each(|(to, from)| *to = from * middle);
            if value(flat) >= 0.0 { low = middle } else { high = middle }
        }
        flat[own].iter_mut().zip(&kept).for_each(|(to, from)| *to = from * low);
    }
}

impl Layout {
    fn prices_of(&self, entry: usize, flat: &[f64]) -> EntryPrices<f64> {
        let own = &flat[self.first[entry]..self.first[entry] + width(self.pools[entry])];
        let (load, rest) = own.split_at(self.pools[entry] * LOADS);
        let mut limits = [0.0; LIMITS];
        limits.copy_from_slice(&rest[1..]);
        EntryPrices {
            load: load.chunks_exact(LOADS).map(|four| [four[0], four[1], four[2], four[3]]).collect(),
            all_nodes: rest[0],
            limits,
        }
    }
}

/// L in floating point, and a subgradient.
fn evaluate(relaxation: &Relaxation<'_>, layout: &Layout, prices: &Prices<f64>, threads: usize) -> (f64, Vec<f64>) {
    let charges = charges(relaxation, prices);
    let blocks: Vec<_> = relaxation.bundles.chunks(BLOCK).collect();
    let ask = |block: &[std::ops::Range<usize>]| {
        let (mut value, mut slope) = (0.0, vec![0.0; layout.all]);
        for bundle in block {
            let Some((cost, columns)) = least(relaxation, bundle.clone(), prices, &charges) else { continue };
            value += cost;
            for (member, column) in relaxation.members[bundle.clone()].iter().zip(columns) {
                take(relaxation, layout, member.unit, column, &mut slope);
            }
        }
        (value, slope)
    };
    let parts: Vec<(f64, Vec<f64>)> = if threads < 2 || blocks.len() < 2 {
        blocks.iter().map(|block| ask(block)).collect()
    } else {
        let each = blocks.len().div_ceil(threads);
        thread::scope(|scope| {
            let running: Vec<_> = blocks
                .chunks(each)
                .map(|mine| scope.spawn(|| mine.iter().map(|block| ask(block)).collect::<Vec<_>>()))
                .collect();
            running.into_iter().flat_map(|thread| thread.join().expect("a block only adds numbers")).collect()
        })
    };
    let (mut value, mut slope) = (0.0, vec![0.0; layout.all]);
    for (more, steps) in parts {
        value += more;
        slope.iter_mut().zip(steps).for_each(|(sum, step)| *sum += step);
    }
    value += clusters(relaxation, prices, &relaxation.useful, |entry, many, nodes| {
        give(relaxation, layout, entry, many, nodes, &mut slope)
    });
    if let Some(most) = relaxation.problem.max_moves {
        value -= prices.moves * f64::count(most);
        slope[layout.all - 1] -= f64::count(most);
    }
    (value, slope)
}

/// What a unit takes of limits in its column.
fn take(relaxation: &Relaxation<'_>, layout: &Layout, unit: usize, column: usize, slope: &mut [f64]) {
    let data = &relaxation.columns[column];
    if data.moves {
        slope[layout.all - 1] += 1.0;
    }
    let place = relaxation.place(data.entry);
    let first = layout.first[data.entry];
    let rest = first + place.pools.len() * LOADS;
    if place.tenancy == Tenancy::Dedicated {
        slope[rest + 1 + 5] += 1.0;
        return;
    }
    let view = relaxation.problem.view(unit, data.choice);
    for (pool, load) in view.shared() {
        for (r, amount) in load.each().into_iter().enumerate() {
            slope[first + pool * LOADS + r] += f64::count(amount);
        }
    }
    for (pool, nodes) in view.dedicated() {
        for (r, amount) in place.pools[pool].capacity().each().into_iter().enumerate() {
            slope[first + pool * LOADS + r] += f64::count(amount * nodes);
        }
    }
    for (limit, amount) in view.uses().into_iter().enumerate() {
        slope[rest + 1 + limit] += f64::count(amount);
    }
}

/// What open clusters have of limits.
fn give(relaxation: &Relaxation<'_>, layout: &Layout, entry: usize, many: u64, nodes: &[u64], slope: &mut [f64]) {
    let place = relaxation.place(entry);
    let first = layout.first[entry];
    let rest = first + place.pools.len() * LOADS;
    let many = f64::count(many);
    if place.tenancy == Tenancy::Dedicated {
        slope[rest + 1 + 5] -= many;
        return;
    }
    let mut all = 0.0;
    for (pool, n) in nodes.iter().enumerate() {
        all += f64::count(*n);
        for (r, amount) in place.pools[pool].capacity().each().into_iter().enumerate() {
            slope[first + pool * LOADS + r] -= many * f64::count(*n) * f64::count(amount);
        }
    }
    slope[rest] += many * (all - f64::count(place.max_nodes));
    for limit in 0..LIMITS {
        slope[rest + 1 + limit] -= many * f64::count(place.limits[limit]);
    }
}

/// Prices as integers, rounded down, none negative.
#[must_use]
pub fn fixed(prices: &Prices<f64>) -> Prices<i128> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "prices are bounded by node prices, far below 2^90 in this unit"
    )]
    let fix = |price: &f64| -> i128 {
        if price.is_finite() { (price * 4_294_967_296.0).floor().max(0.0) as i128 } else { 0 }
    };
    let entries = prices.entries.iter().map(|entry| EntryPrices {
        load: entry.load.iter().map(|four| four.each_ref().map(fix)).collect(),
        all_nodes: fix(&entry.all_nodes),
        limits: entry.limits.each_ref().map(fix),
    });
    Prices { entries: entries.collect(), moves: fix(&prices.moves) }
}
