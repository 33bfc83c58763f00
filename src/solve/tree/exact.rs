//! What a leaf's prices prove, in exact integers.
//!
//! The formula is ARCHITECTURE.md's Lagrangian with the bounds of a box: bundles at their cheapest entry, clusters at their cheapest state,
//! nodes at the cheaper end, and what the bounds pay. All money is in 2^-32 micro-units; sums are checked.

use std::collections::HashMap;

use crate::plan::certificate::{GroupPrices, LIMITS, UNIT};
use crate::solve::tree::piece::{Box, Choice, Entry, Piece, Range, Spot};
use crate::vocab::tier::Tenancy;

/// Prices of a leaf: one for each entry, class, and for moves.
#[derive(Debug, Clone)]
pub struct Dual {
    /// By entry.
    pub entries: Vec<GroupPrices>,
    /// By class.
    pub classes: Vec<i128>,
    /// Of a move.
    pub moves: i128,
    /// Of being there.
    pub links: Links,
}

/// Prices of being there, and their sums, which nodes and clusters earn.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// By spot: each node that the unit needs alone, or the cluster.
    pub prices: HashMap<Spot, i128>,
    /// By entry and pool.
    sums: HashMap<(usize, Option<usize>), i128>,
}

impl Links {
    /// Prices and their sums. None below zero.
    pub fn new(prices: impl IntoIterator<Item = (Spot, i128)>) -> Self {
        let mut links = Self::default();
        for (spot, price) in prices.into_iter().filter(|(_, price)| *price > 0) {
            *links.sums.entry((spot.entry, spot.pool)).or_default() += price;
            links.prices.insert(spot, price);
        }
        links
    }

    fn price(&self, bundle: usize, unit: usize, entry: usize, pool: Option<usize>) -> i128 {
        self.prices.get(&Spot { bundle, unit, entry, pool }).copied().unwrap_or(0)
    }

    fn sum(&self, entry: usize, pool: Option<usize>) -> i128 {
        self.sums.get(&(entry, pool)).copied().unwrap_or(0)
    }
}

/// What the prices prove of a box, in 2^-32 micro-units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    /// Nothing: a sum is too large, or a price has no bound to pay it.
    Nothing,
    /// No plan in the box costs less.
    AtLeast(i128),
    /// No plan is in the box.
    Empty,
}

/// Evaluates the prices.
#[must_use]
pub fn bound(piece: &Piece, within: &Box, dual: &Dual) -> Bound {
    if within.nodes.iter().flatten().chain(&within.open).any(|range| range.high.is_some_and(|high| high < range.low)) {
        return Bound::Empty;
    }
    let mut sum = Some(0_i128);
    for bundle in 0..piece.bundles.len() {
        match cheapest(piece, within, dual, bundle) {
            Cheapest::NoHome => return Bound::Empty,
            Cheapest::Costs(cost) => sum = plus(sum, cost),
        }
    }
    let states: Vec<Option<i128>> = (0..piece.entries.len()).map(|entry| open(piece, dual, entry)).collect();
    for (index, set) in piece.sets.iter().enumerate() {
        let mut least = set.closed.map(|closed| i128::from(closed) * UNIT);
        let mut dedicated = None;
        for (entry, numbers) in piece.entries.iter().enumerate().filter(|(_, entry)| entry.set == Some(index)) {
            match numbers.tenancy {
                Tenancy::Shared => {
                    let Some(open) = states[entry] else { return Bound::Nothing };
                    least = Some(least.map_or(open, |least| least.min(open)));
                }
                Tenancy::Dedicated => dedicated = Some(i128::from(set.idle) * UNIT - dual.entries[entry].limits[5]),
            }
        }
        sum = plus(sum, times(dedicated.or(least).or(Some(0)), set.count));
    }
    for (class, (_, most)) in piece.classes.iter().enumerate() {
        let mut least = 0_i128;
        for (entry, numbers) in piece.entries.iter().enumerate() {
            if numbers.class == Some(class) && numbers.set.is_none() && numbers.tenancy == Tenancy::Shared {
                let Some(open) = states[entry] else { return Bound::Nothing };
                least = least.min(open);
            }
        }
        sum = plus(sum, times(least.checked_sub(dual.classes[class]), *most));
    }
    for (entry, prices) in dual.entries.iter().enumerate() {
        for (pool, price) in prices.nodes.iter().enumerate() {
            sum = plus(sum, paid(*price, within.nodes[entry][pool]));
        }
        sum = plus(sum, paid(prices.open, within.open[entry]));
    }
    sum = plus(sum, times(Some(-dual.moves), piece.max_moves.unwrap_or(0)));
    sum.map_or(Bound::Nothing, Bound::AtLeast)
}

fn plus(sum: Option<i128>, more: Option<i128>) -> Option<i128> {
    sum?.checked_add(more?)
}

fn times(price: Option<i128>, count: u64) -> Option<i128> {
    price?.checked_mul(i128::from(count))
}

/// What a price on a count gets from the count's bounds.
fn paid(price: i128, range: Range) -> Option<i128> {
    match price {
        0 => Some(0),
        1.. => times(Some(price), range.low),
        _ => times(Some(price), range.high?),
    }
}

enum Cheapest {
    NoHome,
    Costs(Option<i128>),
}

/// A bundle at its cheapest entry, each of its units at its cheapest choice there.
fn cheapest(piece: &Piece, within: &Box, dual: &Dual, bundle: usize) -> Cheapest {
    let mut totals: Vec<(usize, Option<i128>)> = Vec::new();
    for (unit, member) in piece.bundles[bundle].units.iter().enumerate() {
        let mut least: Vec<(usize, Option<i128>)> = Vec::new();
        for choice in member.options.iter().filter(|choice| within.allows(bundle, unit, choice)) {
            let cost = price(piece, dual, (bundle, unit), choice);
            match least.iter_mut().find(|(entry, _)| *entry == choice.entry) {
                Some((_, known)) => *known = known.zip(cost).map(|(known, cost)| known.min(cost)),
                None => least.push((choice.entry, cost)),
            }
        }
        if unit == 0 {
            totals = least;
        } else {
            totals.retain_mut(|(entry, total)| match least.iter().find(|(at, _)| at == entry) {
                Some((_, more)) => {
                    *total = plus(*total, *more);
                    true
                }
                None => false,
            });
        }
    }
    if totals.is_empty() {
        return Cheapest::NoHome;
    }
    Cheapest::Costs(totals.into_iter().map(|(_, total)| total).reduce(|a, b| a.zip(b).map(|(a, b)| a.min(b))).flatten())
}

/// What a choice costs at the prices.
fn price(piece: &Piece, dual: &Dual, (bundle, unit): (usize, usize), choice: &Choice) -> Option<i128> {
    let prices = &dual.entries[choice.entry];
    let entry = &piece.entries[choice.entry];
    let mut sum = Some(i128::from(choice.cost) * UNIT);
    for (pool, load) in &choice.load {
        sum = plus(sum, dot(&prices.load[*pool], load));
    }
    for (pool, nodes) in &choice.private {
        sum = plus(sum, times(Some(prices.private[*pool]), *nodes));
    }
    for limit in 0..LIMITS {
        sum = plus(sum, times(Some(prices.limits[limit]), choice.uses[limit]));
    }
    if !dual.links.prices.is_empty() && entry.tenancy == Tenancy::Shared {
        let paid = |pool: Option<usize>| dual.links.price(bundle, unit, choice.entry, pool);
        sum = plus(sum, Some(paid(None)));
        if let Some((pool, nodes)) = choice.shares {
            sum = plus(sum, times(Some(paid(Some(pool))), nodes));
        }
        for (pool, nodes) in &choice.own {
            sum = plus(sum, times(Some(dual.links.sum(choice.entry, Some(*pool))), *nodes));
        }
    }
    if entry.tenancy == Tenancy::Dedicated
        && let Some(class) = entry.class
    {
        sum = plus(sum, Some(dual.classes[class]));
    }
    if choice.moves { plus(sum, Some(dual.moves)) } else { sum }
}

fn dot(prices: &[i128; 4], amounts: &[u64; 4]) -> Option<i128> {
    prices.iter().zip(amounts).try_fold(0_i128, |sum, (price, amount)| plus(Some(sum), times(Some(*price), *amount)))
}

/// What one open shared cluster costs at the prices.
fn open(piece: &Piece, dual: &Dual, index: usize) -> Option<i128> {
    let (entry, prices): (&Entry, &GroupPrices) = (&piece.entries[index], &dual.entries[index]);
    if entry.tenancy == Tenancy::Dedicated {
        // Its cost stands in the choice of whoever has it.
        return Some(0);
    }
    let mut sum = Some(i128::from(entry.fixed) * UNIT);
    for (pool, shape) in entry.pools.iter().enumerate() {
        let earned = dot(&prices.load[pool], &shape.capacity)?;
        let node = (i128::from(shape.price) * UNIT)
            .checked_sub(earned)?
            .checked_sub(dual.links.sum(index, Some(pool)))?
            .checked_sub(prices.nodes[pool])?
            .checked_add(prices.all_nodes)?;
        let (fewest, most) = (times(Some(node), shape.min)?, times(Some(node), shape.max)?);
        sum = plus(sum, Some(fewest.min(most)));
        sum = plus(sum, times(Some(-prices.private[pool]), shape.max));
    }
    sum = plus(sum, times(Some(-prices.all_nodes), entry.max_nodes));
    for limit in 0..LIMITS {
        sum = plus(sum, times(Some(-prices.limits[limit]), entry.limits[limit]));
    }
    sum = plus(sum, Some(-prices.open - dual.links.sum(index, None)));
    plus(sum, Some(entry.class.map_or(0, |class| dual.classes[class])))
}
