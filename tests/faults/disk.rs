//! Folders that cannot be written, disks that are full, and links where a folder should be.
//!
//! A disk of a megabyte, and one that is read-only, are mounted where the test may mount. Elsewhere it says so loudly.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::sides::{Sides, leftovers, whole};

/// A disk in memory, mounted at a folder until it is dropped.
struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// One of a megabyte; none where this process may not mount.
    fn of_a_megabyte(folder: PathBuf) -> Option<Self> {
        fs::create_dir(&folder).unwrap();
        let mounted = mount(&["-t", "tmpfs", "-o", "size=1m", "tmpfs"], &folder);
        if !mounted {
            eprintln!("SKIPPED: this process may not mount a file system, so that no disk was full or read-only");
        }
        mounted.then_some(Self { folder })
    }

    fn make_read_only(&self) {
        assert!(mount(&["-o", "remount,ro"], &self.folder));
    }

    /// Fills it but for some bytes.
    fn fill(&self, left: u64) {
        let mut ballast = fs::File::create(self.folder.join("ballast")).unwrap();
        while ballast.write_all(&[0; 4096]).is_ok() {}
        let full = ballast.metadata().unwrap().len();
        ballast.set_len(full - left).unwrap();
    }

    fn empty(&self) {
        fs::remove_file(self.folder.join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.folder).status();
    }
}

fn mount(options: &[&str], folder: &Path) -> bool {
    Command::new("mount").args(options).arg(folder).output().is_ok_and(|done| done.status.success())
}

#[test]
fn a_full_disk_leaves_the_old_tree_and_the_old_plan_and_room_is_all_that_the_next_run_needs() {
    let sides = Sides::new(4);
    let Some(disk) = Disk::of_a_megabyte(sides.path("disk")) else { return };
    sides.done("render old.toml -i old --out disk/tree");
    sides.done("plan -q -i old --out disk/plan.toml");
    let (tree, plan) = (whole(&sides.path("disk/tree")), whole(&sides.path("disk/plan.toml")));
    // No room at all, room for some folders, room for most files.
    for left in [0, 8 << 10, 64 << 10] {
        disk.fill(left);
        sides.refused("render new.toml -i new --out disk/tree", 3, "No space left on device");
        assert_eq!(whole(&sides.path("disk/tree")), tree, "with {left} bytes left");
        if left == 0 {
            sides.refused("plan -q -i new --out disk/plan.toml", 3, "No space left on device");
            sides.refused("plan -q -i new --out disk/other.toml", 3, "No space left on device");
        }
        assert_eq!(whole(&sides.path("disk/plan.toml")), plan, "with {left} bytes left");
        assert_eq!(leftovers(&disk.folder), Vec::<String>::new(), "with {left} bytes left");
        disk.empty();
    }
    assert!(!sides.path("disk/other.toml").exists());
    sides.done("render new.toml -i new --out disk/tree");
    sides.done("plan -q -i new --out disk/plan.toml");
    assert_ne!((whole(&sides.path("disk/tree")), whole(&sides.path("disk/plan.toml"))), (tree, plan));
}

#[test]
fn a_disk_that_is_read_only_is_told_and_still_compared() {
    let sides = Sides::new(2);
    let Some(disk) = Disk::of_a_megabyte(sides.path("disk")) else { return };
    sides.done("render old.toml -i old --out disk/tree");
    disk.make_read_only();
    let tree = whole(&sides.path("disk/tree"));
    for words in [
        "render new.toml -i new --out disk/tree",
        "render new.toml -i new --out disk/other",
        "render new.toml -i new --out disk/on/the/way",
        "plan -q -i new --out disk/plan.toml",
    ] {
        sides.refused(words, 3, "Read-only file system");
    }
    sides.done("render old.toml -i old --out disk/tree --check");
    assert_eq!(whole(&sides.path("disk/tree")), tree);
}

#[test]
fn a_folder_that_may_not_be_written_is_told_and_stays() {
    let sides = Sides::new(2);
    sides.done("render old.toml -i old --out locked/tree");
    let permit = |mode| fs::set_permissions(sides.path("locked"), fs::Permissions::from_mode(mode)).unwrap();
    permit(0o555);
    let tree = whole(&sides.path("locked/tree"));
    if fs::write(sides.path("locked/probe"), "").is_ok() {
        permit(0o755);
        eprintln!(
            "SKIPPED: this process may write wherever it likes, so that no folder was closed to it; a disk that is read-only is met apart"
        );
        return;
    }
    sides.refused("render new.toml -i new --out locked/tree", 3, "Permission denied");
    sides.refused("plan -q -i new --out locked/plan.toml", 3, "Permission denied");
    assert_eq!(whole(&sides.path("locked/tree")), tree);
    permit(0o755);
    sides.done("render new.toml -i new --out locked/tree");
}

#[test]
fn no_link_is_followed_out_of_a_tree_whatever_it_points_at() {
    let sides = Sides::new(2);
    sides.done("render old.toml -i old --out out/tree");
    fs::create_dir(sides.path("mine")).unwrap();
    fs::write(sides.path("mine/notes"), "mine").unwrap();
    let tree = sides.path("out/tree");
    for target in [sides.path("mine/notes"), sides.path("mine"), sides.path("nowhere"), PathBuf::from(".")] {
        // In the place of a file of the tree, beside its files, and in the place of a folder of it.
        for place in ["README.md", "tenants/link", "policies"] {
            let (link, kept) = (tree.join(place), sides.path("kept"));
            let was_there = link.exists();
            if was_there {
                fs::rename(&link, &kept).unwrap();
            }
            symlink(&target, &link).unwrap();
            let message = format!("`{}` is a symbolic link", link.display());
            sides.refused("render new.toml -i new --out out/tree", 2, &message);
            let check = sides.run("render old.toml -i old --out out/tree --check");
            let said = String::from_utf8_lossy(&check.stdout).into_owned();
            assert_eq!(check.status.code(), Some(1), "{place}: {said}");
            assert!(said.contains(&format!("foreign  out/tree/{place}\n")), "{place}: {said}");
            fs::remove_file(&link).unwrap();
            if was_there {
                fs::rename(&kept, &link).unwrap();
            }
        }
    }
    assert_eq!(fs::read_to_string(sides.path("mine/notes")).unwrap(), "mine");
    // A tree whose own place is a link is refused; one below a folder that is a link stands where that leads.
    symlink(&tree, sides.path("linked")).unwrap();
    sides.refused("render new.toml -i new --out linked", 2, "is a symbolic link");
    symlink(sides.path("out"), sides.path("way")).unwrap();
    sides.done("render new.toml -i new --out way/tree");
    sides.done("render new.toml -i new --out out/tree --check");
}

#[test]
fn a_plan_file_that_is_a_link_stays_one_and_one_that_leads_nowhere_is_told() {
    let sides = Sides::new(2);
    fs::create_dir(sides.path("real")).unwrap();
    fs::copy(sides.path("old.toml"), sides.path("real/plan.toml")).unwrap();
    symlink("real/plan.toml", sides.path("plan.toml")).unwrap();
    sides.done("plan -q -i new --out plan.toml");
    assert!(fs::symlink_metadata(sides.path("plan.toml")).unwrap().is_symlink());
    assert_eq!(whole(&sides.path("real/plan.toml")), whole(&sides.path("new.toml")));
    symlink("in-a-circle", sides.path("in-a-circle")).unwrap();
    sides.refused("plan -q -i new --out in-a-circle", 2, "`in-a-circle` cannot be looked at");
}
