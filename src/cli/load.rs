//! From paths on the command line to an inventory: disk, clock and library together.

use fleetplan::inventory::{self, Inventory, reading::LARGEST_FILE};
use fleetplan::vocab::calendar::Date;
use fleetplan::vocab::diagnostic::{Diagnostic, Severity, Sources};

use super::args::InventoryArgs;
use super::disk;
use super::failure::Failure;

/// Everything that reading found.
pub struct Loaded {
    /// None where there is an error.
    pub inventory: Option<Inventory>,
    /// Errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
    /// The files, for snippets.
    pub sources: Sources,
}

/// Reads the inventory's folder, whatever comes of it.
pub fn look(args: &InventoryArgs, today: Date) -> Result<Loaded, Failure> {
    let folder = disk::read_folder(&args.inventory, LARGEST_FILE as u64)?;
    let is_whole = folder.faults.is_empty();
    let reading = inventory::read(folder.files, args.date, today);
    let mut diagnostics = folder.faults;
    diagnostics
        .extend(reading.diagnostics.into_iter().filter(|finding| is_whole || !inventory::follows_from_unread(finding)));
    Ok(Loaded { inventory: reading.inventory.filter(|_| is_whole), diagnostics, sources: reading.sources })
}

/// Reads an inventory that can be planned with, and its warnings.
///
/// # Errors
/// With every error that was found; warnings are left to `check` then.
pub fn inventory(args: &InventoryArgs, today: Date) -> Result<(Inventory, Vec<Diagnostic>), Failure> {
    let Loaded { inventory, mut diagnostics, sources } = look(args, today)?;
    match inventory {
        Some(inventory) => Ok((inventory, diagnostics)),
        None => {
            diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
            Err(Failure::faults(diagnostics, sources))
        }
    }
}

/// Today, in UTC: the planning date of an inventory that has none.
pub fn today() -> Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}
