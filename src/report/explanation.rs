//! A tenant's decision in words: its home, every door, what the rules say, the next best home, what would flip it.

use super::doors::{self, Doors, GroupState};
use super::ink::Ink;
use super::safe;
use super::words;
use crate::planner::{Door, DoorState, Explanation, Reason, UnitExplanation};
use crate::vocab::diagnostic::{Sources, Span};
use crate::vocab::money::Money;

/// How many names of like doors are told before the rest is only counted.
const NAMED: usize = 8;

/// What every line of an explanation needs.
struct Page<'a> {
    sources: &'a Sources,
    currency: String,
    ink: Ink,
    lines: Vec<String>,
}

/// The whole explanation. `currency` is the plan's.
#[must_use]
pub fn text(explanation: &Explanation, sources: &Sources, currency: &str, told: Doors, ink: Ink) -> String {
    let units = explanation.units.iter().map(|unit| {
        let mut page = Page { sources, currency: safe::line(currency), ink, lines: Vec::new() };
        page.home(explanation, unit);
        match told {
            Doors::Folded => page.doors_in_groups(unit),
            Doors::All => page.every_door(unit),
        }
        page.instead(unit);
        page.lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect::<String>()
    });
    units.collect::<Vec<_>>().join("\n")
}

impl Page<'_> {
    fn say(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    fn heading(&mut self, text: &str) {
        self.say("");
        self.say(self.ink.strong(text));
    }

    /// A place in brackets, quiet; nothing for a default.
    fn at(&self, span: Option<Span>) -> String {
        words::place(self.sources, span).map(|place| self.ink.quiet(format!(" [{place}]"))).unwrap_or_default()
    }

    fn home(&mut self, explanation: &Explanation, unit: &UnitExplanation) {
        let home = &unit.home;
        self.say(self.ink.strong(format!(
            "{} lives in {} on {}, {}, for {} {} a month",
            words::unit(&explanation.tenant, unit.site.as_ref()),
            words::form(home),
            home.cluster,
            words::pools(&home.pools),
            home.monthly,
            self.currency
        )));
        self.say(format!("decided by `{}`: {}", safe::line(&home.rule), safe::line(&home.reason)));
        let count = |is: fn(&DoorState) -> bool| unit.doors.iter().filter(|door| is(&door.state)).count();
        self.heading(&format!(
            "{}: its home, {} more open, {} closed",
            words::count(unit.doors.len(), "door", "doors"),
            count(|state| matches!(state, DoorState::Open { .. })),
            count(|state| matches!(state, DoorState::Closed { .. }))
        ));
    }

    fn doors_in_groups(&mut self, unit: &UnitExplanation) {
        let mut form = None;
        for group in doors::groups(&unit.doors) {
            if form.replace(group.form) != Some(group.form) {
                self.say(format!("  {}", self.ink.strong(group.form)));
            }
            let hosts = words::few(group.doors.iter().map(|door| doors::host(door, unit)), NAMED);
            self.say(match &group.state {
                GroupState::Home => format!("    {}: {hosts}", self.ink.good("home")),
                GroupState::Open(monthly) => {
                    format!("    {}: {hosts}, {monthly} {} a month", self.ink.good("open"), self.currency)
                }
                GroupState::Closed(_, rules) => {
                    format!("    {}: {hosts}", self.ink.bad(format!("closed by {}", rules.join(", "))))
                }
            });
        }
        let says = doors::what_rules_say(&unit.doors);
        if says.is_empty() {
            return;
        }
        self.heading("what the rules say");
        for rule in says {
            let closes = words::count(rule.closes, "door", "doors");
            self.say(format!("  {} {}", self.ink.strong(rule.rule), self.ink.quiet(format!("closes {closes}"))));
            for (sentence, span) in rule.sentences {
                self.say(format!("    {}{}", safe::line(sentence), self.at(span)));
            }
            self.help(rule.help, "    ");
        }
    }

    fn every_door(&mut self, unit: &UnitExplanation) {
        let mut form = None;
        for group in doors::groups(&unit.doors) {
            if form.replace(group.form) != Some(group.form) {
                self.say(format!("  {}", self.ink.strong(group.form)));
            }
            for door in group.doors {
                self.door(door, unit);
            }
        }
    }

    fn door(&mut self, door: &Door, unit: &UnitExplanation) {
        let host = doors::host(door, unit);
        match &door.state {
            DoorState::Home => self.say(format!("    {}: {host}", self.ink.good("home"))),
            DoorState::Open { monthly } => {
                self.say(format!("    {}: {host}, {monthly} {} a month", self.ink.good("open"), self.currency));
            }
            DoorState::Closed { reasons } => {
                self.say(format!("    {}: {host}", self.ink.bad("closed")));
                for Reason { rule, text, span, help } in reasons {
                    self.say(format!("      {rule}: {}{}", safe::line(text), self.at(*span)));
                    self.help(help, "      ");
                }
            }
        }
    }

    fn help(&mut self, help: &str, indent: &str) {
        if !help.is_empty() {
            self.say(self.ink.quiet(format!("{indent}help: {}", safe::line(help))));
        }
    }

    fn instead(&mut self, unit: &UnitExplanation) {
        self.heading("next best home");
        match &unit.next_best {
            Some(next) => {
                let money = match next.extra {
                    Money::ZERO => "at the same cost".to_owned(),
                    extra if extra > Money::ZERO => {
                        format!("the fleet would pay {extra} {} a month more", self.currency)
                    }
                    extra => format!("the fleet would pay {} {} a month less", -extra, self.currency),
                };
                self.say(format!("  {} on {}: {money}", next.form, safe::line(&next.host)));
            }
            None => self.say("  none: no other door is open"),
        }
        if unit.flips.is_empty() {
            return;
        }
        self.heading("what would flip it");
        for flip in &unit.flips {
            self.say(format!("  {}{}", safe::line(&flip.text), self.at(flip.span)));
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
        insta::assert_snapshot!(text(&sample::explanation(), &sources, "USD", Doors::All, Ink::Plain));
    }
}
