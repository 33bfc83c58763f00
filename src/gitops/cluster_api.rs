//! Clusters that are opened from a class, as Cluster API's `Cluster` with a topology.
//!
//! In: a host that is a copy of a class, and the homes in it. Out: one `Cluster`, in the version that the class names, whose `ClusterClass` is
//! called like the class: one machine deployment (or machine pool) per pool, and one more per tenant with dedicated nodes in it, with labels
//! and taints. What the
//! `ClusterClass` must offer is said in `templates/README.md`. Clusters of the inventory are somebody else's to manage.
//!
//! Taints go through a variable of the `ClusterClass`, in both versions: Cluster API 1.12 refuses the topology's own `taints` unless its
//! feature gate `MachineTaintPropagation` is on, which it is not by default.

use serde_json::{Value, json};

use super::document::{CONFIRM, DEDICATED, Document, Labels, POOL, TENANT};
use super::home::{Home, Host};
use super::names;
use super::quota::gpu_resource;
use super::vcluster::patch_of;
use crate::inventory::{ClusterApi, Inventory, Pool, Workers};
use crate::vocab::tier::Tenancy;

/// The namespace of the management cluster that holds the fleet's clusters.
pub(super) const NAMESPACE: &str = "fleetplan-clusters";

/// The document of a host; none for a cluster that is no copy of a class.
pub(super) fn document(inventory: &Inventory, host: &Host<'_>, homes: &[Home<'_>]) -> Option<Document> {
    let class = host.planned.class.as_ref()?;
    let residents: Vec<&Home<'_>> = homes.iter().filter(|home| home.host.name() == host.name()).collect();
    let (api, workers) = inventory.class(class).map(|class| (class.cluster_api, class.workers)).unwrap_or_default();
    let (version, reference) = match api {
        ClusterApi::V1beta1 => ("v1beta1", ("class", json!(class.as_str()))),
        ClusterApi::V1beta2 => ("v1beta2", ("classRef", json!({ "name": class.as_str() }))),
    };
    let workers = match workers {
        Workers::MachineDeployments => "machineDeployments",
        Workers::MachinePools => "machinePools",
    };
    let mut labels = Labels::managed();
    if let (Tenancy::Dedicated, Some(home)) = (host.planned.tenancy, residents.first()) {
        labels = labels.with(TENANT, home.name());
    }
    let says = json!({
        "apiVersion": format!("cluster.x-k8s.io/{version}"),
        "kind": "Cluster",
        "metadata": {
            "name": host.name(),
            "namespace": NAMESPACE,
            "labels": labels.0,
            "annotations": { CONFIRM.0: CONFIRM.1 },
        },
        "spec": { "topology": {
            reference.0: reference.1,
            "version": patch_of(host.minor()),
            "variables": [{ "name": "region", "value": host.planned.region.as_str() }],
            "workers": { workers: pools(host, &residents) },
        } },
    });
    Some(Document::new("cluster_api/cluster.yaml.hbs", says))
}

fn pools(host: &Host<'_>, residents: &[&Home<'_>]) -> Vec<Value> {
    let mut all = Vec::new();
    for planned in &host.planned.pools {
        let Some((_, pool)) = host.offer.pool(&planned.pool) else { continue };
        let owners: Vec<(&str, u64)> = residents
            .iter()
            .filter(|home| home.has_dedicated_nodes())
            .map(|home| (home.name(), own_nodes(home, pool)))
            .filter(|(_, nodes)| *nodes > 0)
            .collect();
        let owned: u64 = owners.iter().map(|(_, nodes)| nodes).sum();
        all.push(workers_of(pool, None, planned.nodes.saturating_sub(owned)));
        all.extend(owners.into_iter().map(|(owner, nodes)| workers_of(pool, Some(owner), nodes)));
    }
    all
}

/// A home's own nodes in a pool.
pub(super) fn own_nodes(home: &Home<'_>, pool: &Pool) -> u64 {
    home.parts.iter().filter(|part| part.pool.name == pool.name).map(|part| part.nodes).sum()
}

fn workers_of(pool: &Pool, owner: Option<&str>, replicas: u64) -> Value {
    let mut labels = Labels::default().with(POOL, pool.name.as_str());
    let mut taints = Vec::new();
    if let Some(model) = &pool.gpu {
        // What asks for no GPU stays off these nodes, as the plan counts on.
        taints.push(taint(gpu_resource(model), "present"));
    }
    if let Some(owner) = owner {
        labels = labels.with(DEDICATED, owner);
        taints.push(taint(DEDICATED, owner));
    }
    let name = owner.map_or_else(
        || pool.name.as_str().to_owned(),
        // A dot joins what no name holds, so that pool and owner never make another pool's name.
        |owner| names::shorten(&format!("{}.{owner}", pool.name), 63),
    );
    let mut says =
        json!({ "class": pool.name.as_str(), "name": name, "replicas": replicas, "metadata": { "labels": labels.0 } });
    if !taints.is_empty() {
        says["variables"] = json!({ "overrides": [{ "name": "taints", "value": taints }] });
    }
    says
}

fn taint(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": value, "effect": "NoSchedule" })
}
