//! The ground floor: the words that every room uses. Names, quantities, versions, money, tiers, diagnostics.
//!
//! Nothing here knows an inventory, a rule or a file format. Every type parses at the gate and is believed afterwards.

pub mod calendar;
pub mod diagnostic;
pub mod edit;
pub mod money;
pub mod name;
pub mod quantity;
pub mod resources;
pub mod share;
pub mod tier;
pub mod version;
pub mod words;
