//! Cilium's own kind, `cilium.io/v2` CiliumNetworkPolicy, for clusters that run it.
//!
//! It differs where Cilium sees more than addresses. A node's own processes are the entity `host`, whatever address they listen on, so a
//! block of addresses does not open EKS Pod Identity's agent (cilium/cilium#34387) or a DNS cache on the node; blocks hold what is outside
//! of the cluster, never pods or nodes. And what a policy denies stays closed, whichever other policy opens it.
//!
//! Each rule names one kind of peer: Cilium refuses a rule that combines two. A rule without any, `{}`, opens nothing and closes the rest.

use serde_json::{Map, Value, json};

use super::{GKE_AGENT, GKE_METADATA, NODE_LOCAL_DNS, POD_IDENTITY, Peer, Policy, kept_out, metadata};
use crate::gitops::document::PLATFORM;
use crate::gitops::home::Home;
use crate::inventory::{Offer, Provider};

/// The label that holds an endpoint's namespace. A selector that does not name it means the policy's own namespace, in Cilium before 1.16
/// also where it names labels of namespaces.
const NAMESPACE: &str = "k8s:io.kubernetes.pod.namespace";
/// What stands before the labels of an endpoint's namespace.
const NAMESPACE_LABELS: &str = "k8s:io.cilium.k8s.namespace.labels";

/// The `spec` of a policy.
pub(super) fn spec(policy: &Policy, home: &Home<'_>) -> Value {
    let Policy { name: _, pods, ingress, egress } = policy;
    let mut spec = Map::from_iter([("endpointSelector".to_owned(), pods.clone())]);
    for (key, side, peers) in [("ingress", "from", ingress), ("egress", "to", egress)] {
        let Some(peers) = peers else { continue };
        let mut rules: Vec<Value> = peers.iter().flat_map(|peer| rules(*peer, side, home)).collect();
        if rules.is_empty() {
            rules.push(json!({}));
        }
        spec.insert(key.to_owned(), Value::from(rules));
    }
    Value::from(spec)
}

/// The `spec` that denies a provider's metadata, whatever a policy of somebody else opens; none where pods must reach all of it.
pub(super) fn metadata_deny(offer: &Offer) -> Option<Value> {
    let (v4, v6) = metadata(offer.provider);
    let is_needed = |cidr: &&str| offer.provider == Provider::Gke && offer.workload_identity && *cidr == GKE_METADATA;
    let denied: Vec<&str> = v4.iter().chain(v6).copied().filter(|cidr| !is_needed(cidr)).collect();
    (!denied.is_empty()).then(|| json!({ "endpointSelector": {}, "egressDeny": [{ "toCIDR": denied }] }))
}

/// The rules of a peer; `side` is `from` or `to`.
fn rules(peer: Peer, side: &str, home: &Home<'_>) -> Vec<Value> {
    let endpoints = |selector: Value| json!({ format!("{side}Endpoints"): [selector] });
    match peer {
        Peer::Own => {
            let named = json!({ "key": NAMESPACE, "operator": "In", "values": home.namespaces });
            vec![endpoints(json!({ "matchExpressions": [named] }))]
        }
        Peer::Platform => vec![
            endpoints(json!({
                "matchLabels": { format!("{NAMESPACE_LABELS}.{PLATFORM}"): "true" },
                "matchExpressions": [{ "key": NAMESPACE, "operator": "Exists" }],
            })),
            // Cilium's own ingress and gateway run in no namespace.
            entities(side, &["ingress"]),
        ],
        Peer::Dns => {
            let ports = json!([port("TCP", 53), port("UDP", 53)]);
            vec![
                with(endpoints(json!({ "matchLabels": { NAMESPACE: "kube-system" } })), &ports),
                // NodeLocal DNSCache listens on the node; where Cilium does not know its address as the node's, the address counts.
                with(entities(side, &["host"]), &ports),
                with(blocks(side, &[NODE_LOCAL_DNS]), &ports),
            ]
        }
        Peer::Identities => identities(home.host.offer, side),
        Peer::Internet => {
            let (v4, v6) = kept_out(home.host.offer.provider);
            vec![json!({ format!("{side}CIDRSet"): [
                { "cidr": "0.0.0.0/0", "except": v4 },
                { "cidr": "::/0", "except": v6 },
            ] })]
        }
        // A load balancer's packets come from outside, or from a node that passes them on.
        Peer::Outside => vec![entities(side, &["host", "remote-node", "world"])],
    }
}

fn identities(offer: &Offer, side: &str) -> Vec<Value> {
    match offer.provider {
        Provider::Eks => {
            let ports = json!([port("TCP", 80), port("TCP", 2703)]);
            // Some versions take the agent's address for one outside of the cluster (cilium/cilium#35989).
            vec![with(entities(side, &["host"]), &ports), with(blocks(side, &POD_IDENTITY), &ports)]
        }
        // The metadata server's address is no node's (which the entity `host` would need), its agent's may be.
        Provider::Gke => {
            let agent = json!([port("TCP", 987), port("TCP", 988)]);
            vec![
                with(blocks(side, &[GKE_METADATA]), &json!([port("TCP", 80)])),
                with(blocks(side, &[GKE_AGENT]), &agent),
                with(entities(side, &["host"]), &agent),
            ]
        }
        // Azure's workload identities come from its public sign-in service; self-managed clusters have their own ways.
        Provider::Aks | Provider::SelfManaged => Vec::new(),
    }
}

fn entities(side: &str, names: &[&str]) -> Value {
    json!({ format!("{side}Entities"): names })
}

fn blocks(side: &str, cidrs: &[&str]) -> Value {
    json!({ format!("{side}CIDR"): cidrs })
}

/// A rule on some ports alone.
fn with(mut rule: Value, ports: &Value) -> Value {
    rule["toPorts"] = json!([{ "ports": ports }]);
    rule
}

fn port(protocol: &str, port: u16) -> Value {
    json!({ "port": port.to_string(), "protocol": protocol })
}
