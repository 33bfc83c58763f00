//! The whole way on a real platform: the manifests of 1,458 namespaces of the UK Ministry of Justice.
//!
//! The file is 2.3 MB and stands beside the repository, not in it. Without it the tests say so and pass;
//! `FLEETPLAN_REQUIRE_SHARED=1` makes its absence a failure.

use std::collections::BTreeSet;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::LazyLock;

use fleetplan::gitops::{Templates, generate};
use fleetplan::intake::manifests::{Imported, Keys, Standing, import, standing};
use fleetplan::inventory::{self, EgressPolicy, Inventory};
use fleetplan::plan::{Plan, file};
use fleetplan::planner::{Proposal, Wishes, explain, propose};
use fleetplan::review::review;
use fleetplan::vocab::diagnostic::Severity;

const PLATFORM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/real/moj-cloud-platform.yaml");

/// The platform, imported with every default; nothing where it is not at hand.
fn platform() -> Option<&'static Imported> {
    static PLATFORM_ONCE: LazyLock<Option<Imported>> = LazyLock::new(import_platform);
    PLATFORM_ONCE.as_ref()
}

fn import_platform() -> Option<Imported> {
    let Ok(bytes) = std::fs::read(Path::new(PLATFORM)) else {
        assert!(std::env::var_os("FLEETPLAN_REQUIRE_SHARED").is_none(), "`{PLATFORM}` cannot be read");
        // Straight to stderr: the test harness swallows what the macros print.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: `{PLATFORM}` is not there, so nothing was tested on the real platform"
        );
        return None;
    };
    Some(import(vec![("moj-cloud-platform.yaml".to_owned(), bytes)], &Keys::default()))
}

/// The imported tenants beside the hand-made page of clusters, classes and policy.
fn inventory() -> Option<&'static Inventory> {
    static INVENTORY: LazyLock<Option<Inventory>> = LazyLock::new(|| {
        let page = include_bytes!("scenarios/moj/page.toml").to_vec();
        let imported = platform()?.files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes()));
        let files = imported.chain([("page.toml".to_owned(), page)]).collect();
        let reading = inventory::read(files, None, "2026-11-23".parse().expect("a day"));
        let errors: Vec<_> = reading.diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{errors:?}");
        Some(reading.inventory.expect("there is no error"))
    });
    INVENTORY.as_ref()
}

/// Its plan.
fn plan() -> Option<&'static Plan> {
    static PLAN: LazyLock<Option<Plan>> = LazyLock::new(|| {
        let wishes = Wishes::default();
        match propose(inventory()?, &wishes, &mut |_| ControlFlow::Continue(())) {
            Proposal::Plan(plan) => Some(*plan),
            other @ (Proposal::Impossible(_) | Proposal::Unknown(_)) => panic!("no plan: {other:?}"),
        }
    });
    PLAN.as_ref()
}

fn message<'a>(imported: &'a Imported, code: &str) -> &'a str {
    let found = imported.findings.iter().find(|finding| finding.code == code);
    found.map_or_else(|| panic!("no finding `{code}`"), |finding| &finding.message)
}

#[test]
fn import_counts_what_is_true_of_the_platform() {
    let Some(imported) = platform() else { return };
    let summary = &imported.summary;
    assert_eq!((summary.documents, summary.unreadable), (7604, 0));
    assert_eq!(summary.tenants, 1458);
    assert_eq!(summary.egress.none, 1443);
    assert_eq!(summary.egress.without_kubernetes(), 1451);
    assert_eq!(summary.egress.calico, 8);
    assert_eq!(summary.egress.kubernetes, 7);
    assert_eq!((summary.with_quota, summary.with_limit_defaults), (1455, 1455));
    assert!(summary.ignored.is_empty(), "{:?}", summary.ignored);
    assert_eq!(summary.units.len(), 8);
    assert_eq!(summary.units["HMPPS"], 647);
    assert_eq!(imported.files.len(), 8);
}

#[test]
fn import_says_each_flaw_of_the_platform_once_with_its_place() {
    let Some(imported) = platform() else { return };
    assert_eq!(
        message(imported, "no-egress"),
        "1443 of 1458 namespaces have no egress policy that covers every pod; 1451 have no Kubernetes one, and of those 8 are covered by \
         Calico's own kind"
    );
    assert!(message(imported, "pods-only-quota").starts_with("1454 of 1458 namespaces"));
    assert!(message(imported, "duplicate-object").starts_with("4 objects are written more than once"));
    assert!(message(imported, "no-team").starts_with("76 of 1458 namespaces"));
    assert!(message(imported, "no-quota").starts_with(
        "3 of 1458 namespaces have no ResourceQuota: `formbuilder-monitoring`, `formbuilder-repos`, \
         `prisoner-content-hub-db-backups`"
    ));
    assert!(message(imported, "long-name").starts_with("9 namespaces"));
    let mut codes: Vec<_> = imported.findings.iter().map(|finding| finding.code).collect();
    codes.dedup();
    assert_eq!(codes.len(), imported.findings.len(), "each kind of flaw is said once");
}

#[test]
fn import_writes_the_same_bytes_twice_and_knows_its_own_files() {
    let (Some(first), Some(second)) = (platform(), import_platform()) else { return };
    assert_eq!(first.files, second.files);
    for (path, text) in &first.files {
        assert_eq!(standing(text), Standing::Untouched, "{path}");
        let _: toml::Table = toml::from_str(text).unwrap_or_else(|fault| panic!("{path}: {fault}"));
    }
}

#[test]
fn what_was_imported_is_an_inventory_beside_its_page() {
    let Some(inventory) = inventory() else { return };
    assert_eq!(inventory.tenants.len(), 1458);
    assert!(inventory.tenants.iter().all(|tenant| tenant.estimated && !tenant.questions.is_empty()));
    let count = |egress| inventory.tenants.iter().filter(|tenant| tenant.guardrails.egress == Some(egress)).count();
    assert_eq!((count(EgressPolicy::None), count(EgressPolicy::Calico)), (1443, 8));
    let teams = platform().map(|imported| imported.summary.teams.len());
    let owners: BTreeSet<_> = inventory.tenants.iter().map(|tenant| &tenant.team).collect();
    assert_eq!(Some(owners.len()), teams);
}

#[test]
fn the_platform_is_planned_reviewed_and_explained() {
    let (Some(inventory), Some(plan)) = (inventory(), plan()) else { return };
    let placed: BTreeSet<_> = plan.placements.iter().map(|placement| &placement.tenant).collect();
    assert_eq!(placed.len(), 1458);
    assert!(plan.proof.bound <= plan.proof.objective);
    let found = review(inventory, plan, None).findings;
    assert!(found.is_empty(), "{found:?}");
    let text = file::write(plan);
    assert_eq!(file::write(&file::read("plan.toml", &text).expect("a plan reads back")), text);
    // One in a hundred: each explanation prices every door.
    for tenant in inventory.tenants.iter().step_by(100) {
        let explanation = explain(inventory, plan, &tenant.name);
        assert_eq!(explanation.units.len(), 1, "{}", tenant.name);
    }
}

#[test]
fn the_platform_is_rendered_with_guardrails_for_every_tenant() {
    let (Some(inventory), Some(plan)) = (inventory(), plan()) else { return };
    let tree = match generate(inventory, plan, &Templates::shipped()) {
        Ok(tree) => tree,
        Err(faults) => panic!("{} faults, first {:?}", faults.len(), faults.first()),
    };
    let count = |kind: &str| tree.files.values().map(|text| text.matches(kind).count()).sum::<usize>();
    for kind in ["Namespace", "ResourceQuota", "LimitRange"] {
        assert_eq!(count(&format!("\nkind: {kind}\n")), 1458, "{kind}");
    }
    assert!(count("\nkind: NetworkPolicy\n") >= 1458);
    assert_eq!(
        generate(inventory, plan, &Templates::shipped()).map(|tree| tree.files).ok().as_ref(),
        Some(&tree.files)
    );
}
