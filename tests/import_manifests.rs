//! Imports of small hand-made manifests: a folder tree with every flaw, lists, JSON.

mod slice;

use std::path::Path;

use fleetplan::intake::manifests::{Assume, Imported, Keys, import};
use fleetplan::inventory::{self, EgressPolicy, Trust};
use fleetplan::vocab::diagnostic::Severity;
use fleetplan::vocab::resources::Resources;
use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, prop_assume, proptest};

/// Every file below `tests/fixtures/manifests/<name>`, by its path there.
fn files(name: &str) -> Vec<(String, Vec<u8>)> {
    fn walk(folder: &Path, root: &Path, files: &mut Vec<(String, Vec<u8>)>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, root, files);
            } else {
                let name = path.strip_prefix(root).expect("below").to_str().expect("UTF-8").replace('\\', "/");
                files.push((name, std::fs::read(&path).expect("a file")));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/manifests").join(name);
    let mut files = Vec::new();
    walk(&root, &root, &mut files);
    files
}

fn findings(imported: &Imported) -> String {
    let place = |span| imported.sources.place(span).to_string();
    let mut text = String::new();
    for finding in &imported.findings {
        let first =
            finding.primary.as_ref().map_or_else(String::new, |label| format!("{}: {}", place(label.span), label.text));
        text += &format!("{}: {}\n  at {first}\n", finding.code, finding.message);
        for label in &finding.also {
            text += &format!("  also {}: {}\n", place(label.span), label.text);
        }
        for help in &finding.help {
            text += &format!("  help: {help}\n");
        }
    }
    text
}

#[test]
fn a_folder_tree_with_every_flaw_is_imported_and_each_flaw_is_said_with_its_place() {
    let imported = import(files("tree"), &Keys::default());
    let written: String = imported.files.iter().map(|(path, text)| format!("==== {path}\n{text}")).collect();
    insta::assert_snapshot!("tree_files", written);
    insta::assert_snapshot!("tree_findings", findings(&imported));
}

/// The least that an inventory needs beside its tenants.
const PAGE: &str = include_str!("fixtures/manifests/page.toml");

#[test]
fn what_is_imported_reads_without_an_error_beside_a_page_of_the_operators_own() {
    let keys = Keys {
        assume: Assume {
            trust: Trust::Hardened,
            regulation: vec!["soc2".parse().unwrap()],
            disruption: Some("5m".parse().unwrap()),
            ..Assume::default()
        },
        ..Keys::default()
    };
    let imported = import(files("tree"), &keys);
    let mut all: Vec<_> = imported.files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
    all.push(("page.toml".to_owned(), PAGE.as_bytes().to_vec()));
    let reading = inventory::read(all, None, "2026-11-23".parse().unwrap());
    let errors: Vec<_> = reading.diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let tenants = reading.inventory.unwrap().tenants;
    assert_eq!(tenants.len(), 5);
    let checkout = tenants.iter().find(|tenant| tenant.name.as_str() == "checkout-prod").unwrap();
    assert_eq!(checkout.trust, Trust::Hardened);
    assert_eq!(checkout.regulation[0].as_str(), "soc2");
    assert_eq!(checkout.disruption, Some("5m".parse().unwrap()));
    assert_eq!(checkout.unit.as_deref(), Some("Retail & Shops"));
    assert!(checkout.estimated);
    assert_eq!(
        checkout.questions,
        ["trust: taken as hardened", "regulation: taken as soc2", "disruption: taken as 5m"]
    );
    assert_eq!(checkout.guardrails.egress, Some(EgressPolicy::Kubernetes));
    let today = checkout.workloads[0].today;
    assert_eq!(today.resources, Resources { cpu: 3000, memory: 6144, pods: 12, gpu: 1 });
    assert_eq!((today.storage, today.load_balancers), (30, 1));
}

#[test]
fn the_order_of_files_does_not_matter() {
    let mut reversed = files("tree");
    reversed.sort();
    reversed.reverse();
    let (one, other) = (import(files("tree"), &Keys::default()), import(reversed, &Keys::default()));
    assert_eq!(one.files, other.files);
    assert_eq!(one.findings, other.findings);
}

#[test]
fn lists_are_unpacked_and_json_is_read() {
    let mut both = files("list");
    both.extend(files("json"));
    let imported = import(both, &Keys::default());
    insta::assert_snapshot!("lists_and_json", imported.files["imported/tenants.toml"]);
}

#[test]
fn nothing_to_import_is_an_error() {
    for files in
        [vec![], vec![("a.yaml".to_owned(), b"".to_vec())], vec![("a.yaml".to_owned(), b"kind: Pod\n".to_vec())]]
    {
        let imported = import(files, &Keys::default());
        assert!(imported.files.is_empty());
        assert_eq!(imported.findings[0].code, "nothing-to-import");
    }
}

#[test]
fn a_key_that_no_namespace_has_is_an_error_that_says_what_was_meant() {
    let keys = Keys { team: vec!["taem".to_owned()], ..Keys::default() };
    let imported = import(files("tree"), &keys);
    assert!(imported.files.is_empty());
    assert_eq!(imported.findings[0].code, "unknown-label");
    assert_eq!(imported.findings[0].help, ["did you mean `team`?"]);
}

/// Pieces that YAML gives a meaning to.
const PIECES: &[&str] = &[
    "---\n",
    "...\n",
    "- ",
    "  ",
    "\t",
    "{",
    "}",
    "[",
    "]",
    ": ",
    "&a ",
    "*a",
    "<<: ",
    "!!binary ",
    "|\n",
    ">-\n",
    "\"",
    "'",
    "#",
    "%YAML 1.2\n",
    "kind: List\n",
    "items:\n",
    "apiVersion: v1\n",
    "metadata: ",
    "\u{feff}",
    "\0",
    "null",
    "? ",
    ",",
];

proptest! {
    #![proptest_config(slice::slice())]

    #[test]
    fn whatever_is_done_to_a_file_the_import_ends_with_an_answer(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4_u8), 1..12),
    ) {
        let mut text: Vec<char> = files("tree").into_iter().flat_map(|(_, bytes)| String::from_utf8(bytes).expect("UTF-8").chars().collect::<Vec<_>>()).collect();
        for (from, to, piece, kind) in edits {
            let (from, to) = (from.index(text.len()), to.index(text.len()));
            let (from, to) = (from.min(to), from.max(to));
            match kind {
                0 => drop(text.drain(from..to.min(from + 200))),
                1 => drop(text.splice(from..from, piece.get(PIECES).chars())),
                2 => drop(text.splice(from..(from + 1).min(to), piece.get(PIECES).chars())),
                _ => { let copy = text[from..to.min(from + 300)].to_vec(); drop(text.splice(to..to, copy)); }
            }
            prop_assume!(!text.is_empty());
        }
        let text: String = text.into_iter().collect();
        let imported = import(vec![("a.yaml".to_owned(), text.into_bytes())], &Keys::default());
        let mut all: Vec<_> = imported.files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
        all.push(("page.toml".to_owned(), PAGE.as_bytes().to_vec()));
        if imported.summary.tenants > 0 {
            let reading = inventory::read(all, None, "2026-11-23".parse().expect("a day"));
            let errors: Vec<_> = reading.diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
            prop_assert!(errors.is_empty(), "{errors:?}");
            prop_assert_eq!(reading.inventory.expect("no error").tenants.len(), imported.summary.tenants);
        }
    }
}
