//! Recreate: an item goes where it is cheapest, asked in exact money, in prices, or in a blend of both.
//!
//! Exact money is short-sighted: a load that fits into what is left of a node costs nothing, the next one a whole node. Prices say what a load costs
//! in the long run, so that memory goes where CPU is plenty. Rounds draw how far they listen to which.

use std::ops::Range;

use crate::solve::search::{Item, Search};
use crate::vocab::tier::Tenancy;

/// Clusters of one place that an item is tried in, where there are many: half of them such that carry load on the pool already.
pub(super) const MOST_TRIED: usize = 12;

/// How a round judges homes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mood {
    /// Up to so many percent are added at random.
    pub(super) noise: usize,
    /// The share of prices in the judgement, in eighths.
    pub(super) blend: i64,
}

impl Mood {
    /// Exact money.
    pub(super) const EXACT: Self = Self { noise: 0, blend: 0 };
    /// Half prices, half money.
    pub(super) const EVEN: Self = Self { noise: 0, blend: 4 };
}

/// Where an item could go: a cluster that there is, or a copy that would be opened; and the first unit's choices there.
#[derive(Debug, Clone)]
struct Target {
    place: usize,
    instance: Option<usize>,
    choices: Range<usize>,
}

impl Search<'_> {
    /// Items with few places and much load come first.
    pub(super) fn difficulty(&self, item: &Item) -> (usize, std::cmp::Reverse<u64>, usize) {
        let units = &self.problem.units;
        let places = item.iter().map(|unit| units[*unit].choices.len()).min().unwrap_or(0);
        let load = |unit: &usize| {
            units[*unit].loads.iter().map(|load| load.cpu + load.memory / 4 + load.gpu * 16_000).sum::<u64>()
        };
        (places.min(8), std::cmp::Reverse(item.iter().map(load).sum()), item.first().copied().unwrap_or(0))
    }

    /// Puts all units of the item where it is cheapest.
    pub(super) fn insert(&mut self, item: usize, mood: Mood) {
        let units = std::mem::take(&mut self.items[item]);
        let mut best: Option<(i64, Vec<usize>, Target)> = None;
        for target in self.targets(&units) {
            let Some((price, choices)) = self.try_target(&units, &target, mood) else { continue };
            let shake = if mood.noise == 0 { 0 } else { i64::try_from(self.dice.below(mood.noise + 1)).unwrap_or(0) };
            let price = price.saturating_add(price.abs() / 100 * shake);
            if best.as_ref().is_none_or(|(known, _, _)| price < *known) {
                best = Some((price, choices, target));
            }
        }
        if let Some((_, choices, target)) = best {
            let instance = target.instance.unwrap_or_else(|| self.state.open(self.problem, target.place));
            for (unit, choice) in units.iter().zip(choices) {
                self.state.put(self.problem, *unit, choice, instance);
            }
        }
        self.items[item] = units;
    }

    /// Puts all units of the item in their choices of `ideas`, in the cluster where that is cheapest; leaves them where they are not all for one place.
    pub(super) fn place_as(&mut self, item: usize, ideas: &[Option<usize>]) {
        let problem = self.problem;
        let units = self.items[item].clone();
        let Some(choices) = units.iter().map(|unit| ideas[*unit]).collect::<Option<Vec<usize>>>() else { return };
        let mut places = units.iter().zip(&choices).map(|(unit, choice)| problem.candidate(*unit, *choice).place);
        let Some(place) = places.next().filter(|place| places.all(|other| other == *place)) else { return };
        let (first, rest) = (units[0], &units[1..]);
        let here = self.state.of_place(place).iter().map(|index| Some(*index));
        let mut targets: Vec<(i64, Option<usize>)> = here
            .filter_map(|index| Some((self.state.price(problem, first, choices[0], index?)?, index)))
            .chain(self.state.price_of_opening(problem, first, choices[0]).map(|price| (price, None)))
            .collect();
        targets.sort_unstable();
        for (_, index) in targets {
            let index = index.unwrap_or_else(|| self.state.open(problem, place));
            self.state.put(problem, first, choices[0], index);
            let fits = rest.iter().zip(&choices[1..]).all(|(unit, choice)| {
                let fits = self.state.price(problem, *unit, *choice, index).is_some();
                if fits {
                    self.state.put(problem, *unit, *choice, index);
                }
                fits
            });
            if fits {
                return;
            }
            for unit in &units {
                self.state.take(problem, *unit);
            }
        }
    }

    /// Clusters in which the item's first unit could live, some of many, and places that can be opened for it.
    fn targets(&mut self, item: &Item) -> Vec<Target> {
        let problem = self.problem;
        let today = self.lives(item);
        let mut targets = Vec::new();
        let (table, all) = (&problem.tables[problem.units[item[0]].signature], &problem.units[item[0]].choices);
        let mut first = 0;
        while first < all.len() {
            let place = table[all[first].candidate].place;
            let end = (first..all.len()).find(|at| table[all[*at].candidate].place != place).unwrap_or(all.len());
            let choices = first..end;
            first = end;
            let class = problem.places[place].is_class();
            let here = self.state.of_place(place).len();
            let push = |targets: &mut Vec<Target>, this: &Self, index: usize| {
                let empty = this.state.instances()[index].members.is_empty();
                if Some(index) != this.closed && !(class && empty) {
                    targets.push(Target { place, instance: Some(index), choices: choices.clone() });
                }
            };
            if here <= self.tried {
                for at in 0..here {
                    push(&mut targets, self, self.state.of_place(place)[at]);
                }
            } else {
                if let Some(index) = today.filter(|index| self.state.instances()[*index].place == place) {
                    push(&mut targets, self, index);
                }
                let pool = choices.clone().find_map(|at| table[all[at].candidate].shared_pool());
                let busy = pool.map_or(0, |pool| self.state.busy(place, pool).len());
                let tried = if busy == 0 { 0 } else { self.tried / 2 };
                for _ in 0..tried {
                    let at = self.dice.below(busy);
                    push(&mut targets, self, self.state.busy(place, pool.unwrap_or(0))[at]);
                }
                let stride = here.div_ceil(self.tried - tried).max(1);
                for at in (self.dice.below(stride)..here).step_by(stride) {
                    push(&mut targets, self, self.state.of_place(place)[at]);
                }
            }
            if class && self.state.may_open(problem, place) {
                targets.push(Target { place, instance: None, choices });
            }
        }
        targets
    }

    /// What the item costs there as the mood judges it, and a choice for each unit. Leaves the state as it was.
    fn try_target(&mut self, item: &Item, target: &Target, mood: Mood) -> Option<(i64, Vec<usize>)> {
        let problem = self.problem;
        let place = target.place;
        let mut opened = target.instance;
        let (mut total, mut chosen) = (0, Vec::with_capacity(item.len()));
        let mut whole = true;
        for (position, unit) in item.iter().enumerate() {
            let mut best: Option<(i64, usize)> = None;
            let choices = if position == 0 { target.choices.clone() } else { 0..problem.units[*unit].choices.len() };
            for index in choices {
                if problem.candidate(*unit, index).place != place || self.is_barred(*unit, index, opened) {
                    continue;
                }
                self.work += 1;
                let price = match opened {
                    Some(instance) => self.state.price(problem, *unit, index, instance),
                    None => self.state.price_of_opening(problem, *unit, index),
                };
                let judged = price.map(|price| self.judge(*unit, index, opened, price, mood));
                if let Some(price) = judged.filter(|price| best.is_none_or(|(known, _)| *price < known)) {
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

    /// Whether the round does without the pool that the choice would load.
    fn is_barred(&self, unit: usize, choice: usize, instance: Option<usize>) -> bool {
        self.barred.is_some_and(|(barred, pool)| {
            let candidate = self.problem.candidate(unit, choice);
            Some(barred) == instance && candidate.shares(pool)
        })
    }

    /// Money and prices as the mood blends them.
    fn judge(&self, unit: usize, choice: usize, instance: Option<usize>, price: i64, mood: Mood) -> i64 {
        let problem = self.problem;
        let tolls = &self.tolls[unit];
        let candidate = problem.candidate(unit, choice);
        if mood.blend == 0 || tolls.is_empty() || problem.places[candidate.place].tenancy == Tenancy::Dedicated {
            return price;
        }
        let host = instance.and_then(|instance| self.state.instances()[instance].host);
        let moving = if problem.moves(unit, candidate.form, host) { problem.moving } else { 0 };
        let own = problem.units[unit].choices[choice].own + moving;
        own + ((price - own) * (8 - mood.blend) + tolls[choice] * mood.blend) / 8
    }
}
