//! A plan that a change has broken: it is repaired before anything is saved, and nobody who lives well loses their home for it.

use std::ops::ControlFlow;

use fleetplan::inventory::{self, Inventory};
use fleetplan::plan::Plan;
use fleetplan::planner::{Asked, Conflict, Proposal, Wishes, propose_certified};
use fleetplan::review::{review, review_with};

/// Three clusters of up to three nodes; a move costs 100 a month.
const CLUSTERS: &str = r#"
[fleet]
name = "acme"
date = 2026-11-23
[policy]
headroom = 0.0
horizon_quarters = 0
payback_months = 1
max_tenant_share = 1.0
max_importance_share = 1.0
once = { move = 100.0, open = 100.0, close = 100.0 }
"#;

fn cluster(name: &str, residency: &str, price: &str) -> String {
    format!(
        r#"
[[cluster]]
name = "{name}"
provider = "eks"
region = "r"
residency = "{residency}"
kubernetes = "1.35"
control_plane = {{ price = 0.10, disruption = "5m" }}
[[cluster.pool]]
name = "general"
node = {{ cpu = "8", memory = "32Gi", pods = 80 }}
price = {price}
nodes = {{ max = 3 }}
zones = 3
"#
    )
}

/// A tenant that asks for so many CPUs, and for what `more` says.
fn tenant(name: &str, cpu: u32, more: &str) -> String {
    format!(
        "[[tenant]]\nname = \"{name}\"\nteam = \"team\"\n{more}\ndemand = {{ cpu = \"{cpu}\", memory = \"1Gi\", pods = 5 }}\n"
    )
}

/// A fleet of these tenants, whose first cluster has nodes at `price` an hour.
fn fleet(price: &str, tenants: &[String]) -> Inventory {
    let clusters = [cluster("eu-1", "eu", price), cluster("eu-2", "eu", "0.5"), cluster("us-1", "us", "0.6")];
    let text = format!("{CLUSTERS}{}{}", clusters.concat(), tenants.concat());
    let reading =
        inventory::read(vec![("fleet.toml".to_owned(), text.into_bytes())], None, "2026-11-23".parse().expect("a day"));
    reading.inventory.unwrap_or_else(|| panic!("{:?}", reading.diagnostics))
}

/// The answer; where it is a plan, one that the review and its certificate agree to.
fn answer(inventory: &Inventory, wishes: &Wishes<'_>) -> Proposal {
    let (proposal, certificate) = propose_certified(inventory, wishes, &mut |_| ControlFlow::Continue(()));
    if let Proposal::Plan(plan) = &proposal {
        assert_eq!(review_with(inventory, plan, wishes.from, certificate.as_ref()).findings, []);
    }
    proposal
}

fn plan(inventory: &Inventory, wishes: &Wishes<'_>) -> Plan {
    match answer(inventory, wishes) {
        Proposal::Plan(plan) => *plan,
        other => panic!("no plan: {other:?}"),
    }
}

fn conflict(inventory: &Inventory, wishes: &Wishes<'_>) -> Conflict {
    match answer(inventory, wishes) {
        Proposal::Impossible(mut conflicts) if conflicts.len() == 1 => conflicts.remove(0),
        other => panic!("not one conflict: {other:?}"),
    }
}

/// The first plan of a fleet, which the same fleet under other rules breaks.
fn broken(before: &Inventory, after: &Inventory) -> Plan {
    let plan = plan(before, &Wishes::default());
    assert!(!review(after, &plan, None).is_valid(), "the change breaks nothing");
    plan
}

fn moved(plan: &Plan) -> Vec<(&str, &str)> {
    let cluster = |name: &str| {
        let home = plan.placements.iter().find(|home| home.tenant.as_str() == name).expect("who moves has a home");
        home.cluster.as_str()
    };
    plan.moves.iter().map(|moved| (moved.tenant.as_str(), cluster(moved.tenant.as_str()))).collect()
}

fn unplaced(plan: &Plan) -> Vec<&str> {
    plan.unplaced.iter().map(|tenant| tenant.as_str()).collect()
}

#[test]
fn who_may_not_stay_moves_and_nobody_else_does() {
    let others = [tenant("blog", 4, ""), tenant("shop", 8, "")];
    let with = |more| [&others[..], &[tenant("ledger", 6, more)]].concat();
    let (before, after) = (fleet("0.2", &with("")), fleet("0.2", &with("residency = [\"us\"]")));
    let from = broken(&before, &after);
    let plan = plan(&after, &Wishes { from: Some(&from), ..Wishes::default() });
    assert_eq!(moved(&plan), [("ledger", "us-1")]);
}

#[test]
fn of_an_overfull_cluster_one_leaves_where_one_is_enough() {
    // 24 CPUs fit. Four more, and any of the small ones would have to leave with another.
    let with = |shop| [tenant("a", 2, ""), tenant("b", 3, ""), tenant("c", 3, ""), tenant("shop", shop, "")];
    let (before, after) = (fleet("0.2", &with(16)), fleet("0.2", &with(20)));
    let from = broken(&before, &after);
    let plan = plan(&after, &Wishes { from: Some(&from), max_moves: Some(1), ..Wishes::default() });
    assert_eq!(moved(&plan), [("shop", "eu-2")]);
}

#[test]
fn a_tenant_that_accepts_no_neighbours_any_more_gets_a_cluster_for_itself() {
    let with = |more| [tenant("blog", 2, ""), tenant("ledger", 2, more), tenant("shop", 2, "")];
    let (before, after) = (fleet("0.2", &with("")), fleet("0.2", &with("max_neighbours = 0")));
    let from = broken(&before, &after);
    let plan = plan(&after, &Wishes { from: Some(&from), ..Wishes::default() });
    assert_eq!(moved(&plan), [("ledger", "eu-2")]);
}

/// `ledger` may not stay where it lives, and `shop` would be cheaper elsewhere: a fleet before and after the change.
fn a_repair_and_a_saving() -> (Inventory, Inventory) {
    let with = |more| [tenant("ledger", 2, more), tenant("shop", 16, "residency = [\"eu\"]")];
    (fleet("0.2", &with("")), fleet("2.0", &with("residency = [\"us\"]")))
}

#[test]
fn the_only_move_repairs_and_the_second_saves() {
    let (before, after) = a_repair_and_a_saving();
    let from = broken(&before, &after);
    let of = |most| plan(&after, &Wishes { from: Some(&from), max_moves: Some(most), ..Wishes::default() });
    assert_eq!(moved(&of(1)), [("ledger", "us-1")]);
    assert_eq!(moved(&of(2)), [("ledger", "us-1"), ("shop", "eu-2")]);
}

#[test]
fn too_few_moves_for_a_repair_are_a_conflict_that_names_their_number() {
    let (before, after) = a_repair_and_a_saving();
    let from = broken(&before, &after);
    let conflict = conflict(&after, &Wishes { from: Some(&from), max_moves: Some(0), ..Wishes::default() });
    let asked: Vec<&Asked> = conflict.requirements.iter().map(|requirement| &requirement.asked).collect();
    assert!(conflict.minimal && asked.contains(&&Asked::Policy("max_moves")), "{asked:?}");
    assert!(conflict.tenants.iter().all(|tenant| tenant.as_str() == "ledger"), "{:?}", conflict.tenants);
    let ways: Vec<&str> = conflict.ways_out.iter().map(|way| way.text.as_str()).collect();
    assert!(ways.contains(&"allow more moves"), "{ways:?}");
}

#[test]
fn a_partial_plan_without_moves_leaves_out_who_may_not_stay_and_moves_nobody() {
    let (before, after) = a_repair_and_a_saving();
    let from = broken(&before, &after);
    let plan = plan(&after, &Wishes { from: Some(&from), max_moves: Some(0), partial: true, ..Wishes::default() });
    assert_eq!((moved(&plan), unplaced(&plan)), (Vec::new(), vec!["ledger"]));
}

#[test]
fn a_newcomer_is_left_out_before_anybody_who_lives_somewhere() {
    // The only cluster of its kind is full, and the newcomer is the most important of all.
    let asks = "residency = [\"us\"]";
    let residents = [tenant("blog", 12, asks), tenant("shop", 12, asks)];
    let before = fleet("0.2", &residents);
    let from = plan(&before, &Wishes::default());
    let after = fleet("0.2", &[&residents[..], &[tenant("arrival", 12, &format!("{asks}\nimportance = 9"))]].concat());
    let plan = plan(&after, &Wishes { from: Some(&from), partial: true, ..Wishes::default() });
    assert_eq!((moved(&plan), unplaced(&plan)), (Vec::new(), vec!["arrival"]));
}

#[test]
fn where_somebody_has_to_go_it_is_the_least_important() {
    let asks = |importance| format!("residency = [\"us\"]\nimportance = {importance}");
    let with = |cpu| [tenant("blog", cpu, &asks(2)), tenant("shop", cpu, &asks(1)), tenant("wiki", cpu, &asks(3))];
    let (before, after) = (fleet("0.2", &with(8)), fleet("0.2", &with(12)));
    let from = broken(&before, &after);
    let plan = plan(&after, &Wishes { from: Some(&from), partial: true, ..Wishes::default() });
    assert_eq!((moved(&plan), unplaced(&plan)), (Vec::new(), vec!["shop"]));
}
