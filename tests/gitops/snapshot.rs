//! One complete tree per delivery, as a reviewer reads it: all six forms on one provider.

use fleetplan::inventory::Inventory;
use fleetplan::plan::Plan;

use crate::fixture::{DEFAULT, fleet};
use crate::flux::flux_fleet;
use crate::reading::render;

#[test]
fn a_complete_tree_of_all_six_forms() {
    insta::assert_snapshot!(whole(fleet(DEFAULT), |_| true));
}

/// Manifests and values are the same files for both deliveries, which another test holds them to; here is the rest.
#[test]
fn a_complete_tree_for_flux() {
    insta::assert_snapshot!(whole(flux_fleet(), |path| !path.contains("/manifests/") && !path.ends_with("values.yaml")));
}

fn whole((inventory, mut plan): (Inventory, Plan), shown: impl Fn(&str) -> bool) -> String {
    plan.placements.retain(|placement| placement.tenant.as_str().ends_with("-eks"));
    plan.clusters.retain(|cluster| cluster.name.as_str().starts_with("eks-"));
    let tree = render(&inventory, &plan);
    let mut whole = String::new();
    for (path, text) in tree.files.iter().filter(|(path, _)| shown(path)) {
        whole.push_str(&format!("=== {path}\n{text}"));
    }
    whole
}
