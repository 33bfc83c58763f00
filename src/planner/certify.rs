//! The certificate of a plan: prices that the solver found, under the names of clusters, classes and units.

use crate::inventory::Inventory;
use crate::plan::Plan;
use crate::plan::certificate::{Certificate, Dimension, Group, GroupPrices, Link, Members, Node, Part, Prices};
use crate::rules::Setting;
use crate::solve::{PartProof, Problem};
use crate::vocab::name::{ClusterName, RegimeName};

/// Names what the solver found. Nothing where a part's bound is not one of prices.
#[must_use]
pub fn certify(setting: &Setting<'_>, problem: &Problem, plan: &Plan, proofs: &[PartProof]) -> Certificate {
    let parts = proofs.iter().map(|proof| part(setting, problem, proof)).collect();
    Certificate { format_version: Certificate::FORMAT_VERSION, plan: plan.fingerprint(), parts }
}

fn part(setting: &Setting<'_>, problem: &Problem, proof: &PartProof) -> Part {
    let dimensions = proof.dimensions.iter().filter_map(|dimension| named(setting.inventory, problem, *dimension));
    let groups = proof
        .entries
        .iter()
        .map(|entry| Group { of: members(setting, problem, entry.place), holds: entry.holds.clone() })
        .collect();
    let prices = proof.prices.entries.iter().enumerate().map(|(group, prices)| GroupPrices {
        group,
        load: prices.load.clone(),
        all_nodes: prices.all_nodes,
        limits: prices.limits,
        links: links(problem, proof, group),
        ..GroupPrices::default()
    });
    let leaf = Prices {
        groups: prices.map(GroupPrices::trimmed).filter(GroupPrices::is_priced).collect(),
        moves: proof.prices.moves,
        ..Prices::default()
    };
    let tree = if proof.tree.is_empty() { vec![Node::Leaf(leaf)] } else { proof.tree.clone() };
    Part {
        dimensions: dimensions.collect(),
        groups,
        sums: proof.sums.clone(),
        roundings: proof.roundings.clone(),
        tree,
    }
}

/// What units pay for being in a group, under their names.
fn links(problem: &Problem, proof: &PartProof, group: usize) -> Vec<Link> {
    let priced =
        proof.links.iter().zip(&proof.prices.links).filter(|(link, price)| link.entry == group && **price != 0);
    priced
        .map(|(link, price)| {
            let (tenant, site) = problem.names[link.unit].clone();
            Link { tenant, site, pool: link.pool, price: *price }
        })
        .collect()
}

/// A dimension of labels in the words of the certificate.
fn named(inventory: &Inventory, problem: &Problem, dimension: usize) -> Option<Dimension> {
    let label = problem.labels.iter().zip(&problem.dimensions).find(|(_, of)| **of == dimension)?.0;
    match label.rule {
        "environments" => Some(Dimension::Environment),
        _ => {
            let name = label.dimension.strip_prefix("regime ")?;
            let regime: Option<&RegimeName> =
                inventory.regulations.iter().map(|regime| &regime.name).find(|regime| regime.as_str() == name);
            regime.cloned().map(Dimension::Regime)
        }
    }
}

fn members(setting: &Setting<'_>, problem: &Problem, place: usize) -> Members {
    let place = &problem.places[place];
    let first = &setting.hosts[place.hosts[0]];
    match first.origin {
        crate::rules::Origin::Class(class) => {
            Members::Class { class: class.name.clone(), kubernetes: first.kubernetes, tenancy: first.tenancy }
        }
        crate::rules::Origin::Cluster(_) | crate::rules::Origin::Copy(_) => Members::Clusters(
            place
                .hosts
                .iter()
                .map(|host| ClusterName::parse(&setting.hosts[*host].name).expect("names were checked at the gate"))
                .collect(),
        ),
    }
}
