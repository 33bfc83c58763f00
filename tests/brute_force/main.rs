//! The planner against brute force: tiny fleets in which every way to house everybody is tried in exact integers, by code that
//! shares nothing with `rules/` and `solve/`.
//!
//! `cargo test` runs a seeded slice. The full run is one command: `cargo test --release --test brute_force -- --ignored --nocapture`;
//! `FLEETPLAN_SEEDS=5000..6000` runs a part of it.
#![expect(clippy::unwrap_used, reason = "a fixture that does not parse is a failed test")]
#![expect(clippy::cast_possible_wrap, reason = "counts of tiny fleets")]
#![expect(clippy::print_stderr, reason = "a run of hours says how far it is")]

mod conflicts;
#[path = "../dice/mod.rs"]
mod dice;
mod fleets;
mod optimum;
mod oracle;
mod properties;
mod sessions;
mod world;

use std::ops::{ControlFlow, Range};

use fleetplan::inventory::{self, Inventory};
use fleetplan::plan::certificate::Certificate;
use fleetplan::planner::{Proposal, Wishes, propose_certified};

/// Reads one file; nothing where the gate refuses it.
fn read(text: &str) -> Option<Inventory> {
    let files = vec![("fleet.toml".to_owned(), text.as_bytes().to_vec())];
    inventory::read(files, None, "2026-11-23".parse().unwrap()).inventory
}

fn planned(inventory: &Inventory, wishes: &Wishes<'_>) -> Proposal {
    certified(inventory, wishes).0
}

fn certified(inventory: &Inventory, wishes: &Wishes<'_>) -> (Proposal, Option<Certificate>) {
    propose_certified(inventory, wishes, &mut |_| ControlFlow::Continue(()))
}

/// Which seeds a full run is narrowed to.
const SEEDS: &str = "FLEETPLAN_SEEDS";

/// True where only a part of a full run was asked for, of which nothing is known but that it must not be wrong.
fn is_narrowed() -> bool {
    std::env::var_os(SEEDS).is_some()
}

/// Runs `work` over every other of the seeds in two threads, or over those that the environment names.
fn in_halves<R: Send>(seeds: Range<u64>, work: impl Fn(&mut dyn Iterator<Item = u64>) -> R + Sync) -> Vec<R> {
    let named = std::env::var(SEEDS).ok().map(|said| {
        let (first, end) = said.split_once("..").unwrap();
        first.parse().unwrap()..end.parse().unwrap()
    });
    let Range { start, end } = named.unwrap_or(seeds);
    let work = &work;
    std::thread::scope(|scope| {
        let run = |first: u64| scope.spawn(move || work(&mut (first..end).step_by(2)));
        [run(start), run(start + 1)].map(|half| half.join().unwrap()).into()
    })
}
