//! Whole trees for every chart version, edition, distribution and profile, written where `tests/schemas/validate.py` reads them.

use std::fs;
use std::path::{Path, PathBuf};

use fleetplan::gitops::{Templates, Tree, generate};
use fleetplan::inventory::Edition;
use fleetplan::vocab::tier::Tier;

use crate::cilium::cilium_fleet;
use crate::fixture::{Choice, DEFAULT, fleet, fleet_without_sandbox, forms};

/// The fleet whose clusters have network policies in Cilium's own kind, for the schema of that kind.
#[test]
fn a_fleet_on_cilium_gives_a_tree() {
    let (inventory, plan) = cilium_fleet();
    let tree = generate(&inventory, &plan, &Templates::shipped()).unwrap();
    write(&root().join("0.36.1-cilium"), &tree);
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("trees")
}

fn write(folder: &Path, tree: &Tree) {
    let _ = fs::remove_dir_all(folder);
    for (path, text) in &tree.files {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}

/// One chart of each minor: those whose schemas exist here, and the first patch of the others.
const CHARTS: [&str; 23] = [
    "0.15.7", "0.16.0", "0.17.0", "0.18.0", "0.19.0", "0.20.0", "0.21.0", "0.22.6", "0.23.0", "0.24.2", "0.25.0",
    "0.26.5", "0.27.0", "0.28.2", "0.29.0", "0.30.5", "0.31.3", "0.32.3", "0.33.0", "0.34.7", "0.35.0", "0.36.1",
    "0.37.0",
];

const EDITIONS: [Edition; 3] = [Edition::Oss, Edition::Free, Edition::Enterprise];

/// Every choice that is no contradiction: the legacy chart of k3s has one replica.
fn choices() -> Vec<Choice> {
    let mut all = Vec::new();
    for chart in CHARTS {
        let distros: &[Option<&'static str>] = if is_legacy(chart) { &[Some("k3s"), Some("k8s")] } else { &[None] };
        for (edition, distro) in EDITIONS.into_iter().flat_map(|edition| distros.iter().map(move |at| (edition, *at))) {
            for high_availability in [false, true] {
                if !(high_availability && distro == Some("k3s")) {
                    all.push(Choice { chart, edition, high_availability, distro });
                }
            }
        }
    }
    all
}

fn minor(chart: &str) -> u16 {
    chart.split('.').nth(1).unwrap().parse().unwrap()
}

fn is_legacy(chart: &str) -> bool {
    minor(chart) < 20
}

fn folder(root: &Path, choice: Choice) -> PathBuf {
    let Choice { chart, edition, high_availability, distro } = choice;
    let profile = if high_availability { "production" } else { "small" };
    let distro = distro.map_or_else(String::new, |distro| format!("-{distro}"));
    root.join(format!("{chart}{distro}-{edition:?}-{profile}").to_lowercase())
}

#[test]
fn every_chart_edition_and_profile_gives_a_tree() {
    let templates = Templates::shipped();
    for choice in choices() {
        // Values before 0.23 cannot force a runtime class, so their hostile tenants would be refused.
        let has_sandbox = minor(choice.chart) >= 23;
        let (inventory, mut plan) = if has_sandbox { fleet(choice) } else { fleet_without_sandbox(choice) };
        if choice.chart != DEFAULT.chart {
            // Beside values nothing depends on the chart.
            plan.placements.retain(|placement| placement.tier == Tier::Vcluster);
            plan.clusters.retain(|cluster| cluster.class.is_none());
        }
        let tree = generate(&inventory, &plan, &templates).unwrap();
        let vclusters = tree.files.keys().filter(|path| path.ends_with("/values.yaml")).count();
        let of_each_provider = forms(choice).into_iter().filter(|form| form.is_vcluster()).count();
        assert_eq!(vclusters, of_each_provider * 3 - usize::from(!has_sandbox), "{choice:?}");
        write(&folder(&root(), choice), &tree);
    }
}
