//! `fleetplan render`: the GitOps tree of a plan.

use std::collections::BTreeSet;
use std::error::Error as _;
use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueHint;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use fleetplan::gitops::{self, MANIFEST, Templates, Tree};
use fleetplan::inventory::{Delivery, Inventory};
use fleetplan::report::unified::unified;
use fleetplan::report::{self, Ink, words};
use fleetplan::review;
use fleetplan::vocab::diagnostic::{Diagnostic, Sources};
use serde_json::json;

use crate::cli::args::{Format, FormatArgs, InventoryArgs, PLAN};
use crate::cli::disk::{self, said};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::load;
use crate::cli::terminal::Terminal;
use crate::cli::tree::{self, Changed, Differences, TreeFault, Written};

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
  fleetplan render --out gitops --delivery flux         for Flux, whatever the inventory says
  fleetplan render --expand                             the Applications that Argo CD will create

Exit codes: 0 written, or as it should be; 1 `--check` found differences; 2 the input is wrong, or a file is in the way.")]
pub struct RenderArgs {
    /// The plan
    #[arg(value_name = "PLAN", default_value = PLAN, value_hint = ValueHint::FilePath)]
    plan: PathBuf,
    /// Folder of the tree
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath, required_unless_present = "expand")]
    out: Option<PathBuf>,
    /// Write nothing; exit with 1 where the folder is not what would be written
    #[arg(long)]
    check: bool,
    /// Write nothing; show the Applications that the tree's ApplicationSets will create
    #[arg(long, conflicts_with_all = ["out", "check", "remove"])]
    expand: bool,
    /// Who applies the tree: argocd or flux; without it what the inventory says
    #[arg(long, value_name = "WHO", value_parser = delivery(), hide_possible_values = true)]
    delivery: Option<Delivery>,
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
    let (mut inventory, plan) = load::current(&args.plan, &args.inventory)?;
    let findings = review::review(&inventory, &plan, None).findings;
    if !findings.is_empty() {
        return Err(Failure::faults(findings.into_iter().map(load::finding).collect(), inventory.sources));
    }
    if let Some(delivery) = args.delivery {
        inventory.fleet.gitops.delivery = delivery;
    }
    let tree = match gitops::generate(&inventory, &plan, &templates) {
        Ok(tree) => tree,
        Err(faults) => return Err(Failure::faults(faults, inventory.sources)),
    };
    match &args.out {
        None => expand(args, &inventory, &tree, terminal),
        Some(out) if args.check => compare(args, out, &tree, terminal),
        Some(out) => write(args, out, &tree, terminal),
    }
}

fn expand(args: &RenderArgs, inventory: &Inventory, tree: &Tree, terminal: &Terminal) -> Result<Exit, Failure> {
    let applications = gitops::expand(inventory, tree).map_err(|faults| Failure::faults(faults, Sources::default()))?;
    terminal.print(&match args.format.format {
        Format::Text => gitops::yaml_text(&applications),
        Format::Json => report::json::text(&json!({
            "format_version": report::json::FORMAT_VERSION,
            "applications": applications,
        })),
    })?;
    Ok(Exit::Done)
}

fn write(args: &RenderArgs, out: &Path, tree: &Tree, terminal: &Terminal) -> Result<Exit, Failure> {
    let removals: BTreeSet<String> = args.remove.iter().cloned().collect();
    let Written { added, changed, removed, unchanged } = tree::write_tree(out, tree, &removals).map_err(told)?;
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
    terminal.note(&format!("{}: {files} ({})\n", said(out), said_counts.join(", ")));
    Ok(Exit::Done)
}

fn compare(args: &RenderArgs, out: &Path, tree: &Tree, terminal: &Terminal) -> Result<Exit, Failure> {
    let differences = tree::check_tree(out, tree).map_err(told)?;
    if args.format.format == Format::Json {
        let Differences { missing, foreign, changed } = &differences;
        let changed: Vec<_> = changed
            .iter()
            .map(|Changed { path, line, there }| {
                json!({ "file": path, "line": line, "diff": unified(path, there, &tree.files[path], Ink::Plain) })
            })
            .collect();
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
    lines.extend(changed.iter().map(|found| format!("changed  {}:{}\n", path(&found.path), found.line)));
    lines.extend(foreign.iter().map(|name| format!("foreign  {}\n", path(name))));
    lines.push(format!(
        "{} is not what the plan says: {}\n",
        said(out),
        words::count(lines.len(), "difference", "differences")
    ));
    // The manifest is left out: its hashes follow the files.
    let diffs = changed
        .iter()
        .filter(|found| found.path != MANIFEST)
        .map(|found| unified(&path(&found.path), &found.there, &tree.files[&found.path], terminal.ink()));
    terminal.print(&(diffs.collect::<String>() + &lines.concat()))?;
    Ok(Exit::No)
}

fn delivery() -> impl TypedValueParser<Value = Delivery> {
    PossibleValuesParser::new(Delivery::WORDS).map(|word| Delivery::from_word(&word).expect("it is one of the words"))
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
