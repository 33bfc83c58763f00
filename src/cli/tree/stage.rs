//! A new tree beside the old one, brought to the disk before anything is replaced; and what killed runs left there, swept.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use fleetplan::gitops::Tree;

use super::fault::{TreeFault, io_fault};
use super::place::Place;
use crate::cli::file::sync_folder;

/// The name of the staged tree in its staging folder, which keeps the tree's own permissions apart from those of the latter.
pub(super) const STAGED: &str = "tree";

/// Removes what killed runs left beside the tree. Under the lock, so that nobody is still writing it.
pub(super) fn sweep(place: &Place) -> Result<(), TreeFault> {
    let prefix = place.prefix();
    for entry in fs::read_dir(&place.parent).map_err(io_fault("read folder", &place.parent))? {
        let entry = entry.map_err(io_fault("read folder", &place.parent))?;
        let is_ours = entry.file_name().to_string_lossy().starts_with(&prefix);
        if is_ours && entry.file_type().map_err(io_fault("look at", &entry.path()))?.is_dir() {
            fs::remove_dir_all(entry.path()).map_err(io_fault("remove leftover", &entry.path()))?;
        }
    }
    Ok(())
}

/// Writes the tree beside its place and brings it to the disk.
pub(super) fn stage(place: &Place, tree: &Tree) -> Result<tempfile::TempDir, TreeFault> {
    let staging = tempfile::Builder::new()
        .prefix(&place.prefix())
        .tempdir_in(&place.parent)
        .map_err(io_fault("write beside", &place.folder))?;
    let root = staging.path().join(STAGED);
    fs::create_dir(&root).map_err(io_fault("make folder", &root))?;
    if let Ok(metadata) = fs::metadata(&place.folder) {
        fs::set_permissions(&root, metadata.permissions()).map_err(io_fault("set permissions of", &root))?;
    }
    let mut folders = BTreeSet::from([root.clone()]);
    for (path, text) in &tree.files {
        let file = root.join(path);
        let mut folder = file.parent().unwrap_or(&root);
        fs::create_dir_all(folder).map_err(io_fault("make folder", folder))?;
        while folder != root && folders.insert(folder.to_owned()) {
            folder = folder.parent().unwrap_or(&root);
        }
        let mut handle = File::create_new(&file).map_err(io_fault("write", &file))?;
        handle.write_all(text.as_bytes()).map_err(io_fault("write", &file))?;
        if !AT_ONCE {
            handle.sync_all().map_err(io_fault("write", &file))?;
        }
    }
    sync_all(staging.path(), &folders).map_err(io_fault("write to the disk", staging.path()))?;
    Ok(staging)
}

/// Linux brings a whole file system to the disk with one call. File by file a tree of 7,000 files takes a minute.
const AT_ONCE: bool = cfg!(target_os = "linux");

/// Brings a staged tree to the disk: on Linux all of it, elsewhere its folders, whose files have been brought there one by one.
fn sync_all(staging: &Path, folders: &BTreeSet<PathBuf>) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::fs::syncfs(File::open(staging)?)?;
    if !AT_ONCE {
        folders.iter().rev().try_for_each(|folder| sync_folder(folder))?;
    }
    sync_folder(staging)
}
