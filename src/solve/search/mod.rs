//! Finds a good solution: from where units live today or from nothing, price by price, then by ruin and recreate. Budgeted in work, not in seconds; seeded.
//!
//! Schrimpf et al., "Record breaking optimization results using the ruin and recreate principle" (2000), with the acceptance of Kirkpatrick et al.,
//! "Optimization by simulated annealing" (1983). A round touches a few clusters and is undone where it does not pay, so that its
//! work does not grow with the fleet.

mod consolidate;
mod insert;
pub mod repair;
mod ruin;

use std::collections::BTreeMap;

use crate::solve::components::Component;
use crate::solve::dice::Dice;
use crate::solve::problem::Problem;
use crate::solve::search::insert::{MOST_TRIED, Mood};
use crate::solve::state::State;

/// Prices that are asked per item: the work budget. The first items get more, so that a small fleet is searched through.
const WORK_PER_ITEM: u64 = 200;
const WORK_PER_FIRST: u64 = 20_000;
/// Items that get more.
const FIRST: usize = 500;
/// Where annealing begins, as a part of what an item costs. A small fleet is searched once from each: what a hot start leaves, a cool one may find, and the
/// other way round.
const TEMPERATURES: [f64; 3] = [0.1, 0.5, 5.0];
/// A tiny fleet has few ways to live, so that each is soon met.
const WORK_PER_ASSIGNMENT: u64 = 100;

/// How far rounds listen to prices, in eighths.
const BLENDS: [i64; 6] = [0, 0, 0, 2, 4, 6];
/// What a round counts in which nothing could be tried: about as much as a small one.
const IDLE_ROUND: u64 = 100;

/// Told the cost of each better solution, and from time to time that the search goes on; true ends it.
pub type Stop<'a> = &'a mut dyn FnMut(i64) -> bool;

/// When the search may end before its budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// When every unit has a home.
    Complete,
    /// When the budget ends: the cheaper the better. Sooner where a complete solution costs no more than `enough`, a bound.
    Cheapest {
        /// What no solution costs less than.
        enough: i64,
    },
}

impl Goal {
    /// Whether a complete solution of this cost is good enough.
    const fn is_met(self, cost: i64) -> bool {
        match self {
            Self::Complete => true,
            Self::Cheapest { enough } => cost <= enough,
        }
    }
}

/// Units that share an instance: a near group, or one unit.
type Item = Vec<usize>;

/// What prices charge for each choice of each unit, in micro-units; empty where nobody asked them.
pub type Tolls = Vec<Vec<i64>>;

/// What a search listens to beside exact money.
#[derive(Debug, Clone, Default)]
pub struct Guide {
    /// What prices charge.
    pub tolls: Tolls,
    /// Where the search begins: a choice of each unit of the problem, as far as somebody has an idea. Empty where it begins from where units live today.
    pub start: Vec<Option<usize>>,
}

/// Finds a solution of the component. Units that found no home have none in it.
pub fn search(problem: &Problem, part: &Component, goal: Goal, guide: Guide, stop: Stop<'_>) -> Option<State> {
    let Guide { tolls, start: ideas } = guide;
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
        by_nodes: by_nodes(problem, &items),
        items,
        state: State::new(problem),
        closed: None,
        barred: None,
        tried: MOST_TRIED,
        tolls: if tolls.is_empty() { vec![Vec::new(); problem.units.len()] } else { tolls },
    };
    if ideas.is_empty() {
        search.begin();
    } else {
        search.begin_with(&ideas);
    }
    if goal != Goal::Complete {
        search.consolidate();
    }
    if stop(search.state.cost_of(problem, &part.places)) {
        return Some(search.state);
    }
    let mut least = i64::MAX;
    let mut stop = |cost: i64| {
        least = least.min(cost);
        stop(least)
    };
    let [first, others @ ..] = &TEMPERATURES;
    let others = if search.items.len() <= FIRST && ideas.is_empty() { &others[..] } else { &[] };
    let start = (!others.is_empty()).then(|| search.state.clone());
    let mut ended = search.improve(part, goal, *first, &mut stop);
    let Some(start) = start else { return Some(search.state) };
    let (mut known, mut best) = (search.standing(), search.state.clone());
    for hot in others {
        if ended {
            break;
        }
        search.state.clone_from(&start);
        ended = search.improve(part, goal, *hot, &mut stop);
        if search.standing() < known {
            (known, best) = (search.standing(), search.state.clone());
        }
    }
    Some(best)
}

fn items(problem: &Problem, part: &Component) -> Vec<Item> {
    let mut groups: BTreeMap<usize, Item> = BTreeMap::new();
    for unit in &part.units {
        groups.entry(problem.units[*unit].group).or_default().push(*unit);
    }
    groups.into_values().collect()
}

fn by_nodes(problem: &Problem, items: &[Item]) -> Vec<Vec<usize>> {
    let mut kinds: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        let price = problem.units[item[0]].choices.first().map_or(0, |choice| {
            let candidate = &problem.tables[problem.units[item[0]].signature][choice.candidate];
            let pools = candidate.distinct.iter().map(|pool| problem.places[candidate.place].pools[*pool].price);
            pools.max().unwrap_or(0)
        });
        kinds.entry(price).or_default().push(index);
    }
    kinds.into_values().collect()
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
    /// Items by the price of the nodes that their first choice needs.
    by_nodes: Vec<Vec<usize>>,
    /// The cluster that this round tries to do without.
    closed: Option<usize>,
    /// The cluster and the pool of it that this round tries to do without.
    barred: Option<(usize, usize)>,
    /// Clusters of one place that an item is tried in.
    tried: usize,
    tolls: Tolls,
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
            self.insert(item, Mood::EVEN);
        }
    }

    /// Everybody goes where somebody had the idea to put them, as far as there is room; the others come in by difficulty.
    fn begin_with(&mut self, ideas: &[Option<usize>]) {
        let mut order: Vec<usize> = (0..self.items.len()).collect();
        order.sort_by_cached_key(|item| self.difficulty(&self.items[*item]));
        for item in &order {
            self.place_as(*item, ideas);
        }
        for item in order {
            if self.is_homeless(item) {
                self.insert(item, Mood::EVEN);
            }
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

    /// What solutions are compared by.
    fn standing(&self) -> (u64, i64) {
        (self.broken(), self.state.cost())
    }

    /// Anneals from a temperature. True where the search was ended, or need not go on.
    fn improve(&mut self, part: &Component, goal: Goal, hot: f64, stop: Stop<'_>) -> bool {
        let problem = self.problem;
        let count = u64::try_from(self.items.len()).unwrap_or(u64::MAX);
        let budget = count.saturating_mul(WORK_PER_ITEM) + count.min(FIRST as u64) * WORK_PER_FIRST;
        let budget = self.work + budget.min(self.assignments().saturating_mul(WORK_PER_ASSIGNMENT));
        if self.items.len() < 2 {
            return true;
        }
        let begun = self.work;
        let elsewhere = self.state.cost() - self.state.cost_of(problem, &part.places);
        // The temperature begins where a usual step is, a part of what one item costs, and ends far below.
        let each = self.state.cost_of(problem, &part.places) / i64::try_from(self.items.len()).unwrap_or(1);
        let (hot, cold) = (to_f64(each) * hot + 1.0, to_f64(each) * 0.000_5 + 1.0);
        let mut best: Vec<_> = part.units.iter().map(|unit| self.state.home(*unit)).collect();
        let (mut best_broken, mut best_cost) = self.standing();
        let place_in: BTreeMap<usize, usize> = part.units.iter().enumerate().map(|(at, unit)| (*unit, at)).collect();
        let mut dirty: Vec<usize> = Vec::new();
        let (mut rounds, mut ended) = (0_u64, false);
        while self.work < budget {
            rounds += 1;
            ended |= best_broken == 0 && goal.is_met(best_cost - elsewhere);
            ended |= rounds.is_multiple_of(256) && stop(best_cost - elsewhere);
            if ended {
                break;
            }
            let done = to_f64(i64::try_from(self.work - begun).unwrap_or(i64::MAX))
                / to_f64(i64::try_from(budget - begun).unwrap_or(i64::MAX));
            let heat = hot * (cold / hot).powf(done);
            let (broken, cost) = self.standing();
            let before = self.work;
            let journal = self.round();
            // Where nothing could be tried, the round still counts: the search ends also where there is nothing to try.
            if self.work == before {
                self.work += IDLE_ROUND;
            }
            let (next_broken, next_cost) = self.standing();
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
                ended = stop(best_cost - elsewhere);
                if ended {
                    break;
                }
            }
        }
        dirty.sort_unstable();
        dirty.dedup();
        self.restore(dirty.into_iter().map(|unit| (unit, best[place_in[&unit]])).collect());
        ended
    }

    /// Ways to give every item a choice.
    fn assignments(&self) -> u64 {
        let choices = self.items.iter().flatten().map(|unit| self.problem.units[*unit].choices.len() as u64);
        choices.fold(1, u64::saturating_mul)
    }

    /// Takes a few homes away and gives new ones. What was there before.
    fn round(&mut self) -> Journal {
        let removed = self.ruin();
        self.recreate(removed)
    }

    /// Takes these homes away and gives new ones. What was there before.
    fn recreate(&mut self, mut removed: Vec<usize>) -> Journal {
        let journal = self.take_all(&removed);
        self.dice.shuffle(&mut removed);
        if self.dice.below(2) == 0 {
            removed.sort_by_cached_key(|item| self.difficulty(&self.items[*item]));
        }
        let mood = Mood { noise: 4, blend: BLENDS[self.dice.below(BLENDS.len())] };
        for item in removed {
            self.insert(item, mood);
        }
        (self.closed, self.barred) = (None, None);
        journal
    }

    /// Takes the homes of items away. What was there before.
    fn take_all(&mut self, items: &[usize]) -> Journal {
        let mut journal = Journal::new();
        for item in items {
            for unit in &self.items[*item] {
                journal.push((*unit, self.state.take(self.problem, *unit)));
            }
        }
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
}

fn to_f64(number: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "what is accepted may be a little more or less")]
    let float = number as f64;
    float
}
