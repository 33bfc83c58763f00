//! The fewest rules that leave one unit without a home: a minimum hitting set over the ways to house it.
//!
//! A *way* is a host, a form and a pool for each workload. All rules are asked once about each; what closes a way is a mask of rules. A set
//! of rules leaves the unit homeless exactly where it hits the mask of every way, so that only distinct masks count, and
//! the search is exponential in rules that closed something, never in hosts or pools.

use std::collections::BTreeSet;

use crate::planner::doors::Doorway;
use crate::rules::rule::{Case, Unfit};
use crate::rules::setting::nodes_for;
use crate::rules::{RULES, Rule};
use crate::vocab::resources::Resources;
use crate::vocab::tier::Nodes;

/// Rules as bits, in the order of the rule book.
pub type Mask = u32;

/// As many combinations of pools are asked about as the model tries.
const MOST_COMBINATIONS: usize = 256;

/// The masks of every way through a door.
#[must_use]
pub fn masks(case: &Case<'_>) -> BTreeSet<Mask> {
    let home = mask(case, |rule| rule.allows_home(case));
    let pools = &case.host.offer().pools;
    let mut ways: Vec<(Mask, Vec<Resources>)> = vec![(home, vec![Resources::ZERO; pools.len()])];
    for workload in &case.unit.tenant.workloads {
        let closed: Vec<Mask> =
            pools.iter().map(|pool| mask(case, |rule| rule.allows_pool(case, workload, pool))).collect();
        let onto = |(before, loads): &(Mask, Vec<Resources>), pool: usize| {
            let mut loads = loads.clone();
            loads[pool] += workload.planned.resources;
            (before | closed[pool], loads)
        };
        ways = ways
            .iter()
            .flat_map(|way| (0..pools.len()).map(move |pool| (way, pool)))
            .map(|(way, pool)| onto(way, pool))
            .take(MOST_COMBINATIONS)
            .collect();
    }
    let closed = |loads: &[Resources]| match nodes(case, loads) {
        None => bit("capacity"),
        Some(nodes) if nodes > case.host.offer().limits.nodes => bit("cluster-limits"),
        Some(_) => 0,
    };
    ways.into_iter().map(|(mask, loads)| mask | closed(&loads)).collect()
}

/// Nodes that the host needs for the unit's loads, and for the control plane of its vcluster beside them. None where a pool needs more than it can have.
fn nodes(case: &Case<'_>, loads: &[Resources]) -> Option<u64> {
    let (inventory, offer) = (case.setting.inventory, case.host.offer());
    let plane = |pool: usize| match offer.platform_pool {
        Some(platform) if case.form.is_vcluster() && platform == pool => {
            inventory.facts.overhead(case.unit.tenant.high_availability).resources
        }
        Some(_) | None => Resources::ZERO,
    };
    let of_pools = offer.pools.iter().enumerate().map(|(index, pool)| {
        let nodes = |load: &Resources| nodes_for(inventory, pool, load).filter(|nodes| *nodes <= pool.max);
        let (plane, load) = (plane(index), loads[index]);
        let on_host = match case.form.nodes() {
            Some(Nodes::Shared) => nodes(&(load + plane)),
            Some(Nodes::Dedicated) | None => nodes(&load).zip(nodes(&plane)).map(|(own, shared)| own + shared),
            Some(Nodes::Private) => nodes(&load).and(nodes(&plane)),
        };
        on_host.filter(|nodes| *nodes <= pool.max).map(|nodes| nodes.max(pool.min))
    });
    of_pools.sum()
}

fn mask(case: &Case<'_>, allows: impl Fn(&dyn Rule) -> bool) -> Mask {
    let tenant = &case.unit.tenant.name;
    let closes = |rule: &&dyn Rule| !allows(*rule) && !case.setting.lifts(tenant, rule.name());
    RULES.iter().enumerate().filter(|(_, rule)| closes(rule)).map(|(index, _)| 1 << index).sum()
}

/// The bit of a rule.
#[must_use]
pub fn bit(rule: &str) -> Mask {
    RULES.iter().position(|known| known.name() == rule).map_or(0, |index| 1 << index)
}

/// The names of a mask's rules, in the order of the rule book.
pub fn names(mask: Mask) -> impl Iterator<Item = &'static str> {
    RULES.iter().enumerate().filter(move |(index, _)| mask & (1 << index) != 0).map(|(_, rule)| rule.name())
}

/// The smallest set that hits every mask; of those the first in the order of the rule book. Nothing where a mask is empty: that way is open.
#[must_use]
pub fn minimum(masks: &BTreeSet<Mask>) -> Option<Mask> {
    // A mask that holds another is hit with it.
    let held = |mask: &Mask| masks.iter().any(|other| other != mask && mask & other == *other);
    let needed: Vec<Mask> = masks.iter().copied().filter(|mask| !held(mask)).collect();
    if needed.contains(&0) {
        return None;
    }
    let all = needed.iter().fold(0, |all, mask| all | mask);
    let bits: Vec<Mask> = (0..RULES.len()).map(|index| 1 << index).filter(|bit| all & bit != 0).collect();
    (0..=bits.len()).find_map(|size| of_size(size, &bits, 0, &needed))
}

fn of_size(size: usize, bits: &[Mask], chosen: Mask, needed: &[Mask]) -> Option<Mask> {
    if size == 0 {
        return needed.iter().all(|mask| mask & chosen != 0).then_some(chosen);
    }
    (0..bits.len()).find_map(|first| of_size(size - 1, &bits[first + 1..], chosen | bits[first], needed))
}

/// Why `rule` closes this door, for one of the ways that it closes.
#[must_use]
pub fn reason(door: &Doorway<'_>, rule: &dyn Rule) -> Option<Unfit> {
    let case = &door.case;
    if !rule.allows_home(case) {
        return Some(rule.reason(case, None));
    }
    let pools = || case.host.offer().pools.iter();
    let parts = || case.unit.tenant.workloads.iter().flat_map(|workload| pools().map(move |pool| (workload, pool)));
    if let Some((workload, pool)) = parts().find(|(workload, pool)| !rule.allows_pool(case, workload, pool)) {
        return Some(rule.reason(case, Some((workload, pool))));
    }
    let most = match rule.name() {
        "capacity" => "its pools can have".to_owned(),
        "cluster-limits" => format!("the {} that it may have", case.host.offer().limits.nodes),
        _ => return None,
    };
    let (tenant, host) = (&case.unit.tenant.name, case.host.words());
    let text =
        format!("each workload of tenant `{tenant}` fits a pool of {host}; together they need more nodes than {most}");
    Some(Unfit::of(case, "workload", text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_set_that_hits_every_mask_is_found() {
        assert_eq!(minimum(&BTreeSet::from([0b011, 0b101, 0b110])), Some(0b011));
        assert_eq!(minimum(&BTreeSet::from([0b001, 0b011])), Some(0b001));
        assert_eq!(minimum(&BTreeSet::from([0b100, 0b010, 0b111])), Some(0b110));
    }

    #[test]
    fn where_a_way_is_open_nothing_closes_all() {
        assert_eq!(minimum(&BTreeSet::from([0, 0b1])), None);
        assert_eq!(minimum(&BTreeSet::new()), Some(0));
    }
}
