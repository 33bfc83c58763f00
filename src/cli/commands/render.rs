//! `fleetplan render`: the GitOps tree of a plan.

use std::collections::BTreeSet;
use std::error::Error as _;
use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueHint;
use fleetplan::gitops::{self, Templates, Tree};
use fleetplan::report::{self, words};
use fleetplan::review;
use fleetplan::vocab::diagnostic::{Diagnostic, Sources};
use serde_json::json;

use crate::cli::args::{Format, FormatArgs, InventoryArgs, PLAN};
use crate::cli::disk::{self, said};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::load;
use crate::cli::terminal::Terminal;
use crate::cli::tree::{self, Differences, TreeFault, Written};

/// Write the GitOps tree of a plan
///
/// The folder is replaced whole or not at all, and it is fleetplan's alone: a file in it that fleetplan did not write, or that was
/// edited by hand, is named and nothing is written. No tenant and no cluster vanishes from the tree unless it is named with
/// `--remove`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  fleetplan render --out gitops
  fleetplan render --out gitops --check                 in CI: is the tree what the plan says?
  fleetplan render --out gitops --remove old-shop       the tenant's files may go
  fleetplan render --out gitops --templates templates   with your own templates in place of the shipped ones

Exit codes: 0 written, or as it should be; 1 `--check` found differences; 2 the input is wrong, or a file is in the way.")]
pub struct RenderArgs {
    /// The plan
    #[arg(value_name = "PLAN", default_value = PLAN, value_hint = ValueHint::FilePath)]
    plan: PathBuf,
    /// Folder of the tree
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    out: PathBuf,
    /// Write nothing; exit with 1 where the folder is not what would be written
    #[arg(long)]
    check: bool,
    /// A tenant or cluster whose files may vanish; may be said more than once
    #[arg(long, value_name = "NAME", conflicts_with = "check")]
    remove: Vec<String>,
    /// Folder with templates in place of shipped ones, under the same names
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    templates: Option<PathBuf>,
    #[command(flatten)]
    inventory: InventoryArgs,
    #[command(flatten)]
    pub format: FormatArgs,
}

/// Reviews the plan, renders it and writes or compares the tree.
pub fn run(args: &RenderArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let templates = templates(args.templates.as_deref())?;
    let (inventory, plan) = load::current(&args.plan, &args.inventory)?;
    let findings = review::review(&inventory, &plan, None).findings;
    if !findings.is_empty() {
        return Err(Failure::faults(findings.into_iter().map(load::finding).collect(), inventory.sources));
    }
    let tree =
        gitops::generate(&inventory, &plan, &templates).map_err(|faults| Failure::faults(faults, inventory.sources))?;
    if args.check { compare(args, &tree, terminal) } else { write(args, &tree, terminal) }
}

fn write(args: &RenderArgs, tree: &Tree, terminal: &Terminal) -> Result<Exit, Failure> {
    let removals: BTreeSet<String> = args.remove.iter().cloned().collect();
    let Written { added, changed, removed, unchanged } = tree::write_tree(&args.out, tree, &removals).map_err(told)?;
    if args.format.format == Format::Json {
        terminal.print(&report::json::text(&json!({
            "format_version": report::json::FORMAT_VERSION,
            "added": added,
            "changed": changed,
            "removed": removed,
            "unchanged": unchanged,
        })))?;
        return Ok(Exit::Done);
    }
    let counts =
        [(added.len(), "new"), (changed.len(), "changed"), (removed.len(), "removed"), (unchanged, "as before")];
    let said_counts: Vec<String> =
        counts.into_iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")).collect();
    let files = words::count(tree.files.len(), "file", "files");
    terminal.note(&format!("{}: {files} ({})\n", said(&args.out), said_counts.join(", ")));
    Ok(Exit::Done)
}

fn compare(args: &RenderArgs, tree: &Tree, terminal: &Terminal) -> Result<Exit, Failure> {
    let out = &args.out;
    let differences = tree::check_tree(out, tree).map_err(told)?;
    if args.format.format == Format::Json {
        let Differences { missing, foreign, changed } = &differences;
        let changed: Vec<_> = changed.iter().map(|(file, line)| json!({ "file": file, "line": line })).collect();
        terminal.print(&report::json::text(&json!({
            "format_version": report::json::FORMAT_VERSION,
            "same": differences.is_empty(),
            "missing": missing,
            "foreign": foreign,
            "changed": changed,
        })))?;
        return Ok(if differences.is_empty() { Exit::Done } else { Exit::No });
    }
    if differences.is_empty() {
        terminal.print(&format!("{} is what the plan says\n", said(out)))?;
        return Ok(Exit::Done);
    }
    let Differences { missing, foreign, changed } = differences;
    let path = |path: &str| said(&out.join(path));
    let mut lines = Vec::new();
    lines.extend(missing.iter().map(|name| format!("missing  {}\n", path(name))));
    lines.extend(changed.iter().map(|(name, line)| format!("changed  {}:{line}\n", path(name))));
    lines.extend(foreign.iter().map(|name| format!("foreign  {}\n", path(name))));
    lines.push(format!(
        "{} is not what the plan says: {}\n",
        said(out),
        words::count(lines.len(), "difference", "differences")
    ));
    terminal.print(&lines.concat())?;
    Ok(Exit::No)
}

/// The shipped templates, and those of a folder in their place.
fn templates(folder: Option<&Path>) -> Result<Templates, Failure> {
    let Some(folder) = folder else { return Ok(Templates::shipped()) };
    let mut files = Vec::new();
    let mut faults = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        let entries = match fs::read_dir(&at).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
            Ok(entries) => entries,
            Err(error) => {
                faults.push(Diagnostic::error("unreadable", format!("cannot read `{}`: {error}", said(&at))));
                continue;
            }
        };
        for entry in entries {
            let path = entry.path();
            let is_template = path.extension().is_some_and(|extension| extension == "hbs");
            match fs::symlink_metadata(&path) {
                Ok(metadata) if metadata.is_dir() => folders.push(path),
                Ok(_) if !is_template => {}
                Ok(_) | Err(_) => match disk::read_file(&path, LARGEST_TEMPLATE) {
                    Ok(bytes) => files.push((said(path.strip_prefix(folder).unwrap_or(&path)), bytes)),
                    Err(fault) => faults.push(*fault),
                },
            }
        }
    }
    files.sort();
    let templates = if faults.is_empty() { Templates::with_overrides(files) } else { Err(faults) };
    templates.map_err(|faults| Failure::faults(faults, Sources::default()))
}

/// A template is a page of text; 1 MiB is a mistake.
const LARGEST_TEMPLATE: u64 = 1 << 20;

fn told(fault: TreeFault) -> Failure {
    let cause = fault.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    let diagnostic = Diagnostic::error(fault.code(), format!("{fault}{cause}")).help(fault.help());
    if fault.is_input() { Failure::wrong(diagnostic) } else { Failure::system(diagnostic) }
}
