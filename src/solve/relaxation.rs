//! The Lagrangian relaxation of one component: what a bound is made of, before anybody has found prices.
//!
//! Every limit of a cluster is taken away and charged instead (Geoffrion, "Lagrangean relaxation for integer programming", 1974): a unit pays for
//! what it takes, a cluster is paid back for what it has. Then units and clusters decide by themselves, and the sum of the least that each
//! can pay is a bound, for any prices that are not negative; `plan::certificate` says it in full. Clusters that hold production and
//! those that hold the rest are told apart where policy does so: an *entry* is a place in one such state.

use std::collections::{BTreeMap, HashMap};

use crate::solve::choice::{LIMITS, View};
use crate::solve::components::Component;
use crate::solve::links::{Link, links};
use crate::solve::places::{Place, PlaceKind, count};
use crate::solve::problem::Problem;
use crate::vocab::tier::Tenancy;

/// What a price is paid for: CPU, memory, pods and GPUs of load.
pub const LOADS: usize = 4;
/// Amounts of a unit that prices are multiplied with: its load, services, load balancers, namespaces, importance, and one.
pub const AMOUNTS: usize = 9;
/// States are told apart by at most so many dimensions.
const MOST_DIMENSIONS: usize = 2;

/// The prices of one entry, in any number.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryPrices<N> {
    /// Per pool and resource of load.
    pub load: Vec<[N; LOADS]>,
    /// Per node of any pool.
    pub all_nodes: N,
    /// Per unit of each limit.
    pub limits: [N; LIMITS],
    /// What links pay for nodes, by pool, and for the cluster: the sums of [`Relaxation::links`]' prices.
    pub linked: Vec<N>,
    /// What links pay for the cluster.
    pub linked_open: N,
}

/// A place in one state.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Index of the place.
    pub place: usize,
    /// One value per dimension; empty in dedicated clusters.
    pub holds: Vec<bool>,
}

/// One column: a choice of a unit in an entry. There are millions of them, so that they are kept small.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Money that no price changes, a move included.
    pub base: i64,
    entry: u32,
    charge: u32,
    choice: u32,
    /// Twice the nodes, and one for a move.
    nodes_and_move: u32,
}

impl Column {
    /// The entry.
    #[must_use]
    pub const fn entry(&self) -> usize {
        self.entry as usize
    }

    /// Index of what it is charged by: [`Relaxation::charged`].
    #[must_use]
    pub const fn charge(&self) -> usize {
        self.charge as usize
    }

    /// The choice of the unit.
    #[must_use]
    pub const fn choice(&self) -> usize {
        self.choice as usize
    }

    /// Own nodes in the first pool of the candidate; the others are looked up.
    #[must_use]
    pub fn nodes(&self) -> u64 {
        u64::from(self.nodes_and_move >> 1)
    }

    /// Whether it is a move.
    #[must_use]
    pub const fn moves(&self) -> bool {
        self.nodes_and_move & 1 == 1
    }
}

/// A number of the model as it is kept in a column.
pub(super) fn small(number: usize) -> u32 {
    u32::try_from(number).expect("a model has fewer than 2^32 of anything")
}

/// A unit of the component.
#[derive(Debug, Clone)]
pub struct Member {
    /// Index of the unit.
    pub unit: usize,
    /// Its amounts.
    pub amounts: [u64; AMOUNTS],
    /// Its columns in [`Relaxation::columns`].
    pub columns: std::ops::Range<usize>,
    /// Whether prices of pools have to be looked up workload by workload.
    pub is_split: bool,
}

/// The relaxation.
#[derive(Debug)]
pub struct Relaxation<'a> {
    /// The problem.
    pub problem: &'a Problem,
    /// Entries.
    pub entries: Vec<Entry>,
    /// Dimensions of the problem that tell states apart.
    pub dimensions: Vec<usize>,
    /// Units, those of one bundle one after the other.
    pub members: Vec<Member>,
    /// All columns.
    pub columns: Vec<Column>,
    /// Signature, candidate and entry: columns that agree in them are charged alike.
    pub charged: Vec<(usize, usize, usize)>,
    /// Members that have to share an entry; most are alone.
    pub bundles: Vec<std::ops::Range<usize>>,
    /// Classes that the component's places belong to, with their limits.
    pub classes: BTreeMap<usize, u64>,
    /// Links, by entry and pool, the clusters' own last; empty where there would be too many.
    pub links: Vec<Link>,
    /// By column: its link to a pool, and its link to the cluster.
    pub link_of: Vec<[Option<u32>; 2]>,
    /// About how many copies of a class could be of use: a limit far beyond that would only make the ascent's steps wild.
    pub useful: BTreeMap<usize, u64>,
}

impl<'a> Relaxation<'a> {
    /// Lays a component out.
    #[must_use]
    pub fn new(problem: &'a Problem, part: &Component) -> Self {
        Self::told_apart(problem, part, dimensions(problem, part))
    }

    /// The same with states told apart by these dimensions: the entries are those of the whole component, however few of its units are asked.
    #[must_use]
    pub fn told_apart(problem: &'a Problem, part: &Component, dimensions: Vec<usize>) -> Self {
        let mut entries = Vec::new();
        let mut first_entry = BTreeMap::new();
        for place in &part.places {
            first_entry.insert(*place, entries.len());
            if problem.places[*place].tenancy == Tenancy::Dedicated {
                entries.push(Entry { place: *place, holds: Vec::new() });
                continue;
            }
            for state in 0..1_usize << dimensions.len() {
                let holds = (0..dimensions.len()).map(|bit| state >> bit & 1 == 1).collect();
                entries.push(Entry { place: *place, holds });
            }
        }
        let mut order = part.units.clone();
        // Units of one signature are asked one after the other, because they are charged alike.
        order.sort_by_key(|unit| {
            let group = problem.units[*unit].group;
            (problem.units[group].signature, group, *unit)
        });
        let all = order.iter().map(|unit| problem.units[*unit].choices.len()).sum();
        let (mut members, mut columns, mut bundles): (Vec<Member>, Vec<Column>, Vec<std::ops::Range<usize>>) =
            (Vec::with_capacity(order.len()), Vec::with_capacity(all), Vec::new());
        let (mut known, mut charged) = (HashMap::new(), Vec::new());
        for unit in order {
            let first = columns.len();
            let state = state_of(problem, &dimensions, unit);
            for choice in 0..problem.units[unit].choices.len() {
                let view = problem.view(unit, choice);
                let place = &problem.places[view.place()];
                let shift = if place.tenancy == Tenancy::Dedicated { 0 } else { state };
                let entry = first_entry[&view.place()] + shift;
                let key = (problem.units[unit].signature, view.choice.candidate, entry);
                let charge = *known.entry(key).or_insert_with(|| {
                    charged.push(key);
                    charged.len() - 1
                });
                columns.extend(column(problem, unit, choice, &view, place, entry, charge));
            }
            let joins = members.last().is_some_and(|last| problem.units[last.unit].group == problem.units[unit].group);
            members.push(member(problem, unit, first..columns.len()));
            match bundles.last_mut().filter(|_| joins) {
                Some(bundle) => bundle.end = members.len(),
                None => bundles.push(members.len() - 1..members.len()),
            }
        }
        let classes = part.places.iter().filter_map(|place| problem.places[*place].class());
        let classes: BTreeMap<usize, u64> = classes.map(|class| (class, problem.classes[class].limit)).collect();
        let useful = useful(problem, &entries, &members, &classes);
        let (links, link_of) = links(problem, &entries, &members, &columns);
        Self { problem, entries, dimensions, members, columns, charged, bundles, classes, links, link_of, useful }
    }

    /// The place of an entry.
    #[must_use]
    pub fn place(&self, entry: usize) -> &'a Place {
        &self.problem.places[self.entries[entry].place]
    }
}

/// Per class, twice the copies that would carry everybody.
fn useful(
    problem: &Problem,
    entries: &[Entry],
    members: &[Member],
    classes: &BTreeMap<usize, u64>,
) -> BTreeMap<usize, u64> {
    let mut all = [0_u64; AMOUNTS];
    for member in members {
        all.iter_mut().zip(member.amounts).for_each(|(sum, amount)| *sum = sum.saturating_add(amount));
    }
    let copies = |class: usize| {
        let of = entries.iter().map(|entry| &problem.places[entry.place]).filter(|place| place.class() == Some(class));
        let needs = of.map(|place| {
            let cpu: u64 = place.pools.iter().map(|pool| pool.capacity().cpu.saturating_mul(pool.max)).sum();
            let memory: u64 = place.pools.iter().map(|pool| pool.capacity().memory.saturating_mul(pool.max)).sum();
            let parts = [
                all[0] / cpu.max(1),
                all[1] / memory.max(1),
                all[2] / place.limits[0].max(1),
                all[8] / place.limits[5].max(1),
            ];
            parts.into_iter().max().unwrap_or(0) * 2 + 2
        });
        needs.max().unwrap_or(2)
    };
    classes.iter().map(|(class, limit)| (*class, copies(*class).min(*limit))).collect()
}

/// Dimensions in which every unit has one of two values: environments and regimes. Those that tell most units apart.
fn dimensions(problem: &Problem, part: &Component) -> Vec<usize> {
    let mut sizes: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for unit in &part.units {
        let Some(choice) = shared_choice(problem, *unit) else { continue };
        for label in problem.labels_of(&problem.units[*unit].choices[choice]) {
            if let Some(value) = value(problem, *label) {
                let (yes, no) = sizes.entry(problem.dimensions[*label]).or_default();
                *(if value { yes } else { no }) += 1;
            }
        }
    }
    let mut found: Vec<(usize, usize)> = sizes
        .into_iter()
        .filter(|(_, (yes, no))| *yes > 0 && *no > 0)
        .map(|(dimension, (yes, no))| (yes.min(no), dimension))
        .collect();
    found.sort_by_key(|(size, dimension)| (std::cmp::Reverse(*size), *dimension));
    found.truncate(MOST_DIMENSIONS);
    let mut found: Vec<usize> = found.into_iter().map(|(_, dimension)| dimension).collect();
    found.sort_unstable();
    found
}

fn shared_choice(problem: &Problem, unit: usize) -> Option<usize> {
    (0..problem.units[unit].choices.len())
        .find(|choice| problem.places[problem.candidate(unit, *choice).place].tenancy == Tenancy::Shared)
}

/// True for production and for inside a regime; nothing for labels that not every unit has.
fn value(problem: &Problem, label: usize) -> Option<bool> {
    let label = &problem.labels[label];
    match label.rule {
        "environments" => Some(label.value == "production"),
        "neighbours" => Some(label.value == "inside"),
        _ => None,
    }
}

fn state_of(problem: &Problem, dimensions: &[usize], unit: usize) -> usize {
    let Some(choice) = shared_choice(problem, unit) else { return 0 };
    let labels = problem.labels_of(&problem.units[unit].choices[choice]);
    let holds = |dimension: &usize| {
        let own = labels.iter().find(|label| problem.dimensions[**label] == *dimension);
        own.and_then(|label| value(problem, *label)).unwrap_or(false)
    };
    dimensions.iter().enumerate().map(|(bit, dimension)| usize::from(holds(dimension)) << bit).sum()
}

fn member(problem: &Problem, unit: usize, columns: std::ops::Range<usize>) -> Member {
    let model = &problem.units[unit];
    let load = model.loads.iter().copied().sum::<crate::vocab::resources::Resources>().each();
    let amounts = [
        load[0],
        load[1],
        load[2],
        load[3],
        model.services,
        model.load_balancers,
        model.namespaces,
        model.importance,
        1,
    ];
    Member { unit, amounts, columns, is_split: model.loads.len() > 1 }
}

/// A column; nothing where a cluster of its own could not hold the unit.
fn column(
    problem: &Problem,
    unit: usize,
    choice: usize,
    view: &View<'_>,
    place: &Place,
    entry: usize,
    charge: usize,
) -> Option<Column> {
    let stays = problem.units[unit].today.is_some_and(|today| {
        today.form == view.candidate.form
            && !place.is_class()
            && today.host.is_some_and(|host| place.hosts.contains(&host))
    });
    let moves = problem.units[unit].today.is_some() && !stays;
    let mut base = view.choice.own + if moves { problem.moving } else { 0 };
    if place.tenancy == Tenancy::Dedicated {
        base += alone(view, place)?;
    }
    // Fewer nodes than there are make the bound lower, and no more.
    let nodes = u32::try_from(view.choice.nodes.first().copied().unwrap_or(0)).unwrap_or(u32::MAX).min(u32::MAX >> 1);
    Some(Column {
        base,
        entry: small(entry),
        charge: small(charge),
        choice: small(choice),
        nodes_and_move: nodes << 1 | u32::from(moves),
    })
}

/// What a dedicated cluster costs more with the unit in it than without: its nodes are counted exactly, so that it needs no prices.
fn alone(view: &View<'_>, place: &Place) -> Option<i64> {
    let (mut cost, mut all) = (place.fixed, 0);
    for (pool, numbers) in place.pools.iter().enumerate() {
        let own: u64 = view.dedicated().filter(|(at, _)| *at == pool).map(|(_, nodes)| nodes).sum();
        let nodes = own.max(numbers.min);
        if nodes > numbers.max {
            return None;
        }
        all += nodes;
        cost += numbers.price * count(nodes);
    }
    let fits = view.uses().iter().zip(&place.limits).all(|(use_, limit)| use_ <= limit);
    (fits && all <= place.max_nodes).then(|| match place.kind {
        PlaceKind::Class(_) => cost + place.change,
        PlaceKind::Cluster | PlaceKind::Copy(_) => cost - place.idle_cost(),
    })
}
