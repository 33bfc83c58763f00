//! A folder with two inventories of one fleet, `old` and `new`, and the plan of each: `old.toml` and `new.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fleetplan::gitops::{MANIFEST, hash, read_manifest};

use crate::small::{CLUSTER, FLEET, SHOP};

/// The two sides, in a folder of their own.
pub struct Sides {
    folder: tempfile::TempDir,
}

impl Sides {
    /// Two fleets of so many tenants, which differ in what each tenant asks for.
    pub fn new(tenants: usize) -> Self {
        let sides = Self { folder: folder() };
        for (name, cpu) in [("old", "cpu = \"1\""), ("new", "cpu = \"2\"")] {
            let shops = (0..tenants)
                .map(|number| SHOP.replace("\"shop\"", &format!("\"shop-{number}\"")).replace("cpu = \"2\"", cpu));
            let policy = "date = 2026-11-23\n[policy]\nmax_importance_share = 1.0\n";
            let page = format!("{FLEET}{policy}{CLUSTER}{}", shops.collect::<String>());
            fs::create_dir(sides.path(name)).unwrap();
            fs::write(sides.path(name).join("fleet.toml"), page).unwrap();
            sides.done(&format!("plan -q -i {name} --out {name}.toml"));
        }
        sides
    }

    /// A path in the folder.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(path)
    }

    /// A command line in the folder.
    pub fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fleetplan"));
        command.args(words.split_whitespace()).current_dir(self.folder.path());
        command
    }

    /// Runs a command line.
    pub fn run(&self, words: &str) -> Output {
        self.command(words).output().unwrap()
    }

    /// Runs a command line that has to succeed.
    pub fn done(&self, words: &str) {
        let done = self.run(words);
        assert!(done.status.success(), "{words}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// Runs a command line that has to be refused with an exit code, and a message that holds some words.
    pub fn refused(&self, words: &str, code: i32, message: &str) {
        let refused = self.run(words);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(code), "{words}: {said}");
        assert!(said.contains(message), "{words}: {said}");
        assert!(!said.contains("panicked"), "{words}: {said}");
    }
}

/// A folder in memory where there is one. What is tried are calls and what stands there after them; a busy disk would only make each `fsync` wait
/// for what others wrote.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// Every file of an output with its hash. A tree that is not exactly what its own manifest says is a failure.
pub fn whole(output: &Path) -> BTreeMap<String, String> {
    if output.is_file() {
        return BTreeMap::from([(String::new(), hash(&fs::read(output).unwrap()))]);
    }
    let (mut found, mut folders) = (BTreeMap::new(), vec![output.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(output).unwrap().to_str().unwrap().to_owned();
                found.insert(name, hash(&fs::read(path).unwrap()));
            }
        }
    }
    let mut listed = read_manifest(&fs::read_to_string(output.join(MANIFEST)).unwrap()).unwrap();
    listed.insert(MANIFEST.to_owned(), found[MANIFEST].clone());
    assert_eq!(found, listed, "the tree is not what its manifest says");
    found
}

/// What runs left beside an output: staging folders and files. Nothing, once a run has ended well.
pub fn leftovers(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains(".fleetplan-")).collect()
}
