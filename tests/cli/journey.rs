//! The main job from an empty folder to a rendered tree, and what each command answers on its way.

use crate::place::{Place, err, json, out};

#[test]
fn from_nothing_to_a_tree_in_six_commands() {
    let place = Place::empty();
    place.run(&["init"]).success();
    let check = place.run(&["check", "--deny-warnings"]).success();
    assert!(out(&check).starts_with("acme: 4 tenants, 1 cluster, 1 class"), "{}", out(&check));
    let plan = place.run(&["plan"]).success();
    assert!(out(&plan).contains("proven optimal"), "{}", out(&plan));
    place.run(&["review"]).success();
    place.run(&["render", "--out", "gitops"]).success();
    place.run(&["render", "--out", "gitops", "--check"]).success();
}

#[test]
fn what_init_writes_has_a_home_in_every_tier() {
    let place = Place::with_plan();
    let plan = json(&place.run(&["plan", "--format", "json"]).success());
    let tier = |tenant: &str| {
        let homes = plan["placements"].as_array().unwrap();
        homes.iter().find(|home| home["tenant"] == tenant).unwrap()["tier"].clone()
    };
    assert_eq!(plan["status"], "optimal");
    assert_eq!(
        ["shop", "payments", "pipelines", "trading"].map(tier),
        ["namespace", "namespace", "vcluster", "cluster"]
    );
}

#[test]
fn init_never_overwrites() {
    let place = Place::with_inventory();
    let before = place.files();
    let again = place.run(&["init"]).code(2);
    assert!(err(&again).contains("would-overwrite"), "{}", err(&again));
    assert_eq!(place.files(), before);
}

#[test]
fn two_runs_write_the_same_bytes_and_the_second_says_so() {
    let place = Place::with_plan();
    let before = place.files();
    let again = place.run(&["plan"]).success();
    assert!(err(&again).contains("is as it was"), "{}", err(&again));
    assert_eq!(place.files(), before);
}

#[test]
fn a_plan_shows_homes_clusters_money_and_proof() {
    let place = Place::with_inventory();
    // Both builds print the same but for the prover's name.
    let printed = out(&place.run(&["plan"]).success()).replace("by highs", "by microlp");
    insta::assert_snapshot!(printed);
}

#[test]
fn an_explanation_names_the_rule_and_the_line() {
    let place = Place::with_plan();
    insta::assert_snapshot!(out(&place.run(&["explain", "trading"]).success()));
}

#[test]
fn a_dry_run_writes_nothing_and_out_to_a_dash_writes_the_file_to_standard_output() {
    let place = Place::with_inventory();
    let before = place.files();
    place.run(&["plan", "--dry-run"]).success();
    let plan = place.run(&["plan", "--out", "-"]).success();
    assert_eq!(place.files(), before);
    place.run(&["plan", "-q"]).success();
    assert_eq!(out(&plan), place.text("plans/current.toml"));
}

#[test]
fn planning_from_a_plan_moves_nobody_and_a_diff_finds_nothing() {
    let place = Place::with_plan();
    let plan = place.run(&["plan", "--from", "plans/current.toml", "--max-moves", "0", "--out", "next.toml"]).success();
    assert!(out(&plan).contains("nobody moves"), "{}", out(&plan));
    let diff = json(&place.run(&["diff", "--format", "json", "plans/current.toml", "next.toml"]).success());
    assert_eq!(diff["placements"], serde_json::json!([]));
}

#[test]
fn a_changed_requirement_shows_in_the_diff_and_with_exit_code_where_that_is_asked_for() {
    let place = Place::with_plan();
    place.edit("inventory/tenants.toml", "disruption = \"30s\"", "disruption = \"10m\"");
    place.run(&["plan", "-q", "--from", "plans/current.toml", "--out", "next.toml"]).success();
    let words = ["diff", "plans/current.toml", "next.toml"];
    let diff = place.run(&words).success();
    assert!(out(&diff).contains("trading  moves"), "{}", out(&diff));
    place.run(&[&words[..], &["--exit-code"]].concat()).code(1);
    place.run(&["diff", "--exit-code", "next.toml", "next.toml"]).success();
}

#[test]
fn an_impossible_inventory_is_an_answer_with_lines_and_ways_out() {
    let place = Place::with_inventory();
    place.edit("inventory/tenants.toml", "disruption = \"30s\"", "disruption = \"5s\"");
    let before = place.files();
    let plan = place.run(&["plan"]).code(1);
    assert!(out(&plan).contains("[inventory/tenants.toml:28]"), "{}", out(&plan));
    let document = json(&place.run(&["plan", "--format", "json"]).code(1));
    assert_eq!(document["status"], "impossible");
    assert_eq!(document["conflicts"][0]["requirements"][0]["place"]["line"], 28);
    assert_eq!(place.files(), before);
    let partial = json(&place.run(&["plan", "--partial", "--format", "json"]).success());
    assert_eq!(partial["unplaced"], serde_json::json!(["trading"]));
}

#[test]
fn a_record_goes_to_a_file_or_to_standard_output() {
    let place = Place::with_plan();
    let record = out(&place.run(&["report"]).success());
    place.run(&["report", "--out", "docs/decisions.md"]).success();
    assert_eq!(place.text("docs/decisions.md"), record);
    let one = out(&place.run(&["report", "--tenant", "shop"]).success());
    assert!(one.contains("## Tenant `shop`") && !one.contains("## Tenant `trading`"), "{one}");
}

#[test]
fn a_tree_that_a_hand_touched_is_refused_and_a_tenant_does_not_vanish_unnamed() {
    let place = Place::with_plan();
    place.run(&["render", "-q", "--out", "gitops"]).success();
    place.write("gitops/foreign.yaml", "a: 1\n");
    let before = place.files();
    let foreign = place.run(&["render", "--out", "gitops"]).code(2);
    assert!(err(&foreign).contains("foreign.yaml"), "{}", err(&foreign));
    let check = place.run(&["render", "--out", "gitops", "--check"]).code(1);
    assert!(out(&check).contains("foreign  gitops/foreign.yaml"), "{}", out(&check));
    assert_eq!(place.files(), before);
    std::fs::remove_file(place.path("gitops/foreign.yaml")).unwrap();
    let tenants = place.text("inventory/tenants.toml");
    place.write("inventory/tenants.toml", &tenants[..tenants.find("# Tolerates no").unwrap()]);
    place.run(&["plan", "-q"]).success();
    let vanishing = place.run(&["render", "--out", "gitops"]).code(2);
    assert!(err(&vanishing).contains("--remove trading"), "{}", err(&vanishing));
    place.run(&["render", "--out", "gitops", "--remove", "trading", "--remove", "eks-steady-1"]).success();
}

#[test]
fn a_rendered_tree_is_told_to_programs_too() {
    let place = Place::with_plan();
    let first = json(&place.run(&["render", "--out", "gitops", "--format", "json"]).success());
    assert_eq!(first["unchanged"], 0);
    let again = json(&place.run(&["render", "--out", "gitops", "--format", "json"]).success());
    assert_eq!((&again["added"], &again["changed"]), (&serde_json::json!([]), &serde_json::json!([])));
    place.write("gitops/README.md", "edited\n");
    let check = json(&place.run(&["render", "--out", "gitops", "--check", "--format", "json"]).code(1));
    assert_eq!(check["changed"][0]["file"], "README.md");
}
