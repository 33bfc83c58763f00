//! The fleet benchmark: synthetic fleets are made, solved by fleetplan and by a rival, and the results shown as a table, as JSON, or in the README.
//!
//! Every run has a process of its own, so that one's memory is not the other's. One build of this program has one backend: run it with and without
//! `--features highs`, and give the second run the first one's JSON with `--with`.

mod population;
mod rival;
mod row;
mod run;
mod view;
mod what_if;

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Parser, ValueEnum};
use fleetplan::plan;

use population::{Fleet, Kind};
use row::Row;
use run::{Task, Who};

/// Solve synthetic fleets with fleetplan and with a naive mixed-integer program
#[derive(Debug, Parser)]
#[command(after_help = "\
Examples:
  cargo run --release --example fleet-bench -- --tenants 50,300 --seed 1,2,3 --seconds 10
  cargo run --release --example fleet-bench -- --tenants 1000 --format json >default.json
  cargo run --release --features highs --example fleet-bench -- --tenants 1000 --with default.json --readme README.md
  cargo run --release --example fleet-bench -- --tenants 10000 --what-if 1000
  cargo run --release --example fleet-bench -- --tenants 300 --emit fleet")]
struct Args {
    /// How many tenants; several with commas
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "300", value_parser = size)]
    tenants: Vec<usize>,
    /// Seeds of the fleets; several with commas
    #[arg(long, value_name = "S", value_delimiter = ',', default_value = "1")]
    seed: Vec<u64>,
    /// Seconds that a search may take
    #[arg(long, value_name = "T", default_value_t = 10.0, value_parser = seconds)]
    seconds: f64,
    /// Populations; several with commas
    #[arg(long, value_name = "NAME", value_delimiter = ',', default_value = "mixed", value_parser = PossibleValuesParser::new(Kind::ALL.map(|(name, _)| name)))]
    population: Vec<String>,
    /// Leave the rival out
    #[arg(long)]
    no_rival: bool,
    /// How to show the rows
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Rows of an earlier run, as JSON, to show with these
    #[arg(long, value_name = "FILE")]
    with: Vec<PathBuf>,
    /// Write the tables between the markers of this page too
    #[arg(long, value_name = "FILE")]
    readme: Option<PathBuf>,
    /// Open a session on each fleet instead, change a tenant at random so many times, and show how long the answers took
    #[arg(long, value_name = "CHANGES")]
    what_if: Option<usize>,
    /// Solve nothing: write the inventory of the first fleet below DIR/inventory, and where its tenants live today to DIR/today.toml
    #[arg(long, value_name = "DIR")]
    emit: Option<PathBuf>,
    #[arg(long, hide = true)]
    child: Option<Who>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

fn size(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(size @ 1..=1_000_000) => Ok(size),
        _ => Err("a number from 1 to 1000000".to_owned()),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|seconds| (0.1..=86_400.0).contains(seconds)).ok_or_else(|| "0.1 to 86400".to_owned())
}

const BUILD: &str = if cfg!(feature = "highs") { "highs" } else { "microlp" };

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program with a terminal of its own")]
fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let task = |who, population: &str, tenants, seed| Task {
        who,
        population: population.to_owned(),
        tenants,
        seed,
        seconds: args.seconds,
    };
    if let Some(folder) = &args.emit {
        return emit(folder, run::kind(&args.population[0]), args.tenants[0], args.seed[0]);
    }
    if let Some(who) = args.child {
        let run = task(who, &args.population[0], args.tenants[0], args.seed[0]).run()?;
        println!("{}", serde_json::to_string(&run)?);
        return Ok(());
    }
    if let Some(changes) = args.what_if {
        return what_if(&args, changes);
    }
    let mut rows: Vec<Row> = Vec::new();
    for path in &args.with {
        rows.extend(serde_json::from_slice::<Vec<Row>>(&std::fs::read(path)?)?);
    }
    for population in &args.population {
        for tenants in &args.tenants {
            for seed in &args.seed {
                eprintln!("{population}, {tenants} tenants, seed {seed}");
                let run = task(Who::Fleetplan, population, *tenants, *seed).in_a_child()?;
                let mut rival = None;
                if !args.no_rival {
                    let mut theirs = task(Who::Rival, population, *tenants, *seed).in_a_child()?;
                    run::compare(&run, &mut theirs);
                    rival = Some(theirs);
                }
                let (population, build) = (population.clone(), BUILD.to_owned());
                rows.push(Row { population, tenants: *tenants, seed: *seed, build, limit: args.seconds, run, rival });
            }
        }
    }
    let tables = view::markdown(&rows);
    if let Some(path) = &args.readme {
        let page = std::fs::read_to_string(path)?;
        std::fs::write(
            path,
            view::replaced(&page, "fleet-bench", &tables).ok_or("the page has no markers of fleet-bench")?,
        )?;
    }
    match args.format {
        Format::Text => print!("{tables}"),
        Format::Json => println!("{}", serde_json::to_string_pretty(&rows)?),
    }
    Ok(())
}

/// Measures sessions.
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program with a terminal of its own")]
fn what_if(args: &Args, changes: usize) -> Result<(), Box<dyn Error>> {
    let mut rows = Vec::new();
    for population in &args.population {
        for tenants in &args.tenants {
            for seed in &args.seed {
                eprintln!("{population}, {tenants} tenants, seed {seed}");
                rows.push(what_if::measure((population, *tenants, *seed), changes, args.seconds, BUILD)?);
            }
        }
    }
    let table = what_if::markdown(&rows);
    if let Some(path) = &args.readme {
        let page = std::fs::read_to_string(path)?;
        std::fs::write(path, view::replaced(&page, "what-if", &table).ok_or("the page has no markers of what-if")?)?;
    }
    match args.format {
        Format::Text => print!("{table}"),
        Format::Json => println!("{}", serde_json::to_string_pretty(&rows)?),
    }
    Ok(())
}

/// Writes a fleet down.
fn emit(folder: &Path, kind: Kind, tenants: usize, seed: u64) -> Result<(), Box<dyn Error>> {
    let fleet = Fleet::new(kind, tenants, seed);
    let inventory = folder.join("inventory");
    std::fs::create_dir_all(&inventory)?;
    for (name, text) in &fleet.files {
        std::fs::write(inventory.join(name), text)?;
    }
    if let Some(today) = fleet.today(&run::read(&fleet)?) {
        std::fs::write(folder.join("today.toml"), plan::file::write(&today))?;
    }
    Ok(())
}
