//! Diagnostics on their way out: as text for people, as one document for programs, and counted.

use fleetplan::report::{self, Ink, diagnostics};
use fleetplan::vocab::diagnostic::{Diagnostic, Severity, Sources};
use serde_json::{Value, json};

/// Each finding with the lines it speaks of and its way out, and an empty line after the last one; nothing for none.
pub fn text(findings: &[Diagnostic], sources: &Sources, ink: Ink) -> String {
    let text = diagnostics::render(findings, sources, ink.is_colour());
    if text.is_empty() { text } else { text + "\n" }
}

/// How many errors, and how many warnings.
pub fn split(findings: &[Diagnostic]) -> (usize, usize) {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    (errors, findings.len() - errors)
}

/// All of them as one document, with the texts that they point into.
pub fn document(findings: &[(Vec<Diagnostic>, Sources)]) -> String {
    let all: Vec<Value> = findings.iter().flat_map(|(findings, sources)| values(findings, sources)).collect();
    report::json::text(&json!({ "format_version": report::json::FORMAT_VERSION, "diagnostics": all }))
}

/// All of them as values of a document.
pub fn values(findings: &[Diagnostic], sources: &Sources) -> Vec<Value> {
    match diagnostics::to_json(findings, sources) {
        Value::Array(findings) => findings,
        other => vec![other],
    }
}
