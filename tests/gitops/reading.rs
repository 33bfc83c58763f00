//! A tree as a reader of YAML sees it.

use fleetplan::gitops::{Templates, Tree, generate};
use fleetplan::inventory::Inventory;
use fleetplan::plan::Plan;
use serde_json::Value;

use crate::fixture::{Choice, fleet};

/// The tree of a choice.
pub fn tree(choice: Choice) -> Tree {
    let (inventory, plan) = fleet(choice);
    render(&inventory, &plan)
}

/// The tree of a plan that has no fault.
pub fn render(inventory: &Inventory, plan: &Plan) -> Tree {
    generate(inventory, plan, &Templates::shipped()).unwrap()
}

/// The documents of one file.
pub fn documents(tree: &Tree, path: &str) -> Vec<Value> {
    let text = tree.files.get(path).unwrap_or_else(|| panic!("no `{path}` among {:#?}", tree.files.keys()));
    parse(text)
}

/// The documents of a text.
pub fn parse(text: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(text).unwrap()
}

/// Every document of every YAML file, with its path.
pub fn everything(tree: &Tree) -> Vec<(&str, Value)> {
    let yaml = tree.files.iter().filter(|(path, _)| path.ends_with(".yaml"));
    yaml.flat_map(|(path, text)| parse(text).into_iter().map(|document| (path.as_str(), document))).collect()
}

/// Every document of a kind.
pub fn of_kind(tree: &Tree, kind: &str) -> Vec<Value> {
    everything(tree).into_iter().map(|(_, document)| document).filter(|document| document["kind"] == kind).collect()
}

/// A string of a document, by a path such as `metadata.name`.
pub fn text<'a>(document: &'a Value, path: &str) -> &'a str {
    at(document, path).as_str().unwrap_or_else(|| panic!("`{path}` is no string in {document:#}"))
}

/// A part of a document, by a path without dots in its keys.
pub fn at<'a>(document: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(document, |part, key| match key.parse::<usize>() {
        Ok(place) => &part[place],
        Err(_) => &part[key],
    })
}
