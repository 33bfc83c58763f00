//! What ties tables together: teams, regimes, residencies, near and apart pairs.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::dangling;
use crate::inventory::reading::node::Faults;
use crate::inventory::{Inventory, Tenant, Trust};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::name::{Residency, TeamName};

/// The most of any one unit over a whole fleet: sums then stay far from overflowing, and so does money.
const MOST_OVER_FLEET: u128 = 1 << 45;

pub(super) fn check(inventory: &Inventory, faults: &mut Faults) {
    teams(inventory, faults);
    names(inventory, faults);
    residencies(inventory, faults);
    pairs(inventory, faults);
    sums(inventory, faults);
}

fn teams(inventory: &Inventory, faults: &mut Faults) {
    let known = &inventory.fleet.teams;
    if known.is_empty() {
        return;
    }
    let mut check = |team: &TeamName, span| {
        if known.binary_search(team).is_err() {
            dangling("team", team.as_str(), known.iter().map(TeamName::as_str), span, faults);
        }
    };
    for tenant in &inventory.tenants {
        check(&tenant.team, tenant.at.of("team"));
    }
    for pin in &inventory.pins {
        check(&pin.owner, pin.at.of("owner"));
    }
    for exception in &inventory.exceptions {
        check(&exception.owner, exception.at.of("owner"));
    }
}

fn names(inventory: &Inventory, faults: &mut Faults) {
    for tenant in &inventory.tenants {
        for regime in &tenant.regulation {
            if !inventory.regulations.iter().any(|known| known.name == *regime) {
                let known = inventory.regulations.iter().map(|regime| regime.name.as_str());
                dangling("regime", regime.as_str(), known, tenant.at.of("regulation"), faults);
            }
        }
        if tenant.trust == Trust::Soft && !tenant.regulation.is_empty() {
            faults.push(
                Diagnostic::warning(
                    "regulated-soft",
                    format!("tenant `{}` is regulated and its trust is `soft`", tenant.name),
                )
                .at(tenant.at.of("regulation"), "a regime does not raise trust")
                .help("say `trust = \"hardened\"`, unless its data is not sensitive"),
            );
        }
        for (key, others) in [("near", &tenant.near), ("apart", &tenant.apart)] {
            for other in others {
                if *other == tenant.name {
                    faults.push(
                        Diagnostic::error("own-neighbour", format!("tenant `{}` is `{key}` itself", tenant.name))
                            .at(tenant.at.of(key), "its own name")
                            .help("name another tenant"),
                    );
                } else if inventory.tenant(other).is_none() {
                    let known = inventory.tenants.iter().map(|tenant| tenant.name.as_str());
                    dangling("tenant", other.as_str(), known, tenant.at.of(key), faults);
                }
            }
        }
    }
}

fn residencies(inventory: &Inventory, faults: &mut Faults) {
    let offered: BTreeSet<&Residency> = inventory
        .clusters
        .iter()
        .map(|cluster| &cluster.offer.residency)
        .chain(inventory.classes.iter().map(|class| &class.offer.residency))
        .collect();
    if offered.is_empty() {
        return;
    }
    for tenant in &inventory.tenants {
        for (key, asked) in [("residency", &tenant.residency), ("sites", &tenant.sites)] {
            for residency in asked.iter().filter(|residency| !offered.contains(residency)) {
                dangling(
                    "residency of a cluster or class",
                    residency.as_str(),
                    offered.iter().map(|r| r.as_str()),
                    tenant.at.of(key),
                    faults,
                );
            }
        }
    }
}

/// Near is transitive, so a pair that is apart must not be near through anybody.
fn pairs(inventory: &Inventory, faults: &mut Faults) {
    let mut beside: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, tenant) in inventory.tenants.iter().enumerate() {
        for (other, neighbour) in tenant.near.iter().filter_map(|name| inventory.tenant(name)) {
            beside.entry(index).or_default().push(other);
            beside.entry(other).or_default().push(index);
            let lone =
                |sites: &[Residency], others: &[Residency]| sites.iter().find(|site| !others.contains(site)).cloned();
            if !tenant.sites.is_empty() && !neighbour.sites.is_empty() {
                let odd = lone(&tenant.sites, &neighbour.sites).or_else(|| lone(&neighbour.sites, &tenant.sites));
                if let Some(site) = odd {
                    faults.push(
                        Diagnostic::error(
                            "near-sites",
                            format!(
                                "tenants `{}` and `{}` are near, and only one of them has a home in `{site}`",
                                tenant.name, neighbour.name
                            ),
                        )
                        .at(tenant.at.of("near"), "near, site by site")
                        .also(neighbour.at.of("sites"), "its sites")
                        .help("give both the same sites, or drop the pair"),
                    );
                }
            }
        }
    }
    for (index, tenant) in inventory.tenants.iter().enumerate() {
        for (other, enemy) in tenant.apart.iter().filter_map(|name| inventory.tenant(name)) {
            let Some(chain) = chain(&beside, index, other) else { continue };
            let names: Vec<String> = chain.iter().map(|at| format!("`{}`", inventory.tenants[*at].name)).collect();
            let mut fault = Diagnostic::error(
                "near-and-apart",
                format!(
                    "tenants `{}` and `{}` are apart, and near through {}",
                    tenant.name,
                    enemy.name,
                    names.join(" – ")
                ),
            )
            .at(tenant.at.of("apart"), "apart");
            for link in &chain {
                if let Some(span) = inventory.tenants[*link].at.written("near") {
                    fault = fault.also(span, "near");
                }
            }
            faults.push(fault.help("drop one of the pairs: near is transitive"));
        }
    }
}

/// The shortest chain of near pairs between two tenants.
fn chain(beside: &HashMap<usize, Vec<usize>>, from: usize, to: usize) -> Option<Vec<usize>> {
    let mut came: HashMap<usize, usize> = HashMap::from([(from, from)]);
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        if at == to {
            let mut chain = vec![to];
            while let Some(before) = came
                .get(chain.last().expect("never empty"))
                .filter(|before| **before != *chain.last().expect("never empty"))
            {
                chain.push(*before);
            }
            chain.reverse();
            return Some(chain);
        }
        for next in beside.get(&at).into_iter().flatten() {
            if !came.contains_key(next) {
                came.insert(*next, at);
                queue.push_back(*next);
            }
        }
    }
    None
}

/// Sums over the fleet stay in range.
fn sums(inventory: &Inventory, faults: &mut Faults) {
    let total = |of: fn(&Tenant) -> u64| -> u128 {
        inventory.tenants.iter().map(|tenant| u128::from(of(tenant)) * tenant.unit_sites().len() as u128).sum()
    };
    let sums = [
        ("CPU", total(|tenant| tenant.planned().resources.cpu)),
        ("memory", total(|tenant| tenant.planned().resources.memory)),
        ("pods", total(|tenant| tenant.planned().resources.pods)),
        ("GPUs", total(|tenant| tenant.planned().resources.gpu)),
        ("storage", total(|tenant| tenant.planned().storage)),
    ];
    for (what, sum) in sums {
        if sum > MOST_OVER_FLEET {
            faults.push(
                Diagnostic::error(
                    "demand-overflows",
                    format!("the {what} of all tenants together is beyond what can be planned"),
                )
                .help("look for a quantity with a wrong unit"),
            );
        }
    }
}
