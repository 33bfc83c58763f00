//! The values of a vcluster, for the exact chart version that the inventory names.
//!
//! In: a home of tier vcluster. Out: one document of Helm values: the minor of the tenant's API server, replicas and backing store by
//! profile, isolation, nodes, and a kubeconfig for Argo CD. What the product refuses (two backing stores, three replicas on the
//! embedded database) cannot be written: see [`Store`].
//!
//! The control plane runs as user 12345, the one its vendor tests without root, so that the fleet's own policies hold for it too.

use serde_json::{Map, Value, json};

use super::control_plane::{ControlPlane, Store};
use super::document::{DEDICATED, Document};
use super::epoch::{Epoch, Key, image_repository};
use super::home::{Home, runtime_class};
use super::names;
use super::namespace::level;
use super::network::{kept_out, reaches_internet};
use super::quota::{Counts, Sizing};
use crate::inventory::vcluster::{Feature, Missing};
use crate::inventory::{Inventory, Trust};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::quantity::{write_cpu, write_memory};
use crate::vocab::resources::Resources;
use crate::vocab::tier::Form;
use crate::vocab::version::Minor;

/// The user and group that a control plane runs as.
const USER: u64 = 12_345;
/// Objects of a kind per pod that a vcluster may sync to its host: config maps and secrets outnumber pods.
const OBJECTS_PER_POD: u64 = 4;
/// The least that such a count is, whatever the pods: room for what every vcluster brings.
const FEWEST_OBJECTS: u64 = 40;

/// The values of a home's vcluster.
///
/// # Errors
/// `chart-unknown`, `chart-lacks-feature`, `edition-lacks-feature`, and `sandbox-mixed` where a hostile tenant could leave its sandbox.
pub(super) fn values(inventory: &Inventory, home: &Home<'_>) -> Result<Document, Vec<Diagnostic>> {
    let epoch = Epoch::of(&inventory.vcluster).map_err(|fault| vec![*fault])?;
    let faults = refusals(inventory, home);
    if !faults.is_empty() {
        return Err(faults);
    }
    let high_availability = home.tenant.high_availability;
    let plane = ControlPlane::of(inventory.facts.overhead(high_availability), high_availability);
    let mut values = json!({
        "controlPlane": control_plane(inventory, home, epoch, &plane),
        "exportKubeConfig": export(home, epoch),
        "policies": policies(home, epoch, &plane),
        "telemetry": { "enabled": false },
    });
    if epoch.knows(Key::PreventDeletion) {
        values["deletion"] = json!({ "prevent": true });
    }
    if home.form == Form::VclusterPrivate {
        values["privateNodes"] = json!({ "enabled": true });
    } else {
        values["sync"] = sync(home, epoch);
        values["networking"] = json!({ "advanced": { "proxyKubelets": { "byHostname": false, "byIP": false } } });
    }
    Ok(Document::new("vcluster/values.yaml.hbs", values))
}

/// The version of a tenant's API server. Minors are planned, patches are not: the first patch of a minor always exists.
pub(super) fn patch_of(minor: Minor) -> String {
    format!("v{minor}.0")
}

/// What the chart or the licence cannot do. The planner closes such doors; a plan may be older than the inventory's chart.
fn refusals(inventory: &Inventory, home: &Home<'_>) -> Vec<Diagnostic> {
    let policy = &inventory.vcluster;
    let who = home.name();
    let missing = |feature: Feature, what: &str| {
        policy.feature(feature).err().map(|missing| match missing {
            Missing::Chart { from } => Diagnostic::error(
                "chart-lacks-feature",
                format!("tenant `{who}` needs {what}, and chart {} of vcluster has no key for it", policy.chart),
            )
            .at(policy.at.of("chart"), "this chart")
            .help(format!("choose chart 0.{from} or later, or plan again")),
            Missing::Edition { from } => Diagnostic::error(
                "edition-lacks-feature",
                format!("tenant `{who}` needs {what}, and edition `{}` of vcluster has none", policy.edition),
            )
            .at(policy.at.of("edition"), "this edition")
            .help(format!("set `edition = \"{from}\"` where that is licensed, or plan again")),
        })
    };
    if home.form == Form::VclusterPrivate {
        return missing(Feature::PrivateNodes, "private nodes").into_iter().collect();
    }
    let is_sandboxed = home.parts.iter().any(|part| part.pool.runtime.is_sandbox());
    match home.sandbox() {
        Some(_) => missing(Feature::RuntimeClass, "a runtime class for all its pods").into_iter().collect(),
        None if is_sandboxed && home.tenant.trust == Trust::Hostile => vec![
            Diagnostic::error(
                "sandbox-mixed",
                format!(
                    "hostile tenant `{who}` has pools of different runtimes, and a vcluster forces one on all its pods"
                ),
            )
            .help("plan again, so that all its workloads get pools of one sandbox"),
        ],
        None => Vec::new(),
    }
}

fn control_plane(inventory: &Inventory, home: &Home<'_>, epoch: Epoch, plane: &ControlPlane) -> Value {
    let release = names::release(home.name());
    let minor = home.placement.kubernetes.unwrap_or(home.host.minor());
    let container = json!({
        "allowPrivilegeEscalation": false, "runAsGroup": USER, "runAsNonRoot": true, "runAsUser": USER,
    });
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
            if epoch.knows(Key::DisruptionBudget) {
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
        "distro": { "k8s": { "enabled": true, "version": patch_of(minor), "securityContext": container } },
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

fn requests_and_limits(request: &Resources, limit: &Resources) -> Value {
    let amounts = |of: &Resources| json!({ "cpu": write_cpu(of.cpu), "memory": write_memory(of.memory) });
    json!({ "requests": amounts(request), "limits": amounts(limit) })
}

/// A kubeconfig for Argo CD, in the vcluster's own namespace. Nothing is written outside it.
fn export(home: &Home<'_>, epoch: Epoch) -> Value {
    let release = names::release(home.name());
    let server = format!("https://{release}.{}.svc", home.namespace());
    let secret = names::shorten(&format!("vc-{release}-argocd"), 63);
    if epoch.knows(Key::AdditionalSecrets) {
        let extra = json!({ "name": secret, "context": release, "server": server });
        json!({ "context": release, "additionalSecrets": [extra] })
    } else {
        json!({ "context": release, "server": server, "secret": { "name": secret } })
    }
}

/// What crosses between vcluster and host: pods and what they need, nothing that is cluster-wide.
fn sync(home: &Home<'_>, epoch: Epoch) -> Value {
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
    if epoch.knows(Key::NamespaceSync) {
        to_host["namespaces"] = off;
    }
    json!({ "toHost": to_host, "fromHost": { "nodes": nodes } })
}

fn policies(home: &Home<'_>, epoch: Epoch, plane: &ControlPlane) -> Value {
    let mut all = json!({ "networkPolicy": network_policy(home, epoch) });
    if home.form == Form::VclusterPrivate {
        // Its pods never reach the host: what bounds them is its own nodes.
        return all;
    }
    let mut sizing = Sizing::of(home);
    sizing.make_room(plane.demand(), plane.limits(), &plane.limit);
    let mut hard = sizing.hard();
    if let Some(Counts { pods, claims, jobs: _ }) = sizing.counts() {
        let objects = (pods * OBJECTS_PER_POD).max(FEWEST_OBJECTS);
        // Every count that the chart has a default for is stated: a default of 20 pods would win otherwise.
        for (key, count) in [
            ("count/pods", pods),
            ("count/persistentvolumeclaims", claims),
            ("count/configmaps", objects),
            ("count/secrets", objects),
            ("count/endpoints", objects),
        ] {
            hard.insert(key.to_owned(), Value::from(count.to_string()));
        }
        hard.entry("count/services").or_insert_with(|| Value::from(objects.to_string()));
    }
    // Helm drops a default where a value is null. The plan does not count ephemeral storage, and the chart's own quota of 60Gi at a
    // default request of 3Gi would end at 20 containers.
    for unplanned in ["requests.ephemeral-storage", "limits.ephemeral-storage"] {
        hard.insert(unplanned.to_owned(), Value::Null);
    }
    let limits = sizing.limits().into_iter().filter(|(key, _)| *key != "max" || epoch.knows(Key::LimitRangeMax));
    let mut limit_range = Map::from_iter([("enabled".to_owned(), Value::from(true))]);
    for (key, mut value) in limits {
        if key != "max" {
            // As above: a default request of 3Gi a container would fill nodes that the plan counts on.
            value["ephemeral-storage"] = Value::Null;
        }
        limit_range.insert(key.to_owned(), value);
    }
    all["limitRange"] = Value::from(limit_range);
    all["resourceQuota"] = json!({ "enabled": true, "quota": hard });
    all["podSecurityStandard"] = Value::from(level(home.tenant.pod_security));
    all
}

/// The chart's own policies leave every link-local address open, so the metadata endpoints are named.
fn network_policy(home: &Home<'_>, epoch: Epoch) -> Value {
    let (mut except, _) = kept_out(home.host.offer.provider);
    except.push("127.0.0.0/8");
    except.sort_unstable();
    let open = reaches_internet(home.tenant);
    if epoch.knows(Key::PublicEgress) {
        let public = json!({ "enabled": open, "cidr": "0.0.0.0/0", "except": except });
        return json!({ "enabled": true, "workload": { "publicEgress": public } });
    }
    // These charts cannot close the block, only move it: TEST-NET-1 is routed nowhere (RFC 5737).
    let block = if open {
        json!({ "cidr": "0.0.0.0/0", "except": except })
    } else {
        json!({ "cidr": "192.0.2.0/24", "except": [] })
    };
    json!({ "enabled": true, "outgoingConnections": { "ipBlock": block } })
}
