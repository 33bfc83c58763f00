//! Namespaces with their pod security labels, and a default service account whose token no pod gets by itself.
//!
//! In: a home. Out: for each of its namespaces a `Namespace` and the `ServiceAccount` `default`. Pod Security Standards are pinned
//! to the host's minor, so that an upgrade of the host changes no verdict before somebody has read the new standard.

use serde_json::{Value, json};

use super::document::{CONFIRM, Document, ENVIRONMENT, Labels, NODES, POD_SECURITY, TEAM, TENANT, TIER, namespaced};
use super::home::Home;
use crate::inventory::PodSecurity;
use crate::vocab::tier::Tier;

/// The documents of all namespaces of a home.
pub(super) fn documents(home: &Home<'_>) -> Vec<Document> {
    home.namespaces
        .iter()
        .flat_map(|name| {
            [
                Document::new("namespace/namespace.yaml.hbs", namespace(home, name)),
                Document::new("namespace/service-account.yaml.hbs", service_account(home, name)),
            ]
        })
        .collect()
}

/// Labels of everything that belongs to a home.
pub(super) fn labels(home: &Home<'_>) -> Labels {
    Labels::managed().with(TENANT, home.name()).with(TEAM, home.tenant.team.as_str())
}

/// The level that the API server enforces in a home's namespaces. A vcluster's host namespace holds its control plane, which meets
/// `baseline`; the tenant's own level is enforced inside by the vcluster (`policies.podSecurityStandard`).
fn enforced(home: &Home<'_>) -> PodSecurity {
    match (home.form.tier(), home.tenant.pod_security) {
        (Tier::Namespace | Tier::Cluster, level) => level,
        (Tier::Vcluster, PodSecurity::Restricted | PodSecurity::Baseline) => PodSecurity::Baseline,
        (Tier::Vcluster, PodSecurity::Privileged) => PodSecurity::Privileged,
    }
}

/// The word of a level.
pub(super) const fn level(level: PodSecurity) -> &'static str {
    match level {
        PodSecurity::Restricted => "restricted",
        PodSecurity::Baseline => "baseline",
        PodSecurity::Privileged => "privileged",
    }
}

fn namespace(home: &Home<'_>, name: &str) -> Value {
    let minor = format!("v{}", home.host.minor());
    let nodes = home.form.nodes().map_or("own".to_owned(), |nodes| nodes.to_string());
    let mut all = labels(home)
        .with(ENVIRONMENT, home.tenant.environment.as_str())
        .with(TIER, &home.form.tier().to_string())
        .with(NODES, &nodes)
        .with(POD_SECURITY, level(home.tenant.pod_security));
    // Audit and warn at the strictest level: what falls short of it is seen, also where it is allowed.
    for (mode, at) in
        [("enforce", enforced(home)), ("audit", PodSecurity::Restricted), ("warn", PodSecurity::Restricted)]
    {
        all = all
            .with(&format!("pod-security.kubernetes.io/{mode}"), level(at))
            .with(&format!("pod-security.kubernetes.io/{mode}-version"), &minor);
    }
    json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": { "name": name, "labels": all.0, "annotations": { CONFIRM.0: CONFIRM.1 } },
    })
}

fn service_account(home: &Home<'_>, namespace: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": namespaced("default", namespace, &labels(home)),
        "automountServiceAccountToken": false,
    })
}
