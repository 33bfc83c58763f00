//! The Applications that Argo CD will create.

use fleetplan::gitops::{expand, yaml_text};
use fleetplan::inventory::Delivery;

use crate::fixture::{DEFAULT, fleet};
use crate::reading::{at, documents, everything, parse, render, text};

#[test]
fn every_descriptor_becomes_one_application_by_name() {
    let (inventory, plan) = fleet(DEFAULT);
    let tree = render(&inventory, &plan);
    let found = expand(&inventory, &tree).unwrap();
    let names: Vec<&str> = found.iter().map(|document| text(document, "metadata.name")).collect();
    assert!(names.is_sorted());
    let mut said: Vec<String> = everything(&tree)
        .into_iter()
        .filter(|(path, _)| path.ends_with(".fleetplan.yaml"))
        .map(|(_, document)| text(&document, "application").to_owned())
        .collect();
    said.sort();
    assert_eq!(names, said);
    let written = yaml_text(&found);
    assert!(!written.contains("{{"), "everything is filled in");
    assert_eq!(parse(&written), found);
}

#[test]
fn an_application_goes_where_its_project_lets_it() {
    let (inventory, plan) = fleet(DEFAULT);
    let tree = render(&inventory, &plan);
    for application in expand(&inventory, &tree).unwrap() {
        let project =
            documents(&tree, &format!("argocd/projects/{}.yaml", text(&application, "spec.project"))).remove(0);
        let allowed = at(&project, "spec.destinations").as_array().unwrap();
        assert!(allowed.contains(at(&application, "spec.destination")), "{application:#}");
    }
}

#[test]
fn one_application_in_full() {
    let (inventory, plan) = fleet(DEFAULT);
    let found = expand(&inventory, &render(&inventory, &plan)).unwrap();
    let one =
        found.into_iter().find(|document| text(document, "metadata.name") == "vclusters.vcluster-shared-eks.eks-1");
    insta::assert_snapshot!(yaml_text(&[one.unwrap()]));
}

#[test]
fn a_tree_for_flux_has_nothing_to_expand() {
    let (mut inventory, plan) = fleet(DEFAULT);
    inventory.fleet.gitops.delivery = Delivery::Flux;
    let tree = render(&inventory, &plan);
    assert_eq!(expand(&inventory, &tree).unwrap_err()[0].code, "expand-nothing");
}

#[test]
fn an_application_set_that_asks_for_more_is_refused_by_name() {
    let (inventory, plan) = fleet(DEFAULT);
    let mut tree = render(&inventory, &plan);
    let path = "argocd/applicationsets/namespaces-eu-west-1.yaml";
    let changed = tree.files[path].replace("{{.application}}", "{{.application | trunc 9}}");
    tree.files.insert(path.to_owned(), changed);
    let faults = expand(&inventory, &tree).unwrap_err();
    assert_eq!(faults[0].code, "expand-unknown");
    assert!(faults[0].message.contains(".application | trunc 9"), "{}", faults[0].message);
}
