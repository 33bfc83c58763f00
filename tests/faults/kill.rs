//! A run that is killed leaves the old tree or the new one, and the next run needs no hand.

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::sides::{Sides, leftovers, whole};

#[test]
fn a_killed_run_leaves_the_old_tree_or_the_new_one() {
    let sides = Sides::new(12);
    let (render_old, render_new) = ("render old.toml -i old --out out/tree", "render new.toml -i new --out out/tree");
    let out = sides.path("out/tree");
    sides.done(render_new);
    let new_tree = whole(&out);
    let start = Instant::now();
    sides.done(render_old);
    let (old_tree, length) = (whole(&out), start.elapsed());
    assert_ne!(old_tree, new_tree);
    // Kills spread over the length of a run: while it reads, reviews, writes, exchanges and removes.
    let (mut killed, kills) = (0, 8_u32);
    for number in 0..kills {
        let mut run = sides.command(render_new).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(length * number / kills + Duration::from_millis(1));
        let _ = run.kill();
        killed += u32::from(!run.wait().unwrap().success());
        let left = whole(&out);
        assert!(left == old_tree || left == new_tree, "after kill {number}");
        // No hand in between: the next run finds the folder usable and sweeps what was left beside it.
        sides.done(render_old);
        assert_eq!(whole(&out), old_tree);
        assert_eq!(leftovers(&sides.path("out")), Vec::<String>::new(), "after kill {number}");
    }
    assert!(killed > 0, "no run was killed in time");
}
