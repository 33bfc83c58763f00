//! The planner against brute force: tiny fleets in which every way to house everybody is tried in exact integers, by code that
//! shares nothing with `rules/` and `solve/`.
//!
//! `cargo test` runs a seeded slice. The full run is one command: `cargo test --release --test brute_force -- --ignored`.
#![expect(clippy::unwrap_used, reason = "a fixture that does not parse is a failed test")]
#![expect(clippy::cast_possible_wrap, reason = "counts of tiny fleets")]

mod conflicts;
#[path = "../dice/mod.rs"]
mod dice;
mod fleets;
mod optimum;
mod oracle;
mod properties;
mod world;

use std::ops::ControlFlow;

use fleetplan::inventory::{self, Inventory};
use fleetplan::planner::{Proposal, Wishes, propose};

/// Reads one file; nothing where the gate refuses it.
fn read(text: &str) -> Option<Inventory> {
    let files = vec![("fleet.toml".to_owned(), text.as_bytes().to_vec())];
    inventory::read(files, None, "2026-11-23".parse().unwrap()).inventory
}

fn planned(inventory: &Inventory, wishes: &Wishes<'_>) -> Proposal {
    propose(inventory, wishes, &mut |_| ControlFlow::Continue(()))
}
