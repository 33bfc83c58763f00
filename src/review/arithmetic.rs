//! The promised formulas, worked out anew: growth, nodes for a load, shares, money. Nothing here rounds twice.

use std::collections::HashMap;

use num_bigint::BigUint;

use crate::inventory::{Policy, Pool};
use crate::vocab::money::Money;
use crate::vocab::resources::Resources;
use crate::vocab::share::{Growth, Share};

const MILLION: u128 = 1_000_000;

/// `floor(amount × share)`.
pub fn share_of(amount: u64, share: Share) -> u64 {
    narrow(u128::from(amount) * u128::from(share.millionths()) / MILLION)
}

/// A pool's nodes as numbers.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    /// What a node has for tenants' pods: `allocatable − daemonsets`.
    pub raw: Resources,
    /// What is planned onto a node: `floor(raw × (1 − headroom))` for CPU, memory and pods; every GPU.
    pub usable: Resources,
    /// The zones of which one may be lost; nothing where that need not be survived.
    zones: Option<u64>,
}

impl Node {
    /// The nodes of `pool` under `policy`.
    pub fn of(pool: &Pool, policy: &Policy) -> Self {
        let (node, daemonsets) = (pool.node.each(), pool.daemonsets.each());
        let raw = Resources::from_each(std::array::from_fn(|r| node[r].saturating_sub(daemonsets[r])));
        let free = MILLION - u128::from(policy.headroom.millionths());
        let part = |units: u64| narrow(u128::from(units) * free / MILLION);
        let Resources { cpu, memory, pods, gpu } = raw;
        let usable = Resources { cpu: part(cpu), memory: part(memory), pods: part(pods), gpu };
        Self { raw, usable, zones: Some(pool.zones).filter(|zones| policy.survive_zone_loss && *zones >= 2) }
    }

    /// How many carry `load`. Nothing where something is asked that a node does not have.
    pub fn count_for(&self, load: &Resources) -> Option<u64> {
        let planned = ceilings(load, &self.usable)?;
        let Some(zones) = self.zones.filter(|_| planned > 0).map(u128::from) else { return Some(planned) };
        // Without one of z zones, floor(s (z − 1) / z) nodes are left; headroom may be used then. The least such s.
        let left = u128::from(ceilings(load, &self.raw)?);
        Some(planned.max(narrow((left * zones).div_ceil(zones - 1))))
    }
}

impl Node {
    /// True where `count` nodes carry `load`: the same as `count_for(load) ≤ count`, without a division where no zone may be lost.
    pub fn carries(&self, load: &Resources, count: u64) -> bool {
        let fits = |room: &Resources, count: u64| {
            load.each().into_iter().zip(room.each()).all(|(asked, room)| asked <= room.saturating_mul(count))
        };
        fits(&self.usable, count)
            && self.zones.is_none_or(|zones| {
                let left = u128::from(count) * u128::from(zones - 1) / u128::from(zones);
                fits(&self.raw, narrow(left))
            })
    }

    /// What a node counts for at least, whatever else it carries: `usable`, and its part of what must stand when a zone is lost.
    /// `s` nodes that carry a load carry at most `s` times this.
    pub fn counted(&self) -> Resources {
        let Some(zones) = self.zones else { return self.usable };
        let part = |units: u64| narrow((u128::from(units) * u128::from(zones - 1)).div_ceil(u128::from(zones)));
        let (usable, raw) = (self.usable.each(), self.raw.each());
        Resources::from_each(std::array::from_fn(|r| usable[r].min(part(raw[r]))))
    }
}

/// `max_r ceil(load_r / node_r)`.
fn ceilings(load: &Resources, node: &Resources) -> Option<u64> {
    let pairs = load.each().into_iter().zip(node.each());
    pairs.filter(|(asked, _)| *asked > 0).try_fold(0, |most, (asked, offered)| match offered {
        0 => None,
        _ => Some(most.max(asked.div_ceil(offered))),
    })
}

/// Growth over one horizon: `ceil(amount × (1 + growth)^quarters)`, in exact integers. Powers are worked out once.
#[derive(Debug, Default)]
pub struct Growths(HashMap<Growth, Powers>);

/// `(10^6 + growth)^quarters` and `10^(6 quarters)`.
#[derive(Debug)]
struct Powers {
    times: BigUint,
    over: BigUint,
    /// The same where they are small, so that most amounts need no big numbers.
    small: Option<(u128, u128)>,
}

impl Powers {
    fn of(growth: Growth, quarters: u32) -> Self {
        let factor = u64::try_from(1_000_000 + i128::from(growth.millionths())).unwrap_or(0);
        let small = u128::from(factor).checked_pow(quarters).zip(MILLION.checked_pow(quarters));
        Self { times: BigUint::from(factor).pow(quarters), over: BigUint::from(MILLION).pow(quarters), small }
    }

    fn grow(&self, amount: u64) -> Option<u64> {
        let exact = self.small.and_then(|(times, over)| Some(u128::from(amount).checked_mul(times)?.div_ceil(over)));
        if let Some(grown) = exact {
            return u64::try_from(grown).ok();
        }
        let product = &self.times * amount;
        let (whole, rest) = (&product / &self.over, &product % &self.over);
        u64::try_from(whole).ok()?.checked_add(u64::from(rest != BigUint::ZERO))
    }
}

impl Growths {
    /// The grown amount; nothing where it is no 64-bit number.
    pub fn grow(&mut self, amount: u64, growth: Growth, quarters: u32) -> Option<u64> {
        if growth == Growth::NONE || amount == 0 {
            return Some(amount);
        }
        self.0.entry(growth).or_insert_with(|| Powers::of(growth, quarters)).grow(amount)
    }
}

/// `ceil(cost / months)`, in micro-units.
pub fn spread(cost: Money, months: u32) -> i128 {
    let (cost, months) = (i128::from(cost.0), i128::from(months.max(1)));
    cost.div_euclid(months) + i128::from(cost.rem_euclid(months) > 0)
}

/// `price × count`, in micro-units.
pub fn cost(price: Money, count: u64) -> i128 {
    i128::from(price.0) * i128::from(count)
}

/// Micro-units as money; the end of the range where they pass it, which no plan's claim can equal by accident.
pub fn money(micro: i128) -> Money {
    Money(i64::try_from(micro).unwrap_or(if micro < 0 { i64::MIN } else { i64::MAX }))
}

fn narrow(units: u128) -> u64 {
    u64::try_from(units).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_rounded_up_once() {
        let five = Growth::parse("0.05").unwrap();
        let mut growths = Growths::default();
        assert_eq!(growths.grow(100, five, 4), Some(122), "121.55, not 123 by rounding every quarter");
        assert_eq!(growths.grow(0, five, 4), Some(0));
        let half = Growth::parse("-0.5").unwrap();
        assert_eq!(growths.grow(8, half, 2), Some(2), "exact, so nothing is added");
        assert_eq!(Growths::default().grow(1 << 40, Growth::parse("100").unwrap(), 40), None);
    }

    #[test]
    fn small_and_big_numbers_grow_alike() {
        for growth in ["0.05", "-0.1", "0.333333", "0.000001", "2"] {
            for quarters in 1..6 {
                let powers = Powers::of(Growth::parse(growth).unwrap(), quarters);
                let big = Powers { small: None, ..Powers::of(Growth::parse(growth).unwrap(), quarters) };
                for amount in [1, 999, 1_000_000, 123_456_789, 1 << 39] {
                    assert_eq!(powers.grow(amount), big.grow(amount), "{amount} by {growth}, {quarters} times");
                }
            }
        }
    }

    #[test]
    fn a_number_of_nodes_carries_what_it_is_counted_for_and_no_more() {
        let raw = Resources { cpu: 10, memory: 7, pods: 5, gpu: 1 };
        let usable = Resources { cpu: 8, memory: 6, pods: 4, gpu: 1 };
        for zones in [None, Some(2), Some(3)] {
            let node = Node { raw, usable, zones };
            for load in 0..60 {
                let load = Resources { cpu: load, memory: load / 2, pods: load / 3, gpu: load / 9 };
                let needed = node.count_for(&load).unwrap();
                for count in 0..30 {
                    assert_eq!(node.carries(&load, count), needed <= count, "{load:?} on {count}, zones {zones:?}");
                }
                assert!(load.fits(&node.counted().times(needed)), "{load:?}, zones {zones:?}");
            }
        }
        let nothing = Node { raw: Resources::ZERO, usable: Resources::ZERO, zones: Some(3) };
        assert!(!nothing.carries(&raw, 9) && nothing.carries(&Resources::ZERO, 0));
    }

    #[test]
    fn one_off_costs_are_rounded_up_and_shares_down() {
        assert_eq!(spread(Money(100), 12), 9);
        assert_eq!(spread(Money(96), 12), 8);
        assert_eq!(share_of(9, Share::percent(50)), 4);
    }
}
