//! Repair: a solution in which few units have changed gets them homes, and is searched around them alone.
//!
//! A solution that was kept and the items that have no home in it flow in; it flows out with homes for them, if there are any, and with every home that changed
//! on the way. Rounds only ever make it cheaper, so that nothing has to be kept beside it.

use std::collections::BTreeMap;

use crate::solve::dice::Dice;
use crate::solve::problem::Problem;
use crate::solve::search::insert::{MOST_TRIED, Mood};
use crate::solve::search::{Item, Search, Tolls};
use crate::solve::state::State;

/// Items of a round: few, because what one change unsettles is near it.
const MOST_WANTED: usize = 8;
/// Kinds of ruin, of those that [`Search::ruin_around`] knows: never one that draws from the whole fleet.
const KINDS: [usize; 8] = [2, 3, 4, 5, 6, 8, 9, 10];
/// Rounds in which nothing could be tried.
const MOST_IDLE: usize = 20;

/// A solution that is kept, with what a search needs to go on from it.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// The solution.
    pub state: State,
    /// What prices charge for each choice of each unit, in micro-units.
    pub tolls: Tolls,
    items: Vec<Item>,
    item_of: Vec<usize>,
}

impl Kept {
    /// Keeps a solution.
    #[must_use]
    pub fn new(problem: &Problem, state: State, tolls: Tolls) -> Self {
        let mut groups: BTreeMap<usize, Item> = BTreeMap::new();
        for (unit, model) in problem.units.iter().enumerate() {
            groups.entry(model.group).or_default().push(unit);
        }
        let mut item_of = vec![usize::MAX; problem.units.len()];
        let items: Vec<Item> = groups.into_values().collect();
        for (index, item) in items.iter().enumerate() {
            item.iter().for_each(|unit| item_of[*unit] = index);
        }
        Self { state, tolls, items, item_of }
    }

    /// Units that share a home with this one, itself among them.
    #[must_use]
    pub fn together(&self, unit: usize) -> &[usize] {
        &self.items[self.item_of[unit]]
    }

    /// One more unit is there, alone and without a home.
    pub fn grow(&mut self, unit: usize) {
        self.state.grow();
        self.tolls.push(Vec::new());
        self.item_of.push(self.items.len());
        self.items.push(vec![unit]);
    }
}

/// Gives units without a home one and searches around them and around `near`, clusters that changed: until so many prices were asked. Everybody whose home
/// was touched, with the one before. `absent` units have no home and need none.
pub fn repair(
    problem: &Problem,
    kept: &mut Kept,
    (units, near): (&[usize], &[usize]),
    absent: usize,
    work: u64,
) -> BTreeMap<usize, Option<(usize, usize)>> {
    let Kept { state, tolls, items, item_of } = std::mem::take(kept);
    let mut search = Search {
        problem,
        dice: Dice::new(0x9E37_79B9_7F4A_7C15),
        work: 0,
        others: absent,
        items,
        item_of,
        state,
        by_nodes: Vec::new(),
        closed: None,
        barred: None,
        tried: usize::MAX,
        tolls,
    };
    let mut touched: BTreeMap<usize, Option<(usize, usize)>> = units.iter().map(|unit| (*unit, None)).collect();
    let mut changed: Vec<usize> = units.iter().map(|unit| search.item_of[*unit]).collect();
    changed.sort_by_cached_key(|item| search.difficulty(&search.items[*item]));
    changed.dedup();
    for item in &changed {
        search.insert(*item, Mood::EXACT);
    }
    search.tried = MOST_TRIED;
    let (mut idle, begun) = (0, search.work);
    while search.work - begun < work && idle < MOST_IDLE {
        let (standing, asked) = (search.standing(), search.work);
        let Some(seed) = search.near(&changed, near) else { break };
        let kind = KINDS[search.dice.below(KINDS.len())];
        let wanted = 2 + search.dice.below(MOST_WANTED - 1);
        let homeless = changed.iter().copied().filter(|item| search.is_homeless(*item)).collect();
        let removed = search.ruin_around(seed, kind, wanted, homeless);
        let journal = search.recreate(removed);
        idle += usize::from(search.work == asked);
        if search.standing() > standing {
            search.restore(journal);
            continue;
        }
        for (unit, home) in journal {
            touched.entry(unit).or_insert(home);
        }
    }
    let Search { state, tolls, items, item_of, .. } = search;
    *kept = Kept { state, tolls, items, item_of };
    touched
}

impl Search<'_> {
    /// One of the items that changed, or a neighbour of theirs, or one in a cluster that changed.
    fn near(&mut self, changed: &[usize], clusters: &[usize]) -> Option<usize> {
        let homes = changed.iter().filter_map(|item| self.state.home(self.items[*item][0]));
        let mut clusters: Vec<usize> = clusters.iter().copied().chain(homes.map(|(instance, _)| instance)).collect();
        clusters.retain(|instance| !self.state.instances()[*instance].members.is_empty());
        if clusters.is_empty() {
            return None;
        }
        let housed: Vec<usize> = changed.iter().copied().filter(|item| !self.is_homeless(*item)).collect();
        if !housed.is_empty() && self.dice.below(3) == 0 {
            return Some(housed[self.dice.below(housed.len())]);
        }
        let instance = clusters[self.dice.below(clusters.len())];
        let members = &self.state.instances()[instance].members;
        let at = self.dice.below(members.len());
        Some(self.item_of[members[at].0])
    }
}
