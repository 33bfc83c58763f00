//! From written to believed: defaults, names resolved, contradictions found. All faults at once.
//!
//! In: [`Written`] tables, each key perhaps missing. Out: an [`Inventory`], or nothing and the faults that say why.

pub mod bounds;
mod engine;
pub mod facts;
mod fleet;
mod names;
mod near;
mod offer;
mod policy_exception;
mod pool;
mod tenant;
mod waiver;
mod workload;

use std::collections::BTreeMap;

use super::Inventory;
use super::written::file::Written;
use super::written::node::{At, Set};
use crate::vocab::calendar::Date;
use crate::vocab::diagnostic::{Diagnostic, Severity, Sources};
use names::Names;

/// Believes what was written. The date is `date`, or `[fleet] date`, or `today`.
///
/// Nothing where there is an error among `faults`, from reading or from here.
pub fn believe(
    written: Written,
    date: Option<Date>,
    today: Date,
    sources: Sources,
    faults: &mut Vec<Diagnostic>,
) -> Option<Inventory> {
    let mut known = facts::shipped();
    known.apply(&written.facts, faults);
    let names = Names::of(&written, &known.regulations);
    let fleet = fleet::fleet(
        written.fleet.as_ref(),
        date,
        today,
        written.complete && written.any && !written.unread.contains("fleet"),
        faults,
    );
    let policy = fleet::policy(written.policy.as_ref(), faults);
    let vcluster = fleet::vcluster(written.vcluster.as_ref(), faults);
    known.choose(&vcluster, &written.facts);
    let mut regulations: BTreeMap<_, _> =
        known.regulations.into_iter().map(|regime| (regime.name.clone(), regime)).collect();
    for (name, regime) in &written.regulations {
        regulations.insert(name.value.clone(), fleet::regulation(name, &regime.value, Some(&names), faults));
    }
    let mut clusters: Vec<_> =
        written.clusters.iter().filter_map(|at| offer::cluster(at, &known.limits, &policy, faults)).collect();
    let mut classes: Vec<_> =
        written.classes.iter().filter_map(|at| offer::class(at, &known.limits, &policy, faults)).collect();
    let mut tenants: Vec<_> =
        written.tenants.iter().filter_map(|at| tenant::tenant(at, &policy, &names, faults)).collect();
    let date = fleet.as_ref().map(|fleet| fleet.date);
    let mut pins = waiver::pins(&written, date, &names, faults);
    let mut exceptions = waiver::exceptions(&written, date, &names, faults);
    let mut policy_exceptions = policy_exception::policy_exceptions(&written, date, faults);
    near::check(&written.tenants, faults);
    names.find_doubles(&written, faults);
    missing_tables(&written, faults);

    if faults.iter().any(|fault| fault.severity == Severity::Error) {
        return None;
    }
    clusters.sort_by(|a, b| a.name.cmp(&b.name));
    classes.sort_by(|a, b| a.name.cmp(&b.name));
    tenants.sort_by(|a, b| a.name.cmp(&b.name));
    pins.sort_by(|a, b| (&a.tenant, a.until, &a.cluster).cmp(&(&b.tenant, b.until, &b.cluster)));
    exceptions.sort_by(|a, b| (&a.tenant, &a.rule, a.until).cmp(&(&b.tenant, &b.rule, b.until)));
    policy_exceptions.sort_by(|a, b| (&a.tenant, a.policy, a.until).cmp(&(&b.tenant, b.policy, b.until)));
    let inventory = Inventory {
        fleet: fleet?,
        policy,
        vcluster,
        regulations: regulations.into_values().collect(),
        clusters,
        classes,
        tenants,
        pins,
        exceptions,
        policy_exceptions,
        facts: known.facts,
        sources,
    };
    match bounds::check(&inventory) {
        Some(fault) => {
            faults.push(fault);
            None
        }
        None => Some(inventory),
    }
}

/// Faults of an inventory in which a whole kind of table is missing.
fn missing_tables(written: &Written, faults: &mut Vec<Diagnostic>) {
    if !written.complete {
        return;
    }
    if !written.any {
        faults.push(
            Diagnostic::error("empty-inventory", "the inventory holds no tables at all")
                .help("`fleetplan init` writes a small inventory to start from"),
        );
        return;
    }
    let unread = |kind| written.unread.contains(kind);
    if written.tenants.is_empty() && !unread("tenant") {
        faults.push(
            Diagnostic::error("no-tenants", "the inventory has no tenants")
                .help("write a `[[tenant]]` for each workload that needs a home"),
        );
    }
    if written.clusters.is_empty() && written.classes.is_empty() && !unread("cluster") && !unread("class") {
        faults
            .push(Diagnostic::error("no-clusters", "the inventory has neither clusters nor classes").help(
                "write a `[[cluster]]` for each that exists, or a `[[class]]` from which clusters can be opened",
            ));
    }
}

/// The value that was written, or the default.
fn or<T: Clone>(written: Option<&At<T>>, default: T) -> T {
    written.map_or(default, |at| at.value.clone())
}

/// The elements of a list that was written, or none.
fn each<T>(written: Option<&At<Set<T>>>) -> impl Iterator<Item = &At<T>> {
    written.into_iter().flat_map(|at| &at.value.0)
}

/// The elements of a list, without their places.
fn values<T: Clone>(written: Option<&At<Set<T>>>) -> Vec<T> {
    each(written).map(|at| at.value.clone()).collect()
}

/// The elements of a list, sorted.
fn sorted<T: Clone + Ord>(written: Option<&At<Set<T>>>) -> Vec<T> {
    let mut all = values(written);
    all.sort();
    all
}
