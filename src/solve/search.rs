//! Finds a good solution: price by price, then by ruin and recreate. Budgeted in work, not in seconds; seeded; no threads.
//!
//! Schrimpf et al., "Record breaking optimization results using the ruin and recreate principle" (2000), with the record-to-record acceptance of Dueck (1993).

use std::collections::BTreeMap;

use crate::solve::components::Component;
use crate::solve::problem::{PlaceKind, Problem};
use crate::solve::state::State;

/// Prices that are asked in one search: the work budget. About a second of one core.
const BUDGET: u64 = 3_000_000;

/// Told the cost of each better solution; true ends the search.
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
    let mut search = Search { problem, work: 0, random: 0x9E37_79B9_7F4A_7C15 };
    let mut best = State::new(problem);
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|item| search.difficulty(&items[*item]));
    for item in &order {
        search.insert(&mut best, &items[*item], 0);
    }
    let mut best_score = score(problem, part, &best);
    let mut current = best.clone();
    let mut current_score = best_score;
    if stop(best_score.1) {
        return Some(best);
    }
    let budget = BUDGET.min(u64::try_from(items.len()).unwrap_or(u64::MAX).saturating_mul(10_000));
    let mut round = 0_u64;
    while search.work < budget && items.len() > 1 {
        if goal == Goal::Complete && best_score.0 == 0 {
            break;
        }
        round += 1;
        let mut next = current.clone();
        let mut removed = search.ruin(&mut next, &items);
        search.shuffle(&mut removed);
        if round.is_multiple_of(2) {
            removed.sort_by_key(|item| search.difficulty(&items[*item]));
        }
        for item in &removed {
            search.insert(&mut next, &items[*item], 5);
        }
        let next_score = score(problem, part, &next);
        // Record to record: a little worse than the best is a step on the way, less and less so as the budget ends.
        let left = i128::from(budget - search.work.min(budget));
        let slack = i64::try_from(i128::from(best_score.1) / 200 * left / i128::from(budget)).unwrap_or(0);
        if next_score.0 < best_score.0 || (next_score.0 == best_score.0 && next_score.1 < best_score.1) {
            best = next.clone();
            best_score = next_score;
            if stop(best_score.1) {
                break;
            }
        } else if round.is_multiple_of(512) && stop(best_score.1) {
            break;
        }
        if next_score.0 <= best_score.0 && next_score.1 <= best_score.1.saturating_add(slack) {
            current = next;
            current_score = next_score;
        } else if current_score.1 > best_score.1.saturating_add(slack) || current_score.0 > best_score.0 {
            current = best.clone();
            current_score = best_score;
        }
    }
    Some(best)
}

/// Units without a home (and moves beyond the limit), then money.
fn score(problem: &Problem, part: &Component, state: &State) -> (u64, i64) {
    let homeless = part.units.iter().filter(|unit| state.home(**unit).is_none()).count();
    let beyond = problem.max_moves.map_or(0, |most| state.moves(problem).saturating_sub(most));
    (u64::try_from(homeless).unwrap_or(u64::MAX) + beyond, state.cost_of(problem, &part.places))
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
    work: u64,
    random: u64,
}

impl Search<'_> {
    /// xorshift64*: small, seeded, the same on every machine.
    fn next(&mut self) -> u64 {
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        self.random.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or(0) % end.max(1)
    }

    fn shuffle(&mut self, list: &mut [usize]) {
        for at in (1..list.len()).rev() {
            let other = self.below(at + 1);
            list.swap(at, other);
        }
    }

    /// Items with few places and much load come first.
    fn difficulty(&self, item: &Item) -> (usize, std::cmp::Reverse<u64>, usize) {
        let units = &self.problem.units;
        let places = item
            .iter()
            .map(|unit| {
                let mut places: Vec<usize> = units[*unit].choices.iter().map(|choice| choice.place).collect();
                places.dedup();
                places.len()
            })
            .min()
            .unwrap_or(0);
        let load: u64 = item
            .iter()
            .filter_map(|unit| units[*unit].choices.first())
            .map(|choice| {
                let shared: u64 = choice.shared.iter().map(|(_, load)| load.cpu + load.memory / 4).sum();
                shared + choice.dedicated.iter().chain(&choice.private).map(|(_, nodes)| nodes * 16_000).sum::<u64>()
            })
            .sum();
        (places, std::cmp::Reverse(load), item.first().copied().unwrap_or(0))
    }

    /// Puts all units of the item where it is cheapest. With `noise`, up to so many percent beside that.
    fn insert(&mut self, state: &mut State, item: &Item, noise: u64) {
        let mut best: Option<(i64, Vec<usize>, Target)> = None;
        for target in self.targets(state, item) {
            let Some((price, choices)) = self.try_target(state, item, target) else { continue };
            let shake = if noise == 0 { 0 } else { i64::try_from(self.next() % (noise + 1)).unwrap_or(0) };
            let price = price.saturating_add(price.abs() / 100 * shake);
            if best.as_ref().is_none_or(|(known, _, _)| price < *known) {
                best = Some((price, choices, target));
            }
        }
        if let Some((_, choices, target)) = best {
            let instance = match target {
                Target::Instance(instance) => instance,
                Target::Open(place) => state.open(self.problem, place),
            };
            for (unit, choice) in item.iter().zip(choices) {
                state.put(self.problem, *unit, choice, instance);
            }
        }
    }

    /// Instances in which the item's first unit could live, and places that can be opened for it.
    fn targets(&self, state: &State, item: &Item) -> Vec<Target> {
        let choices = &self.problem.units[item[0]].choices;
        let mut places: Vec<usize> = choices.iter().map(|choice| choice.place).collect();
        places.dedup();
        let mut targets: Vec<Target> = state
            .instances()
            .iter()
            .enumerate()
            .filter(|(_, instance)| places.contains(&instance.place))
            .filter(|(_, instance)| {
                !instance.members.is_empty() || !matches!(self.problem.places[instance.place].kind, PlaceKind::Class(_))
            })
            .map(|(index, _)| Target::Instance(index))
            .collect();
        targets.extend(
            places
                .into_iter()
                .filter(|place| match self.problem.places[*place].kind {
                    PlaceKind::Class(class) => state.copies(self.problem, class) < self.problem.classes[class].limit,
                    PlaceKind::Cluster | PlaceKind::Copy(_) => false,
                })
                .map(Target::Open),
        );
        targets
    }

    /// The price of the item there, and a choice for each unit. Leaves the state as it was.
    fn try_target(&mut self, state: &mut State, item: &Item, target: Target) -> Option<(i64, Vec<usize>)> {
        let (place, instance) = match target {
            Target::Instance(instance) => (state.instances()[instance].place, Some(instance)),
            Target::Open(place) => (place, None),
        };
        if let (PlaceKind::Copy(class), Some(index)) = (self.problem.places[place].kind, instance) {
            // An empty copy that is taken up again counts against its class.
            let closed = state.instances()[index].members.is_empty();
            if closed && state.copies(self.problem, class) >= self.problem.classes[class].limit {
                return None;
            }
        }
        let (mut total, mut chosen, mut opened) = (0, Vec::with_capacity(item.len()), instance);
        for unit in item {
            let mut best: Option<(i64, usize)> = None;
            for (index, choice) in self.problem.units[*unit].choices.iter().enumerate() {
                if choice.place != place {
                    continue;
                }
                self.work += 1;
                let price = match opened {
                    Some(instance) => state.price(self.problem, *unit, index, instance),
                    None => state.price_of_opening(self.problem, *unit, index),
                };
                if let Some(price) = price.filter(|price| best.is_none_or(|(known, _)| *price < known)) {
                    best = Some((price, index));
                }
            }
            let Some((price, index)) = best else {
                for unit in &item[..chosen.len()] {
                    if item.len() > 1 {
                        state.take(self.problem, *unit);
                    }
                }
                return None;
            };
            total += price;
            chosen.push(index);
            if item.len() > 1 {
                let at = *opened.get_or_insert_with(|| state.open(self.problem, place));
                state.put(self.problem, *unit, index, at);
            }
        }
        if item.len() > 1 {
            for unit in item {
                state.take(self.problem, *unit);
            }
        }
        Some((total, chosen))
    }

    /// Takes homes away: of one whole cluster, of a few, or of the neighbours of one. The items that lost theirs, and those that had none.
    fn ruin(&mut self, state: &mut State, items: &[Item]) -> Vec<usize> {
        let mut removed: Vec<usize> = (0..items.len()).filter(|item| state.home(items[*item][0]).is_none()).collect();
        let most = (items.len() / 3).clamp(2, 40);
        let wanted = 2 + self.below(most);
        let seed = self.below(items.len());
        let home = state.home(items[seed][0]).map(|(instance, _)| instance);
        let whole = self.below(4) == 0;
        let mut order: Vec<usize> = (0..items.len()).collect();
        self.shuffle(&mut order);
        if let Some(home) = home {
            // Members of the seed's cluster first, then others at random.
            order.sort_by_key(|item| state.home(items[*item][0]).map(|(instance, _)| instance) != Some(home));
            if whole {
                let members =
                    order.iter().take_while(|item| state.home(items[**item][0]).map(|(at, _)| at) == Some(home));
                let members = members.count().min(60);
                order.truncate(members.max(wanted));
            } else {
                let share = wanted.div_ceil(2);
                let tail: Vec<usize> = order.iter().rev().take(wanted - share).copied().collect();
                order.truncate(share);
                order.extend(tail);
            }
        } else {
            order.truncate(wanted);
        }
        order.sort_unstable();
        order.dedup();
        for item in order {
            if state.home(items[item][0]).is_some() {
                for unit in &items[item] {
                    state.take(self.problem, *unit);
                }
                removed.push(item);
            }
        }
        removed
    }
}

/// Where an item could go.
#[derive(Debug, Clone, Copy)]
enum Target {
    Instance(usize),
    Open(usize),
}
