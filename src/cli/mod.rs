//! The only floor that knows a terminal, a clock, an environment and a disk.
//!
//! Arguments flow in; text on standard output, notes on standard error, files and an exit code flow out. What is decided and
//! how it is worded is the library's.

mod args;
mod commands;
mod disk;
mod exit;
mod failure;
mod file;
mod findings;
mod load;
mod progress;
mod save;
mod terminal;
mod tree;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

use args::Args;
use exit::Exit;
use terminal::Terminal;

/// Runs one command line.
pub fn run(words: Vec<OsString>) -> ExitCode {
    let colour = args::colour_before_parsing(&words);
    let parsed = Args::command()
        .color(colour.into())
        .try_get_matches_from(words)
        .and_then(|matches| Args::from_arg_matches(&matches));
    let args = match parsed {
        Ok(args) => args,
        Err(error) => {
            // Help and version are answers; everything else about arguments is wrong input. A closed pipe is no concern here.
            let _ = error.print();
            return if error.use_stderr() { Exit::Wrong } else { Exit::Done }.into();
        }
    };
    let terminal = Terminal::new(args.colour, args.quiet);
    let format = args.command.format();
    commands::run(args.command, &terminal).unwrap_or_else(|failure| failure.tell(&terminal, format)).into()
}
