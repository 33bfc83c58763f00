//! Finds prices at which the bound is high: dual ascent over all units, without a linear program.
//!
//! `levers` says what is turned, `demand` what units ask for. A step turns each lever to where demand is above average; steps become smaller whenever
//! the bound stands still, and go on from the best levers so far. A large fleet is first asked by a sample, evenly from every signature, and then as a whole.

mod demand;
mod levers;

use crate::solve::ascent::demand::{Demand, ask};
use crate::solve::ascent::levers::{Desk, Levers};
use crate::solve::lagrangian::Prices;
use crate::solve::relaxation::{EntryPrices, Relaxation};

/// Steps at the most, and at the least.
const MOST_STEPS: usize = 6_000;
const LEAST_STEPS: usize = 30;
/// Bundles that are asked in all steps together: the work budget.
const WORK: usize = 3_000_000;
/// Bundles of a sample.
const SAMPLE: usize = 10_000;
/// The first step, how much of it is left where the bound stands still, and where to end.
const SIZE: f64 = 0.6;
const SHRINK: f64 = 0.6;
const LEAST_SIZE: f64 = 5e-4;
/// Steps without a gain before they become smaller: this part of all, within these.
const PATIENCE: usize = 100;
const PATIENT: std::ops::RangeInclusive<usize> = 20..=60;
/// The least that a unit pays for being there, in micro-units.
const LEAST_LINK: f64 = 10_000.0;
/// What counts as a gain, of the bound.
const GAIN: f64 = 2e-5;

/// A part of the ascent.
#[derive(Debug, Clone, Copy)]
struct Phase {
    /// Every so many bundles are asked, and count so many times.
    stride: usize,
    steps: usize,
    size: f64,
}

/// Prices at which the bound is high. `stop` is told the best bound of the whole fleet, or nothing while only a sample is asked; true ends the ascent.
#[must_use]
pub fn ascend(relaxation: &Relaxation<'_>, threads: usize, stop: &mut dyn FnMut(Option<f64>) -> bool) -> Prices<f64> {
    let desk = Desk::new(relaxation);
    let none = Demand::none(relaxation);
    let count = relaxation.bundles.len();
    let (_, demand) = ask(relaxation, &none, &desk.prices(&desk.start(&none)), 1, threads);
    let mut start = desk.start(&demand);
    let mut climb = Climb { relaxation, desk: &desk, none: &none, threads, stop };
    let whole = if count > SAMPLE * 2 {
        start = climb.run(Phase { stride: count / SAMPLE, steps: WORK / SAMPLE, size: SIZE }, start);
        Phase { stride: 1, steps: LEAST_STEPS, size: SIZE / 40.0 }
    } else {
        // Links say more, and are slower to settle.
        let work = if relaxation.links.is_empty() { WORK } else { WORK * 2 };
        Phase { stride: 1, steps: (work / count.max(1)).min(MOST_STEPS), size: SIZE }
    };
    let best = climb.run(whole, start);
    desk.prices(&best)
}

struct Climb<'a> {
    relaxation: &'a Relaxation<'a>,
    desk: &'a Desk,
    none: &'a Demand,
    threads: usize,
    stop: &'a mut dyn FnMut(Option<f64>) -> bool,
}

impl Climb<'_> {
    fn ask(&self, levers: &Levers, phase: Phase) -> (f64, Demand) {
        ask(self.relaxation, self.none, &self.desk.prices(levers), phase.stride, self.threads)
    }

    /// Climbs from these levers; the best that were met.
    fn run(&mut self, phase: Phase, mut levers: Levers) -> Levers {
        let (mut kept, mut best) = (levers.clone(), f64::NEG_INFINITY);
        let mut pulls = vec![0.0; self.desk.len()];
        let mut average = levers.clone();
        let (mut size, mut stale) = (phase.size, 0);
        let patience = (phase.steps / PATIENCE).clamp(*PATIENT.start(), *PATIENT.end());
        for step in 1..=phase.steps {
            let (value, demand) = self.ask(&levers, phase);
            if value > best {
                stale = if value - best > GAIN * value.abs() { 0 } else { stale + 1 };
                best = value;
                kept.clone_from(&levers);
            } else {
                stale += 1;
            }
            if step.is_multiple_of(10) {
                let (value, _) = self.ask(&average, phase);
                if value > best {
                    best = value;
                    kept.clone_from(&average);
                }
                if (self.stop)((phase.stride == 1).then_some(best)) {
                    break;
                }
            }
            if stale >= patience {
                size *= SHRINK;
                stale = 0;
                levers.clone_from(&kept);
                average.clone_from(&kept);
                pulls.fill(0.0);
                if size < LEAST_SIZE {
                    break;
                }
                continue;
            }
            self.desk.step(&mut levers, &mut pulls, &demand, size);
            average.approach(&levers, 0.1);
        }
        kept
    }
}

/// Prices as integers, rounded down, none negative. A price of being there below a hundredth of the currency is none.
#[must_use]
pub fn fixed(relaxation: &Relaxation<'_>, prices: &Prices<f64>) -> Prices<i128> {
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
        linked: vec![0; entry.load.len()],
        linked_open: 0,
    });
    let mut entries: Vec<EntryPrices<i128>> = entries.collect();
    let links: Vec<i128> = prices.links.iter().map(|price| if *price < LEAST_LINK { 0 } else { fix(price) }).collect();
    for (link, price) in relaxation.links.iter().zip(&links) {
        match link.pool {
            Some(pool) => entries[link.entry].linked[pool] += price,
            None => entries[link.entry].linked_open += price,
        }
    }
    Prices { entries, moves: fix(&prices.moves), links }
}
