//! One answer into one file, and a note of what came of it.

use std::error::Error as _;
use std::fs;
use std::path::Path;

use super::disk::said;
use super::failure::Failure;
use super::file::write_file_atomically;
use super::terminal::Terminal;

/// Puts `text` into the file at `path`, whole or not at all; a file that holds exactly this already is not touched.
pub fn save(path: &Path, text: &str, terminal: &Terminal) -> Result<(), Failure> {
    let same_size = fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() == text.len() as u64);
    if same_size && fs::read(path).is_ok_and(|bytes| bytes == text.as_bytes()) {
        terminal.note(&format!("{} is as it was\n", said(path)));
        return Ok(());
    }
    write_file_atomically(path, text).map_err(|fault| {
        let cause = fault.source().map(|cause| format!(": {cause}")).unwrap_or_default();
        Failure::outside("cannot-write", format!("{fault}{cause}"))
    })?;
    terminal.note(&format!("wrote {}\n", said(path)));
    Ok(())
}
