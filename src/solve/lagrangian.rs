//! L(λ): the bound that prices give, in exact integers.
//!
//! `L = Σ_bundles min over entries (Σ_units own cost + λ · what it takes) + Σ_clusters min over states (cost − λ · what it has)`, with a class counted
//! once per copy that it may open; `docs/solver.md` has every term. Nothing that is wrong about prices can make it wrong: they are only
//! asked not to be negative.

use std::collections::BTreeMap;

use crate::plan::certificate::UNIT;
use crate::solve::choice::LIMITS;
use crate::solve::places::PlaceKind;
use crate::solve::relaxation::{AMOUNTS, EntryPrices, LOADS, Member, Relaxation};
use crate::vocab::tier::Tenancy;

/// Prices of all entries, in 2^-32 micro-units, and of classes and moves.
#[derive(Debug, Clone, PartialEq)]
pub struct Prices<N> {
    /// By entry.
    pub entries: Vec<EntryPrices<N>>,
    /// What a move pays where moves are limited.
    pub moves: N,
    /// By [`Relaxation::links`]: what being there pays, each node that it needs. May be empty.
    pub links: Vec<N>,
}

/// Numbers that L is evaluated in: i128 for what is promised, f64 for the ascent.
pub trait Number:
    Copy
    + PartialOrd
    + std::ops::Add<Output = Self>
    + std::ops::Sub<Output = Self>
    + std::ops::Mul<Output = Self>
    + std::ops::AddAssign
{
    /// Nothing.
    const ZERO: Self;
    /// Micro-units of money.
    fn money(micro: i64) -> Self;
    /// A count.
    fn count(number: u64) -> Self;
}

impl Number for i128 {
    const ZERO: Self = 0;
    fn money(micro: i64) -> Self {
        Self::from(micro) * UNIT
    }
    fn count(number: u64) -> Self {
        Self::from(number)
    }
}

impl Number for f64 {
    const ZERO: Self = 0.0;
    fn money(micro: i64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "prices are found in floating point and evaluated in integers")]
        let float = micro as Self;
        float
    }
    fn count(number: u64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "as above")]
        let float = number as Self;
        float
    }
}

/// What a unit pays per amount, for one candidate in one entry; the last is what it pays whatever its amounts.
pub type Vector<N> = [N; AMOUNTS];

/// The vectors of a candidate: load apart, because own nodes are charged instead, and the price of one own node in each distinct pool.
#[derive(Debug, Clone)]
pub struct Charge<N> {
    /// Per amount.
    pub vector: Vector<N>,
    /// Per own node in the first of the distinct pools.
    pub node: N,
    /// Per own node in the others.
    pub more: Vec<N>,
}

/// What a candidate pays in an entry.
#[must_use]
pub fn charge<N: Number>(
    relaxation: &Relaxation<'_>,
    signature: usize,
    candidate: usize,
    entry: usize,
    prices: &EntryPrices<N>,
) -> Charge<N> {
    let place = relaxation.place(entry);
    let candidate = &relaxation.problem.tables[signature][candidate];
    let mut vector = [N::ZERO; AMOUNTS];
    if place.tenancy == Tenancy::Dedicated {
        // Counted exactly; only who may have the cluster has a price.
        vector[8] = if place.is_class() { N::ZERO } else { prices.limits[5] };
        return Charge { vector, node: N::ZERO, more: Vec::new() };
    }
    let [pods, addresses, namespaces, services, load_balancers, units, importance] = prices.limits;
    if candidate.is_shared() && candidate.pools.len() == 1 {
        vector[..LOADS].copy_from_slice(&prices.load[candidate.pools[0]]);
    }
    if !candidate.is_private() {
        vector[2] += pods + addresses;
        vector[4] += services;
        vector[5] += load_balancers;
    }
    vector[7] += importance;
    vector[8] += units;
    match candidate.plane {
        None => vector[6] += namespaces,
        Some((pool, load)) => {
            vector[8] += namespaces;
            for (price, amount) in prices.load[pool].into_iter().zip(load.each()) {
                vector[8] += price * N::count(amount);
            }
            vector[8] += (pods + addresses) * N::count(load.pods) + services * N::count(candidate.plane_services);
        }
    }
    let mut node = candidate.distinct.iter().map(|pool| {
        if candidate.is_private() {
            return N::ZERO;
        }
        let capacity = place.pools[*pool].capacity().each();
        let mut sum = N::ZERO;
        for (price, amount) in prices.load[*pool].into_iter().zip(capacity) {
            sum += price * N::count(amount);
        }
        sum + prices.linked.get(*pool).copied().unwrap_or(N::ZERO)
    });
    let first = node.next().unwrap_or(N::ZERO);
    Charge { vector, node: first, more: node.collect() }
}

/// What one unit pays for the column at an index; `amounts` are the member's own.
#[must_use]
pub fn pays<N: Number>(
    relaxation: &Relaxation<'_>,
    member: &Member,
    amounts: &[N; AMOUNTS],
    at: usize,
    charge: &Charge<N>,
    prices: &Prices<N>,
) -> N {
    let column = &relaxation.columns[at];
    let of = |at: usize| charge.vector[at] * amounts[at];
    // Three short sums rather than a long one: a processor adds them up side by side.
    let mut sum = N::money(column.base) + (of(0) + of(1) + of(2)) + (of(3) + of(4) + of(5)) + (of(6) + of(7) + of(8));
    if column.moves() {
        sum += prices.moves;
    }
    if !prices.links.is_empty() {
        for link in relaxation.link_of[at].into_iter().flatten() {
            let link = link as usize;
            sum += prices.links[link] * N::count(relaxation.links[link].needs);
        }
    }
    if member.is_split {
        let view = relaxation.problem.view(member.unit, column.choice());
        if view.candidate.is_shared() && relaxation.place(column.entry()).tenancy == Tenancy::Shared {
            for (pool, load) in view.candidate.pools.iter().zip(&view.unit.loads) {
                for (price, amount) in prices.entries[column.entry()].load[*pool].into_iter().zip(load.each()) {
                    sum += price * N::count(amount);
                }
            }
        }
        for (price, nodes) in std::iter::once(&charge.node).chain(&charge.more).zip(&view.choice.nodes) {
            sum += *price * N::count(*nodes);
        }
    } else {
        sum += charge.node * N::count(column.nodes());
    }
    sum
}

/// An open shared cluster in a state: what it costs less what it is paid back.
fn open_cluster<N: Number>(relaxation: &Relaxation<'_>, entry: usize, prices: &EntryPrices<N>) -> N {
    let place = relaxation.place(entry);
    let mut value = N::money(place.fixed + if place.is_class() { place.change } else { 0 });
    for (index, (pool, load)) in place.pools.iter().zip(&prices.load).enumerate() {
        let mut each = N::money(pool.price) + prices.all_nodes;
        each = each - prices.linked.get(index).copied().unwrap_or(N::ZERO);
        for (price, amount) in load.iter().zip(pool.capacity().each()) {
            each = each - *price * N::count(amount);
        }
        value += each * N::count(if each < N::ZERO { pool.max } else { pool.min });
    }
    value = value - prices.all_nodes * N::count(place.max_nodes) - prices.linked_open;
    for limit in 0..LIMITS {
        value = value - prices.limits[limit] * N::count(place.limits[limit]);
    }
    value
}

/// What a cluster in which nobody lives costs where it may close; nothing where it may not.
#[must_use]
pub fn closed_cost(relaxation: &Relaxation<'_>, entry: usize) -> Option<i64> {
    let place = relaxation.place(entry);
    match place.kind {
        PlaceKind::Class(_) => Some(0),
        PlaceKind::Copy(_) => Some(place.change),
        PlaceKind::Cluster => place.may_close.then_some(place.change),
    }
}

/// L in exact integers, in 2^-32 micro-units. Nothing where a bundle has no entry for all of its units.
#[must_use]
pub fn exact(relaxation: &Relaxation<'_>, prices: &Prices<i128>) -> Option<i128> {
    let mut value = 0_i128;
    let charges = charges(relaxation, prices);
    for bundle in &relaxation.bundles {
        value += least(relaxation, bundle.clone(), prices, &charges)?.0;
    }
    value += clusters(relaxation, prices, &relaxation.classes);
    if let Some(most) = relaxation.problem.max_moves {
        value -= prices.moves * i128::from(most);
    }
    Some(value)
}

/// What columns are charged by, by [`crate::solve::relaxation::Column::charge`].
#[must_use]
pub fn charges<N: Number>(relaxation: &Relaxation<'_>, prices: &Prices<N>) -> Vec<Charge<N>> {
    let charged = relaxation.charged.iter();
    charged
        .map(|(signature, candidate, entry)| {
            charge(relaxation, *signature, *candidate, *entry, &prices.entries[*entry])
        })
        .collect()
}

/// What prices charge for each choice of each unit, in micro-units: its part of nodes and limits in the long run. By unit and choice; empty for units of
/// other components.
#[must_use]
pub fn tolls(relaxation: &Relaxation<'_>, prices: &Prices<f64>) -> Vec<Vec<i64>> {
    let mut tolls = vec![Vec::new(); relaxation.problem.units.len()];
    let charges = charges(relaxation, prices);
    for member in &relaxation.members {
        let mut own = vec![0; relaxation.problem.units[member.unit].choices.len()];
        let amounts = member.amounts.map(f64::count);
        for at in member.columns.clone() {
            let column = &relaxation.columns[at];
            let toll =
                pays(relaxation, member, &amounts, at, &charges[column.charge()], prices) - f64::money(column.base);
            #[expect(clippy::cast_possible_truncation, reason = "a guide for the search, in whole micro-units")]
            let toll = toll as i64;
            own[column.choice()] = toll;
        }
        tolls[member.unit] = own;
    }
    tolls
}

/// The least that a bundle can pay, and the column of each of its members.
pub fn least<N: Number>(
    relaxation: &Relaxation<'_>,
    bundle: std::ops::Range<usize>,
    prices: &Prices<N>,
    charges: &[Charge<N>],
) -> Option<(N, Vec<usize>)> {
    let cost = |member: &Member, amounts: &[N; AMOUNTS], column: usize| {
        pays(relaxation, member, amounts, column, &charges[relaxation.columns[column].charge()], prices)
    };
    let members = &relaxation.members[bundle];
    if let [member] = members {
        let mut best: Option<(N, usize)> = None;
        let amounts = member.amounts.map(N::count);
        for column in member.columns.clone() {
            let price = cost(member, &amounts, column);
            if best.is_none_or(|(known, _)| price < known) {
                best = Some((price, column));
            }
        }
        return best.map(|(price, column)| (price, vec![column]));
    }
    let mut best: Option<(N, Vec<usize>)> = None;
    for entry in 0..relaxation.entries.len() {
        let mut sum = N::ZERO;
        let mut chosen = Vec::with_capacity(members.len());
        for member in members {
            let mut least: Option<(N, usize)> = None;
            let amounts = member.amounts.map(N::count);
            for column in member.columns.clone().filter(|column| relaxation.columns[*column].entry() == entry) {
                let price = cost(member, &amounts, column);
                if least.is_none_or(|(known, _)| price < known) {
                    least = Some((price, column));
                }
            }
            let Some((price, column)) = least else { break };
            sum += price;
            chosen.push(column);
        }
        if chosen.len() == members.len() && best.as_ref().is_none_or(|(known, _)| sum < *known) {
            best = Some((sum, chosen));
        }
    }
    best
}

/// The clusters' part of L, with so many copies of each class.
pub fn clusters<N: Number>(relaxation: &Relaxation<'_>, prices: &Prices<N>, copies: &BTreeMap<usize, u64>) -> N {
    let mut value = N::ZERO;
    let mut cheapest_copy: BTreeMap<usize, N> = BTreeMap::new();
    let mut entry = 0;
    while entry < relaxation.entries.len() {
        let index = relaxation.entries[entry].place;
        let place = relaxation.place(entry);
        let end = (entry..relaxation.entries.len()).find(|at| relaxation.entries[*at].place != index);
        let states = entry..end.unwrap_or(relaxation.entries.len());
        entry = states.end;
        let many = N::count(u64::try_from(place.hosts.len()).unwrap_or(u64::MAX));
        if place.tenancy == Tenancy::Dedicated {
            if !place.is_class() {
                let each = N::money(place.idle_cost()) - prices.entries[states.start].limits[5];
                value += each * many;
            }
            continue;
        }
        let closed = closed_cost(relaxation, states.start).map(N::money);
        let mut best: Option<N> = None;
        for state in states {
            let cost = open_cluster(relaxation, state, &prices.entries[state]);
            if best.is_none_or(|known| cost < known) {
                best = Some(cost);
            }
        }
        let Some(cost) = best else { continue };
        if let PlaceKind::Class(class) = place.kind {
            if cost < N::ZERO && cheapest_copy.get(&class).is_none_or(|known| cost < *known) {
                cheapest_copy.insert(class, cost);
            }
            continue;
        }
        value += closed.filter(|closed| *closed <= cost).unwrap_or(cost) * many;
    }
    for (class, cost) in cheapest_copy {
        value += cost * N::count(copies[&class]);
    }
    value
}
