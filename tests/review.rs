//! The independent check: a plan worked out by hand passes, and every kind of fault is refused by its own check.
#![expect(clippy::unwrap_used, reason = "a fixture that does not parse is a failed test")]

#[path = "review/faults.rs"]
mod faults;
#[path = "review/fixture.rs"]
mod fixture;

use fleetplan::plan::Plan;
use fleetplan::review::{Finding, review};

use faults::{FAULTS, Fault};
use fixture::{INVENTORY, cluster, inventory, money, plan, plan_after_another};

fn shown(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("{}: {}\n", finding.check, finding.message)).collect()
}

#[test]
fn a_plan_of_all_six_forms_that_was_worked_out_by_hand_is_valid() {
    let inventory = inventory(INVENTORY);
    let review = review(&inventory, &plan(&inventory), None);
    assert!(review.is_valid(), "{}", shown(&review.findings));
    assert_eq!(review.notes, []);
    assert_eq!(review.objective, money("19937.60"));
}

#[test]
fn a_plan_made_from_another_is_valid_with_it() {
    let inventory = inventory(INVENTORY);
    let (from, plan) = plan_after_another(&inventory);
    let review = review(&inventory, &plan, Some(&from));
    assert!(review.is_valid(), "{}", shown(&review.findings));
}

#[test]
fn a_plan_made_from_another_is_valid_without_it_and_the_review_says_what_it_took_on_trust() {
    let inventory = inventory(INVENTORY);
    let (_, plan) = plan_after_another(&inventory);
    let review = review(&inventory, &plan, None);
    assert!(review.is_valid(), "{}", shown(&review.findings));
    assert!(matches!(&review.notes[..], [note] if note.check == "from"), "{}", shown(&review.notes));
}

#[test]
fn every_kind_of_fault_is_refused_by_its_own_check() {
    let (sound, mut wrong) = (inventory(INVENTORY), Vec::new());
    for (kind, check, fault) in FAULTS {
        let (inventory, plan, from) = match fault {
            Fault::Plan(spoil) => {
                let mut plan = plan(&sound);
                spoil(&mut plan);
                (sound.clone(), plan, None)
            }
            Fault::PlanAfter(spoil) => {
                let (from, mut plan) = plan_after_another(&sound);
                spoil(&mut plan);
                (sound.clone(), plan, Some(from))
            }
            Fault::Inventory(before, after) => {
                assert_eq!(INVENTORY.matches(before).count(), 1, "{kind}: `{before}` is not there once");
                let stricter = inventory(&INVENTORY.replace(before, after));
                let plan = plan(&stricter);
                (stricter, plan, None)
            }
        };
        let review = review(&inventory, &plan, from.as_ref());
        let own = |finding: &&Finding| finding.check == *check;
        if !review.findings.iter().any(|finding| own(&finding)) {
            wrong.push(format!("{kind} is not refused by `{check}`:\n{}", shown(&review.findings)));
        }
        let is_inventory = matches!(fault, Fault::Inventory(..));
        if is_inventory && !review.findings.iter().all(|finding| own(&finding) && finding.span.is_some()) {
            let heard = shown(&review.findings);
            wrong.push(format!("{kind} is refused by more than `{check}`, or without its line:\n{heard}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_kinds_of_fault_are_many_and_each_is_named_once() {
    let mut kinds: Vec<_> = FAULTS.iter().map(|(kind, _, _)| kind).collect();
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds.len(), FAULTS.len());
    assert!(kinds.len() >= 40, "{}", kinds.len());
}

#[test]
fn a_plan_full_of_absurd_numbers_is_refused_without_a_panic() {
    let inventory = inventory(INVENTORY);
    let mut absurd: Plan = plan(&inventory);
    for home in &mut absurd.placements {
        home.monthly.0 = i64::MAX;
        home.pools.iter_mut().for_each(|placed| placed.nodes = u64::MAX);
    }
    for cluster in &mut absurd.clusters {
        cluster.monthly.0 = i64::MIN;
        cluster.pools.iter_mut().for_each(|pool| (pool.nodes, pool.private) = (u64::MAX, u64::MAX));
    }
    absurd.money.nodes.0 = i64::MAX;
    absurd.money.toil.0 = i64::MAX;
    absurd.proof.bound.0 = i64::MIN;
    assert!(!review(&inventory, &absurd, None).is_valid());
}

#[test]
fn who_already_lives_on_an_unsupported_minor_is_a_note_and_no_finding() {
    let ended = "[calendar.gke]\n\"1.34\" = { standard = 2026-01-01, extended = 2026-02-01 }\n[vcluster]";
    let inventory = inventory(&INVENTORY.replace("[vcluster]", ended));
    let (from, stays) = plan_after_another(&inventory);
    let review = review(&inventory, &stays, Some(&from));
    assert!(review.is_valid(), "{}", shown(&review.findings));
    let [note] = &review.notes[..] else { panic!("one note: {}", shown(&review.notes)) };
    assert!(note.check == "support" && note.message.contains("`theta` at site `us`"), "{}", note.message);
}

#[test]
fn a_tenant_may_be_left_out_as_a_whole() {
    let inventory = inventory(INVENTORY);
    let mut partial = plan(&inventory);
    // `eta` alone in `eu-own`: without it the cluster stays, without nodes.
    partial.placements.retain(|home| home.tenant.as_str() != "eta");
    partial.unplaced = vec!["eta".parse().unwrap()];
    let own = cluster(&mut partial, "eu-own");
    (own.pools[0].nodes, own.pools[0].dedicated) = (0, 0);
    let saved = money("1460");
    own.monthly -= saved;
    partial.money.nodes -= saved;
    partial.proof.objective -= saved;
    partial.proof.bound -= saved;
    let review = review(&inventory, &partial, None);
    assert!(review.is_valid(), "{}", shown(&review.findings));
}

#[test]
fn a_tenant_with_two_sites_is_not_left_out_by_half() {
    let inventory = inventory(INVENTORY);
    let mut half = plan(&inventory);
    half.placements.remove(9);
    half.unplaced = vec!["theta".parse().unwrap()];
    let review = review(&inventory, &half, None);
    assert!(review.findings.iter().any(|finding| finding.check == "unplaced"), "{}", shown(&review.findings));
}

#[test]
fn an_exception_lifts_its_rule_and_no_other() {
    let exception = "[[exception]]\ntenant = \"alpha\"\nrule = \"isolation\"\nowner = \"web\"\nreason = \"later\"\nuntil = 2026-11-23\n";
    let asks = |requirement: &str| INVENTORY.replace("near = [\"beta\"]", &format!("near = [\"beta\"]\n{requirement}"));
    let checks = |text: String| -> Vec<&str> {
        let inventory = inventory(&(text + exception));
        review(&inventory, &plan(&inventory), None).findings.iter().map(|finding| finding.check).collect()
    };
    assert_eq!(checks(asks("isolation = \"dedicated\"")), [""; 0], "its last day is included");
    assert_eq!(checks(asks("disruption = \"1m\"")), ["disruption"]);
}

#[test]
fn a_lost_zone_is_survived_with_the_headroom() {
    // `alpha` and the rest load 11.76 CPU: two nodes of 8 planned, and with one of two zones lost two nodes of 10 must stand.
    let text = INVENTORY
        .replace("headroom = 0.20", "headroom = 0.20\nsurvive_zone_loss = true")
        .replace("nodes = { max", "zones = 2\nnodes = { max")
        .replace("nodes = { min", "zones = 2\nnodes = { min");
    let inventory = inventory(&text);
    let review = review(&inventory, &plan(&inventory), None);
    let said = shown(&review.findings);
    for expected in [
        "pool `general` of cluster `eu-shared`: the plan says shared = 2; the load makes it 4",
        "tenant `epsilon` has 3 nodes of its own in pool `general`; its load makes it 4",
    ] {
        assert!(said.contains(expected), "{expected}\n{said}");
    }
}
