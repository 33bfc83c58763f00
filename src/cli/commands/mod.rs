//! One file per command, each with its arguments, its help and a `run`.

pub mod check;
pub mod completions;
pub mod convert_values;
pub mod diff;
pub mod explain;
pub mod import;
pub mod init;
pub mod plan;
pub mod render;
pub mod report;
pub mod review;
pub mod schema;

use super::args::Command;
use super::exit::Exit;
use super::failure::Failure;
use super::terminal::Terminal;

/// Runs one command.
pub fn run(command: Command, terminal: &Terminal) -> Result<Exit, Failure> {
    match command {
        Command::Init(args) => init::run(&args, terminal),
        Command::Check(args) => check::run(&args, terminal),
        Command::Plan(args) => plan::run(&args, terminal),
        Command::Explain(args) => explain::run(&args, terminal),
        Command::Report(args) => report::run(&args, terminal),
        Command::Review(args) => review::run(&args, terminal),
        Command::Render(args) => render::run(&args, terminal),
        Command::Diff(args) => diff::run(&args, terminal),
        Command::ConvertValues(args) => convert_values::run(&args, terminal),
        Command::Import(args) => import::run(&args, terminal),
        Command::Schema(args) => schema::run(&args, terminal),
        Command::Completions(args) => completions::run(&args, terminal),
    }
}
