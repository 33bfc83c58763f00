//! `fleetplan schema`: the JSON Schema of an inventory file, for editors.

use fleetplan::inventory;
use fleetplan::report::json;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::terminal::Terminal;

/// Write the JSON Schema of inventory files, for editors
///
/// Editors with a TOML language server complete and check an inventory file whose first line is
/// `#:schema ./fleetplan.schema.json`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  fleetplan schema > inventory/fleetplan.schema.json")]
pub struct SchemaArgs {}

/// Prints it.
pub fn run(_args: &SchemaArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    terminal.print(&text())?;
    Ok(Exit::Done)
}

/// The schema as a file has it.
pub fn text() -> String {
    json::text(&inventory::schema())
}
