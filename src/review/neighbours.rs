//! Check `neighbours`: a tenant has no more other tenants in its cluster than it accepts, and none outside its regime where that asks for it.

use std::collections::HashSet;

use super::Found;
use super::scene::{Home, Host, Scene};
use crate::inventory::Regulation;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    let closed: Vec<&Regulation> =
        scene.inventory.regulations.iter().filter(|regime| regime.same_regime_neighbours).collect();
    for host in &scene.hosts {
        count(scene, host, found);
        for regime in &closed {
            same_regime(scene, host, regime, found);
        }
    }
}

fn count(scene: &Scene<'_>, host: &Host<'_>, found: &mut Found) {
    if !scene.residents(host).any(|home| home.tenant.max_neighbours.is_some()) {
        return;
    }
    let tenants: HashSet<usize> = scene.residents(host).map(|home| home.tenant_index).collect();
    let others = tenants.len().saturating_sub(1) as u64;
    for home in scene.residents(host) {
        if let Some(most) = home.tenant.max_neighbours.filter(|most| others > *most) {
            let message = format!("{} accepts {most} neighbours; cluster `{}` has {others}", home.words(), host.name());
            found.finding("neighbours", message, Some(home.tenant.at.of("max_neighbours")));
        }
    }
}

fn same_regime(scene: &Scene<'_>, host: &Host<'_>, regime: &Regulation, found: &mut Found) {
    let falls_under = |home: &&Home<'_>| home.tenant.regulation.contains(&regime.name);
    let inside = scene.residents(host).find(falls_under);
    let outside = scene.residents(host).find(|home| !falls_under(home));
    if let (Some(inside), Some(outside)) = (inside, outside) {
        let message = format!(
            "{} falls under `{}` and shares cluster `{}` with {}, which does not",
            inside.words(),
            regime.name,
            host.name(),
            outside.words()
        );
        found.finding("neighbours", message, Some(inside.tenant.at.of("regulation")));
    }
}
