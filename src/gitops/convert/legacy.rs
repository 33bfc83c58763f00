//! Between a legacy chart, 0.15 to 0.19, and chart 0.20: every row of the table, and what is more than a name.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::image::{join, split};
use super::node::{Node, Said};
use super::table::{Turn, rows};
use super::work::Work;
use crate::inventory::Distro;

/// Arguments of the syncer that became keys.
const ARGUMENTS: [(&str, &str); 3] = [
    ("out-kube-config-server", "exportKubeConfig.server"),
    ("out-kube-config-secret", "exportKubeConfig.secret.name"),
    ("out-kube-config-secret-namespace", "exportKubeConfig.secret.namespace"),
];
/// Arguments that may stand more than once, and became lists.
const LISTS: [(&str, &str); 2] =
    [("tls-san", "controlPlane.proxy.extraSANs"), ("enforce-toleration", "sync.toHost.pods.enforceTolerations")];
const DEPLOYED: &str = "controlPlane.backingStore.etcd.deploy.enabled";
const VERSION: &str = "controlPlane.distro.k8s.version";

/// Which chart a file is for, by the keys that only one has.
pub(super) fn distro(values: &Node) -> Option<Distro> {
    let has = |keys: &[&str]| keys.iter().any(|key| values.get(key).is_some());
    match (has(&["vcluster", "storage", "replicas"]), has(&["api", "controller", "etcd", "scheduler"])) {
        (true, false) => Some(Distro::K3s),
        (false, true) => Some(Distro::K8s),
        (true, true) | (false, false) => None,
    }
}

/// Values of chart 0.20 from those of a legacy chart.
pub(super) fn up(values: Node, distro: Distro) -> Work {
    let mut old = values;
    let mut work = Work::on(Node::empty());
    leave_without_effect(&mut old, distro);
    for (there, here, turn) in rows(distro) {
        if let Some(node) = old.take(there) {
            let node = up_turn(node, *turn);
            work.put(here, node);
        }
    }
    arguments(&mut old, &mut work);
    if old.take("isolation.enabled").is_some() {
        // One switch became four.
        for part in ["resourceQuota", "limitRange", "networkPolicy"] {
            work.add(&format!("policies.{part}.enabled"), true, "`isolation.enabled` switched it on");
        }
        work.add("policies.podSecurityStandard", "baseline", "`isolation.enabled` set it");
    }
    if work.values.get("integrations.metricsServer").is_some() {
        work.add("integrations.metricsServer.enabled", true, "its parts are asked for");
    }
    let switch = match distro {
        Distro::K3s => "controlPlane.distro.k3s.enabled",
        Distro::K8s => "controlPlane.distro.k8s.enabled",
    };
    work.add(switch, true, "the legacy chart was for this distribution alone");
    if distro == Distro::K8s {
        work.add(DEPLOYED, true, "the legacy chart kept its state there");
    }
    work.add(
        "controlPlane.statefulSet.image.repository",
        "loft-sh/vcluster-oss",
        "the unified chart's own image needs a licence for some features",
    );
    let why = "chart 0.20 and later have no such key";
    let inside = match distro {
        Distro::K3s => "k3s and syncer run in one container, whose resources are those of k3s",
        Distro::K8s => {
            "API server, controllers and syncer run in one pod, whose resources and replicas are those of the syncer"
        }
    };
    for leaf in old.leaves() {
        let is_part =
            ["api.", "controller.", "scheduler.", "syncer.resources"].iter().any(|at| leaf.path.starts_with(at));
        work.lose(leaf, if is_part { inside } else { why });
    }
    work
}

/// Takes away what says what its absence says.
fn leave_without_effect(old: &mut Node, distro: Distro) {
    if !old.get("isolation.enabled").is_some_and(Node::is_true) {
        old.take("isolation");
    }
    for off in ["isolation.nodeProxyPermission", "rbac.role", "multiNamespaceMode"] {
        let switch = if off == "rbac.role" { "extended" } else { "enabled" };
        if old.get(&format!("{off}.{switch}")).is_some_and(Node::is_false) {
            old.take(&format!("{off}.{switch}"));
        }
    }
    for on in ["sync.fake-nodes", "sync.fake-persistentvolumes"] {
        if old.get(&format!("{on}.enabled")).is_some_and(Node::is_true) {
            old.take(on);
        }
    }
    // With k3s it asked for an external database, which nothing else in the file says how to reach.
    if distro == Distro::K8s || old.get("enableHA").is_some_and(Node::is_false) {
        old.take("enableHA");
    }
    let replicas = old.get("syncer.replicas").map(Node::value);
    for part in ["api.replicas", "controller.replicas", "scheduler.replicas"] {
        if old.get(part).map(Node::value).is_some_and(|own| Some(own) == replicas) {
            old.take(part);
        }
    }
}

/// The syncer's arguments: keys where there are any, lost one by one where there are none.
fn arguments(old: &mut Node, work: &mut Work) {
    let Some(list) = old.take("syncer.extraArgs") else { return };
    let Said::List(items) = &list.said else { return work.lose(&list, "not a list of arguments") };
    let mut lists: BTreeMap<&str, (Node, Vec<Value>)> = BTreeMap::new();
    for item in items {
        let cut = item.text().and_then(|text| text.strip_prefix("--")).and_then(|text| text.split_once('='));
        let Some((name, value)) = cut else {
            work.lose(item, "an argument of the syncer that no key stands for");
            continue;
        };
        if let Some((_, path)) = ARGUMENTS.iter().find(|(argument, _)| *argument == name) {
            work.put(path, item.says(value));
        } else if let Some((_, path)) = LISTS.iter().find(|(argument, _)| *argument == name) {
            let (_, all) = lists.entry(path).or_insert_with(|| (item.clone(), Vec::new()));
            all.extend(value.split(',').map(Value::from));
        } else {
            work.lose(item, "an argument of the syncer that no key stands for");
        }
    }
    for (path, (first, all)) in lists {
        work.put(path, first.says(all));
    }
}

fn up_turn(node: Node, turn: Turn) -> Node {
    match turn {
        Turn::Same => node,
        Turn::Opposite => node.says(!node.is_true()),
        Turn::Registry => match node.text() {
            Some(text) => node.says(text.trim_end_matches('/')),
            None => node,
        },
        Turn::Labels => match node.text() {
            Some(text) => {
                let labels = text.split(',').filter_map(|pair| pair.split_once('='));
                let map = labels.map(|(key, value)| (key.trim().to_owned(), Value::from(value.trim())));
                node.says(Value::Object(map.collect()))
            }
            None => node,
        },
        Turn::Image => match node.text() {
            Some(text) => node.says(split(text).value()),
            None => node,
        },
    }
}

/// Values of a legacy chart from those of chart 0.20.
pub(super) fn down(mut before: Work, distro: Distro) -> Work {
    let mut new = std::mem::replace(&mut before.values, Node::empty());
    let mut work = before;
    forget_what_is_implied(&mut new, distro);
    if distro == Distro::K8s
        && let Some(version) = new.take(VERSION)
    {
        for (part, binary) in
            [("api", "kube-apiserver"), ("controller", "kube-controller-manager"), ("scheduler", "kube-scheduler")]
        {
            let image = format!("registry.k8s.io/{binary}:{}", version.text().unwrap_or_default());
            work.put(&format!("{part}.image"), version.says(image));
        }
    }
    let mut arguments: Vec<Value> = Vec::new();
    let mut first: Option<Node> = None;
    for (argument, path) in LISTS.into_iter().chain(ARGUMENTS) {
        let Some(node) = new.take(path) else { continue };
        let values = match node.value() {
            Value::Array(items) => items,
            one => vec![one],
        };
        arguments.extend(values.iter().filter_map(Value::as_str).map(|value| json!(format!("--{argument}={value}"))));
        first.get_or_insert(node);
    }
    if let Some(first) = first {
        work.put("syncer.extraArgs", first.says(arguments));
    }
    let isolates = new.get("policies").is_some();
    for (there, here, turn) in rows(distro) {
        if let Some(node) = new.take(here) {
            let node = down_turn(node, *turn);
            work.put(there, node);
        }
    }
    if isolates {
        work.add("isolation.enabled", true, "one switch for all isolation");
        for part in ["resourceQuota", "limitRange", "networkPolicy"] {
            // What the file did not ask for would be switched on with the rest.
            work.add(&format!("isolation.{part}.enabled"), false, "the unified chart has it off unless asked");
        }
    }
    let replicas = work.values.get("syncer.replicas").map(Node::value);
    if distro == Distro::K8s
        && let Some(replicas) = replicas
    {
        for part in ["api", "controller"] {
            work.add(&format!("{part}.replicas"), replicas.clone(), "each part has replicas of its own");
        }
        if replicas.as_u64().is_some_and(|replicas| replicas > 1) {
            work.add("enableHA", true, "more than one replica");
        }
    }
    work.lose(&new, "no legacy chart has such a key");
    // The legacy charts cannot cap the largest container.
    work.drop("isolation.limitRange.max", "known from chart 0.21 on");
    for key in ["annotations", "labels", "fallbackDns"] {
        work.drop(&format!("isolation.networkPolicy.{key}"), "no legacy chart has such a key");
    }
    for part in ["resourceQuota", "limitRange"] {
        for key in ["annotations", "labels", "min"] {
            work.drop(&format!("isolation.{part}.{key}"), "no legacy chart has such a key");
        }
    }
    work
}

fn forget_what_is_implied(new: &mut Node, distro: Distro) {
    for switch in ["controlPlane.distro.k8s.enabled", "controlPlane.distro.k3s.enabled"] {
        new.take(switch);
    }
    let store = match distro {
        Distro::K8s => DEPLOYED,
        Distro::K3s => "controlPlane.backingStore.database.embedded.enabled",
    };
    if new.get(store).is_some_and(Node::is_true) {
        new.take(store);
    }
    new.take("integrations.metricsServer.enabled");
    let image = "controlPlane.statefulSet.image";
    if new.get(&format!("{image}.repository")).and_then(Node::text) == Some("loft-sh/vcluster-oss") {
        new.take(image);
    }
}

fn down_turn(node: Node, turn: Turn) -> Node {
    match turn {
        Turn::Same => node,
        Turn::Opposite => node.says(if node.is_true() { "false" } else { "true" }),
        Turn::Registry => match node.text() {
            Some(text) if !text.is_empty() => node.says(format!("{text}/")),
            Some(_) | None => node,
        },
        Turn::Labels => match &node.said {
            Said::Map(labels) => {
                let pairs: Vec<String> =
                    labels.iter().map(|(key, value)| format!("{key}={}", value.text().unwrap_or_default())).collect();
                node.says(pairs.join(","))
            }
            Said::List(_) | Said::Leaf(_) => node,
        },
        Turn::Image => node.says(join(&node)),
    }
}
