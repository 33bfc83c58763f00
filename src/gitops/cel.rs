//! The fleet's policies in the Common Expression Language, as Kyverno's newer policies and Kubernetes' own share it.
//!
//! In: the inventory and a host. Out: [`Judgement`]s and [`Change`]s: expressions and which namespaces they are for. Everything that an
//! inventory wrote stands in an expression as a quoted literal. Expressions use no function that Kubernetes 1.30 lacks.

use serde_json::{Value, json};

use super::document::{DEDICATED, NODES, TEAM, TENANT, TIER};
use super::home::Host;
use crate::inventory::Inventory;
use crate::vocab::tier::Tenancy;

/// A policy that refuses pods.
pub(super) struct Judgement {
    /// Its name, and that of its file.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Labels of the namespaces it is for, beside a tenant's.
    pub namespaces: Vec<Value>,
    /// Expressions that must hold, each with what to say where it does not.
    pub validations: Vec<(String, String)>,
    /// Whether the template of a deployment can be judged like its pods. Not what the API server fills in, nor what only a new pod has.
    pub judges_templates: bool,
    /// Whether namespaces of tenants are judged as well, by an expression of its own.
    pub of_namespaces: Option<(String, String)>,
}

/// A policy that changes pods as they are created.
pub(super) struct Change {
    /// Its name, and that of its file.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Labels of the namespaces it is for, beside a tenant's.
    pub namespaces: Vec<Value>,
    /// Expressions that give JSON patches.
    pub patches: Vec<String>,
}

/// Where the API server mounts a service account's token.
pub(super) const TOKEN_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// A string as a literal.
pub(super) fn literal(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Strings as a list of literals.
pub(super) fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| literal(text)).collect::<Vec<_>>().join(", "))
}

/// Selects namespaces of tenants that also meet `more`.
pub(super) fn namespaces(more: &[Value]) -> Value {
    let mut all = vec![json!({ "key": TENANT, "operator": "Exists" })];
    all.extend_from_slice(more);
    json!({ "matchExpressions": all })
}

/// True where what a policy judges has changed: nobody is kept from removing a finalizer of a pod that stood before its policy.
pub(super) const HAS_CHANGED: &str = "oldObject == null || object.?spec != oldObject.?spec || \
    object.metadata.?labels != oldObject.metadata.?labels";

/// Namespaces in which pods are the tenant's own, and get defaults from its LimitRange.
fn of_workloads() -> Value {
    json!({ "key": TIER, "operator": "In", "values": ["cluster", "namespace"] })
}

fn in_dedicated_nodes() -> Vec<Value> {
    vec![
        json!({ "key": NODES, "operator": "In", "values": ["dedicated"] }),
        json!({ "key": TIER, "operator": "In", "values": ["namespace"] }),
    ]
}

/// `condition` of every container `c`, init containers and ephemeral ones included.
fn every_container(condition: &str) -> String {
    format!("{} && object.spec.?ephemeralContainers.orValue([]).all(c, {condition})", lasting_containers(condition))
}

/// `condition` of every container `c` that can say what it needs.
fn lasting_containers(condition: &str) -> String {
    format!("object.spec.containers.all(c, {condition}) && object.spec.?initContainers.orValue([]).all(c, {condition})")
}

/// Everything that is refused in a host, sorted by name.
pub(super) fn judgements(inventory: &Inventory, host: &Host<'_>) -> Vec<Judgement> {
    let mut all =
        vec![default_token(), no_host_path(), resources(), run_as_non_root(), seccomp(), team_label(inventory)];
    if host.planned.tenancy == Tenancy::Shared {
        all.push(dedicated_nodes(host));
    }
    if !inventory.policy.registries.is_empty() {
        all.push(trusted_registries(&inventory.policy.registries));
    }
    all.sort_by_key(|judgement| judgement.name);
    all
}

/// Everything that is changed in a host whose engine can, sorted by name.
pub(super) fn changes(host: &Host<'_>) -> Vec<Change> {
    let label = literal(TEAM);
    let mut all = vec![Change {
        name: "inject-team-label",
        title: "Pods carry their team's label",
        namespaces: Vec::new(),
        patches: vec![format!(
            "has(object.metadata.labels) ? \
             [JSONPatch{{op: \"add\", path: \"/metadata/labels/\" + jsonpatch.escapeKey({label}), \
             value: namespaceObject.metadata.labels[{label}]}}] : \
             [JSONPatch{{op: \"add\", path: \"/metadata/labels\", \
             value: {{{label}: namespaceObject.metadata.labels[{label}]}}}}]"
        )],
    }];
    if host.planned.tenancy == Tenancy::Shared {
        all.push(own_nodes());
    }
    all
}

/// Pods of a namespace with dedicated nodes are sent there.
fn own_nodes() -> Change {
    let (key, tenant) = (literal(DEDICATED), format!("namespaceObject.metadata.labels[{}]", literal(TENANT)));
    let toleration =
        format!("{{\"key\": {key}, \"operator\": \"Equal\", \"value\": {tenant}, \"effect\": \"NoSchedule\"}}");
    Change {
        name: "own-nodes",
        title: "Dedicated nodes are chosen for their tenant's pods",
        namespaces: in_dedicated_nodes(),
        patches: vec![
            format!(
                "has(object.spec.nodeSelector) ? \
                 [JSONPatch{{op: \"add\", path: \"/spec/nodeSelector/\" + jsonpatch.escapeKey({key}), value: {tenant}}}] : \
                 [JSONPatch{{op: \"add\", path: \"/spec/nodeSelector\", value: {{{key}: {tenant}}}}}]"
            ),
            format!(
                "has(object.spec.tolerations) ? \
                 [JSONPatch{{op: \"add\", path: \"/spec/tolerations/-\", value: {toleration}}}] : \
                 [JSONPatch{{op: \"add\", path: \"/spec/tolerations\", value: [{toleration}]}}]"
            ),
        ],
    }
}

fn simple(name: &'static str, title: &'static str, expression: String, message: &str) -> Judgement {
    Judgement {
        name,
        title,
        namespaces: Vec::new(),
        validations: vec![(expression, message.to_owned())],
        judges_templates: true,
        of_namespaces: None,
    }
}

fn default_token() -> Judgement {
    let mounted = format!("c.?volumeMounts.orValue([]).all(m, m.mountPath != {})", literal(TOKEN_PATH));
    let expression = format!(
        "!(object.spec.?serviceAccountName.orValue(\"\") in [\"\", \"default\"]) || \
         (!object.spec.?automountServiceAccountToken.orValue(false) && {})",
        every_container(&mounted)
    );
    let message = "pods of the service account `default` carry no token: name an account of your own";
    Judgement {
        // Pods of a vcluster have the vcluster's own tokens at that path.
        namespaces: vec![of_workloads()],
        ..simple("default-token", "The default service account gives no token", expression, message)
    }
}

fn no_host_path() -> Judgement {
    let expression = "object.spec.?volumes.orValue([]).all(v, !has(v.hostPath))".to_owned();
    simple("no-host-path", "No paths of the node in pods", expression, "volumes of type hostPath are forbidden")
}

fn resources() -> Judgement {
    let condition = "has(c.resources) && has(c.resources.requests) && has(c.resources.limits) && \
        \"cpu\" in c.resources.requests && \"memory\" in c.resources.requests && \"memory\" in c.resources.limits";
    let message = "each container says its requests of cpu and memory, and its limit of memory";
    Judgement {
        namespaces: vec![of_workloads()],
        // The LimitRange fills in pods, not templates.
        judges_templates: false,
        ..simple("resources", "Containers say what they need", lasting_containers(condition), message)
    }
}

fn run_as_non_root() -> Judgement {
    let expression = every_container(
        "c.?securityContext.?runAsNonRoot.orValue(object.spec.?securityContext.?runAsNonRoot.orValue(false))",
    );
    let message = "runAsNonRoot must be true for the pod, or for each of its containers";
    simple("run-as-non-root", "Pods run as non-root", expression, message)
}

fn seccomp() -> Judgement {
    let filtered = every_container(
        "c.?securityContext.?seccompProfile.?type.orValue(object.spec.?securityContext.?seccompProfile.?type\
         .orValue(\"\")) in [\"RuntimeDefault\", \"Localhost\"]",
    );
    let expression = format!("object.spec.?os.?name.orValue(\"linux\") == \"windows\" || ({filtered})");
    let message = "the seccomp profile must be RuntimeDefault or Localhost for the pod, or for each of its containers";
    Judgement {
        namespaces: vec![of_workloads()],
        ..simple("seccomp", "System calls are filtered", expression, message)
    }
}

fn team_label(inventory: &Inventory) -> Judgement {
    let label = literal(TEAM);
    let teams: Vec<String> = inventory.fleet.teams.iter().map(ToString::to_string).collect();
    let known = |labels: &str| match teams.as_slice() {
        [] => format!("{labels}[{label}] != \"\""),
        teams => format!("{labels}[{label}] in {}", list(teams)),
    };
    let message = "the label `team` must name a team that the fleet knows";
    let (pod, own) = (known("object.metadata.labels"), "object.metadata.labels");
    let expression = format!(
        "!has({own}) || !({label} in {own}) || ({pod} && {own}[{label}] == namespaceObject.metadata.labels[{label}])"
    );
    let of_namespaces = (format!("has({own}) && {label} in {own} && {pod}"), message.to_owned());
    Judgement {
        judges_templates: false,
        of_namespaces: Some(of_namespaces),
        ..simple("team-label", "Tenants belong to a known team", expression, message)
    }
}

fn trusted_registries(registries: &[String]) -> Judgement {
    let begins = |registry: &String| format!("c.image.startsWith({})", literal(&format!("{registry}/")));
    let condition = registries.iter().map(begins).collect::<Vec<_>>().join(" || ");
    let message = format!("images must come from {}", registries.join(", "));
    simple("trusted-registries", "Images come from trusted registries", every_container(&condition), &message)
}

/// A pod that names its node never meets the scheduler, which is where taints are read. Where nothing sends pods of a namespace with
/// dedicated nodes there, they must go by themselves.
fn dedicated_nodes(host: &Host<'_>) -> Judgement {
    let (key, tenant) = (literal(DEDICATED), format!("namespaceObject.metadata.labels[{}]", literal(TENANT)));
    let mut validations = vec![
        (
            "(oldObject != null && has(oldObject.spec)) || object.spec.?nodeName.orValue(\"\") == \"\"".to_owned(),
            "a pod must not choose its node by name".to_owned(),
        ),
        (
            format!(
                "object.spec.?tolerations.orValue([]).all(t, t.?key.orValue(\"\") != \"\" && \
                 (t.key != {key} || t.?value.orValue(\"\") == {tenant}))"
            ),
            "a pod may tolerate the taint of its own tenant's nodes only".to_owned(),
        ),
    ];
    if !host.offer.policies.mutates(host.minor()) {
        let labels = "namespaceObject.metadata.labels";
        let (nodes, tier) = (literal(NODES), literal(TIER));
        validations.push((
            format!(
                "{labels}[?{nodes}].orValue(\"\") != \"dedicated\" || {labels}[?{tier}].orValue(\"\") != \"namespace\" || \
                 (object.spec.?nodeSelector[?{key}].orValue(\"\") == {tenant} && \
                 object.spec.?tolerations.orValue([]).exists(t, t.?key.orValue(\"\") == {key}))"
            ),
            format!("nothing in this cluster sends pods to their tenant's own nodes: select and tolerate `{DEDICATED}` yourself"),
        ));
    }
    Judgement {
        name: "dedicated-nodes",
        title: "Dedicated nodes are one tenant's own",
        namespaces: Vec::new(),
        validations,
        judges_templates: false,
        of_namespaces: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_or_a_backslash_never_ends_a_literal() {
        assert_eq!(literal(r#"a"b\c"#), r#""a\"b\\c""#);
        assert_eq!(list(&["a".to_owned(), "b\"".to_owned()]), r#"["a", "b\""]"#);
    }
}
