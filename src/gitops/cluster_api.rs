//! Clusters that are opened from a class, as Cluster API's `Cluster` with a topology.
//!
//! In: a host that is a copy of a class, and the homes in it. Out: one `Cluster` (v1beta2) whose `ClusterClass` is called like the class:
//! one machine deployment per pool, and one more per tenant with dedicated nodes in it, with labels and taints. What the
//! `ClusterClass` must offer is said in `templates/README.md`. Clusters of the inventory are somebody else's to manage.
//!
//! Taints go through a variable of the `ClusterClass`: the topology's own `taints` are refused by Cluster API 1.12.

use serde_json::{Value, json};

use super::document::{CONFIRM, DEDICATED, Document, Labels, POOL, TENANT};
use super::home::{Home, Host};
use super::names;
use super::quota::gpu_resource;
use super::vcluster::patch_of;
use crate::inventory::Pool;
use crate::vocab::tier::Tenancy;

/// The namespace of the management cluster that holds the fleet's clusters.
pub(super) const NAMESPACE: &str = "fleetplan-clusters";

/// The document of a host; none for a cluster that is no copy of a class.
pub(super) fn document(host: &Host<'_>, homes: &[Home<'_>]) -> Option<Document> {
    let class = host.planned.class.as_ref()?;
    let residents: Vec<&Home<'_>> = homes.iter().filter(|home| home.host.name() == host.name()).collect();
    let mut labels = Labels::managed();
    if let (Tenancy::Dedicated, Some(home)) = (host.planned.tenancy, residents.first()) {
        labels = labels.with(TENANT, home.name());
    }
    let says = json!({
        "apiVersion": "cluster.x-k8s.io/v1beta2",
        "kind": "Cluster",
        "metadata": {
            "name": host.name(),
            "namespace": NAMESPACE,
            "labels": labels.0,
            "annotations": { CONFIRM.0: CONFIRM.1 },
        },
        "spec": { "topology": {
            "classRef": { "name": class.as_str() },
            "version": patch_of(host.minor()),
            "variables": [{ "name": "region", "value": host.planned.region.as_str() }],
            "workers": { "machineDeployments": machine_deployments(host, &residents) },
        } },
    });
    Some(Document::new("cluster_api/cluster.yaml.hbs", says))
}

fn machine_deployments(host: &Host<'_>, residents: &[&Home<'_>]) -> Vec<Value> {
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
        all.push(machine_deployment(pool, None, planned.nodes.saturating_sub(owned)));
        all.extend(owners.into_iter().map(|(owner, nodes)| machine_deployment(pool, Some(owner), nodes)));
    }
    all
}

/// A home's own nodes in a pool.
pub(super) fn own_nodes(home: &Home<'_>, pool: &Pool) -> u64 {
    home.parts.iter().filter(|part| part.pool.name == pool.name).map(|part| part.nodes).sum()
}

fn machine_deployment(pool: &Pool, owner: Option<&str>, replicas: u64) -> Value {
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
