//! Check `pin`: until its date, a pinned tenant lives where its pin says.

use super::Found;
use super::scene::{Home, Scene};
use crate::inventory::{Inventory, Pin};
use crate::vocab::name::{ClusterName, Residency};
use crate::vocab::tier::Form;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    let date = scene.inventory.fleet.date;
    for pin in scene.inventory.pins.iter().filter(|pin| pin.until.is_none_or(|until| date <= until)) {
        let Some((index, _)) = scene.inventory.tenant(&pin.tenant) else { continue };
        for home in scene.homes_of(index) {
            if let Some(message) = breach(scene.inventory, pin, home) {
                found.finding("pin", format!("{} is pinned to {message}", home.words()), Some(pin.at.of("tenant")));
            }
        }
    }
}

/// The cluster of a pin binds the unit whose site is that cluster's residency, or the only unit; so do tier and nodes.
fn breach(inventory: &Inventory, pin: &Pin, home: &Home<'_>) -> Option<String> {
    let (placed, site) = (home.placement, home.placement.site.as_ref());
    if allows(inventory, pin, site, home.form, |cluster| *cluster == placed.cluster) {
        return None;
    }
    if let Some(tier) = pin.tier.filter(|tier| *tier != placed.tier) {
        return Some(format!("tier `{tier}` and has `{}`", placed.tier));
    }
    if let Some(nodes) = pin.nodes.filter(|nodes| Some(*nodes) != placed.nodes) {
        return Some(format!("{nodes} nodes and has others"));
    }
    let cluster = pin.cluster.as_ref()?;
    Some(format!("cluster `{cluster}` and lives in `{}`", placed.cluster))
}

/// True where a home of a unit at `site`, in a cluster of which `is` tells its name, is what the pin says, or the pin binds another unit.
pub fn allows(
    inventory: &Inventory,
    pin: &Pin,
    site: Option<&Residency>,
    form: Form,
    is: impl Fn(&ClusterName) -> bool,
) -> bool {
    let Pin { tenant: _, cluster, tier, nodes, owner: _, reason: _, until: _, at: _ } = pin;
    let residency = cluster.as_ref().and_then(|name| inventory.cluster(name)).map(|cluster| &cluster.offer.residency);
    let binds = match (site, residency) {
        (Some(site), Some(residency)) => site == residency,
        (None, _) | (Some(_), None) => true,
    };
    !binds
        || tier.is_none_or(|tier| tier == form.tier())
            && nodes.is_none_or(|nodes| Some(nodes) == form.nodes())
            && cluster.as_ref().is_none_or(is)
}
