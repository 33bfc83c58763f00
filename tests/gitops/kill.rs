//! A run that is killed leaves the old tree or the new one, and the next run needs no hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use fleetplan::gitops::{MANIFEST, hash, read_manifest};

/// A fleet of soft tenants in one cluster; `cpu` is what each asks for.
fn page(cpu: u64) -> String {
    let mut page = String::from(
        r#"
[fleet]
name = "acme"
date = 2026-11-23
gitops = { repository = "https://git.acme.example/fleet.git", revision = "main", path = "gitops", delivery = "argocd", chart_repository = "https://charts.acme.example" }
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
    for number in 0..30 {
        page.push_str(&format!(
            "[[tenant]]\nname = \"shop-{number}\"\nteam = \"web\"\ndemand = {{ cpu = \"{cpu}\", memory = \"4Gi\", pods = 10 }}\n"
        ));
    }
    page
}

/// A folder with an inventory, its plan, and where its tree goes.
struct Side {
    inventory: PathBuf,
    plan: PathBuf,
}

impl Side {
    fn new(root: &Path, name: &str, cpu: u64) -> Self {
        let side = Self { inventory: root.join(name), plan: root.join(format!("{name}.toml")) };
        fs::create_dir(&side.inventory).unwrap();
        fs::write(side.inventory.join("fleet.toml"), page(cpu)).unwrap();
        let done = side.command("plan").arg("--out").arg(&side.plan).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        side
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fleetplan"));
        command.arg(verb).arg("--inventory").arg(&self.inventory).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    fn render(&self, out: &Path) -> Command {
        let mut command = self.command("render");
        command.arg(&self.plan).arg("--out").arg(out);
        command
    }
}

/// Every file of a folder with its hash; panics where the folder is not exactly what its manifest says.
fn whole(out: &Path) -> BTreeMap<String, String> {
    let listed = read_manifest(&fs::read_to_string(out.join(MANIFEST)).unwrap()).unwrap();
    let mut found = BTreeMap::new();
    let mut folders = vec![out.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path != out.join(MANIFEST) {
                let name = path.strip_prefix(out).unwrap().to_str().unwrap().to_owned();
                found.insert(name, hash(&fs::read(path).unwrap()));
            }
        }
    }
    assert_eq!(found, listed);
    found
}

#[test]
fn a_killed_run_leaves_the_old_tree_or_the_new_one() {
    let root = tempfile::tempdir().unwrap();
    let (old, new) = (Side::new(root.path(), "old", 1), Side::new(root.path(), "new", 2));
    let out = root.path().join("tree");
    assert!(new.render(&out).status().unwrap().success());
    let new_tree = whole(&out);
    let start = Instant::now();
    assert!(old.render(&out).status().unwrap().success());
    let (old_tree, length) = (whole(&out), start.elapsed());
    assert_ne!(old_tree, new_tree);
    // Kills spread over the length of a run: while it reads, reviews, writes, exchanges and removes.
    let (mut killed, kills) = (0, 8_u32);
    for number in 0..kills {
        let mut run = new.render(&out).spawn().unwrap();
        thread::sleep(length * number / kills + Duration::from_millis(1));
        let _ = run.kill();
        killed += u32::from(!run.wait().unwrap().success());
        let left = whole(&out);
        assert!(left == old_tree || left == new_tree, "after kill {number}");
        // No hand in between: the next run finds the folder usable and sweeps what was left beside it.
        assert!(old.render(&out).status().unwrap().success(), "after kill {number}");
        assert_eq!(whole(&out), old_tree);
        let beside = fs::read_dir(root.path())
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(".tree"));
        assert_eq!(beside.count(), 0, "after kill {number}");
    }
    assert!(killed > 0, "no run was killed in time");
}
