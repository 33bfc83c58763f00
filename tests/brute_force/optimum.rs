//! Verdict, cost, load and bound of every tiny fleet: alone, from an earlier plan, and with few moves.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use fleetplan::inventory::Inventory;
use fleetplan::plan::{Plan, Status};
use fleetplan::planner::{Proposal, Wishes};
use fleetplan::review::review;
use fleetplan::rules::RULES;

use super::fleets::{Dice, tiny};
use super::oracle::{Answer, ask};
use super::world::Question;
use super::{planned, read};

/// What a run saw.
#[derive(Default)]
struct Run {
    compared: usize,
    refused: usize,
    skipped: usize,
    verdicts: BTreeMap<&'static str, usize>,
    closed: BTreeSet<&'static str>,
    wrong: Vec<String>,
}

impl Run {
    /// Compares one answer with every way there is. The plan, where there is one.
    fn compare(&mut self, what: &str, inventory: &Inventory, wishes: &Wishes<'_>) -> Option<Plan> {
        let question = Question { from: wishes.from, max_moves: wishes.max_moves, ..Question::default() };
        let Answer { least, closed, finished } = ask(inventory, &question, false);
        if !finished {
            self.skipped += 1;
            return None;
        }
        self.compared += 1;
        self.closed.extend(closed);
        let proposal = planned(inventory, wishes);
        let mut fault = String::new();
        let plan = match (proposal, least) {
            (Proposal::Unknown(_), _) => {
                *self.verdicts.entry("unknown").or_default() += 1;
                None
            }
            (Proposal::Impossible(_), None) => {
                *self.verdicts.entry("impossible").or_default() += 1;
                None
            }
            (Proposal::Impossible(conflicts), Some(least)) => {
                let _ = write!(fault, "said to be impossible, and {least} is a plan: {conflicts:?}");
                None
            }
            (Proposal::Plan(plan), None) => {
                let _ = write!(fault, "a plan of {:?}, and none exists", plan.proof);
                Some(*plan)
            }
            (Proposal::Plan(plan), Some(least)) => {
                let (objective, bound) = (plan.proof.objective.0, plan.proof.bound.0);
                let optimal = plan.proof.status == Status::Optimal;
                *self.verdicts.entry(if optimal { "optimal" } else { "feasible" }).or_default() += 1;
                if objective < least || bound > least || (optimal && objective != least) || bound > objective {
                    let _ = write!(fault, "least {least}, said {:?}", plan.proof);
                }
                let review = review(inventory, &plan, wishes.from);
                for finding in review.findings {
                    let _ = write!(fault, "\nreview: {}: {}", finding.check, finding.message);
                }
                Some(*plan)
            }
        };
        if !fault.is_empty() {
            self.wrong.push(format!("{what}: {fault}"));
        }
        plan
    }

    /// One seed: the fleet; from its own plan after prices and demand changed; the same with few moves.
    fn seed(&mut self, seed: u64) {
        let text = tiny(seed);
        let Some(now) = read(&text) else {
            self.refused += 1;
            return;
        };
        let Some(first) = self.compare(&format!("seed {seed}"), &now, &Wishes::default()) else { return };
        let mut dice = Dice(seed);
        let changed = text
            .replace("price = 0.2\n", "price = 0.9\n")
            .replace("memory = \"16Gi\"", dice.pick(&["memory = \"16Gi\"", "memory = \"9Gi\""]))
            .replace("open_at_most = 2", dice.pick(&["open_at_most = 2", "open_at_most = 1"]));
        let Some(later) = read(&changed) else { return };
        let wishes = Wishes { from: Some(&first), ..Wishes::default() };
        self.compare(&format!("seed {seed}, later"), &later, &wishes);
        let wishes = Wishes { max_moves: Some(dice.below(2) as u64), ..wishes };
        self.compare(&format!("seed {seed}, few moves"), &later, &wishes);
    }

    fn seeds(seeds: impl Iterator<Item = u64>) -> Self {
        let mut run = Self::default();
        seeds.for_each(|seed| run.seed(seed));
        run
    }

    fn assert(&self, least: usize) {
        let Self { compared, refused, skipped, verdicts, closed, wrong } = self;
        let said =
            format!("{compared} compared, {refused} refused at the gate, {skipped} with too many ways, {verdicts:?}");
        assert!(wrong.is_empty(), "{} wrong of {said}\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
        assert!(*compared >= least, "only {said}");
        let silent: Vec<_> = RULES.iter().map(|rule| rule.name()).filter(|rule| !closed.contains(rule)).collect();
        assert!(silent.is_empty(), "no door was closed by {silent:?}; {said}");
        assert!(verdicts["impossible"] * 20 > *compared && verdicts["optimal"] * 5 > *compared, "lopsided: {said}");
    }
}

#[test]
fn no_tiny_fleet_has_a_wrong_verdict_cost_load_or_bound() {
    Run::seeds(0..52).assert(70);
}

#[test]
#[ignore = "the full run: 100,000 comparisons, in release"]
fn a_hundred_thousand_answers_are_what_every_way_says() {
    let halves: Vec<Run> = std::thread::scope(|scope| {
        let run = |first: u64| scope.spawn(move || Run::seeds((first..62_000).step_by(2)));
        [run(0), run(1)].map(|half| half.join().unwrap()).into()
    });
    let mut all = Run::default();
    for half in halves {
        all.compared += half.compared;
        all.refused += half.refused;
        all.skipped += half.skipped;
        all.closed.extend(half.closed);
        all.wrong.extend(half.wrong);
        half.verdicts.into_iter().for_each(|(verdict, count)| *all.verdicts.entry(verdict).or_default() += count);
    }
    all.assert(100_000);
}
