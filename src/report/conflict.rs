//! Why no plan exists: the requirements that cannot stand together, each with its line, and the ways out.

use super::ink::Ink;
use super::safe;
use super::words;
use crate::planner::Conflict;
use crate::vocab::diagnostic::Sources;

/// How many tenants of a conflict are named before the rest is only counted; each requirement names its own.
const NAMED: usize = 8;

/// Every conflict. `currency` is the fleet's.
#[must_use]
pub fn text(conflicts: &[Conflict], sources: &Sources, currency: &str, ink: Ink) -> String {
    let heading = format!(
        "no plan exists: {}",
        match conflicts.len() {
            0 => "no set of requirements was found to blame".to_owned(),
            1 => "one set of requirements cannot stand together".to_owned(),
            many => format!("{many} sets of requirements cannot stand together"),
        }
    );
    let mut lines = vec![ink.bad(heading)];
    for (number, conflict) in conflicts.iter().enumerate() {
        lines.push(String::new());
        one(number + 1, conflict, sources, &safe::line(currency), ink, &mut lines);
    }
    lines.push(String::new());
    lines.join("\n")
}

fn one(number: usize, conflict: &Conflict, sources: &Sources, currency: &str, ink: Ink, lines: &mut Vec<String>) {
    let Conflict { tenants, requirements, ways_out, minimal } = conflict;
    let who = words::few(tenants.iter().map(|tenant| format!("`{tenant}`")), NAMED);
    let claim = match (requirements.len(), minimal) {
        (0, _) => "of these tenants",
        (1, _) => "this one cannot be met",
        (_, true) => "these cannot all be met; without any one of them they could",
        (_, false) => "these cannot all be met; the budget ended before fewer were found",
    };
    let claim = if who.is_empty() { claim.to_owned() } else { format!("{who}: {claim}") };
    lines.push(ink.strong(format!("conflict {number}: {claim}")));
    for requirement in requirements {
        let at =
            words::place(sources, requirement.span).map_or_else(|| " [a default]".to_owned(), |at| format!(" [{at}]"));
        lines.push(format!("  - {}{}", safe::line(&requirement.text), ink.quiet(at)));
    }
    if ways_out.is_empty() {
        lines.push("  no single change was found that resolves it".to_owned());
    } else {
        lines.push(ink.strong("  ways out, cheapest first"));
    }
    for way in ways_out {
        let whose = if way.is_of_fleet { "the fleet" } else { "that home" };
        let then = way.monthly.map(|money| format!(" ({whose} then costs {money} {currency} a month)"));
        let then = then.unwrap_or_default();
        lines.push(format!("  - {}{then}", safe::line(&way.text)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_conflict_names_each_requirement_its_line_and_the_ways_out() {
        let (sources, _) = sample::sources();
        insta::assert_snapshot!(text(&[sample::conflict()], &sources, "USD", Ink::Plain));
    }
}
