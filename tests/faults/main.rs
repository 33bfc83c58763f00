//! What a kill, a failing disk or a second run leaves of a tree or a plan file: the old one or the new one, and a next run that needs no hand.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what does not answer is a failed test")]
#![expect(clippy::print_stderr, reason = "what was skipped and what was measured is said")]

mod disk;
mod inject;
mod kill;
mod sides;
#[path = "../small/mod.rs"]
mod small;
mod two_runs;
