//! Why a tree was not written, in words, and the way out.

use std::io;
use std::path::{Path, PathBuf};

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

/// A fault of the system, met while doing something to a path.
pub(super) fn io_fault(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> TreeFault {
    let path = path.to_owned();
    move |source| TreeFault::Io { doing, path, source }
}
