//! Doors in the order and the groups in which reports tell them, and what the rules that closed them say.

use std::collections::{BTreeMap, BTreeSet};

use crate::planner::{Door, DoorState, Reason, UnitExplanation};
use crate::vocab::diagnostic::Span;
use crate::vocab::money::Money;
use crate::vocab::tier::Form;

/// How doors are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doors {
    /// Closed doors of one form with the same rules together, and what the rules say once, at the end.
    Folded,
    /// Each by itself, with its own reasons.
    All,
}

/// Doors that are told together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<'a> {
    /// Their form.
    pub form: Form,
    /// What they have in common.
    pub state: GroupState,
    /// Never empty; one where they are not closed.
    pub doors: Vec<&'a Door>,
}

/// What the doors of a group have in common. Ordered as told: home, open ones by price, closed ones by the number of rules.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupState {
    /// The tenant lives here.
    Home,
    /// It could, for this money a month.
    Open(Money),
    /// It cannot: how many rules close them, and which.
    Closed(usize, Vec<&'static str>),
}

/// Doors in groups: by form, from least to most isolated, and as [`GroupState`] orders within a form.
#[must_use]
pub fn groups(doors: &[Door]) -> Vec<Group<'_>> {
    let mut groups: BTreeMap<(Form, GroupState), Vec<&Door>> = BTreeMap::new();
    for door in doors {
        groups.entry((door.form, state(door))).or_default().push(door);
    }
    groups.into_iter().map(|((form, state), doors)| Group { form, state, doors }).collect()
}

fn state(door: &Door) -> GroupState {
    match &door.state {
        DoorState::Home => GroupState::Home,
        DoorState::Open { monthly } => GroupState::Open(*monthly),
        DoorState::Closed { reasons } => {
            let rules: BTreeSet<&'static str> = reasons.iter().map(|reason| reason.rule).collect();
            GroupState::Closed(rules.len(), rules.into_iter().collect())
        }
    }
}

/// What one rule says of the doors that it closes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSays<'a> {
    /// The rule.
    pub rule: &'static str,
    /// How many doors it closes, alone or with others.
    pub closes: usize,
    /// Its sentences, in the order in which the doors come. Of those that differ by names and figures alone, the first one.
    pub sentences: Vec<(&'a str, Option<Span>)>,
    /// How to satisfy it.
    pub help: &'a str,
}

/// Every rule that closes a door, by name, with its sentences.
#[must_use]
pub fn what_rules_say(doors: &[Door]) -> Vec<RuleSays<'_>> {
    let mut rules: BTreeMap<&'static str, RuleSays<'_>> = BTreeMap::new();
    for door in doors {
        let DoorState::Closed { reasons } = &door.state else { continue };
        for Reason { rule, text, span, help } in reasons {
            let says = rules.entry(rule).or_insert(RuleSays { rule, closes: 0, sentences: Vec::new(), help });
            if !says.sentences.iter().any(|(known, at)| at == span && shape(known) == shape(text)) {
                says.sentences.push((text, *span));
            }
        }
        let named: BTreeSet<&'static str> = reasons.iter().map(|reason| reason.rule).collect();
        for rule in named {
            rules.get_mut(rule).expect("just entered").closes += 1;
        }
    }
    rules.into_values().collect()
}

/// A sentence without its names and figures: what stands in backticks, digits, and whether a cluster or a class is meant.
fn shape(sentence: &str) -> String {
    let plain: String = sentence.split('`').step_by(2).flat_map(str::chars).filter(|c| !c.is_ascii_digit()).collect();
    plain.replace("class", "cluster")
}

/// Where a door leads: `eu-shared-1 (1.35)`, `new eks-eu (1.36)`; for the home its cluster's own name.
#[must_use]
pub fn host(door: &Door, unit: &UnitExplanation) -> String {
    let (new, name) = match &door.state {
        DoorState::Home => ("", unit.home.cluster.as_str()),
        DoorState::Open { .. } | DoorState::Closed { .. } => {
            (if door.is_class { "new " } else { "" }, door.host.as_str())
        }
    };
    format!("{new}{name} ({})", door.kubernetes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn sentences_that_differ_by_names_and_figures_alone_are_told_once() {
        let explanation = sample::explanation();
        let says = what_rules_say(&explanation.units[0].doors);
        let disruption = says.iter().find(|says| says.rule == "disruption").unwrap();
        assert_eq!((disruption.closes, disruption.sentences.len()), (2, 1));
        assert_ne!(shape("pool `a` is windows"), shape("pool `a` is full"));
    }

    #[test]
    fn home_comes_first_and_the_door_that_is_nearest_to_open_before_the_others() {
        let explanation = sample::explanation();
        let states: Vec<GroupState> =
            groups(&explanation.units[0].doors).into_iter().map(|group| group.state).collect();
        assert_eq!(
            states,
            [
                GroupState::Closed(1, vec!["residency"]),
                GroupState::Closed(2, vec!["disruption", "trust"]),
                GroupState::Home,
                GroupState::Open(Money(2_400_000_000)),
            ]
        );
    }
}
