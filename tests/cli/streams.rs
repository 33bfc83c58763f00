//! Help, colours, pipes and documents: what goes to which stream, and in which form.

use std::process::{Command, Stdio};

use crate::place::{Place, err, json, out};

const COMMANDS: [&str; 10] =
    ["init", "check", "plan", "explain", "review", "diff", "report", "render", "schema", "completions"];

#[test]
fn help_tells_commands_examples_and_exit_codes() {
    let place = Place::empty();
    let help = out(&place.run(&["--help"]).success());
    for command in COMMANDS {
        assert!(help.contains(&format!("\n  {command} ")), "{command} in {help}");
        let own = out(&place.run(&[command, "--help"]).success());
        assert!(own.contains("Usage: fleetplan") && own.contains("Example"), "{own}");
    }
    assert!(help.contains("Exit codes:\n  0  done\n"), "{help}");
    assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
}

#[test]
fn a_wrong_command_line_is_wrong_input_and_says_what_was_meant() {
    let place = Place::empty();
    let typo = place.run(&["plna"]).code(2);
    assert!(err(&typo).contains("'plan'"), "{}", err(&typo));
    let date = place.run(&["plan", "--date", "tomorrow"]).code(2);
    assert!(err(&date).contains("not a day such as 2026-11-23"), "{}", err(&date));
    place.run(&["plan", "--max-moves", "3"]).code(2);
    place.run(&[]).code(2);
}

#[test]
fn every_shell_gets_completions_that_name_the_commands() {
    let place = Place::empty();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = out(&place.run(&["completions", shell]).success());
        assert!(COMMANDS.iter().all(|command| script.contains(command)), "{shell}");
    }
}

#[test]
fn the_schema_is_a_json_schema_and_init_writes_it() {
    let place = Place::with_inventory();
    let schema = place.run(&["schema"]).success();
    assert_eq!(json(&schema)["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(out(&schema), place.text("inventory/fleetplan.schema.json"));
}

#[test]
fn a_pipe_gets_no_colour_unless_it_is_asked_for() {
    let place = Place::with_plan();
    place.edit("inventory/tenants.toml", "\ntrust = \"hardened\"", "\ntrust = \"hardend\"");
    for words in [["check", "-i", "inventory"], ["diff", "plans/current.toml", "plans/current.toml"]] {
        let plain = place.run(&words);
        assert!(!out(&plain).contains('\u{1b}') && !err(&plain).contains('\u{1b}'), "{words:?}");
        let coloured = place.command().args(["--color", "always"]).args(words).assert();
        assert!(out(&coloured).contains('\u{1b}'), "{words:?}: {}", out(&coloured));
    }
    let help = place.run(&["--color=always", "--help"]).success();
    assert!(out(&help).contains('\u{1b}'));
}

#[test]
fn quiet_says_the_answer_and_nothing_beside() {
    let place = Place::with_inventory();
    let plan = place.run(&["plan", "--quiet"]).success();
    assert_eq!(err(&plan), "");
    assert!(out(&plan).contains("proven optimal"));
}

#[test]
fn what_a_program_reads_is_one_document_whatever_happens() {
    let place = Place::with_plan();
    for words in [&["check"][..], &["plan", "--dry-run"], &["explain", "shop"], &["review"]] {
        let document = json(&place.command().args(words).args(["--format", "json"]).assert().success());
        assert_eq!(document["format_version"], 1, "{words:?}");
    }
    place.edit("inventory/fleet.toml", "name = \"acme\"", "nam = \"acme\"");
    for words in [&["check"][..], &["plan"], &["explain", "shop"], &["review"]] {
        let document = json(&place.command().args(words).args(["--format", "json"]).assert().code(2));
        let codes: Vec<_> = document["diagnostics"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect();
        assert!(codes.contains(&"unknown-key".into()), "{words:?}: {codes:?}");
    }
}

#[test]
fn no_figure_of_a_plan_depends_on_the_clock() {
    let place = Place::with_inventory();
    let document = out(&place.run(&["plan", "--format", "json"]).success());
    let text = out(&place.run(&["plan"]).success());
    for words in [" in 0.", "seconds", " ms"] {
        assert!(!document.contains(words) && !text.contains(words), "{words}");
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_seen_enough_ends_the_command_quietly() {
    let place = Place::with_plan();
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("fleetplan"))
        .args(["explain", "trading", "--format", "json"])
        .current_dir(place.path("."))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_standard_output_is_no_answer() {
    let place = Place::with_plan();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = Command::new(assert_cmd::cargo::cargo_bin!("fleetplan"))
        .args(["explain", "trading"])
        .current_dir(place.path("."))
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot-write"));
}
