//! Check `pin`: until its date, a pinned tenant lives where its pin says.

use super::Found;
use super::scene::{Home, Scene};
use crate::inventory::Pin;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    let date = scene.inventory.fleet.date;
    for pin in scene.inventory.pins.iter().filter(|pin| pin.until.is_none_or(|until| date <= until)) {
        let Some((index, _)) = scene.inventory.tenant(&pin.tenant) else { continue };
        for home in scene.homes_of(index) {
            if binds(scene, pin, home)
                && let Some(message) = breach(pin, home)
            {
                found.finding("pin", format!("{} is pinned to {message}", home.words()), Some(pin.at.of("tenant")));
            }
        }
    }
}

/// The cluster of a pin binds the unit whose site is that cluster's residency, or the only unit; tier and nodes bind all units.
fn breach(pin: &Pin, home: &Home<'_>) -> Option<String> {
    let placed = home.placement;
    if let Some(tier) = pin.tier.filter(|tier| *tier != placed.tier) {
        return Some(format!("tier `{tier}` and has `{}`", placed.tier));
    }
    if let Some(nodes) = pin.nodes.filter(|nodes| Some(*nodes) != placed.nodes) {
        return Some(format!("{nodes} nodes and has others"));
    }
    let cluster = pin.cluster.as_ref().filter(|cluster| **cluster != placed.cluster)?;
    Some(format!("cluster `{cluster}` and lives in `{}`", placed.cluster))
}

fn binds(scene: &Scene<'_>, pin: &Pin, home: &Home<'_>) -> bool {
    let residency =
        pin.cluster.as_ref().and_then(|name| scene.inventory.cluster(name)).map(|cluster| &cluster.offer.residency);
    match (&home.placement.site, residency) {
        (Some(site), Some(residency)) => site == residency,
        (None, _) | (Some(_), None) => true,
    }
}
