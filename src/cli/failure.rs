//! What ends a command before it has an answer: diagnostics and an exit code.

use fleetplan::vocab::diagnostic::{Diagnostic, Sources};

use super::args::Format;
use super::exit::Exit;
use super::findings;
use super::terminal::Terminal;

/// Everything that was wrong, at once.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    diagnostics: Vec<Diagnostic>,
    sources: Sources,
}

impl Failure {
    /// The input is wrong, at places in `sources`.
    pub const fn faults(diagnostics: Vec<Diagnostic>, sources: Sources) -> Self {
        Self { exit: Exit::Wrong, diagnostics, sources }
    }

    /// The input is wrong, and no line of a file is to blame.
    pub fn wrong(diagnostic: Diagnostic) -> Self {
        Self::faults(vec![diagnostic], Sources::default())
    }

    /// Something outside failed.
    pub fn outside(code: &'static str, message: impl Into<String>) -> Self {
        Self { exit: Exit::NoAnswer, diagnostics: vec![Diagnostic::error(code, message)], sources: Sources::default() }
    }

    /// Says it: on standard error for people and, where a program reads, as a document on standard output too.
    pub fn tell(&self, terminal: &Terminal, format: Format) -> Exit {
        terminal.complain(&findings::text(&self.diagnostics, &self.sources, terminal.note_ink()));
        match format {
            Format::Text if self.diagnostics.len() > 1 => {
                terminal.complain(&format!("{}\n", findings::count(&self.diagnostics)));
            }
            Format::Text => {}
            Format::Json => {
                // If even this cannot be written, nobody is left to be told.
                let _ = terminal.print(&findings::document(&self.diagnostics, &self.sources));
            }
        }
        self.exit
    }
}
