//! `fleetplan init`: a small inventory to start from, with every line explained.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::ValueHint;
use fleetplan::report::words;
use fleetplan::vocab::diagnostic::Diagnostic;

use super::schema;
use crate::cli::disk::said;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::terminal::Terminal;

/// Write a small inventory to start from
///
/// The folder must not exist yet, or be empty: nothing is ever overwritten. The inventory passes `check`, and its plan has one
/// tenant in each tier.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  fleetplan init && fleetplan plan
  fleetplan init staging && fleetplan plan -i staging --out plans/staging.toml")]
pub struct InitArgs {
    /// Folder to write
    #[arg(value_name = "DIR", default_value = "inventory", value_hint = ValueHint::DirPath)]
    dir: PathBuf,
}

/// What is written, beside the schema that makes editors complete it.
const FILES: [(&str, &str); 3] = [
    ("clusters.toml", include_str!("init/clusters.toml")),
    ("fleet.toml", include_str!("init/fleet.toml")),
    ("tenants.toml", include_str!("init/tenants.toml")),
];

/// Writes the folder whole: it is staged beside its place and moved there in one step.
pub fn run(args: &InitArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let dir = &args.dir;
    refuse_what_stands(dir)?;
    stage(dir).map_err(|error| {
        let refused = matches!(error.kind(), io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists);
        if refused {
            stands(dir)
        } else {
            Failure::outside("cannot-write", format!("cannot write `{}`: {error}", said(dir)))
        }
    })?;
    let files = words::count(FILES.len() + 1, "file", "files");
    let at = if dir == Path::new("inventory") { String::new() } else { format!(" -i {}", said(dir)) };
    terminal.note(&format!("wrote {files} to {}; now run `fleetplan check{at}` and `fleetplan plan{at}`\n", said(dir)));
    Ok(Exit::Done)
}

fn refuse_what_stands(dir: &Path) -> Result<(), Failure> {
    match fs::read_dir(dir).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(stands(dir)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Err(stands(dir)),
        Err(error) => Err(Failure::outside("cannot-read", format!("cannot read `{}`: {error}", said(dir)))),
    }
}

fn stands(dir: &Path) -> Failure {
    let fault = Diagnostic::error("would-overwrite", format!("`{}` exists and is not an empty folder", said(dir)));
    Failure::wrong(fault.help("name another folder: `fleetplan init DIR`"))
}

fn stage(dir: &Path) -> io::Result<()> {
    let parent = match dir.parent() {
        Some(parent) if parent != Path::new("") => parent,
        Some(_) | None => Path::new("."),
    };
    fs::create_dir_all(parent)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".fleetplan-init-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o777));
    }
    let staged = builder.tempdir_in(parent)?;
    for (name, text) in FILES {
        fs::write(staged.path().join(name), text)?;
    }
    fs::write(staged.path().join("fleetplan.schema.json"), schema::text())?;
    fs::rename(staged.path(), dir)?;
    // It stands under its new name now; there is nothing left to clean up.
    let _ = staged.keep();
    Ok(())
}
