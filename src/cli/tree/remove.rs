//! What may vanish from a tree: what was named on the command line, and nothing else.

use std::collections::BTreeSet;

use fleetplan::gitops::{Subjects, Tree};

use super::fault::TreeFault;
use super::survey::Survey;

/// Refuses a tree from which tenants or clusters vanish that nobody named, and names that the tree still has.
pub(super) fn check_removals(
    before: &Option<Survey>,
    tree: &Tree,
    removals: &BTreeSet<String>,
) -> Result<(), TreeFault> {
    let after = tree.subjects();
    if let Some(name) = removals.iter().find(|name| after.tenants.contains(*name) || after.clusters.contains(*name)) {
        return Err(TreeFault::StillThere(name.clone()));
    }
    let Some(before) = before else { return Ok(()) };
    let before = Subjects::of(before.hashes.keys().map(String::as_str));
    let vanished = |before: &BTreeSet<String>, after: &BTreeSet<String>| -> Vec<String> {
        before.difference(after).filter(|name| !removals.contains(*name)).cloned().collect()
    };
    let tenants = vanished(&before.tenants, &after.tenants);
    let clusters = vanished(&before.clusters, &after.clusters);
    if tenants.is_empty() && clusters.is_empty() { Ok(()) } else { Err(TreeFault::Vanishing { tenants, clusters }) }
}
