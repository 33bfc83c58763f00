//! One answer into one file, and a note of what came of it.

use std::error::Error as _;
use std::fs;
use std::path::Path;

use super::disk::said;
use super::failure::Failure;
use super::file::{FileFault, Staged, stage};
use super::terminal::Terminal;

/// Puts `text` into the file at `path`, whole or not at all; a file that holds exactly this already is not touched.
pub fn save(path: &Path, text: &str, terminal: &Terminal) -> Result<(), Failure> {
    Saving::begin(path, text)?.end(terminal)
}

/// A file on its way: what can be refused was not, and nothing has changed yet.
pub struct Saving<'a> {
    path: &'a Path,
    /// None where the file holds exactly this already.
    staged: Option<Staged>,
}

impl<'a> Saving<'a> {
    /// Writes `text` beside the file at `path`.
    pub fn begin(path: &'a Path, text: &str) -> Result<Self, Failure> {
        let same_size = fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() == text.len() as u64);
        let is_there = same_size && fs::read(path).is_ok_and(|bytes| bytes == text.as_bytes());
        let staged = if is_there { None } else { Some(stage(path, text).map_err(failure)?) };
        Ok(Self { path, staged })
    }

    /// True where the file will be another than it is.
    pub const fn changes(&self) -> bool {
        self.staged.is_some()
    }

    /// Puts it in its place.
    pub fn end(self, terminal: &Terminal) -> Result<(), Failure> {
        match self.staged {
            None => terminal.note(&format!("{} is as it was\n", said(self.path))),
            Some(staged) => {
                staged.put_in_place().map_err(failure)?;
                terminal.note(&format!("wrote {}\n", said(self.path)));
            }
        }
        Ok(())
    }
}

fn failure(fault: FileFault) -> Failure {
    let cause = fault.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    Failure::outside("cannot-write", format!("{fault}{cause}"))
}
