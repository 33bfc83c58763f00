//! AppProjects: where each shard may deliver, from which repositories, and which kinds. Nothing else.
//!
//! In: a shard. Out: one `AppProject` with exact destinations (each cluster and namespace by name) and lists of kinds. A descriptor that
//! somebody bends towards `kube-system`, or a manifest of another kind, is refused by Argo CD.

use serde_json::{Value, json};

use super::applicationset::charts;
use super::document::{CONFIRM, Document, Labels};
use super::shard::{ARGOCD, IN_CLUSTER, Kind, ROOT, Shard};
use crate::inventory::Inventory;

const RBAC: &str = "rbac.authorization.k8s.io";

/// Namespaced kinds that guardrails are made of.
const GUARDRAILS: [(&str, &str); 5] = [
    ("", "LimitRange"),
    ("", "ServiceAccount"),
    ("networking.k8s.io", "NetworkPolicy"),
    (RBAC, "Role"),
    (RBAC, "RoleBinding"),
];

/// Namespaced kinds that the vcluster chart writes, beside guardrails.
const CHART: [(&str, &str); 7] = [
    ("", "ConfigMap"),
    ("", "ResourceQuota"),
    ("", "Secret"),
    ("", "Service"),
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("policy", "PodDisruptionBudget"),
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
    let kinds = [("argoproj.io", "AppProject"), ("argoproj.io", "ApplicationSet")];
    project(ROOT, &about, &[&inventory.fleet.gitops.repository], destinations, &kinds, &[])
}

type KindOf = (&'static str, &'static str);

fn project(
    name: &str,
    about: &str,
    repositories: &[&str],
    destinations: Value,
    namespaced: &[KindOf],
    cluster_wide: &[KindOf],
) -> Document {
    let list = |kinds: &[KindOf]| {
        kinds.iter().map(|(group, kind)| json!({ "group": group, "kind": kind })).collect::<Vec<_>>()
    };
    let says = json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {
            "name": name,
            "namespace": ARGOCD,
            "labels": Labels::managed().0,
            "annotations": { CONFIRM.0: CONFIRM.1 },
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

/// Namespaced and cluster-wide kinds of a shard, each list sorted.
fn kinds(inventory: &Inventory, shard: &Shard) -> (Vec<KindOf>, Vec<KindOf>) {
    let mut namespaced = Vec::new();
    let mut cluster_wide = vec![("", "Namespace")];
    match shard.kind {
        Kind::Clusters => namespaced.push(("cluster.x-k8s.io", "Cluster")),
        Kind::Policies => cluster_wide = vec![("kyverno.io", "ClusterPolicy")],
        Kind::Namespaces => {
            namespaced.extend(GUARDRAILS);
            namespaced.push(("", "ResourceQuota"));
        }
        Kind::OwnClusters => {
            namespaced.extend(GUARDRAILS);
            cluster_wide.extend([(RBAC, "ClusterRole"), (RBAC, "ClusterRoleBinding")]);
        }
        Kind::Vclusters => {
            namespaced.extend(GUARDRAILS);
            namespaced.extend(CHART);
            if inventory.vcluster.chart_name() == "vcluster-k8s" {
                // Makes certificates before anything else runs.
                namespaced.push(("batch", "Job"));
            }
            if shard.items.iter().any(|item| item.dedicated) {
                // A vcluster that sees the host's nodes reads them through a role of the cluster.
                cluster_wide.extend([(RBAC, "ClusterRole"), (RBAC, "ClusterRoleBinding")]);
            }
        }
    }
    namespaced.sort_unstable();
    (namespaced, cluster_wide)
}
