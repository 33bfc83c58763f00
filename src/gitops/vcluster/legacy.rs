//! Values of the legacy charts, 0.15 to 0.19: `vcluster` for k3s and `vcluster-k8s`.
//!
//! In: a home. Out: values as these charts spell them: the tenant's version inside image strings, parts with replicas of their own, one
//! switch for all isolation, and arguments of the syncer where the chart has no key. These charts have no schema; a test holds every
//! key against the chart's own `values.yaml`.
//!
//! They cannot force a runtime class, join private nodes, cap the largest container, or write tokens of service accounts as secrets.

use serde_json::{Value, json};

use super::bounds::{outgoing_connections, quota_and_limits};
use super::legacy_parts::{CERTIFICATES, CONTROLLER, COREDNS, Container, ETCD, Parts, SYNCER};
use super::{USER, container_security, minor, patch_of, requests_and_limits, secret, server};
use crate::gitops::document::DEDICATED;
use crate::gitops::home::Home;
use crate::gitops::names;
use crate::gitops::namespace::level;
use crate::inventory::{Distro, Inventory};
use crate::vocab::version::Minor;

/// The values of a home's vcluster.
pub(super) fn values(inventory: &Inventory, home: &Home<'_>) -> Value {
    let distro = inventory.vcluster.distro;
    let high_availability = home.tenant.high_availability;
    let parts = Parts::of(inventory.facts.overhead(high_availability), distro, high_availability);
    let mut values = json!({
        "coredns": { "replicas": parts.coredns, "resources": resources(&COREDNS) },
        "isolation": isolation(home, &parts),
        "sync": sync(home),
        "syncer": {
            "extraArgs": syncer_arguments(home),
            "kubeConfigContextName": names::release(home.name()),
            "resources": resources(&SYNCER),
        },
        "telemetry": { "disabled": "true" },
    });
    if let Some(registry) = inventory.policy.registries.first() {
        // These charts put it before an image as it stands.
        values["defaultImageRegistry"] = Value::from(format!("{registry}/"));
    }
    match distro {
        Distro::K3s => k3s(&mut values, home, &parts),
        Distro::K8s => k8s(&mut values, home, &parts),
    }
    values
}

fn k3s(values: &mut Value, home: &Home<'_>, parts: &Parts) {
    values["vcluster"] = json!({ "image": k3s_image(minor(home)), "resources": resources(&parts.server) });
    values["storage"] = json!({ "persistence": true, "size": format!("{}Gi", parts.store) });
    values["replicas"] = Value::from(parts.replicas);
    values["securityContext"] = container_security();
    values["podSecurityContext"] = json!({ "fsGroup": USER });
}

fn k8s(values: &mut Value, home: &Home<'_>, parts: &Parts) {
    let replicas = parts.replicas;
    let version = patch_of(minor(home));
    let part = |binary: &str, size: &Container| {
        json!({
            "image": format!("registry.k8s.io/{binary}:{version}"),
            "replicas": replicas,
            "resources": resources(size),
            "securityContext": container_security(),
        })
    };
    values["enableHA"] = Value::from(replicas > 1);
    values["api"] = part("kube-apiserver", &parts.server);
    values["controller"] = part("kube-controller-manager", &CONTROLLER);
    // It runs only where a vcluster schedules by itself; then it must be of the same minor.
    values["scheduler"] = json!({ "image": format!("registry.k8s.io/kube-scheduler:{version}") });
    values["etcd"] = json!({
        "replicas": replicas,
        "resources": resources(&ETCD),
        "securityContext": container_security(),
        "storage": { "persistence": true, "size": format!("{}Gi", parts.store) },
    });
    values["job"] = json!({ "resources": resources(&CERTIFICATES) });
    let syncer = &mut values["syncer"];
    syncer["replicas"] = Value::from(replicas);
    syncer["securityContext"] = container_security();
    syncer["podSecurityContext"] = json!({ "fsGroup": USER });
}

fn resources(container: &Container) -> Value {
    requests_and_limits(&container.request, &container.limit)
}

/// What these charts have no key for. The kubeconfig for Argo CD stays in the vcluster's own namespace.
fn syncer_arguments(home: &Home<'_>) -> Vec<String> {
    let (server, secret) = (server(home), secret(home));
    let mut arguments = vec![
        format!("--tls-san={server}"),
        format!("--out-kube-config-server=https://{server}"),
        format!("--out-kube-config-secret={secret}"),
    ];
    if home.has_dedicated_nodes() {
        arguments.push(format!("--enforce-toleration={DEDICATED}={}:NoSchedule", home.name()));
    }
    arguments
}

/// What crosses between vcluster and host: pods and what they need, nothing that is cluster-wide.
fn sync(home: &Home<'_>) -> Value {
    let off = json!({ "enabled": false });
    let mut nodes = json!({ "enabled": false, "fakeKubeletIPs": false });
    if home.has_dedicated_nodes() {
        // One string, which the syncer also puts into the node selector of every pod.
        nodes = json!({
            "enabled": true, "fakeKubeletIPs": false, "syncAllNodes": false, "syncNodeChanges": false,
            "nodeSelector": format!("{DEDICATED}={}", home.name()),
        });
    }
    json!({
        "hoststorageclasses": off,
        "ingresses": { "enabled": true },
        "networkpolicies": off,
        "nodes": nodes,
        "persistentvolumes": off,
        "priorityclasses": off,
        "storageclasses": off,
    })
}

fn isolation(home: &Home<'_>, parts: &Parts) -> Value {
    let (quota, mut limit_range) = quota_and_limits(home, &parts.room);
    // No legacy chart knows a largest container.
    limit_range.remove("max");
    json!({
        "enabled": true,
        "podSecurityStandard": level(home.tenant.pod_security),
        "nodeProxyPermission": { "enabled": false },
        "resourceQuota": { "enabled": true, "quota": quota },
        "limitRange": limit_range,
        "networkPolicy": { "enabled": true, "outgoingConnections": outgoing_connections(home) },
    })
}

/// The image of k3s at a minor. Its tags name a patch, and not every minor has a `.0`: these are the vendor's own choices for its
/// charts of the time (0.14 to 0.19); other minors get the first patch that k3s released of every one.
fn k3s_image(minor: Minor) -> String {
    let tag = match minor {
        Minor(24) => "v1.24.9-k3s1",
        Minor(25) => "v1.25.14-k3s1",
        Minor(26) => "v1.26.9-k3s1",
        Minor(27) => "v1.27.6-k3s1",
        Minor(28) => "v1.28.2-k3s1",
        Minor(29) => "v1.29.0-k3s1",
        Minor(30) => "v1.30.2-k3s1",
        other => return format!("rancher/k3s:v{other}.1-k3s1"),
    };
    format!("rancher/k3s:{tag}")
}
