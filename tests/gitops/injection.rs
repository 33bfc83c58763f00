//! No text of an inventory or a plan changes the structure of a file.
//!
//! Each payload goes into each free text, for each delivery and each engine of policies. Either it is refused, or the tree has the same files,
//! each with the same shape (keys, kinds of values, number of items) as with plain text, and the payload stands in it as it was written. A
//! slice runs here, in which every payload and every field has its turn; `FLEETPLAN_FULL=1 cargo test --release --test gitops payload` runs all.
#![expect(clippy::print_stderr, reason = "what was tried is said")]

use fleetplan::gitops::{Templates, Tree, generate};
use fleetplan::inventory::{Delivery, Inventory, PolicyEngine};
use fleetplan::plan::{Move, Plan};
use serde_json::Value;

use crate::fixture::{DEFAULT, page, plan, read};
use crate::reading::parse;

const PAYLOADS: &[&str] = &[
    "a\nkind: ClusterRoleBinding",
    "a\n---\napiVersion: v1\nkind: Secret",
    "x: y",
    "- x",
    "? x",
    "#x",
    "x #y",
    "&anchor x",
    "*anchor",
    "!!binary x",
    "!tag x",
    "|",
    ">-",
    "%YAML 1.1",
    "@x",
    "`x`",
    "\"}\nkind: X\n{\"",
    "'; x: '",
    "\\",
    "\\n",
    "{x: y}",
    "[x, y]",
    "{{.cluster}}",
    "{{ .Values.x }}",
    "{{json about}}",
    "{{{x}}}",
    "{{#each x}}{{/each}}",
    "${x}",
    "$(x)",
    "null",
    "~",
    "true",
    "no",
    "0x10",
    "1e3",
    "12:30:45",
    "2026-11-23",
    "<<",
    "=",
    "\t x",
    " x ",
    "\u{85}x",
    "\u{2028}x",
    "\u{feff}x",
    "\u{7f}",
    "\u{0}",
    "| a | b |\n| c |",
    "<script>alert(1)</script>",
    "](http://evil.example)",
    "../../etc/passwd",
    "*",
    "a/*",
    "x | *",
    "!x",
    "é\u{202e}x",
    "😀",
];

/// Where text goes in. The inventory's own reader refuses most of it: here it is put behind the reader's back.
enum Field {
    Inventory(&'static str, fn(&mut Inventory, &str)),
    Plan(&'static str, fn(&mut Plan, &str)),
}

const FIELDS: &[Field] = &[
    Field::Inventory("repository", |inventory, text| inventory.fleet.gitops.repository = text.to_owned()),
    Field::Inventory("revision", |inventory, text| inventory.fleet.gitops.revision = text.to_owned()),
    Field::Inventory("path", |inventory, text| inventory.fleet.gitops.path = text.to_owned()),
    Field::Inventory("charts", |inventory, text| inventory.fleet.gitops.chart_repository = text.to_owned()),
    Field::Inventory("registry", |inventory, text| inventory.policy.registries[0] = text.to_owned()),
    Field::Inventory("reason of an exception", |inventory, text| {
        inventory.policy_exceptions[0].reason = text.to_owned()
    }),
    Field::Plan("reason", |plan, text| plan.placements[0].reason = text.to_owned()),
    Field::Plan("rule", |plan, text| plan.placements[0].rule = text.to_owned()),
    Field::Plan("move from", |plan, text| plan.moves[0].from = text.to_owned()),
    Field::Plan("move to", |plan, text| plan.moves[0].to = text.to_owned()),
    Field::Plan("currency", |plan, text| plan.currency = text.to_owned()),
    Field::Plan("fingerprint", |plan, text| plan.fingerprint = text.to_owned()),
];

/// What is put around a payload: it may be harmless at the beginning of a line and not in the middle, or after a quote.
const AROUND: [(&str, &str); 5] = [("", ""), ("a ", " b"), ("\"", "\""), ("a\n", "\nb"), ("'}}", "{{")];

/// Each how many-th case runs in a slice. It shares no factor with the number of payloads, so that all of them have their turn.
const STEP: usize = 61;

/// An exception with a reason, which each engine writes down in its own way.
const EXCEPTION: &str = r#"
[[exception]]
tenant = "namespace-shared-eks"
policy = "trusted-registries"
owner = "payments"
reason = "plain"
until = 2026-12-31
"#;

/// The tree with `text` in a field, unless it was refused.
fn tree(inventory: &Inventory, field: &Field, text: &str, templates: &Templates) -> Option<Tree> {
    let mut inventory = inventory.clone();
    let mut plan = plan(&inventory, DEFAULT);
    // One home of each tier that has free text around it: text comes from the fleet, never from a tenant's form.
    let homes = ["namespace-shared-eks", "vcluster-shared-eks"];
    plan.placements.retain(|placement| homes.contains(&placement.tenant.as_str()));
    plan.clusters.retain(|cluster| cluster.name.as_str() == "eks-1");
    let tenant = plan.placements[0].tenant.clone();
    plan.moves.push(Move { tenant, site: None, from: "a".to_owned(), to: "b".to_owned() });
    match field {
        Field::Inventory(_, place) => place(&mut inventory, text),
        Field::Plan(_, place) => place(&mut plan, text),
    }
    generate(&inventory, &plan, templates).ok()
}

/// A document without its scalars: keys, kinds and numbers of items stay.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "bool".into(),
        Value::Number(_) => "number".into(),
        Value::String(_) => "string".into(),
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), shape(value))).collect(),
    }
}

/// A README without its text: how many lines, and how many columns each row has.
fn markdown_shape(text: &str) -> Vec<usize> {
    text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
        .map(|line| line.replace("\\|", "").matches('|').count())
        .collect()
}

fn strings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(map) => map.values().for_each(|item| strings(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn no_payload_changes_the_structure_of_any_file() {
    let payloads: Vec<String> =
        PAYLOADS.iter().flat_map(|text| AROUND.map(|(before, after)| format!("{before}{text}{after}"))).collect();
    assert!(payloads.len() >= 200 && !payloads.len().is_multiple_of(STEP));
    let is_full = std::env::var("FLEETPLAN_FULL").is_ok_and(|value| value == "1");
    let step = if is_full { 1 } else { STEP };
    let templates = Templates::shipped();
    let mut inventory = read(&(page(DEFAULT) + EXCEPTION));
    let (mut number, mut rendered, mut refused) = (0, [0; FIELDS.len()], 0);
    for delivery in [Delivery::Argocd, Delivery::Flux] {
        for engine in [PolicyEngine::Kyverno, PolicyEngine::KyvernoCel, PolicyEngine::Admission] {
            inventory.fleet.gitops.delivery = delivery;
            inventory.clusters.iter_mut().for_each(|cluster| cluster.offer.policies = engine);
            let nothing = Field::Plan("nothing", |_, _| {});
            let plain = tree(&inventory, &nothing, "", &templates).expect("a tree without payloads");
            for (field, through) in FIELDS.iter().zip(&mut rendered) {
                for payload in &payloads {
                    number += 1;
                    if number % step == 0 {
                        match tree(&inventory, field, payload, &templates) {
                            Some(found) => {
                                *through += 1;
                                holds(&found, &plain, field, payload);
                            }
                            None => refused += 1,
                        }
                    }
                }
            }
        }
    }
    let all: usize = rendered.iter().sum();
    assert_eq!(all + refused, number / step);
    eprintln!("{} of {number} cases: {all} rendered as text, {refused} refused", number / step);
    // Payloads that a controller would take for more than text are refused; the rest must get through as text, in every field.
    assert!(rendered.iter().all(|through| *through > 0) && all > refused, "{rendered:?} rendered, {refused} refused");
}

/// That a tree with a payload in a field is the plain one but for the text.
fn holds(found: &Tree, plain: &Tree, field: &Field, payload: &str) {
    let (name, in_manifests) = match field {
        Field::Inventory(name, _) => (*name, true),
        Field::Plan(name, _) => (*name, false),
    };
    let paths = |tree: &Tree| tree.files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(paths(found), paths(plain), "{name}: {payload:?}");
    let mut texts = Vec::new();
    for (path, text) in found.files.iter().filter(|(path, _)| path.ends_with(".yaml")) {
        if *text == plain.files[path] {
            continue;
        }
        let (there, expected) = (parse(text), parse(&plain.files[path]));
        assert_eq!(
            there.iter().map(shape).collect::<Vec<_>>(),
            expected.iter().map(shape).collect::<Vec<_>>(),
            "{name}: {payload:?} in {path}"
        );
        there.iter().for_each(|document| strings(document, &mut texts));
    }
    if in_manifests {
        assert!(texts.iter().any(|text| text.contains(payload)), "{name}: {payload:?} is nowhere");
    }
    let readme = &found.files["README.md"];
    assert_eq!(markdown_shape(readme), markdown_shape(&plain.files["README.md"]), "{name}: {payload:?}");
    assert!(!readme.contains("<script"), "{name}: {payload:?}");
    let inside = |path: &String| path.split('/').all(|part| !part.is_empty() && part != ".." && part != ".");
    assert!(found.files.keys().all(inside), "{name}: {payload:?} leaves the tree");
}
