//! Reads an inventory's folder: every `*.toml` below it, in one order, and nothing from outside of it.
//!
//! Bytes go to the library, which knows what they mean. Here are only the faults that a disk can have: all of them at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use fleetplan::vocab::diagnostic::Diagnostic;

use super::failure::Failure;

/// Folders within folders beyond which a walk is taken to have lost its way.
const DEEPEST: usize = 64;

/// A file as the user would name it, and its bytes.
pub type File = (String, Vec<u8>);

/// Every `*.toml` below `folder`, sorted by path. Files and folders whose name begins with a dot are passed over. A link is
/// followed where it leads to a file inside of `folder`; one that leads outside is a fault. No file is read beyond `largest`
/// bytes and one more, which is enough to tell that it is too large.
pub fn read_folder(folder: &Path, largest: u64) -> Result<Vec<File>, Failure> {
    let root = root(folder)?;
    let mut walk = Walk { root, found: BTreeMap::new(), faults: Vec::new() };
    walk.folder(folder, 0);
    let Walk { found, mut faults, .. } = walk;
    if found.is_empty() && faults.is_empty() {
        let fault = Diagnostic::error("empty-inventory", format!("there is no `*.toml` file below `{}`", said(folder)))
            .help("`fleetplan init` writes a small inventory to start from");
        return Err(Failure::wrong(fault));
    }
    let mut files: Vec<File> = Vec::with_capacity(found.len());
    for path in found.into_values() {
        match read(&path, largest) {
            Ok(bytes) => files.push((said(&path), bytes)),
            Err(error) => faults.push(unreadable(&path, &error)),
        }
    }
    files.sort_by(|one, other| one.0.cmp(&other.0));
    if faults.is_empty() { Ok(files) } else { Err(Failure::faults(faults, Default::default())) }
}

fn root(folder: &Path) -> Result<PathBuf, Failure> {
    let wrong = |code, message| Failure::wrong(Diagnostic::error(code, message).help(WHERE));
    match fs::metadata(folder) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return Err(wrong("no-folder", format!("`{}` is a file, not a folder", said(folder)))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let help = "`fleetplan init` writes a small inventory to start from";
            let fault = Diagnostic::error("no-folder", format!("there is no folder `{}`", said(folder)));
            return Err(Failure::wrong(fault.help(WHERE).help(help)));
        }
        Err(error) => return Err(Failure::wrong(unreadable(folder, &error))),
    }
    fs::canonicalize(folder).map_err(|error| Failure::wrong(unreadable(folder, &error)))
}

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

/// The bytes of a file, cut one byte beyond `largest`: its size may change between a look and a read, or be unknown.
fn read(path: &Path, largest: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(largest.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error("unreadable", format!("cannot read `{}`: {error}", said(path)))
        .help("check that it exists and that you may read it")
}

/// A path as the user would write it, with forward slashes.
pub fn said(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/").replace("//", "/")
}
