//! Mixed-integer rounding: if these units share these nodes, there are so many whole ones.
//!
//! Units `u` with loads `d_u` share nodes of a set `S` of pools, each of which carries at most `cap`. With `y_u = 1` where a unit is there and 0 where it is not,
//! `cap · n(S) ≥ Σ d_u y_u`. Let `D = Σ d_u`, `f = D mod cap` and `k = ⌈D / cap⌉`. Rounding that row, with `1 − y_u` for `y_u`, gives
//!
//! ```text
//! f · n(S) + Σ g_u (1 − y_u) ≥ f · k,    g_u = ⌊d_u / cap⌋ · f + min(d_u mod cap, f)
//! ```
//!
//! which every plan keeps and a fractional solution need not: with everybody there, no fraction of the last node is left. A unit alone is the row of its being
//! there. Nodes of anybody's own are none of `n(S)`. Marchand and Wolsey, "Aggregation and mixed integer rounding to solve MIPs", *Operations Research* 49 (2001).

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::solve::tree::piece::{Piece, Spot};

/// A row of this kind, in integers. Units and pools are sorted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rounding {
    /// Pools, by entry.
    pub over: Vec<(usize, usize)>,
    /// Which resource is counted.
    pub resource: usize,
    /// Units, by bundle, and `g` of each.
    pub units: Vec<((usize, usize), u64)>,
    /// `f`: what the last node carries.
    pub last: u64,
    /// `k`: whole nodes for all of them.
    pub nodes: u64,
}

impl Rounding {
    /// The row of units that share pools; nothing where they fill whole nodes, so that there is nothing to round.
    #[must_use]
    pub fn of(
        piece: &Piece,
        over: Vec<(usize, usize)>,
        resource: usize,
        mut units: Vec<(usize, usize)>,
    ) -> Option<Self> {
        units.sort_unstable();
        let cap = over.iter().map(|(entry, pool)| piece.entries[*entry].pools[*pool].capacity[resource]).max()?;
        let load = |unit: &(usize, usize)| piece.bundles[unit.0].units[unit.1].planned.map_or(0, |load| load[resource]);
        let all: u64 = units.iter().map(load).sum();
        let last = all.checked_rem(cap).filter(|last| *last > 0)?;
        let units = units.into_iter().map(|unit| (unit, g(load(&unit), cap, last))).filter(|(_, g)| *g > 0).collect();
        Some(Self { over, resource, units, last, nodes: all / cap + 1 })
    }

    /// What the row asks of `f · n(S) − Σ g y`: `f k − Σ g`.
    #[must_use]
    pub fn constant(&self) -> i128 {
        let all: i128 = self.units.iter().map(|(_, g)| i128::from(*g)).sum();
        i128::from(self.last) * i128::from(self.nodes) - all
    }

    /// What each unit pays for being on one of the pools, for a price of 1.
    pub fn spots(&self) -> impl Iterator<Item = (Spot, u64)> {
        self.units.iter().flat_map(|((bundle, unit), g)| {
            let at = |(entry, pool): &(usize, usize)| Spot {
                bundle: *bundle,
                unit: *unit,
                entry: *entry,
                pool: Some(*pool),
            };
            self.over.iter().map(move |place| (at(place), *g))
        })
    }
}

/// What a load of nodes that carry `cap` counts for, where the last node carries `last`.
fn g(load: u64, cap: u64, last: u64) -> u64 {
    load / cap * last + (load % cap).min(last)
}

/// Units that stand in a set with a smaller part of themselves than this are not asked for.
const LEAST_PART: f64 = 0.02;
/// What a row must be missed by, in nodes.
const LEAST_MISS: f64 = 0.005;
/// No more units of a set than this are looked at.
const MOST_UNITS: usize = 250;

/// An entry and one of its pools.
pub type Place = (usize, usize);
/// A unit, by bundle, and a part of it.
pub type PartOf = ((usize, usize), f64);

/// Where a fractional solution stands: parts of units that share pools, and nodes that are nobody's own.
#[derive(Debug, Default)]
pub struct Standing {
    /// Who shares a pool, with which part.
    pub shared: BTreeMap<Place, Vec<PartOf>>,
    /// Nodes of the pool.
    pub nodes: BTreeMap<Place, f64>,
}

/// Rows that a solution misses, the worst by money first, at most `most`; none of the `known` ones.
#[must_use]
pub fn missed(piece: &Piece, standing: &Standing, known: &HashSet<Rounding>, most: usize) -> Vec<Rounding> {
    let mut found: Vec<(f64, Rounding)> = Vec::new();
    for over in sets(piece, standing) {
        let mut parts: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for (unit, part) in over.iter().filter_map(|place| standing.shared.get(place)).flatten() {
            *parts.entry(*unit).or_default() += part;
        }
        let mut parts: Vec<PartOf> = parts.into_iter().filter(|(_, part)| *part > LEAST_PART).collect();
        parts.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        parts.truncate(MOST_UNITS);
        let nodes: f64 = over.iter().filter_map(|place| standing.nodes.get(place)).sum();
        let price = over.iter().map(|(entry, pool)| piece.entries[*entry].pools[*pool].price).max().unwrap_or(0);
        for resource in 0..4 {
            if let Some((miss, row)) = worst(piece, &over, resource, &parts, nodes)
                && !known.contains(&row)
            {
                found.push((miss * price as f64, row));
            }
        }
    }
    found.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    found.truncate(most);
    found.into_iter().map(|(_, row)| row).collect()
}

/// What nodes have to be alike in to be counted together: price and capacity.
type Kind = (i64, [u64; 4]);

/// Sets of pools worth looking at: each alone, those of one shape in an entry, those in two entries between which a unit is divided, and the piece's sums.
fn sets(piece: &Piece, standing: &Standing) -> BTreeSet<Vec<Place>> {
    let shape = |(entry, pool): Place| -> Kind {
        let shape = &piece.entries[entry].pools[pool];
        (shape.price, shape.capacity)
    };
    let mut sets: BTreeSet<Vec<Place>> = standing.shared.keys().map(|place| vec![*place]).collect();
    let mut of_entry: BTreeMap<(usize, Kind), Vec<Place>> = BTreeMap::new();
    let mut homes: BTreeMap<(usize, usize), BTreeSet<usize>> = BTreeMap::new();
    for (place, units) in &standing.shared {
        of_entry.entry((place.0, shape(*place))).or_default().push(*place);
        for (unit, part) in units.iter().filter(|(_, part)| *part < 1.0 - LEAST_PART) {
            homes.entry((*unit, *part).0).or_default().insert(place.0);
        }
    }
    sets.extend(of_entry.values().cloned());
    let between: BTreeSet<(usize, usize)> = homes
        .values()
        .flat_map(|entries| entries.iter().flat_map(|one| entries.range(one + 1..).map(|other| (*one, *other))))
        .collect();
    for (one, other) in between {
        for ((_, shape), places) in of_entry.range((one, (i64::MIN, [0; 4]))..(one + 1, (i64::MIN, [0; 4]))) {
            if let Some(more) = of_entry.get(&(other, *shape)) {
                sets.insert(places.iter().chain(more).copied().collect());
            }
        }
    }
    sets.extend(piece.sums.iter().filter_map(|sum| {
        sum.iter().map(|counted| counted.pool.map(|pool| (counted.group, pool))).collect::<Option<Vec<_>>>()
    }));
    sets
}

/// Of all beginnings of the list, the one whose row is missed by the most nodes.
fn worst(piece: &Piece, over: &[Place], resource: usize, parts: &[PartOf], nodes: f64) -> Option<(f64, Rounding)> {
    let cap = over.iter().map(|(entry, pool)| piece.entries[*entry].pools[*pool].capacity[resource]).max()?;
    let load = |unit: (usize, usize)| piece.bundles[unit.0].units[unit.1].planned.map_or(0, |load| load[resource]);
    let parts: Vec<(u64, f64, (usize, usize))> =
        parts.iter().map(|(unit, part)| (load(*unit), *part, *unit)).filter(|(load, ..)| *load > 0).collect();
    let (mut all, mut best): (u64, Option<(f64, usize)>) = (0, None);
    for end in 1..=parts.len() {
        all += parts[end - 1].0;
        let Some(last) = all.checked_rem(cap).filter(|last| *last > 0) else { continue };
        let nodes_of_all = (all / cap + 1) as f64;
        if end < 2 || nodes_of_all - nodes < LEAST_MISS || best.is_some_and(|(known, _)| nodes_of_all - nodes <= known)
        {
            continue;
        }
        let away: f64 =
            parts[..end].iter().map(|(load, part, _)| g(*load, cap, last) as f64 / last as f64 * (1.0 - part)).sum();
        let miss = nodes_of_all - nodes - away;
        if miss > LEAST_MISS && best.is_none_or(|(known, _)| miss > known) {
            best = Some((miss, end));
        }
    }
    let (miss, end) = best?;
    let units = parts[..end].iter().map(|(.., unit)| *unit).collect();
    Some((miss, Rounding::of(piece, over.to_vec(), resource, units)?))
}
