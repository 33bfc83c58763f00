//! Teams as an inventory can name them. In: what annotations call teams. Out: one name for each team, the same on every run.
//!
//! Spellings that differ only in case, blanks, `.`, `_` and `-` are one team. Teams that differ in more and still come to one name are told
//! apart by digits of a hash: a shared name would give each the rights of the other.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::findings::{Findings, Flaw, shown};
use super::objects::Text;
use crate::vocab::name::{TeamName, nearest_label};

/// The owner that a text names, and whoever else it names behind commas or semicolons.
pub(super) fn owner_and_others(text: &str) -> (&str, Vec<&str>) {
    let mut teams = text.split([',', ';']).map(str::trim).filter(|team| !team.is_empty());
    (teams.next().unwrap_or(""), teams.collect())
}

/// One name for each of `teams`, by the text that names it. Says which were spelt anew and which were told apart.
pub(super) fn name_teams(teams: &BTreeMap<String, Text>, findings: &mut Findings) -> BTreeMap<String, TeamName> {
    let mut by_label: BTreeMap<String, BTreeMap<String, Vec<&str>>> = BTreeMap::new();
    for team in teams.keys() {
        by_label.entry(label(team, 63)).or_default().entry(fold(team)).or_default().push(team);
    }
    let mut names = BTreeMap::new();
    for (label, folds) in by_label {
        let is_shared = folds.len() > 1;
        for (fold, spellings) in folds {
            let is_told_apart = (is_shared && fold != label) || label.is_empty();
            let name = if is_told_apart { told_apart(&fold) } else { label.clone() };
            for spelling in spellings {
                let at = teams[spelling].at;
                if is_told_apart {
                    let words = format!("called `{name}`, because `{label}` is taken or empty");
                    findings.note(Flaw::TeamClash, at, spelling, words);
                } else if spelling != name {
                    findings.note(Flaw::TeamSpelling, at, spelling, format!("called `{name}`"));
                }
                names.insert(spelling.to_owned(), TeamName::parse(&name).expect("a label, cut and trimmed"));
            }
        }
    }
    names
}

fn label(team: &str, longest: usize) -> String {
    nearest_label(team, longest)
}

/// What stays of a spelling when case and separators do not count.
fn fold(team: &str) -> String {
    let parts = team.split(|c: char| c.is_whitespace() || matches!(c, '.' | '_' | '-'));
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-").to_lowercase()
}

/// The label with eight hexadecimal digits of the team's own hash.
fn told_apart(fold: &str) -> String {
    let digits: String = Sha256::digest(fold.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    match label(fold, 54) {
        label if label.is_empty() => format!("team-{digits}"),
        label => format!("{label}-{digits}"),
    }
}

/// The question that a second owner leaves behind.
pub(super) fn question_of_others(others: &[&str]) -> String {
    // More than a few are no owners; and a question is one line.
    let others = others.iter().take(5).map(|team| format!("`{}`", shown(team))).collect::<Vec<_>>().join(", ");
    format!("team: also said to be {others}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocab::diagnostic::Span;

    fn named(teams: &[&str]) -> (Vec<String>, Findings) {
        let at = Span { file: 0, start: 0, end: 0 };
        let texts = teams.iter().map(|team| ((*team).to_owned(), Text { text: (*team).to_owned(), at })).collect();
        let mut findings = Findings::default();
        let names = name_teams(&texts, &mut findings);
        (teams.iter().map(|team| names[*team].to_string()).collect(), findings)
    }

    #[test]
    fn spellings_of_one_team_get_one_name() {
        let (names, findings) = named(&["Move a Prisoner", "move_a_prisoner", "move-a-prisoner", "webops"]);
        assert_eq!(names, ["move-a-prisoner", "move-a-prisoner", "move-a-prisoner", "webops"]);
        assert_eq!((findings.count(Flaw::TeamSpelling), findings.count(Flaw::TeamClash)), (2, 0));
    }

    #[test]
    fn different_teams_that_come_to_one_name_are_told_apart() {
        let (names, findings) = named(&["C team", "C++ team", "C# team"]);
        assert_eq!(names[0], "c-team");
        assert!(
            names[1].starts_with("c-team-") && names[2].starts_with("c-team-") && names[1] != names[2],
            "{names:?}"
        );
        assert_eq!(findings.count(Flaw::TeamClash), 2);
    }

    #[test]
    fn a_team_of_other_letters_has_a_name_and_so_has_a_very_long_one() {
        let long = "a".repeat(70);
        let other = format!("{long}b");
        let (names, _) = named(&["東京", &long, &other]);
        assert!(names[0].starts_with("team-"), "{names:?}");
        assert!(names[1] != names[2] && names[1].len() <= 63, "{names:?}");
    }

    #[test]
    fn the_first_of_several_teams_is_the_owner() {
        assert_eq!(owner_and_others("a, b;c"), ("a", vec!["b", "c"]));
        assert_eq!(owner_and_others(" , "), ("", vec![]));
    }
}
