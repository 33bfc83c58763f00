//! Inventories of this repository, read as the program would read them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fleetplan::inventory::{self, Inventory};
use fleetplan::vocab::calendar::Date;
use fleetplan::vocab::diagnostic::Severity;

const TODAY: Date = Date::constant(2030, 1, 1); // far from the dates that the inventories fix

/// Every `*.toml` below a folder of this repository, with its path from there.
pub fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    fn walk(root: &Path, folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
        let entries = std::fs::read_dir(folder).expect("a folder of this repository");
        let paths: BTreeSet<PathBuf> = entries.map(|entry| entry.expect("a readable entry").path()).collect();
        for path in paths {
            if path.is_dir() {
                walk(root, &path, found);
            } else if path.extension().is_some_and(|extension| extension == "toml") {
                let name = path.strip_prefix(root).expect("below the root").display().to_string();
                found.push((name, std::fs::read(&path).expect("a readable file")));
            }
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    walk(&folder, &folder, &mut found);
    found
}

/// The inventory of a folder, which has no error.
pub fn read(folder: &str) -> Inventory {
    read_files(files(folder))
}

/// The inventory of files, which has no error.
pub fn read_files(files: Vec<(String, Vec<u8>)>) -> Inventory {
    let reading = inventory::read(files, None, TODAY);
    let faults: Vec<String> = reading
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| diagnostic.message.clone())
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    reading.inventory.expect("an inventory without errors")
}
