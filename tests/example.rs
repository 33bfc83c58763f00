//! The example in `inventory/`: it reads without a fault and holds what the README promises of it.

mod folders;

use std::collections::BTreeSet;

use fleetplan::inventory::{self, CrdPolicy, Edition, Inventory, Runtime, Tenant, Trust};
use fleetplan::plan::{Action, Plan, Status};
use fleetplan::planner::{self, Proposal, Wishes};
use fleetplan::vocab::calendar::Date;
use fleetplan::vocab::name::TenantName;
use fleetplan::vocab::tier::{Form, Tier};
use fleetplan::vocab::version::Minor;
use folders::{files, read};

fn some<'a>(fleet: &'a Inventory, what: &str, is: impl Fn(&Tenant) -> bool) -> Vec<&'a Tenant> {
    let found: Vec<&Tenant> = fleet.tenants.iter().filter(|tenant| is(tenant)).collect();
    assert!(!found.is_empty(), "the example has no {what}");
    found
}

#[test]
fn the_example_is_a_fleet_of_the_size_that_it_claims() {
    let fleet = read("inventory");
    assert_eq!((fleet.tenants.len(), fleet.clusters.len(), fleet.classes.len()), (59, 6, 5));
    let regions: BTreeSet<_> = fleet.clusters.iter().map(|cluster| cluster.region.as_str()).collect();
    let minors: BTreeSet<_> = fleet.clusters.iter().map(|cluster| cluster.kubernetes).collect();
    let providers: BTreeSet<_> = fleet.classes.iter().map(|class| class.offer.provider).collect();
    assert_eq!((regions.len(), providers.len()), (3, 3));
    assert_eq!(minors.into_iter().collect::<Vec<_>>(), [Minor(34), Minor(35), Minor(36)]);
    assert_eq!(fleet.fleet.date, Date::constant(2026, 11, 23), "its date is its own, not today's");
    assert_eq!(fleet.policy.crds, CrdPolicy::Platform);
    assert_eq!(fleet.vcluster.edition, Edition::Free);
    assert!(fleet.clusters.iter().any(|cluster| cluster.may_close));
}

#[test]
fn the_example_has_a_tenant_for_every_reason() {
    let fleet = read("inventory");
    for trust in [Trust::Soft, Trust::Hardened, Trust::Hostile] {
        some(&fleet, "trust", |tenant| tenant.trust == trust);
    }
    for regime in ["soc2", "hipaa", "pci-dss", "fedramp-high"] {
        some(&fleet, regime, |tenant| tenant.regulation.iter().any(|name| name.as_str() == regime));
    }
    for environment in ["production", "staging", "development"] {
        some(&fleet, environment, |tenant| tenant.environment.as_str() == environment);
    }
    for residency in ["eu", "us", "ap"] {
        some(&fleet, residency, |tenant| tenant.residency.iter().any(|name| name.as_str() == residency));
    }
    let kernels = |is: fn(&inventory::Kernel) -> bool| {
        move |tenant: &Tenant| tenant.workloads.iter().any(|workload| is(&workload.kernel))
    };
    some(&fleet, "real-time kernel", kernels(|kernel| kernel.realtime));
    some(&fleet, "Windows", kernels(|kernel| kernel.os == "windows"));
    some(&fleet, "module", kernels(|kernel| !kernel.modules.is_empty()));
    some(&fleet, "GPU tenant of two workloads", |tenant| {
        tenant.workloads.len() == 2 && tenant.workloads.iter().any(|workload| workload.planned.resources.gpu > 0)
    });
    some(&fleet, "tenant of 50,000 pods that grows", |tenant| {
        tenant.workloads[0].today.resources.pods == 50_000 && tenant.planned().resources.pods > 50_000
    });
    some(&fleet, "tenant of an old minor", |tenant| !tenant.kubernetes.holds(Minor(34)));
    some(&fleet, "tenant that tolerates less than 5 minutes", |tenant| {
        tenant.disruption.is_some_and(|tolerated| tolerated.0 < 300)
    });
    some(&fleet, "tenant of two sites", |tenant| tenant.sites.len() == 2);
    some(&fleet, "near pair", |tenant| !tenant.near.is_empty());
    some(&fleet, "apart pair", |tenant| !tenant.apart.is_empty());
    some(&fleet, "limit of neighbours", |tenant| tenant.max_neighbours.is_some());
    some(&fleet, "highly available tenant", |tenant| tenant.high_availability);
    let with_definitions = some(&fleet, "tenant with definitions", |tenant| !tenant.crds.is_empty());
    assert!(with_definitions.len() >= 12);
    assert!(
        with_definitions.iter().any(|one| with_definitions.iter().any(|other| {
            one.crds.iter().any(|a| other.crds.iter().any(|b| a.name == b.name && a.version != b.version))
        })),
        "no two versions of one definition"
    );
}

#[test]
fn the_example_has_hostile_tenants_with_a_sandbox_in_reach_and_without() {
    let fleet = read("inventory");
    let sandboxed: BTreeSet<&str> = fleet
        .clusters
        .iter()
        .filter(|cluster| cluster.offer.pools.iter().any(|pool| pool.runtime != Runtime::Runc))
        .map(|cluster| cluster.offer.residency.as_str())
        .collect();
    let hostile = some(&fleet, "hostile tenant", |tenant| tenant.trust == Trust::Hostile);
    let reach = |tenant: &&&Tenant| tenant.residency.iter().any(|place| sandboxed.contains(place.as_str()));
    assert_eq!(hostile.iter().filter(reach).count(), 1);
    assert_eq!(hostile.len(), 2);
}

#[test]
fn the_example_has_a_pin_that_holds_an_exception_that_holds_and_one_that_has_expired() {
    let fleet = read("inventory");
    assert!(fleet.pins.iter().any(|pin| pin.until.is_some_and(|until| until >= fleet.fleet.date)));
    let (holding, expired): (Vec<_>, Vec<_>) =
        fleet.exceptions.iter().partition(|exception| exception.until >= fleet.fleet.date);
    assert_eq!((holding.len(), expired.len()), (1, 1));
}

#[test]
fn the_example_is_planned_to_proven_optimality() {
    let fleet = read("inventory");
    let plan = plan(&fleet);
    assert_eq!(plan.proof.status, Status::Optimal);
    assert_eq!(plan.proof.bound, plan.proof.objective);
    assert_eq!(plan.placements.len(), 61);
    let of = |action| plan.clusters.iter().filter(move |cluster| cluster.action == action).count();
    assert_eq!((of(Action::Open), of(Action::Keep), of(Action::Close)), (9, 5, 1));
    for form in Form::ALL {
        let rare = form == Form::VclusterDedicated; // whoever needs an API server of its own here can share nodes
        assert_eq!(plan.placements.iter().any(|placement| placement.form() == Some(form)), !rare, "{form}");
    }
}

#[test]
fn the_five_who_cannot_share_a_cluster_get_their_own_and_the_reason_names_its_rule_and_line() {
    let fleet = read("inventory");
    let plan = plan(&fleet);
    for (name, rule, line) in [
        ("customs-broker", "version", "kubernetes = \"1.33\""),
        ("sorter-control", "kernel", "realtime = true"),
        ("agency-parcels", "regulation", "regulation = [\"fedramp-high\"]"),
        ("dispatch", "disruption", "disruption = \"30s\""),
        ("locker-twins", "scale", "pods = 50000"),
    ] {
        let name = TenantName::parse(name).expect("a name");
        let home = plan.placements.iter().find(|placement| placement.tenant == name).expect("every tenant has a home");
        assert_eq!((home.tier, home.rule.as_str()), (Tier::Cluster, rule), "{name}");
        let explanation = planner::explain(&fleet, &plan, &name);
        let reasons = explanation.units[0].doors.iter().filter_map(|door| match &door.state {
            planner::DoorState::Closed { reasons } => Some(reasons),
            planner::DoorState::Home | planner::DoorState::Open { .. } => None,
        });
        let mut named = reasons.flatten().filter(|reason| reason.rule == rule);
        assert!(
            named.any(|reason| reason.span.is_some_and(|span| {
                let place = fleet.place(span);
                let file =
                    files("inventory").into_iter().find(|(path, _)| *path == place.file).expect("a file of ours");
                let text = String::from_utf8(file.1).expect("text");
                text.lines().nth(place.line as usize - 1).expect("a line of the file").contains(line)
            })),
            "no closed door of `{name}` points at `{line}` for `{rule}`"
        );
    }
}

fn plan(fleet: &Inventory) -> Plan {
    match planner::propose(fleet, &Wishes::default(), &mut |_| std::ops::ControlFlow::Continue(())) {
        Proposal::Plan(plan) => *plan,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_file_of_the_example_names_its_schema() {
    for (name, bytes) in files("inventory") {
        let up = "../".repeat(name.matches('/').count());
        let line = format!("#:schema {}fleetplan.schema.json\n", if up.is_empty() { "./" } else { &up });
        assert!(bytes.starts_with(line.as_bytes()), "{name} does not begin with {line}");
    }
}
