//! The fleet's policies in the words of each engine, and who is excepted from them.

use fleetplan::gitops::{Templates, Tree, generate};
use serde_json::{Value, json};

use crate::fixture::{DEFAULT, fleet, page, plan, read};
use crate::reading::{at, documents, everything, of_kind, render};

/// Exceptions that hold, and one that has ended.
const EXCEPTIONS: &str = r#"
[[exception]]
tenant = "namespace-shared-eks"
policy = "trusted-registries"
owner = "payments"
reason = "a vendor's image, until its mirror is there: \"{{x}}\" & *"
until = 2026-12-31
[[exception]]
tenant = "namespace-shared-eks"
policy = "default-token"
owner = "payments"
reason = "ended"
until = 2026-11-22
"#;

/// The tree in which every cluster and class has an engine.
fn tree_of(engine: &str, more: &str) -> Tree {
    let words =
        page(DEFAULT).replace("residency = \"eu\"", &format!("residency = \"eu\"\npolicies = \"{engine}\"\n{more}"));
    let inventory = read(&(words + EXCEPTIONS));
    render(&inventory, &plan(&inventory, DEFAULT))
}

fn files(tree: &Tree, cluster: &str) -> Vec<String> {
    let folder = format!("policies/{cluster}/manifests/");
    tree.files.keys().filter_map(|path| path.strip_prefix(&folder)).map(str::to_owned).collect()
}

#[test]
fn every_engine_has_the_same_policies() {
    let judged = [
        "dedicated-nodes",
        "default-token",
        "no-host-path",
        "resources",
        "run-as-non-root",
        "seccomp",
        "team-label",
        "trusted-registries",
    ];
    for engine in ["kyverno", "kyverno-cel", "admission"] {
        let files = files(&tree_of(engine, ""), "eks-1");
        for policy in judged {
            assert!(files.contains(&format!("{policy}.yaml")), "{policy} of {engine}: {files:?}");
        }
    }
}

#[test]
fn kubernetes_changes_pods_only_where_its_minor_serves_that() {
    let tree = tree_of("admission", "");
    assert!(files(&tree, "gke-1").contains(&"inject-team-label.yaml".to_owned()));
    assert!(!files(&tree, "eks-1").contains(&"inject-team-label.yaml".to_owned()));
    // Where nothing sends pods to their own nodes, they must go by themselves.
    let count = |cluster: &str| {
        let policy = &documents(&tree, &format!("policies/{cluster}/manifests/dedicated-nodes.yaml"))[0];
        at(policy, "spec.validations").as_array().unwrap().len()
    };
    assert_eq!((count("gke-1"), count("eks-1")), (2, 3));
}

#[test]
fn every_policy_of_kubernetes_has_a_binding_that_denies() {
    let tree = tree_of("admission", "");
    let policies = of_kind(&tree, "ValidatingAdmissionPolicy");
    let bindings = of_kind(&tree, "ValidatingAdmissionPolicyBinding");
    assert!(!policies.is_empty() && policies.len() == bindings.len());
    for (policy, binding) in policies.iter().zip(&bindings) {
        assert_eq!(binding["spec"]["policyName"], policy["metadata"]["name"]);
        assert_eq!(binding["spec"]["validationActions"], json!(["Deny"]));
        assert_eq!(policy["spec"]["failurePolicy"], "Fail");
    }
}

fn excepted(tree: &Tree, policy: &str) -> Vec<Value> {
    let of = |document: &Value| document["spec"].to_string().contains(&format!("\"fleetplan-{policy}\""));
    of_kind(tree, "PolicyException").into_iter().filter(of).collect()
}

#[test]
fn an_exception_names_owner_reason_and_end_in_the_version_that_kyverno_serves() {
    for (engine, more, version) in [
        ("kyverno", "", "kyverno.io/v2"),
        ("kyverno", "kyverno = \"1.10\"", "kyverno.io/v2alpha1"),
        ("kyverno", "kyverno = \"1.11\"", "kyverno.io/v2beta1"),
        ("kyverno-cel", "", "policies.kyverno.io/v1"),
    ] {
        let found = excepted(&tree_of(engine, more), "trusted-registries");
        assert_eq!(found.len(), 1, "{engine}");
        assert_eq!(found[0]["apiVersion"], version);
        let annotations = &found[0]["metadata"]["annotations"];
        assert_eq!(annotations["fleetplan.dev/owner"], "payments");
        assert_eq!(annotations["fleetplan.dev/until"], "2026-12-31");
        assert_eq!(annotations["fleetplan.dev/reason"], "a vendor's image, until its mirror is there: \"{{x}}\" & *");
        assert!(found[0]["spec"].to_string().contains("namespace-shared-eks-3"), "{:#}", found[0]);
    }
}

#[test]
fn no_exception_outlives_its_date_and_none_stands_in_another_cluster() {
    for engine in ["kyverno", "kyverno-cel"] {
        let tree = tree_of(engine, "");
        assert_eq!(excepted(&tree, "default-token").len(), 0, "{engine}");
        let elsewhere = everything(&tree).into_iter().filter(|(path, document)| {
            document["kind"] == "PolicyException"
                && document["spec"].to_string().contains("namespace-shared-eks")
                && !path.starts_with("policies/eks-1/")
        });
        assert_eq!(elsewhere.count(), 0, "{engine}");
    }
}

#[test]
fn tenants_below_restricted_are_excepted_from_what_their_level_allows() {
    for engine in ["kyverno", "kyverno-cel"] {
        let tree = tree_of(engine, "");
        for policy in ["run-as-non-root", "seccomp"] {
            let tenants = excepted(&tree, policy);
            let of_aks =
                |found: &Value| found["metadata"]["labels"]["fleetplan.dev/tenant"].to_string().ends_with("-aks\"");
            assert!(!tenants.is_empty() && tenants.iter().all(of_aks), "{policy} of {engine}");
        }
        assert_eq!(excepted(&tree, "no-host-path").len(), 0);
    }
}

#[test]
fn a_binding_leaves_out_the_namespaces_of_the_excepted_and_says_why() {
    let tree = tree_of("admission", "");
    let binding = |cluster: &str, policy: &str| {
        documents(&tree, &format!("policies/{cluster}/manifests/{policy}.yaml"))[1].clone()
    };
    let trusted = binding("eks-1", "trusted-registries");
    let left_out = at(&trusted, "spec.matchResources.namespaceSelector.matchExpressions.0.values");
    assert_eq!(left_out, &json!(["namespace-shared-eks", "namespace-shared-eks-2", "namespace-shared-eks-3"]));
    let said = trusted["metadata"]["annotations"]["exception.fleetplan.dev/namespace-shared-eks"].as_str().unwrap();
    assert!(said.starts_with("owner payments; until 2026-12-31; a vendor's image"), "{said}");
    assert!(binding("eks-1", "default-token")["spec"]["matchResources"].is_null());
    assert!(binding("eks-1", "run-as-non-root")["spec"]["matchResources"].is_null());
    assert!(binding("aks-1", "run-as-non-root")["spec"]["matchResources"].is_object());
    assert!(of_kind(&tree, "PolicyException").is_empty());
}

#[test]
fn an_engine_that_the_versions_do_not_support_is_refused_with_its_line() {
    for (engine, more, says) in [
        ("admission", "", "Kubernetes serves ValidatingAdmissionPolicy from 1.30 on"),
        ("kyverno-cel", "kyverno = \"1.16\"", "Kyverno serves `policies.kyverno.io/v1` from 1.17 on"),
        ("kyverno", "kyverno = \"1.20\"", "Kyverno 1.20 has no ClusterPolicy any more"),
        ("kyverno", "kyverno = \"1.9\"", "what is written needs Kyverno 1.10 or later"),
    ] {
        let words = page(DEFAULT)
            .replace("kubernetes = \"1.34\"", "kubernetes = \"1.29\"")
            .replace("residency = \"eu\"", &format!("residency = \"eu\"\npolicies = \"{engine}\"\n{more}"));
        let reading = fleetplan::inventory::read(
            vec![("fleet.toml".to_owned(), words.into())],
            None,
            "2026-11-23".parse().unwrap(),
        );
        let fault = reading.diagnostics.iter().find(|found| found.code == "engine-not-supported").unwrap();
        assert!(fault.message.contains(says), "{}", fault.message);
        assert!(fault.primary.is_some() && !fault.help.is_empty());
    }
}

#[test]
fn a_copy_of_a_class_that_is_older_than_its_engine_is_refused_when_it_is_rendered() {
    let words = page(DEFAULT).replace("residency = \"eu\"", "residency = \"eu\"\npolicies = \"admission\"");
    let inventory = read(&words);
    let (_, mut plan) = fleet(DEFAULT);
    let copy = plan.clusters.iter_mut().find(|cluster| cluster.name.as_str() == "eks-class-2").unwrap();
    copy.kubernetes = fleetplan::vocab::version::Minor(29);
    let faults = generate(&inventory, &plan, &Templates::shipped()).unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["engine-not-supported"]);
}

#[test]
fn clusters_are_written_in_the_version_and_with_the_workers_of_their_class() {
    let words = page(DEFAULT)
        .replace("open_at_most = 4", "open_at_most = 4\ncluster_api = \"v1beta1\"\nworkers = \"machine-pools\"");
    let inventory = read(&words);
    let tree = render(&inventory, &plan(&inventory, DEFAULT));
    for cluster in of_kind(&tree, "Cluster") {
        assert_eq!(cluster["apiVersion"], "cluster.x-k8s.io/v1beta1");
        let topology = &cluster["spec"]["topology"];
        assert!(topology["class"].is_string() && topology["classRef"].is_null());
        assert!(topology["workers"]["machineDeployments"].is_null());
        let pools = topology["workers"]["machinePools"].as_array().unwrap();
        assert!(
            pools.iter().all(|pool| pool["metadata"]["labels"]["node.cluster.x-k8s.io/fleetplan-pool"].is_string())
        );
    }
}
