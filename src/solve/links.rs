//! Links: wherever a unit lives there is a whole cluster, and on its pool there are whole nodes.
//!
//! Nodes are few where they are dear, so that parts of them are what a bound loses most by. On large fleets there are too many links to price, and
//! nodes enough for parts not to matter.

use std::collections::BTreeMap;

use crate::solve::problem::Problem;
use crate::solve::relaxation::{Column, Entry, Member, small};
use crate::vocab::tier::Tenancy;

/// Columns up to which units are linked to where they live.
const MOST_LINKED: usize = 250_000;

/// A unit's being there: where it lives there is a cluster, and on its pool as many nodes as its load needs alone.
///
/// Without it half a unit asks for half of a part of a node. With it every half asks for half of a whole node, as in a facility location problem
/// (Balinski, "Integer programming: methods, uses, computation", 1965).
#[derive(Debug, Clone, Copy)]
pub struct Link {
    /// The unit.
    pub unit: usize,
    /// The entry.
    pub entry: usize,
    /// The pool; none for the cluster itself.
    pub pool: Option<usize>,
    /// Nodes that its load needs alone; one cluster.
    pub needs: u64,
}

/// Links of all columns in shared clusters, by entry and pool, the cluster's own last; and each column's link to a pool and to the cluster. None where there
/// would be too many.
pub fn links(
    problem: &Problem,
    entries: &[Entry],
    members: &[Member],
    columns: &[Column],
) -> (Vec<Link>, Vec<[Option<u32>; 2]>) {
    if columns.len() > MOST_LINKED {
        return (Vec::new(), Vec::new());
    }
    // By entry and pool, `usize::MAX` for the cluster, then by unit.
    let mut asked: BTreeMap<(usize, usize, usize), (u64, Vec<usize>)> = BTreeMap::new();
    for member in members {
        for at in member.columns.clone() {
            let column = &columns[at];
            let place = &problem.places[entries[column.entry()].place];
            if place.tenancy == Tenancy::Dedicated {
                continue;
            }
            let mut ask = |pool: usize, needs: u64| {
                let known = asked.entry((column.entry(), pool, member.unit)).or_insert((needs, Vec::new()));
                known.1.push(at);
            };
            ask(usize::MAX, 1);
            let view = problem.view(member.unit, column.choice());
            if let Some((pool, nodes)) = view.nodes_alone(place) {
                ask(pool, nodes);
            }
        }
    }
    let mut of = vec![[None; 2]; columns.len()];
    let mut links = Vec::with_capacity(asked.len());
    for ((entry, pool, unit), (needs, at)) in asked {
        let own = usize::from(pool == usize::MAX);
        for column in at {
            of[column][own] = Some(small(links.len()));
        }
        links.push(Link { unit, entry, pool: (own == 0).then_some(pool), needs });
    }
    (links, of)
}
