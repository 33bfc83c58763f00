//! Replaces a whole tree of files in one step, and touches nothing that is not fleetplan's.
//!
//! A rendered [`Tree`] flows in. What stands in the folder today is surveyed first: every file must be listed in the tree's own
//! manifest with the hash it has. The new tree is written beside the folder, brought to the disk, and exchanged with the old one by a
//! single system call; then the old one is removed. Whenever a run is killed, the folder holds the old tree or the new one, and
//! the next run removes what was left beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use fleetplan::gitops::{MANIFEST, Subjects, Tree, hash, read_manifest};
use rustix::fs::{CWD, FlockOperation, RenameFlags, flock, renameat_with};
use rustix::io::Errno;

use super::file::sync_folder;

/// How often, and how long apart, a run asks for the lock before it gives up: five seconds in all.
const LOCK_ATTEMPTS: u32 = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

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
    /// Files with another text, and the first line that differs, from 1.
    pub changed: Vec<(String, usize)>,
}

impl Differences {
    /// True where the folder is the tree.
    pub fn is_empty(&self) -> bool {
        let Self { missing, foreign, changed } = self;
        missing.is_empty() && foreign.is_empty() && changed.is_empty()
    }
}

/// Why a tree was not written. The folder is then what it was.
#[derive(Debug, thiserror::Error)]
pub enum TreeFault {
    /// The folder's path has no last part, or is the folder the command runs in, which would be exchanged under its feet.
    #[error("`{}` cannot be replaced as a whole", .0.display())]
    NoFolder(PathBuf),
    /// Something other than a folder stands there.
    #[error("`{}` is not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// A link stands there, or in it.
    #[error("`{}` is a symbolic link", .0.display())]
    Link(PathBuf),
    /// The folder holds files that its manifest does not list.
    #[error("`{}` holds what fleetplan did not write: {}", folder.display(), few(files))]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// All of them.
        files: Vec<String>,
    },
    /// The folder holds files that were changed after they were written.
    #[error("`{}` holds files that were edited by hand: {}", folder.display(), few(files))]
    Edited {
        /// The folder.
        folder: PathBuf,
        /// All of them.
        files: Vec<String>,
    },
    /// The manifest is there and says nothing that can be trusted.
    #[error("`{}` is no manifest of this version of fleetplan", .0.display())]
    Manifest(PathBuf),
    /// Tenants or clusters would vanish, and nobody named them.
    #[error("the tree no longer has {}", vanishing(tenants, clusters))]
    Vanishing {
        /// Tenants.
        tenants: Vec<String>,
        /// Clusters.
        clusters: Vec<String>,
    },
    /// A removal was named, and the tree still has it.
    #[error("`{0}` is to be removed, and the plan still has it")]
    StillThere(String),
    /// Another run holds the lock.
    #[error("another run is writing beside `{}`", .0.display())]
    Locked(PathBuf),
    /// Somebody changed the folder while it was being replaced; the change was kept.
    #[error("`{}` was changed while it was being replaced", .0.display())]
    ChangedMeanwhile(PathBuf),
    /// The file system cannot exchange two folders.
    #[error("the file system of `{}` cannot exchange two folders", .0.display())]
    NoExchange(PathBuf),
    /// The system refused something.
    #[error("cannot {doing} `{}`", path.display())]
    Io {
        /// A verb and what goes with it.
        doing: &'static str,
        /// What it was done to.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl TreeFault {
    /// The kebab-case code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoFolder(_) => "tree-no-folder",
            Self::NotAFolder(_) => "tree-not-a-folder",
            Self::Link(_) => "tree-link",
            Self::Foreign { .. } => "tree-foreign-files",
            Self::Edited { .. } => "tree-edited-files",
            Self::Manifest(_) => "tree-manifest",
            Self::Vanishing { .. } => "tree-vanishing",
            Self::StillThere(_) => "tree-still-there",
            Self::Locked(_) => "tree-locked",
            Self::ChangedMeanwhile(_) => "tree-changed-meanwhile",
            Self::NoExchange(_) => "tree-no-exchange",
            Self::Io { .. } => "tree-io",
        }
    }

    /// The way out, one sentence.
    pub fn help(&self) -> String {
        match self {
            Self::NoFolder(_) => "name a folder of its own, and run from outside of it".to_owned(),
            Self::NotAFolder(_) => "name a folder, or a path where nothing stands yet".to_owned(),
            Self::Link(_) => "name the folder itself; a tree holds no links".to_owned(),
            Self::Foreign { .. } => "give the tree a folder of its own, or move these files out of it".to_owned(),
            Self::Edited { .. } => {
                "say in the inventory what the edit meant, then restore these files (`git checkout`) and render again"
                    .to_owned()
            }
            Self::Manifest(_) => "restore the tree as it was rendered, or render into a new folder".to_owned(),
            Self::Vanishing { tenants, clusters } => {
                let flags: Vec<String> =
                    tenants.iter().chain(clusters).take(FEW).map(|name| format!("--remove {name}")).collect();
                format!("if that is meant, say so: {}", flags.join(" "))
            }
            Self::StillThere(name) => {
                format!("take `{name}` out of the inventory and plan again, or leave the flag away")
            }
            Self::Locked(_) => "wait for it to end".to_owned(),
            Self::ChangedMeanwhile(_) => "look at the change, then render again".to_owned(),
            Self::NoExchange(_) => {
                "render into a folder that does not exist yet, or onto another file system".to_owned()
            }
            Self::Io { .. } => "the folder is as it was; mend the cause and render again".to_owned(),
        }
    }

    /// True where the input is wrong and not the system.
    pub const fn is_input(&self) -> bool {
        !matches!(self, Self::Io { .. } | Self::Locked(_) | Self::ChangedMeanwhile(_) | Self::NoExchange(_))
    }
}

/// Names that a message shows before it counts the rest.
const FEW: usize = 10;

fn few(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(FEW).map(|name| format!("`{}`", name.escape_debug())).collect();
    match names.len().saturating_sub(FEW) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn vanishing(tenants: &[String], clusters: &[String]) -> String {
    let part = |word: &str, names: &[String]| match names.len() {
        0 => None,
        1 => Some(format!("{word} {}", few(names))),
        _ => Some(format!("{word}s {}", few(names))),
    };
    [part("tenant", tenants), part("cluster", clusters)].into_iter().flatten().collect::<Vec<_>>().join(", nor ")
}

/// What stands in a folder, by relative path. Texts are hashed, not kept.
#[derive(Debug, Default, PartialEq, Eq)]
struct Survey {
    hashes: BTreeMap<String, String>,
    foreign: Vec<String>,
    links: Vec<PathBuf>,
    manifest: Option<Vec<u8>>,
}

/// Writes `tree` to `out`, whole or not at all. `removals` names tenants and clusters whose files may vanish.
///
/// # Errors
/// [`TreeFault`]; then `out` is what it was.
pub fn write_tree(out: &Path, tree: &Tree, removals: &BTreeSet<String>) -> Result<Written, TreeFault> {
    let place = Place::of(out)?;
    let _lock = lock(&place.parent)?;
    let before = place.survey()?;
    check_removals(&before, tree, removals)?;
    let written = compare(&before, tree);
    sweep(&place)?;
    if before.as_ref().is_some_and(|before| before.manifest.is_some())
        && written.added.is_empty()
        && written.changed.is_empty()
        && written.removed.is_empty()
    {
        return Ok(written);
    }
    let staging = stage(&place, tree)?;
    let staged = staging.path().join(STAGED);
    if before.is_some() {
        exchange(&staged, &place.folder)?;
        // What was exchanged out is looked at once more: nothing that a hand wrote since the survey is lost.
        if survey(&staged)? != before.unwrap_or_default() {
            exchange(&staged, &place.folder)?;
            return Err(TreeFault::ChangedMeanwhile(place.folder));
        }
    } else {
        renameat_with(CWD, &staged, CWD, &place.folder, RenameFlags::NOREPLACE)
            .map_err(|error| io_fault("put a tree at", &place.folder)(error.into()))?;
    }
    sync_folder(&place.parent).map_err(io_fault("write folder", &place.parent))?;
    // The new tree stands; if the old one cannot be removed, the next run sweeps it.
    drop(staging);
    Ok(written)
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
                differences.changed.push((path.clone(), first_difference(&there, text.as_bytes())));
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

/// Where a tree goes: its folder and the folder that it stands in.
struct Place {
    folder: PathBuf,
    parent: PathBuf,
    name: String,
}

/// The name of the staged tree in its staging folder, which keeps the tree's own permissions apart from those of the latter.
const STAGED: &str = "tree";

impl Place {
    fn of(out: &Path) -> Result<Self, TreeFault> {
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
    fn prefix(&self) -> String {
        format!(".{}.fleetplan-", self.name)
    }

    /// What stands there, if it is fleetplan's own; none where nothing does.
    fn survey(&self) -> Result<Option<Survey>, TreeFault> {
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

fn check_removals(before: &Option<Survey>, tree: &Tree, removals: &BTreeSet<String>) -> Result<(), TreeFault> {
    let after = tree.subjects();
    if let Some(name) = removals.iter().find(|name| after.tenants.contains(*name) || after.clusters.contains(*name)) {
        return Err(TreeFault::StillThere(name.clone()));
    }
    let Some(before) = before else { return Ok(()) };
    let before = Subjects::of(before.hashes.keys().map(String::as_str));
    let vanished = |before: &BTreeSet<String>, after: &BTreeSet<String>| -> Vec<String> {
        before.difference(after).filter(|name| !removals.contains(*name)).cloned().collect()
    };
    let tenants = vanished(&before.tenants, &after.tenants);
    let clusters = vanished(&before.clusters, &after.clusters);
    if tenants.is_empty() && clusters.is_empty() { Ok(()) } else { Err(TreeFault::Vanishing { tenants, clusters }) }
}

fn compare(before: &Option<Survey>, tree: &Tree) -> Written {
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

/// Locks the folder that the tree stands in. The lock ends with the file handle, also when the process is killed.
fn lock(parent: &Path) -> Result<File, TreeFault> {
    let handle = File::open(parent).map_err(io_fault("open folder", parent))?;
    for attempt in 0..LOCK_ATTEMPTS {
        if attempt > 0 {
            thread::sleep(LOCK_PAUSE);
        }
        match flock(&handle, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(handle),
            Err(Errno::WOULDBLOCK | Errno::INTR) => {}
            Err(error) => return Err(io_fault("lock folder", parent)(error.into())),
        }
    }
    Err(TreeFault::Locked(parent.to_owned()))
}

/// Removes what killed runs left beside the tree. Under the lock, so that nobody is still writing it.
fn sweep(place: &Place) -> Result<(), TreeFault> {
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
fn stage(place: &Place, tree: &Tree) -> Result<tempfile::TempDir, TreeFault> {
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

fn exchange(a: &Path, b: &Path) -> Result<(), TreeFault> {
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).map_err(|error| match error {
        Errno::INVAL | Errno::NOSYS => TreeFault::NoExchange(b.to_owned()),
        error => io_fault("exchange", b)(error.into()),
    })
}

/// Looks at everything below a folder; follows no link.
fn survey(root: &Path) -> Result<Survey, TreeFault> {
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
fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}

fn io_fault(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> TreeFault {
    let path = path.to_owned();
    move |source| TreeFault::Io { doing, path, source }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        Tree::new(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }

    fn small() -> Tree {
        tree(&[("README.md", "one\n"), ("tenants/eu-1/checkout/values.yaml", "a: 1\n")])
    }

    fn other() -> Tree {
        tree(&[("README.md", "two\n"), ("tenants/eu-2/checkout/values.yaml", "a: 1\n"), ("argocd/x.yaml", "")])
    }

    /// A folder, and the path of a tree in it.
    fn place() -> (tempfile::TempDir, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("gitops");
        (root, out)
    }

    fn write(out: &Path, tree: &Tree) -> Result<Written, TreeFault> {
        write_tree(out, tree, &BTreeSet::new())
    }

    /// Everything below a folder: what a test compares to say that nothing was touched.
    fn everything(root: &Path) -> BTreeMap<String, String> {
        let found = survey(root).unwrap();
        let links = found.links.iter().map(|link| (relative(root, link), "link".to_owned()));
        found.hashes.into_iter().chain(links).collect()
    }

    /// That a run is refused with `code` and leaves everything, and no leftover.
    fn refuses(root: &Path, out: &Path, tree: &Tree, code: &str) -> TreeFault {
        let before = everything(root);
        let fault = write(out, tree).unwrap_err();
        assert_eq!(fault.code(), code, "{fault}");
        assert_eq!(everything(root), before);
        fault
    }

    #[test]
    fn a_tree_is_written_where_nothing_stands_and_replaced_where_one_does() {
        let (root, out) = place();
        let first = write(&out, &small()).unwrap();
        assert_eq!(first.added, ["README.md", "fleetplan.sha256", "tenants/eu-1/checkout/values.yaml"]);
        assert!(check_tree(&out, &small()).unwrap().is_empty());
        let second = write(&out, &other()).unwrap();
        assert_eq!(second.removed, ["tenants/eu-1/checkout/values.yaml"]);
        assert_eq!(second.changed, ["README.md", "fleetplan.sha256"]);
        assert!(check_tree(&out, &other()).unwrap().is_empty());
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_same_tree_again_touches_no_file() {
        let (_root, out) = place();
        write(&out, &small()).unwrap();
        let inode = |path: &Path| std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).unwrap());
        let before = inode(&out.join("README.md"));
        assert_eq!(write(&out, &small()).unwrap(), Written { unchanged: 3, ..Written::default() });
        assert_eq!(inode(&out.join("README.md")), before);
    }

    #[test]
    fn an_empty_folder_is_taken_and_its_permissions_stay() {
        let (_root, out) = place();
        fs::create_dir(&out).unwrap();
        fs::set_permissions(&out, fs::Permissions::from_mode(0o750)).unwrap();
        write(&out, &small()).unwrap();
        assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o750);
    }

    #[test]
    fn a_file_in_the_place_of_the_folder_is_refused() {
        let (root, out) = place();
        fs::write(&out, "x").unwrap();
        refuses(root.path(), &out, &small(), "tree-not-a-folder");
    }

    #[test]
    fn a_link_in_the_place_of_the_folder_or_inside_of_it_is_refused() {
        let (root, out) = place();
        let real = root.path().join("real");
        write(&real, &small()).unwrap();
        symlink(&real, &out).unwrap();
        refuses(root.path(), &out, &small(), "tree-link");
        fs::remove_file(&out).unwrap();
        symlink("/etc/passwd", real.join("tenants/link")).unwrap();
        refuses(root.path(), &real, &other(), "tree-link");
    }

    #[test]
    fn files_that_the_manifest_does_not_list_are_refused_by_name() {
        let (root, out) = place();
        write(&out, &small()).unwrap();
        fs::write(out.join("tenants/notes.txt"), "mine").unwrap();
        let fault = refuses(root.path(), &out, &other(), "tree-foreign-files");
        assert!(fault.to_string().contains("`tenants/notes.txt`"), "{fault}");
    }

    #[test]
    fn a_folder_that_is_no_tree_is_refused_and_says_how_much_is_in_it() {
        let (root, out) = place();
        fs::create_dir_all(out.join(".git")).unwrap();
        for number in 0..12 {
            fs::write(out.join(format!(".git/{number:02}")), "").unwrap();
        }
        let fault = refuses(root.path(), &out, &small(), "tree-foreign-files");
        assert!(fault.to_string().contains("`.git/09` and 2 more"), "{fault}");
    }

    #[test]
    fn a_file_that_a_hand_edited_is_refused_by_name() {
        let (root, out) = place();
        write(&out, &small()).unwrap();
        fs::write(out.join("tenants/eu-1/checkout/values.yaml"), "a: 2\n").unwrap();
        let fault = refuses(root.path(), &out, &other(), "tree-edited-files");
        assert!(fault.to_string().contains("`tenants/eu-1/checkout/values.yaml`"), "{fault}");
    }

    #[test]
    fn a_file_that_a_hand_deleted_comes_back() {
        let (_root, out) = place();
        write(&out, &small()).unwrap();
        fs::remove_file(out.join("README.md")).unwrap();
        assert_eq!(write(&out, &small()).unwrap().added, ["README.md"]);
    }

    #[test]
    fn a_manifest_that_cannot_be_trusted_is_refused() {
        let (root, out) = place();
        write(&out, &small()).unwrap();
        fs::write(out.join(MANIFEST), "# fleetplan tree 9\n").unwrap();
        refuses(root.path(), &out, &small(), "tree-manifest");
        fs::write(out.join(MANIFEST), [0xff]).unwrap();
        refuses(root.path(), &out, &small(), "tree-manifest");
    }

    #[test]
    fn a_tenant_or_a_cluster_vanishes_only_when_it_is_named() {
        let (root, out) = place();
        write(&out, &tree(&[("tenants/eu-1/checkout/values.yaml", ""), ("clusters/pci-1/manifests/cluster.yaml", "")]))
            .unwrap();
        let empty = tree(&[("README.md", "")]);
        let fault = refuses(root.path(), &out, &empty, "tree-vanishing");
        assert_eq!(fault.to_string(), "the tree no longer has tenant `checkout`, nor cluster `pci-1`");
        assert_eq!(fault.help(), "if that is meant, say so: --remove checkout --remove pci-1");
        let named = BTreeSet::from(["checkout".to_owned(), "pci-1".to_owned()]);
        assert_eq!(write_tree(&out, &empty, &named).unwrap().removed.len(), 2);
        // The same flags again, as a pipeline would: nothing is left to remove.
        write_tree(&out, &empty, &named).unwrap();
    }

    #[test]
    fn a_tenant_that_moves_to_another_cluster_does_not_vanish() {
        let (_root, out) = place();
        write(&out, &small()).unwrap();
        write(&out, &other()).unwrap();
    }

    #[test]
    fn a_removal_that_the_plan_contradicts_is_refused() {
        let (_root, out) = place();
        let named = BTreeSet::from(["checkout".to_owned()]);
        assert_eq!(write_tree(&out, &small(), &named).unwrap_err().code(), "tree-still-there");
    }

    #[test]
    fn what_a_killed_run_left_is_swept_and_nothing_else() {
        let (root, out) = place();
        let leftover = root.path().join(".gitops.fleetplan-abc123/tree/tenants");
        fs::create_dir_all(&leftover).unwrap();
        fs::write(leftover.join("x"), "").unwrap();
        fs::create_dir(root.path().join(".other.fleetplan-abc123")).unwrap();
        fs::write(root.path().join(".gitops.fleetplan-notes"), "a file, not a folder").unwrap();
        write(&out, &small()).unwrap();
        let left: BTreeSet<String> =
            fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(
            left,
            BTreeSet::from([".gitops.fleetplan-notes", ".other.fleetplan-abc123", "gitops"].map(str::to_owned))
        );
    }

    #[test]
    fn two_runs_at_once_take_turns_and_one_that_never_ends_is_reported() {
        let (root, out) = place();
        let held = lock(root.path()).unwrap();
        assert_eq!(write(&out, &small()).unwrap_err().code(), "tree-locked");
        drop(held);
        let trees = [small(), other()];
        thread::scope(|scope| {
            for number in 0..8 {
                let (out, tree) = (&out, &trees[number % 2]);
                scope.spawn(move || write(out, tree).unwrap());
            }
        });
        assert!(trees.iter().any(|tree| check_tree(&out, tree).unwrap().is_empty()));
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_folder_that_a_command_runs_in_is_not_exchanged_under_its_feet() {
        assert_eq!(write(Path::new("."), &small()).unwrap_err().code(), "tree-no-folder");
        assert_eq!(write(Path::new("/"), &small()).unwrap_err().code(), "tree-no-folder");
        assert_eq!(write(Path::new(".."), &small()).unwrap_err().code(), "tree-no-folder");
    }

    #[test]
    fn a_check_names_what_is_missing_foreign_and_changed() {
        let (_root, out) = place();
        assert_eq!(check_tree(&out, &small()).unwrap().missing.len(), 3);
        write(&out, &tree(&[("README.md", "one\ntwo\nthree\n"), ("a.yaml", "")])).unwrap();
        fs::write(out.join("notes"), "").unwrap();
        symlink("notes", out.join("link")).unwrap();
        let found = check_tree(&out, &tree(&[("README.md", "one\ntwo\nfour\n"), ("b.yaml", "")])).unwrap();
        assert_eq!(found.missing, ["b.yaml"]);
        assert_eq!(found.foreign, ["a.yaml", "link", "notes"]);
        assert_eq!(found.changed[0], ("README.md".to_owned(), 3));
    }
}
