//! `[[tenant]]`: what a team's workload requires.

use serde::{Deserialize, Serialize};

use super::Places;
use super::offer::Runtime;
use crate::vocab::calendar::Seconds;
use crate::vocab::name::{Environment, RegimeName, Residency, TeamName, TenantName, WorkloadName};
use crate::vocab::resources::{Demand, Resources};
use crate::vocab::share::Growth;
use crate::vocab::tier::Isolation;
use crate::vocab::version::MinorRange;
use crate::vocab::words::words;

/// A tenant.
#[derive(Debug, Clone, Serialize)]
pub struct Tenant {
    /// Its name.
    pub name: TenantName,
    /// The team that owns it.
    pub team: TeamName,
    /// Its environment. production.
    pub environment: Environment,
    /// The application that it runs, in people's words. No rule reads it.
    pub application: Option<String>,
    /// The business unit that it belongs to, in people's words. No rule reads it.
    pub unit: Option<String>,
    /// How far it is trusted. soft.
    pub trust: Trust,
    /// The minors it runs on. any.
    pub kubernetes: MinorRange,
    /// The regimes it falls under.
    pub regulation: Vec<RegimeName>,
    /// Residencies it may live in. Empty: any.
    pub residency: Vec<Residency>,
    /// Residencies it needs one home in each, with the whole demand in each. Empty: one home.
    pub sites: Vec<Residency>,
    /// The longest planned control-plane outage that it tolerates. None: any.
    pub disruption: Option<Seconds>,
    /// How much its loss would hurt, from 1. 1.
    pub importance: u64,
    /// How many other tenants its cluster may hold. None: any number.
    pub max_neighbours: Option<u64>,
    /// Tenants that must share a cluster with it.
    pub near: Vec<TenantName>,
    /// Tenants that must not share a cluster with it.
    pub apart: Vec<TenantName>,
    /// Custom resource definitions that it brings, sorted.
    pub crds: Vec<Crd>,
    /// Namespaces that it takes where it lives as namespaces. 1.
    pub namespaces: u64,
    /// The pod security level it needs. restricted.
    pub pod_security: PodSecurity,
    /// Growth per quarter, already in [`Workload::planned`]. 0.
    pub growth: Growth,
    /// The least isolation it asks for. shared.
    pub isolation: Isolation,
    /// Whether its vcluster runs in the `production` profile with three replicas. false.
    pub high_availability: bool,
    /// What stands of its guardrails today, as far as the inventory says.
    pub guardrails: Guardrails,
    /// Whether its figures are estimates (`estimated = true`).
    pub estimated: bool,
    /// What the inventory could not know and took a default for.
    pub questions: Vec<String>,
    /// Its parts. A tenant with one `demand` has one workload, called `main`. Never empty.
    pub workloads: Vec<Workload>,
    /// Where it was written.
    #[serde(skip)]
    pub at: Places,
}

impl Tenant {
    /// The planned demand of all its workloads together.
    #[must_use]
    pub fn planned(&self) -> Demand {
        self.workloads.iter().map(|workload| workload.planned).sum()
    }

    /// One unit per site, or one.
    #[must_use]
    pub fn unit_sites(&self) -> Vec<Option<&Residency>> {
        if self.sites.is_empty() { vec![None] } else { self.sites.iter().map(Some).collect() }
    }
}

/// How far a tenant is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// Internal teams that trust one another.
    Soft,
    /// Internal teams with regulated or sensitive data.
    Hardened,
    /// Untrusted code.
    Hostile,
}

/// Pod Security Standards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PodSecurity {
    /// No privilege at all.
    Restricted,
    /// Known escalations closed.
    Baseline,
    /// Everything open.
    Privileged,
}

/// A custom resource definition in the version that a tenant brings: `certificates.cert-manager.io/v1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Crd {
    /// Plural and group: `certificates.cert-manager.io`.
    pub name: String,
    /// `v1`, `v1beta2`, ….
    pub version: String,
}

impl std::fmt::Display for Crd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.name, self.version)
    }
}

/// A part of a tenant with a demand and nodes of its own kind.
#[derive(Debug, Clone, Serialize)]
pub struct Workload {
    /// Its name; `main` where the tenant has only one.
    pub name: WorkloadName,
    /// Today's demand.
    pub today: Demand,
    /// The demand that is planned for: today's, grown over the policy's horizon.
    pub planned: Demand,
    /// The largest pod, which one node must hold.
    pub largest_pod: Option<Resources>,
    /// What its nodes must be.
    pub kernel: Kernel,
    /// Where it was written.
    #[serde(skip)]
    pub at: Places,
}

impl Workload {
    /// The name of the only workload of a tenant with one `demand`.
    pub const MAIN: &'static str = "main";

    /// ``workload `training` ``; for the only one: `the demand`.
    #[must_use]
    pub fn words(&self) -> String {
        if self.name.as_str() == Self::MAIN { "the demand".to_owned() } else { format!("workload `{}`", self.name) }
    }
}

/// What a workload's nodes must be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Kernel {
    /// `linux` or `windows`. linux.
    pub os: String,
    /// `amd64` or `arm64`. None: either.
    pub arch: Option<String>,
    /// The lowest kernel version, `[6, 3]` for `>=6.3`. Empty: any.
    pub version: Vec<u64>,
    /// Modules it needs, sorted.
    pub modules: Vec<String>,
    /// Whether it needs a real-time kernel. false.
    pub realtime: bool,
    /// The model of GPU it needs. None with a GPU demand: any.
    pub gpu: Option<String>,
    /// The runtime it needs. None: what the pool has, sandboxes left to those that need them.
    pub runtime: Option<Runtime>,
}

/// Guardrails that stand today. Unsaid is not judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Guardrails {
    /// Whether a ResourceQuota stands.
    pub quota: Option<bool>,
    /// Whether a LimitRange gives containers defaults.
    pub limit_defaults: Option<bool>,
    /// What governs egress.
    pub egress: Option<EgressPolicy>,
    /// Whether a service mesh is counted on to isolate it.
    pub mesh: Option<bool>,
    /// Whether the default service account's token is mounted into pods.
    pub default_token: Option<bool>,
}

/// What governs a namespace's egress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EgressPolicy {
    /// Nothing.
    None,
    /// A Kubernetes NetworkPolicy.
    Kubernetes,
    /// A Calico policy.
    Calico,
    /// A Cilium policy.
    Cilium,
}

words! {
    Trust { Soft = "soft", Hardened = "hardened", Hostile = "hostile" }
    PodSecurity { Restricted = "restricted", Baseline = "baseline", Privileged = "privileged" }
    EgressPolicy { None = "none", Kubernetes = "kubernetes", Calico = "calico", Cilium = "cilium" }
}
