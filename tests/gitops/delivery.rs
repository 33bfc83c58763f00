//! What Argo CD is told.

use std::collections::BTreeSet;

use fleetplan::inventory::Delivery;
use serde_json::{Value, json};

use crate::fixture::{DEFAULT, fleet};
use crate::reading::{at, documents, everything, of_kind, render, text, tree};

#[test]
fn the_same_plan_gives_the_same_bytes_whatever_the_order_of_the_page() {
    let (inventory, mut plan) = fleet(DEFAULT);
    let first = render(&inventory, &plan);
    plan.placements.reverse();
    plan.clusters.reverse();
    let again = render(&inventory, &plan);
    let differing: Vec<&String> =
        first.files.keys().filter(|path| first.files.get(*path) != again.files.get(*path)).collect();
    // The README has the plan's fingerprint, and a plan in another order is another plan.
    assert_eq!(differing, ["README.md", "fleetplan.sha256"]);
    assert_eq!(first, tree(DEFAULT));
}

#[test]
fn no_application_set_can_delete_in_bulk() {
    let sets = of_kind(&tree(DEFAULT), "ApplicationSet");
    assert_eq!(sets.len(), 15);
    for set in sets {
        let spec = &set["spec"];
        assert_eq!(spec["goTemplate"], true);
        assert_eq!(spec["goTemplateOptions"], json!(["missingkey=error"]));
        assert_eq!(
            spec["syncPolicy"],
            json!({ "applicationsSync": "create-update", "preserveResourcesOnDeletion": true })
        );
        let template = &spec["template"]["spec"];
        assert_eq!(template["syncPolicy"]["automated"]["prune"], false);
        assert_eq!(template["project"], set["metadata"]["name"], "the project is literal");
        assert!(template["syncPolicy"]["syncOptions"].as_array().unwrap().contains(&json!("ServerSideApply=true")));
        assert!(spec.get("strategy").is_none(), "a rolling sync would switch automated sync off");
    }
}

#[test]
fn a_descriptor_is_found_by_its_own_application_set_alone() {
    let tree = tree(DEFAULT);
    let sets = of_kind(&tree, "ApplicationSet");
    let descriptors: Vec<&String> = tree.files.keys().filter(|path| path.ends_with(".fleetplan.yaml")).collect();
    for descriptor in &descriptors {
        // As Argo CD's default globbing does it: `*` matches `/` too.
        let finds = |set: &&Value| {
            at(set, "spec.generators.0.git.files").as_array().unwrap().iter().any(|file| {
                let path = text(file, "path").strip_prefix("gitops/").unwrap();
                match path.split_once('*') {
                    None => path == descriptor.as_str(),
                    Some((head, tail)) => descriptor.starts_with(head) && descriptor.ends_with(tail),
                }
            })
        };
        assert_eq!(sets.iter().filter(finds).count(), 1, "{descriptor}");
    }
    let values: BTreeSet<String> =
        descriptors.iter().map(|path| text(&documents(&tree, path)[0], "application").to_owned()).collect();
    assert_eq!(values.len(), descriptors.len(), "no two applications share a name");
    assert!(values.iter().all(|name| name.len() <= 52), "{values:?}");
}

#[test]
fn everything_a_template_asks_of_a_descriptor_is_in_it() {
    let tree = tree(DEFAULT);
    for set in of_kind(&tree, "ApplicationSet") {
        let template = set["spec"]["template"].to_string();
        let asked: BTreeSet<&str> = template.split("{{.").skip(1).filter_map(|rest| rest.split("}}").next()).collect();
        let kind = text(&set, "metadata.name").split("-eu").next().unwrap().split("-we").next().unwrap().to_owned();
        let of_kind: Vec<&String> =
            tree.files.keys().filter(|path| path.ends_with(&format!("/{kind}.fleetplan.yaml"))).collect();
        assert!(!of_kind.is_empty(), "{kind}");
        for path in of_kind {
            let descriptor = documents(&tree, path).remove(0);
            for name in asked.iter().filter(|name| **name != "path.path") {
                assert!(descriptor[*name].is_string(), "{path} lacks `{name}`");
            }
        }
    }
}

#[test]
fn projects_name_every_destination_and_every_kind() {
    let tree = tree(DEFAULT);
    for project in of_kind(&tree, "AppProject") {
        let spec = &project["spec"];
        assert!(!spec.to_string().contains('*'), "{spec:#}");
        assert!(!spec["destinations"].as_array().unwrap().is_empty());
        assert!(!spec["sourceRepos"].as_array().unwrap().is_empty());
    }
}

#[test]
fn everything_that_a_shard_delivers_is_permitted_by_its_project() {
    let tree = tree(DEFAULT);
    let cluster_wide = ["Namespace", "ClusterRole", "ClusterRoleBinding", "ClusterPolicy"];
    for set in of_kind(&tree, "ApplicationSet") {
        let name = text(&set, "metadata.name");
        let project = documents(&tree, &format!("argocd/projects/{name}.yaml")).remove(0);
        let files = at(&set, "spec.generators.0.git.files").as_array().unwrap();
        let folders = files.iter().map(|file| {
            let path = text(file, "path").strip_prefix("gitops/").unwrap();
            path.split('*').next().unwrap().trim_end_matches(|c| c != '/').to_owned()
        });
        let descriptor = text(&files[0], "path").rsplit('/').next().unwrap().to_owned();
        for folder in folders {
            for (path, document) in everything(&tree) {
                let item = path.split("/manifests/").next().unwrap();
                let is_delivered = path.starts_with(&folder)
                    && path.contains("/manifests/")
                    && tree.files.contains_key(&format!("{item}/{descriptor}"));
                if is_delivered {
                    let kind = text(&document, "kind");
                    let list = if cluster_wide.contains(&kind) {
                        "clusterResourceWhitelist"
                    } else {
                        "namespaceResourceWhitelist"
                    };
                    let group = text(&document, "apiVersion").split_once('/').map_or("", |(group, _)| group);
                    let entry = json!({ "group": group, "kind": kind });
                    assert!(
                        project["spec"][list].as_array().unwrap().contains(&entry),
                        "{name} lacks {entry} of {path}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_root_application_delivers_everything_but_itself() {
    let root = documents(&tree(DEFAULT), "argocd/root.yaml");
    assert_eq!(root.iter().map(|document| text(document, "kind")).collect::<Vec<_>>(), ["AppProject", "Application"]);
    assert_eq!(
        at(&root[1], "spec.source"),
        &json!({
            "repoURL": "https://git.acme.example/fleet.git",
            "targetRevision": "main",
            "path": "gitops/argocd",
            "directory": { "recurse": true, "exclude": "root.yaml" },
        })
    );
}

#[test]
fn a_chart_in_an_oci_registry_is_named_as_argo_cd_names_it() {
    let words =
        crate::fixture::page(DEFAULT).replace("https://charts.acme.example", "oci://registry.acme.example/charts");
    let inventory = crate::fixture::read(&words);
    let tree = render(&inventory, &crate::fixture::plan(&inventory, DEFAULT));
    let set = documents(&tree, "argocd/applicationsets/vclusters-eu-west-1.yaml").remove(0);
    assert_eq!(at(&set, "spec.template.spec.sources.1.repoURL"), "registry.acme.example/charts");
    let project = documents(&tree, "argocd/projects/vclusters-eu-west-1.yaml").remove(0);
    assert_eq!(at(&project, "spec.sourceRepos.1"), "registry.acme.example/charts");
}

#[test]
fn machines_of_an_opened_cluster_carry_their_owners_label_and_taint() {
    let tree = tree(DEFAULT);
    let cluster = documents(&tree, "clusters/eks-class-2/manifests/cluster.yaml").remove(0);
    let deployments = at(&cluster, "spec.topology.workers.machineDeployments").as_array().unwrap();
    let of = |name: &str| deployments.iter().find(|deployment| deployment["name"] == name).unwrap();
    assert_eq!(of("general")["replicas"], 3);
    let own = of("general.namespace-dedicated-eks");
    assert_eq!(own["replicas"], 2);
    let key = "node.cluster.x-k8s.io/fleetplan-dedicated";
    assert_eq!(own["metadata"]["labels"][key], "namespace-dedicated-eks");
    let taint = json!({ "key": key, "value": "namespace-dedicated-eks", "effect": "NoSchedule" });
    assert_eq!(own["variables"]["overrides"], json!([{ "name": "taints", "value": [taint] }]));
    assert!(!tree.files.keys().any(|path| path.starts_with("clusters/eks-1/")), "existing clusters are not ours");
}

#[test]
fn the_readme_says_from_which_plan_in_which_order_and_what_cannot_be_undone() {
    let (inventory, plan) = fleet(DEFAULT);
    let readme = &render(&inventory, &plan).files["README.md"];
    for words in [plan.fingerprint(), plan.fingerprint.clone(), "argocd/root.yaml".to_owned()] {
        assert!(readme.contains(&words), "{words}");
    }
    assert!(readme.contains(
        "| vcluster-private-eks | eks-1 | vcluster on the embedded database with private nodes, chart 0.36.1 |"
    ));
}

#[test]
fn no_two_paths_of_a_tree_differ_by_case_alone_and_no_file_stands_where_another_has_a_folder() {
    let (mut inventory, plan) = fleet(DEFAULT);
    for delivery in [Delivery::Argocd, Delivery::Flux] {
        inventory.fleet.gitops.delivery = delivery;
        let tree = render(&inventory, &plan);
        let lower: BTreeSet<String> = tree.files.keys().map(|path| path.to_lowercase()).collect();
        assert_eq!(lower.len(), tree.files.len(), "{delivery:?}");
        for path in &lower {
            let mut folders = path.match_indices('/').map(|(end, _)| &path[..end]);
            assert!(folders.all(|folder| !lower.contains(folder)), "{path}");
        }
    }
}
