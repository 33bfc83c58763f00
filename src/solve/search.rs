//! Finds a good solution: from where units live today or from nothing, price by price, then by ruin and recreate. Budgeted in work, not in seconds; seeded.
//!
//! Schrimpf et al., "Record breaking optimization results using the ruin and recreate principle" (2000), with the acceptance of Kirkpatrick et al.,
//! "Optimization by simulated annealing" (1983). A round touches a few clusters and is undone where it does not pay, so that its
//! work does not grow with the fleet.

use std::collections::BTreeMap;

use crate::solve::components::Component;
use crate::solve::dice::Dice;
use crate::solve::problem::Problem;
use crate::solve::state::State;

/// Prices that are asked per item: the work budget. A small fleet gets more, so that it is searched through.
const WORK_PER_ITEM: u64 = 2_000;
/// The least and the most of it.
const LEAST_WORK: u64 = 300_000;
const MOST_WORK: u64 = 20_000_000;
/// Clusters of one place that an item is tried in, where there are many.
const MOST_TRIED: usize = 12;

/// Told the cost of each better solution, and from time to time that the search goes on; true ends it.
pub type Stop<'a> = &'a mut dyn FnMut(i64) -> bool;

/// When the search may end before its budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// When every unit has a home.
    Complete,
    /// When the budget ends: the cheaper the better.
    Cheapest,
}

/// Units that share an instance: a near group, or one unit.
type Item = Vec<usize>;

/// Finds a solution of the component. Units that found no home have none in it.
pub fn search(problem: &Problem, part: &Component, goal: Goal, stop: Stop<'_>) -> Option<State> {
    let items = items(problem, part);
    let mut item_of = vec![usize::MAX; problem.units.len()];
    for (index, item) in items.iter().enumerate() {
        item.iter().for_each(|unit| item_of[*unit] = index);
    }
    let units = part.units.len();
    let mut search = Search {
        problem,
        dice: Dice::new(0x9E37_79B9_7F4A_7C15),
        work: 0,
        others: problem.units.len() - units,
        item_of,
        items,
        state: State::new(problem),
        closed: None,
    };
    search.begin();
    if stop(search.state.cost_of(problem, &part.places)) {
        return Some(search.state);
    }
    search.improve(part, goal, stop);
    Some(search.state)
}

fn items(problem: &Problem, part: &Component) -> Vec<Item> {
    let mut groups: BTreeMap<usize, Item> = BTreeMap::new();
    for unit in &part.units {
        groups.entry(problem.units[*unit].group).or_default().push(*unit);
    }
    groups.into_values().collect()
}

struct Search<'a> {
    problem: &'a Problem,
    dice: Dice,
    work: u64,
    /// Units outside the component, who have no home here.
    others: usize,
    items: Vec<Item>,
    item_of: Vec<usize>,
    state: State,
    /// The cluster that this round tries to do without.
    closed: Option<usize>,
}

/// Where an item could go.
#[derive(Debug, Clone, Copy)]
enum Target {
    Instance(usize),
    Open(usize),
}

/// Homes before a round.
type Journal = Vec<(usize, Option<(usize, usize)>)>;

impl Search<'_> {
    /// Everybody stays where they live, if they may; the others come in by difficulty.
    fn begin(&mut self) {
        for index in 0..self.items.len() {
            let item = self.items[index].clone();
            let Some(instance) = self.lives(&item) else { continue };
            let before = self.state.clone_homes(&item);
            let stays = item.iter().all(|unit| self.settle(*unit, instance));
            if !stays {
                self.restore(before);
            }
        }
        let mut order: Vec<usize> = (0..self.items.len()).filter(|item| self.is_homeless(*item)).collect();
        order.sort_by_cached_key(|item| self.difficulty(&self.items[*item]));
        for item in order {
            self.insert(item, 0);
        }
    }

    /// The instance that all units of the item live in today.
    fn lives(&self, item: &Item) -> Option<usize> {
        let host = self.problem.units[item[0]].today?.host?;
        let same = |unit: &usize| self.problem.units[*unit].today.is_some_and(|today| today.host == Some(host));
        item.iter().all(same).then(|| self.state.of_host(host)).flatten()
    }

    /// Puts the unit where it lives, in the form in which it lives; false where that is closed or full.
    fn settle(&mut self, unit: usize, instance: usize) -> bool {
        let problem = self.problem;
        let place = self.state.instances()[instance].place;
        let form = problem.units[unit].today.map(|today| today.form);
        let best = (0..problem.units[unit].choices.len())
            .filter(|choice| {
                let candidate = problem.candidate(unit, *choice);
                candidate.place == place && Some(candidate.form) == form
            })
            .filter_map(|choice| Some((self.state.price(problem, unit, choice, instance)?, choice)))
            .min();
        if let Some((_, choice)) = best {
            self.state.put(problem, unit, choice, instance);
        }
        best.is_some()
    }

    fn is_homeless(&self, item: usize) -> bool {
        self.state.home(self.items[item][0]).is_none()
    }

    /// Units without a home and moves beyond the limit.
    fn broken(&self) -> u64 {
        let beyond = self.problem.max_moves.map_or(0, |most| self.state.moves().saturating_sub(most));
        u64::try_from(self.state.homeless() - self.others).unwrap_or(u64::MAX) + beyond
    }

    fn improve(&mut self, part: &Component, goal: Goal, stop: Stop<'_>) {
        let problem = self.problem;
        let count = u64::try_from(self.items.len()).unwrap_or(u64::MAX);
        let budget = self.work + count.saturating_mul(WORK_PER_ITEM).clamp(LEAST_WORK, MOST_WORK);
        if self.items.len() < 2 {
            return;
        }
        let begun = self.work;
        let elsewhere = self.state.cost() - self.state.cost_of(problem, &part.places);
        // The temperature begins where a usual step is, a part of what one item costs, and ends far below.
        let each = self.state.cost_of(problem, &part.places) / i64::try_from(self.items.len()).unwrap_or(1);
        let (hot, cold) = (to_f64(each) * 0.15 + 1.0, to_f64(each) * 0.000_5 + 1.0);
        let mut best: Vec<_> = part.units.iter().map(|unit| self.state.home(*unit)).collect();
        let (mut best_broken, mut best_cost) = (self.broken(), self.state.cost());
        let place_in: BTreeMap<usize, usize> = part.units.iter().enumerate().map(|(at, unit)| (*unit, at)).collect();
        let mut dirty: Vec<usize> = Vec::new();
        let mut rounds = 0_u64;
        while self.work < budget {
            if goal == Goal::Complete && best_broken == 0 {
                break;
            }
            rounds += 1;
            let done = to_f64(i64::try_from(self.work - begun).unwrap_or(i64::MAX))
                / to_f64(i64::try_from(budget - begun).unwrap_or(i64::MAX));
            let heat = hot * (cold / hot).powf(done);
            let (broken, cost) = (self.broken(), self.state.cost());
            let journal = self.round();
            let (next_broken, next_cost) = (self.broken(), self.state.cost());
            let worse = to_f64(next_cost - cost);
            let accepted = next_broken < broken
                || (next_broken == broken && (worse <= 0.0 || worse < -heat * self.dice.fraction().ln()));
            if !accepted {
                self.restore(journal);
                continue;
            }
            dirty.extend(journal.into_iter().map(|(unit, _)| unit));
            if (next_broken, next_cost) < (best_broken, best_cost) {
                (best_broken, best_cost) = (next_broken, next_cost);
                for unit in dirty.drain(..) {
                    best[place_in[&unit]] = self.state.home(unit);
                }
                if stop(best_cost - elsewhere) {
                    break;
                }
            } else if rounds.is_multiple_of(256) && stop(best_cost - elsewhere) {
                break;
            }
        }
        dirty.sort_unstable();
        dirty.dedup();
        self.restore(dirty.into_iter().map(|unit| (unit, best[place_in[&unit]])).collect());
    }

    /// Takes a few homes away and gives new ones. What was there before.
    fn round(&mut self) -> Journal {
        let mut removed = self.ruin();
        let mut journal = Journal::new();
        for item in &removed {
            for unit in &self.items[*item] {
                journal.push((*unit, self.state.take(self.problem, *unit)));
            }
        }
        self.dice.shuffle(&mut removed);
        if self.dice.below(2) == 0 {
            removed.sort_by_cached_key(|item| self.difficulty(&self.items[*item]));
        }
        for item in removed {
            self.insert(item, 4);
        }
        self.closed = None;
        journal
    }

    /// Gives units the homes that are named.
    fn restore(&mut self, homes: Journal) {
        for (unit, _) in &homes {
            self.state.take(self.problem, *unit);
        }
        for (unit, home) in homes {
            if let Some((instance, choice)) = home {
                self.state.put(self.problem, unit, choice, instance);
            }
        }
    }

    /// Items with few places and much load come first.
    fn difficulty(&self, item: &Item) -> (usize, std::cmp::Reverse<u64>, usize) {
        let units = &self.problem.units;
        let places = item.iter().map(|unit| units[*unit].choices.len()).min().unwrap_or(0);
        let load = |unit: &usize| {
            units[*unit].loads.iter().map(|load| load.cpu + load.memory / 4 + load.gpu * 16_000).sum::<u64>()
        };
        (places.min(8), std::cmp::Reverse(item.iter().map(load).sum()), item.first().copied().unwrap_or(0))
    }

    /// Puts all units of the item where it is cheapest. With `noise`, up to so many percent beside that.
    fn insert(&mut self, item: usize, noise: usize) {
        let units = self.items[item].clone();
        let mut best: Option<(i64, Vec<usize>, Target)> = None;
        for target in self.targets(&units) {
            let Some((price, choices)) = self.try_target(&units, target) else { continue };
            let shake = if noise == 0 { 0 } else { i64::try_from(self.dice.below(noise + 1)).unwrap_or(0) };
            let price = price.saturating_add(price.abs() / 100 * shake);
            if best.as_ref().is_none_or(|(known, _, _)| price < *known) {
                best = Some((price, choices, target));
            }
        }
        if let Some((_, choices, target)) = best {
            let instance = match target {
                Target::Instance(instance) => instance,
                Target::Open(place) => self.state.open(self.problem, place),
            };
            for (unit, choice) in units.iter().zip(choices) {
                self.state.put(self.problem, *unit, choice, instance);
            }
        }
    }

    /// Instances in which the item's first unit could live, some of many, and places that can be opened for it.
    fn targets(&mut self, item: &Item) -> Vec<Target> {
        let problem = self.problem;
        let today = self.lives(item);
        let mut targets = Vec::new();
        let (table, choices) = (&problem.tables[problem.units[item[0]].signature], &problem.units[item[0]].choices);
        let mut last = usize::MAX;
        for choice in choices {
            let place = table[choice.candidate].place;
            if place == last {
                continue;
            }
            last = place;
            let class = problem.places[place].is_class();
            let all = self.state.of_place(place).len();
            let stride = all.div_ceil(MOST_TRIED).max(1);
            let first = if stride > 1 { self.dice.below(stride) } else { 0 };
            for at in (first..all).step_by(stride) {
                let index = self.state.of_place(place)[at];
                let empty = self.state.instances()[index].members.is_empty();
                if Some(index) != self.closed && !(class && empty) {
                    targets.push(Target::Instance(index));
                }
            }
            if let Some(index) = today.filter(|index| stride > 1 && self.state.instances()[*index].place == place)
                && Some(index) != self.closed
            {
                targets.push(Target::Instance(index));
            }
            if class && self.state.may_open(problem, place) {
                targets.push(Target::Open(place));
            }
        }
        targets
    }

    /// The price of the item there, and a choice for each unit. Leaves the state as it was.
    fn try_target(&mut self, item: &Item, target: Target) -> Option<(i64, Vec<usize>)> {
        let problem = self.problem;
        let (place, mut opened) = match target {
            Target::Instance(instance) => (self.state.instances()[instance].place, Some(instance)),
            Target::Open(place) => (place, None),
        };
        let (mut total, mut chosen) = (0, Vec::with_capacity(item.len()));
        let mut whole = true;
        for unit in item {
            let mut best: Option<(i64, usize)> = None;
            for index in 0..problem.units[*unit].choices.len() {
                if problem.candidate(*unit, index).place != place {
                    continue;
                }
                self.work += 1;
                let price = match opened {
                    Some(instance) => self.state.price(problem, *unit, index, instance),
                    None => self.state.price_of_opening(problem, *unit, index),
                };
                if let Some(price) = price.filter(|price| best.is_none_or(|(known, _)| *price < known)) {
                    best = Some((price, index));
                }
            }
            let Some((price, index)) = best else {
                whole = false;
                break;
            };
            total += price;
            chosen.push(index);
            if item.len() > 1 {
                let at = *opened.get_or_insert_with(|| self.state.open(problem, place));
                self.state.put(problem, *unit, index, at);
            }
        }
        if item.len() > 1 {
            item[..chosen.len()].iter().for_each(|unit| {
                self.state.take(problem, *unit);
            });
        }
        whole.then_some((total, chosen))
    }

    /// Items that lose their homes: of one whole cluster, some of a cluster and some of others. Those that have none are always among them.
    fn ruin(&mut self) -> Vec<usize> {
        let mut removed: Vec<usize> = Vec::new();
        if self.state.homeless() > self.others {
            removed.extend((0..self.items.len()).filter(|item| self.is_homeless(*item)).take(40));
        }
        let most = (self.items.len() / 3).clamp(2, 24);
        let wanted = 2 + self.dice.below(most);
        let seed = self.dice.below(self.items.len());
        let Some((home, _)) = self.state.home(self.items[seed][0]) else { return removed };
        let members = self.members(home);
        let kind = self.dice.below(8);
        if kind < 2 && members.len() <= 80 {
            // Do without this cluster, or fill it anew.
            self.closed = (kind == 0).then_some(home);
            removed.extend(members);
        } else {
            removed.push(seed);
            let share = if kind < 5 { wanted } else { wanted.div_ceil(2) };
            removed.extend(self.some(members, share));
            if kind >= 4 {
                let place = self.state.instances()[home].place;
                let others = self.state.of_place(place).len();
                let other = self.state.of_place(place)[self.dice.below(others)];
                let members = self.members(other);
                removed.extend(self.some(members, wanted.div_ceil(2)));
            }
            if kind == 7 {
                for _ in 0..wanted.div_ceil(2) {
                    removed.push(self.dice.below(self.items.len()));
                }
            }
        }
        removed.sort_unstable();
        removed.dedup();
        removed
    }

    fn members(&self, instance: usize) -> Vec<usize> {
        let mut members: Vec<usize> =
            self.state.instances()[instance].members.iter().map(|(unit, _)| self.item_of[*unit]).collect();
        members.sort_unstable();
        members.dedup();
        members
    }

    fn some(&mut self, mut list: Vec<usize>, count: usize) -> Vec<usize> {
        self.dice.shuffle(&mut list);
        list.truncate(count);
        list
    }
}

fn to_f64(number: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "what is accepted may be a little more or less")]
    let float = number as f64;
    float
}
