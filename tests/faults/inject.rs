//! Kills and I/O errors at every write-side system call of `render` and `plan`: what stands there afterwards is the old or the new, and the
//! next run needs no hand.
//!
//! `strace` injects them. A first run is traced, so that every call is known; then each call is met with each fault, one point each: the old output
//! is put back from a copy, a run meets the fault, another one follows. A slice runs here; `FLEETPLAN_FULL=1 cargo test --release --test faults`
//! runs every point. Without `strace`, or where it may not trace, the test says so loudly, and fails where `FLEETPLAN_REQUIRE_TOOLS=1`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fleetplan::gitops::hash;

use crate::sides::{Sides, leftovers, whole};

/// Calls that write, or that prepare or finish a write.
const CALLS: &str = "openat,write,mkdir,fsync,fdatasync,syncfs,rename,renameat2,unlink,unlinkat,rmdir,chmod,fchmod,fchmodat,ftruncate,flock";
/// What each of them meets.
const FAULTS: [&str; 6] = ["signal=KILL", "error=ENOSPC", "error=EIO", "error=EINTR", "error=EROFS", "error=EDQUOT"];
/// Points of a command in a slice.
const SLICE: usize = 40;

/// A command whose output is a tree, or a plan file and the certificate beside it.
struct Subject<'a> {
    name: &'static str,
    sides: &'a Sides,
    /// Command lines that make the old output, and the new one.
    old: &'static str,
    new: &'static str,
    output: PathBuf,
    /// The certificate: the only part of an output that may be missing after a fault.
    beside: Option<PathBuf>,
}

/// Under which name the certificate's hash stands.
const BESIDE: &str = "certificate";

impl Subject<'_> {
    /// The command line that makes the new output, under `strace`.
    fn traced(&self, strace: &[String]) -> Output {
        let run = self.sides.command(self.new);
        let mut command = Command::new("strace");
        command.args(strace).arg(run.get_program()).args(run.get_args());
        command.current_dir(run.get_current_dir().unwrap()).output().unwrap()
    }

    fn make(&self, words: &str) -> BTreeMap<String, String> {
        self.sides.done(words);
        self.found()
    }

    /// What stands there: every file with its hash.
    fn found(&self) -> BTreeMap<String, String> {
        let mut found = whole(&self.output);
        let beside = self.beside.as_ref().filter(|path| path.exists());
        found.extend(beside.map(|path| (BESIDE.to_owned(), hash(&fs::read(path).unwrap()))));
        found
    }

    /// Copies the output to `kept`, or back from there.
    fn keep(&self, kept: &Path, back: bool) {
        let parts = [Some((&self.output, kept.join("output"))), self.beside.as_ref().map(|it| (it, kept.join(BESIDE)))];
        for (output, kept) in parts.iter().flatten() {
            let (from, to) = if back { (kept.as_path(), output.as_path()) } else { (output.as_path(), kept.as_path()) };
            copy(from, to);
        }
    }

    /// Every write-side call of a run from old to new: its name, and which of its name it is, from 1.
    fn calls(&self) -> Vec<(String, usize)> {
        let log = self.sides.path("calls");
        let trace = ["-f", "-e", &format!("trace={CALLS}"), "-o", log.to_str().unwrap()].map(str::to_owned);
        let done = self.traced(&trace);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let log = fs::read_to_string(log).unwrap();
        let first = log.split_whitespace().next().unwrap().to_owned();
        let (mut seen, mut calls) = (BTreeMap::<String, usize>::new(), Vec::new());
        for line in log.lines() {
            // strace counts calls of a name per thread; the thread that writes is the first one.
            let Some((thread, call)) = line.split_once(char::is_whitespace) else { continue };
            let Some((name, arguments)) = call.trim_start().split_once('(') else { continue };
            if thread != first || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                continue;
            }
            let place = seen.entry(name.to_owned()).or_default();
            *place += 1;
            // Files that are only read are no write-side calls, but they count.
            if name != "openat" || arguments.contains("O_CREAT") || arguments.contains("O_WRONLY") {
                calls.push((name.to_owned(), *place));
            }
        }
        calls
    }
}

/// Copies a file or a folder over whatever stands there.
fn copy(from: &Path, to: &Path) {
    if to.is_dir() {
        fs::remove_dir_all(to).unwrap();
    }
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    if from.is_file() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

fn tool_is_there() -> bool {
    let works = Command::new("strace")
        .args(["-f", "-e", "trace=write", "-o", "/dev/null", "true"])
        .status()
        .is_ok_and(|status| status.success());
    let is_required = std::env::var("FLEETPLAN_REQUIRE_TOOLS").is_ok_and(|value| value == "1");
    assert!(works || !is_required, "`strace` is missing, or may not trace");
    if !works {
        eprintln!("SKIPPED: `strace` is missing, or may not trace, so that no fault was injected");
    }
    works
}

/// Meets every call of a subject with every fault, or a slice of them. The number of points.
fn meet(subject: &Subject<'_>) -> usize {
    let new = subject.make(subject.new);
    let old = subject.make(subject.old);
    assert_ne!(old, new);
    let kept = subject.sides.path(format!("kept-{}", subject.name));
    subject.keep(&kept, false);
    // A certificate may be missing; it is never another plan's.
    let without = |mut found: BTreeMap<String, String>| {
        found.remove(BESIDE);
        found
    };
    let allowed = [old.clone(), new.clone(), without(old.clone()), without(new.clone())];
    let calls = subject.calls();
    let all: Vec<(&(String, usize), &str)> =
        calls.iter().flat_map(|call| FAULTS.into_iter().map(move |fault| (call, fault))).collect();
    let is_full = std::env::var("FLEETPLAN_FULL").is_ok_and(|value| value == "1");
    let step = if is_full { 1 } else { (all.len() / SLICE).max(1) };
    // A step that shares a factor with the number of faults would meet some of them only.
    let step = if step > 1 && (step % 2 == 0 || step % 3 == 0) { step / 6 * 6 + 1 } else { step };
    let (mut points, mut failed) = (0, 0);
    for ((call, place), fault) in all.iter().step_by(step.max(1)) {
        let what = format!("{}: {fault} at {call} number {place}", subject.name);
        subject.keep(&kept, true);
        assert_eq!(subject.found(), old, "{what}: before");
        let inject = format!("inject={call}:{fault}:when={place}");
        let trace = format!("trace={call}");
        let strace = ["-f", "-o", "/dev/null", "-e", &trace, "-e", &inject].map(str::to_owned);
        let done = subject.traced(&strace);
        let left = subject.found();
        assert!(allowed.contains(&left), "{what}: neither old nor new");
        if done.status.success() {
            assert_eq!(left, new, "{what}: says it is done");
        } else {
            failed += 1;
        }
        assert_eq!(subject.make(subject.new), new, "{what}: the run after");
        points += 1;
    }
    eprintln!(
        "{}: {points} of {} points at {} calls, {failed} runs ended early; all old or new",
        subject.name,
        all.len(),
        calls.len()
    );
    assert!(failed > points / 4, "{}: only {failed} of {points} faults were felt", subject.name);
    points
}

#[test]
fn a_fault_at_any_write_of_render_or_plan_leaves_the_old_or_the_new() {
    if !tool_is_there() {
        return;
    }
    // Many files for the one; for the other, a search that is soon over.
    let (sides, small) = (Sides::new(8), Sides::new(1));
    let render = Subject {
        name: "render",
        sides: &sides,
        old: "render old.toml -i old --out tree",
        new: "render new.toml -i new --out tree",
        output: sides.path("tree"),
        beside: None,
    };
    let plan = Subject {
        name: "plan",
        sides: &small,
        old: "plan -i old --out plan.toml",
        new: "plan -i new --out plan.toml",
        output: small.path("plan.toml"),
        beside: Some(small.path("plan.proof")),
    };
    let points = meet(&render) + meet(&plan);
    eprintln!("{points} points");
    // What a killed render left is swept by the next one; nothing else stands beside the tree.
    let of_tree = leftovers(&sides.path("")).into_iter().filter(|name| name.starts_with(".tree."));
    assert_eq!(of_tree.count(), 0);
}
