//! ApplicationSets: what turns descriptor files into Argo CD Applications.
//!
//! In: a shard. Out: one `ApplicationSet`. Nothing it does can delete in bulk: Applications are created and updated, never deleted
//! (`create-update`), resources outlive their Application, nothing is pruned by itself, and a missing value is an error rather than an
//! empty name. The project is literal: a templated one would let whoever writes a descriptor choose it.
//!
//! `{{ … }}` in `spec.template` is Argo CD's, so text of the inventory that holds it is refused first.

use serde_json::{Value, json};

use super::document::{Document, Labels, TENANT, WAVE};
use super::repository::{charts, in_repository};
use super::shard::{ARGOCD, IN_CLUSTER, Kind, ROOT, Shard};
use crate::inventory::{Gitops, Inventory};

/// In which order Argo CD applies the objects of one Application.
pub(super) const SYNC_WAVE: &str = "argocd.argoproj.io/sync-wave";

/// The document of a shard.
pub(super) fn document(inventory: &Inventory, shard: &Shard) -> Document {
    let gitops = &inventory.fleet.gitops;
    let says = json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {
            "name": shard.name,
            "namespace": ARGOCD,
            "labels": Labels::managed().0,
            "annotations": { SYNC_WAVE: shard.kind.wave() },
            // With it, deleting the ApplicationSet waits for its Applications instead of leaving them to owner references.
            "finalizers": ["resources-finalizer.argocd.argoproj.io"],
        },
        "spec": {
            "goTemplate": true,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [{ "git": {
                "repoURL": gitops.repository,
                "revision": gitops.revision,
                "files": files(gitops, shard),
            } }],
            "syncPolicy": { "applicationsSync": "create-update", "preserveResourcesOnDeletion": true },
            "template": { "metadata": metadata(shard.kind), "spec": spec(inventory, shard) },
        },
    });
    Document::new("applicationset/application-set.yaml.hbs", says)
}

/// Where the descriptors are: exact paths for clusters; for tenants one pattern per cluster, whose file name stands nowhere else.
fn files(gitops: &Gitops, shard: &Shard) -> Vec<Value> {
    let descriptor = shard.kind.descriptor();
    let mut paths: Vec<String> = shard
        .items
        .iter()
        .map(|item| match shard.kind {
            Kind::Clusters | Kind::Policies => in_repository(gitops, &format!("{}/{descriptor}", item.folder)),
            Kind::Namespaces | Kind::OwnClusters | Kind::Vclusters => {
                in_repository(gitops, &format!("tenants/{}/*/{descriptor}", item.cluster))
            }
        })
        .collect();
    paths.dedup();
    paths.into_iter().map(|path| json!({ "path": path })).collect()
}

fn metadata(kind: Kind) -> Value {
    let mut labels = Labels::managed().with(WAVE, "{{.wave}}");
    match kind {
        Kind::Namespaces | Kind::OwnClusters | Kind::Vclusters => labels = labels.with(TENANT, "{{.tenant}}"),
        Kind::Clusters | Kind::Policies => {}
    }
    json!({ "name": "{{.application}}", "labels": labels.0 })
}

fn spec(inventory: &Inventory, shard: &Shard) -> Value {
    let gitops = &inventory.fleet.gitops;
    let manifests = "{{.path.path}}/manifests";
    let of_repository = json!({ "repoURL": gitops.repository, "targetRevision": gitops.revision, "path": manifests });
    let mut options = vec!["ServerSideApply=true"];
    if shard.kind == Kind::Vclusters {
        options.push("RespectIgnoreDifferences=true");
    }
    let destination = match shard.kind {
        Kind::Clusters => {
            options.push("CreateNamespace=true");
            json!({ "server": IN_CLUSTER, "namespace": "{{.namespace}}" })
        }
        Kind::Namespaces | Kind::OwnClusters | Kind::Policies | Kind::Vclusters => {
            json!({ "name": "{{.cluster}}", "namespace": "{{.namespace}}" })
        }
    };
    let mut spec = json!({
        "project": shard.name,
        "destination": destination,
        "syncPolicy": {
            "automated": { "prune": false, "selfHeal": true },
            "retry": { "limit": 5, "backoff": { "duration": "30s", "factor": 2, "maxDuration": "5m" } },
            "syncOptions": options,
        },
    });
    if shard.kind == Kind::Vclusters {
        let mut values = of_repository;
        values["ref"] = Value::from("tree");
        let chart = json!({
            "repoURL": charts(gitops),
            "chart": inventory.vcluster.chart_name(),
            "targetRevision": "{{.chartVersion}}",
            "helm": { "releaseName": "{{.release}}", "valueFiles": ["$tree/{{.path.path}}/values.yaml"] },
        });
        spec["sources"] = json!([values, chart]);
        // What a vcluster, or its vendor's platform, writes into the chart's own objects is no drift, and is left to them.
        let written_by_itself = [("", "Secret"), ("", "Service"), ("apps", "StatefulSet")].map(
            |(group, kind)| json!({ "group": group, "kind": kind, "managedFieldsManagers": ["loft", "vcluster"] }),
        );
        spec["ignoreDifferences"] = Value::from(written_by_itself.to_vec());
    } else {
        spec["source"] = of_repository;
    }
    spec
}

/// The Application that a person applies once: it delivers every project and ApplicationSet, and not itself.
pub(super) fn root(inventory: &Inventory) -> Document {
    let gitops = &inventory.fleet.gitops;
    let says = json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": { "name": ROOT, "namespace": ARGOCD, "labels": Labels::managed().0 },
        "spec": {
            "project": ROOT,
            "destination": { "server": IN_CLUSTER, "namespace": ARGOCD },
            "source": {
                "repoURL": gitops.repository,
                "targetRevision": gitops.revision,
                "path": in_repository(gitops, "argocd"),
                "directory": { "recurse": true, "exclude": "root.yaml" },
            },
            "syncPolicy": {
                "automated": { "prune": false, "selfHeal": true },
                "syncOptions": ["ServerSideApply=true"],
            },
        },
    });
    Document::new("argocd/application.yaml.hbs", says)
}
