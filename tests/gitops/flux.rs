//! What Flux is told, from the same plan.

use std::collections::{BTreeMap, BTreeSet};

use fleetplan::gitops::Tree;
use fleetplan::inventory::{Delivery, Inventory};
use fleetplan::plan::Plan;
use serde_json::{Value, json};

use crate::fixture::{DEFAULT, fleet};
use crate::reading::{at, documents, everything, of_kind, render, text, tree};

/// The fleet of every test, delivered by Flux.
pub fn flux_fleet() -> (Inventory, Plan) {
    let (mut inventory, plan) = fleet(DEFAULT);
    inventory.fleet.gitops.delivery = Delivery::Flux;
    (inventory, plan)
}

fn flux_tree() -> Tree {
    let (inventory, plan) = flux_fleet();
    render(&inventory, &plan)
}

/// Flux's own Kustomizations, by name. Those that its controller builds folders with have no name.
fn kustomizations(tree: &Tree) -> BTreeMap<String, Value> {
    let found = of_kind(tree, "Kustomization").into_iter();
    found
        .filter(|document| text(document, "apiVersion") == "kustomize.toolkit.fluxcd.io/v1")
        .map(|document| (text(&document, "metadata.name").to_owned(), document))
        .collect()
}

#[test]
fn both_deliveries_carry_the_same_manifests_and_values() {
    let (flux, argocd) = (flux_tree(), tree(DEFAULT));
    let delivered = |tree: &Tree| -> BTreeSet<String> {
        tree.files
            .keys()
            .filter(|path| path.contains("/manifests/") || path.ends_with("values.yaml"))
            .cloned()
            .collect()
    };
    assert_eq!(delivered(&flux), delivered(&argocd));
    for path in delivered(&flux) {
        // Only the guard against deletion is in another controller's words, and so at another place among sorted keys.
        let without = |text: &str, guard: &str| {
            let (guards, rest): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.trim() == guard);
            (guards.len(), rest.join("\n"))
        };
        let flux_text = without(&flux.files[&path], "kustomize.toolkit.fluxcd.io/prune: disabled");
        let argocd_text =
            without(&argocd.files[&path], "argocd.argoproj.io/sync-options: Delete=confirm,Prune=confirm");
        assert_eq!(flux_text, argocd_text, "{path}");
    }
    for (path, text) in &flux.files {
        assert!(!text.contains("argoproj.io") && !path.starts_with("argocd/"), "{path} speaks of Argo CD");
    }
}

#[test]
fn no_kustomization_prunes_forces_or_substitutes() {
    let all = kustomizations(&flux_tree());
    assert!(all.len() > 30, "{}", all.len());
    for (name, document) in all {
        let spec = &document["spec"];
        assert_eq!(spec["prune"], false, "{name}");
        for key in ["force", "postBuild", "deletionPolicy"] {
            assert!(spec.get(key).is_none(), "{name} has `{key}`");
        }
        assert!(name.len() <= 52, "{name}");
    }
}

#[test]
fn every_folder_is_delivered_once_and_waits_for_what_exists() {
    let tree = flux_tree();
    let all = kustomizations(&tree);
    let mut folders = BTreeSet::new();
    for (name, document) in &all {
        let folder = text(document, "spec.path").strip_prefix("./gitops/").unwrap();
        assert!(folders.insert(folder.to_owned()), "{name} delivers `{folder}` once more");
        assert!(tree.files.keys().any(|path| path.starts_with(&format!("{folder}/"))), "{name} delivers nothing");
        for dependency in document["spec"]["dependsOn"].as_array().into_iter().flatten() {
            let other = text(dependency, "name");
            let before = all.get(other).unwrap_or_else(|| panic!("{name} waits for `{other}`, which is nowhere"));
            let wave = |document: &Value| document["metadata"]["labels"]["fleetplan.dev/wave"].clone();
            assert!(wave(before).as_str() <= wave(document).as_str(), "{name} waits for a later wave");
        }
    }
    let manifests =
        tree.files.keys().filter_map(|path| Some(format!("{}/manifests", path.split_once("/manifests/")?.0)));
    for folder in manifests {
        assert!(folders.contains(&folder), "nothing delivers `{folder}`");
    }
}

#[test]
fn what_goes_to_another_cluster_goes_by_its_kubeconfig() {
    for (name, document) in kustomizations(&flux_tree()) {
        let folder = text(&document, "spec.path");
        let is_remote = folder.ends_with("/manifests") && !folder.contains("/clusters/");
        assert_eq!(document["spec"].get("kubeConfig").is_some(), is_remote, "{name}");
        if is_remote {
            let cluster = folder.split('/').nth(3).unwrap();
            assert_eq!(text(&document, "spec.kubeConfig.secretRef.name"), format!("{cluster}-kubeconfig"));
        }
    }
}

#[test]
fn a_release_that_fails_is_tried_again_and_never_uninstalled_or_rolled_back() {
    let tree = flux_tree();
    let releases = of_kind(&tree, "HelmRelease");
    assert_eq!(releases.len(), 9);
    for release in releases {
        for step in ["install", "upgrade"] {
            assert_eq!(at(&release, &format!("spec.{step}.strategy.name")), "RetryOnFailure");
            assert!(release["spec"][step].get("remediation").is_none());
        }
        assert!(text(&release, "spec.releaseName").len() <= 52);
        assert_eq!(at(&release, "spec.targetNamespace"), at(&release, "spec.storageNamespace"));
    }
}

#[test]
fn a_release_reads_the_values_that_its_folder_builds() {
    let tree = flux_tree();
    let folder = "tenants/eks-1/vcluster-shared-eks";
    let build = documents(&tree, &format!("{folder}/kustomization.yaml")).remove(0);
    let release = documents(&tree, &format!("{folder}/release.yaml")).remove(0);
    assert_eq!(build["resources"], json!(["release.yaml"]));
    assert_eq!(at(&build, "configMapGenerator.0.files"), &json!(["values.yaml"]));
    assert_eq!(at(&build, "configMapGenerator.0.name"), at(&release, "spec.valuesFrom.0.name"));
    assert_eq!(at(&build, "namespace"), at(&release, "metadata.namespace"));
    assert!(tree.files.contains_key(&format!("{folder}/values.yaml")));
}

#[test]
fn the_root_is_applied_by_hand_and_delivers_everything_but_itself() {
    let tree = flux_tree();
    let root = documents(&tree, "flux/root.yaml");
    let kinds: Vec<&str> = root.iter().map(|document| text(document, "kind")).collect();
    assert_eq!(kinds, ["Namespace", "GitRepository", "Kustomization"]);
    assert_eq!(at(&root[1], "spec.ref"), &json!({ "branch": "main" }));
    assert_eq!(text(&root[2], "spec.path"), "./gitops/flux/fleet");
    // Everything below that folder is Flux's own, in Flux's own namespace.
    for (path, document) in everything(&tree).into_iter().filter(|(path, _)| path.starts_with("flux/fleet/")) {
        assert_eq!(text(&document, "metadata.namespace"), "fleetplan-clusters", "{path}");
        assert!(text(&document, "apiVersion").contains(".toolkit.fluxcd.io/"), "{path}");
    }
}

#[test]
fn charts_in_an_oci_registry_are_said_to_be() {
    let (mut inventory, plan) = flux_fleet();
    let charts = |inventory: &Inventory| documents(&render(inventory, &plan), "flux/fleet/charts.yaml").remove(0);
    assert!(charts(&inventory)["spec"].get("type").is_none());
    inventory.fleet.gitops.chart_repository = "oci://registry.acme.example/charts".to_owned();
    assert_eq!(
        charts(&inventory)["spec"],
        json!({ "url": "oci://registry.acme.example/charts", "type": "oci", "interval": "1h" })
    );
}
