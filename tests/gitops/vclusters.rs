//! Values of vclusters.

use fleetplan::gitops::Tree;
use fleetplan::inventory::Edition;
use serde_json::{Value, json};

use crate::fixture::{Choice, DEFAULT};
use crate::reading::{at, documents, tree};

fn values(tree: &Tree, tenant: &str) -> Value {
    let provider = tenant.rsplit('-').next().unwrap();
    documents(tree, &format!("tenants/{provider}-1/{tenant}/values.yaml")).remove(0)
}

#[test]
fn the_minor_of_the_tenant_goes_under_the_one_key_that_every_chart_knows() {
    for chart in ["0.20.0", "0.24.2", "0.30.5", "0.36.1"] {
        let values = values(&tree_of_eks(chart), "vcluster-shared-eks");
        assert_eq!(at(&values, "controlPlane.distro.k8s.version"), "v1.35.0", "{chart}");
    }
}

/// A tree without the hostile tenant, whose runtime class early charts cannot force.
fn tree_of_eks(chart: &'static str) -> Tree {
    let (inventory, mut plan) = crate::fixture::fleet(Choice { chart, ..DEFAULT });
    plan.placements.retain(|placement| placement.tenant.as_str().ends_with("-eks"));
    crate::reading::render(&inventory, &plan)
}

#[test]
fn one_replica_has_the_embedded_database_and_three_have_an_etcd() {
    for (high_availability, replicas) in [(false, 1), (true, 3)] {
        let values = values(&tree(Choice { high_availability, ..DEFAULT }), "vcluster-shared-eks");
        assert_eq!(at(&values, "controlPlane.statefulSet.highAvailability.replicas"), replicas);
        let store = at(&values, "controlPlane.backingStore");
        assert_eq!(store["database"].is_object(), !high_availability, "{store:#}");
        assert_eq!(store["etcd"].is_object(), high_availability, "{store:#}");
        if high_availability {
            assert_eq!(at(store, "etcd.deploy.statefulSet.highAvailability.replicas"), 3);
        }
    }
}

#[test]
fn the_vendors_own_image_is_used_only_where_it_is_licensed() {
    for (edition, repository) in [(Edition::Oss, "loft-sh/vcluster-oss"), (Edition::Free, "loft-sh/vcluster-pro")] {
        let values = values(&tree(Choice { edition, ..DEFAULT }), "vcluster-shared-eks");
        assert_eq!(at(&values, "controlPlane.statefulSet.image.repository"), repository);
    }
}

#[test]
fn dedicated_nodes_are_selected_and_tolerated_and_shared_ones_stay_unseen() {
    let tree = tree(DEFAULT);
    let dedicated = values(&tree, "vcluster-dedicated-eks");
    let key = "node.cluster.x-k8s.io/fleetplan-dedicated";
    assert_eq!(at(&dedicated, "sync.fromHost.nodes.selector.labels"), &json!({ key: "vcluster-dedicated-eks" }));
    let tolerations = json!([format!("{key}=vcluster-dedicated-eks:NoSchedule")]);
    assert_eq!(at(&dedicated, "sync.toHost.pods.enforceTolerations"), &tolerations);
    assert_eq!(at(&values(&tree, "vcluster-shared-eks"), "sync.fromHost.nodes"), &json!({ "enabled": false }));
}

#[test]
fn a_hostile_tenant_on_a_sandboxed_pool_cannot_leave_its_sandbox() {
    let hostile = values(&tree(DEFAULT), "vcluster-shared-gke");
    assert_eq!(at(&hostile, "sync.toHost.pods.runtimeClassName"), "gvisor");
    assert_eq!(at(&hostile, "policies.networkPolicy.workload.publicEgress.enabled"), &json!(false));
}

#[test]
fn private_nodes_reach_their_control_plane_and_nothing_is_synced() {
    let private = values(&tree(DEFAULT), "vcluster-private-eks");
    assert_eq!(private["privateNodes"], json!({ "enabled": true }));
    assert_eq!(at(&private, "controlPlane.service.spec.type"), "LoadBalancer");
    assert!(private.get("sync").is_none());
}

#[test]
fn metadata_endpoints_are_kept_out_whatever_the_chart_calls_the_key() {
    let old = values(&tree_of_eks("0.30.5"), "vcluster-shared-eks");
    let new = values(&tree_of_eks("0.31.3"), "vcluster-shared-eks");
    for list in [
        at(&old, "policies.networkPolicy.outgoingConnections.ipBlock.except"),
        at(&new, "policies.networkPolicy.workload.publicEgress.except"),
    ] {
        assert!(list.as_array().unwrap().contains(&json!("169.254.169.254/32")), "{list}");
    }
}

#[test]
fn the_host_quota_has_room_for_tenant_and_control_plane_together() {
    let (inventory, _) = crate::fixture::fleet(DEFAULT);
    let tenant = inventory.tenant(&"vcluster-shared-eks".parse().unwrap()).unwrap().1;
    let quota = at(&values(&tree(DEFAULT), "vcluster-shared-eks"), "policies.resourceQuota.quota").clone();
    let pods = tenant.planned().resources.pods + inventory.facts.small.resources.pods;
    assert_eq!(quota["count/pods"], json!(pods.to_string()));
    assert_eq!(quota["requests.cpu"], "12220m");
    // Helm drops the chart's own cap where the value is null; the plan counts no ephemeral storage.
    assert_eq!(quota.get("requests.ephemeral-storage"), Some(&Value::Null));
}
