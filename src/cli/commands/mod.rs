//! One file per command, each with its arguments, its help and a `run`.

pub mod check;
pub mod completions;
pub mod import;
pub mod init;
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
        Command::Import(args) => import::run(&args, terminal),
        Command::Schema(args) => schema::run(&args, terminal),
        Command::Completions(args) => completions::run(&args, terminal),
    }
}
