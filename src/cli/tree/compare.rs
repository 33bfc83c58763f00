//! How a folder differs from a tree: file by file, before it is written or instead.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use fleetplan::gitops::{Tree, hash};

use super::fault::{TreeFault, io_fault};
use super::survey::{Survey, relative, survey};

/// What a run changed. Paths are relative, sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files that were not there.
    pub added: Vec<String>,
    /// Files with another text.
    pub changed: Vec<String>,
    /// Files that are gone.
    pub removed: Vec<String>,
    /// Files that are as they were.
    pub unchanged: usize,
}

/// How a folder differs from a tree. Paths are relative, sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Files of the tree that the folder lacks.
    pub missing: Vec<String>,
    /// What the folder has and the tree has not, links and special files included.
    pub foreign: Vec<String>,
    /// Files with another text.
    pub changed: Vec<Changed>,
}

/// A file that is there with another text.
#[derive(Debug, PartialEq, Eq)]
pub struct Changed {
    /// Which one.
    pub path: String,
    /// The first line that differs, from 1.
    pub line: usize,
    /// What it says; bytes that are no text are replaced.
    pub there: String,
}

impl Differences {
    /// True where the folder is the tree.
    pub fn is_empty(&self) -> bool {
        let Self { missing, foreign, changed } = self;
        missing.is_empty() && foreign.is_empty() && changed.is_empty()
    }
}

/// How `out` differs from `tree`. Changes nothing.
///
/// # Errors
/// [`TreeFault`] where `out` cannot be read.
pub fn check_tree(out: &Path, tree: &Tree) -> Result<Differences, TreeFault> {
    let found = match fs::symlink_metadata(out) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Survey::default(),
        Err(error) => return Err(io_fault("look at", out)(error)),
        Ok(metadata) if metadata.is_dir() => survey(out)?,
        Ok(_) => return Err(TreeFault::NotAFolder(out.to_owned())),
    };
    let mut differences = Differences { foreign: found.foreign.clone(), ..Differences::default() };
    differences.foreign.extend(found.links.iter().map(|link| relative(out, link)));
    differences.foreign.extend(found.hashes.keys().filter(|path| !tree.files.contains_key(*path)).cloned());
    differences.foreign.sort();
    for (path, text) in &tree.files {
        match found.hashes.get(path) {
            None => differences.missing.push(path.clone()),
            Some(there) if *there == hash(text.as_bytes()) => {}
            Some(_) => {
                let file = out.join(path);
                let there = fs::read(&file).map_err(io_fault("read", &file))?;
                let line = first_difference(&there, text.as_bytes());
                let there = String::from_utf8_lossy(&there).into_owned();
                differences.changed.push(Changed { path: path.clone(), line, there });
            }
        }
    }
    Ok(differences)
}

/// The first line in which two texts differ, from 1.
fn first_difference(a: &[u8], b: &[u8]) -> usize {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    a[..same].iter().filter(|byte| **byte == b'\n').count() + 1
}

/// What writing `tree` over what was surveyed will change.
pub(super) fn compare(before: &Option<Survey>, tree: &Tree) -> Written {
    let empty = BTreeMap::new();
    let before = before.as_ref().map_or(&empty, |before| &before.hashes);
    let mut written = Written::default();
    for (path, text) in &tree.files {
        match before.get(path) {
            None => written.added.push(path.clone()),
            Some(there) if *there == hash(text.as_bytes()) => written.unchanged += 1,
            Some(_) => written.changed.push(path.clone()),
        }
    }
    written.removed = before.keys().filter(|path| !tree.files.contains_key(*path)).cloned().collect();
    written
}
