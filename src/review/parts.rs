//! Each placement's part of the money: the parts of those who live in a cluster are exactly what the cluster and its residents cost.

use std::collections::HashSet;

use super::Found;
use super::arithmetic::{cost, money};
use super::loads::{Loads, own_nodes};
use super::money::{change, of_cluster, own};
use super::scene::{Home, Scene};

pub fn check(scene: &Scene<'_>, loads: &Loads, moved: &HashSet<usize>, found: &mut Found) {
    for (host, load) in scene.hosts.iter().zip(&loads.hosts).filter(|(host, _)| !host.residents.is_empty()) {
        let (mut whole, mut parts) = (of_cluster(scene, host, load) + change(scene, host), 0);
        for home in scene.residents(host) {
            let least = own(scene, home, moved).total();
            whole += least;
            parts += i128::from(home.placement.monthly.0);
            at_least(home, least + nodes(scene, home), found);
        }
        if parts != whole {
            let message = format!(
                "the parts of those who live in cluster `{}` sum to {}, {} millionths off what it and they cost",
                host.name(),
                money(parts),
                parts - whole
            );
            found.finding("parts", message, None);
        }
    }
}

/// A part is never less than what the unit alone causes.
fn at_least(home: &Home<'_>, least: i128, found: &mut Found) {
    let claimed = home.placement.monthly;
    if i128::from(claimed.0) < least {
        let message =
            format!("{} is charged {claimed} a month; its own costs alone are {}", home.words(), money(least));
        found.finding("parts", message, Some(home.tenant.at.header()));
    }
}

fn nodes(scene: &Scene<'_>, home: &Home<'_>) -> i128 {
    let offer = scene.host(home).ground.offer;
    let own = own_nodes(scene, home);
    own.into_iter().map(|(pool, nodes)| cost(offer.pools[pool].price, nodes.unwrap_or(0))).sum()
}
