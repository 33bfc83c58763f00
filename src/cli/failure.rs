//! What ends a command before it has an answer: diagnostics, the texts they point into, and an exit code.

use fleetplan::vocab::diagnostic::{Diagnostic, Sources};

use super::args::Format;
use super::exit::Exit;
use super::findings;
use super::terminal::Terminal;

/// Everything that was wrong, at once.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    findings: Vec<(Vec<Diagnostic>, Sources)>,
}

impl Failure {
    /// The input is wrong, at places in `sources`.
    pub fn faults(diagnostics: Vec<Diagnostic>, sources: Sources) -> Self {
        Self { exit: Exit::Wrong, findings: vec![(diagnostics, sources)] }
    }

    /// The input is wrong, and no line of a file is to blame.
    pub fn wrong(diagnostic: Diagnostic) -> Self {
        Self::faults(vec![diagnostic], Sources::default())
    }

    /// Something outside failed.
    pub fn outside(code: &'static str, message: impl Into<String>) -> Self {
        Self::system(Diagnostic::error(code, message))
    }

    /// Something outside failed, and there is more to say of it.
    pub fn system(diagnostic: Diagnostic) -> Self {
        Self { exit: Exit::NoAnswer, ..Self::wrong(diagnostic) }
    }

    /// A plan that failed its own review: a fault of fleetplan's.
    pub fn bug(diagnostics: Vec<Diagnostic>, sources: Sources) -> Self {
        Self { exit: Exit::NoAnswer, ..Self::faults(diagnostics, sources) }
    }

    /// This one, and another one of another file.
    pub fn and(mut self, other: Self) -> Self {
        self.findings.extend(other.findings);
        self
    }

    /// Says it: on standard error for people and, where a program reads, as a document on standard output too.
    pub fn tell(&self, terminal: &Terminal, format: Format) -> Exit {
        for (diagnostics, sources) in &self.findings {
            terminal.complain(&findings::text(diagnostics, sources, terminal.note_ink()));
        }
        let number: usize = self.findings.iter().map(|(diagnostics, _)| diagnostics.len()).sum();
        match format {
            Format::Text if number > 1 => terminal.complain(&format!("{number} errors\n")),
            Format::Text => {}
            Format::Json => {
                // If even this cannot be written, nobody is left to be told.
                let _ = terminal.print(&findings::document(&self.findings));
            }
        }
        self.exit
    }
}
