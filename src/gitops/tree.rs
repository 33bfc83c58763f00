//! The tree: files by path, and the manifest that says whose they are.
//!
//! The manifest stands in the tree as [`MANIFEST`], in the form that `sha256sum --check` reads: every other file with its SHA-256.
//! Whoever writes a tree over another one asks it which files are fleetplan's and whether a hand has changed them.

use std::collections::{BTreeMap, BTreeSet};

/// The path of the manifest.
pub const MANIFEST: &str = "fleetplan.sha256";

/// The first line of a manifest; the number is the version of its form.
const FIRST_LINE: &str = "# fleetplan tree 1";

/// A rendered tree. Paths are relative and use `/`; the manifest is among the files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    /// Text by path.
    pub files: BTreeMap<String, String>,
}

/// What a tree is about, by the folders that stand for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subjects {
    /// Tenants with a folder, in any cluster.
    pub tenants: BTreeSet<String>,
    /// Clusters with a folder of their own or of policies.
    pub clusters: BTreeSet<String>,
}

impl Tree {
    /// A tree of `files` and the manifest of them.
    #[must_use]
    pub fn new(mut files: BTreeMap<String, String>) -> Self {
        files.remove(MANIFEST);
        let mut manifest = format!("{FIRST_LINE}\n");
        for (path, text) in &files {
            manifest.push_str(&format!("{}  {path}\n", hash(text.as_bytes())));
        }
        files.insert(MANIFEST.to_owned(), manifest);
        Self { files }
    }

    /// The tenants and clusters it is about.
    #[must_use]
    pub fn subjects(&self) -> Subjects {
        Subjects::of(self.files.keys().map(String::as_str))
    }
}

impl Subjects {
    /// From paths of a tree.
    pub fn of<'a>(paths: impl Iterator<Item = &'a str>) -> Self {
        let mut found = Self::default();
        for path in paths {
            let mut parts = path.split('/');
            match (parts.next(), parts.next(), parts.next()) {
                (Some("tenants"), Some(_), Some(tenant)) => found.tenants.insert(tenant.to_owned()),
                (Some("clusters" | "policies"), Some(cluster), Some(_)) => found.clusters.insert(cluster.to_owned()),
                _ => false,
            };
        }
        found
    }
}

/// Reads a manifest: SHA-256 in lower-case hex, by path. None where the text is no manifest of this form, or names a path that
/// leaves its folder.
#[must_use]
pub fn read_manifest(text: &str) -> Option<BTreeMap<String, String>> {
    let mut lines = text.lines();
    if lines.next() != Some(FIRST_LINE) {
        return None;
    }
    lines
        .map(|line| {
            let (hash, path) = line.split_once("  ")?;
            let is_hash = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
            (is_hash && is_inside(path)).then(|| (path.to_owned(), hash.to_owned()))
        })
        .collect()
}

/// The SHA-256 of a file's bytes, as a manifest has it.
#[must_use]
pub fn hash(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// True for a relative path that stays in its folder.
fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
        && !path.contains('\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        Tree::new(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }

    #[test]
    fn a_manifest_lists_every_other_file_and_reads_back() {
        let tree = tree(&[("a/b.yaml", "x\n"), ("README.md", "")]);
        let read = read_manifest(&tree.files[MANIFEST]).unwrap();
        assert_eq!(read.keys().collect::<Vec<_>>(), ["README.md", "a/b.yaml"]);
        assert_eq!(read["a/b.yaml"], hash(b"x\n"));
    }

    #[test]
    fn what_is_no_manifest_or_leaves_its_folder_is_refused() {
        let hash = "a".repeat(64);
        for text in [
            String::new(),
            "# fleetplan tree 2\n".to_owned(),
            format!("{FIRST_LINE}\n{hash}  ../x\n"),
            format!("{FIRST_LINE}\n{hash}  /etc/passwd\n"),
            format!("{FIRST_LINE}\n{hash}  a//b\n"),
            format!("{FIRST_LINE}\n{hash} a\n"),
            format!("{FIRST_LINE}\nabc  a\n"),
        ] {
            assert_eq!(read_manifest(&text), None, "{text:?}");
        }
    }

    #[test]
    fn subjects_are_the_folders_of_tenants_and_clusters() {
        let tree = tree(&[
            ("tenants/eu-1/checkout/manifests/namespace.yaml", ""),
            ("policies/eu-1/manifests/x.yaml", ""),
            ("clusters/pci-1/manifests/cluster.yaml", ""),
            ("argocd/root.yaml", ""),
        ]);
        let Subjects { tenants, clusters } = tree.subjects();
        assert_eq!(tenants, BTreeSet::from(["checkout".to_owned()]));
        assert_eq!(clusters, BTreeSet::from(["eu-1".to_owned(), "pci-1".to_owned()]));
    }
}
