//! Ruin: who loses their home in a round.
//!
//! A few of one cluster and of others; a whole cluster, which the round may do without; or those who share the nodes of one pool, because a dear node
//! is only saved when its last tenant leaves.

use crate::solve::search::Search;

/// The largest cluster that is emptied in one round.
const MOST_EMPTIED: usize = 80;

impl Search<'_> {
    /// Items that lose their homes. Those that have none are always among them.
    pub(super) fn ruin(&mut self) -> Vec<usize> {
        let mut removed: Vec<usize> = Vec::new();
        if self.state.homeless() > self.others {
            removed.extend((0..self.items.len()).filter(|item| self.is_homeless(*item)).take(40));
        }
        let most = (self.items.len() / 3).clamp(2, 24);
        let wanted = 2 + self.dice.below(most);
        let kind = self.dice.below(12);
        let seed = self.seed(kind >= 8);
        self.ruin_around(seed, kind, wanted, removed)
    }

    /// More items that lose their homes, around one: about `wanted` of them, in one of twelve kinds.
    pub(super) fn ruin_around(
        &mut self,
        seed: usize,
        kind: usize,
        wanted: usize,
        mut removed: Vec<usize>,
    ) -> Vec<usize> {
        let Some((home, choice)) = self.state.home(self.items[seed][0]) else { return removed };
        removed.push(seed);
        if kind < 2 {
            let members = self.members(home);
            if members.len() <= MOST_EMPTIED {
                // Do without this cluster, or fill it anew.
                self.closed = (kind == 0).then_some(home);
                removed.extend(members);
            } else {
                removed.extend(self.some(members, wanted));
            }
        } else if kind < 8 {
            let members = self.members(home);
            let share = if kind < 5 { wanted } else { wanted.div_ceil(2) };
            removed.extend(self.some(members, share));
            if kind >= 4
                && let Some(other) = self.related(seed)
            {
                let members = self.members(other);
                removed.extend(self.some(members, wanted.div_ceil(2)));
            }
            if kind == 7 {
                for _ in 0..wanted.div_ceil(2) {
                    removed.push(self.dice.below(self.items.len()));
                }
            }
        } else {
            self.drain(seed, home, choice, wanted, kind, &mut removed);
        }
        removed.sort_unstable();
        removed.dedup();
        removed
    }

    /// Any item; or one of any kind of nodes, so that the few who need dear ones come as often as the many.
    fn seed(&mut self, by_nodes: bool) -> usize {
        if !by_nodes {
            return self.dice.below(self.items.len());
        }
        let kind = self.dice.below(self.by_nodes.len());
        let at = self.dice.below(self.by_nodes[kind].len());
        self.by_nodes[kind][at]
    }

    /// Takes those who share the seed's pool: all of them, and the pool is barred; or some, and some of a pool elsewhere.
    fn drain(&mut self, seed: usize, home: usize, choice: usize, wanted: usize, kind: usize, removed: &mut Vec<usize>) {
        let candidate = self.problem.candidate(self.items[seed][0], choice);
        let Some(pool) = candidate.shared_pool() else {
            let members = self.members(home);
            removed.extend(self.some(members, wanted.div_ceil(2)));
            return;
        };
        let users = self.users(home, pool);
        let all = users.len() <= MOST_EMPTIED / 2;
        if all && kind < 10 {
            self.barred = Some((home, pool));
            removed.extend(users);
        } else {
            removed.extend(self.some(users, wanted.max(8)));
        }
        if kind != 8
            && let Some((other, pool)) = self.related_pool(seed)
        {
            let users = self.users(other, pool);
            removed.extend(self.some(users, wanted.max(8)));
        }
    }

    /// A cluster in which the item could live.
    fn related(&mut self, item: usize) -> Option<usize> {
        let unit = self.items[item][0];
        let choice = self.dice.below(self.problem.units[unit].choices.len());
        let here = self.state.of_place(self.problem.candidate(unit, choice).place);
        (!here.is_empty()).then(|| here[self.dice.below(here.len())])
    }

    /// A cluster in which the item could share a pool that others share already.
    fn related_pool(&mut self, item: usize) -> Option<(usize, usize)> {
        let unit = self.items[item][0];
        let choices = self.problem.units[unit].choices.len();
        for _ in 0..4 {
            let choice = self.dice.below(choices);
            let candidate = self.problem.candidate(unit, choice);
            let Some(pool) = candidate.shared_pool() else { continue };
            let busy = self.state.busy(candidate.place, pool);
            if !busy.is_empty() {
                return Some((busy[self.dice.below(busy.len())], pool));
            }
        }
        None
    }

    pub(super) fn members(&self, instance: usize) -> Vec<usize> {
        self.items_of(instance, |_, _| true)
    }

    /// Items that share the nodes of a pool.
    pub(super) fn users(&self, instance: usize, pool: usize) -> Vec<usize> {
        self.items_of(instance, |unit, choice| self.problem.candidate(unit, choice).shares(pool))
    }

    fn items_of(&self, instance: usize, wanted: impl Fn(usize, usize) -> bool) -> Vec<usize> {
        let members = self.state.instances()[instance].members.iter();
        let mut items: Vec<usize> =
            members.filter(|(unit, choice)| wanted(*unit, *choice)).map(|(unit, _)| self.item_of[*unit]).collect();
        items.sort_unstable();
        items.dedup();
        items
    }

    fn some(&mut self, mut list: Vec<usize>, count: usize) -> Vec<usize> {
        self.dice.shuffle(&mut list);
        list.truncate(count);
        list
    }
}
