//! A solution while it changes: which unit lives where, what each cluster carries, and what all of it costs.
//!
//! An *instance* is one cluster: a host that exists has exactly one, a class has one per copy that is open.

use std::collections::BTreeSet;

use crate::solve::choice::{LIMITS, View};
use crate::solve::places::{PlaceKind, count};
use crate::solve::problem::Problem;
use crate::vocab::resources::Resources;
use crate::vocab::tier::Tenancy;

/// One cluster of a solution.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Its place.
    pub place: usize,
    /// Its host in the setting; none for a copy that is opened.
    pub host: Option<usize>,
    /// Units and the choices they live by, in the order in which they came.
    pub members: Vec<(usize, usize)>,
    /// Shared load per pool.
    pub shared: Vec<Resources>,
    /// Nodes of units' own per pool.
    pub dedicated: Vec<u64>,
    /// Private nodes per pool.
    pub private: Vec<u64>,
    nodes: Vec<u64>,
    uses: [u64; LIMITS],
    labels: Vec<(usize, u64)>,
    /// The fewest neighbours that a member accepts, where any says.
    fewest_neighbours: Option<u64>,
    /// Where it stands in [`State::busy`], by pool.
    busy: Vec<Option<usize>>,
}

/// A home for each unit, or none yet.
#[derive(Debug, Clone, Default)]
pub struct State {
    homes: Vec<Option<(usize, usize)>>,
    instances: Vec<Instance>,
    of_place: Vec<Vec<usize>>,
    /// By place and pool, the instances that carry shared load there, in any order.
    busy: Vec<Vec<Vec<usize>>>,
    of_host: Vec<Option<usize>>,
    open_copies: Vec<u64>,
    cost: i64,
    moves: u64,
    homeless: usize,
}

impl Instance {
    fn new(problem: &Problem, place: usize, host: Option<usize>) -> Self {
        let pools = &problem.places[place].pools;
        Self {
            place,
            host,
            members: Vec::new(),
            shared: vec![Resources::ZERO; pools.len()],
            dedicated: vec![0; pools.len()],
            private: vec![0; pools.len()],
            nodes: pools.iter().map(|pool| pool.min).collect(),
            uses: [0; LIMITS],
            labels: Vec::new(),
            fewest_neighbours: None,
            busy: vec![None; pools.len()],
        }
    }

    /// Nodes of a pool: `max(min, shared + dedicated)`.
    #[must_use]
    pub fn nodes(&self, pool: usize) -> u64 {
        self.nodes[pool]
    }

    /// Money per month of the cluster alone, units' own costs aside.
    #[must_use]
    pub fn cost(&self, problem: &Problem) -> i64 {
        let place = &problem.places[self.place];
        if self.members.is_empty() {
            return place.idle_cost();
        }
        let nodes: i64 = place.pools.iter().zip(&self.nodes).map(|(pool, nodes)| count(*nodes) * pool.price).sum();
        place.fixed + nodes + if place.is_class() { place.change } else { 0 }
    }

    /// What the cluster costs more with the choice in it, the unit's own costs and its move included; nothing where it does not fit.
    fn with(&self, problem: &Problem, unit: usize, view: &View<'_>) -> Option<i64> {
        let place = &problem.places[self.place];
        let uses = view.uses();
        if (0..LIMITS).any(|limit| self.uses[limit] + uses[limit] > place.limits[limit]) {
            return None;
        }
        if place.tenancy == Tenancy::Shared {
            let clash = |label: &usize| {
                let dimension = problem.dimensions[*label];
                self.labels.iter().any(|(other, _)| other != label && problem.dimensions[*other] == dimension)
            };
            if problem.labels_of(view.choice).iter().any(clash) {
                return None;
            }
            if self.is_crowded(problem, unit, count_u64(self.members.len()))
                && self.is_crowded(problem, unit, self.neighbours(problem, unit))
            {
                return None;
            }
        }
        if view.private().any(|(pool, nodes)| self.private[pool] + nodes > place.pools[pool].max) {
            return None;
        }
        let mut cost = view.choice.own;
        if self.members.is_empty() {
            cost += place.open_cost() - place.idle_cost() + if place.is_class() { place.change } else { 0 };
        }
        let mut all: u64 = self.nodes.iter().sum();
        for part in view.parts() {
            let numbers = &place.pools[part.pool];
            let mut load = self.shared[part.pool];
            load += part.load;
            let nodes = numbers.min.max(numbers.nodes(&load) + self.dedicated[part.pool] + part.nodes);
            if nodes > numbers.max {
                return None;
            }
            let more = nodes - self.nodes[part.pool];
            all += more;
            cost += count(more) * numbers.price;
        }
        if problem.moves(unit, view.candidate.form, self.host) {
            cost += problem.moving;
        }
        (all <= place.max_nodes).then_some(cost)
    }

    /// True where the newcomer or a member has more neighbours than it accepts. Whoever moves in meets all members; each member meets the
    /// other members and the newcomer: that is one number.
    fn is_crowded(&self, problem: &Problem, newcomer: usize, others: u64) -> bool {
        let most = [problem.units[newcomer].neighbours, self.fewest_neighbours];
        most.into_iter().flatten().any(|most| others > most)
    }

    /// Tenants here with the newcomer, less one. Most tenants have one unit in a cluster, so that this is asked only where counting units is too much.
    fn neighbours(&self, problem: &Problem, newcomer: usize) -> u64 {
        let tenants = self.members.iter().map(|(member, _)| problem.units[*member].tenant);
        let tenants: BTreeSet<usize> = tenants.chain([problem.units[newcomer].tenant]).collect();
        count_u64(tenants.len() - 1)
    }

    fn add(&mut self, problem: &Problem, unit: usize, choice: usize) {
        let view = problem.view(unit, choice);
        self.members.push((unit, choice));
        let accepted = problem.units[unit].neighbours;
        self.fewest_neighbours = [self.fewest_neighbours, accepted].into_iter().flatten().min();
        for (pool, nodes) in view.private() {
            self.private[pool] += nodes;
        }
        for (mine, more) in self.uses.iter_mut().zip(view.uses()) {
            *mine += more;
        }
        for label in problem.labels_of(view.choice) {
            match self.labels.iter_mut().find(|(known, _)| known == label) {
                Some((_, count)) => *count += 1,
                None => self.labels.push((*label, 1)),
            }
        }
        for part in view.parts() {
            self.shared[part.pool] += part.load;
            self.dedicated[part.pool] += part.nodes;
            self.count_nodes(problem, part.pool);
        }
    }

    fn remove(&mut self, problem: &Problem, unit: usize) {
        let at = self.members.iter().position(|(member, _)| *member == unit).expect("the unit lives here");
        let (_, choice) = self.members.swap_remove(at);
        let accepted = problem.units[unit].neighbours;
        if accepted.is_some() && accepted == self.fewest_neighbours {
            let members = self.members.iter();
            self.fewest_neighbours = members.filter_map(|(member, _)| problem.units[*member].neighbours).min();
        }
        let view = problem.view(unit, choice);
        for (pool, nodes) in view.private() {
            self.private[pool] -= nodes;
        }
        for (mine, less) in self.uses.iter_mut().zip(view.uses()) {
            *mine -= less;
        }
        for label in problem.labels_of(view.choice) {
            if let Some((_, count)) = self.labels.iter_mut().find(|(known, _)| known == label) {
                *count -= 1;
            }
        }
        self.labels.retain(|(_, count)| *count > 0);
        for part in view.parts() {
            self.shared[part.pool] -= part.load;
            self.dedicated[part.pool] -= part.nodes;
            self.count_nodes(problem, part.pool);
        }
    }

    fn count_nodes(&mut self, problem: &Problem, pool: usize) {
        let numbers = &problem.places[self.place].pools[pool];
        self.nodes[pool] = numbers.min.max(numbers.nodes(&self.shared[pool]) + self.dedicated[pool]);
    }
}

fn count_u64(number: usize) -> u64 {
    u64::try_from(number).expect("a length fits")
}

impl State {
    /// Nobody has a home; every host that exists has its instance.
    #[must_use]
    pub fn new(problem: &Problem) -> Self {
        let mut state = Self {
            homes: vec![None; problem.units.len()],
            instances: Vec::new(),
            of_place: vec![Vec::new(); problem.places.len()],
            busy: problem.places.iter().map(|place| vec![Vec::new(); place.pools.len()]).collect(),
            of_host: vec![None; problem.place_of.len()],
            open_copies: vec![0; problem.classes.len()],
            cost: 0,
            moves: 0,
            homeless: problem.units.len(),
        };
        for (place, numbers) in problem.places.iter().enumerate().filter(|(_, numbers)| !numbers.is_class()) {
            for host in &numbers.hosts {
                let index = state.push(Instance::new(problem, place, Some(*host)));
                state.of_host[*host] = Some(index);
            }
        }
        state.cost = state.instances.iter().map(|instance| instance.cost(problem)).sum();
        state
    }

    /// One more unit is there, without a home.
    pub fn grow(&mut self) {
        self.homes.push(None);
        self.homeless += 1;
    }

    /// True where every cluster keeps the limits of its place: they can have changed since it was filled.
    #[must_use]
    pub fn keeps_limits(&self, problem: &Problem) -> bool {
        let fits =
            |instance: &Instance| instance.uses.iter().zip(&problem.places[instance.place].limits).all(|(u, l)| u <= l);
        self.instances.iter().all(fits)
    }

    fn push(&mut self, instance: Instance) -> usize {
        self.of_place[instance.place].push(self.instances.len());
        self.instances.push(instance);
        self.instances.len() - 1
    }

    /// The instance and the choice of a unit.
    #[must_use]
    pub fn home(&self, unit: usize) -> Option<(usize, usize)> {
        self.homes[unit]
    }

    /// The homes of these units, to be given back.
    #[must_use]
    pub fn clone_homes(&self, units: &[usize]) -> Vec<(usize, Option<(usize, usize)>)> {
        units.iter().map(|unit| (*unit, self.homes[*unit])).collect()
    }

    /// All instances; those of classes without members are not open.
    #[must_use]
    pub fn instances(&self) -> &[Instance] {
        &self.instances
    }

    /// The instances of a place.
    #[must_use]
    pub fn of_place(&self, place: usize) -> &[usize] {
        &self.of_place[place]
    }

    /// The instances of a place that carry shared load on a pool, in any order.
    #[must_use]
    pub fn busy(&self, place: usize, pool: usize) -> &[usize] {
        &self.busy[place][pool]
    }

    /// The instance of a host that exists.
    #[must_use]
    pub fn of_host(&self, host: usize) -> Option<usize> {
        self.of_host[host]
    }

    /// Money per month of everything.
    #[must_use]
    pub const fn cost(&self) -> i64 {
        self.cost
    }

    /// How many units have no home.
    #[must_use]
    pub const fn homeless(&self) -> usize {
        self.homeless
    }

    /// How many units that live somewhere today do not stay.
    #[must_use]
    pub const fn moves(&self) -> u64 {
        self.moves
    }

    /// Money per month of these places and of the units that live in them.
    #[must_use]
    pub fn cost_of(&self, problem: &Problem, places: &[usize]) -> i64 {
        let instances = places.iter().flat_map(|place| &self.of_place[*place]).map(|index| &self.instances[*index]);
        instances
            .map(|instance| {
                let own = |(unit, choice): &(usize, usize)| self.own(problem, *unit, *choice, instance);
                instance.cost(problem) + instance.members.iter().map(own).sum::<i64>()
            })
            .sum()
    }

    /// What the unit pays alone, its move included.
    fn own(&self, problem: &Problem, unit: usize, choice: usize, instance: &Instance) -> i64 {
        let view = problem.view(unit, choice);
        let moved = problem.moves(unit, view.candidate.form, instance.host);
        view.choice.own + if moved { problem.moving } else { 0 }
    }

    /// Money per month of places in which no unit can live at all.
    #[must_use]
    pub fn idle_cost(&self, problem: &Problem) -> i64 {
        let mut used = vec![false; problem.places.len()];
        for (unit, model) in problem.units.iter().enumerate() {
            (0..model.choices.len()).for_each(|choice| used[problem.candidate(unit, choice).place] = true);
        }
        self.instances.iter().filter(|instance| !used[instance.place]).map(|instance| instance.cost(problem)).sum()
    }

    /// What the fleet costs more with the unit in this instance; nothing where it does not fit, or its class has no more copies.
    #[must_use]
    pub fn price(&self, problem: &Problem, unit: usize, choice: usize, instance: usize) -> Option<i64> {
        let data = &self.instances[instance];
        if data.members.is_empty() && !self.may_open(problem, data.place) {
            return None;
        }
        data.with(problem, unit, &problem.view(unit, choice))
    }

    /// What the fleet costs more with the unit as the first of a new copy; nothing where the class has no more or it does not fit.
    #[must_use]
    pub fn price_of_opening(&self, problem: &Problem, unit: usize, choice: usize) -> Option<i64> {
        let view = problem.view(unit, choice);
        let place = view.place();
        if !problem.places[place].is_class() || !self.may_open(problem, place) {
            return None;
        }
        Instance::new(problem, place, None).with(problem, unit, &view)
    }

    /// True where one more cluster of the place may be open.
    #[must_use]
    pub fn may_open(&self, problem: &Problem, place: usize) -> bool {
        problem.places[place].class().is_none_or(|class| self.open_copies[class] < problem.classes[class].limit)
    }

    /// Copies of a class that are open.
    #[must_use]
    pub fn copies(&self, class: usize) -> u64 {
        self.open_copies[class]
    }

    /// Opens a copy of a class's place, or takes up one that was left empty. Its index.
    pub fn open(&mut self, problem: &Problem, place: usize) -> usize {
        let empty = |index: &&usize| self.instances[**index].members.is_empty();
        if let Some(index) = self.of_place[place].iter().find(empty) {
            return *index;
        }
        self.push(Instance::new(problem, place, None))
    }

    /// Gives the unit a home.
    pub fn put(&mut self, problem: &Problem, unit: usize, choice: usize, instance: usize) {
        self.change(problem, instance, |data| data.add(problem, unit, choice));
        self.homes[unit] = Some((instance, choice));
        self.homeless -= 1;
        self.cost += self.own(problem, unit, choice, &self.instances[instance]);
        self.moves += self.moved(problem, unit, choice, instance);
    }

    /// Takes the unit's home away, if it has one.
    pub fn take(&mut self, problem: &Problem, unit: usize) -> Option<(usize, usize)> {
        let (instance, choice) = self.homes[unit].take()?;
        self.homeless += 1;
        self.cost -= self.own(problem, unit, choice, &self.instances[instance]);
        self.moves -= self.moved(problem, unit, choice, instance);
        self.change(problem, instance, |data| data.remove(problem, unit));
        Some((instance, choice))
    }

    fn moved(&self, problem: &Problem, unit: usize, choice: usize, instance: usize) -> u64 {
        let form = problem.candidate(unit, choice).form;
        u64::from(problem.moves(unit, form, self.instances[instance].host))
    }

    fn change(&mut self, problem: &Problem, instance: usize, change: impl FnOnce(&mut Instance)) {
        let data = &mut self.instances[instance];
        let (before, was_empty) = (data.cost(problem), data.members.is_empty());
        change(data);
        self.cost += data.cost(problem) - before;
        let is_empty = data.members.is_empty();
        if let Some(class) = problem.places[data.place].class() {
            self.open_copies[class] += u64::from(was_empty && !is_empty);
            self.open_copies[class] -= u64::from(!was_empty && is_empty);
        }
        self.note_busy(instance);
    }

    /// Keeps [`State::busy`] true of one instance.
    fn note_busy(&mut self, instance: usize) {
        let place = self.instances[instance].place;
        for pool in 0..self.busy[place].len() {
            let data = &mut self.instances[instance];
            let list = &mut self.busy[place][pool];
            match data.busy[pool] {
                None if data.shared[pool] != Resources::ZERO => {
                    data.busy[pool] = Some(list.len());
                    list.push(instance);
                }
                Some(at) if data.shared[pool] == Resources::ZERO => {
                    data.busy[pool] = None;
                    list.swap_remove(at);
                    if let Some(last) = list.get(at).copied() {
                        self.instances[last].busy[pool] = Some(at);
                    }
                }
                None | Some(_) => {}
            }
        }
    }

    /// The same clusters and homes for the units of `problem`, whose homes here are these, in their order.
    #[must_use]
    pub fn rehoused(&self, problem: &Problem, homes: impl Iterator<Item = Option<(usize, usize)>>) -> Self {
        let told = Self { homes: homes.collect(), ..self.clone() };
        let mut state = Self::new(problem);
        state.adopt(problem, &told, &(0..told.homes.len()).collect::<Vec<_>>());
        state
    }

    /// Takes over the homes that `other` gives to `units`.
    pub fn adopt(&mut self, problem: &Problem, other: &Self, units: &[usize]) {
        let mut mine: Vec<Option<usize>> = vec![None; other.instances.len()];
        for unit in units {
            let Some((theirs, choice)) = other.home(*unit) else { continue };
            let data = &other.instances[theirs];
            let instance = *mine[theirs].get_or_insert_with(|| match (data.host, problem.places[data.place].kind) {
                (Some(host), PlaceKind::Cluster | PlaceKind::Copy(_)) => {
                    self.of_host[host].expect("what exists has its instance")
                }
                (_, _) => {
                    self.of_place[data.place].push(self.instances.len());
                    self.instances.push(Instance::new(problem, data.place, None));
                    self.instances.len() - 1
                }
            });
            self.put(problem, *unit, choice, instance);
        }
    }
}
