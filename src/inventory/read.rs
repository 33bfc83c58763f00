//! The gate: TOML text in, a believed inventory or every fault at once out. No disk, no clock.

use super::Inventory;
use super::believe::believe;
use super::written::file::Written;
use crate::vocab::calendar::Date;
use crate::vocab::diagnostic::{Diagnostic, Sources};

/// What came of reading an inventory.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The inventory; none where there is any error.
    pub inventory: Option<Inventory>,
    /// Errors and warnings, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The files, for snippets.
    pub sources: Sources,
}

/// Reads an inventory from `files`, each a path and its bytes. Their order does not matter.
///
/// The planning date is `date` where one is given, else the one that `[fleet]` fixes, else `today`.
///
/// ```
/// let text = r#"
/// [fleet]
/// name = "acme"
///
/// [[cluster]]
/// name = "eu-1"
/// provider = "eks"
/// region = "eu-west-1"
/// residency = "eu"
/// kubernetes = "1.35"
/// tenancy = "shared"
/// control_plane = { price = 0.10, disruption = "5m" }
/// [[cluster.pool]]
/// name = "general"
/// node = { cpu = "15890m", memory = "60Gi", pods = 110 }
/// price = 0.768
/// nodes = { min = 3, max = 60 }
///
/// [[tenant]]
/// name = "checkout"
/// team = "payments"
/// demand = { cpu = "12", memory = "48Gi", pods = 120 }
/// "#;
/// let today = "2026-11-23".parse().expect("a date");
/// let reading = fleetplan::inventory::read(vec![("fleet.toml".into(), text.into())], None, today);
/// let inventory = reading.inventory.expect("no faults");
/// assert_eq!(inventory.tenants[0].name.as_str(), "checkout");
/// assert_eq!(inventory.clusters[0].offer.pools[0].node.cpu, 15_890);
/// ```
#[must_use]
pub fn read(files: Vec<(String, Vec<u8>)>, date: Option<Date>, today: Date) -> Reading {
    let (mut sources, mut diagnostics) = (Sources::default(), Vec::new());
    let written = Written::read(files, &mut sources, &mut diagnostics);
    let inventory = believe(written, date, today, sources.clone(), &mut diagnostics);
    sort(&mut diagnostics);
    Reading { inventory, diagnostics, sources }
}

/// True for a finding that a file which could not be read may explain: what it would have said is not missing, it is unread.
#[must_use]
pub fn follows_from_unread(diagnostic: &Diagnostic) -> bool {
    let code = diagnostic.code;
    code.starts_with("no-")
        || code.starts_with("unknown-") && !matches!(code, "unknown-key" | "unknown-table" | "unknown-word")
        || matches!(code, "empty-inventory" | "missing-table")
}

/// By file and position; those without a place last.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    let place = |diagnostic: &Diagnostic| diagnostic.primary.as_ref().map_or((1, None), |label| (0, Some(label.span)));
    diagnostics.sort_by(|a, b| (place(a), a.code, &a.message).cmp(&(place(b), b.code, &b.message)));
}
