//! Kills and I/O errors at every write-side system call of `render` and `plan`: what stands there afterwards is the old or the new, and the
//! next run needs no hand.
//!
//! `strace` injects them. A first run is traced, so that every call is known; then each call is met with each fault, one run per point. A slice
//! runs here; `FLEETPLAN_FULL=1 cargo test --test faults` runs every point. Without `strace`, or where it may not trace, the test says so
//! loudly, and fails where `FLEETPLAN_REQUIRE_TOOLS=1`.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what does not answer is a failed test")]
#![expect(clippy::print_stderr, reason = "what was skipped and what was measured is said")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fleetplan::gitops::{MANIFEST, hash, read_manifest};

/// Calls that write, or that prepare or finish a write.
const CALLS: &str = "openat,write,mkdir,fsync,fdatasync,syncfs,rename,renameat2,unlink,unlinkat,rmdir,chmod,fchmod,fchmodat,ftruncate,flock";
/// What each of them meets.
const FAULTS: [&str; 6] = ["signal=KILL", "error=ENOSPC", "error=EIO", "error=EINTR", "error=EROFS", "error=EDQUOT"];
/// Points of a command in a slice.
const SLICE: usize = 40;

fn inventory(cpu: u64, tenants: u64) -> String {
    let mut page = String::from(
        r#"
[fleet]
name = "acme"
date = 2026-11-23
[policy]
max_importance_share = 1.0
[[cluster]]
name = "eu-1"
provider = "eks"
region = "eu-west-1"
residency = "eu"
kubernetes = "1.35"
tenancy = "shared"
control_plane = { price = 0.10, disruption = "5m" }
[[cluster.pool]]
name = "general"
node = { cpu = "15890m", memory = "60Gi", pods = 110 }
price = 0.768
nodes = { max = 60 }
"#,
    );
    for number in 0..tenants {
        let demand = format!("{{ cpu = \"{cpu}\", memory = \"4Gi\", pods = 10 }}");
        writeln!(page, "[[tenant]]\nname = \"shop-{number}\"\nteam = \"web\"\ndemand = {demand}").unwrap();
    }
    page
}

/// A command whose output is one path: a tree or a plan file.
struct Subject {
    name: &'static str,
    folder: PathBuf,
    /// Arguments that make the old output, and the new one.
    old: Vec<String>,
    new: Vec<String>,
    output: PathBuf,
}

/// Every file of the output with its hash. A tree that is not exactly what its own manifest says is a failure.
fn state(output: &Path) -> BTreeMap<String, String> {
    if output.is_file() {
        return BTreeMap::from([(String::new(), hash(&fs::read(output).unwrap()))]);
    }
    let (mut found, mut folders) = (BTreeMap::new(), vec![output.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(output).unwrap().to_str().unwrap().to_owned();
                found.insert(name, hash(&fs::read(path).unwrap()));
            }
        }
    }
    let mut listed = read_manifest(&fs::read_to_string(output.join(MANIFEST)).unwrap()).unwrap();
    listed.insert(MANIFEST.to_owned(), found[MANIFEST].clone());
    assert_eq!(found, listed, "the tree is not what its manifest says");
    found
}

impl Subject {
    fn run(&self, arguments: &[String], strace: &[String]) -> Output {
        let binary = env!("CARGO_BIN_EXE_fleetplan");
        let mut command = match strace {
            [] => Command::new(binary),
            strace => {
                let mut command = Command::new("strace");
                command.args(strace).arg(binary);
                command
            }
        };
        command.args(arguments).current_dir(&self.folder).output().unwrap()
    }

    fn make(&self, arguments: &[String]) -> BTreeMap<String, String> {
        let done = self.run(arguments, &[]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        state(&self.output)
    }

    /// Every write-side call of a run from old to new: its name, and which of its name it is, from 1.
    fn calls(&self) -> Vec<(String, usize)> {
        let log = self.folder.join("calls");
        let trace = ["-f", "-e", &format!("trace={CALLS}"), "-o", log.to_str().unwrap()].map(str::to_owned);
        let done = self.run(&self.new, &trace);
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

fn tool_is_there() -> bool {
    let works = Command::new("strace").args(["-o", "/dev/null", "true"]).status().is_ok_and(|status| status.success());
    let is_required = std::env::var("FLEETPLAN_REQUIRE_TOOLS").is_ok_and(|value| value == "1");
    assert!(works || !is_required, "`strace` is missing, or may not trace");
    if !works {
        eprintln!("SKIPPED: `strace` is missing, or may not trace, so that no fault was injected");
    }
    works
}

/// Meets every call of a subject with every fault, or a slice of them. The number of points.
fn meet(subject: &Subject) -> usize {
    let new = subject.make(&subject.new);
    let old = subject.make(&subject.old);
    assert_ne!(old, new);
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
        assert_eq!(subject.make(&subject.old), old, "{what}: the run before");
        let inject = format!("inject={call}:{fault}:when={place}");
        let strace = ["-f", "-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &inject].map(str::to_owned);
        let done = subject.run(&subject.new, &strace);
        let left = state(&subject.output);
        assert!(left == old || left == new, "{what}: neither old nor new");
        if done.status.success() {
            assert_eq!(left, new, "{what}: says it is done");
        } else {
            failed += 1;
        }
        assert_eq!(subject.make(&subject.new), new, "{what}: the run after");
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

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn a_fault_at_any_write_of_render_or_plan_leaves_the_old_or_the_new() {
    if !tool_is_there() {
        return;
    }
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().to_owned();
    for (name, cpu) in [("old", 1), ("new", 2)] {
        fs::create_dir(folder.join(name)).unwrap();
        fs::write(folder.join(name).join("fleet.toml"), inventory(cpu, 8)).unwrap();
        let done = Command::new(env!("CARGO_BIN_EXE_fleetplan"))
            .args(["plan", "-q", "-i", name, "--out", &format!("{name}.toml")])
            .current_dir(&folder)
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let render = Subject {
        name: "render",
        folder: folder.clone(),
        old: words("render old.toml -i old --out tree"),
        new: words("render new.toml -i new --out tree"),
        output: folder.join("tree"),
    };
    let plan = Subject {
        name: "plan",
        folder: folder.clone(),
        old: words("plan -i old --out plan.toml"),
        new: words("plan -i new --out plan.toml"),
        output: folder.join("plan.toml"),
    };
    let points = meet(&render) + meet(&plan);
    eprintln!("{points} points");
    // What a killed render left is swept by the next one; nothing else stands beside the tree.
    let leftovers = fs::read_dir(&folder)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(".tree.fleetplan-"));
    assert_eq!(leftovers.count(), 0);
}
