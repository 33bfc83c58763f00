//! What a tenant's team may do: run its workloads, read its guardrails, change neither them nor its own rights.
//!
//! In: a home of tier namespace or cluster (in a vcluster the team is its own administrator). Out: per namespace a `Role` and a
//! `RoleBinding` for the group that is called like the team; in a cluster of its own also the right to install the CRDs that the
//! tenant brings.

use serde_json::{Value, json};

use super::document::{Document, namespaced};
use super::home::Home;
use super::namespace::labels;
use crate::inventory::NetworkPolicies;
use crate::vocab::tier::Tier;

const GROUP: &str = "rbac.authorization.k8s.io";
const NAME: &str = "fleetplan-team";
const CRD_NAME: &str = "fleetplan-team-crds";
const READ: [&str; 3] = ["get", "list", "watch"];
const WRITE: [&str; 8] = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// The documents of a home of tier namespace or cluster.
pub(super) fn documents(home: &Home<'_>) -> Vec<Document> {
    let mut all = Vec::new();
    for namespace in &home.namespaces {
        let metadata = namespaced(NAME, namespace, &labels(home));
        all.extend(pair(home, ("Role", "RoleBinding"), &metadata, NAME, &team_rules(home)));
    }
    if home.form.tier() == Tier::Cluster && !home.tenant.crds.is_empty() {
        let metadata = json!({ "name": CRD_NAME, "labels": labels(home).0 });
        all.extend(pair(home, ("ClusterRole", "ClusterRoleBinding"), &metadata, CRD_NAME, &crd_rules(home)));
    }
    all
}

fn pair(home: &Home<'_>, kinds: (&str, &str), metadata: &Value, name: &str, rules: &Value) -> [Document; 2] {
    let role = json!({ "apiVersion": format!("{GROUP}/v1"), "kind": kinds.0, "metadata": metadata, "rules": rules });
    let binding = json!({
        "apiVersion": format!("{GROUP}/v1"),
        "kind": kinds.1,
        "metadata": metadata,
        "roleRef": { "apiGroup": GROUP, "kind": kinds.0, "name": name },
        "subjects": [{ "apiGroup": GROUP, "kind": "Group", "name": home.tenant.team.as_str() }],
    });
    [Document::new("rbac/role.yaml.hbs", role), Document::new("rbac/role-binding.yaml.hbs", binding)]
}

/// Workloads to write, guardrails to read. No RBAC, no policies, no quotas: a team cannot widen what it was given.
fn team_rules(home: &Home<'_>) -> Value {
    let rule = |group: &str, resources: &[&str], verbs: &[&str]| json!({ "apiGroups": [group], "resources": resources, "verbs": verbs });
    let mut rules = vec![
        rule(
            "",
            &[
                "configmaps",
                "endpoints",
                "persistentvolumeclaims",
                "pods",
                "pods/eviction",
                "replicationcontrollers",
                "secrets",
                "serviceaccounts",
                "services",
            ],
            &WRITE,
        ),
        rule("", &["pods/attach", "pods/exec", "pods/portforward"], &["create", "get"]),
        rule("", &["pods/ephemeralcontainers"], &["get", "patch", "update"]),
        rule("", &["events", "limitranges", "pods/log", "pods/status", "resourcequotas"], &READ),
        rule(
            "apps",
            &[
                "daemonsets",
                "deployments",
                "deployments/scale",
                "replicasets",
                "replicasets/scale",
                "statefulsets",
                "statefulsets/scale",
            ],
            &WRITE,
        ),
        rule("autoscaling", &["horizontalpodautoscalers"], &WRITE),
        rule("batch", &["cronjobs", "jobs"], &WRITE),
        rule("discovery.k8s.io", &["endpointslices"], &READ),
        rule("gateway.networking.k8s.io", &["grpcroutes", "httproutes"], &WRITE),
        rule("networking.k8s.io", &["ingresses"], &WRITE),
        rule("networking.k8s.io", &["networkpolicies"], &READ),
        rule("policy", &["poddisruptionbudgets"], &WRITE),
        rule(GROUP, &["rolebindings", "roles"], &READ),
    ];
    match home.host.offer.network_policies {
        NetworkPolicies::Kubernetes => {}
        NetworkPolicies::Cilium => rules.push(rule("cilium.io", &["ciliumnetworkpolicies"], &READ)),
    }
    Value::from(rules)
}

/// The tenant's own CRDs and their objects. `create` cannot be bound to a name: Kubernetes checks names only of what exists.
fn crd_rules(home: &Home<'_>) -> Value {
    let crds: Vec<&str> = home.tenant.crds.iter().map(|crd| crd.name.as_str()).collect();
    let mut rules = vec![
        json!({
            "apiGroups": ["apiextensions.k8s.io"],
            "resources": ["customresourcedefinitions"],
            "verbs": ["create", "get", "list", "watch"],
        }),
        json!({
            "apiGroups": ["apiextensions.k8s.io"],
            "resources": ["customresourcedefinitions"],
            "resourceNames": crds,
            "verbs": ["delete", "patch", "update"],
        }),
    ];
    for (plural, group) in crds.iter().filter_map(|name| name.split_once('.')) {
        let resources = [plural.to_owned(), format!("{plural}/status")];
        rules.push(json!({ "apiGroups": [group], "resources": resources, "verbs": WRITE }));
    }
    Value::from(rules)
}
