//! Verdict, cost, load and bound of every tiny fleet: alone, from an earlier plan, and with few moves.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use fleetplan::inventory::Inventory;
use fleetplan::plan::{Plan, Status};
use fleetplan::planner::{Proposal, Wishes};
use fleetplan::review::{Certification, review_with};
use fleetplan::rules::RULES;

use super::fleets::{Dice, QUICK, tiny};
use super::oracle::{Answer, ask};
use super::world::Question;
use super::{certified, in_halves, is_narrowed, read};

/// What a run saw.
#[derive(Default)]
struct Run {
    compared: usize,
    refused: usize,
    skipped: usize,
    verdicts: BTreeMap<&'static str, usize>,
    certified: usize,
    closed: BTreeSet<&'static str>,
    wrong: Vec<String>,
}

impl Run {
    /// Compares one answer with every way there is. The plan, where there is one.
    fn compare(&mut self, what: &str, inventory: &Inventory, wishes: &Wishes<'_>) -> Option<Plan> {
        let (proposal, certificate) = certified(inventory, wishes);
        let mut question = Question { from: wishes.from, max_moves: wishes.max_moves, ..Question::default() };
        let fewest = if wishes.partial { fewest_left_out(inventory, &question) } else { Some(0) };
        if let Proposal::Plan(plan) = &proposal {
            question.absent = plan.unplaced.iter().map(ToString::to_string).collect();
        }
        let Answer { least, closed, finished } = ask(inventory, &question, false);
        let Some(fewest) = fewest.filter(|_| finished) else {
            self.skipped += 1;
            return None;
        };
        self.compared += 1;
        self.closed.extend(closed);
        let mut fault = String::new();
        if question.absent.len() != fewest && matches!(proposal, Proposal::Plan(_)) {
            let _ = write!(fault, "leaves out {:?}, and {fewest} would do; ", question.absent);
        }
        let plan = match (proposal, least) {
            (Proposal::Unknown(_), _) => {
                *self.verdicts.entry("unknown").or_default() += 1;
                None
            }
            (Proposal::Impossible(_), _) if wishes.partial => {
                let _ = write!(fault, "said to be impossible, and nobody had to be placed");
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
                let verdict = if wishes.partial {
                    "partial"
                } else if optimal {
                    "optimal"
                } else {
                    "feasible"
                };
                *self.verdicts.entry(verdict).or_default() += 1;
                if objective < least || bound > least || (optimal && objective != least) || bound > objective {
                    let _ = write!(fault, "least {least}, said {:?}", plan.proof);
                }
                // What prices are said to prove, the certificate proves; a backend's own claim has none that could.
                let certificate = certificate.filter(|_| plan.proof.by == "prices");
                let review = review_with(inventory, &plan, wishes.from, certificate.as_ref());
                for finding in review.findings {
                    let _ = write!(fault, "\nreview: {}: {}", finding.check, finding.message);
                }
                match review.certification {
                    Certification::Certified { bound } if bound.0 <= least && (!optimal || bound.0 == objective) => {
                        self.certified += 1;
                    }
                    said if certificate.is_some() => {
                        let _ = write!(fault, "\ncertificate: {said:?} of {:?}, least {least}", plan.proof);
                    }
                    _ => {}
                }
                Some(*plan)
            }
        };
        if !fault.is_empty() {
            eprintln!("{what}: {fault}");
            self.wrong.push(format!("{what}: {fault}"));
        }
        plan
    }

    /// The fleet of one seed.
    fn seed(&mut self, seed: u64) {
        let text = tiny(seed);
        if read(&text).is_none() {
            self.refused += 1;
            return;
        }
        self.fleet(&format!("seed {seed}"), &text, seed);
    }

    /// A fleet: alone, or all of it but the fewest tenants; from its own plan after prices and demand changed; the same with few moves, and
    /// all but the fewest tenants where that is too few.
    fn fleet(&mut self, name: &str, text: &str, seed: u64) {
        let now = read(text).unwrap();
        let Some(first) = self.compare(name, &now, &Wishes::default()) else {
            let wishes = Wishes { partial: true, ..Wishes::default() };
            self.compare(&format!("{name}, partial"), &now, &wishes);
            return;
        };
        let mut dice = Dice(seed);
        let changed = text
            .replace("price = 0.2\n", "price = 0.9\n")
            .replace("memory = \"16Gi\"", dice.pick(&["memory = \"16Gi\"", "memory = \"9Gi\""]))
            .replace("open_at_most = 2", dice.pick(&["open_at_most = 2", "open_at_most = 1"]));
        let Some(later) = read(&changed) else { return };
        let wishes = Wishes { from: Some(&first), ..Wishes::default() };
        self.compare(&format!("{name}, later"), &later, &wishes);
        let wishes = Wishes { max_moves: Some(dice.below(2) as u64), ..wishes };
        if self.compare(&format!("{name}, few moves"), &later, &wishes).is_none() {
            let wishes = Wishes { partial: true, ..wishes };
            self.compare(&format!("{name}, few moves, partial"), &later, &wishes);
        }
    }

    fn seeds(seeds: impl Iterator<Item = u64>) -> Self {
        let mut run = Self::default();
        for (count, seed) in seeds.enumerate() {
            run.seed(seed);
            if count % 500 == 499 {
                eprintln!("seed {seed}: {}", run.said());
            }
        }
        run
    }

    fn add(&mut self, other: Self) {
        let Self { compared, refused, skipped, verdicts, certified, closed, wrong } = other;
        self.compared += compared;
        self.refused += refused;
        self.skipped += skipped;
        self.certified += certified;
        self.closed.extend(closed);
        self.wrong.extend(wrong);
        verdicts.into_iter().for_each(|(verdict, count)| *self.verdicts.entry(verdict).or_default() += count);
    }

    fn said(&self) -> String {
        let Self { compared, refused, skipped, verdicts, certified, closed: _, wrong } = self;
        let wrong = wrong.len();
        format!(
            "{compared} compared, {wrong} wrong, {refused} refused at the gate, {skipped} with too many ways, {certified} certified, {verdicts:?}"
        )
    }

    fn assert(&self, least: usize) {
        let (said, wrong) = (self.said(), &self.wrong);
        assert!(wrong.is_empty(), "{said}\n{}", wrong[..wrong.len().min(20)].join("\n"));
        if is_narrowed() {
            return;
        }
        assert!(self.compared >= least, "only {said}");
        let silent: Vec<_> = RULES.iter().map(|rule| rule.name()).filter(|rule| !self.closed.contains(rule)).collect();
        assert!(silent.is_empty(), "no door was closed by {silent:?}; {said}");
        let often = |verdict: &str, share: usize| self.verdicts.get(verdict).is_some_and(|n| n * share > self.compared);
        assert!(often("impossible", 20) && often("optimal", 5), "lopsided: {said}");
    }
}

/// How many tenants have to be left out at least; nothing where there are too many ways to tell.
fn fewest_left_out(inventory: &Inventory, question: &Question<'_>) -> Option<usize> {
    let names: Vec<String> = inventory.tenants.iter().map(|tenant| tenant.name.to_string()).collect();
    let mut sets: Vec<usize> = (0..1 << names.len()).collect();
    sets.sort_by_key(|set| set.count_ones());
    for set in sets {
        let absent = names.iter().enumerate().filter(|(index, _)| set >> index & 1 == 1);
        let absent: BTreeSet<String> = absent.map(|(_, name)| name.clone()).collect();
        let count = absent.len();
        let Answer { least, finished, .. } = ask(inventory, &Question { absent, ..question.clone() }, true);
        if least.is_some() {
            return Some(count);
        }
        if !finished {
            return None;
        }
    }
    None
}

#[test]
fn no_tiny_fleet_has_a_wrong_verdict_cost_load_or_bound() {
    Run::seeds(QUICK.iter().copied()).assert(50);
}

#[test]
fn fleets_that_went_wrong_once_are_right() {
    let mut run = Run::default();
    for (name, text) in [
        ("a price beyond what is checked", include_str!("regressions/a-price-beyond-what-is-checked.toml")),
        ("prices of dedicated clusters", include_str!("regressions/prices-of-dedicated-clusters.toml")),
        ("moves have a price", include_str!("regressions/moves-have-a-price.toml")),
        ("pinned to dedicated nodes", include_str!("regressions/pinned-to-dedicated-nodes.toml")),
        ("nothing to try", include_str!("regressions/nothing-to-try.toml")),
        ("copies of a dedicated class", include_str!("regressions/copies-of-a-dedicated-class.toml")),
        ("a part below nothing", include_str!("regressions/a-part-below-nothing.toml")),
    ] {
        run.fleet(name, text, 1);
    }
    assert!(run.wrong.is_empty() && run.certified > 6, "{}\n{}", run.said(), run.wrong.join("\n"));
}

#[test]
#[ignore = "the full run: 100,000 comparisons, in release"]
fn a_hundred_thousand_answers_are_what_every_way_says() {
    let mut all = Run::default();
    in_halves(0..62_000, |seeds| Run::seeds(seeds)).into_iter().for_each(|half| all.add(half));
    eprintln!("{}", all.said());
    all.assert(100_000);
}
