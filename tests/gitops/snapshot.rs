//! One complete tree, as a reviewer reads it: all six forms on one provider.

use crate::fixture::{DEFAULT, fleet};
use crate::reading::render;

#[test]
fn a_complete_tree_of_all_six_forms() {
    let (inventory, mut plan) = fleet(DEFAULT);
    plan.placements.retain(|placement| placement.tenant.as_str().ends_with("-eks"));
    plan.clusters.retain(|cluster| cluster.name.as_str().starts_with("eks-"));
    let tree = render(&inventory, &plan);
    let mut whole = String::new();
    for (path, text) in &tree.files {
        whole.push_str(&format!("=== {path}\n{text}"));
    }
    insta::assert_snapshot!(whole);
}
