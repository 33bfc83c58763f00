//! Which sums of nodes and of open clusters are worth splitting.
//!
//! Where clusters are alike, a split of one of them says little: what it forbids here is done next door. What units need together of nodes of
//! one shape, wherever they may be, is a number that has to be whole, and no neighbour makes up for it. So a sum is what a unit can choose among: all
//! pools with nodes of one shape that are open to it; and all clusters that are.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::certificate::Counted;
use crate::solve::tree::piece::{Choice, Piece};
use crate::vocab::tier::Tenancy;

/// More sums than this make the linear program slower than they make the tree better.
const MOST: usize = 150;

/// The sums of a piece: those that the most load stands behind first.
#[must_use]
pub fn sums(piece: &Piece) -> Vec<Vec<Counted>> {
    let mut known: BTreeMap<BTreeSet<Counted>, usize> = BTreeMap::new();
    let mut note = |sum: BTreeSet<Counted>| {
        if sum.len() > 1 {
            *known.entry(sum).or_default() += 1;
        }
    };
    for bundle in &piece.bundles {
        for unit in &bundle.units {
            by_shape(piece, &unit.options).into_values().for_each(&mut note);
            let shared = unit.options.iter().filter(|choice| piece.entries[choice.entry].tenancy == Tenancy::Shared);
            note(shared.map(|choice| Counted { group: choice.entry, pool: None }).collect());
        }
    }
    let everybody = || piece.bundles.iter().flat_map(|bundle| &bundle.units).flat_map(|unit| &unit.options);
    by_shape(piece, everybody()).into_values().for_each(&mut note);
    let mut sums: Vec<(BTreeSet<Counted>, usize)> = known.into_iter().collect();
    sums.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    sums.truncate(MOST);
    sums.into_iter().map(|(sum, _)| sum.into_iter().collect()).collect()
}

/// The pools that choices load, by what a node costs and carries.
fn by_shape<'c>(
    piece: &Piece,
    choices: impl IntoIterator<Item = &'c Choice>,
) -> BTreeMap<(i64, [u64; 4]), BTreeSet<Counted>> {
    let mut by_shape: BTreeMap<(i64, [u64; 4]), BTreeSet<Counted>> = BTreeMap::new();
    for choice in choices {
        for (pool, _) in &choice.load {
            let shape = &piece.entries[choice.entry].pools[*pool];
            let counted = Counted { group: choice.entry, pool: Some(*pool) };
            by_shape.entry((shape.price, shape.capacity)).or_default().insert(counted);
        }
    }
    by_shape
}
