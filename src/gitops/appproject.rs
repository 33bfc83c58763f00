//! AppProjects: where each shard may deliver, from which repositories, and which kinds. Nothing else.
//!
//! In: a shard. Out: one `AppProject` with exact destinations (each cluster and namespace by name) and lists of kinds. A descriptor that
//! somebody bends towards `kube-system`, or a manifest of another kind, is refused by Argo CD.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::applicationset::SYNC_WAVE;
use super::document::{CONFIRM, Document, Labels};
use super::repository::charts;
use super::shard::{ARGOCD, IN_CLUSTER, Kind, ROOT, Shard};
use super::writer::GroupKind;
use crate::inventory::Inventory;

const RBAC: &str = "rbac.authorization.k8s.io";

/// Namespaced kinds that the vcluster chart writes.
const CHART: [(&str, &str); 12] = [
    ("", "ConfigMap"),
    ("", "LimitRange"),
    ("", "ResourceQuota"),
    ("", "Secret"),
    ("", "Service"),
    ("", "ServiceAccount"),
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("policy", "PodDisruptionBudget"),
    (RBAC, "Role"),
    (RBAC, "RoleBinding"),
];

/// The document of a shard.
pub(super) fn document(inventory: &Inventory, shard: &Shard) -> Document {
    let gitops = &inventory.fleet.gitops;
    let mut repositories = vec![gitops.repository.as_str()];
    if shard.kind == Kind::Vclusters {
        repositories.push(charts(gitops));
    }
    let (namespaced, cluster_wide) = kinds(inventory, shard);
    let about = format!("fleetplan: {} of fleet {}", shard.name, inventory.fleet.name);
    project(&shard.name, &about, &repositories, destinations(shard), &namespaced, &cluster_wide)
}

/// The project of the root Application, which delivers projects and ApplicationSets.
pub(super) fn root(inventory: &Inventory) -> Document {
    let about = format!("fleetplan: delivery of fleet {}", inventory.fleet.name);
    let destinations = json!([{ "server": IN_CLUSTER, "namespace": ARGOCD }]);
    let kinds = ["AppProject", "ApplicationSet"].map(|kind| ("argoproj.io".to_owned(), kind.to_owned()));
    let nothing = BTreeSet::new();
    project(ROOT, &about, &[&inventory.fleet.gitops.repository], destinations, &BTreeSet::from(kinds), &nothing)
}

fn project(
    name: &str,
    about: &str,
    repositories: &[&str],
    destinations: Value,
    namespaced: &BTreeSet<GroupKind>,
    cluster_wide: &BTreeSet<GroupKind>,
) -> Document {
    let list = |kinds: &BTreeSet<GroupKind>| {
        kinds.iter().map(|(group, kind)| json!({ "group": group, "kind": kind })).collect::<Vec<_>>()
    };
    let says = json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {
            "name": name,
            "namespace": ARGOCD,
            "labels": Labels::managed().0,
            // Before the ApplicationSets, which name them.
            "annotations": { CONFIRM.0: CONFIRM.1, SYNC_WAVE: "-1" },
        },
        "spec": {
            "description": about,
            "sourceRepos": repositories,
            "destinations": destinations,
            "namespaceResourceWhitelist": list(namespaced),
            "clusterResourceWhitelist": list(cluster_wide),
        },
    });
    Document::new("appproject/app-project.yaml.hbs", says)
}

fn destinations(shard: &Shard) -> Value {
    if shard.kind == Kind::Clusters {
        return json!([{ "server": IN_CLUSTER, "namespace": super::cluster_api::NAMESPACE }]);
    }
    let all = shard.items.iter().flat_map(|item| {
        item.namespaces.iter().map(|namespace| json!({ "name": item.cluster, "namespace": namespace }))
    });
    Value::from(all.collect::<Vec<_>>())
}

/// Namespaced and cluster-wide kinds of a shard: those of its manifests, and those that the vcluster chart writes.
fn kinds(inventory: &Inventory, shard: &Shard) -> (BTreeSet<GroupKind>, BTreeSet<GroupKind>) {
    let owned = |kinds: &[(&str, &str)]| -> Vec<GroupKind> {
        kinds.iter().map(|(group, kind)| ((*group).to_owned(), (*kind).to_owned())).collect()
    };
    let contents = || shard.items.iter().map(|item| &item.contents);
    let mut namespaced: BTreeSet<GroupKind> = contents().flat_map(|found| found.namespaced.clone()).collect();
    let mut cluster_wide: BTreeSet<GroupKind> = contents().flat_map(|found| found.cluster_wide.clone()).collect();
    match shard.kind {
        Kind::Vclusters => {
            namespaced.extend(owned(&CHART));
            if inventory.vcluster.chart_name() == "vcluster-k8s" {
                // Makes certificates before anything else runs.
                namespaced.extend(owned(&[("batch", "Job")]));
            }
            if shard.items.iter().any(|item| item.dedicated) {
                // A vcluster that sees the host's nodes reads them through a role of the cluster.
                cluster_wide.extend(owned(&[(RBAC, "ClusterRole"), (RBAC, "ClusterRoleBinding")]));
            }
        }
        // Argo CD makes the namespace that they go to.
        Kind::Clusters => cluster_wide.extend(owned(&[("", "Namespace")])),
        Kind::Namespaces | Kind::OwnClusters | Kind::Policies => {}
    }
    (namespaced, cluster_wide)
}
