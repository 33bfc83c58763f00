//! Who is excepted from which policy in a host, and the `PolicyException`s that say so to Kyverno.
//!
//! In: the inventory's exceptions from policies that hold on the planning date, and the tenants whose level of Pod Security asks for what a
//! policy forbids. Out: [`Excepted`], and for either language of Kyverno one document each. Every one names who answers for it, why,
//! and until when; one whose date has passed is not written. Kubernetes' own policies are lifted by their bindings: see [`super::admission`].

use serde_json::{Value, json};

use super::document::{CONFIRM, Document, Labels, OWNER, REASON, TENANT, UNTIL};
use super::home::{Home, Host};
use super::namespace::level;
use super::{cel, kyverno, names};
use crate::inventory::{Inventory, PodPolicy, PolicyEngine, PolicyException};
use crate::vocab::version::KyvernoVersion;

/// The namespace that exceptions live in. Kyverno reads them from one namespace only, if its operator says so.
const NAMESPACE: &str = "kyverno";
/// The end of an exception that the inventory gives no date.
const OPEN_END: &str = "none: it holds while the inventory says so";

/// One tenant, excepted from policies.
#[derive(Debug)]
pub(super) struct Excepted {
    /// The tenant.
    pub tenant: String,
    /// From what. Never empty, sorted.
    pub policies: Vec<PodPolicy>,
    /// Its namespaces in the host.
    pub namespaces: Vec<String>,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, or that it has none.
    pub until: String,
}

/// Everybody who is excepted from something in a host, by tenant; what Pod Security lifts first.
pub(super) fn of(inventory: &Inventory, host: &Host<'_>, homes: &[Home<'_>]) -> Vec<Excepted> {
    let mut all = Vec::new();
    for home in homes.iter().filter(|home| home.host.name() == host.name()) {
        let lifted = PodPolicy::lifted_by(home.tenant.pod_security);
        if !lifted.is_empty() {
            all.push(Excepted {
                tenant: home.name().to_owned(),
                policies: lifted.to_vec(),
                namespaces: home.namespaces.clone(),
                owner: home.tenant.team.to_string(),
                reason: format!("the tenant's pod security is {}", level(home.tenant.pod_security)),
                until: OPEN_END.to_owned(),
            });
        }
        let today = inventory.fleet.date;
        let holds = |exception: &&PolicyException| exception.tenant == home.tenant.name && exception.until >= today;
        all.extend(inventory.policy_exceptions.iter().filter(holds).map(|exception| Excepted {
            tenant: home.name().to_owned(),
            policies: vec![exception.policy],
            namespaces: home.namespaces.clone(),
            owner: exception.owner.to_string(),
            reason: exception.reason.clone(),
            until: exception.until.to_string(),
        }));
    }
    all
}

/// The exceptions as Kyverno's objects; none for Kubernetes' own engine.
pub(super) fn documents(host: &Host<'_>, excepted: &[Excepted]) -> Vec<Document> {
    let (api_version, spec): (_, fn(&Excepted) -> Value) = match host.offer.policies {
        PolicyEngine::Kyverno => (api_version(host.offer.kyverno), cluster_policies),
        PolicyEngine::KyvernoCel => ("policies.kyverno.io/v1", cel_policies),
        PolicyEngine::Admission => return Vec::new(),
    };
    let document = |excepted: &Excepted| {
        let what = match excepted.policies.as_slice() {
            [one] => one.to_string(),
            _ => "pod-security".to_owned(),
        };
        let says = json!({
            "apiVersion": api_version,
            "kind": "PolicyException",
            "metadata": {
                "name": names::shorten(&format!("fleetplan-{what}.{}", excepted.tenant), 63),
                "namespace": NAMESPACE,
                "labels": Labels::managed().with(TENANT, &excepted.tenant).0,
                "annotations": {
                    CONFIRM.0: CONFIRM.1, OWNER: excepted.owner, REASON: excepted.reason, UNTIL: excepted.until,
                },
            },
            "spec": spec(excepted),
        });
        Document::new("kyverno/policy-exception.yaml.hbs", says)
    };
    excepted.iter().map(document).collect()
}

/// The version in which a Kyverno serves exceptions from ClusterPolicies.
fn api_version(kyverno: KyvernoVersion) -> &'static str {
    match kyverno.0 {
        ..=10 => "kyverno.io/v2alpha1",
        11 => "kyverno.io/v2beta1",
        12.. => "kyverno.io/v2",
    }
}

fn cluster_policies(excepted: &Excepted) -> Value {
    let from = |policy: &PodPolicy| {
        json!({
            "policyName": format!("fleetplan-{policy}"),
            "ruleNames": kyverno::rule_names(*policy),
        })
    };
    json!({
        "exceptions": excepted.policies.iter().map(from).collect::<Vec<_>>(),
        // What runs pods is judged by its template, under the name of the same rule.
        "match": { "any": [{ "resources": {
            "kinds": ["Pod", "CronJob", "DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"],
            "namespaces": excepted.namespaces,
        } }] },
    })
}

fn cel_policies(excepted: &Excepted) -> Value {
    let from = |policy: &PodPolicy| json!({ "kind": "ValidatingPolicy", "name": format!("fleetplan-{policy}") });
    let inside = format!("object.metadata.namespace in {}", cel::list(&excepted.namespaces));
    json!({
        "policyRefs": excepted.policies.iter().map(from).collect::<Vec<_>>(),
        "matchConditions": [{ "name": "in-its-namespaces", "expression": inside }],
    })
}
