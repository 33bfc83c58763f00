//! The fleet's policies as Kyverno's `ClusterPolicy`: what every tenant's pods must and must not do.
//!
//! In: the inventory and a host. Out: one file per policy. They select namespaces that carry a tenant's label, so the platform's own
//! pods are never judged by them. Everything here is accepted by Kyverno 1.10 to 1.19.
//!
//! Kyverno reads `{{ … }}`, `*`, `?`, `|`, `!` and `&` in its values, so the only free text, the registries, is checked first.

use serde_json::{Value, json};

use super::cel::TOKEN_PATH;
use super::document::{CONFIRM, DEDICATED, Document, Labels, NODES, TEAM, TENANT, TIER};
use super::home::Host;
use crate::inventory::{Inventory, PodPolicy};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::tier::Tenancy;

/// The policies of a host: file name without its ending, and document.
pub(super) fn documents(inventory: &Inventory, host: &Host<'_>) -> Vec<(String, Vec<Document>)> {
    let mut policies = vec![
        ("default-token", default_token()),
        ("inject-team-label", inject_team_label()),
        ("no-host-path", no_host_path()),
        ("resources", resources()),
        ("run-as-non-root", run_as_non_root()),
        ("seccomp", seccomp()),
        ("team-label", team_label(inventory)),
    ];
    if !inventory.policy.registries.is_empty() {
        policies.push(("trusted-registries", trusted_registries(&inventory.policy.registries)));
    }
    if host.planned.tenancy == Tenancy::Shared {
        policies.push(("dedicated-nodes", dedicated_nodes()));
    }
    policies.sort_by_key(|(name, _)| *name);
    policies
        .into_iter()
        .map(|(name, policy)| {
            (name.to_owned(), vec![Document::new("kyverno/cluster-policy.yaml.hbs", policy.says(name))])
        })
        .collect()
}

/// The rules of a policy that can be lifted, as an exception names them. Kyverno judges templates under names of their own.
pub(super) fn rule_names(policy: PodPolicy) -> Vec<String> {
    let (rule, judges_templates) = match policy {
        PodPolicy::DefaultToken => ("token", true),
        PodPolicy::NoHostPath => ("volumes", true),
        PodPolicy::Resources => ("containers", false),
        PodPolicy::RunAsNonRoot => ("security-context", true),
        PodPolicy::Seccomp => ("profile", true),
        PodPolicy::TrustedRegistries => ("images", true),
    };
    let prefixes: &[&str] = if judges_templates { &["", "autogen-", "autogen-cronjob-"] } else { &[""] };
    prefixes.iter().map(|prefix| format!("{prefix}{rule}")).collect()
}

/// A registry that Kyverno would read as something else than a prefix of images.
///
/// # Errors
/// `registry-not-a-prefix` for each.
pub(super) fn check_registries(inventory: &Inventory) -> Vec<Diagnostic> {
    let odd = |registry: &&String| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "./:_-".contains(c);
        registry.is_empty() || !registry.chars().all(plain) || registry.starts_with('/') || registry.ends_with('/')
    };
    let fault = |registry: &String| {
        Diagnostic::error("registry-not-a-prefix", format!("registry `{}` is no prefix of images", registry.escape_debug()))
            .at(inventory.policy.at.of("registries"), "in this list")
            .help("write it without a scheme and without a slash at its end, such as `registry.acme.example` or `ghcr.io/acme`")
    };
    inventory.policy.registries.iter().filter(odd).map(fault).collect()
}

/// What differs between policies.
struct Policy {
    title: &'static str,
    /// Whether what runs already is reported, and templates of deployments are judged like their pods. Not for policies that
    /// change pods: a changed template would differ from what the team's own GitOps wrote.
    judges: bool,
    rules: Vec<Value>,
}

impl Policy {
    fn says(&self, name: &str) -> Value {
        let mut annotations = json!({ "policies.kyverno.io/title": self.title, CONFIRM.0: CONFIRM.1 });
        if !self.judges {
            annotations["pod-policies.kyverno.io/autogen-controllers"] = Value::from("none");
        }
        json!({
            "apiVersion": "kyverno.io/v1",
            "kind": "ClusterPolicy",
            "metadata": {
                "name": format!("fleetplan-{name}"),
                "labels": Labels::managed().0,
                "annotations": annotations,
            },
            "spec": {
                "background": self.judges,
                "failurePolicy": "Fail",
                // Deprecated since 1.13 in favour of `failureAction` in each rule, which older versions refuse.
                "validationFailureAction": "Enforce",
                "rules": self.rules,
            },
        })
    }
}

/// Pods in tenants' namespaces that also meet `expressions`.
fn pods(expressions: &[Value]) -> Value {
    let mut all = vec![json!({ "key": TENANT, "operator": "Exists" })];
    all.extend_from_slice(expressions);
    json!({ "any": [{ "resources": { "kinds": ["Pod"], "namespaceSelector": { "matchExpressions": all } } }] })
}

/// Reads a label of the pod's namespace into a variable.
fn namespace_label(variable: &str, label: &str) -> Value {
    json!([{
        "name": variable,
        "apiCall": {
            "urlPath": "/api/v1/namespaces/{{request.namespace}}",
            "jmesPath": format!("metadata.labels.\"{label}\" || ''"),
        },
    }])
}

/// `pattern` for each list of containers that a pod has; ephemeral and init containers may be absent.
fn every_container(pattern: &Value) -> Value {
    json!({
        "=(ephemeralContainers)": [pattern],
        "=(initContainers)": [pattern],
        "containers": [pattern],
    })
}

/// The team's label comes from the namespace, so that no pod counts against another team.
fn inject_team_label() -> Policy {
    let rule = json!({
        "name": "label",
        "match": pods(&[]),
        "context": namespace_label("team", TEAM),
        "mutate": { "patchStrategicMerge": { "metadata": { "labels": { TEAM: "{{team}}" } } } },
    });
    Policy { title: "Pods carry their team's label", judges: false, rules: vec![rule] }
}

/// Namespaces in which pods are the tenant's own, and get defaults from its LimitRange.
fn of_workloads() -> Value {
    json!({ "key": TIER, "operator": "In", "values": ["cluster", "namespace"] })
}

/// Whoever needs a token for the API server names an account of its own. The mount is what the API server adds where the account
/// allows it. Pods of a vcluster have the vcluster's own tokens at that path.
fn default_token() -> Policy {
    let mounts = "request.object.spec.[containers, initContainers, ephemeralContainers][][].volumeMounts[].mountPath";
    let rule = json!({
        "name": "token",
        "match": pods(&[of_workloads()]),
        "preconditions": { "all": [
            { "key": "{{ request.object.spec.serviceAccountName || 'default' }}", "operator": "Equals", "value": "default" },
        ] },
        "validate": {
            "message": "pods of the service account `default` carry no token: name an account of your own",
            "deny": { "conditions": { "any": [
                {
                    "key": "{{ request.object.spec.automountServiceAccountToken || `false` }}",
                    "operator": "Equals",
                    "value": true,
                },
                { "key": format!("{{{{ {mounts} || `[]` }}}}"), "operator": "AnyIn", "value": [TOKEN_PATH] },
            ] } },
        },
    });
    Policy { title: "The default service account gives no token", judges: true, rules: vec![rule] }
}

/// What a LimitRange fills in, so that it stays on.
fn resources() -> Policy {
    let says = json!({ "resources": { "requests": { "cpu": "?*", "memory": "?*" }, "limits": { "memory": "?*" } } });
    let rule = json!({
        "name": "containers",
        "match": pods(&[of_workloads()]),
        "validate": {
            "message": "each container says its requests of cpu and memory, and its limit of memory",
            "pattern": { "spec": { "=(initContainers)": [says], "containers": [says] } },
        },
    });
    Policy { title: "Containers say what they need", judges: false, rules: vec![rule] }
}

/// As the Pod Security Standard `restricted` asks.
fn seccomp() -> Policy {
    let profile = |type_: &str| json!({ "seccompProfile": { "type": type_ } });
    let filtered = "RuntimeDefault | Localhost";
    let mut in_pod =
        every_container(&json!({ "=(securityContext)": { "=(seccompProfile)": { "=(type)": filtered } } }));
    in_pod["securityContext"] = profile(filtered);
    let in_each = every_container(&json!({ "securityContext": profile(filtered) }));
    let rule = json!({
        "name": "profile",
        "match": pods(&[of_workloads()]),
        "preconditions": { "all": [
            { "key": "{{ request.object.spec.os.name || 'linux' }}", "operator": "NotEquals", "value": "windows" },
        ] },
        "validate": {
            "message": "the seccomp profile must be RuntimeDefault or Localhost for the pod, or for each of its containers",
            "anyPattern": [{ "spec": in_pod }, { "spec": in_each }],
        },
    });
    Policy { title: "System calls are filtered", judges: true, rules: vec![rule] }
}

/// Namespaces and pods of tenants belong to a team that exists. A pod without the label has its namespace's.
fn team_label(inventory: &Inventory) -> Policy {
    let teams = &inventory.fleet.teams;
    let known = if teams.is_empty() {
        "?*".to_owned()
    } else {
        teams.iter().map(|team| team.as_str()).collect::<Vec<_>>().join(" | ")
    };
    let message = "the label `team` must name a team that the fleet knows";
    let of_pods = json!({
        "message": message,
        "pattern": { "metadata": { "=(labels)": { format!("=({TEAM})"): known } } },
    });
    let of_namespaces = json!({ "message": message, "pattern": { "metadata": { "labels": { TEAM: known } } } });
    let tenants = json!({ "matchExpressions": [{ "key": TENANT, "operator": "Exists" }] });
    let rules = vec![
        json!({ "name": "pods", "match": pods(&[]), "validate": of_pods }),
        json!({
            "name": "namespaces",
            "match": { "any": [{ "resources": { "kinds": ["Namespace"], "selector": tenants } }] },
            "validate": of_namespaces,
        }),
    ];
    Policy { title: "Tenants belong to a known team", judges: true, rules }
}

/// A path of the node in a pod is a way around every other wall.
fn no_host_path() -> Policy {
    let rule = json!({
        "name": "volumes",
        "match": pods(&[]),
        "validate": {
            "message": "volumes of type hostPath are forbidden",
            "pattern": { "spec": { "=(volumes)": [{ "X(hostPath)": "null" }] } },
        },
    });
    Policy { title: "No paths of the node in pods", judges: true, rules: vec![rule] }
}

/// As the Pod Security Standard `restricted` asks, also for pods that a vcluster syncs. Tenants of another level are excepted.
fn run_as_non_root() -> Policy {
    let when_said = every_container(&json!({ "=(securityContext)": { "=(runAsNonRoot)": true } }));
    let in_each = every_container(&json!({ "securityContext": { "runAsNonRoot": true } }));
    let mut in_pod = when_said;
    in_pod["securityContext"] = json!({ "runAsNonRoot": true });
    let rule = json!({
        "name": "security-context",
        "match": pods(&[]),
        "validate": {
            "message": "runAsNonRoot must be true for the pod, or for each of its containers",
            "anyPattern": [{ "spec": in_pod }, { "spec": in_each }],
        },
    });
    Policy { title: "Pods run as non-root", judges: true, rules: vec![rule] }
}

/// Images come from registries that the platform trusts: containers, init containers and ephemeral ones alike.
fn trusted_registries(registries: &[String]) -> Policy {
    let images = registries.iter().map(|registry| format!("{registry}/*")).collect::<Vec<_>>().join(" | ");
    let rule = json!({
        "name": "images",
        "match": pods(&[]),
        "validate": {
            "message": format!("images must come from {}", registries.join(", ")),
            "pattern": { "spec": every_container(&json!({ "image": images })) },
        },
    });
    Policy { title: "Images come from trusted registries", judges: true, rules: vec![rule] }
}

/// Pods of a namespace with dedicated nodes run there, and nobody else's do. A vcluster's syncer does the first by itself.
fn dedicated_nodes() -> Policy {
    let dedicated = [
        json!({ "key": NODES, "operator": "In", "values": ["dedicated"] }),
        json!({ "key": TIER, "operator": "In", "values": ["namespace"] }),
    ];
    let toleration = json!([{
        "op": "add",
        "path": "/spec/tolerations/-",
        "value": { "key": DEDICATED, "operator": "Equal", "value": "{{tenant}}", "effect": "NoSchedule" },
    }]);
    let rules = vec![
        json!({
            "name": "select-own-nodes",
            "match": pods(&dedicated),
            "context": namespace_label("tenant", TENANT),
            "mutate": { "patchStrategicMerge": { "spec": { "nodeSelector": { DEDICATED: "{{tenant}}" } } } },
        }),
        json!({
            "name": "tolerate-own-nodes",
            "match": pods(&dedicated),
            "context": namespace_label("tenant", TENANT),
            "preconditions": { "all": [{ "key": "{{request.operation}}", "operator": "Equals", "value": "CREATE" }] },
            "mutate": { "patchesJson6902": toleration.to_string() },
        }),
        json!({
            "name": "let-the-scheduler-choose",
            "match": pods(&[]),
            "preconditions": { "all": [{ "key": "{{request.operation}}", "operator": "Equals", "value": "CREATE" }] },
            "validate": {
                // A pod that names its node never meets the scheduler, which is where taints are read.
                "message": "a pod must not choose its node by name",
                "pattern": { "spec": { "X(nodeName)": "null" } },
            },
        }),
        json!({
            "name": "tolerate-nobody-elses-nodes",
            "match": pods(&[]),
            "context": namespace_label("tenant", TENANT),
            "validate": {
                "message": "a pod may tolerate the taint of its own tenant's nodes only",
                "foreach": [
                    {
                        // No key: it tolerates every taint.
                        "list": "request.object.spec.tolerations || `[]`",
                        "deny": { "conditions": { "any": [
                            { "key": "{{element.key || ''}}", "operator": "Equals", "value": "" },
                        ] } },
                    },
                    {
                        "list": "request.object.spec.tolerations || `[]`",
                        "deny": { "conditions": { "all": [
                            { "key": "{{element.key || ''}}", "operator": "Equals", "value": DEDICATED },
                            { "key": "{{element.value || ''}}", "operator": "NotEquals", "value": "{{tenant}}" },
                        ] } },
                    },
                ],
            },
        }),
    ];
    Policy { title: "Dedicated nodes are one tenant's own", judges: false, rules }
}
