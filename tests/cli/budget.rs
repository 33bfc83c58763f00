//! What a user may say of time and moves: a limit on the search, and what moves would save.

use crate::place::{Place, err, json, out};

/// A fleet in which one tenant no longer needs the cluster of its own that it lives in.
fn loosened() -> Place {
    let place = Place::with_plan();
    place.edit("inventory/tenants.toml", "disruption = \"30s\"\n", "");
    place
}

#[test]
fn the_frontier_shows_what_each_number_of_moves_saves_and_writes_nothing() {
    let place = loosened();
    let before = place.files();
    let words = ["plan", "--from", "plans/current.toml", "--frontier", "--format", "json"];
    let frontier = json(&place.run(&words).success());
    let points = frontier["points"].as_array().unwrap();
    let [none, all] = &points[..] else { panic!("two points: {frontier}") };
    assert_eq!((&none["max_moves"], &none["moves"]), (&0.into(), &0.into()));
    assert_eq!((all["max_moves"].as_u64(), &all["moves"]), (None, &1.into()));
    assert_eq!(none["saving"].as_f64(), Some(0.0));
    assert!(all["saving"].as_f64().unwrap() > 1_000.0, "{all}");
    for point in points {
        assert!(point["bound"].as_f64() <= point["objective"].as_f64(), "{point}");
    }
    // The last point is the plan that would be made.
    let plan = json(&place.run(&["plan", "--from", "plans/current.toml", "--dry-run", "--format", "json"]).success());
    assert_eq!(plan["objective"], all["objective"]);
    let table = out(&place.run(&words[..4]).success());
    assert!(table.starts_with("moves at most"), "{table}");
    assert_eq!(place.files(), before);
}

#[test]
fn a_frontier_needs_a_plan_to_move_from() {
    let refused = Place::with_plan().run(&["plan", "--frontier"]).code(2);
    assert!(err(&refused).contains("--from"), "{}", err(&refused));
}

#[test]
fn a_time_limit_that_is_not_reached_changes_no_byte() {
    let place = Place::with_plan();
    let before = place.files();
    place.run(&["plan", "--time-limit", "10m"]).success();
    assert_eq!(place.files(), before);
    assert!(!place.text("plans/current.toml").contains("limited"));
}

#[test]
fn a_time_limit_is_a_duration_of_a_second_or_more() {
    let place = Place::with_plan();
    for (limit, said) in [("0s", "1s"), ("soon", "duration")] {
        let refused = place.run(&["plan", "--time-limit", limit]).code(2);
        assert!(err(&refused).contains(said), "{}", err(&refused));
    }
}
