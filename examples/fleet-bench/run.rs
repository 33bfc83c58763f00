//! One run in a process of its own: the fleet is made and read, one program decides, and the independent check says what its plan costs.

use std::error::Error;
use std::ops::ControlFlow;
use std::process::Command;
use std::time::Instant;

use fleetplan::inventory::{self, Inventory};
use fleetplan::plan::Plan;
use fleetplan::planner::{Proposal, Wishes, propose};
use fleetplan::review::review;
use fleetplan::vocab::money::Money;

use super::population::{Fleet, Kind};
use super::rival;
use super::row::{Run, peak_mib, percent};

/// Who decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Who {
    Fleetplan,
    Rival,
}

/// What a child is to measure.
#[derive(Debug, Clone)]
pub struct Task {
    pub who: Who,
    pub population: String,
    pub tenants: usize,
    pub seed: u64,
    pub seconds: f64,
}

impl Task {
    /// Runs this program again for one task and takes its answer.
    pub fn in_a_child(&self) -> Result<Run, Box<dyn Error>> {
        let who = match self.who {
            Who::Fleetplan => "fleetplan",
            Who::Rival => "rival",
        };
        let output = Command::new(std::env::current_exe()?)
            .args(["--child", who, "--population", &self.population])
            .args(["--tenants", &self.tenants.to_string(), "--seed", &self.seed.to_string()])
            .args(["--seconds", &self.seconds.to_string()])
            .stderr(std::process::Stdio::inherit())
            .output()?;
        if !output.status.success() {
            return Ok(Run { status: format!("the process ended: {}", output.status), ..Run::default() });
        }
        // A backend may have said something before: the answer is the last line.
        let said = String::from_utf8(output.stdout)?;
        Ok(serde_json::from_str(said.lines().last().unwrap_or_default())?)
    }

    /// Measures.
    pub fn run(&self) -> Result<Run, Box<dyn Error>> {
        let fleet = Fleet::new(kind(&self.population), self.tenants, self.seed);
        let began = Instant::now();
        let inventory = read(&fleet)?;
        let read_seconds = began.elapsed().as_secs_f64();
        let today = fleet.today(&inventory);
        drop(fleet);
        let (mut run, plan) = match self.who {
            Who::Fleetplan => self.fleetplan(&inventory, today.as_ref()),
            Who::Rival => rival::decide(&inventory, today.as_ref(), self.seconds),
        };
        if let Some(plan) = plan {
            let began = Instant::now();
            let review = review(&inventory, &plan, today.as_ref());
            run.review_seconds = began.elapsed().as_secs_f64();
            let is_rule = |check: &str| fleetplan::rules::RULES.iter().any(|rule| rule.name() == check);
            // The rival writes no reasons, parts or moves down: it is held to rules and money alone.
            let broken = review.findings.iter().find(|finding| match self.who {
                Who::Fleetplan => true,
                Who::Rival => is_rule(finding.check) && finding.check != "moves",
            });
            if let Some(finding) = broken {
                run.status = format!("refused by the check `{}`: {}", finding.check, finding.message);
            }
            run.objective = Some(review.objective.exact());
        }
        run.read_seconds = read_seconds;
        run.peak_mib = peak_mib();
        Ok(run)
    }

    fn fleetplan(&self, inventory: &Inventory, today: Option<&Plan>) -> (Run, Option<Plan>) {
        let wishes = Wishes { from: today, ..Wishes::default() };
        let mut run = Run::default();
        let began = Instant::now();
        let proposal = propose(inventory, &wishes, &mut |progress| {
            let now = began.elapsed().as_secs_f64();
            if let (Some(objective), Some(bound)) = (progress.incumbent, progress.bound) {
                let gap = percent(objective, bound);
                if run.trace.last().is_none_or(|(_, last)| (last - gap).abs() > 0.001) {
                    run.trace.push((now, gap));
                }
            }
            if now < self.seconds { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        run.seconds = began.elapsed().as_secs_f64();
        match proposal {
            Proposal::Plan(plan) => {
                run.prove(&plan.proof);
                run.trace.push((run.seconds, run.gap.unwrap_or_default()));
                (run, Some(*plan))
            }
            Proposal::Impossible(_) => (Run { status: "impossible".to_owned(), ..run }, None),
            Proposal::Unknown(why) => (Run { status: why, ..run }, None),
        }
    }
}

/// The population of a name that the arguments know.
pub fn kind(name: &str) -> Kind {
    Kind::ALL.into_iter().find(|(known, _)| *known == name).expect("the parser knows the names").1
}

/// Reads a fleet as a user's inventory is read.
pub fn read(fleet: &Fleet) -> Result<Inventory, Box<dyn Error>> {
    let files = fleet.files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect();
    let reading = inventory::read(files, None, "2026-07-15".parse()?);
    Ok(reading.inventory.ok_or("the inventory has faults; write it with `--emit` and ask `fleetplan check`")?)
}

/// The rival's gap, against the bound that fleetplan proved on the same fleet.
pub fn compare(ours: &Run, rival: &mut Run) {
    let bound = ours.bound.as_deref().and_then(|text| Money::parse(text).ok());
    if let (Some(bound), Some(objective)) = (bound, rival.micro()) {
        rival.gap = Some(percent(Money(objective), bound));
    }
}
