//! What a tree says.

use fleetplan::gitops::{Templates, Tree, generate};

use crate::fixture::{DEFAULT, fleet};

fn tree() -> Tree {
    let (inventory, plan) = fleet(DEFAULT);
    generate(&inventory, &plan, &Templates::shipped()).unwrap()
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    assert_eq!(tree(), tree());
}
