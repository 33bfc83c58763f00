//! Two texts of one file as a unified diff, the form in which reviewers read every other change.
//!
//! In: what stands on a disk and what should. Out: hunks with three lines around each change. What stands there may be anybody's, so that no
//! line of it reaches a terminal unguarded.

use std::fmt::Write as _;

use similar::{ChangeTag, TextDiff};

use super::ink::Ink;
use super::safe;

/// Lines around a change that show where it is.
const CONTEXT: usize = 3;

/// The diff from `there` to `planned`; empty where they are the same. `path` is said as it is.
#[must_use]
pub fn unified(path: &str, there: &str, planned: &str, ink: Ink) -> String {
    let diff = TextDiff::from_lines(there, planned);
    let mut text = String::new();
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        if text.is_empty() {
            write!(text, "{}\n{}\n", ink.strong(format!("--- {path}")), ink.strong(format!("+++ {path} (planned)")))
                .expect("writing to a string cannot fail");
        }
        text.push_str(&ink.quiet(hunk.header()));
        text.push('\n');
        for change in hunk.iter_changes() {
            let line = safe::line(change.value().trim_end_matches(['\n', '\r']));
            let line = match change.tag() {
                ChangeTag::Equal => format!(" {line}"),
                ChangeTag::Delete => ink.bad(format!("-{line}")),
                ChangeTag::Insert => ink.good(format!("+{line}")),
            };
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_shown_with_what_is_around_it() {
        let there = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let found = unified("x.yaml", there, &there.replace('e', "E"), Ink::Plain);
        assert_eq!(found, "--- x.yaml\n+++ x.yaml (planned)\n@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n");
        assert_eq!(unified("x.yaml", there, there, Ink::Plain), "");
    }

    #[test]
    fn a_line_that_a_hand_wrote_steers_no_terminal() {
        let found = unified("x", "\u{1b}[2Jgone\n", "a\n", Ink::Plain);
        assert!(found.contains("-\\u{1b}[2Jgone"), "{found}");
        assert!(unified("x", "a\n", "b\n", Ink::Colour).contains('\u{1b}'));
    }
}
