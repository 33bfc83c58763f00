//! The runbook of a tree: commands that a shell can read, for objects that the tree has.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use fleetplan::gitops::Tree;
use serde_json::Value;

use crate::fixture::DEFAULT;
use crate::flux::flux_fleet;
use crate::reading::{everything, render, tree};

const PATH: &str = "runbooks/offboarding.md";

fn trees() -> [(&'static str, Tree); 2] {
    let (inventory, plan) = flux_fleet();
    [("argocd", tree(DEFAULT)), ("flux", render(&inventory, &plan))]
}

/// What stands in the text's blocks of shell.
fn blocks(text: &str) -> Vec<&str> {
    text.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn each_block_of_commands_is_one_that_a_shell_can_read() {
    for (delivery, tree) in trees() {
        let blocks = blocks(&tree.files[PATH]);
        assert!(blocks.len() >= 10, "{delivery}: {}", blocks.len());
        for block in blocks {
            let mut shell = Command::new("sh").arg("-n").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            shell.stdin.take().unwrap().write_all(block.as_bytes()).unwrap();
            let said = shell.wait_with_output().unwrap();
            assert!(said.status.success(), "{delivery}: {}\n{block}", String::from_utf8_lossy(&said.stderr));
        }
    }
}

#[test]
fn every_label_of_ours_that_a_command_selects_by_is_one_that_objects_of_the_tree_have() {
    for (delivery, tree) in trees() {
        let mut known: BTreeSet<String> = BTreeSet::new();
        for (_, document) in everything(&tree) {
            let places = ["/metadata/labels", "/spec/template/metadata/labels"];
            for labels in places.iter().filter_map(|place| document.pointer(place)).filter_map(Value::as_object) {
                known.extend(labels.keys().cloned());
            }
            // Nodes get theirs from the machines that a cluster describes.
            for workers in document
                .pointer("/spec/topology/workers/machineDeployments")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                known.extend(workers["metadata"]["labels"].as_object().unwrap().keys().cloned());
            }
        }
        let text = &tree.files[PATH];
        let selected: BTreeSet<&str> = text
            .split(" -l ")
            .skip(1)
            .filter_map(|rest| rest.split_whitespace().next())
            .flat_map(|all| all.split(','))
            .filter_map(|one| one.split_once('='))
            .map(|(key, _)| key)
            .collect();
        let ours: Vec<&&str> = selected.iter().filter(|key| key.contains("fleetplan")).collect();
        assert_eq!(ours.len(), 3, "{delivery}: {selected:?}");
        for key in ours {
            assert!(known.contains(*key), "{delivery}: `{key}`");
        }
    }
}

#[test]
fn each_delivery_is_told_its_own_commands_and_the_readme_shows_the_way() {
    for (delivery, tree) in trees() {
        let text = &tree.files[PATH];
        assert_eq!(text.contains("delete application "), delivery == "argocd", "{delivery}");
        assert_eq!(text.contains("delete helmrelease "), delivery == "flux", "{delivery}");
        assert_eq!(text.contains("Argo CD"), delivery == "argocd", "{delivery}");
        assert_eq!(text.contains("Flux"), delivery == "flux", "{delivery}");
        for tier in ["in namespaces", "in a vcluster", "in a cluster of its own"] {
            assert!(text.contains(&format!("### A tenant {tier}\n")), "{delivery}: {tier}");
        }
        assert!(tree.files["README.md"].contains("](runbooks/offboarding.md)"), "{delivery}");
        assert!(!text.contains("{{"), "{delivery}");
    }
}

#[test]
fn the_tree_lets_go_of_a_tenant_before_anything_of_it_is_deleted() {
    for (delivery, tree) in trees() {
        let text = &tree.files[PATH];
        let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("{delivery}: `{words}`"));
        let order = [
            "render --out gitops --remove",
            if delivery == "argocd" { "delete application " } else { "delete kustomization " },
            "delete services --field-selector spec.type=LoadBalancer",
            "delete persistentvolumeclaims --all",
            "delete namespace $NAMESPACES",
        ];
        assert!(order.map(place).is_sorted(), "{delivery}");
    }
}

#[test]
fn nothing_of_a_tenant_stands_in_the_runbook() {
    let [(_, whole), _] = trees();
    let few = {
        let (inventory, mut plan) = crate::fixture::fleet(DEFAULT);
        plan.placements.truncate(1);
        render(&inventory, &plan)
    };
    assert_eq!(whole.files[PATH], few.files[PATH]);
}
