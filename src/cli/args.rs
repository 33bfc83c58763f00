//! The command line: what every command may be told, and the list of commands.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand, ValueEnum, ValueHint};
use fleetplan::vocab::calendar::Date;

use super::commands::{
    check, completions, convert_values, diff, explain, import, init, plan, render, report, review, schema,
};
use super::exit;
use super::terminal::Colour;

/// Decides, for a whole Kubernetes fleet at once, whether each tenant lives in a shared namespace, a vcluster or a
/// dedicated cluster.
///
/// fleetplan reads a folder of TOML: what every tenant requires, and what the fleet offers. It finds the cheapest home for
/// all tenants together, proves how good that is, explains each decision down to the line that asks for it, and writes
/// the GitOps files that carry it out.
#[derive(Debug, Parser)]
#[command(name = "fleetplan", version, max_term_width = 100, after_help = after_help(), subcommand_required = true)]
#[command(arg_required_else_help = true)]
pub struct Args {
    /// When to colour: auto (on a terminal, unless NO_COLOR is set), always or never
    #[arg(long = "color", value_enum, value_name = "WHEN", default_value_t, global = true)]
    #[arg(help_heading = OUTPUT, hide_possible_values = true, hide_default_value = true)]
    pub colour: Colour,
    /// Say only answers and errors: no notes, no warnings, no progress
    #[arg(short, long, global = true, help_heading = OUTPUT)]
    pub quiet: bool,
    #[command(subcommand)]
    pub command: Command,
}

fn after_help() -> String {
    format!("{EXAMPLES}\n\n{}", exit::HELP)
}

const EXAMPLES: &str = "\
Examples:
  fleetplan init                  write a small inventory to start from
  fleetplan check                 every fault of the inventory, with its line
  fleetplan plan                  decide, and write plans/current.toml
  fleetplan explain shop          why a tenant lives where it lives
  fleetplan render --out gitops   the files that carry it out";

/// The heading of everything about how an answer is written.
const OUTPUT: &str = "Output";

/// The commands. Each has a file of its own.
#[derive(Debug, Subcommand)]
pub enum Command {
    Init(init::InitArgs),
    Check(check::CheckArgs),
    Plan(plan::PlanArgs),
    Explain(explain::ExplainArgs),
    Review(review::ReviewArgs),
    Diff(diff::DiffArgs),
    Report(report::ReportArgs),
    Render(render::RenderArgs),
    ConvertValues(convert_values::ConvertValuesArgs),
    Import(import::ImportArgs),
    Schema(schema::SchemaArgs),
    Completions(completions::CompletionsArgs),
}

impl Command {
    /// In which format its answer is asked for.
    pub const fn format(&self) -> Format {
        match self {
            Self::Check(args) => args.format.format,
            Self::Plan(args) => args.format.format,
            Self::Explain(args) => args.format.format,
            Self::Review(args) => args.format.format,
            Self::Render(args) => args.format.format,
            Self::Diff(args) => args.format.format,
            Self::ConvertValues(args) => args.format.format,
            Self::Import(args) => args.format(),
            Self::Init(_) | Self::Report(_) | Self::Schema(_) | Self::Completions(_) => Format::Text,
        }
    }
}

/// Who reads the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: one document on standard output.
    Json,
}

/// Which format.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct FormatArgs {
    /// Who reads the answer: text (people, the default) or json (programs)
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, help_heading = OUTPUT)]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    pub format: Format,
}

/// Where the plan stands unless the command line says otherwise.
pub const PLAN: &str = "plans/current.toml";

/// Where the inventory stands unless the command line says otherwise.
const INVENTORY: &str = "inventory";

/// Which inventory, and as of when.
#[derive(Debug, clap::Args)]
pub struct InventoryArgs {
    /// Folder of the inventory; every *.toml below it is read
    #[arg(short, long, value_name = "DIR", default_value = INVENTORY, value_hint = ValueHint::DirPath)]
    pub inventory: PathBuf,
    /// Planning date, such as 2026-11-23; without it the inventory's own, or today (UTC)
    #[arg(long, value_name = "DATE", value_parser = read_date)]
    pub date: Option<Date>,
}

impl InventoryArgs {
    /// True where the command line need not name the folder.
    pub fn is_default(&self) -> bool {
        self.inventory == Path::new(INVENTORY)
    }
}

fn read_date(text: &str) -> Result<Date, String> {
    let has_form = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let date = if has_form { text.parse().ok() } else { None };
    date.ok_or_else(|| "not a day such as 2026-11-23".to_owned())
}

/// What `--color` says, found before parsing, so that even a wrong argument is told in the right ink.
pub fn colour_before_parsing(words: &[OsString]) -> Colour {
    let mut colour = Colour::default();
    let mut words = words.iter().skip(1).filter_map(|word| word.to_str());
    while let Some(word) = words.next() {
        let said = match word {
            "--" => break,
            "--color" => words.next(),
            word => word.strip_prefix("--color="),
        };
        colour = said.and_then(|said| Colour::from_str(said, false).ok()).unwrap_or(colour);
    }
    colour
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_colour_is_known_before_the_arguments_are() {
        let find = |words: &[&str]| colour_before_parsing(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(find(&["fleetplan", "--color=never", "plna"]), Colour::Never);
        assert_eq!(find(&["fleetplan", "plan", "--color", "always"]), Colour::Always);
        assert_eq!(find(&["fleetplan", "--", "--color=never"]), Colour::Auto);
    }

    #[test]
    fn a_date_is_a_day_and_nothing_more() {
        assert!(read_date("2026-11-23").is_ok());
        for text in ["2026-02-30", "tomorrow", "2026-11-23T10:00", "20261123"] {
            assert!(read_date(text).is_err(), "{text}");
        }
    }
}
