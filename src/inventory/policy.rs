//! `[policy]`, `[vcluster]` and `[regulation.<name>]`: what the operator wants of every decision.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Places;
use crate::vocab::money::Money;
use crate::vocab::name::{Attestation, RegimeName, Residency};
use crate::vocab::share::Share;
use crate::vocab::tier::{Isolation, Tier};
use crate::vocab::version::{ChartVersion, Minor};
use crate::vocab::words::words;

/// The operator's policy. Every key has a default, given in its comment.
#[derive(Debug, Clone, Serialize)]
pub struct Policy {
    /// Share of each pool's nodes that is kept free. 0.15.
    pub headroom: Share,
    /// Whether the load must still fit after one zone is lost. false.
    pub survive_zone_loss: bool,
    /// Quarters of growth that are planned for. 4.
    pub horizon_quarters: u32,
    /// Months over which one-off costs are paid back. 12.
    pub payback_months: u32,
    /// The most of any limit of a shared cluster that one tenant may take. 0.20.
    pub max_tenant_share: Share,
    /// The most of the fleet's importance that one shared cluster may hold. 0.30.
    pub max_importance_share: Share,
    /// Whether production and the rest live in different shared clusters. true.
    pub separate_environments: bool,
    /// Who may install custom resource definitions into a shared cluster. platform.
    pub crds: CrdPolicy,
    /// Where hostile tenants may live. cluster, vcluster/private, vcluster/sandboxed.
    pub hostile: BTreeSet<HostileHome>,
    /// Whether tenants that are not hostile may use the shared nodes of a sandboxed pool. false.
    pub share_sandboxes: bool,
    /// Registries that images may come from, without a scheme. Empty: any.
    pub registries: Vec<String>,
    /// What operating one thing costs a month.
    pub toil: Toil,
    /// What changing one thing costs once.
    pub once: OneOff,
    /// Where it was written.
    #[serde(skip)]
    pub at: Places,
}

/// Who installs custom resource definitions into shared clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CrdPolicy {
    /// Only the platform team: a tenant that brings its own needs an API server of its own.
    Platform,
    /// Tenants too, one version of each per shared cluster.
    Tenants,
}

/// A home that policy allows to hostile tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum HostileHome {
    /// A cluster of its own.
    #[serde(rename = "cluster")]
    Cluster,
    /// A vcluster with private nodes.
    #[serde(rename = "vcluster/private")]
    VclusterPrivate,
    /// A vcluster on a sandboxed pool (gVisor, Kata, Firecracker), shared or dedicated.
    #[serde(rename = "vcluster/sandboxed")]
    VclusterSandboxed,
}

/// Money per month for operating one of each.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Toil {
    /// A cluster. 450.
    pub cluster: Money,
    /// A vcluster. 60.
    pub vcluster: Money,
    /// A namespace. 10.
    pub namespace: Money,
}

/// Money once, before it is spread over the payback months.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct OneOff {
    /// Moving one unit. 400.
    #[serde(rename = "move")]
    pub moving: Money,
    /// Opening a cluster. 1,500.
    pub open: Money,
    /// Closing a cluster. 500.
    pub close: Money,
}

/// `[vcluster]`.
#[derive(Debug, Clone, Serialize)]
pub struct VclusterPolicy {
    /// The exact chart version. The newest that the shipped facts know.
    pub chart: ChartVersion,
    /// What runs the API server. k8s, and k3s with a legacy chart.
    #[serde(skip_serializing_if = "Distro::is_usual")]
    pub distro: Distro,
    /// What is licensed. oss.
    pub edition: Edition,
    /// Minors that vclusters may run, sorted. From the shipped facts for the chart.
    pub minors: Vec<Minor>,
    /// Licence per vcluster and month. 0.
    pub price: Money,
    /// Whether a host and tenant pair that no table lists may be used. false.
    pub allow_unlisted_pairs: bool,
    /// Where it was written.
    #[serde(skip)]
    pub at: Places,
}

/// What runs the API server of a vcluster. It cannot be changed in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distro {
    /// Kubernetes' own binaries.
    K8s,
    /// K3s: one process and an embedded database. Only charts 0.15 to 0.19.
    K3s,
}

impl Distro {
    /// True for what every unified chart runs. It stays out of fingerprints.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    const fn is_usual(&self) -> bool {
        matches!(self, Self::K8s)
    }
}

/// The edition of vcluster that is licensed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edition {
    /// Open source.
    Oss,
    /// The vendor's image with its free tier.
    Free,
    /// A paid licence.
    Enterprise,
}

/// What a table says of a host and a tenant minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The vendor tests it.
    Tested,
    /// The vendor calls it likely compatible.
    Likely,
    /// Known to break.
    Broken,
    /// In no table.
    Unlisted,
}

/// One regime of the operator's table.
#[derive(Debug, Clone, Serialize)]
pub struct Regulation {
    /// Its name, such as `pci-dss`.
    pub name: RegimeName,
    /// The lowest tier. namespace.
    pub tier: Tier,
    /// The least isolation of nodes. shared.
    pub nodes: Isolation,
    /// Whether every neighbour must fall under the same regime. false (`neighbours = "any"`).
    pub same_regime_neighbours: bool,
    /// What the cluster must be attested for.
    pub attestation: Option<Attestation>,
    /// Residencies that are allowed. Empty: any.
    pub residency: Vec<Residency>,
    /// Whether the cluster must ship its audit log.
    pub audit_log: bool,
    /// Whether the cluster must encrypt secrets at rest.
    pub secrets_encryption: bool,
    /// Where it was written; none for a shipped regime.
    #[serde(skip)]
    pub at: Option<Places>,
}

words! {
    CrdPolicy { Platform = "platform", Tenants = "tenants" }
    HostileHome {
        Cluster = "cluster",
        VclusterPrivate = "vcluster/private",
        VclusterSandboxed = "vcluster/sandboxed"
    }
    Distro { K8s = "k8s", K3s = "k3s" }
    Edition { Oss = "oss", Free = "free", Enterprise = "enterprise" }
    Verdict { Tested = "tested", Likely = "likely", Broken = "broken", Unlisted = "unlisted" }
}
