//! The fleet's policies as the API server's own: `ValidatingAdmissionPolicy` (Kubernetes 1.30 and later) and, where it is served,
//! `MutatingAdmissionPolicy` (1.36 and later), each with its binding.
//!
//! In: the inventory, a host and who is excepted in it. Out: one file per policy. A binding leaves out the namespaces of the excepted, and its
//! annotations say who answers for each, why and until when. Pods alone are judged: a deployment of bad pods is accepted, its pods are not.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::cel::{self, Change, Judgement};
use super::document::{CONFIRM, Document, Labels, TENANT};
use super::exceptions::Excepted;
use super::home::Host;
use super::kyverno_cel::rule;
use crate::inventory::Inventory;

/// The prefix of a binding's annotations of exceptions; what follows is the tenant.
const EXCEPTED: &str = "exception.fleetplan.dev";

/// The policies of a host: file name without its ending, and documents.
pub(super) fn documents(inventory: &Inventory, host: &Host<'_>, excepted: &[Excepted]) -> Vec<(String, Vec<Document>)> {
    let judgements = cel::judgements(inventory, host).into_iter().map(|judgement| {
        let mut all = judges_pods(&judgement, excepted);
        all.extend(judges_namespaces(&judgement));
        (judgement.name.to_owned(), all)
    });
    let mut files: Vec<_> = judgements.collect();
    if host.offer.policies.mutates(host.minor()) {
        files.extend(cel::changes(host).into_iter().map(|change| (change.name.to_owned(), changes_pods(&change))));
    }
    files
}

fn judges_pods(judgement: &Judgement, excepted: &[Excepted]) -> Vec<Document> {
    let mut spec = validates(&["pods", "pods/ephemeralcontainers"], &judgement.validations);
    spec["matchConstraints"]["namespaceSelector"] = cel::namespaces(&judgement.namespaces);
    spec["matchConditions"] = json!([{ "name": "has-changed", "expression": cel::HAS_CHANGED }]);
    let mut said = Map::new();
    let mut left_out = BTreeMap::new();
    for one in excepted.iter().filter(|one| one.policies.iter().any(|policy| policy.to_string() == judgement.name)) {
        let words = format!("owner {}; until {}; {}", one.owner, one.until, one.reason);
        said.insert(format!("{EXCEPTED}/{}", one.tenant), Value::from(words));
        left_out.extend(one.namespaces.iter().map(|namespace| (namespace.as_str(), ())));
    }
    let mut binding = json!({ "policyName": format!("fleetplan-{}", judgement.name), "validationActions": ["Deny"] });
    if !left_out.is_empty() {
        let names: Vec<&str> = left_out.into_keys().collect();
        let others = json!({ "key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": names });
        binding["matchResources"] = json!({ "namespaceSelector": { "matchExpressions": [others] } });
    }
    pair("ValidatingAdmissionPolicy", judgement.name, judgement.title, &spec, &binding, said)
}

fn judges_namespaces(judgement: &Judgement) -> Vec<Document> {
    let Some(validation) = &judgement.of_namespaces else { return Vec::new() };
    let name = format!("{}-namespaces", judgement.name);
    let mut spec = validates(&["namespaces"], std::slice::from_ref(validation));
    spec["matchConstraints"]["objectSelector"] =
        json!({ "matchExpressions": [{ "key": TENANT, "operator": "Exists" }] });
    let binding = json!({ "policyName": format!("fleetplan-{name}"), "validationActions": ["Deny"] });
    pair("ValidatingAdmissionPolicy", &name, judgement.title, &spec, &binding, Map::new())
}

fn validates(resources: &[&str], validations: &[(String, String)]) -> Value {
    let validations: Vec<Value> = validations
        .iter()
        .map(|(expression, message)| json!({ "expression": expression, "message": message }))
        .collect();
    json!({
        "failurePolicy": "Fail",
        "matchConstraints": { "resourceRules": [rule(resources, &["CREATE", "UPDATE"])] },
        "validations": validations,
    })
}

fn changes_pods(change: &Change) -> Vec<Document> {
    let patch = |patch: &String| json!({ "patchType": "JSONPatch", "jsonPatch": { "expression": patch } });
    let spec = json!({
        "failurePolicy": "Fail",
        "matchConstraints": {
            "namespaceSelector": cel::namespaces(&change.namespaces),
            "resourceRules": [rule(&["pods"], &["CREATE"])],
        },
        "mutations": change.patches.iter().map(patch).collect::<Vec<_>>(),
        "reinvocationPolicy": "Never",
    });
    let binding = json!({ "policyName": format!("fleetplan-{}", change.name) });
    pair("MutatingAdmissionPolicy", change.name, change.title, &spec, &binding, Map::new())
}

/// A policy and the binding that puts it into force, of one name.
fn pair(kind: &str, name: &str, title: &str, spec: &Value, binding: &Value, said: Map<String, Value>) -> Vec<Document> {
    let document = |kind: &str, spec: &Value, more: Map<String, Value>| {
        let mut annotations = Map::from_iter([
            ("fleetplan.dev/title".to_owned(), Value::from(title)),
            (CONFIRM.0.to_owned(), Value::from(CONFIRM.1)),
        ]);
        annotations.extend(more);
        let says = json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": kind,
            "metadata": {
                "name": format!("fleetplan-{name}"), "labels": Labels::managed().0, "annotations": annotations,
            },
            "spec": spec,
        });
        Document::new("admission/policy.yaml.hbs", says)
    };
    vec![document(kind, spec, Map::new()), document(&format!("{kind}Binding"), binding, said)]
}
