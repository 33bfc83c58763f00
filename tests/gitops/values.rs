//! Whole trees for every chart version, edition and profile, written where `tests/schemas/validate.py` reads them.

use std::fs;
use std::path::Path;

use fleetplan::gitops::{Templates, generate};
use fleetplan::inventory::Edition;
use fleetplan::vocab::tier::Tier;

use crate::fixture::{Choice, DEFAULT, fleet};

/// One chart of each minor: those whose schemas exist here, and the first patch of the others.
const CHARTS: [&str; 18] = [
    "0.20.0", "0.21.0", "0.22.6", "0.23.0", "0.24.2", "0.25.0", "0.26.5", "0.27.0", "0.28.2", "0.29.0", "0.30.5",
    "0.31.3", "0.32.3", "0.33.0", "0.34.7", "0.35.0", "0.36.1", "0.37.0",
];

#[test]
fn every_chart_edition_and_profile_gives_a_tree() {
    let templates = Templates::shipped();
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("trees");
    let _ = fs::remove_dir_all(&root);
    for chart in CHARTS {
        // Values of 0.20 to 0.22 cannot force a runtime class, so their hostile tenants would be refused.
        let has_sandbox = !["0.20.0", "0.21.0", "0.22.6"].contains(&chart);
        for edition in [Edition::Oss, Edition::Free, Edition::Enterprise] {
            for high_availability in [false, true] {
                let (mut inventory, mut plan) = fleet(Choice { chart, edition, high_availability });
                if !has_sandbox {
                    inventory.tenants.retain(|tenant| tenant.name.as_str() != "vcluster-shared-gke");
                    plan.placements.retain(|placement| placement.tenant.as_str() != "vcluster-shared-gke");
                }
                if chart != DEFAULT.chart {
                    // Beside values nothing depends on the chart.
                    plan.placements.retain(|placement| placement.tier == Tier::Vcluster);
                    plan.clusters.retain(|cluster| cluster.class.is_none());
                }
                let tree = generate(&inventory, &plan, &templates).unwrap();
                assert!(tree.files.keys().any(|path| path.ends_with("/values.yaml")));
                let profile = if high_availability { "production" } else { "small" };
                let folder = root.join(format!("{chart}-{edition:?}-{profile}").to_lowercase());
                for (path, text) in &tree.files {
                    let file = folder.join(path);
                    fs::create_dir_all(file.parent().unwrap()).unwrap();
                    fs::write(file, text).unwrap();
                }
            }
        }
    }
}
