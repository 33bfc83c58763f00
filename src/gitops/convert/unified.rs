//! The steps between minors of the unified chart, up and down: keys that got another name or another shape.
//!
//! What merely came or went is no step: the table of spans takes it away.

use serde_json::{Value, json};

use super::image::{Image, join, split};
use super::node::{Node, Said};
use super::work::Work;

/// Nothing is routed there (RFC 5737): how a chart before 0.31 closes public egress.
const NOWHERE: &str = "192.0.2.0/24";
const EGRESS: &str = "policies.networkPolicy.workload.publicEgress";
const OUTGOING: &str = "policies.networkPolicy.outgoingConnections";
const HOSTS_IMAGE: &str = "sync.toHost.pods.rewriteHosts.initContainer.image";
const DISTRO: &str = "controlPlane.distro.k8s";

/// Takes values of chart 0.`from` to chart 0.`to`.
pub(super) fn step(work: &mut Work, from: u16, to: u16) {
    for minor in from + 1..=to {
        up(work, minor);
    }
    for minor in (to + 1..=from).rev() {
        down(work, minor);
    }
    work.keep_known(to);
}

/// Into `minor`, from the one before.
fn up(work: &mut Work, minor: u16) {
    match minor {
        24 => {
            work.rename("experimental.sleepMode.autoSleep.wakeup", "experimental.sleepMode.autoWakeup");
            work.rename("experimental.sleepMode", "sleepMode");
        }
        25 => one_version(work),
        // Switched off it says what its absence says.
        26 => forget_where(work, "experimental.multiNamespaceMode", "enabled"),
        28 => {
            if let Some(node) = work.values.take(HOSTS_IMAGE) {
                let image = node.text().map(split);
                let node = image.map_or(node.clone(), |image| node.says(image.value()));
                work.put(HOSTS_IMAGE, node);
            }
        }
        31 => open_egress(work),
        32 => {
            work.rename("external.platform", "platform");
            forget_where(work, "sleepMode", "enabled");
            if work.values.get("sleepMode.enabled").is_some_and(Node::is_true) {
                work.values.take("sleepMode.enabled");
            }
            work.rename("sleepMode.timeZone", "sleep.auto.timezone");
            work.rename("sleepMode.autoWakeup", "sleep.auto.wakeup");
            work.rename("sleepMode.autoSleep", "sleep.auto");
        }
        33 => leave_k3s(work),
        _ => {}
    }
}

/// Out of `minor`, into the one before.
fn down(work: &mut Work, minor: u16) {
    match minor {
        24 => {
            first_secret(work);
            work.rename("sleepMode.autoWakeup", "sleepMode.autoSleep.wakeup");
            work.rename("sleepMode", "experimental.sleepMode");
        }
        // A version that is written counts for less than a tag.
        25 => prefer_tag(work),
        28 => {
            if let Some(node) = work.values.take(HOSTS_IMAGE) {
                work.put(HOSTS_IMAGE, node.says(join(&node)));
            }
        }
        31 => move_egress(work),
        32 => {
            work.rename("platform", "external.platform");
            let sleeps = work.values.get("sleep.auto").is_some();
            work.rename("sleep.auto.timezone", "sleepMode.timeZone");
            work.rename("sleep.auto.wakeup", "sleepMode.autoWakeup");
            work.rename("sleep.auto", "sleepMode.autoSleep");
            if sleeps {
                work.add("sleepMode.enabled", true, "before 0.32 it is a switch");
            }
        }
        _ => {}
    }
}

/// One image with a tag becomes a version.
fn prefer_tag(work: &mut Work) {
    let version = format!("{DISTRO}.version");
    if let Some(tag) = work.values.take(&format!("{DISTRO}.image.tag")) {
        work.drop(&version, "the tag of the image beside it counted for more");
        work.put(&version, tag);
    }
}

/// Forgets a part whose switch is off.
fn forget_where(work: &mut Work, part: &str, switch: &str) {
    if work.values.get(&format!("{part}.{switch}")).is_some_and(Node::is_false) {
        work.values.take(part);
    }
}

/// Three images, one for each binary, become one version. Where they say different ones, the API server's counts.
fn one_version(work: &mut Work) {
    for (binary, name) in [
        ("apiServer", "kube-apiserver"),
        ("controllerManager", "kube-controller-manager"),
        ("scheduler", "kube-scheduler"),
    ] {
        let Some(tag) = work.values.take(&format!("{DISTRO}.{binary}.image.tag")) else { continue };
        work.put(&format!("{DISTRO}.version"), tag);
        // The images that the charts name themselves need no name.
        let image = format!("{DISTRO}.{binary}.image");
        for (key, own) in [("registry", "registry.k8s.io"), ("repository", name)] {
            if work.values.get(&format!("{image}.{key}")).and_then(Node::text) == Some(own) {
                work.values.take(&format!("{image}.{key}"));
            }
        }
    }
}

/// K3s is gone: the version survives, its data does not.
fn leave_k3s(work: &mut Work) {
    const K3S: &str = "controlPlane.distro.k3s";
    const GONE: &str =
        "k3s is gone with chart 0.33; its data cannot move to k8s in place, so the vcluster must be made anew";
    forget_where(work, K3S, "enabled");
    let tag = work.values.take(&format!("{K3S}.image.tag"));
    let was_k3s = work.values.get(K3S).is_some();
    if let Some(tag) = tag {
        work.lose(&tag, GONE);
        let version = tag.text().map(|text| text.split("-k3s").next().unwrap_or(text).to_owned());
        match version {
            Some(version) => work.put(&format!("{DISTRO}.version"), tag.says(version)),
            None => work.lose(&tag, "no version can be read from it"),
        }
    }
    if was_k3s {
        work.drop(K3S, GONE);
        work.add(&format!("{DISTRO}.enabled"), true, "k3s is gone with chart 0.33");
    }
}

fn open_egress(work: &mut Work) {
    let closed = work.values.get(&format!("{OUTGOING}.ipBlock.cidr")).and_then(Node::text) == Some(NOWHERE);
    if closed && let Some(block) = work.values.take(&format!("{OUTGOING}.ipBlock")) {
        work.put(&format!("{EGRESS}.enabled"), block.says(false));
    }
    work.rename(&format!("{OUTGOING}.ipBlock"), EGRESS);
    work.rename("policies.networkPolicy.extraControlPlaneRules", "policies.networkPolicy.controlPlane.egress");
    work.rename("policies.networkPolicy.extraWorkloadRules", "policies.networkPolicy.workload.egress");
}

/// Charts before 0.31 have no switch for public egress.
fn move_egress(work: &mut Work) {
    let switch = work.values.take(&format!("{EGRESS}.enabled"));
    if let Some(switch) = switch.filter(Node::is_false) {
        let block = json!({ "cidr": NOWHERE, "except": [] });
        work.values.take(EGRESS);
        work.put(&format!("{OUTGOING}.ipBlock"), switch.says(block));
    }
    work.rename(EGRESS, &format!("{OUTGOING}.ipBlock"));
    work.rename("policies.networkPolicy.controlPlane.egress", "policies.networkPolicy.extraControlPlaneRules");
    work.rename("policies.networkPolicy.workload.egress", "policies.networkPolicy.extraWorkloadRules");
}

/// Charts before 0.24 write one secret, with the server and the context of the export as a whole.
fn first_secret(work: &mut Work) {
    if work.values.get("exportKubeConfig.secret").is_some() {
        return;
    }
    let Some(mut list) = work.values.take("exportKubeConfig.additionalSecrets") else { return };
    let Said::List(items) = &mut list.said else { return work.lose(&list, "not a list of secrets") };
    let rest = items.split_off(items.len().min(1));
    for secret in items.drain(..) {
        let Said::Map(keys) = secret.said else { continue };
        for (key, node) in keys {
            let place = match key.as_str() {
                "name" | "namespace" => format!("exportKubeConfig.secret.{key}"),
                _ => format!("exportKubeConfig.{key}"),
            };
            if work.values.get(&place).is_none_or(|there| there.value() == node.value()) {
                work.put(&place, node);
            } else {
                // What the secret says of itself is more than what the export says of all.
                work.values.take(&place);
                work.put(&place, node);
            }
        }
    }
    for secret in &rest {
        work.lose(secret, "charts before 0.24 write one secret");
    }
}

impl Image<'_> {
    /// As the map that charts spell it with.
    pub fn value(&self) -> Value {
        let mut all = json!({ "repository": self.repository });
        for (key, value) in [("registry", self.registry), ("tag", self.tag)] {
            if let Some(value) = value {
                all[key] = Value::from(value);
            }
        }
        all
    }
}
