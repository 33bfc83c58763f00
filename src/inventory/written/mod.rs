//! What was written: TOML with spans, one struct per table. Every key may be missing and nothing is resolved yet.
//!
//! Each table's keys stand once, in a `table!`; the reader, the places and the JSON Schema come from that list.

pub mod facts;
pub mod file;
pub mod fleet;
pub mod leaf;
pub mod named;
pub mod node;
pub mod number;
pub mod offer;
pub mod table;
pub mod tenant;
pub mod text;
