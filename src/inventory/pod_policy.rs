//! Policies of pods that an exception can lift, and the exceptions from them.
//!
//! The policies themselves are `gitops`'; here stand their names and what Pod Security says of the same thing, so that an exception that
//! lifts nothing is found before it is rendered.

use serde::Serialize;

use super::Places;
use super::tenant::PodSecurity;
use crate::vocab::calendar::Date;
use crate::vocab::name::{TeamName, TenantName};
use crate::vocab::words::words;

/// A policy that an exception can lift. The team's label and the walls around dedicated nodes are not among them: they protect others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PodPolicy {
    /// Pods of the default service account carry no token.
    DefaultToken,
    /// No paths of the node.
    NoHostPath,
    /// Containers say what they request, and what memory they are limited to.
    Resources,
    /// Pods run as non-root.
    RunAsNonRoot,
    /// System calls are filtered.
    Seccomp,
    /// Images come from trusted registries.
    TrustedRegistries,
}

impl PodPolicy {
    /// Policies that a tenant's own level of Pod Security lifts: below `restricted`, root and unfiltered system calls are what it asked for.
    #[must_use]
    pub const fn lifted_by(level: PodSecurity) -> &'static [Self] {
        match level {
            PodSecurity::Restricted => &[],
            PodSecurity::Baseline | PodSecurity::Privileged => &[Self::RunAsNonRoot, Self::Seccomp],
        }
    }

    /// The loosest level of Pod Security that still forbids the same, where there is one: an exception for a tenant of that level, or of a
    /// stricter one, lifts nothing, because the API server refuses the pod.
    #[must_use]
    pub const fn also_forbidden_by(self) -> Option<PodSecurity> {
        match self {
            Self::RunAsNonRoot | Self::Seccomp => Some(PodSecurity::Restricted),
            Self::NoHostPath => Some(PodSecurity::Baseline),
            Self::DefaultToken | Self::Resources | Self::TrustedRegistries => None,
        }
    }
}

/// A policy of pods that is lifted for one tenant for a time.
#[derive(Debug, Clone, Serialize)]
pub struct PolicyException {
    /// Whose.
    pub tenant: TenantName,
    /// What is lifted.
    pub policy: PodPolicy,
    /// Who answers for it.
    pub owner: TeamName,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Date,
    /// Where it was written.
    #[serde(skip)]
    pub at: Places,
}

words! {
    PodPolicy {
        DefaultToken = "default-token",
        NoHostPath = "no-host-path",
        Resources = "resources",
        RunAsNonRoot = "run-as-non-root",
        Seccomp = "seccomp",
        TrustedRegistries = "trusted-registries",
    }
}
