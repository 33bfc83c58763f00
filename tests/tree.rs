//! Branch and bound over the example in `inventory/`: what its trees prove of each component, beside the plan that the solver finds.

mod folders;

use std::ops::ControlFlow;

use fleetplan::rules::Setting;
use fleetplan::solve::components::{Component, components};
use fleetplan::solve::relaxation::Relaxation;
use fleetplan::solve::tree::{Budget, lay, prove};
use fleetplan::solve::{Outcome, Problem, solve};
use folders::read;

#[test]
fn trees_prove_the_example_s_components_and_never_more_than_their_cost() {
    let inventory = read("inventory");
    let setting = Setting::new(&inventory, None);
    let problem = Problem::sized(&setting, None);
    let Outcome::Found(solution) = solve(&problem, false, &mut |_| ControlFlow::Continue(())) else {
        panic!("the example has a plan")
    };
    let (mut proven, mut all) = (0, 0);
    for units in components(&problem) {
        let part = Component::new(&problem, &units);
        let cost = solution.state.cost_of(&problem, &part.places);
        let relaxation = Relaxation::new(&problem, &part);
        let name = |unit: usize| (setting.units[unit].tenant.name.clone(), setting.units[unit].site.cloned());
        let piece = lay(&relaxation, name, |class| inventory.classes[class].name.clone());
        let found = prove(
            &piece,
            Some(cost),
            Budget { root: 10_000, leaves: 10_000, nodes: 2_000 },
            &mut |_, _| None,
            &mut |_| false,
        );
        let bound = found.bound.expect("a plan is possible");
        assert!(bound <= cost);
        all += 1;
        proven += usize::from(bound == cost);
    }
    assert_eq!(proven, all, "components whose tree closes");
}
