//! Replaces one file as a whole: after a crash or a full disk it holds the old text or the new one, never a part.
//!
//! Text flows in; a file that is on the disk flows out. Knows nothing of plans.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// What could not be done to which file.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} `{}`", path.display())]
pub struct FileFault {
    /// A verb and what goes with it: `write`, `put in its place`.
    pub doing: &'static str,
    /// Which file or folder.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// Writes `text` beside `path`, to the disk, then puts it in its place. Folders on the way are made. A link is followed, so that
/// it stays a link; an existing file keeps its permissions.
///
/// # Errors
/// [`FileFault`]; the file is then what it was.
pub fn write_file_atomically(path: &Path, text: &str) -> Result<(), FileFault> {
    let fault = |doing, path: &Path| {
        let path = path.to_owned();
        move |source| FileFault { doing, path, source }
    };
    let target = match fs::canonicalize(path) {
        Ok(target) => target,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(fault("find", path)(error)),
    };
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder).map_err(fault("make folder", folder))?;
    let permissions = match fs::metadata(&target) {
        Ok(metadata) if metadata.is_dir() => {
            return Err(fault("write", path)(io::Error::from(io::ErrorKind::IsADirectory)));
        }
        Ok(metadata) => metadata.permissions(),
        // Narrowed by the user's umask, as for any new file.
        Err(_) => Permissions::from_mode(0o666),
    };
    let mut staged = tempfile::Builder::new()
        .prefix(".fleetplan-")
        .permissions(permissions)
        .tempfile_in(folder)
        .map_err(fault("write beside", &target))?;
    staged.write_all(text.as_bytes()).map_err(fault("write beside", &target))?;
    staged.as_file().sync_all().map_err(fault("write beside", &target))?;
    staged.persist(&target).map_err(|error| fault("put in its place", &target)(error.error))?;
    sync_folder(folder).map_err(fault("write folder", folder))
}

/// Puts a folder's own entries on the disk.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_appears_with_its_folders() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("plans/new/current.toml");
        write_file_atomically(&path, "a = 1\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a = 1\n");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn an_existing_file_is_replaced_and_keeps_its_permissions() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        write_file_atomically(&path, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_link_stays_a_link() {
        let root = tempfile::tempdir().unwrap();
        let (link, target) = (root.path().join("link"), root.path().join("target"));
        fs::write(&target, "old").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        write_file_atomically(&link, "new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&target).unwrap(), "new");
    }

    #[test]
    fn a_folder_in_the_place_of_the_file_is_a_fault_and_stays() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a");
        fs::create_dir(&path).unwrap();
        assert!(write_file_atomically(&path, "x").is_err());
        assert!(path.is_dir());
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }
}
