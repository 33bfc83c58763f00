//! What the README shows is what the program says: every `console` block is run and compared, line by line.
//!
//! A line `…` stands for any lines. The commands run on a copy of the example and the impossible scenarios, so that no file of the repository is touched.
//! `FLEETPLAN_BLESS=1 cargo test --test readme` writes what the program prints now into the README, and leaves out as many lines as before.
#![cfg(not(feature = "highs"))] // the README shows the default build; the other one names another prover

use std::path::Path;
use std::process::Command;

/// A command of the README and what it prints.
struct Shown {
    command: String,
    arguments: Vec<String>,
    lines: Vec<String>,
}

#[test]
fn every_console_block_of_the_readme_shows_what_the_program_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).expect("the README");
    let shown = commands(&readme);
    assert!(shown.len() >= 2, "the README shows {} commands", shown.len());
    let scratch = tempfile::tempdir().expect("a scratch folder");
    for folder in ["inventory", "plans", "tests/scenarios/impossible"] {
        copy(&root.join(folder), &scratch.path().join(folder));
    }
    let mut blessed = readme.clone();
    for Shown { command, arguments, lines } in shown {
        let run = Command::new(env!("CARGO_BIN_EXE_fleetplan")).args(&arguments).current_dir(&scratch).output();
        let run = run.expect("fleetplan runs");
        let printed = String::from_utf8(run.stdout).expect("text");
        let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
        let expected: Vec<&str> = lines.iter().map(String::as_str).collect();
        if std::env::var_os("FLEETPLAN_BLESS").is_some() {
            let was = format!("{command}\n{}\n```", expected.join("\n"));
            let is = format!("{command}\n{}\n```", elide(&expected, &printed).join("\n"));
            blessed = blessed.replace(&was, &is);
        } else {
            assert!(
                matches(&expected, &printed),
                "`{command}` prints:\n{}\n\nthe README shows:\n{}\n\nand says to the terminal:\n{}",
                printed.join("\n"),
                expected.join("\n"),
                String::from_utf8_lossy(&run.stderr)
            );
        }
    }
    if blessed != readme {
        std::fs::write(root.join("README.md"), blessed).expect("the README can be written");
    }
}

#[test]
fn a_line_of_dots_stands_for_any_lines() {
    assert!(matches(&["a", "…", "c"], &["a", "b", "b", "c"]));
    assert!(matches(&["a", "…"], &["a"]));
    assert!(!matches(&["a", "…", "c"], &["a", "b"]));
    assert!(!matches(&["a"], &["a", "b"]));
}

fn matches(expected: &[&str], printed: &[&str]) -> bool {
    match expected.split_first() {
        None => printed.is_empty(),
        Some((&"…", rest)) => (0..=printed.len()).any(|skipped| matches(rest, &printed[skipped..])),
        Some((line, rest)) => {
            printed.split_first().is_some_and(|(first, others)| first == line && matches(rest, others))
        }
    }
}

/// As many lines before the first dots and after the last ones as there were; all of them where there were no dots.
fn elide<'a>(expected: &[&'a str], printed: &[&'a str]) -> Vec<&'a str> {
    let dots = |lines: &mut dyn Iterator<Item = &&str>| lines.take_while(|line| **line != "…").count();
    let (before, after) = (dots(&mut expected.iter()), dots(&mut expected.iter().rev()));
    if before == expected.len() || before + after >= printed.len() {
        return printed.to_vec();
    }
    [&printed[..before], &["…"], &printed[printed.len() - after..]].concat()
}

/// The commands of all `console` blocks, in order. `cargo run --release -- plan` and `fleetplan plan` are the same command.
fn commands(readme: &str) -> Vec<Shown> {
    let mut found: Vec<Shown> = Vec::new();
    let mut inside = false;
    for line in readme.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let (true, Some(command)) = (inside, line.strip_prefix("$ ")) {
            let words = command.strip_prefix("cargo run --release -- ").or(command.strip_prefix("fleetplan "));
            let words = words.unwrap_or_else(|| panic!("`{command}` does not run fleetplan"));
            found.push(Shown {
                command: line.to_owned(),
                arguments: words.split_whitespace().map(str::to_owned).collect(),
                lines: Vec::new(),
            });
        } else if let (true, Some(last)) = (inside, found.last_mut()) {
            last.lines.push(line.trim_end().to_owned());
        }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder of this repository");
    for entry in std::fs::read_dir(from).expect("a folder of this repository").map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a folder of this repository");
        }
    }
}
