//! Where nothing ties the fleet together, it falls into components that are solved one by one.
//!
//! Two units are tied where both could live in one place, where their classes have one limit, or where they are near.
//! A limit on moves ties everybody.

use std::collections::BTreeMap;

use petgraph::unionfind::UnionFind;

use crate::solve::problem::Problem;

/// Units that something ties together, and the places they could live in.
#[derive(Debug, Clone)]
pub struct Component {
    /// Units, ascending.
    pub units: Vec<usize>,
    /// Places that any of them could live in, ascending.
    pub places: Vec<usize>,
}

impl Component {
    /// The component of these units.
    #[must_use]
    pub fn new(problem: &Problem, units: &[usize]) -> Self {
        let mut places: Vec<usize> = units.iter().flat_map(|unit| places_of(problem, *unit)).collect();
        places.sort_unstable();
        places.dedup();
        Self { units: units.to_vec(), places }
    }
}

/// The places of a unit's choices, ascending, each once.
#[must_use]
pub fn places_of(problem: &Problem, unit: usize) -> Vec<usize> {
    let model = &problem.units[unit];
    let table = &problem.tables[model.signature];
    let mut places: Vec<usize> = model.choices.iter().map(|choice| table[choice.candidate].place).collect();
    places.dedup();
    places
}

/// The units of each component, by their first unit.
#[must_use]
pub fn components(problem: &Problem) -> Vec<Vec<usize>> {
    let (units, places) = (problem.units.len(), problem.places.len());
    let mut tied = UnionFind::new(units + places + problem.classes.len());
    for (index, place) in problem.places.iter().enumerate() {
        if let Some(class) = place.class() {
            tied.union(units + index, units + places + class);
        }
    }
    for (index, unit) in problem.units.iter().enumerate() {
        tied.union(index, unit.group);
        for place in places_of(problem, index) {
            tied.union(index, units + place);
        }
        if problem.max_moves.is_some() {
            tied.union(index, 0);
        }
    }
    let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut first = BTreeMap::new();
    for index in 0..units {
        let key = *first.entry(tied.find(index)).or_insert(index);
        parts.entry(key).or_default().push(index);
    }
    parts.into_values().collect()
}
