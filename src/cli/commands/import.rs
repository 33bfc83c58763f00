//! `fleetplan import`: an inventory from what stands elsewhere.

mod folder;
pub mod manifests;

use clap::Subcommand;

use crate::cli::args::Format;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::terminal::Terminal;

/// Make inventory files from what stands elsewhere, offline
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    #[command(subcommand)]
    from: From,
}

/// What can be imported. Each has a file of its own.
#[derive(Debug, Subcommand)]
enum From {
    Manifests(Box<manifests::ManifestsArgs>),
}

impl ImportArgs {
    /// In which format the answer is asked for.
    pub const fn format(&self) -> Format {
        match &self.from {
            From::Manifests(args) => args.format.format,
        }
    }
}

/// Imports.
pub fn run(args: &ImportArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    match &args.from {
        From::Manifests(args) => manifests::run(args, terminal),
    }
}
