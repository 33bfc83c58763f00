//! A component's relaxation as a piece, entry by entry and column by column.
//!
//! Names come from whoever knows them: the relaxation has numbers only.

use crate::solve::lagrangian::closed_cost;
use crate::solve::relaxation::{Column, Relaxation};
use crate::solve::tree::piece::{Bundle, Choice, Entry, Member, Piece, Set, Shape};
use crate::solve::tree::sums::sums;
use crate::vocab::name::{ClassName, Residency, TenantName};
use crate::vocab::tier::Tenancy;

/// Lays the piece out. `unit` names a unit of the problem, `class` a class.
#[must_use]
pub fn lay(
    relaxation: &Relaxation<'_>,
    unit: impl Fn(usize) -> (TenantName, Option<Residency>),
    class: impl Fn(usize) -> ClassName,
) -> Piece {
    let mut piece = Piece { max_moves: relaxation.problem.max_moves, ..Piece::default() };
    piece.classes = relaxation.classes.iter().map(|(index, limit)| (class(*index), *limit)).collect();
    let mut last: Option<(usize, usize)> = None;
    for index in 0..relaxation.entries.len() {
        let (place, at) = (relaxation.place(index), relaxation.entries[index].place);
        let set = (!place.is_class()).then(|| match last {
            Some((known, set)) if known == at => set,
            Some(_) | None => {
                piece.sets.push(Set {
                    count: place.hosts.len() as u64,
                    closed: closed_cost(relaxation, index),
                    idle: place.idle_cost(),
                });
                piece.sets.len() - 1
            }
        });
        last = set.map(|set| (at, set));
        piece.entries.push(Entry {
            set,
            class: place.class().and_then(|class| relaxation.classes.keys().position(|known| *known == class)),
            tenancy: place.tenancy,
            fixed: place.fixed + if place.is_class() { place.change } else { 0 },
            pools: place
                .pools
                .iter()
                .map(|pool| Shape { price: pool.price, capacity: pool.capacity().each(), min: pool.min, max: pool.max })
                .collect(),
            max_nodes: place.max_nodes,
            limits: place.limits,
        });
    }
    for range in &relaxation.bundles {
        let members = relaxation.members[range.clone()].iter().map(|member| {
            let (tenant, site) = unit(member.unit);
            let columns = &relaxation.columns[member.columns.clone()];
            let options = columns.iter().map(|column| choice(relaxation, member.unit, column)).collect();
            let planned = match &*relaxation.problem.units[member.unit].loads {
                [load] => Some(load.each()),
                _ => None,
            };
            Member { tenant, site, planned, options }
        });
        piece.bundles.push(Bundle { units: members.collect() });
    }
    piece.sums = sums(&piece);
    piece
}

fn choice(relaxation: &Relaxation<'_>, unit: usize, column: &Column) -> Choice {
    let (view, place) = (relaxation.problem.view(unit, column.choice()), relaxation.place(column.entry()));
    let is_shared = place.tenancy == Tenancy::Shared;
    let parts = view.parts();
    let load = parts
        .iter()
        .filter(|_| is_shared)
        .map(|part| (part.pool, (part.load + place.pools[part.pool].capacity().times(part.nodes)).each()));
    Choice {
        own: view.dedicated().filter(|_| is_shared).collect(),
        shares: view.nodes_alone(place).filter(|_| is_shared),
        entry: column.entry(),
        form: view.candidate.form,
        cost: column.base,
        load: load.collect(),
        private: view.private().filter(|_| is_shared).collect(),
        uses: view.uses(),
        moves: column.moves(),
        is_late: false,
    }
}
