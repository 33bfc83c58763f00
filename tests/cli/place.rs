//! A folder to run commands in, and what it holds before and after.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::assert::Assert;

/// A folder of its own.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// An empty folder.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A folder with the inventory that `init` writes, on a fixed day.
    pub fn with_inventory() -> Self {
        let place = Self::empty();
        place.run(&["init", "-q"]).success();
        place.edit("inventory/fleet.toml", "# date = 2026-11-23  ", "date = 2026-11-23");
        place
    }

    /// That folder with its plan.
    pub fn with_plan() -> Self {
        let place = Self::with_inventory();
        place.run(&["plan", "-q"]).success();
        place
    }

    /// A command in this folder, without what the environment says of colours.
    pub fn command(&self) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("fleetplan"));
        command.current_dir(self.folder.path()).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        command
    }

    /// Runs a command line.
    pub fn run(&self, words: &[&str]) -> Assert {
        self.command().args(words).assert()
    }

    /// The path of a file.
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// A file's text.
    pub fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Writes a file and the folders above it.
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Replaces a part of a file, which must be there.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.text(path);
        assert!(text.contains(from), "{path} has `{from}`");
        self.write(path, text.replacen(from, to, 1));
    }

    /// Every file below the folder and its bytes.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        gather(self.folder.path(), &mut files);
        files
    }
}

fn gather(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, files);
        } else {
            files.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
}

/// Standard output as text.
pub fn out(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

/// Standard error as text.
pub fn err(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

/// Standard output as one JSON document.
pub fn json(assert: &Assert) -> serde_json::Value {
    serde_json::from_str(&out(assert)).unwrap()
}
