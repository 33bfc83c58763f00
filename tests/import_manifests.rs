//! Imports of small hand-made manifests: a folder tree with every flaw, lists, JSON.

use std::path::Path;

use fleetplan::intake::manifests::{Imported, Keys, import};

/// Every file below `tests/fixtures/manifests/<name>`, by its path there.
fn files(name: &str) -> Vec<(String, Vec<u8>)> {
    fn walk(folder: &Path, root: &Path, files: &mut Vec<(String, Vec<u8>)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, root, files);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                files.push((name, std::fs::read(&path).unwrap()));
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
    insta::assert_snapshot!("lists_and_json", imported.files["tenants/tenants.toml"]);
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
