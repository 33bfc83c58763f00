//! Every kind of bad input gets its own clear answer and exit code, and no file is touched.

use std::fs;

use crate::place::{Place, err, json, out};

/// Runs `check` and `plan` in `place`: both refuse with these codes and no others, and leave every file as it was.
fn refused(place: &Place, codes: &[&str]) {
    let before = place.files();
    for words in [["check"].as_slice(), &["plan"], &["plan", "--partial"]] {
        let document = json(&place.command().args(words).args(["--format", "json"]).assert().code(2));
        let all = document["diagnostics"].as_array().unwrap();
        let errors = all.iter().filter(|finding| finding["severity"] == "error");
        let mut found: Vec<&str> = errors.clone().map(|finding| finding["code"].as_str().unwrap()).collect();
        found.dedup();
        assert_eq!(found, codes, "{words:?}: {document:#}");
        assert!(
            errors.clone().all(|finding| !finding["help"].as_array().unwrap().is_empty()),
            "a way out: {document:#}"
        );
    }
    assert_eq!(place.files(), before);
}

/// One edit of the inventory that `init` writes, and the code it is refused with.
fn edited(file: &str, from: &str, to: &str, codes: &[&str]) {
    let place = Place::with_inventory();
    place.edit(&format!("inventory/{file}.toml"), from, to);
    refused(&place, codes);
}

#[test]
fn a_folder_that_is_missing_empty_or_a_file() {
    let place = Place::empty();
    refused(&place, &["no-folder"]);
    fs::create_dir(place.path("inventory")).unwrap();
    refused(&place, &["empty-inventory"]);
    fs::remove_dir(place.path("inventory")).unwrap();
    place.write("inventory", "x");
    refused(&place, &["no-folder"]);
}

#[test]
fn a_file_that_is_not_utf8_and_two_with_syntax_errors_are_told_at_once() {
    let place = Place::with_inventory();
    place.write("inventory/a.toml", b"a = \xff\n");
    place.write("inventory/b.toml", "b = = 1\n");
    place.write("inventory/c.toml", "[c\n");
    refused(&place, &["not-utf8", "toml-syntax"]);
}

#[test]
fn a_file_of_100_megabytes_is_refused_without_being_read() {
    let place = Place::with_inventory();
    fs::File::create(place.path("inventory/huge.toml")).unwrap().set_len(100 << 20).unwrap();
    let check = place.run(&["check"]).code(2);
    assert!(out(&check).contains("has 100 MiB; a file has 16 at most"), "{}", out(&check));
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_of_the_folder_is_refused() {
    let place = Place::with_inventory();
    place.write("secret.toml", "x = 1\n");
    std::os::unix::fs::symlink("../secret.toml", place.path("inventory/link.toml")).unwrap();
    refused(&place, &["link-outside"]);
}

#[test]
fn names_that_would_leave_their_folder_their_template_or_their_line() {
    for name in ["../x", "{{x}}", "a\\nb", "", "A"] {
        edited("tenants", "name = \"shop\"", &format!("name = \"{name}\""), &["bad-name"]);
    }
}

#[test]
fn two_tenants_of_one_name_in_two_files() {
    let place = Place::with_inventory();
    let twin = "[[tenant]]\nname = \"shop\"\nteam = \"a\"\ndemand = { cpu = \"1\", memory = \"1Gi\", pods = 1 }\n";
    place.write("inventory/more.toml", twin);
    refused(&place, &["duplicate-name"]);
    let check = place.run(&["check"]).code(2);
    let told = out(&check);
    assert!(told.contains("inventory/more.toml:2") && told.contains("inventory/tenants.toml:5"), "{told}");
}

#[test]
fn figures_that_make_no_sense() {
    edited("clusters", "max = 40", "max = 0", &["no-nodes"]);
    edited("clusters", "price = 0.768", "price = -0.768", &["bad-price"]);
    edited("clusters", "memory = \"600Mi\"", "memory = \"600Gi\"", &["daemonsets-too-large"]);
    edited("fleet", "headroom = 0.15", "headroom = 1.0", &["headroom-of-everything"]);
    edited("tenants", "growth = 0.05", "growth = -1.0", &["bad-growth"]);
    edited("tenants", "cpu = \"6\"", "cpu = \"99999999999999\"", &["bad-quantity"]);
    edited("tenants", "growth = 0.05", "growth = 90.0", &["demand-overflow"]);
}

#[test]
fn a_range_that_no_minor_meets() {
    edited("tenants", "team = \"shop\"", "team = \"shop\"\nkubernetes = \">1.35, <1.36\"", &["empty-range"]);
}

#[test]
fn one_zone_where_the_loss_of_one_must_be_survived() {
    let place = Place::with_inventory();
    place.edit("inventory/fleet.toml", "headroom = 0.15", "survive_zone_loss = true\nheadroom = 0.15");
    place.edit("inventory/clusters.toml", "zones = 3", "zones = 1");
    refused(&place, &["one-zone"]);
}

#[test]
fn a_near_pair_that_is_also_apart_even_through_a_third() {
    edited(
        "tenants",
        "team = \"shop\"",
        "team = \"shop\"\nnear = [\"payments\"]\napart = [\"payments\"]",
        &["near-and-apart"],
    );
    let place = Place::with_inventory();
    place.edit("inventory/tenants.toml", "team = \"shop\"", "team = \"shop\"\nnear = [\"payments\"]");
    place.edit("inventory/tenants.toml", "team = \"payments\"", "team = \"payments\"\nnear = [\"pipelines\"]");
    place.edit("inventory/tenants.toml", "team = \"data\"", "team = \"data\"\napart = [\"shop\"]");
    refused(&place, &["near-and-apart"]);
}

#[test]
fn two_exceptions_for_one_rule_and_a_pin_to_nowhere() {
    let exception = "[[exception]]\ntenant = \"trading\"\nrule = \"disruption\"\nowner = \"a\"\nreason = \"b\"\nuntil = 2027-01-01\n";
    let place = Place::with_inventory();
    place.write("inventory/waivers.toml", [exception, exception].concat());
    refused(&place, &["two-exceptions"]);
    let pin = "[[pin]]\ntenant = \"shop\"\ncluster = \"nowhere\"\nowner = \"a\"\nreason = \"b\"\n";
    place.write("inventory/waivers.toml", pin);
    refused(&place, &["unknown-cluster"]);
}

#[test]
fn a_pin_to_a_closed_home_is_an_answer_with_both_lines() {
    let place = Place::with_inventory();
    let pin = "[[pin]]\ntenant = \"trading\"\ncluster = \"shared-1\"\nowner = \"a\"\nreason = \"b\"\n";
    place.write("inventory/waivers.toml", pin);
    let before = place.files();
    let document = json(&place.run(&["plan", "--format", "json"]).code(1));
    let lines: Vec<_> = document["conflicts"][0]["requirements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["place"]["file"].clone())
        .collect();
    assert!(
        lines.contains(&"inventory/waivers.toml".into()) && lines.contains(&"inventory/tenants.toml".into()),
        "{lines:?}"
    );
    assert_eq!(place.files(), before);
}

/// Commands that read the plan refuse it with this code.
fn plan_refused(place: &Place, code: &str) {
    let before = place.files();
    for words in [&["review"][..], &["explain", "shop"], &["report"], &["render", "--out", "gitops"]] {
        let told = err(&place.run(words).code(2));
        assert!(told.contains(&format!("error[{code}]")), "{words:?}: {told}");
        assert!(told.contains("help:"), "{words:?}: {told}");
    }
    assert_eq!(place.files(), before);
}

#[test]
fn a_plan_that_is_missing_edited_newer_stale_or_of_another_fleet() {
    let place = Place::with_plan();
    let plan = place.text("plans/current.toml");
    place.edit("plans/current.toml", "tier = \"namespace\"", "tier = \"cluster\"");
    plan_refused(&place, "plan-edited");
    place.write("plans/current.toml", plan.replace("format_version = 1", "format_version = 2"));
    plan_refused(&place, "newer-format");
    place.write("plans/current.toml", &plan[..plan.len() / 2]);
    place.run(&["review"]).code(2);
    place.write("plans/current.toml", &plan);
    place.edit("inventory/tenants.toml", "cpu = \"6\"", "cpu = \"7\"");
    plan_refused(&place, "stale-plan");
    place.edit("inventory/tenants.toml", "cpu = \"7\"", "cpu = \"6\"");
    place.edit("inventory/tenants.toml", "# Sensitive data", "# Very sensitive data");
    place.run(&["review"]).success();
    place.edit("inventory/fleet.toml", "name = \"acme\"", "name = \"other\"");
    plan_refused(&place, "other-fleet");
    fs::remove_file(place.path("plans/current.toml")).unwrap();
    plan_refused(&place, "unreadable");
}

#[test]
fn a_plan_is_not_written_over_anything_but_a_plan() {
    let place = Place::with_inventory();
    let before = place.files();
    let told = err(&place.run(&["plan", "--out", "inventory/fleet.toml"]).code(2));
    assert!(told.contains("would-overwrite"), "{told}");
    place.run(&["plan", "--out", "inventory"]).code(2);
    assert_eq!(place.files(), before);
}

#[test]
fn an_unknown_tenant_is_met_with_the_one_that_was_meant() {
    let place = Place::with_plan();
    let told = err(&place.run(&["explain", "shp"]).code(2));
    assert!(told.contains("did you mean `shop`?"), "{told}");
    let told = err(&place.run(&["explain", "a\u{1b}[31mb"]).code(2));
    assert!(!told.contains('\u{1b}'), "{told}");
}
