//! What stands in a folder today: every file with its hash, and whatever is no plain file.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fleetplan::gitops::{MANIFEST, hash};

use super::fault::{TreeFault, io_fault};

/// What stands in a folder, by relative path. Texts are hashed, not kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Survey {
    /// SHA-256 of every file.
    pub hashes: BTreeMap<String, String>,
    /// Special files, and files whose names are no text.
    pub foreign: Vec<String>,
    /// Symbolic links.
    pub links: Vec<PathBuf>,
    /// The manifest as it stands there.
    pub manifest: Option<Vec<u8>>,
}

/// Looks at everything below a folder; follows no link.
pub(super) fn survey(root: &Path) -> Result<Survey, TreeFault> {
    let mut found = Survey::default();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(io_fault("read folder", &folder))? {
            let path = entry.map_err(io_fault("read folder", &folder))?.path();
            let kind = fs::symlink_metadata(&path).map_err(io_fault("look at", &path))?.file_type();
            let name = relative(root, &path);
            let is_text = path.strip_prefix(root).is_ok_and(|path| path.to_str().is_some());
            if kind.is_symlink() {
                found.links.push(path);
            } else if kind.is_dir() {
                folders.push(path);
            } else if !kind.is_file() || !is_text {
                found.foreign.push(name);
            } else {
                let bytes = fs::read(&path).map_err(io_fault("read", &path))?;
                found.hashes.insert(name.clone(), hash(&bytes));
                if name == MANIFEST {
                    found.manifest = Some(bytes);
                }
            }
        }
    }
    found.foreign.sort();
    found.links.sort();
    Ok(found)
}

/// A path below a root, with `/`. What is no text is shown as near as possible; the caller calls it foreign.
pub(super) fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}
