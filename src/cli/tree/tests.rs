//! A tree on a real disk: written, replaced, refused, compared.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use fleetplan::gitops::{MANIFEST, Tree};

use super::exchange::lock;
use super::survey::{relative, survey};
use super::{TreeFault, Written, check_tree, write_tree};

fn tree(files: &[(&str, &str)]) -> Tree {
    Tree::new(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
}

fn small() -> Tree {
    tree(&[("README.md", "one\n"), ("tenants/eu-1/checkout/values.yaml", "a: 1\n")])
}

fn other() -> Tree {
    tree(&[("README.md", "two\n"), ("tenants/eu-2/checkout/values.yaml", "a: 1\n"), ("argocd/x.yaml", "")])
}

/// A folder, and the path of a tree in it.
fn place() -> (tempfile::TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("gitops");
    (root, out)
}

fn write(out: &Path, tree: &Tree) -> Result<Written, TreeFault> {
    write_tree(out, tree, &BTreeSet::new())
}

/// Everything below a folder: what a test compares to say that nothing was touched.
fn everything(root: &Path) -> BTreeMap<String, String> {
    let found = survey(root).unwrap();
    let links = found.links.iter().map(|link| (relative(root, link), "link".to_owned()));
    found.hashes.into_iter().chain(links).collect()
}

/// That a run is refused with `code` and leaves everything, and no leftover.
fn refuses(root: &Path, out: &Path, tree: &Tree, code: &str) -> TreeFault {
    let before = everything(root);
    let fault = write(out, tree).unwrap_err();
    assert_eq!(fault.code(), code, "{fault}");
    assert_eq!(everything(root), before);
    fault
}

#[test]
fn a_tree_is_written_where_nothing_stands_and_replaced_where_one_does() {
    let (root, out) = place();
    let first = write(&out, &small()).unwrap();
    assert_eq!(first.added, ["README.md", "fleetplan.sha256", "tenants/eu-1/checkout/values.yaml"]);
    assert!(check_tree(&out, &small()).unwrap().is_empty());
    let second = write(&out, &other()).unwrap();
    assert_eq!(second.removed, ["tenants/eu-1/checkout/values.yaml"]);
    assert_eq!(second.changed, ["README.md", "fleetplan.sha256"]);
    assert!(check_tree(&out, &other()).unwrap().is_empty());
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
}

#[test]
fn the_same_tree_again_touches_no_file() {
    let (_root, out) = place();
    write(&out, &small()).unwrap();
    let inode = |path: &Path| std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).unwrap());
    let before = inode(&out.join("README.md"));
    assert_eq!(write(&out, &small()).unwrap(), Written { unchanged: 3, ..Written::default() });
    assert_eq!(inode(&out.join("README.md")), before);
}

#[test]
fn an_empty_folder_is_taken_and_its_permissions_stay() {
    let (_root, out) = place();
    fs::create_dir(&out).unwrap();
    fs::set_permissions(&out, fs::Permissions::from_mode(0o750)).unwrap();
    write(&out, &small()).unwrap();
    assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o750);
}

#[test]
fn a_file_in_the_place_of_the_folder_is_refused() {
    let (root, out) = place();
    fs::write(&out, "x").unwrap();
    refuses(root.path(), &out, &small(), "tree-not-a-folder");
}

#[test]
fn a_link_in_the_place_of_the_folder_or_inside_of_it_is_refused() {
    let (root, out) = place();
    let real = root.path().join("real");
    write(&real, &small()).unwrap();
    symlink(&real, &out).unwrap();
    refuses(root.path(), &out, &small(), "tree-link");
    fs::remove_file(&out).unwrap();
    symlink("/etc/passwd", real.join("tenants/link")).unwrap();
    refuses(root.path(), &real, &other(), "tree-link");
}

#[test]
fn files_that_the_manifest_does_not_list_are_refused_by_name() {
    let (root, out) = place();
    write(&out, &small()).unwrap();
    fs::write(out.join("tenants/notes.txt"), "mine").unwrap();
    let fault = refuses(root.path(), &out, &other(), "tree-foreign-files");
    assert!(fault.to_string().contains("`tenants/notes.txt`"), "{fault}");
}

#[test]
fn a_folder_that_is_no_tree_is_refused_and_says_how_much_is_in_it() {
    let (root, out) = place();
    fs::create_dir_all(out.join(".git")).unwrap();
    for number in 0..12 {
        fs::write(out.join(format!(".git/{number:02}")), "").unwrap();
    }
    let fault = refuses(root.path(), &out, &small(), "tree-foreign-files");
    assert!(fault.to_string().contains("`.git/09` and 2 more"), "{fault}");
}

#[test]
fn a_file_that_a_hand_edited_is_refused_by_name() {
    let (root, out) = place();
    write(&out, &small()).unwrap();
    fs::write(out.join("tenants/eu-1/checkout/values.yaml"), "a: 2\n").unwrap();
    let fault = refuses(root.path(), &out, &other(), "tree-edited-files");
    assert!(fault.to_string().contains("`tenants/eu-1/checkout/values.yaml`"), "{fault}");
}

#[test]
fn a_file_that_a_hand_deleted_comes_back() {
    let (_root, out) = place();
    write(&out, &small()).unwrap();
    fs::remove_file(out.join("README.md")).unwrap();
    assert_eq!(write(&out, &small()).unwrap().added, ["README.md"]);
}

#[test]
fn a_manifest_that_cannot_be_trusted_is_refused() {
    let (root, out) = place();
    write(&out, &small()).unwrap();
    fs::write(out.join(MANIFEST), "# fleetplan tree 9\n").unwrap();
    refuses(root.path(), &out, &small(), "tree-manifest");
    fs::write(out.join(MANIFEST), [0xff]).unwrap();
    refuses(root.path(), &out, &small(), "tree-manifest");
}

#[test]
fn a_tenant_or_a_cluster_vanishes_only_when_it_is_named() {
    let (root, out) = place();
    write(&out, &tree(&[("tenants/eu-1/checkout/values.yaml", ""), ("clusters/pci-1/manifests/cluster.yaml", "")]))
        .unwrap();
    let empty = tree(&[("README.md", "")]);
    let fault = refuses(root.path(), &out, &empty, "tree-vanishing");
    assert_eq!(fault.to_string(), "the tree no longer has tenant `checkout`, nor cluster `pci-1`");
    assert_eq!(fault.help(), "if that is meant, say so: --remove checkout --remove pci-1");
    let named = BTreeSet::from(["checkout".to_owned(), "pci-1".to_owned()]);
    assert_eq!(write_tree(&out, &empty, &named).unwrap().removed.len(), 2);
    // The same flags again, as a pipeline would: nothing is left to remove.
    write_tree(&out, &empty, &named).unwrap();
}

#[test]
fn a_tenant_that_moves_to_another_cluster_does_not_vanish() {
    let (_root, out) = place();
    write(&out, &small()).unwrap();
    write(&out, &other()).unwrap();
}

#[test]
fn a_removal_that_the_plan_contradicts_is_refused() {
    let (_root, out) = place();
    let named = BTreeSet::from(["checkout".to_owned()]);
    assert_eq!(write_tree(&out, &small(), &named).unwrap_err().code(), "tree-still-there");
}

#[test]
fn what_a_killed_run_left_is_swept_and_nothing_else() {
    let (root, out) = place();
    let leftover = root.path().join(".gitops.fleetplan-abc123/tree/tenants");
    fs::create_dir_all(&leftover).unwrap();
    fs::write(leftover.join("x"), "").unwrap();
    fs::create_dir(root.path().join(".other.fleetplan-abc123")).unwrap();
    fs::write(root.path().join(".gitops.fleetplan-notes"), "a file, not a folder").unwrap();
    write(&out, &small()).unwrap();
    let left: BTreeSet<String> =
        fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(
        left,
        BTreeSet::from([".gitops.fleetplan-notes", ".other.fleetplan-abc123", "gitops"].map(str::to_owned))
    );
}

#[test]
fn two_runs_at_once_take_turns_and_one_that_never_ends_is_reported() {
    let (root, out) = place();
    let held = lock(root.path()).unwrap();
    assert_eq!(write(&out, &small()).unwrap_err().code(), "tree-locked");
    drop(held);
    let trees = [small(), other()];
    thread::scope(|scope| {
        for number in 0..8 {
            let (out, tree) = (&out, &trees[number % 2]);
            scope.spawn(move || write(out, tree).unwrap());
        }
    });
    assert!(trees.iter().any(|tree| check_tree(&out, tree).unwrap().is_empty()));
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
}

#[test]
fn the_folder_that_a_command_runs_in_is_not_exchanged_under_its_feet() {
    assert_eq!(write(Path::new("."), &small()).unwrap_err().code(), "tree-no-folder");
    assert_eq!(write(Path::new("/"), &small()).unwrap_err().code(), "tree-no-folder");
    assert_eq!(write(Path::new(".."), &small()).unwrap_err().code(), "tree-no-folder");
}

#[test]
fn a_check_names_what_is_missing_foreign_and_changed() {
    let (_root, out) = place();
    assert_eq!(check_tree(&out, &small()).unwrap().missing.len(), 3);
    write(&out, &tree(&[("README.md", "one\ntwo\nthree\n"), ("a.yaml", "")])).unwrap();
    fs::write(out.join("notes"), "").unwrap();
    symlink("notes", out.join("link")).unwrap();
    let found = check_tree(&out, &tree(&[("README.md", "one\ntwo\nfour\n"), ("b.yaml", "")])).unwrap();
    assert_eq!(found.missing, ["b.yaml"]);
    assert_eq!(found.foreign, ["a.yaml", "link", "notes"]);
    assert_eq!((found.changed[0].path.as_str(), found.changed[0].line), ("README.md", 3));
    assert_eq!(found.changed[0].there, "one\ntwo\nthree\n");
}
