//! Values in, text out: tables, JSON, Markdown. Pure functions; printing is `cli/`'s work.
//!
//! Every text ends with one line break. No text that came from an input reaches the output unguarded: see [`safe`].

pub mod conflict;
pub mod diagnostics;
pub mod diff;
pub mod doors;
pub mod drivers;
pub mod explanation;
pub mod frontier;
pub mod grid;
pub mod ink;
pub mod json;
pub mod record;
pub mod review;
pub mod safe;
#[cfg(test)]
mod sample;
pub mod table;
pub mod unified;
pub mod words;

pub use ink::Ink;
