//! The plan file: stable TOML that reads well in a diff, and that nobody edits by hand unnoticed.
//!
//! A [`Plan`] flows in and text flows out of [`write()`], and the other way through [`read`]. The canonical text is the text
//! without its head comment and without its `digest` line; its SHA-256 is the plan's fingerprint and stands in `digest`.
//! What is checked here is form alone: whether a plan is right is for `review`. Nothing here knows a disk.

mod read;
mod table;
mod value;
mod write;

pub use read::read;
pub use write::write;

use super::Plan;

/// The largest plan file that is read, in bytes. 100,000 tenants take about 40 MB.
pub const LARGEST_FILE: usize = 64 << 20;

impl Plan {
    /// The SHA-256 of the plan's canonical text, in hex: what `digest` in its file says, and what `from` in a later plan names.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        write::digest(self)
    }
}

#[cfg(test)]
mod tests;
