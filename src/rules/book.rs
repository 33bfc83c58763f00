//! The rule book as a page to read: `RULES.md` is this text, and a test keeps it so.

use std::fmt::Write;

use crate::inventory::LIFTABLE;
use crate::rules::RULES;

/// The whole of `RULES.md`.
#[must_use]
pub fn rule_book() -> String {
    let mut book = String::from(
        "# The rule book\n\nGenerated from `src/rules/`. One rule is one file there, and its independent check has the same name in `src/review/`.\n\n| rule | asks | an exception can lift it |\n| --- | --- | --- |\n",
    );
    for rule in RULES {
        let liftable = if LIFTABLE.contains(&rule.name()) { "yes" } else { "no" };
        let _ = writeln!(book, "| [{0}](#{0}) | {1} | {liftable} |", rule.name(), rule.page().asks.replace('|', "\\|"));
    }
    for rule in RULES {
        let page = rule.page();
        let _ = write!(
            book,
            "\n## {}\n\n**Asks.** {}\n\n**Why.** {}\n\n**In the model.** {}\n\n**Broken by.** {}\n\n**Satisfied by.** {}\n",
            rule.name(),
            page.asks,
            page.why,
            page.form,
            page.breaks,
            page.satisfy
        );
    }
    book
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_rule_book_is_the_generated_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/RULES.md");
        if std::env::var_os("FLEETPLAN_WRITE_RULES").is_some() {
            std::fs::write(path, rule_book()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(committed, rule_book(), "run the tests once with FLEETPLAN_WRITE_RULES=1 and commit RULES.md");
    }
}
