//! A solution that lives on: it is kept with the prices that prove its bound, and a change of few units changes both in little time.
//!
//! Any prices prove a bound, so that after a change the old ones still do: who changed is asked anew what it pays, who did not pays what it paid, and the sum is
//! exact. The solution is repaired around the change. Only facts that the change leaves as they were are relied upon; where it touches others,
//! [`Unmended`] says which, everything stays as it was, and whoever asked solves the fleet anew.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::plan::certificate::{Counted, Node, Rounding, UNIT};
use crate::rules::{Setting, Unit};
use crate::solve::components::{Component, components, places_of};
use crate::solve::lagrangian::{Prices, charges, clusters, least, pays};
use crate::solve::links::Link;
use crate::solve::problem::{Problem, UnitModel};
use crate::solve::relaxation::{Entry, Relaxation};
use crate::solve::search::repair::{Kept, repair};
use crate::solve::state::State;
use crate::solve::units::Modeller;
use crate::solve::{PartProof, Solution};
use crate::vocab::name::{Residency, TenantName};
use crate::vocab::tier::Tenancy;

/// Prices that are asked while a solution is repaired: the work budget.
const REPAIR_WORK: u64 = 12_000;
/// Where importance stands among the limits of a place.
const IMPORTANCE: usize = 6;

/// A unit that changes.
#[derive(Debug)]
pub struct Edit<'a> {
    /// Its index; none for one that comes.
    pub index: Option<usize>,
    /// What it becomes; none for one that leaves.
    pub unit: Option<&'a Unit<'a>>,
}

/// Why a solution was not mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmended {
    /// No place is open to a unit at all.
    Closed,
    /// No home was found for a unit beside the others.
    Homeless,
    /// The places that are open to a unit were in different parts of the fleet, or in none.
    Parts,
    /// How much importance one cluster may hold has changed, and somebody's homes with it.
    Importance,
    /// More units would move than may.
    Moves,
}

/// A unit's home: its cluster among the instances, and its choice.
pub type Home = (usize, usize);

/// The indices of edited units, in the order of the edits, and everybody whose home was touched with the one before.
pub type Changed = (Vec<usize>, BTreeMap<usize, Option<Home>>);

/// A solution with its problem and its proof.
#[derive(Debug, Clone)]
pub struct Live {
    problem: Problem,
    modeller: Modeller,
    kept: Kept,
    parts: Vec<Part>,
    /// By place.
    part_of: Vec<Option<usize>>,
    /// What each bundle pays at least, by the first unit of its group; 0 elsewhere.
    least: Vec<i128>,
    /// The number of each tenant that is there or was.
    tenants: HashMap<TenantName, usize>,
    /// Indices of units that have left.
    free: BTreeSet<usize>,
    /// Money per month of places in no part.
    idle: i64,
}

/// A component of the fleet, with its prices.
#[derive(Debug, Clone)]
struct Part {
    places: Vec<usize>,
    entries: Vec<Entry>,
    dimensions: Vec<usize>,
    prices: Prices<i128>,
    /// Prices of being there, by unit, entry and pool.
    links: BTreeMap<(usize, usize, Option<usize>), i128>,
    /// What bundles pay at least, summed.
    units: i128,
    /// What clusters cost at least, summed.
    clusters: i128,
    /// The tree of the last solve, while nothing that it speaks of has changed.
    tree: Option<Grown>,
}

/// What a tree proves more than flat prices.
#[derive(Debug, Clone)]
struct Grown {
    tree: Vec<Node>,
    sums: Vec<Vec<Counted>>,
    roundings: Vec<Rounding>,
    bound: i64,
}

/// What some units of a part pay.
struct Asked {
    /// By the first unit of each group.
    least: Vec<(usize, i128)>,
    tolls: Vec<(usize, Vec<i64>)>,
    /// Links that there are.
    links: Vec<(usize, usize, Option<usize>)>,
    clusters: i128,
}

impl Live {
    /// Keeps what [`crate::solve::solve`] found. Nothing where its proof does not stand for every unit.
    #[must_use]
    pub fn new(problem: Problem, modeller: Modeller, solution: &Solution) -> Option<Self> {
        let components = components(&problem);
        let names = problem.names.iter().zip(&problem.units);
        let mut live = Self {
            tenants: names.map(|((tenant, _), unit)| (tenant.clone(), unit.tenant)).collect(),
            part_of: vec![None; problem.places.len()],
            least: vec![0; problem.units.len()],
            free: BTreeSet::new(),
            idle: solution.state.idle_cost(&problem),
            kept: Kept::new(&problem, solution.state.clone(), vec![Vec::new(); problem.units.len()]),
            problem,
            modeller,
            parts: Vec::new(),
        };
        if components.len() != solution.proofs.len() {
            return None;
        }
        for (units, proof) in components.iter().zip(&solution.proofs) {
            let places = Component::new(&live.problem, units).places;
            places.iter().for_each(|place| live.part_of[*place] = Some(live.parts.len()));
            live.parts.push(Part::new(places, proof));
            let asked = live.ask(live.parts.len() - 1, units)?;
            live.take_over(live.parts.len() - 1, asked);
        }
        Some(live)
    }

    /// The problem. Its units stand in no order, and those that have left still do.
    #[must_use]
    pub const fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The solution.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.kept.state
    }

    /// Units that are there, by index.
    pub fn units(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.problem.units.len()).filter(|unit| !self.free.contains(unit))
    }

    /// What no solution costs less than.
    #[must_use]
    pub fn bound(&self) -> i64 {
        let parts: i64 = self.parts.iter().map(|part| part.bound(&self.problem)).sum();
        (parts + self.idle).min(self.state().cost())
    }

    /// Units that share a home with this one, itself among them.
    #[must_use]
    pub fn together(&self, unit: usize) -> &[usize] {
        self.kept.together(unit)
    }

    /// Prices of each part, as a solve would give them.
    #[must_use]
    pub fn proofs(&self) -> Vec<PartProof> {
        self.parts.iter().map(|part| part.proof(&self.problem)).collect()
    }

    /// Changes units, and how much importance one shared cluster may hold. `setting` holds these units and every host; who is not changed need not be
    /// in it. Everybody whose home was touched, with the one before; the indices of the edited units, in their order.
    ///
    /// # Errors
    /// Where the change touches what is not mended here. Everything is as it was then.
    pub fn change(
        &mut self,
        setting: &Setting<'_>,
        edits: &[Edit<'_>],
        importance_cap: u64,
    ) -> Result<Changed, Unmended> {
        let mut before = Before { cap: self.set_cap(importance_cap), ..Before::default() };
        let found = self.try_change(setting, edits, &mut before);
        if found.is_err() {
            self.undo(before);
        }
        found
    }

    fn try_change(
        &mut self,
        setting: &Setting<'_>,
        edits: &[Edit<'_>],
        before: &mut Before,
    ) -> Result<Changed, Unmended> {
        let (indices, homeless) = self.remodel(setting, edits, before);
        // Who is more important than a cluster may hold has other homes than who is not.
        let crossed = |(old, new): (u64, u64)| {
            let between = old.min(new) + 1..=old.max(new);
            self.problem.units.iter().any(|unit| between.contains(&unit.importance))
        };
        if before.cap.is_some_and(crossed) {
            return Err(Unmended::Importance);
        }
        let part_of: BTreeMap<usize, usize> =
            homeless.iter().map(|unit| Ok((*unit, self.part_of_unit(*unit)?))).collect::<Result<_, _>>()?;
        if before.cap.is_some() && !self.kept.state.keeps_limits(&self.problem) {
            return Err(Unmended::Importance);
        }
        let mut asked = Vec::new();
        for part in part_of.values().copied().collect::<BTreeSet<usize>>() {
            let units: Vec<usize> = homeless.iter().copied().filter(|unit| part_of[unit] == part).collect();
            let answer = self.ask(part, &units).ok_or(Unmended::Closed)?;
            for (unit, tolls) in &answer.tolls {
                self.kept.tolls[*unit].clone_from(tolls);
            }
            asked.push((part, answer));
        }
        let near: Vec<usize> = before.homes.values().flatten().map(|(instance, _)| *instance).collect();
        let touched = repair(&self.problem, &mut self.kept, (&homeless, &near), self.free.len(), REPAIR_WORK);
        for (unit, home) in touched {
            before.homes.entry(unit).or_insert(home);
        }
        if homeless.iter().any(|unit| self.kept.state.home(*unit).is_none()) {
            return Err(Unmended::Homeless);
        }
        if self.problem.max_moves.is_some_and(|most| self.kept.state.moves() > most) {
            return Err(Unmended::Moves);
        }
        self.settle(&indices, &homeless, asked, before);
        Ok((indices, std::mem::take(&mut before.homes)))
    }

    /// Takes the homes of everybody who changes away, and models them anew. The index of each edit, and all who need a home.
    fn remodel(&mut self, setting: &Setting<'_>, edits: &[Edit<'_>], before: &mut Before) -> (Vec<usize>, Vec<usize>) {
        let mut homeless = BTreeSet::new();
        for unit in edits.iter().filter_map(|edit| edit.index) {
            homeless.extend(self.kept.together(unit).iter().copied());
        }
        for unit in &homeless {
            before.homes.insert(*unit, self.kept.state.take(&self.problem, *unit));
        }
        let mut indices = Vec::with_capacity(edits.len());
        for edit in edits {
            let index = edit.index.unwrap_or_else(|| self.index(edit.unit, before));
            before.keep(index, &self.problem, &self.kept.tolls);
            match edit.unit {
                Some(unit) => {
                    let group = self.problem.units[index].group;
                    let tenant = self.number(&unit.tenant.name);
                    let model = self.modeller.again(&mut self.problem, setting, unit, group);
                    self.problem.units[index] = UnitModel { tenant, ..model };
                    homeless.insert(index);
                }
                None => {
                    self.problem.units[index].choices.clear();
                    self.problem.units[index].importance = 0;
                    self.kept.tolls[index].clear();
                    self.free.insert(index);
                    homeless.remove(&index);
                    before.left.push(index);
                }
            }
            indices.push(index);
        }
        (indices, homeless.into_iter().collect())
    }

    /// An index for a unit that comes: one that is free, or a new one.
    fn index(&mut self, unit: Option<&Unit<'_>>, before: &mut Before) -> usize {
        let name = unit.map(|unit| (unit.tenant.name.clone(), unit.site.cloned())).expect("who comes is somebody");
        let index = self.free.pop_first().unwrap_or_else(|| {
            let index = self.problem.units.len();
            self.problem.units.push(UnitModel::nobody(index));
            self.problem.names.push(name.clone());
            self.kept.grow(index);
            self.least.push(0);
            index
        });
        self.problem.names[index] = name;
        before.homes.insert(index, None);
        before.came.push(index);
        index
    }

    /// A tenant's number, which no other tenant has or had. The setting of a change counts only those that are in it.
    fn number(&mut self, name: &TenantName) -> usize {
        let next = self.tenants.len();
        *self.tenants.entry(name.clone()).or_insert(next)
    }

    /// The part that all places of a unit are in.
    fn part_of_unit(&self, unit: usize) -> Result<usize, Unmended> {
        let places = places_of(&self.problem, unit);
        let first = self.part_of[*places.first().ok_or(Unmended::Closed)?].ok_or(Unmended::Parts)?;
        if places.iter().all(|place| self.part_of[*place] == Some(first)) { Ok(first) } else { Err(Unmended::Parts) }
    }

    /// What units of a part pay, and what its clusters cost, at its prices. Nothing where a unit has no home in it.
    fn ask(&self, part: usize, units: &[usize]) -> Option<Asked> {
        let data = &self.parts[part];
        let component = Component { units: units.to_vec(), places: data.places.clone() };
        let relaxation = Relaxation::told_apart(&self.problem, &component, data.dimensions.clone());
        let links: Vec<_> = relaxation.links.iter().map(|link| (link.unit, link.entry, link.pool)).collect();
        let price = |link: &(usize, usize, Option<usize>)| data.links.get(link).copied().unwrap_or(0);
        let prices = Prices {
            entries: data.prices.entries.clone(),
            moves: data.prices.moves,
            links: links.iter().map(price).collect(),
        };
        let charges = charges(&relaxation, &prices);
        let mut asked = Asked {
            least: Vec::with_capacity(relaxation.bundles.len()),
            tolls: Vec::with_capacity(units.len()),
            links,
            clusters: clusters(&relaxation, &prices, &relaxation.classes),
        };
        for bundle in &relaxation.bundles {
            let group = self.problem.units[relaxation.members[bundle.start].unit].group;
            asked.least.push((group, least(&relaxation, bundle.clone(), &prices, &charges)?.0));
        }
        for member in &relaxation.members {
            let amounts = member.amounts.map(i128::from);
            let mut tolls = vec![0; self.problem.units[member.unit].choices.len()];
            for at in member.columns.clone() {
                let column = &relaxation.columns[at];
                let pays = pays(&relaxation, member, &amounts, at, &charges[column.charge()], &prices);
                let toll = (pays - i128::from(column.base) * UNIT).div_euclid(UNIT);
                // A guide for the search: what is beyond any money is as good as that.
                tolls[column.choice()] = i64::try_from(toll).unwrap_or(i64::MAX / 64).min(i64::MAX / 64);
            }
            asked.tolls.push((member.unit, tolls));
        }
        Some(asked)
    }

    /// Writes down what units of a part pay.
    fn take_over(&mut self, part: usize, asked: Asked) {
        for (group, value) in asked.least {
            self.least[group] = value;
            self.parts[part].units += value;
        }
        for (unit, tolls) in asked.tolls {
            self.kept.tolls[unit] = tolls;
        }
        self.parts[part].clusters = asked.clusters;
    }

    /// Brings the bound up to date with a change that was mended.
    fn settle(&mut self, indices: &[usize], homeless: &[usize], asked: Vec<(usize, Asked)>, before: &Before) {
        let mut changed: BTreeSet<usize> = asked.iter().map(|(part, _)| *part).collect();
        // Where a group has paid until now.
        let mut paid: BTreeSet<usize> =
            homeless.iter().chain(indices).map(|unit| self.problem.units[*unit].group).collect();
        for (index, was) in &before.units {
            let first = was.model.choices.first();
            let place = first.map(|choice| self.problem.tables[was.model.signature][choice.candidate].place);
            let Some(part) = place.and_then(|place| self.part_of[place]) else { continue };
            let group = self.problem.units[*index].group;
            if paid.remove(&group) {
                self.parts[part].units -= self.least[group];
                self.least[group] = 0;
            }
            changed.insert(part);
        }
        let of_part =
            |(part, asked): &(usize, Asked)| asked.links.iter().map(|link| (*part, *link)).collect::<Vec<_>>();
        let there: BTreeSet<_> = asked.iter().flat_map(of_part).collect();
        let fresh: BTreeSet<usize> = asked.iter().map(|(part, _)| *part).collect();
        for (part, asked) in asked {
            self.take_over(part, asked);
        }
        for part in 0..self.parts.len() {
            let data = &mut self.parts[part];
            if changed.contains(&part) || before.cap.is_some() {
                data.tree = None;
            }
            let gone =
                indices.iter().filter(|unit| data.drop_links(**unit, |link| there.contains(&(part, link)))).count();
            if gone > 0 {
                // What others pay for nodes of their own has become less.
                self.ask_all(part);
            } else if before.cap.is_some() && !fresh.contains(&part) {
                self.parts[part].clusters = self.ask(part, &[]).expect("nobody is asked").clusters;
            }
        }
    }

    /// Asks everybody in a part anew.
    fn ask_all(&mut self, part: usize) {
        let own = |unit: &usize| self.part_of_unit(*unit) == Ok(part);
        let units: Vec<usize> = self.units().filter(own).collect();
        let asked = self.ask(part, &units).expect("everybody has a home in the part");
        self.parts[part].units = 0;
        self.take_over(part, asked);
    }

    /// Sets what one shared cluster may hold of the fleet's importance; what it was, and is, where that changed.
    fn set_cap(&mut self, cap: u64) -> Option<(u64, u64)> {
        let mut was = None;
        for place in self.problem.places.iter_mut().filter(|place| place.tenancy == Tenancy::Shared) {
            if place.limits[IMPORTANCE] != cap {
                was = Some((place.limits[IMPORTANCE], cap));
                place.limits[IMPORTANCE] = cap;
            }
        }
        was
    }

    fn undo(&mut self, before: Before) {
        let Before { cap, units, homes, came, left } = before;
        for unit in homes.keys() {
            self.kept.state.take(&self.problem, *unit);
        }
        for index in left {
            self.free.remove(&index);
        }
        for index in came {
            self.free.insert(index);
        }
        for (index, Was { model, name, tolls }) in units {
            self.problem.units[index] = model;
            self.problem.names[index] = name;
            self.kept.tolls[index] = tolls;
        }
        if let Some((old, _)) = cap {
            self.set_cap(old);
        }
        for (unit, home) in homes {
            if let Some((instance, choice)) = home {
                self.kept.state.put(&self.problem, unit, choice, instance);
            }
        }
    }

    /// The problem and its solution with the units in this order.
    #[must_use]
    pub fn in_order(&self, order: &[usize]) -> (Problem, State) {
        let mut place_in = vec![usize::MAX; self.problem.units.len()];
        order.iter().enumerate().for_each(|(to, from)| place_in[*from] = to);
        let mut problem = self.problem.clone();
        problem.names = order.iter().map(|unit| self.problem.names[*unit].clone()).collect();
        problem.units = order.iter().map(|unit| self.problem.units[*unit].clone()).collect();
        let mut first = BTreeMap::new();
        for (unit, model) in problem.units.iter_mut().enumerate() {
            model.group = *first.entry(model.group).or_insert(unit);
        }
        let homes = order.iter().map(|unit| self.kept.state.home(*unit));
        let state = self.kept.state.rehoused(&problem, homes);
        (problem, state)
    }
}

/// What a change has changed, to be undone.
#[derive(Debug, Default)]
struct Before {
    /// The most importance of a cluster, before and after.
    cap: Option<(u64, u64)>,
    units: BTreeMap<usize, Was>,
    homes: BTreeMap<usize, Option<Home>>,
    came: Vec<usize>,
    left: Vec<usize>,
}

/// A unit before a change.
#[derive(Debug)]
struct Was {
    model: UnitModel,
    name: (TenantName, Option<Residency>),
    tolls: Vec<i64>,
}

impl Before {
    fn keep(&mut self, unit: usize, problem: &Problem, tolls: &[Vec<i64>]) {
        self.units.entry(unit).or_insert_with(|| Was {
            model: problem.units[unit].clone(),
            name: problem.names[unit].clone(),
            tolls: tolls[unit].clone(),
        });
    }
}

impl Part {
    fn new(places: Vec<usize>, proof: &PartProof) -> Self {
        let PartProof { entries, dimensions, prices, links, tree, sums, roundings, bound } = proof;
        let grown = Grown { tree: tree.clone(), sums: sums.clone(), roundings: roundings.clone(), bound: *bound };
        let priced = links.iter().zip(&prices.links).filter(|(_, price)| **price != 0);
        Self {
            places,
            entries: entries.clone(),
            dimensions: dimensions.clone(),
            links: priced.map(|(link, price)| ((link.unit, link.entry, link.pool), *price)).collect(),
            prices: Prices { links: Vec::new(), ..prices.clone() },
            units: 0,
            clusters: 0,
            tree: (!tree.is_empty()).then_some(grown),
        }
    }

    /// In micro-units: whole ones, because every solution costs a whole number of them.
    fn bound(&self, problem: &Problem) -> i64 {
        let moves = problem.max_moves.map_or(0, |most| self.prices.moves * i128::from(most));
        let flat = -(-(self.units + self.clusters - moves)).div_euclid(UNIT);
        let flat = i64::try_from(flat).unwrap_or(0).max(0);
        self.tree.as_ref().map_or(flat, |grown| grown.bound)
    }

    /// Takes the prices of a unit's links away that it no longer has. Whether there were any.
    fn drop_links(&mut self, unit: usize, stays: impl Fn((usize, usize, Option<usize>)) -> bool) -> bool {
        let own = self.links.range((unit, 0, None)..(unit + 1, 0, None)).map(|(link, price)| (*link, *price));
        let gone: Vec<_> = own.filter(|(link, _)| !stays(*link)).collect();
        for ((unit, entry, pool), price) in &gone {
            let prices = &mut self.prices.entries[*entry];
            match pool {
                Some(pool) => prices.linked[*pool] -= price,
                None => prices.linked_open -= price,
            }
            self.links.remove(&(*unit, *entry, *pool));
        }
        !gone.is_empty()
    }

    fn proof(&self, problem: &Problem) -> PartProof {
        let links =
            self.links.keys().map(|(unit, entry, pool)| Link { unit: *unit, entry: *entry, pool: *pool, needs: 1 });
        let (tree, sums, roundings) = self
            .tree
            .as_ref()
            .map(|grown| (grown.tree.clone(), grown.sums.clone(), grown.roundings.clone()))
            .unwrap_or_default();
        PartProof {
            entries: self.entries.clone(),
            dimensions: self.dimensions.clone(),
            prices: Prices { links: self.links.values().copied().collect(), ..self.prices.clone() },
            links: links.collect(),
            tree,
            sums,
            roundings,
            bound: self.bound(problem),
        }
    }
}
