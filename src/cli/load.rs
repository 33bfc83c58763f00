//! From paths on the command line to an inventory or a plan: disk, clock and library together.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use fleetplan::inventory::{self, Inventory, LARGEST_FILE};
use fleetplan::plan::certificate::{self, Certificate};
use fleetplan::plan::{self, Plan};
use fleetplan::review::Finding;
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
    if let Some(inventory) = &reading.inventory {
        diagnostics.extend(inventory::lint(inventory));
    }
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

/// Where the certificate of a plan stands: `current.proof` beside `current.toml`.
pub fn certificate_path(plan: &Path) -> PathBuf {
    plan.with_extension("proof")
}

/// Reads the certificate beside a plan; nothing where there is none.
pub fn certificate(plan: &Path) -> Result<Option<Certificate>, Failure> {
    let path = certificate_path(plan);
    if !path.exists() {
        return Ok(None);
    }
    let name = said(&path);
    let bytes =
        disk::read_file(&path, certificate::file::LARGEST_FILE as u64).map_err(|fault| Failure::wrong(*fault))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    certificate::file::read(&name, &text).map(Some).map_err(|fault| {
        let mut sources = Sources::default();
        sources.add(name, text);
        Failure::faults(vec![fault], sources)
    })
}

/// Refuses a plan of another fleet.
pub fn of_this_fleet(inventory: &Inventory, plan: &Plan, path: &Path) -> Result<(), Failure> {
    if inventory.fleet.name == plan.fleet {
        return Ok(());
    }
    let (this, other, name) = (&inventory.fleet.name, &plan.fleet, said(path));
    let fault = Diagnostic::error(
        "other-fleet",
        format!("`{name}` is a plan of fleet `{other}`; the inventory is of `{this}`"),
    );
    Err(Failure::wrong(fault.help("name a plan of this fleet, or its inventory with `--inventory DIR`")))
}

/// Reads a plan and the inventory that it was made from.
///
/// The inventory is read as of the plan's day, unless it fixes its own or the command line says another.
///
/// # Errors
/// The faults of both; a plan of another fleet; a stale plan: one whose inventory has changed in substance since.
pub fn current(path: &Path, args: &InventoryArgs) -> Result<(Inventory, Plan), Failure> {
    let (plan, inventory) = match plan(path) {
        Ok(plan) => {
            let (inventory, _) = inventory(args, plan.date)?;
            (plan, inventory)
        }
        Err(failure) => {
            return Err(match inventory(args, today()) {
                Ok(_) => failure,
                Err(other) => failure.and(other),
            });
        }
    };
    of_this_fleet(&inventory, &plan, path)?;
    if inventory.fingerprint() != plan.fingerprint {
        let name = said(path);
        let what = if inventory.fleet.date == plan.date {
            format!("the inventory has changed since `{name}` was made from it")
        } else {
            let (then, now) = (plan.date, inventory.fleet.date);
            format!("`{name}` was made for {then}; the inventory is for {now}, and may have changed beside")
        };
        let fault = Diagnostic::error("stale-plan", what);
        return Err(Failure::wrong(fault.help(format!(
            "plan again: `fleetplan plan`, or `fleetplan plan --from {name}` to move as little as pays"
        ))));
    }
    Ok((inventory, plan))
}

/// A finding of the review as a diagnostic.
pub fn finding(finding: Finding) -> Diagnostic {
    let Finding { check, message, span } = finding;
    let diagnostic = Diagnostic::error(check, message);
    match span {
        Some(span) => diagnostic.at(span, "asked for here"),
        None => diagnostic,
    }
}

/// Refuses to write a plan over a file that holds anything else: one letter of a path may stand between the two.
pub fn refuse_to_overwrite(path: &Path) -> Result<(), Failure> {
    let refuse = |what: &str| {
        let fault = Diagnostic::error("would-overwrite", format!("`{}` {what}", said(path)));
        Err(Failure::wrong(fault.help("name another file with `--out`, or remove this one")))
    };
    let mut head = Vec::new();
    match std::fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return refuse(&format!("cannot be looked at before it is overwritten: {error}")),
        Ok(file) if file.metadata().is_ok_and(|file| file.is_dir()) => return refuse("is a folder"),
        Ok(file) => file.take(4096).read_to_end(&mut head),
    }
    .map_err(|error| Failure::outside("unreadable", format!("cannot read `{}`: {error}", said(path))))?;
    let is_plan = String::from_utf8_lossy(&head).lines().any(|line| line.starts_with("digest = \"sha256:"));
    if is_plan || head.is_empty() { Ok(()) } else { refuse("exists and is no plan") }
}

/// Reads two plan files; what is wrong with either is told at once.
pub fn both(one: &Path, other: &Path) -> Result<[Plan; 2], Failure> {
    match (plan(one), plan(other)) {
        (Ok(one), Ok(other)) => Ok([one, other]),
        (Err(one), Err(other)) => Err(one.and(other)),
        (Err(failure), Ok(_)) | (Ok(_), Err(failure)) => Err(failure),
    }
}
