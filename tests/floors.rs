//! Keeps the house standing: walks `src/` and fails where a floor imports from the same height or above, where a solver is named
//! outside `solve/`, or where something below `cli/` reaches for the terminal, the environment, the disk or the clock.
//!
//! In: the tokens of every Rust file, without comments and with strings as they are. Out: one sentence per breach. It knows paths that
//! begin with `crate`, `super` or the crate's own name; what a macro pastes together it does not see.

use std::fmt;
use std::path::Path;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The floors from the ground up. A room imports from itself and from floors below its own, never from a room beside it.
const FLOORS: [&[&str]; 10] = [
    &["vocab"],
    &["inventory"],
    &["plan", "intake"],
    &["review"],
    &["rules", "gitops"],
    &["solve"],
    &["planner"],
    &["report"],
    &["cli"],
    &["main"],
];

/// Walls on top of the floors: `review` is worth something only while it shares no code with what it checks.
const WALLS: [(&str, &str); 3] = [("rules", "review"), ("solve", "review"), ("review", "intake")];

/// Crates that one room alone may name.
const RESERVED: [(&str, &[&str]); 7] = [
    ("good_lp", &["solve"]),
    ("clap", &["cli", "main"]),
    ("clap_complete", &["cli", "main"]),
    ("anstream", &["cli", "main"]),
    ("ctrlc", &["cli", "main"]),
    ("rustix", &["cli", "main"]),
    ("tempfile", &["cli", "main"]),
];

/// What only `cli/` and `main.rs` may touch: a path's two last words, or a macro.
const OUTSIDE: [&[&str]; 14] = [
    &["std", "env"],
    &["std", "fs"],
    &["std", "net"],
    &["std", "process"],
    &["SystemTime"],
    &["Instant"],
    &["Zoned", "now"],
    &["Timestamp", "now"],
    &["print", "!"],
    &["println", "!"],
    &["eprint", "!"],
    &["eprintln", "!"],
    &["stdout"],
    &["stderr"],
];

#[test]
fn every_floor_imports_only_from_floors_below() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&source, &mut files);
    assert!(files.len() > 20, "found only {} files below {}", files.len(), source.display());
    let mut breaches = Vec::new();
    for path in files {
        let inside = path.strip_prefix(&source).unwrap().to_str().unwrap().replace('\\', "/");
        breaches.extend(judge(&inside, &std::fs::read_to_string(&path).unwrap()));
    }
    let lines: Vec<String> = breaches.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "the house leans:\n{}", lines.join("\n"));
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&source, &mut files);
    let silent: Vec<_> =
        files.iter().filter(|path| !std::fs::read_to_string(path).unwrap().starts_with("//!")).collect();
    assert!(silent.is_empty(), "no `//!` at the top of {silent:?}");
}

#[test]
fn an_import_upward_is_a_breach_however_it_is_written() {
    for text in [
        "use crate::solve::model::Model;",
        "use crate::{vocab::name, solve::Model};",
        "use crate::{vocab::{name, money}, solve};",
        "fn f() { crate::solve::run() }",
        "use super::super::solve::Model;",
        "mod tests { use super::super::super::solve; }",
        "use super::{super::solve, x};",
        "vec![crate::solve::run()];",
        "#[cfg(test)] mod tests { use crate::solve; }",
        "use fleetplan::solve;",
    ] {
        assert_eq!(sentences("rules/kernel.rs", text), ["rules/kernel.rs: `rules` imports `solve`"], "{text}");
    }
}

#[test]
fn rooms_of_one_floor_do_not_import_each_other_and_the_review_stands_alone() {
    assert_eq!(judge("plan/mod.rs", "use crate::intake;").len(), 1);
    assert_eq!(judge("gitops/mod.rs", "use crate::rules;").len(), 1);
    assert_eq!(judge("solve/mod.rs", "use crate::review;").len(), 1);
    assert_eq!(judge("rules/mod.rs", "use crate::review::Finding;").len(), 1);
    assert_eq!(judge("review/mod.rs", "use crate::intake;").len(), 1);
    assert_eq!(judge("garage/mod.rs", "").len(), 1, "a room that no floor holds");
}

#[test]
fn what_is_below_or_in_the_same_room_is_no_breach() {
    for text in [
        "use crate::{inventory::Inventory, vocab::name::TenantName};",
        "use super::kernel; use super::super::rules::trust; use self::x::y;",
        "// use crate::solve;\n/* crate::cli */\n/// See [`crate::planner::explain`].\nfn f() { let x = \"crate::solve\"; }",
        "pub(crate) fn f() {}",
        "mod tests { use super::*; use super::super::trust; }",
    ] {
        assert_eq!(sentences("rules/trust.rs", text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_solver_is_named_only_in_its_room_and_the_world_only_in_the_shell() {
    assert_eq!(sentences("planner/mod.rs", "use good_lp::Solution;"), ["planner/mod.rs: `planner` names `good_lp`"]);
    assert_eq!(judge("solve/mod.rs", "use good_lp::Solution;").len(), 0);
    for text in [
        "use std::env;",
        "use std::{collections::BTreeMap, fs};",
        "use std::{time::{Duration, Instant}};",
        "fn f() { std::time::SystemTime::now(); }",
        "fn f() { jiff::Zoned::now(); }",
        "fn f() { println!(\"{}\", 1) }",
        "fn f() { std::io::stdout(); }",
    ] {
        assert_eq!(judge("report/table.rs", text).len(), 1, "{text}");
        assert_eq!(judge("cli/plan.rs", text).len(), 0, "{text}");
    }
    assert_eq!(
        judge("plan/file.rs", "#[cfg(test)] mod tests { use std::fs; }").len(),
        0,
        "a test may read its fixture"
    );
    assert_eq!(judge("plan/file.rs", "fn f() { env!(\"X\"); let environment = println; }").len(), 0);
}

/// A path in a file of `src/` that leans.
struct Breach {
    file: String,
    what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, what } = self;
        write!(f, "{file}: {what}")
    }
}

fn sentences(file: &str, text: &str) -> Vec<String> {
    judge(file, text).iter().map(ToString::to_string).collect()
}

/// Every breach of one file, given its path below `src/`.
fn judge(file: &str, text: &str) -> Vec<Breach> {
    let mut modules: Vec<String> = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if modules.last().is_some_and(|last| last == "mod" || last == "lib") {
        modules.pop();
    }
    let room = modules.first().cloned().unwrap_or_default();
    let mut judge = Judge { file: file.to_owned(), room, found: Vec::new() };
    if judge.room.is_empty() {
        return judge.found; // lib.rs lists the rooms
    }
    if floor(&judge.room).is_none() {
        judge.breach(format!("`{}` stands on no floor of tests/floors.rs", judge.room));
    }
    let tokens: TokenStream = text.parse().unwrap_or_else(|fault| panic!("{file}: {fault}"));
    judge.walk(tokens, &modules, &[], false);
    judge.found
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

struct Judge {
    file: String,
    room: String,
    found: Vec<Breach>,
}

impl Judge {
    /// Reads one group's tokens. `modules` is where they stand; `prefix` is the path that a brace group continues, as `a::b` in
    /// `use a::b::{…}`.
    fn walk(&mut self, tokens: TokenStream, modules: &[String], prefix: &[String], in_test: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let (mut path, mut at, mut test_item) = (prefix.to_vec(), 0, false);
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Ident(word) => {
                    path.push(word.to_string());
                    let continues = is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':');
                    if is_punct(tokens.get(at), '!') {
                        path.push("!".to_owned());
                    }
                    self.look(&path, modules, in_test);
                    if continues {
                        at += 2;
                        if let Some(TokenTree::Group(group)) = tokens.get(at) {
                            self.walk(group.stream(), modules, &path, in_test);
                            at += 1;
                            path = prefix.to_vec();
                        }
                    } else {
                        path = prefix.to_vec();
                    }
                    if word == "mod"
                        && let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) =
                            (tokens.get(at), tokens.get(at + 1))
                    {
                        let inner: Vec<String> = modules.iter().cloned().chain([name.to_string()]).collect();
                        self.walk(body.stream(), &inner, &[], in_test || test_item);
                        at += 2;
                        test_item = false;
                    }
                }
                TokenTree::Group(group) => {
                    test_item |=
                        is_attribute(&tokens, at) && group.stream().to_string().replace(' ', "") == "cfg(test)";
                    self.walk(group.stream(), modules, &[], in_test);
                }
                TokenTree::Punct(punct) => {
                    if punct.as_char() == ';' {
                        test_item = false;
                    }
                    path = prefix.to_vec();
                }
                TokenTree::Literal(_) => {}
            }
        }
    }

    /// Judges a path that has just grown by its last word.
    fn look(&mut self, path: &[String], modules: &[String], in_test: bool) {
        if let Some(target) = room_of(path, modules) {
            self.import(&target);
        }
        let words: Vec<&str> = path.iter().map(String::as_str).collect();
        for (name, rooms) in RESERVED {
            if words == [name] && !rooms.contains(&self.room.as_str()) && !in_test {
                self.breach(format!("`{}` names `{name}`", self.room));
            }
        }
        let outside = OUTSIDE.iter().find(|ending| words.ends_with(ending));
        if let Some(ending) = outside.filter(|_| !in_test && floor(&self.room) < floor("cli")) {
            self.breach(format!("`{}` reaches outside: `{}`", self.room, ending.join("::").replace("::!", "!")));
        }
    }

    fn import(&mut self, target: &str) {
        let (Some(own), Some(other)) = (floor(&self.room), floor(target)) else { return };
        if target != self.room && (other >= own || WALLS.contains(&(&self.room, target))) {
            self.breach(format!("`{}` imports `{target}`", self.room));
        }
    }

    fn breach(&mut self, what: String) {
        self.found.push(Breach { file: self.file.clone(), what });
    }
}

/// The room that a path leads to, at the very word that names it.
fn room_of(path: &[String], modules: &[String]) -> Option<String> {
    let (last, before) = path.split_last()?;
    match before.first().map(String::as_str) {
        Some("crate" | "fleetplan") if before.len() == 1 => Some(last.clone()),
        Some("super") if before.len() == modules.len() && before.iter().all(|word| word == "super") => {
            Some(last.clone())
        }
        _ => None,
    }
}

fn is_punct(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

/// True where the group before `at` is the bracket of an attribute.
fn is_attribute(tokens: &[TokenTree], at: usize) -> bool {
    let bracket = |group: &Group| group.delimiter() == Delimiter::Bracket;
    matches!(&tokens[at - 1], TokenTree::Group(group) if bracket(group)) && at >= 2 && is_punct(tokens.get(at - 2), '#')
}

fn walk(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    let entries = std::fs::read_dir(folder).expect("a folder of this repository");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry of a readable folder").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
