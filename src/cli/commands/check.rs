//! `fleetplan check`: every fault and every pitfall of an inventory at once.

use crate::cli::args::{Format, FormatArgs, InventoryArgs};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::findings;
use crate::cli::load::{self, Loaded};
use crate::cli::terminal::Terminal;
use fleetplan::report::{diagnostics, words};

/// Report every fault of the inventory at once, and the known pitfalls
///
/// Faults (errors) keep the inventory from being planned with and exit with 2. Pitfalls (warnings) do not, and exit with 0 unless
/// they are denied.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  fleetplan check
  fleetplan check --deny-warnings                 in CI
  fleetplan check --format json | jq -r '.diagnostics[] | .code' | sort | uniq -c")]
pub struct CheckArgs {
    #[command(flatten)]
    inventory: InventoryArgs,
    /// Exit with 1 where there is a warning
    #[arg(long)]
    deny_warnings: bool,
    #[command(flatten)]
    pub format: FormatArgs,
}

/// Reads, judges and tells.
pub fn run(args: &CheckArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let Loaded { inventory, diagnostics: found, sources } = load::look(&args.inventory, load::today())?;
    let (errors, warnings) = findings::split(&found);
    match args.format.format {
        Format::Json => terminal.print(&findings::document(&[(found, sources)]))?,
        Format::Text => {
            terminal.print(&findings::text(&found, &sources, terminal.ink()))?;
            let sound = inventory.map(|inventory| {
                format!(
                    "{}: {}, {}, {}; ",
                    inventory.fleet.name,
                    words::count(inventory.tenants.len(), "tenant", "tenants"),
                    words::count(inventory.clusters.len(), "cluster", "clusters"),
                    words::count(inventory.classes.len(), "class", "classes"),
                )
            });
            let count = Some(diagnostics::summary(&found)).filter(|count| !count.is_empty());
            let count = count.unwrap_or_else(|| "no faults, no warnings".to_owned());
            terminal.print(&format!("{}{count}\n", sound.unwrap_or_default()))?;
        }
    }
    Ok(match (errors, warnings) {
        (0, 0) => Exit::Done,
        (0, _) if args.deny_warnings => Exit::No,
        (0, _) => Exit::Done,
        (_, _) => Exit::Wrong,
    })
}
