//! Diagnostics on their way out: as text for people, as a document for programs, and counted.

use fleetplan::report::{self, Ink, safe, words};
use fleetplan::vocab::diagnostic::{Diagnostic, Label, Severity, Sources};
use serde_json::{Value, json};

/// Each finding with its place and its way out.
pub fn text(diagnostics: &[Diagnostic], sources: &Sources, ink: Ink) -> String {
    let mut lines = Vec::new();
    for diagnostic in diagnostics {
        let head = match diagnostic.severity {
            Severity::Error => ink.bad(format!("error[{}]", diagnostic.code)),
            Severity::Warning => ink.warn(format!("warning[{}]", diagnostic.code)),
        };
        lines.push(format!("{head}: {}", safe::line(&diagnostic.message)));
        for label in diagnostic.primary.iter().chain(&diagnostic.also) {
            lines.push(format!("  --> {}: {}", sources.place(label.span), safe::line(&label.text)));
        }
        lines.extend(diagnostic.help.iter().map(|help| format!("  help: {}", safe::line(help))));
        lines.push(String::new());
    }
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// `2 errors, 1 warning`.
pub fn count(diagnostics: &[Diagnostic]) -> String {
    let (errors, warnings) = split(diagnostics);
    let said = [(errors, "error", "errors"), (warnings, "warning", "warnings")];
    let said: Vec<String> = said
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| words::count(number, one, many))
        .collect();
    if said.is_empty() { "no findings".to_owned() } else { said.join(", ") }
}

/// How many errors, and how many warnings.
pub fn split(diagnostics: &[Diagnostic]) -> (usize, usize) {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    (errors, diagnostics.len() - errors)
}

/// All of them as one document, with the texts that they point into.
pub fn document(findings: &[(Vec<Diagnostic>, Sources)]) -> String {
    let all: Vec<Value> = findings.iter().flat_map(|(diagnostics, sources)| values(diagnostics, sources)).collect();
    report::json::text(&json!({ "format_version": report::json::FORMAT_VERSION, "diagnostics": all }))
}

/// All of them as values of a document.
pub fn values(diagnostics: &[Diagnostic], sources: &Sources) -> Vec<Value> {
    diagnostics.iter().map(|diagnostic| one(diagnostic, sources)).collect()
}

fn one(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let label = |label: &Label| json!({ "place": sources.place(label.span), "text": label.text });
    let Diagnostic { code, severity, message, primary, also, help } = diagnostic;
    json!({
        "code": code,
        "severity": severity,
        "message": message,
        "primary": primary.as_ref().map(label),
        "also": also.iter().map(label).collect::<Vec<_>>(),
        "help": help,
    })
}
