//! Who may talk to whom: NetworkPolicies that close everything and open what a tenant needs.
//!
//! In: a home. Out: per namespace `default-deny`, and policies that open the tenant's own namespaces, the platform's services (DNS,
//! the provider's identity agent), the platform's ingress, load balancers where the tenant has them, and the public internet for soft
//! tenants. Rules of different policies add up, so an `except` closes nothing that another rule opens: metadata endpoints are kept
//! out of the only wide rule, and what must stay reachable has a narrow rule of its own.
//!
//! NetworkPolicies do not bind pods in the host's network: instance metadata needs a hop limit of 1 as well.

use serde_json::{Value, json};

use super::document::{Document, EXPOSED, PLATFORM, TENANT, namespaced};
use super::home::Home;
use super::names;
use super::namespace::labels;
use crate::inventory::{Offer, Provider, Tenant, Trust};
use crate::vocab::tier::{Form, Tier};

/// Addresses inside which other tenants and the platform live. Tenants reach each other through front doors only.
const PRIVATE_V4: [&str; 4] = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"];
/// Unique local and link-local addresses: every IPv6 metadata endpoint lies in them.
const PRIVATE_V6: [&str; 2] = ["fc00::/7", "fe80::/10"];
/// NodeLocal DNSCache's address: link-local, so `169.254.0.0/16` as a whole must stay out of every list.
const NODE_LOCAL_DNS: &str = "169.254.20.10/32";

/// Metadata endpoints of a provider that pods must not reach through a wide rule: IPv4, then IPv6.
///
/// Sources: each provider's documentation of its instance metadata; `fd20:ce::254` from Google's own client.
pub(super) const fn metadata(provider: Provider) -> (&'static [&'static str], &'static [&'static str]) {
    match provider {
        // 169.254.170.2 hands out ECS task credentials; 169.254.170.23 is EKS Pod Identity's agent and is not in this list.
        Provider::Eks => (&["169.254.169.254/32", "169.254.170.2/32"], &["fd00:ec2::254/128"]),
        Provider::Gke => (&["169.254.169.254/32"], &["fd20:ce::254/128"]),
        // 168.63.129.16 is Azure's WireServer.
        Provider::Aks => (&["168.63.129.16/32", "169.254.169.254/32"], &[]),
        // It may run on any of them.
        Provider::SelfManaged => (
            &["168.63.129.16/32", "169.254.169.254/32", "169.254.170.2/32"],
            &["fd00:ec2::254/128", "fd20:ce::254/128"],
        ),
    }
}

/// What the only wide egress rule leaves out, IPv4 and IPv6, sorted.
pub(super) fn kept_out(provider: Provider) -> (Vec<&'static str>, Vec<&'static str>) {
    let (v4, v6) = metadata(provider);
    let sorted = |private: &[&'static str], metadata: &[&'static str]| {
        let mut all = [private, metadata].concat();
        all.sort_unstable();
        all
    };
    (sorted(&PRIVATE_V4, v4), sorted(&PRIVATE_V6, v6))
}

/// Whether a tenant's pods may reach the public internet without a policy of the platform's own: soft tenants may.
pub(super) const fn reaches_internet(tenant: &Tenant) -> bool {
    match tenant.trust {
        Trust::Soft => true,
        Trust::Hardened | Trust::Hostile => false,
    }
}

/// The documents of all namespaces of a home.
pub(super) fn documents(home: &Home<'_>) -> Vec<Document> {
    let policies = policies(home);
    let of_namespace = |namespace: &String| {
        policies
            .iter()
            .map(|(name, spec)| {
                let says = json!({
                    "apiVersion": "networking.k8s.io/v1",
                    "kind": "NetworkPolicy",
                    "metadata": namespaced(name, namespace, &labels(home)),
                    "spec": spec,
                });
                Document::new("network/network-policy.yaml.hbs", says)
            })
            .collect::<Vec<_>>()
    };
    home.namespaces.iter().flat_map(of_namespace).collect()
}

/// Name and `spec` of each policy of one namespace.
fn policies(home: &Home<'_>) -> Vec<(&'static str, Value)> {
    let own = json!([{ "namespaceSelector": { "matchLabels": { TENANT: home.name() } } }]);
    let mut all = vec![
        ("default-deny", json!({ "podSelector": {}, "policyTypes": ["Ingress", "Egress"] })),
        (
            "own-namespaces",
            json!({
                "podSelector": {},
                "policyTypes": ["Ingress", "Egress"],
                "ingress": [{ "from": own }],
                "egress": [{ "to": own }],
            }),
        ),
        (
            "platform-egress",
            json!({ "podSelector": {}, "policyTypes": ["Egress"], "egress": platform_egress(home.host.offer) }),
        ),
        (
            "platform-ingress",
            json!({
                "podSelector": {},
                "policyTypes": ["Ingress"],
                "ingress": [{ "from": [{ "namespaceSelector": { "matchLabels": { PLATFORM: "true" } } }] }],
            }),
        ),
    ];
    if reaches_internet(home.tenant) {
        let (v4, v6) = kept_out(home.host.offer.provider);
        let to = json!([
            { "ipBlock": { "cidr": "0.0.0.0/0", "except": v4 } },
            { "ipBlock": { "cidr": "::/0", "except": v6 } },
        ]);
        all.push(("public-egress", json!({ "podSelector": {}, "policyTypes": ["Egress"], "egress": [{ "to": to }] })));
    }
    if home.planned().load_balancers > 0 && home.form != Form::VclusterPrivate {
        all.push(("load-balancer-ingress", from_anywhere(&exposed_pods(home))));
    }
    if home.form == Form::VclusterPrivate {
        // Its nodes join from outside: they must reach the control plane, and nothing else.
        all.push(("control-plane-ingress", from_anywhere(&json!({ "matchLabels": { "app": "vcluster" } }))));
    }
    all
}

/// Pods behind a tenant's load balancers: those the team marks, or, as marks do not pass through every vcluster unchanged, all
/// that its vcluster syncs.
fn exposed_pods(home: &Home<'_>) -> Value {
    match home.form.tier() {
        Tier::Namespace | Tier::Cluster => json!({ "matchLabels": { EXPOSED: "true" } }),
        Tier::Vcluster => json!({ "matchLabels": { "vcluster.loft.sh/managed-by": names::release(home.name()) } }),
    }
}

fn from_anywhere(pods: &Value) -> Value {
    let from = json!([{ "ipBlock": { "cidr": "0.0.0.0/0" } }, { "ipBlock": { "cidr": "::/0" } }]);
    json!({ "podSelector": pods, "policyTypes": ["Ingress"], "ingress": [{ "from": from }] })
}

/// DNS, and the agent that hands out the provider's identities.
fn platform_egress(offer: &Offer) -> Vec<Value> {
    let port = |protocol: &str, port: u16| json!({ "protocol": protocol, "port": port });
    let block = |cidr: &str| json!({ "ipBlock": { "cidr": cidr } });
    let mut rules = vec![json!({
        "to": [
            { "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "kube-system" } } },
            block(NODE_LOCAL_DNS),
        ],
        "ports": [port("TCP", 53), port("UDP", 53)],
    })];
    if offer.workload_identity {
        match offer.provider {
            // EKS Pod Identity's agent; the IPv6 address is for IPv6 clusters.
            Provider::Eks => rules.push(json!({
                "to": [block("169.254.170.23/32"), block("fd00:ec2::23/128")],
                "ports": [port("TCP", 80), port("TCP", 2703)],
            })),
            // GKE's metadata server hands out workload identities. Dataplane V2 sees the address that pods ask for; with iptables
            // the request has been redirected to the node's agent by the time the policy sees it.
            Provider::Gke => rules.extend([
                json!({ "to": [block("169.254.169.254/32")], "ports": [port("TCP", 80)] }),
                json!({ "to": [block("169.254.169.252/32")], "ports": [port("TCP", 987), port("TCP", 988)] }),
            ]),
            // Azure's workload identities come from its public sign-in service; self-managed clusters have their own ways.
            Provider::Aks | Provider::SelfManaged => {}
        }
    }
    rules
}
