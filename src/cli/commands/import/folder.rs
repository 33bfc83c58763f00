//! Disk work of imports: reading what is imported, and replacing one folder of the inventory as a whole.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use fleetplan::vocab::diagnostic::Diagnostic;

use crate::cli::disk::said;
use crate::cli::failure::Failure;

/// Folders within folders beyond which a walk is taken to have lost its way.
const DEEPEST: usize = 64;

/// Every file of `paths`, and every manifest below those that are folders. Links are not followed below a folder. No file is read
/// beyond `largest` bytes and one more, which is enough to tell that it is too large.
pub fn read_all(paths: &[PathBuf], largest: usize) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let (mut found, mut faults) = (BTreeMap::new(), Vec::new());
    for path in paths {
        if path == Path::new("-") {
            let mut bytes = Vec::new();
            match limited(io::stdin(), largest, &mut bytes) {
                Ok(()) => drop(found.insert("-".to_owned(), bytes)),
                Err(error) => faults.push(unreadable(path, &error)),
            }
            continue;
        }
        let mut files = Vec::new();
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => walk(path, 0, &mut files, &mut faults),
            Ok(_) => files.push(path.clone()),
            Err(error) => faults.push(unreadable(path, &error)),
        }
        for file in files {
            let mut bytes = Vec::new();
            match fs::File::open(&file).and_then(|open| limited(open, largest, &mut bytes)) {
                Ok(()) => drop(found.insert(said(&file), bytes)),
                Err(error) => faults.push(unreadable(&file, &error)),
            }
        }
    }
    if faults.is_empty() { Ok(found.into_iter().collect()) } else { Err(Failure::faults(faults, Default::default())) }
}

fn limited(from: impl io::Read, largest: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
    from.take(largest as u64 + 1).read_to_end(bytes).map(drop)
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>, faults: &mut Vec<Diagnostic>) {
    let entries = fs::read_dir(folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => return faults.push(unreadable(folder, &error)),
    };
    entries.sort_by_key(fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        let is_manifest = path
            .extension()
            .and_then(OsStr::to_str)
            .is_some_and(|extension| matches!(extension, "yaml" | "yml" | "json"));
        match entry.file_type() {
            _ if entry.file_name().as_encoded_bytes().starts_with(b".") => {}
            Ok(kind) if kind.is_dir() && depth < DEEPEST => walk(&path, depth + 1, files, faults),
            Ok(kind) if kind.is_file() && is_manifest => files.push(path),
            Ok(_) => {}
            Err(error) => faults.push(unreadable(&path, &error)),
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error("unreadable", format!("cannot read `{}`: {error}", said(path)))
        .help("check that it exists and that you may read it")
}

/// What stands in `folder`, by `<name>/<file>`. A folder or anything else within it stands for itself, with no text.
pub fn read_standing(folder: &Path, name: &str) -> Result<BTreeMap<String, String>, Failure> {
    let fail = |error: io::Error| Failure::outside("cannot-read", format!("cannot read `{}`: {error}", said(folder)));
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(fail(error)),
    };
    let mut standing = BTreeMap::new();
    for entry in entries {
        let entry = entry.map_err(fail)?;
        let text = if entry.file_type().map_err(fail)?.is_file() {
            String::from_utf8_lossy(&fs::read(entry.path()).map_err(fail)?).into_owned()
        } else {
            String::new()
        };
        standing.insert(format!("{name}/{}", entry.file_name().to_string_lossy()), text);
    }
    Ok(standing)
}

/// Replaces `folder` by one that holds `files`, in one step: whoever looks sees the old one or the new one.
pub fn replace(folder: &Path, files: &BTreeMap<&str, &str>) -> io::Result<()> {
    let parent = folder.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    fs::create_dir_all(parent)?;
    let mut builder = tempfile::Builder::new();
    // The dot keeps a reader of the inventory from seeing it.
    builder.prefix(".fleetplan-import-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o777));
    }
    let staged = builder.tempdir_in(parent)?;
    for (name, text) in files {
        let mut file = fs::File::create_new(staged.path().join(name))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
    }
    fs::File::open(staged.path())?.sync_all()?;
    if folder.exists() {
        // What is staged afterwards is the old folder, and goes when `staged` is dropped.
        rustix::fs::renameat_with(
            rustix::fs::CWD,
            staged.path(),
            rustix::fs::CWD,
            folder,
            rustix::fs::RenameFlags::EXCHANGE,
        )?;
    } else {
        fs::rename(staged.path(), folder)?;
        // It stands under its new name now; there is nothing left to clean up.
        let _ = staged.keep();
    }
    fs::File::open(parent)?.sync_all()
}
