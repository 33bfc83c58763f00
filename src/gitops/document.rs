//! One Kubernetes document before it is text: what it says, and which template lays it out.

use serde_json::{Map, Value, json};

/// A document, its template, and what a template may know beside it.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// The template's path below `templates/`.
    pub template: &'static str,
    /// What the document says. The truth: a template cannot change it.
    pub says: Value,
}

impl Document {
    /// A document that `template` lays out.
    pub fn new(template: &'static str, says: Value) -> Self {
        Self { template, says }
    }
}

/// `{ name, namespace, labels }`.
pub(super) fn namespaced(name: &str, namespace: &str, labels: &Labels) -> Value {
    json!({ "name": name, "namespace": namespace, "labels": labels.0 })
}

/// Labels of an object, sorted by key.
#[derive(Debug, Clone, Default)]
pub(super) struct Labels(pub Map<String, Value>);

impl Labels {
    /// What every object of the tree carries.
    pub fn managed() -> Self {
        Self::default().with(MANAGED_BY, "fleetplan")
    }

    /// Adds a label. Values are names of the inventory or words of ours, so they are label values.
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.0.insert(key.to_owned(), Value::from(value));
        self
    }
}

/// Who writes an object: Kubernetes' own recommended label.
pub(super) const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// The tenant that an object belongs to. Network policies and fleet policies select namespaces by it.
pub(super) const TENANT: &str = "fleetplan.dev/tenant";
/// The tenant's environment.
pub(super) const ENVIRONMENT: &str = "fleetplan.dev/environment";
/// The tenant's tier.
pub(super) const TIER: &str = "fleetplan.dev/tier";
/// How a namespace's pods meet other tenants': `shared` or `dedicated`.
pub(super) const NODES: &str = "fleetplan.dev/nodes";
/// The Pod Security Standard that a tenant's own pods meet.
pub(super) const POD_SECURITY: &str = "fleetplan.dev/pod-security";
/// The wave in which a unit is carried out.
pub(super) const WAVE: &str = "fleetplan.dev/wave";
/// Label and taint of nodes that are one tenant's own; its value is the tenant. Cluster API passes only labels of this domain on
/// from machines to nodes.
pub(super) const DEDICATED: &str = "node.cluster.x-k8s.io/fleetplan-dedicated";
/// Label of nodes: the pool they belong to.
pub(super) const POOL: &str = "node.cluster.x-k8s.io/fleetplan-pool";
/// Label of namespaces of the platform (ingress controllers, monitoring) whose pods may reach tenants' pods.
pub(super) const PLATFORM: &str = "fleetplan.dev/platform";
/// Label of pods that a load balancer may reach.
pub(super) const EXPOSED: &str = "fleetplan.dev/exposed";
/// Annotations of an exception: who answers for it, why, and the last day on which it holds.
pub(super) const OWNER: &str = "fleetplan.dev/owner";
pub(super) const REASON: &str = "fleetplan.dev/reason";
pub(super) const UNTIL: &str = "fleetplan.dev/until";
/// The team that owns an object. The one label without a prefix: people and bills read it.
pub(super) const TEAM: &str = "team";
/// Argo CD asks a person before it deletes or prunes what carries this.
pub(super) const CONFIRM: (&str, &str) = ("argocd.argoproj.io/sync-options", "Delete=confirm,Prune=confirm");
