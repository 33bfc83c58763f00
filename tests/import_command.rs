//! `fleetplan import manifests` as a user runs it: what it writes, what it refuses, and how it ends.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

const NAMESPACE: &str = "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: web, env: dev}}}\n";

fn fleetplan(words: &[&str], folder: &Path) -> Command {
    let mut command = Command::cargo_bin("fleetplan").expect("the binary");
    command.args(words).current_dir(folder);
    command
}

/// A folder with a manifest in `platform/a.yaml`.
fn platform() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    fs::create_dir(folder.path().join("platform")).expect("a folder");
    fs::write(folder.path().join("platform/a.yaml"), NAMESPACE).expect("a file");
    folder
}

fn names(folder: PathBuf) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn an_import_passes_check_beside_a_page_of_the_operators_own() {
    let folder = platform();
    fleetplan(&["import", "manifests", "platform"], folder.path()).assert().code(0);
    fleetplan(&["check"], folder.path()).assert().code(2);
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/manifests/page.toml");
    fs::copy(page, folder.path().join("inventory/page.toml")).expect("a copy");
    fleetplan(&["check"], folder.path()).assert().code(0);
    assert_eq!(names(folder.path().join("inventory")), ["imported", "page.toml"]);
}

#[test]
fn a_second_import_changes_nothing_and_a_changed_platform_replaces_the_folder_as_a_whole() {
    let folder = platform();
    fleetplan(&["import", "manifests", "platform"], folder.path()).assert().code(0);
    let again = fleetplan(&["import", "manifests", "platform"], folder.path()).assert().code(0);
    assert!(String::from_utf8_lossy(&again.get_output().stdout).starts_with("nothing changed in `inventory/imported`"));
    fs::write(folder.path().join("platform/a.yaml"), NAMESPACE.replace("team: web", "team: web, department: Sales"))
        .expect("a file");
    fleetplan(&["import", "manifests", "platform"], folder.path()).assert().code(0);
    assert_eq!(names(folder.path().join("inventory/imported")), ["sales.toml"]);
}

#[test]
fn a_file_that_was_edited_or_is_foreign_is_refused_by_name_and_left_as_it_is() {
    let folder = platform();
    fleetplan(&["import", "manifests", "platform"], folder.path()).assert().code(0);
    let file = folder.path().join("inventory/imported/tenants.toml");
    let edited = fs::read_to_string(&file).expect("a file").replace("soft", "hardened");
    fs::write(&file, &edited).expect("a file");
    fs::write(folder.path().join("inventory/imported/mine.txt"), "mine").expect("a file");
    let refused = fleetplan(&["import", "manifests", "platform"], folder.path()).assert().code(2);
    let told = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
    assert!(
        told.contains("`imported/tenants.toml` was edited") && told.contains("`imported/mine.txt` stands"),
        "{told}"
    );
    assert_eq!(fs::read_to_string(&file).expect("a file"), edited);
    assert_eq!(names(folder.path().join("inventory")), ["imported"]);
}

#[test]
fn what_cannot_be_imported_ends_with_2_and_writes_nothing() {
    let folder = platform();
    fs::create_dir(folder.path().join("empty")).expect("a folder");
    for words in [
        &["import", "manifests"][..],
        &["import", "manifests", "nowhere"],
        &["import", "manifests", "empty"],
        &["import", "manifests", "platform", "--team-key", "squad"],
        &["import", "manifests", "platform", "--share", "1.5"],
        &["import", "manifests", "platform", "--share", "0"],
        &["import", "manifests", "platform", "--environment", "live"],
        &["import", "manifests", "platform", "--trust", "blind"],
    ] {
        fleetplan(words, folder.path()).assert().code(2);
        assert!(!folder.path().join("inventory").exists(), "{words:?}");
    }
}

#[test]
fn standard_input_is_read_and_programs_get_one_document() {
    let folder = platform();
    let words = ["import", "manifests", "-", "--format", "json", "--environment", "dev=production"];
    let done = fleetplan(&words, folder.path()).write_stdin(NAMESPACE).assert().code(0);
    let document: serde_json::Value = serde_json::from_slice(&done.get_output().stdout).expect("one document");
    assert_eq!(document["files"], serde_json::json!(["imported/tenants.toml"]));
    assert_eq!(document["summary"]["teams"], serde_json::json!(["web"]));
    assert_eq!(document["summary"]["environments"]["production"], 1);
    assert!(document["diagnostics"].as_array().is_some_and(|all| !all.is_empty()));
}

#[test]
fn warnings_can_be_denied() {
    let folder = platform();
    fleetplan(&["import", "manifests", "platform", "--deny-warnings"], folder.path()).assert().code(1);
}
