//! Network policies in Cilium's own kind: what they open and close, where a cluster has chosen them.

use fleetplan::gitops::{Templates, Tree, generate};
use fleetplan::inventory::{Delivery, Inventory};
use fleetplan::plan::Plan;
use serde_json::{Value, json};

use crate::fixture::{DEFAULT, PROVIDERS, page, plan, read};
use crate::guardrails::{REACHED, holds};
use crate::reading::{at, documents, everything, of_kind, render, text};

/// The fleet in which every cluster and class runs Cilium and says so.
pub fn cilium_fleet() -> (Inventory, Plan) {
    let chosen = "residency = \"eu\"\ncni = \"cilium\"\nnetwork_policies = \"cilium\"";
    let inventory = read(&page(DEFAULT).replace("residency = \"eu\"", chosen));
    let plan = plan(&inventory, DEFAULT);
    (inventory, plan)
}

fn tree() -> Tree {
    let (inventory, plan) = cilium_fleet();
    render(&inventory, &plan)
}

fn policies(tree: &Tree, cluster: &str, tenant: &str) -> Vec<Value> {
    documents(tree, &format!("tenants/{cluster}/{tenant}/manifests/network.yaml"))
}

fn rules<'a>(policies: &'a [Value], key: &str) -> Vec<&'a Value> {
    policies.iter().filter_map(|policy| policy["spec"][key].as_array()).flatten().collect()
}

fn on_port(rule: &Value, port: u64) -> bool {
    let port = port.to_string();
    rule["toPorts"].as_array().is_none_or(|ports| {
        let mut open = ports.iter().flat_map(|ports| ports["ports"].as_array().unwrap());
        open.any(|open| open["port"] == *port && open["protocol"] == "TCP")
    })
}

/// Whether a list of blocks of addresses holds one, and none of its exceptions does.
fn in_blocks(rule: &Value, address: &str) -> bool {
    let plain = rule["toCIDR"].as_array().into_iter().flatten();
    let sets = rule["toCIDRSet"].as_array().into_iter().flatten();
    plain.into_iter().any(|block| holds(block.as_str().unwrap(), address))
        || sets.into_iter().any(|set| {
            let except = set["except"].as_array().cloned().unwrap_or_default();
            holds(text(set, "cidr"), address) && !except.iter().any(|out| holds(out.as_str().unwrap(), address))
        })
}

/// Whether a policy opens an address outside of the cluster, and none denies it.
fn reaches(policies: &[Value], address: &str, port: u64) -> bool {
    let opened = rules(policies, "egress").into_iter().any(|rule| on_port(rule, port) && in_blocks(rule, address));
    opened && !rules(policies, "egressDeny").into_iter().any(|rule| in_blocks(rule, address))
}

/// Whether a policy opens an entity.
fn reaches_entity(policies: &[Value], entity: &str, port: u64) -> bool {
    let is_named = |rule: &Value| rule["toEntities"].as_array().is_some_and(|all| all.contains(&json!(entity)));
    rules(policies, "egress").into_iter().any(|rule| on_port(rule, port) && is_named(rule))
}

#[test]
fn every_namespace_of_a_cluster_that_chose_cilium_has_that_kind_alone_and_denies_by_default() {
    let tree = tree();
    assert_eq!(of_kind(&tree, "NetworkPolicy"), Vec::<Value>::new());
    let denied: Vec<String> = of_kind(&tree, "CiliumNetworkPolicy")
        .iter()
        .filter(|policy| policy["spec"] == json!({ "endpointSelector": {}, "ingress": [{}], "egress": [{}] }))
        .map(|policy| text(policy, "metadata.namespace").to_owned())
        .collect();
    let all: Vec<String> = of_kind(&tree, "Namespace").iter().map(|d| text(d, "metadata.name").to_owned()).collect();
    assert_eq!(denied, all);
}

#[test]
fn metadata_is_out_of_reach_and_what_must_be_reached_is_not_on_every_provider_of_cilium() {
    let tree = tree();
    for (provider, address, port, soft, hardened) in REACHED {
        let soft_ones = policies(&tree, &format!("{provider}-1"), &format!("namespace-shared-{provider}"));
        let hardened_ones = policies(&tree, &format!("{provider}-class-2"), &format!("namespace-dedicated-{provider}"));
        let reached = (reaches(&soft_ones, address, port), reaches(&hardened_ones, address, port));
        assert_eq!(reached, (soft, hardened), "{address}:{port} on {provider}");
    }
}

#[test]
fn a_node_is_reached_where_identities_and_names_are_handed_out_and_nowhere_else() {
    let tree = tree();
    for (provider, open) in [("eks", vec![53, 80, 2703]), ("gke", vec![53, 987, 988]), ("aks", vec![53])] {
        let all = policies(&tree, &format!("{provider}-1"), &format!("vcluster-shared-{provider}"));
        let reached = [22, 53, 80, 443, 987, 988, 2379, 2703, 4240, 6443, 10250]
            .into_iter()
            .filter(|port| reaches_entity(&all, "host", *port));
        assert_eq!(reached.collect::<Vec<_>>(), open, "{provider}");
        let entities = rules(&all, "egress").into_iter().filter_map(|rule| rule["toEntities"].as_array()).flatten();
        assert!(entities.into_iter().all(|entity| entity == "host"), "{provider}");
    }
}

#[test]
fn what_is_denied_stays_denied_whatever_another_policy_opens() {
    let tree = tree();
    let denied = |provider: &str| {
        let all = policies(&tree, &format!("{provider}-1"), &format!("vcluster-shared-{provider}"));
        rules(&all, "egressDeny").into_iter().map(|rule| rule["toCIDR"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(denied("eks"), [json!(["169.254.169.254/32", "169.254.170.2/32", "fd00:ec2::254/128"])]);
    // GKE's metadata server hands out workload identities, so its IPv4 address is not denied.
    assert_eq!(denied("gke"), [json!(["fd20:ce::254/128"])]);
    assert_eq!(denied("aks"), [json!(["168.63.129.16/32", "169.254.169.254/32"])]);
}

#[test]
fn without_workload_identity_no_metadata_server_and_no_agent_is_reached() {
    let chosen = "residency = \"eu\"\ncni = \"cilium\"\nnetwork_policies = \"cilium\"\nworkload_identity = false";
    let inventory = read(&page(DEFAULT).replace("residency = \"eu\"", chosen));
    let tree = render(&inventory, &plan(&inventory, DEFAULT));
    for (provider, _, _) in PROVIDERS {
        let all = policies(&tree, &format!("{provider}-1"), &format!("namespace-shared-{provider}"));
        for (address, port) in [("169.254.169.254", 80), ("169.254.170.23", 80), ("169.254.169.252", 988)] {
            let is_denied = rules(&all, "egressDeny").into_iter().any(|rule| in_blocks(rule, address));
            let narrow =
                rules(&all, "egress").into_iter().any(|rule| rule["toCIDR"].is_array() && in_blocks(rule, address));
            assert!(!narrow && (is_denied || address != "169.254.169.254"), "{address} on {provider}");
            assert!(!reaches_entity(&all, "host", port), "{port} on {provider}");
        }
    }
}

#[test]
fn a_tenants_namespaces_and_the_platforms_are_named_so_that_no_selector_means_the_policys_own_namespace() {
    let tree = tree();
    let all = policies(&tree, "eks-1", "namespace-shared-eks");
    let peers: Vec<&Value> = ["ingress", "egress"]
        .into_iter()
        .flat_map(|key| rules(&all, key))
        .flat_map(|rule| ["fromEndpoints", "toEndpoints"].map(|side| &rule[side]))
        .filter_map(Value::as_array)
        .flatten()
        .collect();
    assert!(peers.len() >= 4);
    for peer in peers {
        assert!(peer.to_string().contains("k8s:io.kubernetes.pod.namespace"), "{peer:#}");
    }
    let own = json!({ "matchExpressions": [{
        "key": "k8s:io.kubernetes.pod.namespace",
        "operator": "In",
        "values": ["namespace-shared-eks", "namespace-shared-eks-2", "namespace-shared-eks-3"],
    }] });
    let policy = all.iter().find(|policy| policy["metadata"]["name"] == "own-namespaces").unwrap();
    assert_eq!(at(policy, "spec.ingress.0.fromEndpoints.0"), &own);
    assert_eq!(at(policy, "spec.egress.0.toEndpoints.0"), &own);
}

#[test]
fn no_rule_combines_two_kinds_of_peers_which_cilium_refuses() {
    let mut seen = 0;
    for policy in of_kind(&tree(), "CiliumNetworkPolicy") {
        for key in ["ingress", "egress", "egressDeny"] {
            for rule in policy["spec"][key].as_array().into_iter().flatten() {
                let peers = rule.as_object().unwrap().keys().filter(|key| *key != "toPorts").count();
                assert!(peers <= 1, "{policy:#}");
                // A rule with ports and without a peer would open them to everybody.
                assert!(peers == 1 || rule == &json!({}), "{policy:#}");
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn a_project_and_a_team_know_the_kind_that_its_clusters_have() {
    let tree = tree();
    for (kind, shard) in [("namespaces", "eu-west-1"), ("vclusters", "eu-west-1"), ("own-clusters", "eu-west-1")] {
        let project = documents(&tree, &format!("argocd/projects/{kind}-{shard}.yaml")).remove(0);
        let permitted = at(&project, "spec.namespaceResourceWhitelist").as_array().unwrap();
        assert!(permitted.contains(&json!({ "group": "cilium.io", "kind": "CiliumNetworkPolicy" })), "{project:#}");
    }
    for role in of_kind(&tree, "Role") {
        let rules = role["rules"].as_array().unwrap();
        let rule =
            rules.iter().find(|rule| rule["apiGroups"] == json!(["cilium.io"])).expect("a team reads its policies");
        assert_eq!(rule["verbs"], json!(["get", "list", "watch"]));
    }
}

#[test]
fn flux_delivers_the_same_policies() {
    let (mut inventory, plan) = cilium_fleet();
    let argocd = render(&inventory, &plan);
    inventory.fleet.gitops.delivery = Delivery::Flux;
    let flux = generate(&inventory, &plan, &Templates::shipped()).unwrap();
    let network = |tree: &Tree| {
        let all = everything(tree).into_iter().filter(|(path, _)| path.ends_with("/network.yaml"));
        all.map(|(path, document)| (path.to_owned(), document)).collect::<Vec<_>>()
    };
    assert!(!network(&flux).is_empty());
    assert_eq!(network(&argocd), network(&flux));
}

#[test]
fn the_readme_says_what_cilium_must_be() {
    assert!(tree().files["README.md"].contains("Cilium 1.14 or later"));
}

#[test]
fn the_policies_of_one_namespace_in_full() {
    insta::assert_snapshot!(tree().files["tenants/eks-1/vcluster-shared-eks/manifests/network.yaml"]);
}
