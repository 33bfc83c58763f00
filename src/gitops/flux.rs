//! Flux: one Kustomization per thing that is delivered, each with what it waits for, and where the tree and the charts are.
//!
//! In: shards. Out: files below `flux/`. All of Flux's objects stand in one namespace of the cluster that Flux runs in, beside the kubeconfigs
//! of the others: `<cluster>-kubeconfig`, the name under which Cluster API leaves one. Nothing here deletes: no Kustomization prunes, so that
//! one that goes leaves behind what it delivered. Nothing is substituted either, so that `${…}` in a manifest stays text.

use serde_json::{Value, json};

use super::cluster_api::NAMESPACE;
use super::document::{CONFIRM, Document, Labels, TENANT, WAVE};
use super::names;
use super::repository::{git_reference, git_url, in_repository};
use super::shard::{Item, Kind, ROOT, Shard};
use super::writer::MANIFESTS;
use crate::inventory::{Gitops, Inventory};

/// The name of the Helm repository.
pub(super) const CHARTS: &str = "fleetplan-charts";
/// The folder that the root Kustomization delivers. The root is not in it.
const FLEET: &str = "flux/fleet";
/// How often a controller looks again; what changed in Git it learns of at once where a webhook tells it.
pub(super) const INTERVAL: &str = "10m";
/// How soon a failure is tried again.
pub(super) const RETRY: &str = "2m";
/// How long the objects of one Kustomization may take to become ready.
const READY_WITHIN: &str = "5m";
/// How long a cluster may take to come up.
const CLUSTER_READY_WITHIN: &str = "30m";

/// The file that a person applies once: the namespace, the repository, and what delivers everything else.
pub(super) fn root(inventory: &Inventory) -> Vec<Document> {
    let gitops = &inventory.fleet.gitops;
    let namespace = json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": { "name": NAMESPACE, "labels": Labels::managed().0, "annotations": { CONFIRM.0: CONFIRM.1 } },
    });
    let source = json!({
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "GitRepository",
        "metadata": metadata(ROOT, Labels::managed()),
        "spec": {
            "url": git_url(gitops),
            "ref": git_reference(gitops),
            "interval": "1m",
            "timeout": "1m",
        },
    });
    let spec = spec(gitops, FLEET, READY_WITHIN);
    vec![
        Document::new("flux/namespace.yaml.hbs", namespace),
        Document::new("flux/source.yaml.hbs", source),
        kustomization(ROOT, Labels::managed(), spec),
    ]
}

/// Where the vcluster chart is, with its path; none in a fleet without vclusters.
pub(super) fn charts(inventory: &Inventory, shards: &[Shard]) -> Option<(String, Document)> {
    shards.iter().find(|shard| shard.kind == Kind::Vclusters)?;
    let url = &inventory.fleet.gitops.chart_repository;
    let mut spec = json!({ "url": url, "interval": "1h" });
    if url.starts_with("oci://") {
        spec["type"] = Value::from("oci");
    }
    let says = json!({
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "HelmRepository",
        "metadata": metadata(CHARTS, Labels::managed()),
        "spec": spec,
    });
    Some((format!("{FLEET}/charts.yaml"), Document::new("flux/source.yaml.hbs", says)))
}

/// What delivers one thing, with its path.
pub(super) fn item(inventory: &Inventory, kind: Kind, item: &Item) -> (String, Vec<Document>) {
    let gitops = &inventory.fleet.gitops;
    let path = format!("{FLEET}/{}.yaml", item.folder);
    let mut labels = Labels::managed().with(WAVE, kind.wave());
    if let Some(tenant) = item.descriptor["tenant"].as_str() {
        labels = labels.with(TENANT, tenant);
    }
    let mut spec = spec(gitops, &format!("{}/{MANIFESTS}", item.folder), READY_WITHIN);
    spec["wait"] = Value::from(true);
    match kind {
        Kind::Clusters => spec["timeout"] = Value::from(CLUSTER_READY_WITHIN),
        Kind::Policies => {
            spec["kubeConfig"] = kubeconfig(&item.cluster);
            if item.opened {
                spec["dependsOn"] = after(&[Kind::Clusters.word(), &item.cluster]);
            }
        }
        Kind::Namespaces | Kind::OwnClusters | Kind::Vclusters => {
            spec["kubeConfig"] = kubeconfig(&item.cluster);
            spec["dependsOn"] = after(&[Kind::Policies.word(), &item.cluster]);
        }
    }
    let mut documents = vec![kustomization(&item.application, labels.clone(), spec)];
    if kind == Kind::Vclusters {
        // The release is an object of Flux's own cluster; what is released goes to the host, into a namespace that is there by then.
        let mut release = self::spec(gitops, &item.folder, READY_WITHIN);
        release["dependsOn"] = json!([{ "name": item.application }]);
        documents.push(kustomization(&release_name(item), labels, release));
    }
    (path, documents)
}

/// The name of the Kustomization that delivers a vcluster's release.
fn release_name(item: &Item) -> String {
    names::application(&["releases", item.descriptor["tenant"].as_str().unwrap_or_default(), &item.cluster])
}

/// What every Kustomization says. `folder` is one of the tree.
fn spec(gitops: &Gitops, folder: &str, ready_within: &str) -> Value {
    json!({
        "sourceRef": { "kind": "GitRepository", "name": ROOT },
        "path": format!("./{}", in_repository(gitops, folder)),
        "interval": INTERVAL,
        "retryInterval": RETRY,
        "timeout": ready_within,
        "prune": false,
    })
}

fn kustomization(name: &str, labels: Labels, spec: Value) -> Document {
    let says = json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": metadata(name, labels),
        "spec": spec,
    });
    Document::new("flux/kustomization.yaml.hbs", says)
}

fn after(parts: &[&str]) -> Value {
    json!([{ "name": names::application(parts) }])
}

/// `{ name, namespace, labels }` of one of Flux's objects.
pub(super) fn metadata(name: &str, labels: Labels) -> Value {
    json!({ "name": name, "namespace": NAMESPACE, "labels": labels.0 })
}

/// The kubeconfig of a cluster: the secret that Cluster API writes for the clusters it opens. For the others a person does.
pub(super) fn kubeconfig(cluster: &str) -> Value {
    json!({ "secretRef": { "name": format!("{cluster}-kubeconfig") } })
}
