//! Where the tree is and where its charts are, in the words of the controller that fetches both.
//!
//! In: `[fleet] gitops`. Out: URLs, paths and revisions, or faults for text that a controller would take for more than text.

use serde_json::{Value, json};

use crate::inventory::{Gitops, Inventory};
use crate::vocab::diagnostic::Diagnostic;

/// A path of the tree as a path of the repository.
pub(super) fn in_repository(gitops: &Gitops, path: &str) -> String {
    if gitops.path.is_empty() { path.to_owned() } else { format!("{}/{path}", gitops.path) }
}

/// The Helm repository of the chart, for Argo CD: it takes one in an OCI registry without its scheme.
pub(super) fn charts(gitops: &Gitops) -> &str {
    gitops.chart_repository.strip_prefix("oci://").unwrap_or(&gitops.chart_repository)
}

/// The Git repository, for Flux: it takes `git@host:path` as the URL that this is short for.
pub(super) fn git_url(gitops: &Gitops) -> String {
    let url = &gitops.repository;
    match url.split_once(':') {
        Some((host, path)) if host.contains('@') && !path.starts_with("//") => {
            format!("ssh://{host}/{}", path.trim_start_matches('/'))
        }
        _ => url.clone(),
    }
}

/// What to follow, for Flux, which asks what it is: a commit by its 40 digits, a full reference such as `refs/tags/v1` by its
/// beginning, or else a branch.
pub(super) fn git_reference(gitops: &Gitops) -> Value {
    let revision = gitops.revision.as_str();
    let is_commit = revision.len() == 40 && revision.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_commit {
        json!({ "commit": revision })
    } else if revision.starts_with("refs/") {
        json!({ "name": revision })
    } else {
        json!({ "branch": revision })
    }
}

/// Text of `[fleet] gitops` that a controller would not take for text.
///
/// # Errors
/// `gitops-not-plain` for each.
pub(super) fn check_gitops(inventory: &Inventory) -> Vec<Diagnostic> {
    let Gitops { repository, revision, path, delivery: _, chart_repository } = &inventory.fleet.gitops;
    let strays = |path: &str| path.split('/').any(|part| part == ".." || part == ".") || path.starts_with('/');
    let globs = |path: &str| path.contains(['*', '?', '[', ']', '\\']);
    [
        ("repository", repository, false),
        ("revision", revision, false),
        ("path", path, strays(path) || globs(path)),
        ("chart_repository", chart_repository, false),
    ]
    .into_iter()
    .filter(|(_, text, strays)| {
        *strays || text.contains("{{") || text.contains("}}") || text.contains(char::is_control)
    })
    .map(|(key, text, _)| {
        Diagnostic::error(
            "gitops-not-plain",
            format!("`{key}` is `{}`, which a controller reads as more than text", text.escape_debug()),
        )
        .at(inventory.fleet.at.of("gitops"), "in this table")
        .help("no `{{`, no control characters; in `path` no `..`, no `*` and no other pattern")
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::Delivery;

    fn gitops(repository: &str, revision: &str) -> Gitops {
        Gitops {
            repository: repository.to_owned(),
            revision: revision.to_owned(),
            path: "gitops".to_owned(),
            delivery: Delivery::Flux,
            chart_repository: "oci://registry.example/charts".to_owned(),
        }
    }

    #[test]
    fn flux_gets_a_url_with_a_scheme() {
        for (written, url) in [
            ("https://git.example/fleet.git", "https://git.example/fleet.git"),
            ("ssh://git@git.example:7999/fleet.git", "ssh://git@git.example:7999/fleet.git"),
            ("git@git.example:team/fleet.git", "ssh://git@git.example/team/fleet.git"),
        ] {
            assert_eq!(git_url(&gitops(written, "main")), url);
        }
    }

    #[test]
    fn flux_is_told_whether_a_revision_is_a_branch_a_reference_or_a_commit() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        for (written, reference) in [
            ("main", json!({ "branch": "main" })),
            ("refs/tags/v1", json!({ "name": "refs/tags/v1" })),
            (commit, json!({ "commit": commit })),
        ] {
            assert_eq!(git_reference(&gitops("https://git.example/fleet.git", written)), reference);
        }
    }
}
