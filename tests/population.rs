//! The benchmark's populations: they are read without a fault, where tenants live today breaks no rule, and the shares are those that are promised.
#![expect(clippy::unwrap_used, reason = "a fixture that does not parse is a failed test")]

#[path = "../examples/fleet-bench/population/mod.rs"]
mod population;

use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use fleetplan::inventory::{self, Inventory, Trust};
use fleetplan::plan::{Status, file};
use fleetplan::planner::{Proposal, Wishes, propose};
use fleetplan::review::review;
use fleetplan::rules::RULES;

use population::{Fleet, Kind};

fn read(fleet: &Fleet) -> Inventory {
    let files = fleet.files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect();
    let reading = inventory::read(files, None, "2026-07-15".parse().unwrap());
    assert!(reading.diagnostics.is_empty(), "{:#?}", &reading.diagnostics[..reading.diagnostics.len().min(3)]);
    reading.inventory.unwrap()
}

#[test]
fn every_population_is_read_and_lives_by_the_rules_today() {
    for (name, kind) in Kind::ALL {
        let fleet = Fleet::new(kind, 400, 1);
        let inventory = read(&fleet);
        assert_eq!(inventory.tenants.len(), 400, "{name}");
        let Some(today) = fleet.today(&inventory) else {
            assert_eq!((kind, inventory.clusters.len()), (Kind::Greenfield, 0));
            continue;
        };
        let expected = if kind == Kind::Settled { 400..=400 } else { 300..=380 };
        assert!(expected.contains(&today.placements.len()), "{name}: {}", today.placements.len());
        let broken: Vec<String> = review(&inventory, &today, None)
            .findings
            .into_iter()
            .filter(|finding| RULES.iter().any(|rule| rule.name() == finding.check))
            .map(|finding| format!("{}: {}", finding.check, finding.message))
            .collect();
        assert!(broken.is_empty(), "{name}: {:#?}", &broken[..broken.len().min(5)]);
    }
}

#[test]
fn the_same_seed_makes_the_same_fleet_and_another_seed_another() {
    let files = |seed| Fleet::new(Kind::Mixed, 100, seed).files;
    assert_eq!(files(7), files(7));
    assert_ne!(files(7), files(8));
}

#[test]
fn shares_are_those_that_are_promised() {
    let inventory = read(&Fleet::new(Kind::Mixed, 10_000, 3));
    let percent = |holds: &dyn Fn(&inventory::Tenant) -> bool| {
        inventory.tenants.iter().filter(|tenant| holds(tenant)).count().div_ceil(100)
    };
    let near = |found: usize, promised: usize| found.abs_diff(promised) <= 2;
    assert!(near(percent(&|tenant| tenant.residency.is_empty()), 15));
    assert!(near(percent(&|tenant| tenant.trust == Trust::Hardened), 20));
    assert!(near(percent(&|tenant| tenant.workloads[0].kernel.gpu.is_some()), 8));
    assert!(near(percent(&|tenant| !tenant.crds.is_empty()), 25));
    assert!(near(percent(&|tenant| tenant.high_availability), 30));
    assert!(near(percent(&|tenant| !tenant.apart.is_empty()), 2));
    let mut cpu: Vec<u64> = inventory.tenants.iter().map(|tenant| tenant.workloads[0].planned.resources.cpu).collect();
    cpu.sort_unstable();
    assert!((5_000..6_000).contains(&cpu[5_000]), "the median of exp(8.6) millicores, {}", cpu[5_000]);
}

#[test]
fn a_search_that_was_ended_says_so_in_its_plan() {
    let fleet = Fleet::new(Kind::Mixed, 40, 1);
    let inventory = read(&fleet);
    let today = fleet.today(&inventory);
    let wishes = Wishes { from: today.as_ref(), ..Wishes::default() };
    let Proposal::Plan(plan) = propose(&inventory, &wishes, &mut |_| ControlFlow::Break(())) else {
        panic!("where everybody lives by the rules, there is a plan")
    };
    assert_eq!(plan.proof.limited, plan.proof.status != Status::Optimal);
    assert!(plan.proof.bound <= plan.proof.objective);
    assert_eq!(file::write(&plan).contains("limited = true"), plan.proof.limited);
}

#[test]
fn one_two_and_four_threads_make_the_same_plan() {
    // Ended by counting, not by a clock: a debug build would take minutes for all of it.
    let fleet = Fleet::new(Kind::Mixed, 1_100, 1);
    let inventory = read(&fleet);
    let today = fleet.today(&inventory);
    let made = [1, 2, 4].map(|threads| {
        let wishes = Wishes { from: today.as_ref(), threads: NonZeroUsize::new(threads), ..Wishes::default() };
        let mut asked = 0;
        let proposal = propose(&inventory, &wishes, &mut |_| {
            asked += 1;
            if asked < 4 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        let Proposal::Plan(plan) = proposal else { panic!("{threads} threads: {proposal:?}") };
        file::write(&plan)
    });
    assert!(made[0].contains("status = \"feasible\""), "units were asked for prices");
    assert_eq!(made[0], made[1]);
    assert_eq!(made[0], made[2]);
}
