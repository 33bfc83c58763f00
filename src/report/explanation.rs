//! A tenant's decision in words: its home, every door, the next best home, what would flip it.
//!
//! Doors come grouped by form. Closed doors with the same reasons are told once, with the others' names beside, unless all are
//! asked for.

use super::ink::Ink;
use super::safe;
use super::words;
use crate::planner::{Door, DoorState, Explanation, Reason, UnitExplanation};
use crate::vocab::diagnostic::{Sources, Span};
use crate::vocab::money::Money;
use crate::vocab::tier::Form;

/// How many names of like doors are told before the rest is only counted.
const NAMED: usize = 4;

/// How many doors are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doors {
    /// Closed doors with the same reasons once.
    Folded,
    /// Each by itself.
    All,
}

/// The whole explanation. `currency` is the plan's.
#[must_use]
pub fn text(explanation: &Explanation, sources: &Sources, currency: &str, doors: Doors, ink: Ink) -> String {
    let currency = safe::line(currency);
    let units = explanation.units.iter().map(|unit| {
        let mut lines = Vec::new();
        home(explanation, unit, &currency, ink, &mut lines);
        every_door(unit, sources, &currency, doors, ink, &mut lines);
        instead(unit, sources, &currency, ink, &mut lines);
        lines.push(String::new());
        lines.join("\n")
    });
    units.collect::<Vec<_>>().join("\n")
}

fn home(explanation: &Explanation, unit: &UnitExplanation, currency: &str, ink: Ink, lines: &mut Vec<String>) {
    let home = &unit.home;
    lines.push(ink.strong(format!(
        "{} lives in {} on {}, {}, for {} {currency} a month",
        words::unit(&explanation.tenant, unit.site.as_ref()),
        words::form(home),
        home.cluster,
        words::pools(&home.pools),
        home.monthly
    )));
    lines.push(format!("decided by `{}`: {}", safe::line(&home.rule), safe::line(&home.reason)));
}

fn every_door(
    unit: &UnitExplanation,
    sources: &Sources,
    currency: &str,
    doors: Doors,
    ink: Ink,
    lines: &mut Vec<String>,
) {
    let closed = unit.doors.iter().filter(|door| matches!(door.state, DoorState::Closed { .. })).count();
    lines.push(String::new());
    let open = unit.doors.iter().filter(|door| matches!(door.state, DoorState::Open { .. })).count();
    lines.push(ink.strong(format!(
        "{}: its home, {open} more open, {closed} closed",
        words::count(unit.doors.len(), "door", "doors")
    )));
    for form in Form::ALL {
        let of_form: Vec<&Door> = unit.doors.iter().filter(|door| door.form == form).collect();
        if of_form.is_empty() {
            continue;
        }
        lines.push(String::new());
        lines.push(format!("  {}", ink.strong(form)));
        let width = of_form.iter().map(|door| host(door).len()).max().unwrap_or(0);
        for group in groups(&of_form, doors) {
            door(&group, width, sources, currency, ink, lines);
        }
    }
}

/// Doors that are told together: the first one in full. Home first, then open, then closed, each in its own order.
fn groups<'a>(of_form: &[&'a Door], doors: Doors) -> Vec<Vec<&'a Door>> {
    let mut groups: Vec<Vec<&Door>> = Vec::new();
    for door in of_form {
        let like = |group: &&mut Vec<&Door>| doors == Doors::Folded && same_reasons(group[0], door);
        match groups.iter_mut().find(like) {
            Some(group) => group.push(door),
            None => groups.push(vec![door]),
        }
    }
    groups.sort_by_key(|group| match &group[0].state {
        DoorState::Home => (0, Money::ZERO),
        DoorState::Open { monthly } => (1, *monthly),
        DoorState::Closed { .. } => (2, Money::ZERO),
    });
    groups
}

/// True for two closed doors that the same rules close for the same lines: only the hosts' figures differ.
fn same_reasons(one: &Door, other: &Door) -> bool {
    let key = |reasons: &[Reason]| -> Vec<(&'static str, Option<Span>)> {
        reasons.iter().map(|reason| (reason.rule, reason.span)).collect()
    };
    match (&one.state, &other.state) {
        (DoorState::Closed { reasons: one }, DoorState::Closed { reasons: other }) => key(one) == key(other),
        (DoorState::Home | DoorState::Open { .. } | DoorState::Closed { .. }, _) => false,
    }
}

/// `eu-shared-1 (1.35)`, `new eks-eu (1.36)`.
fn host(door: &Door) -> String {
    format!("{}{} ({})", if door.is_class { "new " } else { "" }, door.host, door.kubernetes)
}

fn door(group: &[&Door], width: usize, sources: &Sources, currency: &str, ink: Ink, lines: &mut Vec<String>) {
    let first = group[0];
    let name = host(first);
    match &first.state {
        DoorState::Home => lines.push(format!("    {}    {name}", ink.good("home"))),
        DoorState::Open { monthly } => {
            lines.push(format!("    {}    {name:width$}  {monthly} {currency} a month", ink.good("open")));
        }
        DoorState::Closed { reasons } => {
            let like = words::few(group[1..].iter().map(|door| host(door)), NAMED);
            let like = if like.is_empty() { like } else { format!("; the same holds for {like}") };
            lines.push(format!("    {}  {name}{like}", ink.bad("closed")));
            for reason in reasons {
                closed_by(reason, sources, ink, lines);
            }
        }
    }
}

fn closed_by(reason: &Reason, sources: &Sources, ink: Ink, lines: &mut Vec<String>) {
    let Reason { rule, text, span, help } = reason;
    let at = words::place(sources, *span).map(|place| ink.quiet(format!(" [{place}]"))).unwrap_or_default();
    lines.push(format!("            {rule}: {}{at}", safe::line(text)));
    if !help.is_empty() {
        lines.push(ink.quiet(format!("            help: {}", safe::line(help))));
    }
}

fn instead(unit: &UnitExplanation, sources: &Sources, currency: &str, ink: Ink, lines: &mut Vec<String>) {
    lines.push(String::new());
    match &unit.next_best {
        Some(next) => lines.push(format!(
            "{} {} on {}, for {} {currency} a month {}",
            ink.strong("next best home:"),
            next.form,
            next.host,
            if next.extra < Money::ZERO { -next.extra } else { next.extra },
            if next.extra < Money::ZERO { "less" } else { "more" }
        )),
        None => lines.push(format!("{} none; no other door is open", ink.strong("next best home:"))),
    }
    if !unit.flips.is_empty() {
        lines.push(ink.strong("what would flip it:"));
        for flip in &unit.flips {
            let at = words::place(sources, flip.span).map(|place| ink.quiet(format!(" [{place}]"))).unwrap_or_default();
            lines.push(format!("  - {}{at}", safe::line(&flip.text)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_door_is_told_and_like_ones_are_folded() {
        let (sources, _) = sample::sources();
        insta::assert_snapshot!(text(&sample::explanation(), &sources, "USD", Doors::Folded, Ink::Plain));
    }

    #[test]
    fn all_doors_are_told_by_themselves_when_asked_for() {
        let (sources, _) = sample::sources();
        let all = text(&sample::explanation(), &sources, "USD", Doors::All, Ink::Plain);
        assert!(all.contains("may be gone for 10m"), "{all}");
        assert!(!all.contains("the same holds"), "{all}");
    }
}
