//! Whether two builds with different backends say the same of medium fleets.
//!
//! `cargo run --release --example two-builds -- plan 0 200 > default.json` plans the fleets of these seeds, 20 to 60 tenants each; the same with
//! `--features highs` writes another file, and `cargo run --release --example two-builds -- compare default.json highs.json` holds one against the other:
//! no verdict may differ, what both call optimal costs the same, and no bound is above what the other one's plan costs.
#![expect(clippy::print_stdout, reason = "a comparison prints what it found")]
#![expect(clippy::print_stderr, reason = "a run of hours says how far it is")]

#[path = "fleet-bench/population/mod.rs"]
mod population;

use std::collections::BTreeMap;
use std::error::Error;
use std::ops::ControlFlow;

use fleetplan::inventory;
use fleetplan::planner::{Proposal, Wishes, propose};
use serde_json::{Value, json};

use population::{Fleet, Kind};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["plan", first, end] => plan(first.parse()?, end.parse()?),
        ["compare", one, other] => compare(&read(one)?, &read(other)?),
        _ => Err("say `plan FIRST END`, or `compare FILE FILE`".into()),
    }
}

/// One line of JSON for each seed.
fn plan(first: u64, end: u64) -> Result<(), Box<dyn Error>> {
    for seed in first..end {
        let kind = usize::try_from(seed)? % Kind::ALL.len();
        let tenants = 20 + usize::try_from(seed * 7 % 41)?;
        let (name, kind) = Kind::ALL[kind];
        let fleet = Fleet::new(kind, tenants, seed);
        let files = fleet.files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect();
        let inventory =
            inventory::read(files, None, "2026-07-15".parse()?).inventory.ok_or("the inventory has faults")?;
        let today = fleet.today(&inventory);
        let wishes = Wishes { from: today.as_ref(), ..Wishes::default() };
        let said = match propose(&inventory, &wishes, &mut |_| ControlFlow::Continue(())) {
            Proposal::Plan(plan) => {
                let proof = plan.proof;
                json!({"status": proof.status.word(), "by": proof.by, "objective": proof.objective.0, "bound": proof.bound.0})
            }
            Proposal::Impossible(_) => json!({"status": "impossible"}),
            Proposal::Unknown(_) => json!({"status": "unknown"}),
        };
        println!("{}", json!({"seed": seed, "population": name, "tenants": tenants, "said": said}));
    }
    Ok(())
}

fn read(path: &str) -> Result<BTreeMap<u64, Value>, Box<dyn Error>> {
    let mut all = BTreeMap::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let mut value: Value = serde_json::from_str(line)?;
        let seed = value["seed"].as_u64().ok_or("a line without a seed")?;
        all.insert(seed, value["said"].take());
    }
    Ok(all)
}

fn compare(one: &BTreeMap<u64, Value>, other: &BTreeMap<u64, Value>) -> Result<(), Box<dyn Error>> {
    let (mut compared, mut wrong) = (0, 0);
    let mut verdicts: BTreeMap<String, usize> = BTreeMap::new();
    for (seed, a) in one {
        let Some(b) = other.get(seed) else { continue };
        compared += 1;
        *verdicts.entry(format!("{} and {}", a["status"], b["status"])).or_default() += 1;
        for fault in faults(a, b).into_iter().chain(faults(b, a)) {
            wrong += 1;
            eprintln!("seed {seed}: {fault}: {a} and {b}");
        }
    }
    println!("{compared} fleets planned by both, {wrong} faults, {verdicts:?}");
    if wrong > 0 { Err("the two builds contradict each other".into()) } else { Ok(()) }
}

/// What `a` says that cannot be, if `b` is right.
fn faults(a: &Value, b: &Value) -> Vec<&'static str> {
    let (Some(objective), Some(bound)) = (a["objective"].as_i64(), a["bound"].as_i64()) else {
        let contradicts = a["status"] == "impossible" && b["objective"].is_i64();
        return if contradicts { vec!["impossible, and the other one has a plan"] } else { Vec::new() };
    };
    let mut faults = Vec::new();
    if let Some(cost) = b["objective"].as_i64() {
        if bound > cost {
            faults.push("a bound above the other one's plan");
        }
        if a["status"] == "optimal" && objective > cost {
            faults.push("optimal, and the other one's plan is cheaper");
        }
    }
    faults
}
