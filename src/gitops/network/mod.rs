//! Who may talk to whom: policies that close everything and open what a tenant needs.
//!
//! In: a home. Out: per namespace `default-deny`, and policies that open the tenant's own namespaces, the platform's services (DNS,
//! the provider's identity agent), the platform's ingress, load balancers where the tenant has them, and the public internet for soft
//! tenants. What is open stands here; [`kubernetes`] and [`cilium`] write it down in either kind. Rules of different policies add up, so an
//! `except` closes nothing that another rule opens: metadata endpoints are kept out of the only wide rule, and what must stay reachable has
//! a narrow rule of its own.
//!
//! No policy binds pods in the host's network: instance metadata needs a hop limit of 1 as well.

mod cilium;
mod kubernetes;

use serde_json::{Value, json};

use super::document::{Document, EXPOSED, namespaced};
use super::home::Home;
use super::names;
use super::namespace::labels;
use crate::inventory::{NetworkPolicies, Provider, Tenant, Trust};
use crate::vocab::tier::{Form, Tier};

/// Addresses inside which other tenants and the platform live. Tenants reach each other through front doors only.
const PRIVATE_V4: [&str; 4] = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"];
/// Unique local and link-local addresses: every IPv6 metadata endpoint lies in them.
const PRIVATE_V6: [&str; 2] = ["fc00::/7", "fe80::/10"];
/// NodeLocal DNSCache's address: link-local, so `169.254.0.0/16` as a whole must stay out of every list.
const NODE_LOCAL_DNS: &str = "169.254.20.10/32";
/// EKS Pod Identity's agent; the IPv6 address is for IPv6 clusters.
const POD_IDENTITY: [&str; 2] = ["169.254.170.23/32", "fd00:ec2::23/128"];
/// GKE's metadata server, as pods ask for it.
const GKE_METADATA: &str = "169.254.169.254/32";
/// GKE's metadata server on the node, to which iptables redirects what pods ask for.
const GKE_AGENT: &str = "169.254.169.252/32";

/// Metadata endpoints of a provider that pods must not reach through a wide rule: IPv4, then IPv6.
///
/// Sources: each provider's documentation of its instance metadata; `fd20:ce::254` from Google's own client.
pub(super) const fn metadata(provider: Provider) -> (&'static [&'static str], &'static [&'static str]) {
    match provider {
        // 169.254.170.2 hands out ECS task credentials; 169.254.170.23 is EKS Pod Identity's agent and is not in this list.
        Provider::Eks => (&["169.254.169.254/32", "169.254.170.2/32"], &["fd00:ec2::254/128"]),
        Provider::Gke => (&[GKE_METADATA], &["fd20:ce::254/128"]),
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
    let kind = home.host.offer.network_policies;
    let of_namespace = |namespace: &String| {
        let mut all: Vec<(&str, Value)> = policies.iter().map(|policy| (policy.name, spec(policy, home))).collect();
        if kind == NetworkPolicies::Cilium {
            all.extend(cilium::metadata_deny(home.host.offer).map(|spec| ("metadata-deny", spec)));
        }
        all.into_iter().map(|(name, spec)| document(home, namespace, name, &spec)).collect::<Vec<_>>()
    };
    home.namespaces.iter().flat_map(of_namespace).collect()
}

fn spec(policy: &Policy, home: &Home<'_>) -> Value {
    match home.host.offer.network_policies {
        NetworkPolicies::Kubernetes => kubernetes::spec(policy, home),
        NetworkPolicies::Cilium => cilium::spec(policy, home),
    }
}

fn document(home: &Home<'_>, namespace: &str, name: &str, spec: &Value) -> Document {
    let (api_version, kind, template) = match home.host.offer.network_policies {
        NetworkPolicies::Kubernetes => ("networking.k8s.io/v1", "NetworkPolicy", "network/network-policy.yaml.hbs"),
        NetworkPolicies::Cilium => ("cilium.io/v2", "CiliumNetworkPolicy", "network/cilium-network-policy.yaml.hbs"),
    };
    let says = json!({
        "apiVersion": api_version,
        "kind": kind,
        "metadata": namespaced(name, namespace, &labels(home)),
        "spec": spec,
    });
    Document::new(template, says)
}

/// One policy of a namespace. A direction that is none is not its business; one without peers is closed by it.
struct Policy {
    name: &'static str,
    /// The selector of the pods that it binds.
    pods: Value,
    ingress: Option<Vec<Peer>>,
    egress: Option<Vec<Peer>>,
}

/// Whom a policy opens the way to or from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Peer {
    /// The tenant's own namespaces.
    Own,
    /// DNS: the cluster's and the node's.
    Dns,
    /// The agent that hands out the provider's identities.
    Identities,
    /// Namespaces of the platform.
    Platform,
    /// The public internet, without private addresses and metadata.
    Internet,
    /// Whoever comes from outside of the cluster.
    Outside,
}

fn policies(home: &Home<'_>) -> Vec<Policy> {
    let everywhere = |name, ingress, egress| Policy { name, pods: json!({}), ingress, egress };
    let mut platform = vec![Peer::Dns];
    if home.host.offer.workload_identity {
        platform.push(Peer::Identities);
    }
    let mut all = vec![
        everywhere("default-deny", Some(Vec::new()), Some(Vec::new())),
        everywhere("own-namespaces", Some(vec![Peer::Own]), Some(vec![Peer::Own])),
        everywhere("platform-egress", None, Some(platform)),
        everywhere("platform-ingress", Some(vec![Peer::Platform]), None),
    ];
    if reaches_internet(home.tenant) {
        all.push(everywhere("public-egress", None, Some(vec![Peer::Internet])));
    }
    let from_outside = |name, pods| Policy { name, pods, ingress: Some(vec![Peer::Outside]), egress: None };
    if home.planned().load_balancers > 0 && home.form != Form::VclusterPrivate {
        all.push(from_outside("load-balancer-ingress", exposed_pods(home)));
    }
    if home.form == Form::VclusterPrivate {
        // Its nodes join from outside: they must reach the control plane, and nothing else.
        all.push(from_outside("control-plane-ingress", json!({ "matchLabels": { "app": "vcluster" } })));
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
