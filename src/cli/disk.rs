//! Reads an inventory's folder: every `*.toml` below it, in one order, and nothing from outside of it.
//!
//! Bytes go to the library, which knows what they mean. Here are only the faults that a disk can have: all of them at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use fleetplan::report::safe;
use fleetplan::vocab::diagnostic::Diagnostic;

use super::failure::Failure;

/// Folders within folders beyond which a walk is taken to have lost its way.
const DEEPEST: usize = 64;

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Folder {
    /// Paths as the user would name them, and bytes; sorted.
    pub files: Vec<(String, Vec<u8>)>,
    /// What could not be read.
    pub faults: Vec<Diagnostic>,
}

/// Every `*.toml` below `folder`. Files and folders whose name begins with a dot are passed over. A link is followed where it
/// leads to a file inside of `folder`; one that leads outside is a fault, and so is a file of more than `largest` bytes.
pub fn read_folder(folder: &Path, largest: u64) -> Result<Folder, Failure> {
    let mut walk = Walk { root: root(folder)?, found: BTreeMap::new(), faults: Vec::new() };
    walk.folder(folder, 0);
    let Walk { found, mut faults, .. } = walk;
    if found.is_empty() && faults.is_empty() {
        let fault = Diagnostic::error("empty-inventory", format!("there is no `*.toml` file below `{}`", said(folder)));
        return Err(Failure::wrong(fault.help(INIT)));
    }
    let mut files = Vec::with_capacity(found.len());
    for path in found.into_values() {
        match read_file(&path, largest) {
            Ok(bytes) => files.push((said(&path), bytes)),
            Err(fault) => faults.push(*fault),
        }
    }
    files.sort();
    Ok(Folder { files, faults })
}

/// The bytes of one file. Its size is asked first, so that nothing huge is read to be refused, and watched while reading.
pub fn read_file(path: &Path, largest: u64) -> Result<Vec<u8>, Box<Diagnostic>> {
    let open = || -> io::Result<(u64, Vec<u8>)> {
        let file = fs::File::open(path)?;
        let size = file.metadata()?.len();
        let mut bytes = Vec::new();
        if size <= largest {
            file.take(largest.saturating_add(1)).read_to_end(&mut bytes)?;
        }
        Ok((size.max(bytes.len() as u64), bytes))
    };
    match open() {
        Ok((size, bytes)) if size <= largest => Ok(bytes),
        Ok((size, _)) => {
            let (size, most) = (size >> 20, largest >> 20);
            let message = format!("`{}` has {size} MiB; a file has {most} at most", said(path));
            Err(Box::new(Diagnostic::error("file-too-large", message).help("cut it into several files")))
        }
        Err(error) => Err(Box::new(unreadable(path, &error))),
    }
}

fn root(folder: &Path) -> Result<PathBuf, Failure> {
    let wrong = |code, message| Failure::wrong(Diagnostic::error(code, message).help(WHERE));
    match fs::metadata(folder) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return Err(wrong("no-folder", format!("`{}` is a file, not a folder", said(folder)))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let fault = Diagnostic::error("no-folder", format!("there is no folder `{}`", said(folder)));
            return Err(Failure::wrong(fault.help(WHERE).help(INIT)));
        }
        Err(error) => return Err(Failure::wrong(unreadable(folder, &error))),
    }
    fs::canonicalize(folder).map_err(|error| Failure::wrong(unreadable(folder, &error)))
}

const INIT: &str = "`fleetplan init` writes a small inventory to start from";
const WHERE: &str = "name the folder of the inventory with `--inventory DIR`";

struct Walk {
    root: PathBuf,
    /// Where a file really is, and the shortest way in which the user would name it.
    found: BTreeMap<PathBuf, PathBuf>,
    faults: Vec<Diagnostic>,
}

impl Walk {
    fn folder(&mut self, folder: &Path, depth: usize) {
        if depth > DEEPEST {
            let message = format!("`{}` is more than {DEEPEST} folders deep", said(folder));
            self.faults.push(Diagnostic::error("too-deep", message));
            return;
        }
        let entries = fs::read_dir(folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
        let entries = match entries {
            Ok(entries) => entries,
            Err(error) => return self.faults.push(unreadable(folder, &error)),
        };
        let paths: BTreeSet<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
        for path in paths {
            if path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")) {
                continue;
            }
            if let Err(error) = self.entry(&path, depth) {
                self.faults.push(unreadable(&path, &error));
            }
        }
    }

    fn entry(&mut self, path: &Path, depth: usize) -> io::Result<()> {
        let is_toml = path.extension().is_some_and(|extension| extension == "toml");
        let itself = fs::symlink_metadata(path)?;
        if itself.is_dir() {
            self.folder(path, depth + 1);
        } else if itself.is_symlink() && is_toml {
            let real = fs::canonicalize(path)?;
            if !real.starts_with(&self.root) {
                let message = format!("`{}` is a link that leads out of the inventory's folder", said(path));
                let help = "copy the file into the folder, or remove the link";
                self.faults.push(Diagnostic::error("link-outside", message).help(help));
            } else if fs::metadata(&real)?.is_file() {
                self.found.entry(real).or_insert_with(|| path.to_owned());
            }
        } else if is_toml && itself.is_file() {
            self.found.insert(fs::canonicalize(path)?, path.to_owned());
        } else if is_toml {
            let message = format!("`{}` is no regular file", said(path));
            self.faults.push(Diagnostic::error("no-file", message).help("remove it, or rename it without `.toml`"));
        }
        Ok(())
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error("unreadable", format!("cannot read `{}`: {error}", said(path)))
        .help("check that it exists and that you may read it")
}

/// A path as the user would write it, with forward slashes and nothing that steers a terminal.
pub fn said(path: &Path) -> String {
    let parts = path.components().map(|part| part.as_os_str().to_string_lossy());
    safe::line(&parts.collect::<Vec<_>>().join("/").replacen("//", "/", 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(folder: &Path) -> Vec<String> {
        let prefix = format!("{}/", said(folder));
        let read = read_folder(folder, 1 << 20).unwrap();
        assert_eq!(read.faults, Vec::new());
        read.files.into_iter().map(|(path, _)| path.strip_prefix(&prefix).unwrap().to_owned()).collect()
    }

    #[test]
    fn every_toml_below_the_folder_is_read_in_one_order() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("b/c")).unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        for name in ["z.toml", "b/c/d.toml", "a.toml", "a.txt", ".hidden.toml", ".git/x.toml"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(paths(folder.path()), ["a.toml", "b/c/d.toml", "z.toml"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_outside_is_refused_and_one_inside_counts_once() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::NamedTempFile::new().unwrap();
        fs::create_dir(folder.path().join("..data")).unwrap();
        fs::write(folder.path().join("..data/a.toml"), "").unwrap();
        fs::write(folder.path().join("b.toml"), "").unwrap();
        symlink("..data/a.toml", folder.path().join("a.toml")).unwrap();
        symlink("b.toml", folder.path().join("c.toml")).unwrap();
        symlink(".", folder.path().join("again")).unwrap();
        assert_eq!(paths(folder.path()), ["a.toml", "b.toml"]);
        symlink(outside.path(), folder.path().join("d.toml")).unwrap();
        let faults = read_folder(folder.path(), 1 << 20).unwrap().faults;
        assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["link-outside"]);
    }

    #[test]
    fn a_file_that_is_too_large_is_told_and_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = fs::File::create(folder.path().join("big.toml")).unwrap();
        file.set_len(100 << 20).unwrap();
        fs::write(folder.path().join("small.toml"), "").unwrap();
        let read = read_folder(folder.path(), 1 << 20).unwrap();
        assert_eq!(read.files.len(), 1);
        assert!(read.faults[0].message.ends_with("has 100 MiB; a file has 1 at most"), "{:?}", read.faults);
    }

    #[test]
    fn a_path_is_said_with_forward_slashes_and_without_control_characters() {
        assert_eq!(said(Path::new("/a//b/./c")), "/a/b/c");
        assert_eq!(said(Path::new("./a\u{1b}[2J")), "./a\\u{1b}[2J");
    }
}
