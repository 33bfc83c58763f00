//! A vcluster as Flux releases it: a HelmRelease, and the list of what a controller builds from the folder.
//!
//! In: a vcluster's item. Out: `release.yaml` and `kustomization.yaml` beside its `values.yaml`. The values stay a file of their own that is read
//! through a ConfigMap: in a HelmRelease itself the API server would drop their nulls, and a null is how Helm drops a chart's default.
//!
//! A release that fails is tried again as it stands. The other ways are worse: an install that is remedied is uninstalled first, with the
//! tenant's control plane, and an upgrade that is rolled back starts an older Kubernetes on a newer one's data.

use serde_json::{Value, json};

use super::document::{Document, Labels, TENANT, WAVE};
use super::flux::{CHARTS, INTERVAL, RETRY, kubeconfig, metadata};
use super::names;
use super::shard::{Item, Kind};
use crate::inventory::Inventory;

/// How long Helm waits for a control plane.
const READY_WITHIN: &str = "15m";
/// Revisions that Helm keeps, each with its values.
const HISTORY: u64 = 5;

/// Files of a vcluster's folder that Flux alone needs, with their documents.
pub(super) fn files(inventory: &Inventory, item: &Item) -> [(String, Document); 2] {
    let values = values_name(item);
    let build = json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": super::cluster_api::NAMESPACE,
        "resources": ["release.yaml"],
        "configMapGenerator": [{ "name": values, "files": ["values.yaml"] }],
        "generatorOptions": {
            "disableNameSuffixHash": true,
            // A change of the values is acted upon at once, and not only when the release is looked at again.
            "labels": labels(item).with("reconcile.fluxcd.io/watch", "Enabled").0,
        },
    });
    [
        (
            format!("{}/release.yaml", item.folder),
            Document::new("flux/helm-release.yaml.hbs", release(inventory, item)),
        ),
        (format!("{}/kustomization.yaml", item.folder), Document::new("flux/build.yaml.hbs", build)),
    ]
}

fn release(inventory: &Inventory, item: &Item) -> Value {
    let namespace = &item.descriptor["namespace"];
    let again = json!({ "strategy": { "name": "RetryOnFailure", "retryInterval": RETRY } });
    json!({
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": metadata(&item.application, labels(item)),
        "spec": {
            "chart": { "spec": {
                "chart": inventory.vcluster.chart_name(),
                "version": item.descriptor["chartVersion"],
                "sourceRef": { "kind": "HelmRepository", "name": CHARTS },
                "interval": "1h",
            } },
            "kubeConfig": kubeconfig(&item.cluster),
            "releaseName": item.descriptor["release"],
            "targetNamespace": namespace,
            "storageNamespace": namespace,
            "interval": INTERVAL,
            "timeout": READY_WITHIN,
            "maxHistory": HISTORY,
            "install": again,
            "upgrade": again,
            // Drift is said, not undone: a vcluster writes into some of its chart's objects itself.
            "driftDetection": { "mode": "warn" },
            "valuesFrom": [{ "kind": "ConfigMap", "name": values_name(item), "valuesKey": "values.yaml" }],
        },
    })
}

fn labels(item: &Item) -> Labels {
    let tenant = item.descriptor["tenant"].as_str().unwrap_or_default();
    Labels::managed().with(TENANT, tenant).with(WAVE, Kind::Vclusters.wave())
}

/// The ConfigMap that the values become.
fn values_name(item: &Item) -> String {
    names::application(&["values", item.descriptor["tenant"].as_str().unwrap_or_default(), &item.cluster])
}
