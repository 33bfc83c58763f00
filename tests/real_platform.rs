//! The whole way on a real platform: the manifests of 1,458 namespaces of the UK Ministry of Justice.
//!
//! The file is 2.3 MB and stands beside the repository, not in it. Without it the tests say so and pass;
//! `FLEETPLAN_REQUIRE_SHARED=1` makes its absence a failure.

use std::io::Write;
use std::path::Path;

use fleetplan::intake::manifests::{Imported, Keys, Standing, import, standing};

const PLATFORM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/real/moj-cloud-platform.yaml");

/// The platform, imported with every default; nothing where it is not at hand.
fn platform() -> Option<Imported> {
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
        message(&imported, "no-egress"),
        "1443 of 1458 namespaces have no egress policy that covers every pod; 1451 have no Kubernetes one, and of those 8 are covered by \
         Calico's own kind"
    );
    assert!(message(&imported, "pods-only-quota").starts_with("1454 of 1458 namespaces"));
    assert!(message(&imported, "duplicate-object").starts_with("4 objects are written more than once"));
    assert!(message(&imported, "no-team").starts_with("76 of 1458 namespaces"));
    assert!(message(&imported, "no-quota").starts_with(
        "3 of 1458 namespaces have no ResourceQuota: `formbuilder-monitoring`, `formbuilder-repos`, \
         `prisoner-content-hub-db-backups`"
    ));
    assert!(message(&imported, "long-name").starts_with("9 namespaces"));
    let mut codes: Vec<_> = imported.findings.iter().map(|finding| finding.code).collect();
    codes.dedup();
    assert_eq!(codes.len(), imported.findings.len(), "each kind of flaw is said once");
}

#[test]
fn import_writes_the_same_bytes_twice_and_knows_its_own_files() {
    let (Some(first), Some(second)) = (platform(), platform()) else { return };
    assert_eq!(first.files, second.files);
    for (path, text) in &first.files {
        assert_eq!(standing(text), Standing::Untouched, "{path}");
        let _: toml::Table = toml::from_str(text).unwrap_or_else(|fault| panic!("{path}: {fault}"));
    }
}
