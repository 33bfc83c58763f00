//! `fleetplan diff`: what changes between two plans.

use std::path::PathBuf;

use clap::ValueHint;
use fleetplan::plan::diff;
use fleetplan::report;

use crate::cli::args::{Format, FormatArgs};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::load;
use crate::cli::terminal::Terminal;

/// Show what changes between two plans: homes, clusters, nodes, money, one-way doors
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  fleetplan diff plans/current.toml plans/what-if.toml
  fleetplan diff <(git show main:plans/current.toml) plans/current.toml
  fleetplan diff --exit-code a.toml b.toml        exit with 1 where anything changes")]
pub struct DiffArgs {
    /// The plan before
    #[arg(value_name = "A", value_hint = ValueHint::FilePath)]
    before: PathBuf,
    /// The plan after
    #[arg(value_name = "B", value_hint = ValueHint::FilePath)]
    after: PathBuf,
    /// Exit with 1 where anything changes
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    pub format: FormatArgs,
}

/// Reads both, compares and tells.
pub fn run(args: &DiffArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let [before, after] = load::both(&args.before, &args.after)?;
    let changes = diff::diff(&before, &after);
    terminal.print(&match args.format.format {
        Format::Text => report::diff::text(&changes, terminal.ink()),
        Format::Json => report::json::text(&report::json::diff(&changes)),
    })?;
    Ok(if args.exit_code && !changes.is_empty() { Exit::No } else { Exit::Done })
}
