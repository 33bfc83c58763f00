//! Values of the unified chart, 0.20 and later.

use serde_json::{Map, Value, json};

use super::bounds::{Room, except, outgoing_connections, quota_and_limits};
use super::{USER, container_security, minor, patch_of, requests_and_limits, secret, server};
use crate::gitops::control_plane::{ControlPlane, Store};
use crate::gitops::document::DEDICATED;
use crate::gitops::epoch::{Key, Unified, image_repository};
use crate::gitops::home::{Home, runtime_class};
use crate::gitops::names;
use crate::gitops::namespace::level;
use crate::gitops::network::reaches_internet;
use crate::inventory::Inventory;
use crate::vocab::tier::Form;

/// The values of a home's vcluster.
pub(super) fn values(inventory: &Inventory, home: &Home<'_>, chart: Unified) -> Value {
    let high_availability = home.tenant.high_availability;
    let plane = ControlPlane::of(inventory.facts.overhead(high_availability), high_availability);
    let mut values = json!({
        "controlPlane": control_plane(inventory, home, chart, &plane),
        "exportKubeConfig": export(home, chart),
        "policies": policies(home, chart, &plane),
        "telemetry": { "enabled": false },
    });
    if chart.knows(Key::PreventDeletion) {
        values["deletion"] = json!({ "prevent": true });
    }
    if home.form == Form::VclusterPrivate {
        values["privateNodes"] = json!({ "enabled": true });
    } else {
        values["sync"] = sync(home, chart);
        values["networking"] = json!({ "advanced": { "proxyKubelets": { "byHostname": false, "byIP": false } } });
    }
    values
}

fn control_plane(inventory: &Inventory, home: &Home<'_>, chart: Unified, plane: &ControlPlane) -> Value {
    let release = names::release(home.name());
    let container = container_security();
    let security = json!({ "containerSecurityContext": container, "podSecurityContext": { "fsGroup": USER } });
    let mut advanced = Map::new();
    if let Some(registry) = inventory.policy.registries.first() {
        // The fleet's policies trust these registries alone, so the control plane's own images come from the first one.
        advanced.insert("defaultImageRegistry".to_owned(), Value::from(registry.as_str()));
    }
    let mut stateful_set = json!({
        "highAvailability": { "replicas": plane.replicas() },
        "image": { "repository": image_repository(inventory.vcluster.edition) },
        "resources": requests_and_limits(&plane.request, &plane.limit),
        "security": security,
    });
    let volume = |size: u64| json!({ "enabled": true, "size": format!("{size}Gi"), "retentionPolicy": "Retain" });
    let store = match plane.store {
        Store::Embedded { size } => {
            stateful_set["persistence"] = json!({ "volumeClaim": volume(size) });
            json!({ "database": { "embedded": { "enabled": true } } })
        }
        Store::Etcd { replicas, size, request, limit } => {
            stateful_set["scheduling"] = json!({ "topologySpreadConstraints": [{
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": { "matchLabels": { "app": "vcluster", "release": release } },
            }] });
            if chart.knows(Key::DisruptionBudget) {
                advanced.insert("podDisruptionBudget".to_owned(), json!({ "enabled": true, "maxUnavailable": 1 }));
            }
            let members = json!({
                "highAvailability": { "replicas": replicas },
                "persistence": { "volumeClaim": volume(size) },
                "resources": requests_and_limits(&request, &limit),
                "security": security,
            });
            json!({ "etcd": { "deploy": { "enabled": true, "statefulSet": members } } })
        }
    };
    let mut all = json!({
        "backingStore": store,
        "coredns": { "deployment": { "replicas": plane.coredns } },
        "distro": { "k8s": { "enabled": true, "version": patch_of(minor(home)), "securityContext": container } },
        "statefulSet": stateful_set,
    });
    if !advanced.is_empty() {
        all["advanced"] = Value::from(advanced);
    }
    if home.form == Form::VclusterPrivate {
        // Its nodes join from outside the host.
        all["service"] = json!({ "spec": { "type": "LoadBalancer" } });
    }
    all
}

/// A kubeconfig for Argo CD, in the vcluster's own namespace. Nothing is written outside it.
fn export(home: &Home<'_>, chart: Unified) -> Value {
    let release = names::release(home.name());
    let server = format!("https://{}", server(home));
    let secret = secret(home);
    if chart.knows(Key::AdditionalSecrets) {
        let extra = json!({ "name": secret, "context": release, "server": server });
        json!({ "context": release, "additionalSecrets": [extra] })
    } else {
        json!({ "context": release, "server": server, "secret": { "name": secret } })
    }
}

/// What crosses between vcluster and host: pods and what they need, nothing that is cluster-wide.
fn sync(home: &Home<'_>, chart: Unified) -> Value {
    let off = json!({ "enabled": false });
    let mut pods = json!({ "useSecretsForSATokens": true });
    if let Some(sandbox) = home.sandbox() {
        pods["runtimeClassName"] = Value::from(runtime_class(sandbox));
    }
    let mut nodes = json!({ "enabled": false });
    if home.has_dedicated_nodes() {
        pods["enforceTolerations"] = json!([format!("{DEDICATED}={}:NoSchedule", home.name())]);
        // The syncer puts these labels into the node selector of every pod; images that other tenants pulled stay unseen.
        nodes = json!({
            "enabled": true, "clearImageStatus": true, "syncBackChanges": false,
            "selector": { "labels": { DEDICATED: home.name() } },
        });
    }
    let mut to_host = json!({
        "ingresses": { "enabled": true },
        "networkPolicies": off,
        "persistentVolumes": off,
        "pods": pods,
        "priorityClasses": off,
        "storageClasses": off,
    });
    if chart.knows(Key::NamespaceSync) {
        to_host["namespaces"] = off;
    }
    json!({ "toHost": to_host, "fromHost": { "nodes": nodes } })
}

fn policies(home: &Home<'_>, chart: Unified, plane: &ControlPlane) -> Value {
    let mut all = json!({ "networkPolicy": network_policy(home, chart) });
    if home.form == Form::VclusterPrivate {
        // Its pods never reach the host: what bounds them is its own nodes.
        return all;
    }
    let room = Room { demand: plane.demand(), limits: plane.limits(), largest: plane.limit };
    let (quota, mut limit_range) = quota_and_limits(home, &room);
    if !chart.knows(Key::LimitRangeMax) {
        limit_range.remove("max");
    }
    all["limitRange"] = Value::from(limit_range);
    all["resourceQuota"] = json!({ "enabled": true, "quota": quota });
    all["podSecurityStandard"] = Value::from(level(home.tenant.pod_security));
    all
}

fn network_policy(home: &Home<'_>, chart: Unified) -> Value {
    if chart.knows(Key::PublicEgress) {
        let public = json!({ "enabled": reaches_internet(home.tenant), "cidr": "0.0.0.0/0", "except": except(home) });
        return json!({ "enabled": true, "workload": { "publicEgress": public } });
    }
    json!({ "enabled": true, "outgoingConnections": outgoing_connections(home) })
}
