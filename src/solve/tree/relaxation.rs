//! The linear program of a piece, whose prices of rows are a certificate's prices.
//!
//! Columns: `x` for each choice of a unit, `z` where a bundle of several units shares an entry, `y` open clusters and `N` nodes of an entry.
//! Rows: every bundle somewhere; load ≤ capacity · N; min · y ≤ N ≤ max · y; all nodes, private nodes and limits ≤ theirs · y; states of
//! existing clusters; class limits; moves. Its dual is the Lagrangian of `exact`, so what floats lose is all that a leaf loses.

use std::collections::{BTreeMap, HashSet};

use crate::plan::certificate::{Counted, GroupPrices, HIGHEST_PRICE, HIGHEST_RANGE_PRICE, LIMITS, UNIT};
use crate::solve::simplex::{Program, Simplex};
use crate::solve::tree::exact::{Dual, Links, price};
use crate::solve::tree::piece::{Box, Choice, Piece, Range, Spot};
use crate::solve::tree::rounding::{Rounding, Standing, missed};
use crate::vocab::tier::Tenancy;

const NO_BOUND: f64 = f64::INFINITY;

/// A piece as a program, and where its terms stand in it.
#[derive(Debug, Clone)]
pub struct Relaxation {
    /// The program.
    pub program: Program,
    /// Columns of choices, by bundle, unit and choice; nothing where a choice is late.
    choices: Vec<Vec<Vec<Option<usize>>>>,
    /// Rows of bundles: each lives somewhere.
    homes: Vec<usize>,
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

/// What choices ask of an entry.
#[derive(Debug, Clone)]
struct Asked {
    load: Vec<[bool; 4]>,
    private: Vec<bool>,
    uses: [u64; LIMITS],
}

/// What choices ask of each entry.
fn asked(piece: &Piece) -> Vec<Asked> {
    let none = |pools: usize| Asked { load: vec![[false; 4]; pools], private: vec![false; pools], uses: [0; LIMITS] };
    let mut all: Vec<Asked> = piece.entries.iter().map(|entry| none(entry.pools.len())).collect();
    for choice in piece.bundles.iter().flat_map(|bundle| &bundle.units).flat_map(|unit| &unit.options) {
        let asked = &mut all[choice.entry];
        for (pool, load) in &choice.load {
            asked.load[*pool].iter_mut().zip(load).for_each(|(asked, load)| *asked |= *load > 0);
        }
        choice.private.iter().for_each(|(pool, _)| asked.private[*pool] = true);
        for (asked, uses) in asked.uses.iter_mut().zip(choice.uses) {
            *asked = asked.saturating_add(uses);
        }
    }
    all
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
            homes: Vec::new(),
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
        let asked = asked(piece);
        for (entry, asked) in asked.iter().enumerate() {
            let terms = match piece.entries[entry].tenancy {
                Tenancy::Shared => relaxation.lay_shared(piece, entry, &sets, asked),
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
    fn lay_shared(&mut self, piece: &Piece, index: usize, sets: &[usize], asked: &Asked) -> EntryTerms {
        let entry = &piece.entries[index];
        let program = &mut self.program;
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
                asked.load[pool][r].then(|| {
                    let row = program.row(-NO_BOUND, 0.0);
                    nodes.push((row, -float(shape.capacity[r])));
                    row
                })
            });
            let private = asked.private[pool].then(|| {
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
            if asked.uses[limit] > entry.limits[limit] {
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
        self.homes.push(home);
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
                let is_late = alone && choice.is_late;
                let row = if alone { home } else { rows[&choice.entry] };
                mine.push((!is_late).then(|| {
                    let entries = self.entries_of(piece, choice, row);
                    self.program.column(choice.cost as f64, 0.0, 1.0, &entries)
                }));
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

    /// The entries of a choice's column, `row` that of its unit's living somewhere.
    fn entries_of(&self, piece: &Piece, choice: &Choice, row: usize) -> Vec<(usize, f64)> {
        let (entry, terms) = (&piece.entries[choice.entry], &self.entries[choice.entry]);
        let mut entries = vec![(row, 1.0)];
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
        entries
    }

    /// Columns of choices, by bundle, unit and choice; nothing where a choice is late.
    #[must_use]
    pub fn choices(&self) -> &[Vec<Vec<Option<usize>>>] {
        &self.choices
    }

    /// The choices of a unit that have columns.
    pub fn laid<'a>(
        &'a self,
        piece: &'a Piece,
        bundle: usize,
        unit: usize,
    ) -> impl Iterator<Item = (&'a Choice, usize)> {
        let columns = self.choices[bundle][unit].iter();
        let options = piece.bundles[bundle].units[unit].options.iter();
        options.zip(columns).filter_map(|(choice, column)| column.map(|column| (choice, column)))
    }

    /// Adds columns of late choices that are cheaper at these prices than all that their units can choose among: the most promising `each` of a unit. How many.
    pub fn ask_late(&mut self, piece: &Piece, dual: &Dual, each: usize) -> usize {
        let mut added = 0;
        for (bundle, units) in piece.bundles.iter().enumerate().filter(|(_, units)| units.units.len() == 1) {
            let pays = |choice: &Choice| price(piece, dual, (bundle, 0), choice);
            let least = self.laid(piece, bundle, 0).filter_map(|(choice, _)| pays(choice)).min();
            let options = units.units[0].options.iter().zip(&self.choices[bundle][0]).enumerate();
            let mut late: Vec<(i128, usize)> = options
                .filter(|(_, (_, column))| column.is_none())
                .filter_map(|(at, (choice, _))| Some((pays(choice)?, at)))
                .filter(|(cost, _)| least.is_none_or(|least| *cost < least))
                .collect();
            late.sort_unstable();
            for (_, at) in late.into_iter().take(each) {
                self.lay_late(piece, bundle, at);
                added += 1;
            }
        }
        added
    }

    /// The column of a late choice, in all rows that there are by now.
    fn lay_late(&mut self, piece: &Piece, bundle: usize, at: usize) {
        let choice = &piece.bundles[bundle].units[0].options[at];
        let mut entries = self.entries_of(piece, choice, self.homes[bundle]);
        let own = |pool: usize| choice.own.iter().filter(move |(of, _)| *of == pool).map(|(_, nodes)| float(*nodes));
        for (spot, row) in self.links.iter().filter(|(spot, _)| spot.entry == choice.entry) {
            if let Some(pool) = spot.pool {
                entries.extend(own(pool).map(|nodes| (*row, -nodes)));
            }
            if spot.bundle == bundle {
                match (spot.pool, choice.shares) {
                    (None, _) => entries.push((*row, -1.0)),
                    (Some(pool), Some((shared, nodes))) if shared == pool => entries.push((*row, -float(nodes))),
                    (Some(_), _) => {}
                }
            }
        }
        for (rounding, row) in &self.roundings {
            for (_, pool) in rounding.over.iter().filter(|(entry, _)| *entry == choice.entry) {
                entries.extend(own(*pool).map(|nodes| (*row, -nodes)));
                let g = rounding.units.iter().find(|(unit, _)| *unit == (bundle, 0)).map_or(0, |(_, g)| *g);
                if g > 0 && choice.shares.is_some_and(|(shared, _)| shared == *pool) {
                    entries.push((*row, -float(g) / float(rounding.last)));
                }
            }
        }
        let column = self.program.column(choice.cost as f64, 0.0, 1.0, &entries);
        self.choices[bundle][0][at] = Some(column);
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
            for unit in 0..units.units.len() {
                let mut there: BTreeMap<(usize, Option<usize>), f64> = BTreeMap::new();
                for (choice, column) in self.laid(piece, bundle, unit) {
                    let value = simplex.value(column);
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
            for (unit, _) in units.units.iter().enumerate().filter(|(_, member)| member.planned.is_some()) {
                for (choice, column) in self.laid(piece, bundle, unit) {
                    let part = simplex.value(column);
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
        let mut entries: Vec<(usize, f64)> = Vec::new();
        for place in &rounding.over {
            entries.push((self.entries[place.0].nodes[place.1].0, 1.0));
            entries.extend(own.get(place).into_iter().flatten().map(|(column, nodes)| (*column, -nodes)));
        }
        for ((bundle, unit), g) in &rounding.units {
            let shares =
                |choice: &Choice| choice.shares.is_some_and(|(pool, _)| rounding.over.contains(&(choice.entry, pool)));
            let columns = self.laid(piece, *bundle, *unit).filter(|(choice, _)| shares(choice));
            entries.extend(columns.map(|(_, column)| (column, -float(*g) / last)));
        }
        let row = self.row(rounding.constant() as f64 / last, entries);
        self.roundings.push((rounding, row));
    }

    /// Columns of homes with nodes of their own, by entry and pool, and how many nodes.
    fn own(&self, piece: &Piece) -> BTreeMap<(usize, usize), Vec<(usize, f64)>> {
        let mut own: BTreeMap<(usize, usize), Vec<(usize, f64)>> = BTreeMap::new();
        for (bundle, units) in piece.bundles.iter().enumerate() {
            for unit in 0..units.units.len() {
                for (choice, column) in self.laid(piece, bundle, unit) {
                    for (pool, nodes) in &choice.own {
                        own.entry((choice.entry, *pool)).or_default().push((column, float(*nodes)));
                    }
                }
            }
        }
        own
    }

    /// A row of these columns and values that is at least `least`; values of one column are summed.
    fn row(&mut self, least: f64, entries: Vec<(usize, f64)>) -> usize {
        let row = self.program.row(least, NO_BOUND);
        let mut sums: BTreeMap<usize, f64> = BTreeMap::new();
        for (column, value) in entries {
            *sums.entry(column).or_default() += value;
        }
        for (column, value) in sums.into_iter().filter(|(_, value)| *value != 0.0) {
            self.program.columns[column].entries.push((row, value));
        }
        row
    }

    /// The row of a spot: nodes that others do not have for themselves, or open clusters, are at least what the unit needs there.
    fn link(&mut self, piece: &Piece, spot: Spot, own: &BTreeMap<(usize, usize), Vec<(usize, f64)>>) {
        let Spot { bundle, unit, entry, pool } = spot;
        let terms = &self.entries[entry];
        let mut entries: Vec<(usize, f64)> = Vec::new();
        match pool {
            Some(pool) => {
                entries.push((terms.nodes[pool].0, 1.0));
                let own = own.get(&(entry, pool)).into_iter().flatten();
                entries.extend(own.map(|(column, nodes)| (*column, -nodes)));
            }
            None => entries.extend(terms.open.map(|(column, _)| (column, 1.0))),
        }
        for (choice, column) in self.laid(piece, bundle, unit).filter(|(choice, _)| choice.entry == entry) {
            match (pool, choice.shares) {
                (None, _) => entries.push((column, -1.0)),
                (Some(pool), Some((at, nodes))) if at == pool => entries.push((column, -float(nodes))),
                (Some(_), _) => {}
            }
        }
        let row = self.row(0.0, entries);
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
            for unit in 0..units.units.len() {
                for (choice, column) in self.laid(piece, bundle, unit) {
                    simplex.bound(column, 0.0, if within.allows(bundle, unit, choice) { 1.0 } else { 0.0 });
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
