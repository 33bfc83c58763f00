//! Replaces one file as a whole: after a crash or a full disk it holds the old text or the new one, never a part.
//!
//! Text flows in; a file that is on the disk flows out. Knows nothing of plans.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

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

/// A text that is on the disk, beside the file whose place it takes. Dropped, it is gone and the file is what it was.
pub struct Staged {
    file: NamedTempFile,
    target: PathBuf,
}

/// Writes `text` beside `path`, to the disk: everything that a full disk or a folder that may not be written can refuse. Folders on the way are
/// made. A link is followed, so that it stays a link; an existing file keeps its permissions.
///
/// # Errors
/// [`FileFault`].
pub fn stage(path: &Path, text: &str) -> Result<Staged, FileFault> {
    let target = match fs::canonicalize(path) {
        Ok(target) => target,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(fault("find", path)(error)),
    };
    let folder = folder_of(&target);
    fs::create_dir_all(folder).map_err(fault("make folder", folder))?;
    let permissions = match fs::metadata(&target) {
        Ok(metadata) if metadata.is_dir() => {
            return Err(fault("write", path)(io::Error::from(io::ErrorKind::IsADirectory)));
        }
        Ok(metadata) => metadata.permissions(),
        // Narrowed by the user's umask, as for any new file.
        Err(_) => Permissions::from_mode(0o666),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".fleetplan-")
        .permissions(permissions)
        .tempfile_in(folder)
        .map_err(fault("write beside", &target))?;
    file.write_all(text.as_bytes()).map_err(fault("write beside", &target))?;
    file.as_file().sync_all().map_err(fault("write beside", &target))?;
    Ok(Staged { file, target })
}

impl Staged {
    /// Puts it in its place.
    ///
    /// # Errors
    /// [`FileFault`]; the file is then what it was, or already what it should be.
    pub fn put_in_place(self) -> Result<(), FileFault> {
        let Self { file, target } = self;
        file.persist(&target).map_err(|error| fault("put in its place", &target)(error.error))?;
        let folder = folder_of(&target);
        sync_folder(folder).map_err(fault("write folder", folder))
    }
}

fn fault(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileFault {
    let path = path.to_owned();
    move |source| FileFault { doing, path, source }
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Puts a folder's own entries on the disk.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write_file_atomically(path: &Path, text: &str) -> Result<(), FileFault> {
        stage(path, text)?.put_in_place()
    }

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
