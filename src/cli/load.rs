//! From paths on the command line to an inventory or a plan: disk, clock and library together.

use std::path::Path;

use fleetplan::inventory::{self, Inventory, reading::LARGEST_FILE};
use fleetplan::plan::{self, Plan};
use fleetplan::vocab::calendar::Date;
use fleetplan::vocab::diagnostic::{Diagnostic, Severity, Sources};

use super::args::InventoryArgs;
use super::disk::{self, said};
use super::failure::Failure;

/// Everything that reading an inventory found.
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
    let found = reading.diagnostics.into_iter();
    diagnostics.extend(found.filter(|finding| is_whole || !inventory::follows_from_unread(finding)));
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

/// Reads a plan file.
pub fn plan(path: &Path) -> Result<Plan, Failure> {
    let name = said(path);
    let bytes = disk::read_file(path, plan::file::LARGEST_FILE as u64).map_err(|fault| {
        let missing = !path.exists();
        Failure::wrong(if missing { fault.help("`fleetplan plan` writes one") } else { *fault })
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let fault = Diagnostic::error("not-utf8", format!("`{name}` is not UTF-8 from byte {valid} on"));
        Failure::wrong(fault.help("name a file that `fleetplan plan` wrote"))
    })?;
    plan::file::read(&name, &text).map_err(|faults| {
        let mut sources = Sources::default();
        sources.add(name, text);
        Failure::faults(faults, sources)
    })
}

/// Reads two plan files; what is wrong with either is told at once.
pub fn both(one: &Path, other: &Path) -> Result<[Plan; 2], Failure> {
    match (plan(one), plan(other)) {
        (Ok(one), Ok(other)) => Ok([one, other]),
        (Err(one), Err(other)) => Err(one.and(other)),
        (Err(failure), Ok(_)) | (Ok(_), Err(failure)) => Err(failure),
    }
}
