//! Who pays for what: each unit's part of its cluster, in exact integers that sum to the whole.

use crate::solve::{Instance, Problem};

/// Each member's money per month, in the order of the instance's members. The parts sum to the cluster's cost and the members' own costs.
///
/// A unit pays its own costs and its own nodes; shared nodes are split by dominant share (Ghodsi et al., "Dominant Resource
/// Fairness", 2011); what is left (control plane, toil, nodes that stand empty) in equal parts.
#[must_use]
pub fn parts(problem: &Problem, instance: &Instance) -> Vec<i64> {
    let place = &problem.places[instance.place];
    let members = &instance.members;
    let choice = |member: usize| {
        let (unit, choice) = members[member];
        problem.view(unit, choice)
    };
    let own = |member: usize| {
        let view = choice(member);
        let moves = problem.moves(members[member].0, view.candidate.form, instance.host);
        view.choice.own + if moves { problem.moving } else { 0 }
    };
    let mut parts: Vec<i64> = (0..members.len()).map(own).collect();
    let mut left = instance.cost(problem);
    debug_assert!(!place.is_class() || !members.is_empty());
    for (pool, numbers) in place.pools.iter().enumerate() {
        for (member, part) in parts.iter_mut().enumerate() {
            let own: u64 = choice(member).dedicated().filter(|(at, _)| *at == pool).map(|(_, nodes)| nodes).sum();
            let money = numbers.price * i64::try_from(own).expect("the gate bounds counts");
            *part += money;
            left -= money;
        }
        let weights: Vec<u128> = (0..members.len())
            .map(|member| {
                let loads = choice(member).shared().filter(|(at, _)| *at == pool).map(|(_, load)| load);
                let load: crate::vocab::resources::Resources = loads.sum();
                let shares = load.each().into_iter().zip(numbers.usable.each()).filter(|(_, usable)| *usable > 0);
                shares.map(|(load, usable)| (u128::from(load) << 32) / u128::from(usable)).max().unwrap_or(0)
            })
            .collect();
        let shared = instance.nodes(pool) - instance.dedicated[pool];
        if weights.iter().any(|weight| *weight > 0) {
            let money = numbers.price * i64::try_from(shared).expect("the gate bounds counts");
            left -= money;
            split(money, &weights, &mut parts);
        }
    }
    split(left, &vec![1; members.len()], &mut parts);
    parts
}

/// Splits `money` by weight; what rounding leaves goes to the first ones.
fn split(money: i64, weights: &[u128], parts: &mut [i64]) {
    let all: u128 = weights.iter().sum();
    if all == 0 {
        return;
    }
    let whole = u128::try_from(money).expect("costs of a cluster are not negative");
    let share = |weight: u128| i64::try_from(whole * weight / all).expect("a part of an i64 is an i64");
    let mut rest = money - weights.iter().map(|weight| share(*weight)).sum::<i64>();
    for (part, weight) in parts.iter_mut().zip(weights) {
        *part += share(*weight);
        if *weight > 0 && rest > 0 {
            *part += 1;
            rest -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_split_sums_to_the_whole() {
        let mut parts = vec![0; 3];
        split(100, &[1, 1, 1], &mut parts);
        assert_eq!(parts, [34, 33, 33]);
        split(7, &[0, 2, 1], &mut parts);
        assert_eq!(parts, [34, 38, 35]);
    }
}
