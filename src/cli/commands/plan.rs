//! `fleetplan plan`: decides, checks the decision, writes the plan file and shows it.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueHint;
use fleetplan::inventory::Inventory;
use fleetplan::plan::certificate::Certificate;
use fleetplan::plan::{self, Plan};
use fleetplan::planner::{self, Point, Proposal, Wishes};
use fleetplan::report::table::Detail;
use fleetplan::report::{self, words};
use fleetplan::review::{self, Certification};
use fleetplan::vocab::calendar::Seconds;
use fleetplan::vocab::diagnostic::Diagnostic;

use crate::cli::args::{Format, FormatArgs, InventoryArgs, PLAN};
use crate::cli::disk::said;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::load;
use crate::cli::progress::Watcher;
use crate::cli::save::Saving;
use crate::cli::terminal::Terminal;

/// Decide where every tenant lives, and write the plan
///
/// The plan file holds every home, the clusters to open, keep and close, the money and the proof. The same inventory always makes
/// the same plan. Without `--from`, nobody lives anywhere yet and nobody moves; with it, a move costs what the policy says.
///
/// Where no plan exists, the requirements that cannot stand together are told, each with its line, and nothing is written.
/// Ctrl-C ends the search with the best plan so far.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  fleetplan plan
  fleetplan plan --from plans/current.toml --max-moves 5
  fleetplan plan --from plans/current.toml --frontier
  fleetplan plan -i what-if --from plans/current.toml --out plans/what-if.toml
  fleetplan plan --dry-run --format json | jq '.objective'

Exit codes: 0 a plan, 1 no plan exists, 2 the input is wrong, 3 the budget ended without a plan.")]
pub struct PlanArgs {
    #[command(flatten)]
    inventory: InventoryArgs,
    /// The plan that says where tenants live today
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    from: Option<PathBuf>,
    /// The most homes that may move
    #[arg(long, value_name = "N", requires = "from")]
    max_moves: Option<u64>,
    /// End the search after this time with the best plan so far, such as `10s` or `2m`; the plan says so
    ///
    /// Without it the search has a budget of work, not of time, and the same inventory always makes the same plan.
    #[arg(long, value_name = "TIME", value_parser = time_limit)]
    time_limit: Option<Duration>,
    /// Threads of the search; as many as the machine has where it is not given. Any number makes the same plan
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Show what 0, 1, 2, 5, 10, … moves would save, each with its bound, and write nothing
    #[arg(long, requires = "from", conflicts_with_all = ["max_moves", "out", "dry_run", "summary"])]
    frontier: bool,
    /// Leave out the fewest tenants that cannot live, instead of answering that no plan exists
    #[arg(long)]
    partial: bool,
    /// Where to write the plan; `-` for standard output
    #[arg(short, long, value_name = "FILE", default_value = PLAN, value_hint = ValueHint::FilePath)]
    out: PathBuf,
    /// Show the plan and write nothing
    #[arg(long, conflicts_with = "out")]
    dry_run: bool,
    /// Show the fleet, not every home
    #[arg(long)]
    summary: bool,
    #[command(flatten)]
    pub format: FormatArgs,
}

/// Decides, reviews, writes, shows.
pub fn run(args: &PlanArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let to_stdout = args.out == Path::new("-");
    if to_stdout && args.format.format == Format::Json {
        let fault = Diagnostic::error("two-answers", "standard output cannot take the plan file and a JSON document");
        return Err(Failure::wrong(
            fault.help("leave `--out -` out: the JSON document says everything the plan file says"),
        ));
    }
    let (inventory, warnings) = load::inventory(&args.inventory, load::today())?;
    let from = args.from.as_deref().map(load::plan).transpose()?;
    if let (Some(from), Some(path)) = (&from, &args.from) {
        load::of_this_fleet(&inventory, from, path)?;
    }
    let wishes =
        Wishes { from: from.as_ref(), partial: args.partial, max_moves: args.max_moves, threads: args.threads };
    let mut watcher = Watcher::start(terminal, args.time_limit);
    if args.frontier {
        let points = planner::frontier(&inventory, &wishes, &mut |progress| watcher.hear(progress));
        return show_frontier(&points, args, &inventory, &warnings, watcher, terminal);
    }
    let (proposal, certificate) =
        planner::propose_certified(&inventory, &wishes, &mut |progress| watcher.hear(progress));
    let ended = Ended::of(watcher);
    let exit = match proposal {
        Proposal::Plan(plan) => {
            let plan = reviewed(*plan, &inventory, from.as_ref())?;
            if !args.dry_run && !to_stdout {
                let certificate = certificate.filter(|found| holds(found, &plan, &inventory, from.as_ref()));
                write(&plan, certificate.as_ref(), &args.out, terminal)?;
            }
            show(&plan, args, to_stdout, terminal)?;
            Exit::Done
        }
        Proposal::Impossible(conflicts) => {
            terminal.print(&match args.format.format {
                Format::Text => {
                    report::conflict::text(&conflicts, &inventory.sources, &inventory.fleet.currency, terminal.ink())
                }
                Format::Json => {
                    report::json::text(&report::json::impossible(&inventory, &inventory.fingerprint(), &conflicts))
                }
            })?;
            if !args.partial {
                terminal.note("`--partial` plans all but the fewest tenants that cannot live\n");
            }
            Exit::No
        }
        Proposal::Unknown(message) => {
            terminal.print(&match args.format.format {
                Format::Text => {
                    format!("{}\n", terminal.ink().bad(format!("no answer: {}", report::safe::line(&message))))
                }
                Format::Json => {
                    report::json::text(&report::json::unknown(&inventory, &inventory.fingerprint(), &message))
                }
            })?;
            Exit::NoAnswer
        }
    };
    afterwards(args, &inventory, &warnings, &ended, terminal);
    Ok(exit)
}

/// How a search ended.
struct Ended {
    interrupted: bool,
    limited: bool,
    took: Duration,
}

impl Ended {
    fn of(watcher: Watcher) -> Self {
        let (interrupted, limited) = (watcher.was_interrupted(), watcher.was_limited());
        Self { interrupted, limited, took: watcher.end() }
    }
}

/// A time of at least a second, in the form that durations of the inventory have.
fn time_limit(text: &str) -> Result<Duration, String> {
    match text.parse::<Seconds>() {
        Ok(Seconds(seconds @ 1..)) => Ok(Duration::from_secs(seconds)),
        Ok(Seconds(0)) => Err("no search ends in no time; the shortest limit is 1s".to_owned()),
        Err(fault) => Err(fault.to_string()),
    }
}

/// Shows the frontier. The answer is no where no number of moves makes a plan.
fn show_frontier(
    points: &[Point],
    args: &PlanArgs,
    inventory: &Inventory,
    warnings: &[Diagnostic],
    watcher: Watcher,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let ended = Ended::of(watcher);
    let currency = &inventory.fleet.currency;
    terminal.print(&match args.format.format {
        Format::Text => report::frontier::text(points, currency, terminal.ink()),
        Format::Json => report::json::text(&report::json::frontier(points, currency)),
    })?;
    afterwards(args, inventory, warnings, &ended, terminal);
    Ok(if points.iter().any(|point| point.best.is_some()) {
        Exit::Done
    } else if points.iter().any(|point| point.impossible) {
        Exit::No
    } else {
        Exit::NoAnswer
    })
}

/// The plan, if the check that shares no code with the solver agrees to it.
fn reviewed(plan: Plan, inventory: &Inventory, from: Option<&Plan>) -> Result<Plan, Failure> {
    let findings = review::review(inventory, &plan, from).findings;
    if findings.is_empty() {
        return Ok(plan);
    }
    let mut diagnostics: Vec<Diagnostic> = findings.into_iter().map(load::finding).collect();
    let help = "nothing was written; please report it with the inventory, or with what of it shows the fault";
    diagnostics.push(Diagnostic::error("own-fault", "fleetplan made a plan that its own review refuses").help(help));
    Err(Failure::bug(diagnostics, inventory.sources.clone()))
}

fn show(plan: &Plan, args: &PlanArgs, to_stdout: bool, terminal: &Terminal) -> Result<(), Failure> {
    let detail = if args.summary { Detail::Summary } else { Detail::Whole };
    terminal.print(&match args.format.format {
        Format::Text if to_stdout => plan::file::write(plan),
        Format::Text => report::table::plan(plan, detail, terminal.ink()),
        Format::Json => report::json::text(&report::json::plan(plan)),
    })
}

/// True where the check works out from the certificate what the plan claims. A bound that a backend proved has no such certificate.
fn holds(certificate: &Certificate, plan: &Plan, inventory: &Inventory, from: Option<&Plan>) -> bool {
    let review = review::review_with(inventory, plan, from, Some(certificate));
    review.findings.is_empty() && matches!(review.certification, Certification::Certified { .. })
}

/// Writes the plan file, over nothing but an earlier plan, and the certificate beside it. One of an earlier plan does not stay: it goes first, so
/// that a run which is killed in between leaves a plan without a certificate, never one beside another's.
fn write(plan: &Plan, certificate: Option<&Certificate>, path: &Path, terminal: &Terminal) -> Result<(), Failure> {
    load::refuse_to_overwrite(path)?;
    let beside = load::certificate_path(path);
    let plan = Saving::begin(path, &plan::file::write(plan))?;
    let certificate = certificate.map(plan::certificate::file::write);
    let certificate = certificate.map(|text| Saving::begin(&beside, &text)).transpose()?;
    let is_replaced = certificate.as_ref().is_none_or(|it| plan.changes() && it.changes());
    if is_replaced && load::certificate(path).is_ok_and(|found| found.is_some()) {
        std::fs::remove_file(&beside)
            .map_err(|error| Failure::outside("cannot-write", format!("cannot remove `{}`: {error}", said(&beside))))?;
    }
    plan.end(terminal)?;
    certificate.map_or(Ok(()), |certificate| certificate.end(terminal))
}

/// What is said beside the answer: time, interruption, warnings. Never part of a file, so that equal plans stay equal.
fn afterwards(args: &PlanArgs, inventory: &Inventory, warnings: &[Diagnostic], ended: &Ended, terminal: &Terminal) {
    let ink = terminal.note_ink();
    let Ended { interrupted, limited, took } = *ended;
    if limited && !interrupted {
        terminal.complain(&format!("{}: this is the best that was found until then\n", ink.warn("out of time")));
    }
    if interrupted {
        terminal.complain(&format!("{}: this is the best that was found until then\n", ink.warn("interrupted")));
    }
    if !warnings.is_empty() {
        let check = if args.inventory.is_default() {
            String::new()
        } else {
            format!(" -i {}", said(&args.inventory.inventory))
        };
        let number = words::count(warnings.len(), "warning", "warnings");
        terminal.note(&format!("{} about the inventory; `fleetplan check{check}` shows them\n", ink.warn(number)));
    }
    let tenants = words::count(inventory.tenants.len(), "tenant", "tenants");
    terminal.note(&format!("{}\n", ink.quiet(format!("{tenants} in {:.2} s", took.as_secs_f64()))));
}
