//! A solution while it changes: which unit lives where, what each instance of a place carries, and what all of it costs.
//!
//! An *instance* is one cluster: a place that exists has exactly one, a class has one per copy that is open.

use crate::solve::choice::{Choice, LIMITS};
use crate::solve::problem::{PlaceKind, Problem};
use crate::vocab::resources::Resources;
use crate::vocab::tier::Tenancy;

/// One cluster of a solution.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Its place.
    pub place: usize,
    /// Units and the choices they live by, in the order in which they came.
    pub members: Vec<(usize, usize)>,
    /// Shared load per pool.
    pub shared: Vec<Resources>,
    /// Nodes of units' own per pool.
    pub dedicated: Vec<u64>,
    /// Private nodes per pool.
    pub private: Vec<u64>,
    uses: [u64; LIMITS],
    labels: Vec<(usize, u64)>,
}

/// A home for each unit, or none yet.
#[derive(Debug, Clone)]
pub struct State {
    homes: Vec<Option<(usize, usize)>>,
    instances: Vec<Instance>,
}

impl Instance {
    fn new(problem: &Problem, place: usize) -> Self {
        let pools = problem.places[place].pools.len();
        Self {
            place,
            members: Vec::new(),
            shared: vec![Resources::ZERO; pools],
            dedicated: vec![0; pools],
            private: vec![0; pools],
            uses: [0; LIMITS],
            labels: Vec::new(),
        }
    }

    /// Nodes of a pool: `max(min, shared + dedicated)`.
    #[must_use]
    pub fn nodes(&self, problem: &Problem, pool: usize) -> u64 {
        let numbers = &problem.places[self.place].pools[pool];
        numbers.min.max(numbers.nodes(&self.shared[pool]) + self.dedicated[pool])
    }

    /// Money per month of the cluster alone, units' own costs aside.
    #[must_use]
    pub fn cost(&self, problem: &Problem) -> i64 {
        let place = &problem.places[self.place];
        let open = || {
            let nodes: i64 =
                (0..place.pools.len()).map(|pool| count(self.nodes(problem, pool)) * place.pools[pool].price).sum();
            place.fixed + nodes
        };
        match (place.kind, self.members.is_empty()) {
            (PlaceKind::Class(_), true) => 0,
            (PlaceKind::Class(_), false) => open() + place.change,
            (PlaceKind::Cluster, true) if place.may_close => open().min(place.change),
            (PlaceKind::Copy(_), true) => place.change,
            (PlaceKind::Cluster, true | false) | (PlaceKind::Copy(_), false) => open(),
        }
    }

    /// What the cluster costs more with the choice in it, the unit's own costs included; nothing where it does not fit.
    fn with(&self, problem: &Problem, unit: usize, choice: &Choice) -> Option<i64> {
        let place = &problem.places[self.place];
        if (0..LIMITS).any(|limit| self.uses[limit] + choice.uses[limit] > place.limits[limit]) {
            return None;
        }
        if place.tenancy == Tenancy::Shared {
            let clash = |label: &usize| {
                let dimension = problem.dimensions[*label];
                self.labels.iter().any(|(other, _)| other != label && problem.dimensions[*other] == dimension)
            };
            if choice.labels.iter().any(clash) {
                return None;
            }
            // Whoever moves in meets all members; each member meets the other members and the newcomer. That is one number.
            let others = count_u64(self.members.len());
            let crowded = |unit: usize| problem.units[unit].neighbours.is_some_and(|most| others > most);
            let crowded = crowded(unit) || self.members.iter().any(|(member, _)| crowded(*member));
            if crowded {
                return None;
            }
        }
        if choice.private.iter().any(|(pool, nodes)| self.private[*pool] + nodes > place.pools[*pool].max) {
            return None;
        }
        let was = self.cost(problem);
        let (mut cost, mut all) = (place.fixed + choice.own, 0);
        if let PlaceKind::Class(_) = place.kind {
            cost += place.change;
        }
        for (pool, numbers) in place.pools.iter().enumerate() {
            let mut load = self.shared[pool];
            let mut own = self.dedicated[pool];
            choice.shared.iter().filter(|(at, _)| *at == pool).for_each(|(_, more)| load += *more);
            choice.dedicated.iter().filter(|(at, _)| *at == pool).for_each(|(_, more)| own += more);
            let nodes = numbers.min.max(numbers.nodes(&load) + own);
            if nodes > numbers.max {
                return None;
            }
            all += nodes;
            cost += count(nodes) * numbers.price;
        }
        (all <= place.max_nodes).then_some(cost - was)
    }

    fn add(&mut self, problem: &Problem, unit: usize, index: usize) {
        let choice = &problem.units[unit].choices[index];
        self.members.push((unit, index));
        for (pool, load) in &choice.shared {
            self.shared[*pool] += *load;
        }
        for (pool, nodes) in &choice.dedicated {
            self.dedicated[*pool] += nodes;
        }
        for (pool, nodes) in &choice.private {
            self.private[*pool] += nodes;
        }
        for (mine, more) in self.uses.iter_mut().zip(&choice.uses) {
            *mine += more;
        }
        for label in &choice.labels {
            match self.labels.iter_mut().find(|(known, _)| known == label) {
                Some((_, count)) => *count += 1,
                None => self.labels.push((*label, 1)),
            }
        }
    }

    fn remove(&mut self, problem: &Problem, unit: usize) {
        let at = self.members.iter().position(|(member, _)| *member == unit).expect("the unit lives here");
        let (_, index) = self.members.remove(at);
        let choice = &problem.units[unit].choices[index];
        for (pool, load) in &choice.shared {
            self.shared[*pool] -= *load;
        }
        for (pool, nodes) in &choice.dedicated {
            self.dedicated[*pool] -= nodes;
        }
        for (pool, nodes) in &choice.private {
            self.private[*pool] -= nodes;
        }
        for (mine, less) in self.uses.iter_mut().zip(&choice.uses) {
            *mine -= less;
        }
        for label in &choice.labels {
            if let Some((_, count)) = self.labels.iter_mut().find(|(known, _)| known == label) {
                *count -= 1;
            }
        }
        self.labels.retain(|(_, count)| *count > 0);
    }
}

fn count(number: u64) -> i64 {
    i64::try_from(number).expect("the gate bounds counts")
}

fn count_u64(number: usize) -> u64 {
    u64::try_from(number).expect("a length fits")
}

impl State {
    /// Nobody has a home; every place that exists has its instance, with the place's own index among them in order.
    #[must_use]
    pub fn new(problem: &Problem) -> Self {
        let exists = |place: &usize| !matches!(problem.places[*place].kind, PlaceKind::Class(_));
        let instances = (0..problem.places.len()).filter(exists).map(|place| Instance::new(problem, place)).collect();
        Self { homes: vec![None; problem.units.len()], instances }
    }

    /// The instance and the choice of a unit.
    #[must_use]
    pub fn home(&self, unit: usize) -> Option<(usize, usize)> {
        self.homes[unit]
    }

    /// All instances; those of classes without members are not open.
    #[must_use]
    pub fn instances(&self) -> &[Instance] {
        &self.instances
    }

    /// Money per month of everything.
    #[must_use]
    pub fn cost(&self, problem: &Problem) -> i64 {
        let own = |unit: usize| self.homes[unit].map_or(0, |(_, choice)| problem.units[unit].choices[choice].own);
        self.instances.iter().map(|instance| instance.cost(problem)).sum::<i64>()
            + (0..self.homes.len()).map(own).sum::<i64>()
    }

    /// Money per month of these places and of the units that live in them.
    #[must_use]
    pub fn cost_of(&self, problem: &Problem, places: &[usize]) -> i64 {
        self.instances
            .iter()
            .filter(|instance| places.binary_search(&instance.place).is_ok())
            .map(|instance| {
                let own = |(unit, choice): &(usize, usize)| problem.units[*unit].choices[*choice].own;
                instance.cost(problem) + instance.members.iter().map(own).sum::<i64>()
            })
            .sum()
    }

    /// Money per month of places in which no unit can live at all.
    #[must_use]
    pub fn idle_cost(&self, problem: &Problem) -> i64 {
        let mut used = vec![false; problem.places.len()];
        for choice in problem.units.iter().flat_map(|unit| &unit.choices) {
            used[choice.place] = true;
        }
        self.instances.iter().filter(|instance| !used[instance.place]).map(|instance| instance.cost(problem)).sum()
    }

    /// What the fleet costs more with the unit in this instance.
    #[must_use]
    pub fn price(&self, problem: &Problem, unit: usize, choice: usize, instance: usize) -> Option<i64> {
        self.instances[instance].with(problem, unit, &problem.units[unit].choices[choice])
    }

    /// What the fleet costs more with the unit as the first of a new copy; nothing where the class has no more or it does not fit.
    #[must_use]
    pub fn price_of_opening(&self, problem: &Problem, unit: usize, choice: usize) -> Option<i64> {
        let chosen = &problem.units[unit].choices[choice];
        let PlaceKind::Class(class) = problem.places[chosen.place].kind else { return None };
        if self.copies(problem, class) >= problem.classes[class].limit {
            return None;
        }
        Instance::new(problem, chosen.place).with(problem, unit, chosen)
    }

    /// Copies of a class that are open.
    #[must_use]
    pub fn copies(&self, problem: &Problem, class: usize) -> u64 {
        let open = |instance: &&Instance| match problem.places[instance.place].kind {
            PlaceKind::Class(of) | PlaceKind::Copy(of) => of == class && !instance.members.is_empty(),
            PlaceKind::Cluster => false,
        };
        count_u64(self.instances.iter().filter(open).count())
    }

    /// Opens a copy of a class's place, or takes up one that was left empty. Its index.
    pub fn open(&mut self, problem: &Problem, place: usize) -> usize {
        let empty = |instance: &Instance| instance.place == place && instance.members.is_empty();
        if let Some(index) = self.instances.iter().position(empty) {
            return index;
        }
        self.instances.push(Instance::new(problem, place));
        self.instances.len() - 1
    }

    /// Gives the unit a home.
    pub fn put(&mut self, problem: &Problem, unit: usize, choice: usize, instance: usize) {
        self.instances[instance].add(problem, unit, choice);
        self.homes[unit] = Some((instance, choice));
    }

    /// Takes the unit's home away, if it has one.
    pub fn take(&mut self, problem: &Problem, unit: usize) -> Option<(usize, usize)> {
        let home = self.homes[unit].take()?;
        self.instances[home.0].remove(problem, unit);
        Some(home)
    }

    /// Takes over the homes that `other` gives to `units`.
    pub fn adopt(&mut self, problem: &Problem, other: &Self, units: &[usize]) {
        let mut copies: Vec<Option<usize>> = vec![None; other.instances.len()];
        for unit in units {
            let Some((theirs, choice)) = other.home(*unit) else { continue };
            let place = other.instances[theirs].place;
            let mine = *copies[theirs].get_or_insert_with(|| match problem.places[place].kind {
                PlaceKind::Class(_) => {
                    self.instances.push(Instance::new(problem, place));
                    self.instances.len() - 1
                }
                PlaceKind::Cluster | PlaceKind::Copy(_) => self
                    .instances
                    .iter()
                    .position(|instance| instance.place == place)
                    .expect("what exists has its instance"),
            });
            self.put(problem, *unit, choice, mine);
        }
    }

    /// How many units that live somewhere today do not stay.
    #[must_use]
    pub fn moves(&self, problem: &Problem) -> u64 {
        let moved = |unit: &usize| {
            problem.units[*unit].lives
                && self.homes[*unit].is_some_and(|(_, choice)| !problem.units[*unit].choices[choice].stays)
        };
        count_u64((0..self.homes.len()).filter(moved).count())
    }
}
