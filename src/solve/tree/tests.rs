//! Trees of tiny pieces against brute force, and against whoever reads a tree with nothing else in hand.

use super::exact::{Bound, Dual, Links, bound};
use super::rounding::Rounding;
use super::sums::sums;
use super::{Box, Budget, Bundle, Choice, Cut, Entry, Found, Member, Piece, Set, Shape, Spot, prove};
use crate::plan::certificate::{GroupPrices, LIMITS, Node, Split, UNIT};
use crate::vocab::name::TenantName;
use crate::vocab::tier::{Form, Tenancy};

const ENOUGH: Budget = Budget { root: 100_000, leaves: 100_000, nodes: 20_000 };

struct Dice(u64);

impl Dice {
    fn roll(&mut self, low: u64, high: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        low + (self.0 >> 33) % (high - low + 1)
    }

    fn money(&mut self, low: u64, high: u64) -> i64 {
        i64::try_from(self.roll(low, high) * 1_000_003).expect("small")
    }
}

/// A handful of bundles, a cluster that exists, a class, and sometimes dedicated copies of it. Even seeds have one pool a cluster.
fn random(seed: u64) -> Piece {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9).wrapping_add(3));
    let mut piece = Piece { classes: vec![("small".parse().expect("a name"), dice.roll(1, 3))], ..Piece::default() };
    piece.sets.push(Set { count: dice.roll(1, 2), closed: (dice.roll(0, 1) == 0).then_some(5_000_000), idle: 0 });
    for at in 0..2 {
        let pools: Vec<Shape> = (0..dice.roll(1, 1 + seed % 2))
            .map(|_| Shape {
                price: dice.money(50, 400),
                capacity: [dice.roll(800, 1500), dice.roll(800, 3000), dice.roll(3, 9), 0],
                min: dice.roll(0, 1),
                max: dice.roll(2, 5),
            })
            .collect();
        let entry = Entry {
            set: (at == 0).then_some(0),
            class: (at == 1).then_some(0),
            tenancy: Tenancy::Shared,
            fixed: dice.money(20, 500),
            pools,
            max_nodes: dice.roll(3, 8),
            limits: [1 << 40, 1 << 40, 1 << 40, 1 << 40, 1 << 40, dice.roll(1, 6), dice.roll(4, 20)],
        };
        piece.entries.push(entry);
    }
    let own = Entry { set: None, class: Some(0), tenancy: Tenancy::Dedicated, ..piece.entries[1].clone() };
    piece.entries.push(own);
    for bundle in 0..dice.roll(2, 4) {
        let together = if dice.roll(0, 4) == 0 { 2 } else { 1 };
        let units: Vec<Member> = (0..together)
            .map(|unit| {
                let mut options = Vec::new();
                let load = [dice.roll(50, 1800), dice.roll(50, 1800), dice.roll(1, 6), 0];
                let planned = load;
                let uses: [u64; LIMITS] = [0, 0, 0, 0, 0, 1, dice.roll(1, 6)];
                for entry in 0..2 {
                    for pool in 0..piece.entries[entry].pools.len() {
                        let capacity = piece.entries[entry].pools[pool].capacity;
                        let needs = (0..3).map(|r| load[r].div_ceil(capacity[r])).max().expect("three");
                        options.push(Choice {
                            entry,
                            form: Form::NamespaceShared,
                            cost: dice.money(1, 40),
                            load: vec![(pool, load)],
                            own: Vec::new(),
                            shares: Some((pool, needs)),
                            private: Vec::new(),
                            uses,
                            moves: false,
                            is_late: false,
                        });
                    }
                }
                if together == 1 && dice.roll(0, 2) == 0 {
                    let own = Choice {
                        entry: 2,
                        form: Form::Cluster,
                        cost: dice.money(300, 900),
                        load: Vec::new(),
                        shares: None,
                        ..options[0].clone()
                    };
                    options.push(own);
                }
                let tenant = format!("t{bundle}-{unit}").parse().expect("a name");
                Member { tenant, site: None, planned: Some(planned), options }
            })
            .collect();
        piece.bundles.push(Bundle { units });
    }
    piece.sums = sums(&piece);
    piece
}

/// What a choice for each unit costs at least, by trying every number of open clusters; nothing where it does not fit.
fn cost(piece: &Piece, chosen: &[Vec<usize>]) -> Option<i64> {
    let picks: Vec<Vec<&Choice>> = piece
        .bundles
        .iter()
        .zip(chosen)
        .map(|(bundle, picks)| bundle.units.iter().zip(picks).map(|(unit, pick)| &unit.options[*pick]).collect())
        .collect();
    if picks.iter().any(|units| units.iter().any(|choice| choice.entry != units[0].entry)) {
        return None;
    }
    let all: Vec<&Choice> = picks.into_iter().flatten().collect();
    let mut copies = all.iter().filter(|choice| choice.entry == 2).count() as u64;
    let mut sum: i64 = all.iter().map(|choice| choice.cost).sum();
    for (index, entry) in piece.entries.iter().enumerate().take(2) {
        let here = || all.iter().filter(|choice| choice.entry == index);
        let nodes: Vec<u64> = (0..entry.pools.len())
            .map(|pool| {
                let load = |r: usize| {
                    here()
                        .flat_map(|choice| &choice.load)
                        .filter(|(at, _)| *at == pool)
                        .map(|(_, load)| load[r])
                        .sum::<u64>()
                };
                (0..3).map(|r| load(r).div_ceil(entry.pools[pool].capacity[r])).max().unwrap_or(0)
            })
            .collect();
        let (most, least, closed) = match entry.set {
            Some(set) => {
                let set = &piece.sets[set];
                (set.count, if set.closed.is_some() { 0 } else { set.count }, set.closed.unwrap_or(0))
            }
            None => (piece.classes[0].1, 0, 0),
        };
        let of = |open: u64| -> Option<i64> {
            let counts: Vec<u64> =
                nodes.iter().zip(&entry.pools).map(|(nodes, shape)| (*nodes).max(shape.min * open)).collect();
            let fits = counts.iter().zip(&entry.pools).all(|(nodes, shape)| *nodes <= shape.max * open)
                && counts.iter().sum::<u64>() <= entry.max_nodes * open
                && (0..LIMITS)
                    .all(|l| here().map(|choice| choice.uses[l]).sum::<u64>() <= entry.limits[l].saturating_mul(open));
            let money = counts.iter().zip(&entry.pools).map(|(nodes, shape)| *nodes as i64 * shape.price).sum::<i64>();
            fits.then(|| money + open as i64 * entry.fixed + (most - open) as i64 * closed)
        };
        let (open, money) =
            (least..=most).filter_map(|open| of(open).map(|money| (open, money))).min_by_key(|(_, money)| *money)?;
        if entry.class.is_some() {
            // The fewest copies are the cheapest here: none of them earns anything.
            copies += open;
        }
        sum += money;
    }
    (copies <= piece.classes[0].1).then_some(sum)
}

fn brute(piece: &Piece) -> Option<i64> {
    let counts: Vec<usize> =
        piece.bundles.iter().flat_map(|bundle| &bundle.units).map(|unit| unit.options.len()).collect();
    let mut best = None;
    for mut number in 0..counts.iter().product::<usize>() {
        let mut digits = counts.iter().map(|count| {
            let digit = number % count;
            number /= count;
            digit
        });
        let chosen: Vec<Vec<usize>> =
            piece.bundles.iter().map(|bundle| bundle.units.iter().filter_map(|_| digits.next()).collect()).collect();
        best = [best, cost(piece, &chosen)].into_iter().flatten().min();
    }
    best
}

/// The bundle and the unit of a name.
fn find(piece: &Piece, tenant: &TenantName) -> (usize, usize) {
    let bundles = piece.bundles.iter().enumerate();
    let mut found = bundles.filter_map(|(bundle, units)| {
        units.units.iter().position(|unit| unit.tenant == *tenant).map(|unit| (bundle, unit))
    });
    found.next().expect("a certificate names units of the piece")
}

/// What a certificate says of a piece, in the piece's words.
struct Said<'a> {
    tree: &'a [Node],
    sums: Vec<usize>,
    roundings: Vec<Rounding>,
}

impl<'a> Said<'a> {
    fn of(piece: &Piece, found: &'a Found) -> Self {
        let sum = |sum| piece.sums.iter().position(|known| known == sum).expect("a sum of the piece");
        let roundings = found.roundings.iter().map(|said| {
            let units = said.units.iter().map(|unit| find(piece, &unit.tenant)).collect();
            Rounding::of(piece, said.over.clone(), said.resource, units).expect("something to round")
        });
        Self { tree: &found.tree, sums: found.sums.iter().map(sum).collect(), roundings: roundings.collect() }
    }
}

/// The bound of a tree as whoever holds it alone works it out.
fn read(piece: &Piece, said: &Said<'_>, within: &Box, at: &mut usize) -> Bound {
    let Said { tree, sums, roundings } = said;
    *at += 1;
    match &tree[*at - 1] {
        Node::Leaf(prices) => {
            let empty = |group: usize| GroupPrices {
                group,
                load: vec![[0; 4]; piece.entries[group].pools.len()],
                nodes: vec![0; piece.entries[group].pools.len()],
                private: vec![0; piece.entries[group].pools.len()],
                ..GroupPrices::default()
            };
            let links = prices.groups.iter().flat_map(|group| {
                group.links.iter().map(|link| {
                    let (bundle, unit) = find(piece, &link.tenant);
                    (Spot { bundle, unit, entry: group.group, pool: link.pool }, link.price)
                })
            });
            let mut links = Links::new(links);
            for (index, price) in &prices.roundings {
                links.round(*index, &roundings[*index], *price);
            }
            let mut dual = Dual {
                entries: (0..piece.entries.len()).map(empty).collect(),
                classes: vec![0],
                sums: vec![0; piece.sums.len()],
                moves: prices.moves,
                links,
            };
            for group in &prices.groups {
                // Lists that say nothing are left out.
                let mut entry = empty(group.group);
                if !group.load.is_empty() {
                    entry.load.clone_from(&group.load);
                }
                for (list, said) in [(&mut entry.nodes, &group.nodes), (&mut entry.private, &group.private)] {
                    if !said.is_empty() {
                        list.clone_from(said);
                    }
                }
                (entry.all_nodes, entry.limits, entry.open) = (group.all_nodes, group.limits, group.open);
                dual.entries[group.group] = entry;
            }
            prices.sums.iter().for_each(|(sum, price)| dual.sums[sums[*sum]] = *price);
            prices.classes.iter().for_each(|(_, price)| dual.classes[0] = *price);
            bound(piece, within, &dual)
        }
        Node::Split(split) => {
            let cut = match split {
                Split::Nodes { group, pool, at_most } => Cut::Nodes(*group, *pool, *at_most),
                Split::Open { group, at_most } => Cut::Open(*group, *at_most),
                Split::Sum { sum, at_most } => Cut::Sum(sums[*sum], *at_most),
                Split::Home { tenant, group, form, .. } => {
                    let (bundle, unit) = find(piece, tenant);
                    Cut::Home(bundle, unit, *group, *form)
                }
            };
            [true, false]
                .map(|first| {
                    let mut half = within.clone();
                    half.cut(cut, first);
                    read(piece, said, &half, at)
                })
                .into_iter()
                .min()
                .expect("two halves")
        }
    }
}

#[test]
fn a_tree_proves_the_optimum_of_small_pieces_and_never_more() {
    let (mut proven, mut possible, mut split, mut by_sums, mut by_roundings) = (0, 0, 0, 0, 0);
    for seed in 0..300 {
        let piece = random(seed);
        let optimum = brute(&piece);
        let found = prove(&piece, None, ENOUGH, &mut |chosen, _| cost(&piece, chosen), &mut |_| false);
        let mut at = 0;
        let said = Said::of(&piece, &found);
        by_sums += usize::from(!said.sums.is_empty());
        by_roundings += usize::from(!said.roundings.is_empty());
        let read = read(&piece, &said, &Box::whole(&piece), &mut at);
        assert_eq!(at, found.tree.len(), "seed {seed}: the tree is one tree");
        match (read, optimum) {
            (Bound::AtLeast(least), Some(optimum)) => {
                assert!(least <= i128::from(optimum) * UNIT, "seed {seed}: a bound above the optimum");
                assert!(found.bound.is_some_and(|bound| i128::from(bound) * UNIT < least + UNIT), "seed {seed}");
            }
            (Bound::Empty, Some(_)) => panic!("seed {seed}: what is possible was proven impossible"),
            (Bound::Nothing | Bound::AtLeast(_) | Bound::Empty, _) => {}
        }
        if let Some(optimum) = optimum {
            possible += 1;
            assert!(found.incumbent.is_none_or(|cost| cost >= optimum), "seed {seed}");
            // No split tells two pools of one home apart, so that only homes of one pool are proven to the end.
            if seed % 2 == 0 {
                let known = prove(&piece, Some(optimum), ENOUGH, &mut |_, _| None, &mut |_| false);
                assert_eq!(known.bound, Some(optimum), "seed {seed}");
            }
            proven += usize::from(found.bound == Some(optimum));
            split += usize::from(found.tree.len() > 1);
        }
    }
    assert!(possible > 200 && split > 100, "{possible} possible, {split} split");
    assert!(by_sums > 30 && by_roundings > 50, "{by_sums} by sums, {by_roundings} by roundings");
    assert!(proven * 100 >= possible * 80, "{proven} of {possible} proven");
}

#[test]
fn a_budget_that_ends_early_leaves_a_bound_below_the_optimum() {
    for seed in 0..100 {
        let piece = random(seed);
        let Some(optimum) = brute(&piece) else { continue };
        let found =
            prove(&piece, Some(optimum), Budget { root: 6, leaves: 6, nodes: 3 }, &mut |_, _| None, &mut |_| false);
        assert!(found.tree.len() <= 3);
        assert!(found.bound.is_some_and(|bound| bound <= optimum), "seed {seed}");
    }
}
