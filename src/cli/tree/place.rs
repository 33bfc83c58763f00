//! Where a tree goes, and whether what stands there may be replaced.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use fleetplan::gitops::{MANIFEST, read_manifest};

use super::fault::{TreeFault, io_fault};
use super::survey::{Survey, survey};

/// Where a tree goes: its folder and the folder that it stands in.
pub(super) struct Place {
    /// The tree's own.
    pub folder: PathBuf,
    /// The one above it.
    pub parent: PathBuf,
    name: String,
}

impl Place {
    /// Finds it. Folders above it are made.
    pub fn of(out: &Path) -> Result<Self, TreeFault> {
        match fs::symlink_metadata(out) {
            Ok(metadata) if metadata.is_symlink() => return Err(TreeFault::Link(out.to_owned())),
            Ok(metadata) if !metadata.is_dir() => return Err(TreeFault::NotAFolder(out.to_owned())),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if let Some(parent) = out.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                    fs::create_dir_all(parent).map_err(io_fault("make folder", parent))?;
                }
            }
            Err(error) => return Err(io_fault("look at", out)(error)),
        }
        let folder = match fs::canonicalize(out) {
            Ok(folder) => folder,
            Err(_) => {
                let name = out.file_name().ok_or_else(|| TreeFault::NoFolder(out.to_owned()))?;
                let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
                fs::canonicalize(parent).map_err(io_fault("look at", parent))?.join(name)
            }
        };
        let here = fs::canonicalize(".").map_err(io_fault("look at", Path::new(".")))?;
        let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else {
            return Err(TreeFault::NoFolder(folder));
        };
        if here.starts_with(&folder) {
            return Err(TreeFault::NoFolder(folder));
        }
        Ok(Self { parent: parent.to_owned(), name: name.to_string_lossy().into_owned(), folder })
    }

    /// The beginning of the names of staging folders.
    pub fn prefix(&self) -> String {
        format!(".{}.fleetplan-", self.name)
    }

    /// What stands there, if it is fleetplan's own; none where nothing does.
    pub fn survey(&self) -> Result<Option<Survey>, TreeFault> {
        if fs::symlink_metadata(&self.folder).is_err() {
            return Ok(None);
        }
        let found = survey(&self.folder)?;
        if let Some(link) = found.links.first() {
            return Err(TreeFault::Link(link.clone()));
        }
        let listed = match &found.manifest {
            None => BTreeMap::new(),
            Some(bytes) => std::str::from_utf8(bytes)
                .ok()
                .and_then(read_manifest)
                .ok_or_else(|| TreeFault::Manifest(self.folder.join(MANIFEST)))?,
        };
        let is_listed = |path: &String| path == MANIFEST || listed.contains_key(path);
        let mut foreign = found.foreign.clone();
        foreign.extend(found.hashes.keys().filter(|path| !is_listed(path)).cloned());
        if !foreign.is_empty() {
            foreign.sort();
            return Err(TreeFault::Foreign { folder: self.folder.clone(), files: foreign });
        }
        let is_edited = |(path, hash): &(&String, &String)| listed.get(*path).is_some_and(|listed| listed != *hash);
        let edited: Vec<String> = found.hashes.iter().filter(is_edited).map(|(path, _)| path.clone()).collect();
        if !edited.is_empty() {
            return Err(TreeFault::Edited { folder: self.folder.clone(), files: edited });
        }
        Ok(Some(found))
    }
}
