//! `fleetplan explain`: every door of a tenant, and why it lives where it lives.

use std::path::PathBuf;

use clap::ValueHint;
use fleetplan::inventory::Inventory;
use fleetplan::planner;
use fleetplan::report;
use fleetplan::report::doors::Doors;
use fleetplan::vocab::diagnostic::Diagnostic;
use fleetplan::vocab::edit::nearest;
use fleetplan::vocab::name::TenantName;

use crate::cli::args::{Format, FormatArgs, InventoryArgs, PLAN};
use crate::cli::disk::said;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::load;
use crate::cli::terminal::Terminal;

/// Explain why a tenant lives where it lives
///
/// Shows every door: its home, the open ones with their price, the closed ones with the rule that closed them and the line that
/// asks for it; then the next best home and what would flip the decision.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  fleetplan explain checkout
  fleetplan explain checkout --all
  fleetplan explain checkout --format json | jq -r '.units[].doors[] | select(.state == \"closed\") | .reasons[0].rule'")]
pub struct ExplainArgs {
    /// Whose home
    #[arg(value_name = "TENANT")]
    tenant: String,
    /// The plan
    #[arg(short, long, value_name = "FILE", default_value = PLAN, value_hint = ValueHint::FilePath)]
    plan: PathBuf,
    /// Show every closed door by itself, not like ones together
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    inventory: InventoryArgs,
    #[command(flatten)]
    pub format: FormatArgs,
}

/// Finds the tenant, asks the planner, tells.
pub fn run(args: &ExplainArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let (inventory, plan) = load::current(&args.plan, &args.inventory)?;
    let tenant = find(&inventory, &args.tenant)?;
    if plan.unplaced.contains(&tenant) {
        let fault = Diagnostic::error("no-home", format!("tenant `{tenant}` has no home in `{}`", said(&args.plan)));
        return Err(Failure::wrong(
            fault.help("`fleetplan plan` without `--partial` says which requirements keep it out"),
        ));
    }
    let explanation = planner::explain(&inventory, &plan, &tenant);
    let (sources, currency) = (&inventory.sources, plan.currency.as_str());
    terminal.print(&match args.format.format {
        Format::Text => {
            let doors = if args.all { Doors::All } else { Doors::Folded };
            report::explanation::text(&explanation, sources, currency, doors, terminal.ink())
        }
        Format::Json => report::json::text(&report::json::explanation(&explanation, sources, currency)),
    })?;
    Ok(Exit::Done)
}

/// The tenant of a name, or the one that was meant.
pub fn find(inventory: &Inventory, name: &str) -> Result<TenantName, Failure> {
    if let Some((_, tenant)) = TenantName::parse(name).ok().and_then(|name| inventory.tenant(&name)) {
        return Ok(tenant.name.clone());
    }
    let name = report::safe::line(name);
    let fault = Diagnostic::error("unknown-tenant", format!("the inventory has no tenant `{name}`"));
    let known = inventory.tenants.iter().map(|tenant| tenant.name.as_str());
    Err(Failure::wrong(match nearest(&name, known) {
        Some(meant) => fault.help(format!("did you mean `{meant}`?")),
        None => fault.help("`fleetplan plan` lists all of them"),
    }))
}
