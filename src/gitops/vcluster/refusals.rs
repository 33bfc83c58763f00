//! What the chart, its distribution or the licence cannot do. The planner closes such doors; a plan may be older than the inventory's chart.

use crate::gitops::home::Home;
use crate::inventory::{Feature, Inventory, Missing, Trust};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::tier::Form;

/// Everything that stands between a home and its values.
pub(super) fn refusals(inventory: &Inventory, home: &Home<'_>) -> Vec<Diagnostic> {
    let policy = &inventory.vcluster;
    let who = home.name();
    let missing = |feature: Feature, what: &str| {
        policy.feature(feature).err().map(|missing| match missing {
            Missing::Chart { from } => Diagnostic::error(
                "chart-lacks-feature",
                format!("tenant `{who}` needs {what}, and chart {} of vcluster has no key for it", policy.chart),
            )
            .at(policy.at.of("chart"), "this chart")
            .help(format!("choose chart 0.{from} or later, or plan again")),
            Missing::Edition { from } => Diagnostic::error(
                "edition-lacks-feature",
                format!("tenant `{who}` needs {what}, and edition `{}` of vcluster has none", policy.edition),
            )
            .at(policy.at.of("edition"), "this edition")
            .help(format!("set `edition = \"{from}\"` where that is licensed, or plan again")),
            Missing::Distro { needs } => Diagnostic::error(
                "distro-lacks-feature",
                format!(
                    "tenant `{who}` needs {what}, and chart {} has none with distro `{}`",
                    policy.chart, policy.distro
                ),
            )
            .at(policy.at.of("distro"), "this distribution")
            .help(format!("set `distro = \"{needs}\"`, or plan again")),
        })
    };
    let mut faults = Vec::new();
    if home.tenant.high_availability {
        faults.extend(missing(Feature::HighAvailability, "three replicas of its control plane"));
    }
    if home.form == Form::VclusterPrivate {
        faults.extend(missing(Feature::PrivateNodes, "private nodes"));
        return faults;
    }
    let is_sandboxed = home.parts.iter().any(|part| part.pool.runtime.is_sandbox());
    match home.sandbox() {
        Some(_) => faults.extend(missing(Feature::RuntimeClass, "a runtime class for all its pods")),
        None if is_sandboxed && home.tenant.trust == Trust::Hostile => faults.push(
            Diagnostic::error(
                "sandbox-mixed",
                format!(
                    "hostile tenant `{who}` has pools of different runtimes, and a vcluster forces one on all its pods"
                ),
            )
            .help("plan again, so that all its workloads get pools of one sandbox"),
        ),
        None => {}
    }
    faults
}
