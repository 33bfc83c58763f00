//! The values of a vcluster, for the exact chart version that the inventory names.
//!
//! In: a home of tier vcluster. Out: one document of Helm values: the minor of the tenant's API server, replicas and backing store by
//! profile, isolation, nodes, and a kubeconfig for Argo CD; under the keys of the unified chart ([`unified`], 0.20 and later) or of a
//! legacy one ([`legacy`], 0.15 to 0.19). What the product refuses (two backing stores, three replicas on the embedded database)
//! cannot be written.
//!
//! The control plane runs as user 12345, the one its vendor tests without root, so that the fleet's own policies hold for it too.

mod bounds;
mod legacy;
mod legacy_parts;
mod refusals;
mod unified;

use serde_json::{Value, json};

use super::document::Document;
use super::epoch::Epoch;
use super::home::Home;
use super::names;
use crate::inventory::Inventory;
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::quantity::{write_cpu, write_memory};
use crate::vocab::resources::Resources;
use crate::vocab::version::Minor;

/// The user and group that a control plane runs as.
const USER: u64 = 12_345;

/// The values of a home's vcluster.
///
/// # Errors
/// `chart-unknown`, `chart-lacks-feature`, `edition-lacks-feature`, `distro-lacks-feature`, and `sandbox-mixed` where a hostile tenant
/// could leave its sandbox.
pub(super) fn values(inventory: &Inventory, home: &Home<'_>) -> Result<Document, Vec<Diagnostic>> {
    let epoch = Epoch::of(&inventory.vcluster).map_err(|fault| vec![*fault])?;
    let faults = refusals::refusals(inventory, home);
    if !faults.is_empty() {
        return Err(faults);
    }
    let values = match epoch {
        Epoch::Legacy => legacy::values(inventory, home),
        Epoch::Unified(chart) => unified::values(inventory, home, chart),
    };
    Ok(Document::new("vcluster/values.yaml.hbs", values))
}

/// The version of a tenant's API server. Minors are planned, patches are not: the first patch of a minor always exists.
pub(super) fn patch_of(minor: Minor) -> String {
    format!("v{minor}.0")
}

/// The minor of a home's API server.
fn minor(home: &Home<'_>) -> Minor {
    home.placement.kubernetes.unwrap_or(home.host.minor())
}

/// The name under which the API server is reached within its host, without a scheme.
fn server(home: &Home<'_>) -> String {
    format!("{}.{}.svc", names::release(home.name()), home.namespace())
}

/// The secret with the kubeconfig that Argo CD reads, in the vcluster's own namespace.
fn secret(home: &Home<'_>) -> String {
    names::shorten(&format!("vc-{}-argocd", names::release(home.name())), 63)
}

/// What holds for every container of a control plane.
fn container_security() -> Value {
    json!({ "allowPrivilegeEscalation": false, "runAsGroup": USER, "runAsNonRoot": true, "runAsUser": USER })
}

fn requests_and_limits(request: &Resources, limit: &Resources) -> Value {
    let amounts = |of: &Resources| json!({ "cpu": write_cpu(of.cpu), "memory": write_memory(of.memory) });
    json!({ "requests": amounts(request), "limits": amounts(limit) })
}
