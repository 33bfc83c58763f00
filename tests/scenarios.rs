//! Stories with numbers: fifty small tenants, fleets that cannot be, and a platform of 2023.

mod folders;

use std::ops::ControlFlow;

use fleetplan::gitops::{Templates, generate};
use fleetplan::plan::{Plan, Status};
use fleetplan::planner::{self, Asked, Conflict, Proposal, Requirement, Wishes};
use fleetplan::review::review;
use fleetplan::vocab::money::Money;
use fleetplan::vocab::tier::{Form, Tier};
use folders::{files, read, read_files};

fn propose(files: Vec<(String, Vec<u8>)>, wishes: &Wishes<'_>) -> Proposal {
    planner::propose(&read_files(files), wishes, &mut |_| ControlFlow::Continue(()))
}

fn plan(files: Vec<(String, Vec<u8>)>) -> Plan {
    match propose(files, &Wishes::default()) {
        Proposal::Plan(plan) => {
            // The best there is: proven, or by the word of a backend.
            assert!(plan.proof.status == Status::Optimal || plan.proof.claim.is_some(), "{:?}", plan.proof);
            *plan
        }
        other => panic!("{other:?}"),
    }
}

const FIFTY: &str = "tests/scenarios/fifty-small-tenants";

/// The fifty, with one line changed.
fn fifty_but(from: &str, to: &str) -> Vec<(String, Vec<u8>)> {
    let mut files = files(FIFTY);
    let mut found = 0;
    for (_, bytes) in &mut files {
        let text = String::from_utf8(std::mem::take(bytes)).expect("text");
        found += text.matches(from).count();
        *bytes = text.replace(from, to).into_bytes();
    }
    assert!(found > 0, "the scenario has no `{from}`");
    files
}

fn in_tier(plan: &Plan, tier: Tier) -> usize {
    plan.placements.iter().filter(|placement| placement.tier == tier).count()
}

#[test]
fn fifty_small_tenants_with_definitions_of_their_own_share_one_host_as_vclusters() {
    let plan = plan(files(FIFTY));
    assert!(plan.placements.iter().all(|placement| placement.form() == Some(Form::VclusterShared)));
    assert!(plan.placements.iter().all(|placement| placement.rule == "crds"));
    assert_eq!(plan.money.control_planes, Money::whole(73), "one control plane at EKS's price");
    assert_eq!(plan.money.total(), Money(7_447_480_000));
}

#[test]
fn fifty_clusters_would_have_cost_fifty_control_planes_and_five_times_the_money() {
    let plan = plan(fifty_but("team = \"small\"", "team = \"small\"\nisolation = \"cluster\""));
    assert_eq!(in_tier(&plan, Tier::Cluster), 50);
    // The shared host is not theirs to close, so its control plane stays beside the fifty.
    assert_eq!(plan.money.control_planes, Money::whole(73 * 51));
    let shared = Money(7_447_480_000);
    assert!(plan.money.total() > shared * 5 && plan.money.total() < shared * 6, "{}", plan.money.total());
}

#[test]
fn even_free_control_planes_do_not_flip_it_for_operating_fifty_clusters_costs_more_than_fifty_vclusters() {
    let plan = plan(fifty_but("price = 0.10, disruption", "price = 0.0, disruption"));
    assert_eq!(in_tier(&plan, Tier::Vcluster), 50);
}

#[test]
fn the_first_leaves_the_shared_host_at_a_licence_of_448_a_month_and_the_last_at_729() {
    let vclusters = |licence: u32| {
        let said = format!("[vcluster]\nprice = {licence}.0\n\n[policy]");
        in_tier(&plan(fifty_but("[policy]", &said)), Tier::Vcluster)
    };
    assert_eq!([447, 448, 728, 729].map(vclusters), [50, 48, 21, 0]);
}

fn conflicts(folder: &str) -> Vec<Conflict> {
    match propose(files(folder), &Wishes::default()) {
        Proposal::Impossible(conflicts) => conflicts,
        other => panic!("{other:?}"),
    }
}

#[test]
fn three_tenants_that_do_not_fit_one_jurisdiction_together_are_one_conflict_without_the_fourth() {
    let conflicts = conflicts("tests/scenarios/impossible/crowded");
    assert_eq!(conflicts.len(), 1);
    let names: Vec<&str> = conflicts[0].tenants.iter().map(|tenant| tenant.as_str()).collect();
    assert_eq!(names, ["alpha", "beta", "gamma"]);
    assert!(conflicts[0].minimal);
    let residencies =
        conflicts[0].requirements.iter().filter(|requirement| requirement.text.contains("residency `eu`"));
    assert_eq!(residencies.count(), 3);
    let written =
        |requirement: &Requirement| requirement.span.is_some() || requirement.asked == Asked::Policy("edition");
    assert!(conflicts[0].requirements.iter().all(written), "all but a default have a line");
}

#[test]
fn a_partial_plan_leaves_out_one_of_the_three() {
    let wishes = Wishes { partial: true, ..Wishes::default() };
    match propose(files("tests/scenarios/impossible/crowded"), &wishes) {
        Proposal::Plan(plan) => assert_eq!((plan.placements.len(), plan.unplaced.len()), (3, 1)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_tenant_against_itself_is_a_conflict_of_its_own_two_lines() {
    let fleet = read("tests/scenarios/impossible/contradiction");
    let conflicts = conflicts("tests/scenarios/impossible/contradiction");
    assert_eq!(conflicts.len(), 1);
    let texts: Vec<&str> = conflicts[0].requirements.iter().map(|requirement| requirement.text.as_str()).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts.iter().any(|text| text.contains("pinned")) && texts.iter().any(|text| text.contains("hostile")));
    let lines: Vec<u32> =
        conflicts[0].requirements.iter().filter_map(|requirement| Some(fleet.place(requirement.span?).line)).collect();
    assert_eq!(lines.len(), 2);
    assert!(conflicts[0].ways_out.iter().any(|way| way.monthly.is_some()), "the cheapest way out has a price");
}

const STACK: &str = "tests/scenarios/stack-of-2023";

#[test]
fn the_stack_of_2023_sends_each_tenant_where_its_one_requirement_asks() {
    let plan = plan(files(STACK));
    let homes: Vec<(&str, String, &str, &str)> = plan
        .placements
        .iter()
        .map(|home| {
            let form = home.form().expect("a form").to_string();
            (home.tenant.as_str(), form, home.cluster.as_str(), home.rule.as_str())
        })
        .collect();
    let expected = [
        ("blog", "namespace/shared", "host-127", "money"),
        ("cards", "cluster", "own-1", "disruption"),
        ("pipelines", "vcluster/shared", "host-127", "crds"),
        ("records", "namespace/dedicated", "host-125", "regulation"),
        ("reports", "vcluster/shared", "host-127", "version"),
        ("sandbox", "cluster", "own-2", "trust"),
        ("shop", "namespace/shared", "host-125", "money"),
        ("tunnels", "vcluster/shared", "host-127", "crds"),
    ];
    assert_eq!(homes, expected.map(|(tenant, form, cluster, rule)| (tenant, form.to_owned(), cluster, rule)));
    assert_eq!(plan.money.total(), Money(5_915_840_000));
}

#[test]
fn the_stack_of_2023_is_written_for_the_versions_that_it_names() {
    let inventory = read(STACK);
    let plan = plan(files(STACK));
    assert_eq!(review(&inventory, &plan, None).findings, []);
    let tree = generate(&inventory, &plan, &Templates::shipped()).expect("a tree");
    let text = |path: &str| tree.files.get(path).unwrap_or_else(|| panic!("no `{path}`")).as_str();
    // A legacy chart names the image of each part; the minor is the tenant's, not its host's.
    assert!(text("tenants/host-127/reports/values.yaml").contains("image: registry.k8s.io/kube-apiserver:v1.26.0\n"));
    assert!(text("tenants/host-127/reports/vclusters.fleetplan.yaml").contains("chartVersion: \"0.15.7\"\n"));
    assert!(text("argocd/applicationsets/vclusters-eu-west-1.yaml").contains("chart: vcluster-k8s\n"));
    assert!(text("clusters/own-1/manifests/cluster.yaml").starts_with(
        "# Written by fleetplan. Edit the inventory, then plan and render again.\napiVersion: cluster.x-k8s.io/v1beta1\n"
    ));
    assert!(
        text("policies/host-125/manifests/seccomp.yaml").contains("apiVersion: kyverno.io/v1\nkind: ClusterPolicy\n")
    );
    assert!(text("tenants/host-125/shop/manifests/namespace.yaml").contains("enforce-version: v1.25\n"));
}
