//! Writes one file as a whole or not at all.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// What writing came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The file is new, or has new content.
    Anew,
    /// The file held exactly this already and was not touched.
    AsItWas,
}

/// Puts `bytes` into the file at `path`, creating the folders above it. The text is staged beside its place, flushed to the
/// disk and moved there in one step: after a crash the file is the old one or the new one. A link is followed.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<Written> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let standing = fs::metadata(&path).ok();
    if standing.as_ref().is_some_and(|file| file.len() == bytes.len() as u64) && fs::read(&path)? == bytes {
        return Ok(Written::AsItWas);
    }
    let folder = folder(&path);
    fs::create_dir_all(&folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".fleetplan-").suffix(".tmp");
    let permissions = standing.as_ref().map(fs::Metadata::permissions);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(permissions.unwrap_or_else(|| fs::Permissions::from_mode(0o666)));
    }
    let mut staged = builder.tempfile_in(&folder)?;
    staged.write_all(bytes)?;
    staged.as_file().sync_all()?;
    staged.persist(&path)?;
    // The name is safe once the folder is; a file system that cannot flush a folder has no such promise to keep.
    let _ = fs::File::open(&folder).and_then(|folder| folder.sync_all());
    Ok(Written::Anew)
}

fn folder(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        Some(_) | None => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_left_alone_where_nothing_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.toml");
        assert_eq!(replace(&path, b"one").unwrap(), Written::Anew);
        assert_eq!(replace(&path, b"one").unwrap(), Written::AsItWas);
        assert_eq!(replace(&path, b"two").unwrap(), Written::Anew);
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing staged is left behind");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("real"), "one").unwrap();
        std::os::unix::fs::symlink("real", folder.path().join("link")).unwrap();
        replace(&folder.path().join("link"), b"two").unwrap();
        assert!(fs::symlink_metadata(folder.path().join("link")).unwrap().is_symlink());
        assert_eq!(fs::read(folder.path().join("real")).unwrap(), b"two");
    }
}
