//! `fleetplan review`: the independent check of a plan.

use std::path::PathBuf;

use clap::ValueHint;
use fleetplan::report;
use fleetplan::review;

use crate::cli::args::{Format, FormatArgs, InventoryArgs, PLAN};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::load;
use crate::cli::terminal::Terminal;

/// Check a plan against the inventory, in exact integers, without the solver
///
/// The check derives every figure itself and shares no code with the rules and the solver. `plan` runs it on every plan before it
/// shows it; here it judges a plan that somebody else made, kept or passed on. Where the plan's certificate stands beside it
/// (`current.proof` beside `current.toml`), the bound is worked out anew as well.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  fleetplan review
  fleetplan review plans/next.toml --from plans/current.toml

Exit codes: 0 valid, 1 findings, 2 the input is wrong: a fault, a stale plan, one that was edited by hand.")]
pub struct ReviewArgs {
    /// The plan
    #[arg(value_name = "PLAN", default_value = PLAN, value_hint = ValueHint::FilePath)]
    plan: PathBuf,
    /// The plan that it was made from; without it, moves are taken at the plan's word
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    from: Option<PathBuf>,
    #[command(flatten)]
    inventory: InventoryArgs,
    #[command(flatten)]
    pub format: FormatArgs,
}

/// Checks and tells.
pub fn run(args: &ReviewArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let (inventory, plan) = load::current(&args.plan, &args.inventory)?;
    let from = args.from.as_deref().map(load::plan).transpose()?;
    let certificate = load::certificate(&args.plan)?;
    let review = review::review_with(&inventory, &plan, from.as_ref(), certificate.as_ref());
    terminal.print(&match args.format.format {
        Format::Text => report::review::text(&review, &plan, &inventory.sources, terminal.ink()),
        Format::Json => report::json::text(&report::json::review(&review, &inventory.sources)),
    })?;
    Ok(if review.is_valid() { Exit::Done } else { Exit::No })
}
