//! What a leaf's prices prove, in exact integers.
//!
//! The formula is ARCHITECTURE.md's Lagrangian with the bounds of a box: bundles at their cheapest entry, clusters at their cheapest state,
//! nodes at the cheaper end, and what the bounds pay. All money is in 2^-32 micro-units; sums are checked.

use std::collections::HashMap;

use crate::plan::certificate::{Counted, GroupPrices, HIGHEST_PRICE, LIMITS, UNIT};
use crate::solve::tree::piece::{Box, Choice, Entry, Piece, Range, Spot};
use crate::solve::tree::rounding::Rounding;
use crate::vocab::tier::Tenancy;

/// Prices of a leaf: one for each entry, class, and for moves.
#[derive(Debug, Clone)]
pub struct Dual {
    /// By entry.
    pub entries: Vec<GroupPrices>,
    /// By class.
    pub classes: Vec<i128>,
    /// By sum: what its bounds pay for each that it counts.
    pub sums: Vec<i128>,
    /// Of a move.
    pub moves: i128,
    /// Of being there.
    pub links: Links,
}

/// Prices of being there, alone or with others, and their sums, which nodes and clusters earn.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// By spot: each node that the unit needs alone, or the cluster.
    pub prices: HashMap<Spot, i128>,
    /// By rounding, those that have a price.
    pub roundings: Vec<(usize, i128)>,
    /// By spot: what roundings ask of the unit, however many nodes it needs.
    rounded: HashMap<Spot, i128>,
    /// What roundings pay in all, or ask.
    constant: i128,
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

    /// Adds the price of a rounding, if it is above zero and nothing is too large.
    pub fn round(&mut self, index: usize, rounding: &Rounding, price: i128) {
        let (Some(node), Some(constant)) =
            (price.checked_mul(rounding.last.into()), price.checked_mul(rounding.constant()))
        else {
            return;
        };
        if price <= 0 || node > HIGHEST_PRICE {
            return;
        }
        self.roundings.push((index, price));
        self.constant += constant;
        for (entry, pool) in &rounding.over {
            *self.sums.entry((*entry, Some(*pool))).or_default() += node;
        }
        for (spot, g) in rounding.spots() {
            *self.rounded.entry(spot).or_default() += price * i128::from(g);
        }
    }

    fn is_empty(&self) -> bool {
        self.prices.is_empty() && self.roundings.is_empty()
    }

    fn price(&self, spot: Spot) -> i128 {
        self.prices.get(&spot).copied().unwrap_or(0)
    }

    fn rounded(&self, spot: Spot) -> i128 {
        self.rounded.get(&spot).copied().unwrap_or(0)
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
    if within.is_empty() {
        return Bound::Empty;
    }
    let mut sum = Some(0_i128);
    for bundle in 0..piece.bundles.len() {
        match cheapest(piece, within, dual, bundle) {
            Cheapest::NoHome => return Bound::Empty,
            Cheapest::Costs(cost) => sum = plus(sum, cost),
        }
    }
    let Some(summed) = summed(piece, dual) else { return Bound::Nothing };
    let states: Vec<Option<i128>> = (0..piece.entries.len()).map(|entry| open(piece, dual, &summed, entry)).collect();
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
    for (price, range) in dual.sums.iter().zip(&within.sums) {
        sum = plus(sum, paid(*price, *range));
    }
    sum = plus(sum, Some(dual.links.constant));
    sum = plus(sum, times(Some(-dual.moves), piece.max_moves.unwrap_or(0)));
    sum.map_or(Bound::Nothing, Bound::AtLeast)
}

/// What nodes and open clusters earn from bounds on the sums that they count in; nothing where it is too much.
fn summed(piece: &Piece, dual: &Dual) -> Option<HashMap<Counted, i128>> {
    let mut all: HashMap<Counted, i128> = HashMap::new();
    for (terms, price) in piece.sums.iter().zip(&dual.sums).filter(|(_, price)| **price != 0) {
        for term in terms {
            let earned = all.entry(*term).or_default();
            *earned = earned.checked_add(*price)?;
        }
    }
    Some(all)
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

/// What a choice costs at the prices, in 2^-32 micro-units; nothing where it is too much.
#[must_use]
pub fn price(piece: &Piece, dual: &Dual, (bundle, unit): (usize, usize), choice: &Choice) -> Option<i128> {
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
    if !dual.links.is_empty() && entry.tenancy == Tenancy::Shared {
        let at = |pool: Option<usize>| Spot { bundle, unit, entry: choice.entry, pool };
        sum = plus(sum, Some(dual.links.price(at(None))));
        if let Some((pool, nodes)) = choice.shares {
            sum = plus(sum, times(Some(dual.links.price(at(Some(pool)))), nodes));
            sum = plus(sum, Some(dual.links.rounded(at(Some(pool)))));
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
fn open(piece: &Piece, dual: &Dual, summed: &HashMap<Counted, i128>, index: usize) -> Option<i128> {
    let (entry, prices): (&Entry, &GroupPrices) = (&piece.entries[index], &dual.entries[index]);
    if entry.tenancy == Tenancy::Dedicated {
        // Its cost stands in the choice of whoever has it.
        return Some(0);
    }
    let of_sums = |pool| summed.get(&Counted { group: index, pool }).copied().unwrap_or(0);
    let mut sum = Some(i128::from(entry.fixed) * UNIT);
    for (pool, shape) in entry.pools.iter().enumerate() {
        let earned = dot(&prices.load[pool], &shape.capacity)?;
        let node = (i128::from(shape.price) * UNIT)
            .checked_sub(earned)?
            .checked_sub(dual.links.sum(index, Some(pool)))?
            .checked_sub(prices.nodes[pool])?
            .checked_sub(of_sums(Some(pool)))?
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
    sum = plus(sum, of_sums(None).checked_neg());
    plus(sum, Some(entry.class.map_or(0, |class| dual.classes[class])))
}
