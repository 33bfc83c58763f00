//! Values of the legacy charts, which have no schema: every key is held against the chart's own `values.yaml`.

use fleetplan::gitops::Tree;
use serde_json::{Value, json};

use crate::fixture::{Choice, DEFAULT, fleet_without_sandbox};
use crate::reading::{at, documents, render};

/// The charts' own files, where they are at hand.
const CHARTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/schemas/vcluster/v0.15.7");

fn tree(distro: &'static str, high_availability: bool) -> Tree {
    let choice = Choice { chart: "0.15.7", distro: Some(distro), high_availability, ..DEFAULT };
    let (inventory, plan) = fleet_without_sandbox(choice);
    render(&inventory, &plan)
}

fn values(distro: &'static str, high_availability: bool, tenant: &str) -> Value {
    let provider = tenant.rsplit('-').next().unwrap();
    documents(&tree(distro, high_availability), &format!("tenants/{provider}-1/{tenant}/values.yaml")).remove(0)
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that skips must say so, loudly")]
fn every_key_stands_in_the_charts_own_values() {
    for (distro, high_availability) in [("k3s", false), ("k8s", false), ("k8s", true)] {
        let file = format!("{CHARTS}/{distro}/values.yaml");
        let Ok(text) = std::fs::read_to_string(&file) else {
            assert!(std::env::var_os("FLEETPLAN_REQUIRE_SHARED").is_none(), "`{file}` cannot be read");
            eprintln!("SKIPPED: `{file}` is not there, so no key was held against it");
            return;
        };
        let own: Value = serde_saphyr::from_str(&text).unwrap();
        let mut checked = 0;
        for tenant in ["vcluster-shared-eks", "vcluster-dedicated-eks", "vcluster-shared-aks", "vcluster-dedicated-gke"]
        {
            hold(&values(distro, high_availability, tenant), &own, "", &mut checked);
        }
        assert!(checked > 200, "{distro}: only {checked} keys");
    }
}

/// Panics where a key has no counterpart. What the chart leaves to the operator (`{}`) may hold any key, and so may what its templates
/// write out as it stands: resources, amounts by name, security contexts.
fn hold(said: &Value, own: &Value, path: &str, checked: &mut usize) {
    let (Value::Object(said), Value::Object(own)) = (said, own) else { return };
    let free = ["isolation.resourceQuota.quota", "resources", "limitRange.default", "limitRange.defaultRequest"];
    if own.is_empty()
        || free.iter().any(|free| path.ends_with(free))
        || path.to_lowercase().ends_with("securitycontext")
    {
        return;
    }
    for (key, value) in said {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let counterpart = own.get(key).unwrap_or_else(|| panic!("the chart has no `{path}`"));
        *checked += 1;
        hold(value, counterpart, &path, checked);
    }
}

#[test]
fn the_version_of_the_tenant_is_in_the_image_strings() {
    assert_eq!(at(&values("k3s", false, "vcluster-shared-eks"), "vcluster.image"), "rancher/k3s:v1.35.1-k3s1");
    let k8s = values("k8s", false, "vcluster-shared-eks");
    for (part, binary) in
        [("api", "kube-apiserver"), ("controller", "kube-controller-manager"), ("scheduler", "kube-scheduler")]
    {
        assert_eq!(k8s[part]["image"], format!("registry.k8s.io/{binary}:v1.35.0"));
    }
    assert_eq!(k8s["defaultImageRegistry"], "registry.acme.example/");
}

#[test]
fn high_availability_scales_every_part() {
    for (high_availability, replicas) in [(false, 1), (true, 3)] {
        let values = values("k8s", high_availability, "vcluster-shared-eks");
        assert_eq!(values["enableHA"], high_availability);
        for part in ["api", "controller", "etcd", "syncer"] {
            assert_eq!(values[part]["replicas"], replicas, "{part}");
        }
    }
    let k3s = values("k3s", false, "vcluster-shared-eks");
    assert_eq!((&k3s["replicas"], &k3s["storage"]["size"]), (&json!(1), &json!("5Gi")));
}

#[test]
fn one_switch_isolates_and_the_metadata_endpoints_stay_out() {
    for distro in ["k3s", "k8s"] {
        let values = values(distro, false, "vcluster-shared-eks");
        assert_eq!(at(&values, "isolation.enabled"), &json!(true));
        assert_eq!(at(&values, "isolation.podSecurityStandard"), "restricted");
        let block = at(&values, "isolation.networkPolicy.outgoingConnections.ipBlock");
        assert_eq!(block["cidr"], "0.0.0.0/0");
        assert!(block["except"].as_array().unwrap().contains(&json!("169.254.169.254/32")), "{block}");
        let quota = at(&values, "isolation.resourceQuota.quota");
        assert_eq!(quota.get("requests.ephemeral-storage"), Some(&Value::Null));
        assert!(quota["count/pods"].is_string() && quota["requests.cpu"].is_string(), "{quota}");
        assert!(at(&values, "isolation.limitRange").get("max").is_none());
    }
}

#[test]
fn dedicated_nodes_are_one_string_and_tolerated_by_every_pod() {
    let key = "node.cluster.x-k8s.io/fleetplan-dedicated";
    for distro in ["k3s", "k8s"] {
        let values = values(distro, false, "vcluster-dedicated-eks");
        assert_eq!(at(&values, "sync.nodes.nodeSelector"), &json!(format!("{key}=vcluster-dedicated-eks")));
        let arguments = at(&values, "syncer.extraArgs").as_array().unwrap();
        assert!(
            arguments.contains(&json!(format!("--enforce-toleration={key}=vcluster-dedicated-eks:NoSchedule"))),
            "{arguments:?}"
        );
    }
}

#[test]
fn argo_cd_gets_a_kubeconfig_in_the_vclusters_own_namespace() {
    let values = values("k3s", false, "vcluster-shared-eks");
    let arguments = at(&values, "syncer.extraArgs");
    let server = "vcluster-shared-eks.vcluster-vcluster-shared-eks.svc";
    assert_eq!(
        arguments,
        &json!([
            format!("--tls-san={server}"),
            format!("--out-kube-config-server=https://{server}"),
            "--out-kube-config-secret=vc-vcluster-shared-eks-argocd",
        ])
    );
}

#[test]
fn the_application_set_names_the_chart_of_the_distribution() {
    for (distro, chart) in [("k3s", "vcluster"), ("k8s", "vcluster-k8s")] {
        let tree = tree(distro, false);
        let set = documents(&tree, "argocd/applicationsets/vclusters-eu-west-1.yaml").remove(0);
        let sources = at(&set, "spec.template.spec.sources").as_array().unwrap();
        assert!(sources.iter().any(|source| source["chart"] == chart), "{sources:?}");
        let project = documents(&tree, "argocd/projects/vclusters-eu-west-1.yaml").remove(0);
        let kinds = at(&project, "spec.namespaceResourceWhitelist").as_array().unwrap();
        let has_job = kinds.contains(&json!({ "group": "batch", "kind": "Job" }));
        assert_eq!(has_job, distro == "k8s", "only its certificates are made by a job");
    }
}
