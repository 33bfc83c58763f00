//! The linear program of a piece, whose prices of rows are a certificate's prices.
//!
//! Columns: `x` for each choice of a unit, `z` where a bundle of several units shares an entry, `y` open clusters and `N` nodes of an entry.
//! Rows: every bundle somewhere; load ≤ capacity · N; min · y ≤ N ≤ max · y; all nodes, private nodes and limits ≤ theirs · y; states of
//! existing clusters; class limits; moves. Its dual is the Lagrangian of `exact`, so what floats lose is all that a leaf loses.

use std::collections::{BTreeMap, HashSet};

use crate::plan::certificate::{Counted, GroupPrices, HIGHEST_PRICE, HIGHEST_RANGE_PRICE, LIMITS, UNIT};
use crate::solve::simplex::{Program, Simplex};
use crate::solve::tree::exact::{Dual, Links};
use crate::solve::tree::piece::{Box, Piece, Range, Spot};
use crate::solve::tree::rounding::{Rounding, Standing, missed};
use crate::vocab::tier::Tenancy;

const NO_BOUND: f64 = f64::INFINITY;

/// A piece as a program, and where its terms stand in it.
#[derive(Debug, Clone)]
pub struct Relaxation {
    /// The program.
    pub program: Program,
    /// Columns of choices, by bundle, unit and choice.
    pub choices: Vec<Vec<Vec<usize>>>,
    /// Columns and rows of entries; nothing for dedicated clusters' nodes.
    pub entries: Vec<EntryTerms>,
    /// Rows of being there, as far as they were found to be missing.
    links: Vec<(Spot, usize)>,
    /// Rows of roundings, likewise.
    pub roundings: Vec<(Rounding, usize)>,
    /// Rows of sums, free until a split says how many.
    pub sums: Vec<usize>,
    classes: Vec<Option<usize>>,
    moves: Option<usize>,
}

/// Where an entry's terms stand.
#[derive(Debug, Clone, Default)]
pub struct EntryTerms {
    /// Column of open clusters, and its free upper end.
    pub open: Option<(usize, f64)>,
    /// Columns of nodes, and their free upper ends.
    pub nodes: Vec<(usize, f64)>,
    load: Vec<[Option<usize>; 4]>,
    private: Vec<Option<usize>>,
    all_nodes: Option<usize>,
    limits: [Option<usize>; LIMITS],
}

fn float(number: u64) -> f64 {
    number as f64
}

impl Relaxation {
    /// Lays the program out.
    #[must_use]
    pub fn new(piece: &Piece) -> Self {
        let mut program = Program::default();
        let classes: Vec<Option<usize>> = piece
            .classes
            .iter()
            .enumerate()
            .map(|(class, (_, most))| {
                let used = piece.entries.iter().any(|entry| entry.class == Some(class));
                used.then(|| program.row(-NO_BOUND, float(*most)))
            })
            .collect();
        let moves = piece.max_moves.map(|most| program.row(-NO_BOUND, float(most)));
        let mut relaxation = Self {
            program,
            choices: Vec::new(),
            entries: Vec::new(),
            links: Vec::new(),
            roundings: Vec::new(),
            sums: Vec::new(),
            classes,
            moves,
        };
        let sets: Vec<usize> = piece
            .sets
            .iter()
            .map(|set| {
                let fewest = if set.closed.is_some() { -NO_BOUND } else { float(set.count) };
                relaxation.program.row(fewest, float(set.count))
            })
            .collect();
        for entry in 0..piece.entries.len() {
            let terms = match piece.entries[entry].tenancy {
                Tenancy::Shared => relaxation.lay_shared(piece, entry, &sets),
                Tenancy::Dedicated => relaxation.lay_dedicated(piece, entry),
            };
            relaxation.entries.push(terms);
        }
        for bundle in 0..piece.bundles.len() {
            relaxation.lay_bundle(piece, bundle);
        }
        for terms in &piece.sums {
            let row = relaxation.program.row(-NO_BOUND, NO_BOUND);
            for counted in terms {
                if let Some(column) = relaxation.column(*counted) {
                    relaxation.program.columns[column].entries.push((row, 1.0));
                }
            }
            relaxation.sums.push(row);
        }
        relaxation
    }

    /// The column of what a sum counts; nothing of dedicated clusters.
    #[must_use]
    pub fn column(&self, Counted { group, pool }: Counted) -> Option<usize> {
        let terms = &self.entries[group];
        pool.map_or(terms.open, |pool| terms.nodes.get(pool).copied()).map(|(column, _)| column)
    }

    /// Open clusters and nodes of an entry, and the rows in which loads meet them.
    fn lay_shared(&mut self, piece: &Piece, index: usize, sets: &[usize]) -> EntryTerms {
        let entry = &piece.entries[index];
        let program = &mut self.program;
        let here = || piece.bundles.iter().flat_map(|bundle| &bundle.units).flat_map(|unit| &unit.options);
        let here = || here().filter(|choice| choice.entry == index);
        let most_open = piece.most_open(index).min(piece.bundles.len().max(1) as u64);
        let most_open = entry.set.map_or(most_open, |set| piece.sets[set].count);
        // Never binding: a column must have an end, and this one is beyond what rows allow.
        let open_end = float(most_open) * 2.0 + 1.0;
        let mut terms = EntryTerms::default();
        let closed = entry.set.and_then(|set| piece.sets[set].closed).unwrap_or(0);
        let mut open_entries: Vec<(usize, f64)> = Vec::new();
        open_entries.extend(entry.set.map(|set| (sets[set], 1.0)));
        open_entries.extend(entry.class.and_then(|class| self.classes[class]).map(|row| (row, 1.0)));
        let all_nodes = program.row(-NO_BOUND, 0.0);
        terms.all_nodes = Some(all_nodes);
        open_entries.push((all_nodes, -float(entry.max_nodes.min(1 << 40))));
        for (pool, shape) in entry.pools.iter().enumerate() {
            let (fewest, most) = (program.row(0.0, NO_BOUND), program.row(-NO_BOUND, 0.0));
            open_entries.extend([(fewest, -float(shape.min)), (most, -float(shape.max))]);
            let mut nodes = vec![(all_nodes, 1.0), (fewest, 1.0), (most, 1.0)];
            let load: [Option<usize>; 4] = std::array::from_fn(|r| {
                let asked = here().any(|choice| choice.load.iter().any(|(at, load)| *at == pool && load[r] > 0));
                asked.then(|| {
                    let row = program.row(-NO_BOUND, 0.0);
                    nodes.push((row, -float(shape.capacity[r])));
                    row
                })
            });
            let private = here().any(|choice| choice.private.iter().any(|(at, _)| *at == pool)).then(|| {
                let row = program.row(-NO_BOUND, 0.0);
                open_entries.push((row, -float(shape.max)));
                row
            });
            let end = (float(most_open) + 1.0) * float(shape.max) * 2.0 + 1.0;
            terms.nodes.push((program.column(shape.price as f64, 0.0, end, &nodes), end));
            terms.load.push(load);
            terms.private.push(private);
        }
        for limit in 0..LIMITS {
            let asked = here().map(|choice| choice.uses[limit]).fold(0, u64::saturating_add);
            if asked > entry.limits[limit] {
                let row = program.row(-NO_BOUND, 0.0);
                open_entries.push((row, -float(entry.limits[limit])));
                terms.limits[limit] = Some(row);
            }
        }
        let cost = (entry.fixed - closed) as f64;
        terms.open = Some((program.column(cost, 0.0, open_end, &open_entries), open_end));
        terms
    }

    /// Dedicated clusters: at most as many units as clusters.
    fn lay_dedicated(&mut self, piece: &Piece, index: usize) -> EntryTerms {
        let entry = &piece.entries[index];
        let mut terms = EntryTerms {
            load: vec![[None; 4]; entry.pools.len()],
            private: vec![None; entry.pools.len()],
            ..EntryTerms::default()
        };
        terms.limits[5] = entry.set.map(|set| self.program.row(-NO_BOUND, float(piece.sets[set].count)));
        terms
    }

    fn lay_bundle(&mut self, piece: &Piece, index: usize) {
        let bundle = &piece.bundles[index];
        let home = self.program.row(1.0, 1.0);
        // Alone, a unit's choices are what the bundle chooses among; together, each entry is chosen first.
        let mut together: BTreeMap<usize, Vec<(usize, f64)>> = BTreeMap::new();
        let alone = bundle.units.len() == 1;
        let mut columns = Vec::with_capacity(bundle.units.len());
        for unit in &bundle.units {
            let mut rows: BTreeMap<usize, usize> = BTreeMap::new();
            if !alone {
                for choice in &unit.options {
                    rows.entry(choice.entry).or_insert_with(|| self.program.row(0.0, 0.0));
                }
            }
            let mut mine = Vec::with_capacity(unit.options.len());
            for choice in &unit.options {
                let (entry, terms) = (&piece.entries[choice.entry], &self.entries[choice.entry]);
                let mut entries = vec![if alone { (home, 1.0) } else { (rows[&choice.entry], 1.0) }];
                for (pool, load) in &choice.load {
                    let rows = terms.load[*pool].iter().zip(load);
                    entries.extend(rows.filter_map(|(row, load)| row.map(|row| (row, float(*load)))));
                }
                for (pool, nodes) in &choice.private {
                    entries.extend(terms.private[*pool].map(|row| (row, float(*nodes))));
                }
                let limits = terms.limits.iter().zip(choice.uses);
                entries.extend(limits.filter_map(|(row, uses)| row.map(|row| (row, float(uses)))));
                if entry.tenancy == Tenancy::Dedicated {
                    entries.extend(entry.class.and_then(|class| self.classes[class]).map(|row| (row, 1.0)));
                }
                if choice.moves {
                    entries.extend(self.moves.map(|row| (row, 1.0)));
                }
                mine.push(self.program.column(choice.cost as f64, 0.0, 1.0, &entries));
            }
            for (entry, row) in rows {
                together.entry(entry).or_default().push((row, -1.0));
            }
            columns.push(mine);
        }
        for mut entries in together.into_values() {
            // An entry that not all of them can live in is none for any.
            let end = if entries.len() == bundle.units.len() { 1.0 } else { 0.0 };
            entries.push((home, 1.0));
            self.program.column(0.0, 0.0, end, &entries);
        }
        self.choices.push(columns);
    }

    /// Adds rows for spots where a part of a unit is with less than its part of whole nodes, or of a cluster: the worst first, up to `most`. How many.
    ///
    /// Padberg, Van Roy and Wolsey, "Valid linear inequalities for fixed charge problems" (1985), find such rows when they are missing, because there are as many as columns.
    pub fn separate(&mut self, piece: &Piece, simplex: &Simplex, most: usize) -> usize {
        let mut missing: Vec<(f64, Spot)> = Vec::new();
        let known: HashSet<Spot> = self.links.iter().map(|(spot, _)| *spot).collect();
        let own = self.own(piece);
        let mut taken: Vec<Vec<f64>> = piece.entries.iter().map(|entry| vec![0.0; entry.pools.len()]).collect();
        for ((entry, pool), columns) in &own {
            taken[*entry][*pool] = columns.iter().map(|(column, nodes)| simplex.value(*column) * nodes).sum();
        }
        for (bundle, units) in piece.bundles.iter().enumerate() {
            for (unit, member) in units.units.iter().enumerate() {
                let mut there: BTreeMap<(usize, Option<usize>), f64> = BTreeMap::new();
                for (choice, column) in member.options.iter().zip(&self.choices[bundle][unit]) {
                    let value = simplex.value(*column);
                    if value < 1e-6 || piece.entries[choice.entry].tenancy == Tenancy::Dedicated {
                        continue;
                    }
                    *there.entry((choice.entry, None)).or_default() += value;
                    if let Some((pool, nodes)) = choice.shares {
                        *there.entry((choice.entry, Some(pool))).or_default() += value * float(nodes);
                    }
                }
                for ((entry, pool), asked) in there {
                    let terms = &self.entries[entry];
                    let (had, worth) = match pool {
                        Some(pool) => (
                            simplex.value(terms.nodes[pool].0) - taken[entry][pool],
                            piece.entries[entry].pools[pool].price,
                        ),
                        None => (
                            terms.open.map_or(f64::INFINITY, |(column, _)| simplex.value(column)),
                            piece.entries[entry].fixed,
                        ),
                    };
                    let spot = Spot { bundle, unit, entry, pool };
                    if asked > had + 1e-4 && !known.contains(&spot) {
                        missing.push(((asked - had) * worth as f64, spot));
                    }
                }
            }
        }
        missing.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        missing.truncate(most);
        for (_, spot) in &missing {
            self.link(piece, *spot, &own);
        }
        missing.len()
    }

    /// Adds rows of roundings that the solution misses, the worst first, up to `most`. How many.
    pub fn round(&mut self, piece: &Piece, simplex: &Simplex, most: usize) -> usize {
        let own = self.own(piece);
        let mut standing = Standing::default();
        for (bundle, units) in piece.bundles.iter().enumerate() {
            for (unit, member) in units.units.iter().enumerate().filter(|(_, member)| member.planned.is_some()) {
                for (choice, column) in member.options.iter().zip(&self.choices[bundle][unit]) {
                    let part = simplex.value(*column);
                    if let Some((pool, _)) = choice.shares
                        && part > 1e-6
                    {
                        standing.shared.entry((choice.entry, pool)).or_default().push(((bundle, unit), part));
                    }
                }
            }
        }
        let nodes = |place: &(usize, usize)| {
            let taken: f64 =
                own.get(place).into_iter().flatten().map(|(column, nodes)| simplex.value(*column) * nodes).sum();
            simplex.value(self.entries[place.0].nodes[place.1].0) - taken
        };
        standing.nodes = standing.shared.keys().map(|place| (*place, nodes(place))).collect();
        let known: HashSet<Rounding> = self.roundings.iter().map(|(rounding, _)| rounding.clone()).collect();
        let missed = missed(piece, &standing, &known, most);
        let found = missed.len();
        for rounding in missed {
            self.lay_rounding(piece, rounding, &own);
        }
        found
    }

    /// The row of a rounding, divided by what its last node carries.
    fn lay_rounding(&mut self, piece: &Piece, rounding: Rounding, own: &BTreeMap<(usize, usize), Vec<(usize, f64)>>) {
        let last = float(rounding.last);
        let row = self.program.row(rounding.constant() as f64 / last, NO_BOUND);
        let mut add = |column: usize, value: f64| self.program.columns[column].entries.push((row, value));
        for place in &rounding.over {
            add(self.entries[place.0].nodes[place.1].0, 1.0);
            own.get(place).into_iter().flatten().for_each(|(column, nodes)| add(*column, -nodes));
        }
        for ((bundle, unit), g) in &rounding.units {
            let options = &piece.bundles[*bundle].units[*unit].options;
            for (choice, column) in options.iter().zip(&self.choices[*bundle][*unit]) {
                if choice.shares.is_some_and(|(pool, _)| rounding.over.contains(&(choice.entry, pool))) {
                    add(*column, -float(*g) / last);
                }
            }
        }
        self.roundings.push((rounding, row));
    }

    /// Columns of homes with nodes of their own, by entry and pool, and how many nodes.
    fn own(&self, piece: &Piece) -> BTreeMap<(usize, usize), Vec<(usize, f64)>> {
        let mut own: BTreeMap<(usize, usize), Vec<(usize, f64)>> = BTreeMap::new();
        for (bundle, units) in piece.bundles.iter().enumerate() {
            for (unit, member) in units.units.iter().enumerate() {
                for (choice, column) in member.options.iter().zip(&self.choices[bundle][unit]) {
                    for (pool, nodes) in &choice.own {
                        own.entry((choice.entry, *pool)).or_default().push((*column, float(*nodes)));
                    }
                }
            }
        }
        own
    }

    /// The row of a spot: nodes that others do not have for themselves, or open clusters, are at least what the unit needs there.
    fn link(&mut self, piece: &Piece, spot: Spot, own: &BTreeMap<(usize, usize), Vec<(usize, f64)>>) {
        let Spot { bundle, unit, entry, pool } = spot;
        let row = self.program.row(0.0, NO_BOUND);
        let mut add = |column: usize, value: f64| self.program.columns[column].entries.push((row, value));
        let terms = &self.entries[entry];
        match pool {
            Some(pool) => {
                add(terms.nodes[pool].0, 1.0);
                own.get(&(entry, pool)).into_iter().flatten().for_each(|(column, nodes)| add(*column, -nodes));
            }
            None => {
                if let Some((column, _)) = terms.open {
                    add(column, 1.0);
                }
            }
        }
        for (choice, column) in piece.bundles[bundle].units[unit].options.iter().zip(&self.choices[bundle][unit]) {
            match (pool, choice.shares) {
                _ if choice.entry != entry => {}
                (None, _) => add(*column, -1.0),
                (Some(pool), Some((at, nodes))) if at == pool => add(*column, -float(nodes)),
                (Some(_), _) => {}
            }
        }
        self.links.push((spot, row));
    }

    /// What an optimum of the program leaves out: existing clusters, closed or idle.
    #[must_use]
    pub fn constant(piece: &Piece) -> f64 {
        let dedicated = |index: usize| {
            piece.entries.iter().any(|entry| entry.set == Some(index) && entry.tenancy == Tenancy::Dedicated)
        };
        let each = |(index, set): (usize, &crate::solve::tree::piece::Set)| {
            let one = if dedicated(index) { set.idle } else { set.closed.unwrap_or(0) };
            one as f64 * float(set.count)
        };
        piece.sets.iter().enumerate().map(each).sum()
    }

    /// Sets the bounds of a box.
    pub fn confine(&self, simplex: &mut Simplex, piece: &Piece, within: &Box) {
        let ends = |range: Range, end: f64| {
            let high = range.high.map_or(end, float);
            (float(range.low).min(high), high)
        };
        for (entry, terms) in self.entries.iter().enumerate() {
            for (pool, (column, end)) in terms.nodes.iter().enumerate() {
                let (low, high) = ends(within.nodes[entry][pool], *end);
                simplex.bound(*column, low, high);
            }
            if let Some((column, end)) = terms.open {
                let (low, high) = ends(within.open[entry], end);
                simplex.bound(column, low, high);
            }
        }
        for (row, range) in self.sums.iter().zip(&within.sums) {
            let low = if range.low == 0 { -NO_BOUND } else { float(range.low) };
            simplex.bound_row(*row, low, range.high.map_or(NO_BOUND, float));
        }
        for (bundle, units) in piece.bundles.iter().enumerate() {
            for (unit, member) in units.units.iter().enumerate() {
                for (choice, column) in member.options.iter().zip(&self.choices[bundle][unit]) {
                    simplex.bound(*column, 0.0, if within.allows(bundle, unit, choice) { 1.0 } else { 0.0 });
                }
            }
        }
    }

    /// The prices of the last basis, `along` times its ray added, as a certificate says them.
    #[must_use]
    pub fn dual(&self, simplex: &Simplex, within: &Box, along: f64) -> Dual {
        let price = |row: usize| simplex.price(row) + along * simplex.ray(row);
        let pays = |row: &Option<usize>| row.map_or(0, |row| fixed(-price(row)).clamp(0, HIGHEST_PRICE));
        let paid =
            |price: f64, range: Range| match (fixed(price).clamp(-HIGHEST_RANGE_PRICE, HIGHEST_RANGE_PRICE), range) {
                (price @ 1.., Range { low: 1.., .. }) | (price @ ..=-1, Range { high: Some(_), .. }) => price,
                _ => 0,
            };
        let bounded = |column: usize, range: Range| {
            let column = &self.program.columns[column];
            paid(column.cost - column.entries.iter().map(|(row, value)| price(*row) * value).sum::<f64>(), range)
        };
        let entries = self.entries.iter().enumerate().map(|(group, terms)| GroupPrices {
            group,
            load: terms.load.iter().map(|rows| std::array::from_fn(|r| pays(&rows[r]))).collect(),
            nodes: terms.nodes.iter().zip(&within.nodes[group]).map(|((at, _), range)| bounded(*at, *range)).collect(),
            private: terms.private.iter().map(&pays).collect(),
            all_nodes: pays(&terms.all_nodes),
            limits: std::array::from_fn(|limit| pays(&terms.limits[limit])),
            open: terms.open.map_or(0, |(column, _)| bounded(column, within.open[group])),
            links: Vec::new(),
        });
        let links = self.links.iter().map(|(spot, row)| (*spot, fixed(price(*row)).clamp(0, HIGHEST_PRICE)));
        let mut links = Links::new(links);
        for (index, (rounding, row)) in self.roundings.iter().enumerate() {
            links.round(index, rounding, fixed(price(*row) / float(rounding.last)).clamp(0, HIGHEST_PRICE));
        }
        Dual {
            entries: entries.collect(),
            classes: self.classes.iter().map(&pays).collect(),
            sums: self.sums.iter().zip(&within.sums).map(|(row, range)| paid(price(*row), *range)).collect(),
            moves: pays(&self.moves),
            links,
        }
    }
}

/// A price in 2^-32 micro-units, rounded.
fn fixed(price: f64) -> i128 {
    let scaled = (price * UNIT as f64).round();
    // Beyond this no sum would fit: no price at all is as good.
    if scaled.abs() < 1e33 { scaled as i128 } else { 0 }
}
