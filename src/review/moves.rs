//! Moves: exactly the units whose cluster, tier or nodes differ from the plan this one was made from.

use std::collections::{HashMap, HashSet};

use super::Found;
use super::scene::{Scene, words};
use crate::plan::{Move, Placement};

/// Checks the list, and returns the units that move, by number. Without the earlier plan the list is taken at its word, as
/// far as it can be.
pub fn check(scene: &Scene<'_>, found: &mut Found) -> HashSet<usize> {
    let listed = listed(scene, found);
    let many = u64::try_from(listed.len()).unwrap_or(u64::MAX);
    if let Some(most) = scene.plan.max_moves.filter(|most| many > *most) {
        let message = format!("{many} homes move, and the plan was to move {most} at most");
        found.finding("moves", message, None);
    }
    if scene.is_blind() {
        return blind(scene, &listed, found);
    }
    let mut moved = HashSet::new();
    for home in &scene.homes {
        let (before, now) = (scene.today(home), home.placement);
        let moves =
            before.filter(|before| (&before.cluster, before.tier, before.nodes) != (&now.cluster, now.tier, now.nodes));
        match (moves, listed.get(&home.unit)) {
            (None, None) => {}
            (Some(before), said) => {
                moved.insert(home.unit);
                let (from, to) = (lives(before), lives(now));
                if said.is_none_or(|said| said.from != from || said.to != to) {
                    let message =
                        format!("{} moves from {from} to {to}, and the plan's moves do not say so", home.words());
                    found.finding("moves", message, None);
                }
            }
            (None, Some(_)) => {
                let message = format!("the plan's moves name {}, which stays or did not live anywhere", home.words());
                found.finding("moves", message, None);
            }
        }
    }
    moved
}

/// The moves that the plan lists, by unit.
fn listed<'a>(scene: &Scene<'a>, found: &mut Found) -> HashMap<usize, &'a Move> {
    let mut listed = HashMap::with_capacity(scene.plan.moves.len());
    let mut last = 0;
    for moved in &scene.plan.moves {
        let whose = || words(&moved.tenant, moved.site.as_ref());
        let tenant = scene.units.tenant(&moved.tenant, &mut last);
        let unit = tenant.and_then(|tenant| scene.units.number(tenant, moved.site.as_ref()));
        match unit.filter(|unit| scene.home_of[*unit].is_some()) {
            None => found.finding("moves", format!("the plan's moves name {}, which has no home", whose()), None),
            Some(unit) => {
                if listed.insert(unit, moved).is_some() {
                    found.finding("moves", format!("the plan's moves name {} twice", whose()), None);
                }
            }
        }
    }
    listed
}

/// Without the earlier plan: each move goes where the unit is placed, and leaves another home.
fn blind(scene: &Scene<'_>, listed: &HashMap<usize, &Move>, found: &mut Found) -> HashSet<usize> {
    for home in &scene.homes {
        if let Some(Move { from, to, .. }) = listed.get(&home.unit)
            && (*to != lives(home.placement) || from == to)
        {
            let (from, to) = (from.escape_debug(), to.escape_debug());
            let message =
                format!("the plan's moves have {} go from {from} to {to}, which is not where it goes", home.words());
            found.finding("moves", message, None);
        }
    }
    listed.keys().copied().collect()
}

/// `vcluster/shared in eu-1`.
fn lives(placement: &Placement) -> String {
    let nodes = placement.nodes.map_or(String::new(), |nodes| format!("/{nodes}"));
    format!("{}{nodes} in {}", placement.tier, placement.cluster)
}
