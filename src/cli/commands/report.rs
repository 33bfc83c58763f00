//! `fleetplan report`: the decision record.

use std::path::PathBuf;

use clap::ValueHint;
use fleetplan::planner;
use fleetplan::report;
use fleetplan::vocab::name::TenantName;

use super::explain;
use crate::cli::args::{InventoryArgs, PLAN};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::load;
use crate::cli::save::save;
use crate::cli::terminal::Terminal;

/// Write the decision record of a plan in Markdown
///
/// For the fleet: money, clusters, moves and proof. For each tenant: what it requires and where that is written, the options
/// considered with their money, the decision, its consequences, and what cannot be changed in place later.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  fleetplan report --out docs/decisions.md
  fleetplan report plans/what-if.toml --tenant checkout | less")]
pub struct ReportArgs {
    /// The plan
    #[arg(value_name = "PLAN", default_value = PLAN, value_hint = ValueHint::FilePath)]
    plan: PathBuf,
    /// Only this tenant, beside the fleet; may be said more than once
    #[arg(short, long, value_name = "TENANT")]
    tenant: Vec<String>,
    /// File to write; standard output without it
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
    #[command(flatten)]
    inventory: InventoryArgs,
}

/// Explains every tenant and writes it down.
pub fn run(args: &ReportArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let (inventory, plan) = load::current(&args.plan, &args.inventory)?;
    let wanted: Vec<TenantName> =
        args.tenant.iter().map(|name| explain::find(&inventory, name)).collect::<Result<_, _>>()?;
    let mut tenants: Vec<&TenantName> = plan.placements.iter().map(|placement| &placement.tenant).collect();
    tenants.dedup();
    tenants.retain(|tenant| wanted.is_empty() || wanted.contains(tenant));
    let explanations: Vec<_> = tenants.into_iter().map(|tenant| planner::explain(&inventory, &plan, tenant)).collect();
    let record = report::record::markdown(&inventory, &plan, &explanations);
    match &args.out {
        None => terminal.print(&record)?,
        Some(path) => save(path, &record, terminal)?,
    }
    Ok(Exit::Done)
}
