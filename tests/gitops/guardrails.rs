//! What makes a namespace safe to share.

use std::net::{Ipv4Addr, Ipv6Addr};

use fleetplan::gitops::Tree;
use serde_json::{Value, json};

use crate::fixture::{DEFAULT, PROVIDERS, fleet};
use crate::reading::{at, documents, everything, of_kind, text, tree};

fn namespaces(tree: &Tree, provider: &str, form: &str) -> Vec<Value> {
    let (cluster, tenant) = match form {
        "cluster" => (format!("{provider}-class-1"), format!("cluster-{provider}")),
        "namespace-dedicated" => (format!("{provider}-class-2"), format!("namespace-dedicated-{provider}")),
        form => (format!("{provider}-1"), format!("{form}-{provider}")),
    };
    documents(tree, &format!("tenants/{cluster}/{tenant}/manifests/namespace.yaml"))
}

#[test]
fn a_tenant_with_three_namespaces_gets_three_and_each_has_every_guardrail() {
    let tree = tree(DEFAULT);
    let names = ["namespace-shared-eks", "namespace-shared-eks-2", "namespace-shared-eks-3"];
    let in_each = |kind: &str| -> Vec<String> {
        let of_tenant =
            |document: &Value| document["metadata"]["labels"]["fleetplan.dev/tenant"] == "namespace-shared-eks";
        let place = if kind == "Namespace" { "metadata.name" } else { "metadata.namespace" };
        of_kind(&tree, kind).iter().filter(|d| of_tenant(d)).map(|d| text(d, place).to_owned()).collect()
    };
    for kind in ["Namespace", "ServiceAccount", "ResourceQuota", "LimitRange", "Role", "RoleBinding"] {
        assert_eq!(in_each(kind), names, "{kind}");
    }
    assert_eq!(in_each("NetworkPolicy").iter().filter(|name| **name == names[1]).count(), 6);
}

#[test]
fn pod_security_is_pinned_to_the_minor_of_the_host() {
    let tree = tree(DEFAULT);
    for (provider, minor, _) in PROVIDERS {
        for form in ["namespace-shared", "namespace-dedicated", "vcluster-shared", "cluster"] {
            let namespace = &namespaces(&tree, provider, form)[0];
            let labels = &namespace["metadata"]["labels"];
            let level = if provider == "aks" || form.starts_with("vcluster") { "baseline" } else { "restricted" };
            assert_eq!(labels["pod-security.kubernetes.io/enforce"], level, "{form} on {provider}");
            assert_eq!(labels["pod-security.kubernetes.io/audit"], "restricted");
            assert_eq!(labels["pod-security.kubernetes.io/warn"], "restricted");
            for mode in ["enforce", "audit", "warn"] {
                let pinned = &labels[format!("pod-security.kubernetes.io/{mode}-version")];
                assert_eq!(pinned, &json!(format!("v1.{minor}")));
            }
        }
    }
}

#[test]
fn no_namespace_is_deleted_or_pruned_without_a_person() {
    for namespace in of_kind(&tree(DEFAULT), "Namespace") {
        let options = &namespace["metadata"]["annotations"]["argocd.argoproj.io/sync-options"];
        assert_eq!(options, "Delete=confirm,Prune=confirm");
    }
}

#[test]
fn the_default_service_account_gives_no_token() {
    let accounts = of_kind(&tree(DEFAULT), "ServiceAccount");
    assert!(!accounts.is_empty());
    assert!(accounts.iter().all(|account| account["automountServiceAccountToken"] == false));
}

#[test]
fn quotas_of_a_tenants_namespaces_add_up_to_its_planned_demand() {
    let (inventory, _) = fleet(DEFAULT);
    let planned = inventory.tenant(&"namespace-shared-eks".parse().unwrap()).unwrap().1.planned();
    let path = "tenants/eks-1/namespace-shared-eks/manifests/quota.yaml";
    let quotas: Vec<Value> =
        documents(&tree(DEFAULT), path).into_iter().filter(|d| d["kind"] == "ResourceQuota").collect();
    let sum = |key: &str| -> u64 {
        quotas.iter().map(|quota| quota["spec"]["hard"][key].as_str().unwrap().parse::<u64>().unwrap()).sum()
    };
    assert_eq!(sum("pods"), planned.resources.pods);
    assert_eq!(sum("requests.cpu") * 1000, planned.resources.cpu);
    assert!((planned.load_balancers..planned.load_balancers + 3).contains(&sum("services.loadbalancers")));
    // A load balancer's ports count as node ports: with none of these no load balancer could be made.
    assert!(sum("services.nodeports") >= sum("services.loadbalancers"));
}

#[test]
fn an_estimate_without_storage_forbids_none_and_a_statement_without_storage_does() {
    for (estimated, claims) in [("true", "40"), ("false", "0")] {
        let words = crate::fixture::page(DEFAULT)
            .replace("storage = \"500Gi\", ", "")
            .replace("importance = 3", &format!("importance = 3\nestimated = {estimated}"));
        let inventory = crate::fixture::read(&words);
        let tree = crate::reading::render(&inventory, &crate::fixture::plan(&inventory, DEFAULT));
        let quota = documents(&tree, "tenants/eks-1/namespace-shared-eks/manifests/quota.yaml").remove(0);
        let hard = at(&quota, "spec.hard");
        assert_eq!(hard["persistentvolumeclaims"], claims, "estimated = {estimated}");
        assert_eq!(hard["requests.storage"].is_null(), estimated == "true");
    }
}

#[test]
fn a_limit_range_never_defaults_above_its_own_maximum() {
    for range in of_kind(&tree(DEFAULT), "LimitRange") {
        let limits = at(&range, "spec.limits.0");
        let millicores = |key: &str| {
            let text = limits[key]["cpu"].as_str().unwrap();
            text.strip_suffix('m').map_or_else(|| text.parse::<u64>().unwrap() * 1000, |cpu| cpu.parse().unwrap())
        };
        assert!(millicores("defaultRequest") <= millicores("default"), "{range:#}");
        assert!(millicores("default") <= millicores("max"), "{range:#}");
    }
}

#[test]
fn a_cluster_of_its_own_has_no_quota_and_lets_its_team_install_its_crds() {
    let tree = tree(DEFAULT);
    let quota = documents(&tree, "tenants/eks-class-1/cluster-eks/manifests/quota.yaml");
    assert!(quota.iter().all(|document| document["kind"] == "LimitRange"));
    let roles = of_kind(&tree, "ClusterRole");
    assert_eq!(roles.len(), PROVIDERS.len());
    assert_eq!(at(&roles[0], "rules.1.resourceNames.0"), "certificates.cert-manager.io");
}

#[test]
fn a_team_can_change_neither_its_guardrails_nor_its_rights() {
    for role in of_kind(&tree(DEFAULT), "Role") {
        for rule in role["rules"].as_array().unwrap() {
            let has = |key: &str, word: &str| rule[key].as_array().unwrap().iter().any(|entry| entry == word);
            assert!(!has("resources", "*") && !has("verbs", "*") && !has("apiGroups", "*"), "{rule}");
            for guarded in ["networkpolicies", "resourcequotas", "limitranges", "roles", "rolebindings"] {
                assert!(!has("resources", guarded) || !has("verbs", "update"), "{rule}");
            }
            assert!(!has("verbs", "escalate") && !has("verbs", "bind") && !has("verbs", "impersonate"), "{rule}");
        }
    }
}

/// Whether any egress rule of a tenant's policies lets `address` be reached on a TCP port.
fn reaches(tree: &Tree, cluster: &str, tenant: &str, address: &str, port: u64) -> bool {
    let policies = documents(tree, &format!("tenants/{cluster}/{tenant}/manifests/network.yaml"));
    let rules = policies.iter().filter_map(|policy| policy["spec"]["egress"].as_array()).flatten();
    rules.into_iter().any(|rule| {
        let on_port = rule["ports"]
            .as_array()
            .is_none_or(|ports| ports.iter().any(|open| open["port"] == port && open["protocol"] == "TCP"));
        let to = rule["to"].as_array().unwrap();
        on_port
            && to.iter().filter(|peer| peer["ipBlock"].is_object()).any(|peer| {
                let block = &peer["ipBlock"];
                let except = block["except"].as_array().cloned().unwrap_or_default();
                holds(text(block, "cidr"), address) && !except.iter().any(|out| holds(out.as_str().unwrap(), address))
            })
    })
}

/// Whether a block of addresses holds an address of the same family.
pub fn holds(block: &str, address: &str) -> bool {
    let (base, length) = block.split_once('/').unwrap();
    let length: u32 = length.parse().unwrap();
    let shifted = |bits: u128, width: u32| if length == 0 { 0 } else { bits >> (width - length) };
    if let (Ok(base), Ok(address)) = (base.parse::<Ipv4Addr>(), address.parse::<Ipv4Addr>()) {
        let bits = |address: Ipv4Addr| u128::from(u32::from(address));
        return shifted(bits(base), 32) == shifted(bits(address), 32);
    }
    if let (Ok(base), Ok(address)) = (base.parse::<Ipv6Addr>(), address.parse::<Ipv6Addr>()) {
        return shifted(u128::from(base), 128) == shifted(u128::from(address), 128);
    }
    false
}

/// Provider, address, port, and whether a soft and a hardened tenant reach it, whichever kind of policies their cluster has.
pub const REACHED: [(&str, &str, u64, bool, bool); 20] = [
    ("eks", "169.254.169.254", 80, false, false),
    ("eks", "169.254.170.2", 80, false, false),
    ("eks", "169.254.170.23", 80, true, true),
    ("eks", "169.254.170.23", 2703, true, true),
    ("eks", "169.254.20.10", 53, true, true),
    ("eks", "fd00:ec2::254", 80, false, false),
    ("eks", "fd00:ec2::23", 80, true, true),
    ("eks", "93.184.216.34", 443, true, false),
    ("eks", "2606:2800:220:1::1", 443, true, false),
    ("eks", "10.1.2.3", 443, false, false),
    ("gke", "169.254.169.254", 80, true, true),
    ("gke", "169.254.169.254", 443, false, false),
    ("gke", "169.254.169.252", 988, true, true),
    ("gke", "169.254.169.252", 987, true, true),
    ("gke", "169.254.20.10", 53, true, true),
    ("gke", "fd20:ce::254", 80, false, false),
    ("aks", "169.254.169.254", 80, false, false),
    ("aks", "168.63.129.16", 80, false, false),
    ("aks", "169.254.20.10", 53, true, true),
    ("aks", "100.64.0.1", 443, false, false),
];

#[test]
fn metadata_is_out_of_reach_and_what_must_be_reached_is_not_on_every_provider() {
    let tree = tree(DEFAULT);
    for (provider, address, port, soft, hardened) in REACHED {
        let reached = (
            reaches(&tree, &format!("{provider}-1"), &format!("namespace-shared-{provider}"), address, port),
            reaches(&tree, &format!("{provider}-class-2"), &format!("namespace-dedicated-{provider}"), address, port),
        );
        assert_eq!(reached, (soft, hardened), "{address}:{port} on {provider}");
    }
}

#[test]
fn no_list_closes_the_whole_link_local_range() {
    for (path, document) in everything(&tree(DEFAULT)) {
        assert!(!document.to_string().contains("169.254.0.0/16"), "{path}");
    }
}

#[test]
fn every_namespace_denies_by_default() {
    let tree = tree(DEFAULT);
    let denied: Vec<String> = of_kind(&tree, "NetworkPolicy")
        .iter()
        .filter(|policy| policy["spec"] == json!({ "podSelector": {}, "policyTypes": ["Ingress", "Egress"] }))
        .map(|policy| text(policy, "metadata.namespace").to_owned())
        .collect();
    let all: Vec<String> = of_kind(&tree, "Namespace").iter().map(|d| text(d, "metadata.name").to_owned()).collect();
    assert_eq!(denied, all);
}

#[test]
fn policies_judge_containers_init_containers_and_ephemeral_ones() {
    let tree = tree(DEFAULT);
    let policy = |name: &str| documents(&tree, &format!("policies/eks-1/manifests/{name}.yaml")).remove(0);
    let images = "registry.acme.example/* | ghcr.io/acme/*";
    let registries = policy("trusted-registries");
    let pattern = at(&registries, "spec.rules.0.validate.pattern.spec");
    for containers in ["containers", "=(initContainers)", "=(ephemeralContainers)"] {
        assert_eq!(pattern[containers][0]["image"], images, "{containers}");
    }
    let non_root = policy("run-as-non-root");
    for place in 0..2 {
        let spec = &at(&non_root, "spec.rules.0.validate.anyPattern")[place]["spec"];
        assert!(["containers", "=(initContainers)", "=(ephemeralContainers)"].iter().all(|key| spec[*key].is_array()));
    }
    let teams = policy("team-label");
    assert_eq!(at(&teams, "spec.rules.0.validate.pattern.metadata")["=(labels)"]["=(team)"], "health | ml | payments");
    for policy in of_kind(&tree, "ClusterPolicy") {
        assert_eq!(policy["spec"]["validationFailureAction"], "Enforce");
    }
}

#[test]
fn no_quota_allows_more_of_a_kind_in_a_namespace_than_kubernetes_is_tested_with() {
    let most = [("pods", 3000), ("count/pods", 3000), ("count/services", 5000), ("count/deployments.apps", 2000)];
    let most = most.into_iter().chain([("services.loadbalancers", 5000)]);
    let page = crate::fixture::page(DEFAULT)
        .replace("pods = 120, storage", "pods = 40000, storage")
        .replace("load_balancers = 2, services = 10", "load_balancers = 6000, services = 20000");
    let inventory = crate::fixture::read(&page);
    let tree = crate::reading::render(&inventory, &crate::fixture::plan(&inventory, DEFAULT));
    let quotas = of_kind(&tree, "ResourceQuota").into_iter().map(|quota| at(&quota, "spec.hard").clone());
    let values = everything(&tree).into_iter().filter(|(path, _)| path.ends_with("values.yaml"));
    let of_charts = values.map(|(_, values)| at(&values, "policies.resourceQuota.quota").clone());
    let all: Vec<Value> = quotas.chain(of_charts.filter(Value::is_object)).collect();
    for (key, most) in most {
        let said: Vec<u64> = all.iter().filter_map(|hard| hard[key].as_str()?.parse().ok()).collect();
        assert!(!said.is_empty() && said.iter().all(|count| *count <= most), "{key}: {said:?}");
    }
    let readme = &tree.files["README.md"];
    assert!(readme.contains("| namespace-dedicated-eks | eks-class-2 | 40000 |"), "{readme}");
}
