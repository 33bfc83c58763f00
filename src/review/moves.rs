//! Moves: exactly the units whose cluster, tier or nodes differ from the plan this one was made from.

use std::collections::HashSet;

use super::Found;
use super::scene::{Scene, Unit, words};
use crate::plan::{Move, Placement};

/// Checks the list, and returns the units that move. Without the earlier plan the list is taken at its word, as far as it can be.
pub fn check<'a>(scene: &Scene<'a>, found: &mut Found) -> HashSet<Unit<'a>> {
    let expected: Vec<(Unit<'a>, String, String)> = scene
        .homes
        .iter()
        .filter_map(|home| {
            let before = scene.today.get(&home.unit()).copied()?;
            let now = home.placement;
            let moves = (&before.cluster, before.tier, before.nodes) != (&now.cluster, now.tier, now.nodes);
            moves.then(|| (home.unit(), lives(before), lives(now)))
        })
        .collect();
    if scene.is_blind() {
        return blind(scene, found);
    }
    let listed: HashSet<Unit<'_>> = scene.plan.moves.iter().map(|moved| (&moved.tenant, moved.site.as_ref())).collect();
    for (unit, from, to) in &expected {
        if !listed.contains(unit) {
            let message =
                format!("{} moves from {from} to {to}, and the plan's moves do not say so", words(unit.0, unit.1));
            found.finding("moves", message, None);
        }
    }
    let by_unit: std::collections::HashMap<Unit<'_>, (&str, &str)> =
        expected.iter().map(|(unit, from, to)| (*unit, (from.as_str(), to.as_str()))).collect();
    let mut seen = HashSet::new();
    for Move { tenant, site, from, to } in &scene.plan.moves {
        let unit = (tenant, site.as_ref());
        let is = by_unit.get(&unit).copied();
        if !seen.insert(unit) {
            found.finding("moves", format!("the plan's moves name {} twice", words(tenant, site.as_ref())), None);
        } else if is != Some((from.as_str(), to.as_str())) {
            let message = is.map_or_else(
                || format!("the plan's moves name {}, which stays or did not live anywhere", words(unit.0, unit.1)),
                |(from, to)| {
                    format!("{} moves from {from} to {to}; the plan's moves say otherwise", words(unit.0, unit.1))
                },
            );
            found.finding("moves", message, None);
        }
    }
    expected.into_iter().map(|(unit, _, _)| unit).collect()
}

/// Without the earlier plan: each move is of a unit that is placed, goes where it is placed, and leaves another home.
fn blind<'a>(scene: &Scene<'a>, found: &mut Found) -> HashSet<Unit<'a>> {
    let homes: std::collections::HashMap<Unit<'_>, &Placement> =
        scene.homes.iter().map(|home| (home.unit(), home.placement)).collect();
    let mut moved = HashSet::new();
    for Move { tenant, site, from, to } in &scene.plan.moves {
        let unit = (tenant, site.as_ref());
        let home = homes.get(&unit).map(|placement| lives(placement));
        if home.as_ref() != Some(to) || from == to {
            let message = format!(
                "the plan's moves have {} go from {from} to {to}, which is not where it goes",
                words(unit.0, unit.1)
            );
            found.finding("moves", message.escape_debug().to_string(), None);
        } else if !moved.insert(unit) {
            found.finding("moves", format!("the plan's moves name {} twice", words(unit.0, unit.1)), None);
        }
    }
    moved
}

/// `vcluster/shared in eu-1`.
fn lives(placement: &Placement) -> String {
    let nodes = placement.nodes.map_or(String::new(), |nodes| format!("/{nodes}"));
    format!("{}{nodes} in {}", placement.tier, placement.cluster)
}
