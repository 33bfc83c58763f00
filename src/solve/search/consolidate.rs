//! Consolidation: pools that few share are emptied into others, the dearest nodes first, before any round is drawn.
//!
//! A random round finds such a pool rarely in a large fleet; asked in order, each is found once.

use std::cmp::Reverse;

use crate::solve::search::Search;
use crate::solve::search::insert::Mood;

/// Who shares a pool with more items is not moved as a whole.
const MOST_USERS: usize = 40;
/// Times that all pools are asked, while it pays.
const PASSES: usize = 4;

impl Search<'_> {
    /// Empties pools while that makes the solution cheaper.
    pub(super) fn consolidate(&mut self) {
        for _ in 0..PASSES {
            let before = self.state.cost();
            for (instance, pool) in self.small_pools() {
                self.empty(instance, pool);
            }
            if self.state.cost() >= before {
                break;
            }
        }
    }

    /// Pools that carry shared load: dear nodes first, and among alike ones those with fewer.
    fn small_pools(&self) -> Vec<(usize, usize)> {
        let mut pools = Vec::new();
        for (index, instance) in self.state.instances().iter().enumerate() {
            let place = &self.problem.places[instance.place];
            for (pool, numbers) in place.pools.iter().enumerate() {
                let nodes = numbers.nodes(&instance.shared[pool]);
                if nodes > 0 {
                    pools.push((Reverse(numbers.price), nodes, instance.shared[pool].each(), index, pool));
                }
            }
        }
        pools.sort_unstable();
        pools.into_iter().map(|(_, _, _, instance, pool)| (instance, pool)).collect()
    }

    /// Moves everybody who shares the pool elsewhere, if that pays.
    fn empty(&mut self, instance: usize, pool: usize) {
        let mut users = self.users(instance, pool);
        if users.len() > MOST_USERS {
            return;
        }
        users.sort_by_cached_key(|item| self.difficulty(&self.items[*item]));
        let (broken, cost) = (self.broken(), self.state.cost());
        let journal = self.take_all(&users);
        self.barred = Some((instance, pool));
        for item in users {
            self.insert(item, Mood::EXACT);
        }
        self.barred = None;
        if self.broken() > broken || self.state.cost() >= cost {
            self.restore(journal);
        }
    }
}
