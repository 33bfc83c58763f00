//! Doors in the order and the groups in which reports tell them.

use crate::planner::{Door, DoorState, Reason};
use crate::vocab::diagnostic::Span;
use crate::vocab::money::Money;

/// How many doors are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doors {
    /// Closed doors of one form with the same reasons once.
    Folded,
    /// Each by itself.
    All,
}

/// Doors that are told together, the first one in full: by form, and within a form home first, then open ones by price, then
/// closed ones.
#[must_use]
pub fn groups(all: &[Door], doors: Doors) -> Vec<Vec<&Door>> {
    let mut groups: Vec<Vec<&Door>> = Vec::new();
    for door in all {
        let like = |group: &&mut Vec<&Door>| doors == Doors::Folded && are_alike(group[0], door);
        match groups.iter_mut().find(like) {
            Some(group) => group.push(door),
            None => groups.push(vec![door]),
        }
    }
    groups.sort_by_key(|group| {
        let state = match &group[0].state {
            DoorState::Home => (0, Money::ZERO),
            DoorState::Open { monthly } => (1, *monthly),
            DoorState::Closed { .. } => (2, Money::ZERO),
        };
        (group[0].form, state)
    });
    groups
}

/// True for two closed doors of one form that the same rules close for the same lines: only the hosts' figures differ.
fn are_alike(one: &Door, other: &Door) -> bool {
    let key = |reasons: &[Reason]| -> Vec<(&'static str, Option<Span>)> {
        reasons.iter().map(|reason| (reason.rule, reason.span)).collect()
    };
    match (&one.state, &other.state) {
        (DoorState::Closed { reasons: one_by }, DoorState::Closed { reasons: other_by }) => {
            one.form == other.form && key(one_by) == key(other_by)
        }
        (DoorState::Home | DoorState::Open { .. } | DoorState::Closed { .. }, _) => false,
    }
}

/// `eu-shared-1 (1.35)`, `new eks-eu (1.36)`.
#[must_use]
pub fn host(door: &Door) -> String {
    format!("{}{} ({})", if door.is_class { "new " } else { "" }, door.host, door.kubernetes)
}
