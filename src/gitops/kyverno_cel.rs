//! The fleet's policies as Kyverno's `ValidatingPolicy` and `MutatingPolicy` (`policies.kyverno.io/v1`, Kyverno 1.17 and later).
//!
//! In: the inventory and a host. Out: one file per policy. The same meaning as [`super::kyverno`], in the expressions of [`super::cel`].

use serde_json::{Value, json};

use super::cel::{self, Change, Judgement};
use super::document::{CONFIRM, Document, Labels, TENANT};
use super::home::Host;
use crate::inventory::Inventory;

/// Kinds whose templates are judged like their pods.
const CONTROLLERS: [&str; 5] = ["cronjobs", "daemonsets", "deployments", "jobs", "statefulsets"];

/// The policies of a host: file name without its ending, and documents.
pub(super) fn documents(inventory: &Inventory, host: &Host<'_>) -> Vec<(String, Vec<Document>)> {
    let judgements = cel::judgements(inventory, host).into_iter().map(|judgement| {
        let mut all = vec![judges_pods(&judgement)];
        all.extend(judges_namespaces(&judgement));
        (judgement.name.to_owned(), all)
    });
    let changes = cel::changes(host).into_iter().map(|change| (change.name.to_owned(), vec![changes_pods(&change)]));
    judgements.chain(changes).collect()
}

fn metadata(name: &str, title: &str) -> Value {
    json!({
        "name": format!("fleetplan-{name}"),
        "labels": Labels::managed().0,
        "annotations": { "policies.kyverno.io/title": title, CONFIRM.0: CONFIRM.1 },
    })
}

fn judges_pods(judgement: &Judgement) -> Document {
    let pods = ["pods", "pods/ephemeralcontainers"];
    let controllers: &[&str] = if judgement.judges_templates { &CONTROLLERS } else { &[] };
    let mut spec =
        validates(&pods, &cel::namespaces(&judgement.namespaces), "namespaceSelector", &judgement.validations);
    spec["autogen"] = json!({ "podControllers": { "controllers": controllers } });
    // A scan knows no earlier object and fills in no defaults: what depends on either is judged at admission only.
    spec["evaluation"] = json!({ "background": { "enabled": judgement.judges_templates } });
    spec["matchConditions"] = json!([{ "name": "has-changed", "expression": cel::HAS_CHANGED }]);
    policy("ValidatingPolicy", "kyverno/validating-policy.yaml.hbs", &metadata(judgement.name, judgement.title), &spec)
}

fn judges_namespaces(judgement: &Judgement) -> Option<Document> {
    let validation = judgement.of_namespaces.as_ref()?;
    let tenants = json!({ "matchExpressions": [{ "key": TENANT, "operator": "Exists" }] });
    let spec = validates(&["namespaces"], &tenants, "objectSelector", std::slice::from_ref(validation));
    let metadata = metadata(&format!("{}-namespaces", judgement.name), judgement.title);
    Some(policy("ValidatingPolicy", "kyverno/validating-policy.yaml.hbs", &metadata, &spec))
}

fn validates(resources: &[&str], selector: &Value, by: &str, validations: &[(String, String)]) -> Value {
    let mut constraints = json!({ "resourceRules": [rule(resources, &["CREATE", "UPDATE"])] });
    constraints[by] = selector.clone();
    let validations: Vec<Value> = validations
        .iter()
        .map(|(expression, message)| json!({ "expression": expression, "message": message }))
        .collect();
    json!({
        "failurePolicy": "Fail",
        "matchConstraints": constraints,
        "validationActions": ["Deny"],
        "validations": validations,
    })
}

fn changes_pods(change: &Change) -> Document {
    let mut constraints = json!({ "resourceRules": [rule(&["pods"], &["CREATE"])] });
    constraints["namespaceSelector"] = cel::namespaces(&change.namespaces);
    let patch = |patch: &String| json!({ "patchType": "JSONPatch", "jsonPatch": { "expression": patch } });
    let spec = json!({
        // A changed template would differ from what the team's own GitOps wrote.
        "autogen": { "podControllers": { "controllers": [] } },
        "failurePolicy": "Fail",
        "matchConstraints": constraints,
        "mutations": change.patches.iter().map(patch).collect::<Vec<_>>(),
    });
    policy("MutatingPolicy", "kyverno/mutating-policy.yaml.hbs", &metadata(change.name, change.title), &spec)
}

/// A rule of a policy's constraints, in the core group.
pub(super) fn rule(resources: &[&str], operations: &[&str]) -> Value {
    json!({ "apiGroups": [""], "apiVersions": ["v1"], "operations": operations, "resources": resources })
}

fn policy(kind: &str, template: &'static str, metadata: &Value, spec: &Value) -> Document {
    let says = json!({ "apiVersion": "policies.kyverno.io/v1", "kind": kind, "metadata": metadata, "spec": spec });
    Document::new(template, says)
}
