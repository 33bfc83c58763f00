//! Kubernetes' own NetworkPolicy, which any network plugin that enforces policies reads.

use serde_json::{Map, Value, json};

use super::{GKE_AGENT, GKE_METADATA, NODE_LOCAL_DNS, POD_IDENTITY, Peer, Policy, kept_out};
use crate::gitops::document::{PLATFORM, TENANT};
use crate::gitops::home::Home;
use crate::inventory::{Offer, Provider};

/// The `spec` of a policy.
pub(super) fn spec(policy: &Policy, home: &Home<'_>) -> Value {
    let Policy { name: _, pods, ingress, egress } = policy;
    let mut spec = Map::from_iter([("podSelector".to_owned(), pods.clone())]);
    let mut types = Vec::new();
    for (word, key, side, peers) in [("Ingress", "ingress", "from", ingress), ("Egress", "egress", "to", egress)] {
        let Some(peers) = peers else { continue };
        types.push(word);
        if !peers.is_empty() {
            let rules: Vec<Value> = peers.iter().flat_map(|peer| rules(*peer, side, home)).collect();
            spec.insert(key.to_owned(), Value::from(rules));
        }
    }
    spec.insert("policyTypes".to_owned(), json!(types));
    Value::from(spec)
}

/// The rules of a peer; `side` is `from` or `to`.
fn rules(peer: Peer, side: &str, home: &Home<'_>) -> Vec<Value> {
    let namespaces = |key: &str, value: &str| json!({ "namespaceSelector": { "matchLabels": { key: value } } });
    match peer {
        Peer::Own => vec![json!({ side: [namespaces(TENANT, home.name())] })],
        Peer::Platform => vec![json!({ side: [namespaces(PLATFORM, "true")] })],
        Peer::Dns => vec![json!({
            side: [namespaces("kubernetes.io/metadata.name", "kube-system"), block(NODE_LOCAL_DNS)],
            "ports": [port("TCP", 53), port("UDP", 53)],
        })],
        Peer::Identities => identities(home.host.offer, side),
        Peer::Internet => {
            let (v4, v6) = kept_out(home.host.offer.provider);
            vec![json!({ side: [
                { "ipBlock": { "cidr": "0.0.0.0/0", "except": v4 } },
                { "ipBlock": { "cidr": "::/0", "except": v6 } },
            ] })]
        }
        Peer::Outside => vec![json!({ side: [block("0.0.0.0/0"), block("::/0")] })],
    }
}

fn identities(offer: &Offer, side: &str) -> Vec<Value> {
    match offer.provider {
        Provider::Eks => {
            vec![json!({ side: POD_IDENTITY.map(block), "ports": [port("TCP", 80), port("TCP", 2703)] })]
        }
        // Dataplane V2 sees the address that pods ask for; with iptables the request has been redirected to the node's agent by the
        // time the policy sees it.
        Provider::Gke => vec![
            json!({ side: [block(GKE_METADATA)], "ports": [port("TCP", 80)] }),
            json!({ side: [block(GKE_AGENT)], "ports": [port("TCP", 987), port("TCP", 988)] }),
        ],
        // Azure's workload identities come from its public sign-in service; self-managed clusters have their own ways.
        Provider::Aks | Provider::SelfManaged => Vec::new(),
    }
}

fn port(protocol: &str, port: u16) -> Value {
    json!({ "protocol": protocol, "port": port })
}

fn block(cidr: &str) -> Value {
    json!({ "ipBlock": { "cidr": cidr } })
}
