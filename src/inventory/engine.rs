//! The engines that can enforce the fleet's policies in a cluster, and from which version on each can.
//!
//! In: an engine, the version of Kyverno and a Kubernetes minor. Out: nothing, or [`Lacking`]: what is too old or too new. Knows no policy.

use serde::{Deserialize, Serialize};

use crate::vocab::version::{KyvernoVersion, Minor};
use crate::vocab::words::words;

/// The engine that enforces the fleet's policies in a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyEngine {
    /// Kyverno's ClusterPolicy.
    Kyverno,
    /// Kyverno's policies in CEL: ValidatingPolicy and MutatingPolicy.
    KyvernoCel,
    /// Kubernetes' own ValidatingAdmissionPolicy, and MutatingAdmissionPolicy where it is served.
    Admission,
}

/// The first Kyverno whose ClusterPolicy has everything that is written.
const CLUSTER_POLICY_FROM: KyvernoVersion = KyvernoVersion(10);
/// The first Kyverno without ClusterPolicy, as the release notes of 1.17 announce it.
const CLUSTER_POLICY_UNTIL: KyvernoVersion = KyvernoVersion(20);
/// The first Kyverno that serves `policies.kyverno.io/v1` (release notes of 1.17).
const CEL_FROM: KyvernoVersion = KyvernoVersion(17);
/// The first Kubernetes that serves `admissionregistration.k8s.io/v1` ValidatingAdmissionPolicy (KEP-3488).
const VALIDATING_FROM: Minor = Minor(30);
/// The first Kubernetes that serves MutatingAdmissionPolicy in `v1`; its beta is off unless somebody turns it on (KEP-3962).
const MUTATING_FROM: Minor = Minor(36);

/// Why an engine cannot enforce the fleet's policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking {
    /// Kyverno is older than the first version that can.
    KyvernoFrom(KyvernoVersion),
    /// Kyverno is the first version that no longer can, or a later one.
    KyvernoUntil(KyvernoVersion),
    /// Kubernetes is older than the first minor that can.
    KubernetesFrom(Minor),
}

impl PolicyEngine {
    /// What keeps this engine from enforcing the fleet's policies in a cluster of minor `kubernetes`; none where nothing does.
    #[must_use]
    pub fn lacks(self, kyverno: KyvernoVersion, kubernetes: Minor) -> Option<Lacking> {
        match self {
            Self::Kyverno if kyverno < CLUSTER_POLICY_FROM => Some(Lacking::KyvernoFrom(CLUSTER_POLICY_FROM)),
            Self::Kyverno if kyverno >= CLUSTER_POLICY_UNTIL => Some(Lacking::KyvernoUntil(CLUSTER_POLICY_UNTIL)),
            Self::KyvernoCel if kyverno < CEL_FROM => Some(Lacking::KyvernoFrom(CEL_FROM)),
            Self::Admission if kubernetes < VALIDATING_FROM => Some(Lacking::KubernetesFrom(VALIDATING_FROM)),
            Self::Kyverno | Self::KyvernoCel | Self::Admission => None,
        }
    }

    /// Whether it can change pods in a cluster of minor `kubernetes`: write the team's label, send pods to their own nodes.
    #[must_use]
    pub fn mutates(self, kubernetes: Minor) -> bool {
        match self {
            Self::Kyverno | Self::KyvernoCel => true,
            Self::Admission => kubernetes >= MUTATING_FROM,
        }
    }

    /// Whether it is Kyverno, in either language.
    #[must_use]
    pub const fn is_kyverno(self) -> bool {
        match self {
            Self::Kyverno | Self::KyvernoCel => true,
            Self::Admission => false,
        }
    }
}

impl Lacking {
    /// What is missing, in words: `ClusterPolicy needs Kyverno 1.10`.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::KyvernoFrom(first) if first == CEL_FROM => {
                format!("Kyverno serves `policies.kyverno.io/v1` from {first} on")
            }
            Self::KyvernoFrom(first) => format!("what is written needs Kyverno {first} or later"),
            Self::KyvernoUntil(first) => format!("Kyverno {first} has no ClusterPolicy any more"),
            Self::KubernetesFrom(first) => format!("Kubernetes serves ValidatingAdmissionPolicy from {first} on"),
        }
    }

    /// The way out.
    #[must_use]
    pub fn help(self) -> String {
        match self {
            Self::KyvernoFrom(first) if first == CEL_FROM => {
                format!("upgrade Kyverno to {first} and say so with `kyverno`, or choose `policies = \"kyverno\"`")
            }
            Self::KyvernoFrom(first) => format!("upgrade Kyverno to {first} or later, and say so with `kyverno`"),
            Self::KyvernoUntil(_) => "choose `policies = \"kyverno-cel\"`, which means the same".to_owned(),
            Self::KubernetesFrom(first) => {
                format!(
                    "choose `policies = \"kyverno\"` or `policies = \"kyverno-cel\"`, or Kubernetes {first} or later"
                )
            }
        }
    }
}

words! {
    PolicyEngine { Kyverno = "kyverno", KyvernoCel = "kyverno-cel", Admission = "admission" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_engine_begins_and_ends_where_its_versions_do() {
        let lacks =
            |engine: PolicyEngine, kyverno, kubernetes| engine.lacks(KyvernoVersion(kyverno), Minor(kubernetes));
        assert_eq!(lacks(PolicyEngine::Kyverno, 9, 35), Some(Lacking::KyvernoFrom(KyvernoVersion(10))));
        assert_eq!(lacks(PolicyEngine::Kyverno, 10, 25), None);
        assert_eq!(lacks(PolicyEngine::Kyverno, 19, 36), None);
        assert_eq!(lacks(PolicyEngine::Kyverno, 20, 36), Some(Lacking::KyvernoUntil(KyvernoVersion(20))));
        assert_eq!(lacks(PolicyEngine::KyvernoCel, 16, 35), Some(Lacking::KyvernoFrom(KyvernoVersion(17))));
        assert_eq!(lacks(PolicyEngine::KyvernoCel, 17, 35), None);
        assert_eq!(lacks(PolicyEngine::Admission, 1, 29), Some(Lacking::KubernetesFrom(Minor(30))));
        assert_eq!(lacks(PolicyEngine::Admission, 1, 30), None);
    }

    #[test]
    fn kubernetes_itself_changes_pods_from_1_36_on() {
        assert!(!PolicyEngine::Admission.mutates(Minor(35)) && PolicyEngine::Admission.mutates(Minor(36)));
        assert!(PolicyEngine::Kyverno.mutates(Minor(25)) && PolicyEngine::KyvernoCel.mutates(Minor(31)));
    }
}
