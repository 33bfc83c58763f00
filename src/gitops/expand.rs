//! The Applications that the tree's ApplicationSets will create, worked out as Argo CD will.
//!
//! In: a rendered tree, and where in its repository it is. Out: `Application` documents, by name. Descriptors are found as Argo CD's Git generator finds them by default, where `*`
//! also matches `/`, and `{{.name}}` in the template is the descriptor's text. Go templates can do more than that; an ApplicationSet
//! that a template of one's own taught more is refused, never guessed at.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::repository::in_repository;
use super::tree::Tree;
use super::yaml;
use crate::inventory::Inventory;
use crate::vocab::diagnostic::Diagnostic;

/// The Applications, sorted by name.
///
/// # Errors
/// `expand-nothing` for a tree without ApplicationSets, `expand-unknown` for a template that asks for more than a descriptor says, and
/// `expand-twice` where two Applications would share a name.
pub fn expand(inventory: &Inventory, tree: &Tree) -> Result<Vec<Value>, Vec<Diagnostic>> {
    let sets: Vec<(&str, Value)> = documents(tree, |path| path.starts_with("argocd/applicationsets/"));
    if sets.is_empty() {
        let fault =
            Diagnostic::error("expand-nothing", "this tree has no ApplicationSet, so there is nothing to expand");
        return Err(vec![fault.help("`--expand` shows what Argo CD makes of a tree; render with `--delivery argocd`")]);
    }
    let gitops = &inventory.fleet.gitops;
    let descriptors: Vec<(String, Value)> = documents(tree, |path| path.ends_with(".fleetplan.yaml"))
        .into_iter()
        .map(|(path, says)| (in_repository(gitops, path), says))
        .collect();
    let (mut found, mut faults) = (BTreeMap::new(), Vec::new());
    for (path, set) in &sets {
        for (descriptor, says) in descriptors.iter().filter(|(descriptor, _)| reads(set, descriptor)) {
            match application(set, descriptor, says) {
                Ok(application) => {
                    let name = application["metadata"]["name"].as_str().unwrap_or_default().to_owned();
                    if found.insert(name.clone(), application).is_some() {
                        faults.push(Diagnostic::error(
                            "expand-twice",
                            format!("two descriptors would become one Application `{name}`"),
                        ));
                    }
                }
                Err(unknown) => faults.push(
                    Diagnostic::error(
                        "expand-unknown",
                        format!("`{path}` asks for `{{{{{unknown}}}}}`, and `{descriptor}` does not say it"),
                    )
                    .help("`--expand` knows `{{.name}}` for the names of a descriptor, and `{{.path.path}}`"),
                ),
            }
        }
    }
    if faults.is_empty() { Ok(found.into_values().collect()) } else { Err(faults) }
}

/// Documents as one text of YAML, with `---` between them.
#[must_use]
pub fn text(documents: &[Value]) -> String {
    yaml::write(documents)
}

fn documents(tree: &Tree, wanted: impl Fn(&str) -> bool) -> Vec<(&str, Value)> {
    let files = tree.files.iter().filter(|(path, _)| wanted(path));
    files.filter_map(|(path, text)| yaml::read(text).ok().map(|document| (path.as_str(), document))).collect()
}

/// The paths, with patterns, that the generator of a set reads.
fn patterns(set: &Value) -> impl Iterator<Item = &str> {
    let generators = set["spec"]["generators"].as_array().into_iter().flatten();
    let files = generators.filter_map(|generator| generator["git"]["files"].as_array()).flatten();
    files.filter_map(|file| file["path"].as_str())
}

fn reads(set: &Value, path: &str) -> bool {
    patterns(set).any(|pattern| matches(pattern, path))
}

/// Whether a path matches a pattern in which `*` stands for any text.
fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((head, tail)) => path.strip_prefix(head).is_some_and(|rest| {
            rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| matches(tail, &rest[at..]))
        }),
    }
}

/// The Application of one descriptor, or the first name that the descriptor lacks.
fn application(set: &Value, path: &str, says: &Value) -> Result<Value, String> {
    let template = &set["spec"]["template"];
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let filled = fill(template, &|name| match name {
        ".path.path" => Some(folder.to_owned()),
        name => says.get(name.strip_prefix('.')?)?.as_str().map(str::to_owned),
    })?;
    let mut metadata = Map::from_iter([("namespace".to_owned(), set["metadata"]["namespace"].clone())]);
    if let Some(said) = filled["metadata"].as_object() {
        metadata.extend(said.clone());
    }
    Ok(json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": metadata,
        "spec": filled["spec"],
    }))
}

/// A template with every `{{name}}` replaced.
fn fill(template: &Value, known: &impl Fn(&str) -> Option<String>) -> Result<Value, String> {
    Ok(match template {
        Value::String(text) => Value::from(fill_text(text, known)?),
        Value::Array(items) => items.iter().map(|item| fill(item, known)).collect::<Result<Vec<_>, _>>()?.into(),
        Value::Object(map) => {
            let filled = map.iter().map(|(key, value)| Ok((fill_text(key, known)?, fill(value, known)?)));
            Value::Object(filled.collect::<Result<Map<_, _>, String>>()?)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => template.clone(),
    })
}

fn fill_text(text: &str, known: &impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let (mut filled, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").ok_or_else(|| after.to_owned())?;
        filled.push_str(before);
        filled.push_str(&known(name.trim()).ok_or_else(|| name.to_owned())?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_matches_slashes_too_as_it_does_for_argo_cd() {
        assert!(matches("tenants/eu-1/*/x.yaml", "tenants/eu-1/shop/x.yaml"));
        assert!(matches("tenants/eu-1/*/x.yaml", "tenants/eu-1/shop/deep/x.yaml"));
        assert!(!matches("tenants/eu-1/*/x.yaml", "tenants/eu-2/shop/x.yaml"));
        assert!(!matches("tenants/eu-1/x.yaml", "tenants/eu-1/y.yaml"));
    }

    #[test]
    fn a_name_that_the_descriptor_lacks_is_named() {
        let known = |name: &str| (name == ".tenant").then(|| "shop".to_owned());
        assert_eq!(fill_text("a-{{.tenant}}-{{ .tenant }}", &known), Ok("a-shop-shop".to_owned()));
        assert_eq!(fill_text("{{.tenant}}-{{.team}}", &known), Err(".team".to_owned()));
        assert_eq!(fill_text("{{.tenant | upper}}", &known), Err(".tenant | upper".to_owned()));
    }
}
