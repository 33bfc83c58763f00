//! Replaces a whole tree of files in one step, and touches nothing that is not fleetplan's.
//!
//! A rendered [`Tree`] flows in. What stands in the folder today is surveyed first: every file must be listed in the tree's own
//! manifest with the hash it has. The new tree is written beside the folder, brought to the disk, and exchanged with the old one by a
//! single system call; then the old one is removed. Whenever a run is killed, the folder holds the old tree or the new one, and
//! the next run removes what was left beside it.

mod compare;
mod exchange;
mod fault;
mod place;
mod remove;
mod stage;
mod survey;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::Path;

use fleetplan::gitops::Tree;

use super::file::sync_folder;
use compare::compare;
use exchange::{exchange, lock, put};
use fault::io_fault;
use place::Place;
use remove::check_removals;
use stage::{STAGED, stage, sweep};
use survey::survey;

pub use compare::{Changed, Differences, Written, check_tree};
pub use fault::TreeFault;

/// Writes `tree` to `out`, whole or not at all. `removals` names tenants and clusters whose files may vanish.
///
/// # Errors
/// [`TreeFault`]; then `out` is what it was.
pub fn write_tree(out: &Path, tree: &Tree, removals: &BTreeSet<String>) -> Result<Written, TreeFault> {
    let place = Place::of(out)?;
    let _lock = lock(&place.parent)?;
    let before = place.survey()?;
    check_removals(&before, tree, removals)?;
    let written = compare(&before, tree);
    sweep(&place)?;
    if before.as_ref().is_some_and(|before| before.manifest.is_some())
        && written.added.is_empty()
        && written.changed.is_empty()
        && written.removed.is_empty()
    {
        return Ok(written);
    }
    let staging = stage(&place, tree)?;
    let staged = staging.path().join(STAGED);
    if before.is_some() {
        exchange(&staged, &place.folder)?;
        // What was exchanged out is looked at once more: nothing that a hand wrote since the survey is lost.
        if survey(&staged)? != before.unwrap_or_default() {
            exchange(&staged, &place.folder)?;
            return Err(TreeFault::ChangedMeanwhile(place.folder));
        }
    } else {
        put(&staged, &place.folder)?;
    }
    sync_folder(&place.parent).map_err(io_fault("write folder", &place.parent))?;
    // The new tree stands; if the old one cannot be removed, the next run sweeps it.
    drop(staging);
    Ok(written)
}
