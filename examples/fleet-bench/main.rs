//! The fleet benchmark: `cargo run --release --example fleet-bench -- --tenants 300 --seed 1 --emit DIR` writes a synthetic fleet, as an inventory
//! and as the plan that says where its tenants live today.

mod population;

use std::error::Error;
use std::path::PathBuf;

use clap::Parser;
use clap::builder::PossibleValuesParser;
use fleetplan::{inventory, plan};

use population::{Fleet, Kind};

/// Make synthetic fleets
#[derive(Debug, Parser)]
struct Args {
    /// How many tenants
    #[arg(long, value_name = "N", default_value_t = 300)]
    tenants: usize,
    /// The seed of the fleet
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Which population
    #[arg(long, value_name = "NAME", default_value = "mixed", value_parser = PossibleValuesParser::new(Kind::ALL.map(|(name, _)| name)))]
    population: String,
    /// Write the inventory below DIR/inventory, and DIR/today.toml
    #[arg(long, value_name = "DIR")]
    emit: PathBuf,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let kind = Kind::ALL.into_iter().find(|(name, _)| *name == args.population).expect("the parser knows the names").1;
    let fleet = Fleet::new(kind, args.tenants, args.seed);
    let folder = args.emit.join("inventory");
    std::fs::create_dir_all(&folder)?;
    for (name, text) in &fleet.files {
        std::fs::write(folder.join(name), text)?;
    }
    let files = fleet.files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect();
    let reading = inventory::read(files, None, "2026-07-15".parse()?);
    let inventory = reading.inventory.ok_or("the inventory has faults; `fleetplan check` shows them")?;
    if let Some(today) = fleet.today(&inventory) {
        std::fs::write(args.emit.join("today.toml"), plan::file::write(&today))?;
    }
    Ok(())
}
