//! Two processes at once: one writes, the other waits its turn or says who is in its way.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::process::Stdio;

use crate::sides::{Sides, leftovers, whole};

#[test]
fn a_second_render_says_that_another_run_is_writing_and_touches_nothing() {
    let sides = Sides::new(2);
    sides.done("render old.toml -i old --out out/tree");
    let before = whole(&sides.path("out/tree"));
    // What a render that is still writing holds: the lock of the folder that its tree stands in.
    let held = File::open(sides.path("out")).unwrap();
    held.lock().unwrap();
    sides.refused("render new.toml -i new --out out/tree", 3, "error[tree-locked]: another run is writing beside");
    assert_eq!(whole(&sides.path("out/tree")), before);
    // A run that only looks does not ask for the lock.
    sides.done("render old.toml -i old --out out/tree --check");
    drop(held);
    sides.done("render new.toml -i new --out out/tree");
}

#[test]
fn renders_and_plans_that_run_at_once_take_turns_or_say_so_and_leave_one_of_both() {
    let sides = Sides::new(4);
    let mut either = [BTreeSet::new(), BTreeSet::new()];
    for side in ["old", "new"] {
        sides.done(&format!("render {side}.toml -i {side} --out out/tree"));
        sides.done(&format!("plan -q -i {side} --out plan.toml"));
        either[0].insert(format!("{:?}", whole(&sides.path("out/tree"))));
        either[1].insert(format!("{:?}", whole(&sides.path("plan.toml"))));
    }
    let lines = ["old", "new", "old", "new"].into_iter().flat_map(|side| {
        [format!("render {side}.toml -i {side} --out out/tree"), format!("plan -q -i {side} --out plan.toml")]
    });
    let all: Vec<_> = lines
        .map(|words| (sides.command(&words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap(), words))
        .collect();
    let mut rendered = 0;
    for (run, words) in all {
        let is_render = words.starts_with("render");
        let done = run.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        // On a busy machine a turn may take longer than a render waits.
        let is_told = is_render && done.status.code() == Some(3) && said.contains("error[tree-locked]");
        assert!(done.status.success() || is_told, "{words}: {said}");
        rendered += usize::from(is_render && done.status.success());
    }
    assert!(rendered > 0);
    assert!(either[0].contains(&format!("{:?}", whole(&sides.path("out/tree")))));
    assert!(either[1].contains(&format!("{:?}", whole(&sides.path("plan.toml")))));
    assert_eq!(leftovers(&sides.path("out")), Vec::<String>::new());
    assert_eq!(leftovers(&sides.path("")), Vec::<String>::new());
    assert_eq!(fs::read_dir(sides.path("out")).unwrap().count(), 1);
}
