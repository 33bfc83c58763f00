//! `[[cluster]]` and `[[class]]`: what the fleet offers. Both make the same [`Offer`]; a cluster exists, a class can be opened.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Places, PolicyEngine};
use crate::vocab::calendar::Seconds;
use crate::vocab::money::Money;
use crate::vocab::name::{Attestation, ClassName, ClusterName, PoolName, Region, Residency};
use crate::vocab::resources::Resources;
use crate::vocab::tier::Tenancy;
use crate::vocab::version::{KyvernoVersion, Minor};
use crate::vocab::words::words;

/// A cluster that exists.
#[derive(Debug, Clone, Serialize)]
pub struct Cluster {
    /// Its name.
    pub name: ClusterName,
    /// Its region.
    pub region: Region,
    /// Its minor.
    pub kubernetes: Minor,
    /// Whether it hosts many units or one. A host never turns from one into the other.
    pub tenancy: Tenancy,
    /// Whether the planner may close it. false.
    pub may_close: bool,
    /// What it offers.
    pub offer: Offer,
    /// Where it was written.
    #[serde(skip)]
    pub at: Places,
}

/// A shape from which clusters can be opened.
#[derive(Debug, Clone, Serialize)]
pub struct Class {
    /// Its name; copies are called `<class>-1`, `<class>-2`, ….
    pub name: ClassName,
    /// Regions it may be opened in, as written: the first one is used.
    pub regions: Vec<Region>,
    /// Minors it may be opened with, sorted.
    pub kubernetes: Vec<Minor>,
    /// How many copies at most. 1.
    pub open_at_most: u32,
    /// What copies may be, sorted.
    pub tenancy: Vec<Tenancy>,
    /// The version in which its clusters are written for Cluster API. v1beta2.
    #[serde(skip_serializing_if = "ClusterApi::is_default")]
    pub cluster_api: ClusterApi,
    /// What Cluster API makes its nodes from. machine-deployments.
    #[serde(skip_serializing_if = "Workers::is_default")]
    pub workers: Workers,
    /// What each copy offers.
    pub offer: Offer,
    /// Where it was written.
    #[serde(skip)]
    pub at: Places,
}

/// What a cluster, or each copy of a class, offers its tenants.
#[derive(Debug, Clone, Serialize)]
pub struct Offer {
    /// Who runs the control plane.
    pub provider: Provider,
    /// The jurisdiction its data stays in.
    pub residency: Residency,
    /// Its control plane.
    pub control_plane: ControlPlane,
    /// Whether its audit log is shipped off the cluster. false.
    pub audit_log: bool,
    /// Whether secrets are encrypted at rest. false.
    pub secrets_encryption: bool,
    /// Whether kubelets run with seccompDefault. Unsaid is not judged.
    pub seccomp_default: Option<bool>,
    /// What it has been attested for.
    pub attestations: BTreeSet<Attestation>,
    /// The engine that enforces the fleet's policies. kyverno.
    pub policies: PolicyEngine,
    /// The version of Kyverno, where it is the engine. The newest that is known.
    #[serde(skip_serializing_if = "KyvernoVersion::is_default")]
    pub kyverno: KyvernoVersion,
    /// Its network. kubernetes: plain NetworkPolicies.
    pub cni: Cni,
    /// The kind in which its network policies are written. kubernetes.
    #[serde(skip_serializing_if = "NetworkPolicies::is_default")]
    pub network_policies: NetworkPolicies,
    /// Whether pods get credentials from the provider's agent (EKS Pod Identity, GKE Workload Identity). true.
    pub workload_identity: bool,
    /// What it holds at most.
    pub limits: Limits,
    /// Prices of what tenants use beside nodes.
    pub prices: UnitPrices,
    /// Its pools, in the order in which they were written. Never empty.
    pub pools: Vec<Pool>,
    /// Index of the pool that runs the control planes of vclusters: `platform_pool`, or the first pool that runs plain
    /// Linux pods (no GPU, no sandbox, not realtime). None where there is no such pool.
    pub platform_pool: Option<usize>,
}

impl Offer {
    /// A pool by name, and its index.
    #[must_use]
    pub fn pool(&self, name: &PoolName) -> Option<(usize, &Pool)> {
        self.pools.iter().enumerate().find(|(_, pool)| pool.name == *name)
    }
}

/// Who runs the control plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    /// Amazon EKS.
    Eks,
    /// Google GKE.
    Gke,
    /// Azure AKS.
    Aks,
    /// Operated by the team itself; upstream's calendar holds.
    SelfManaged,
}

/// A control plane.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ControlPlane {
    /// Money per month in standard support.
    pub price: Money,
    /// The longest planned outage, upgrades included.
    pub disruption: Seconds,
}

/// The version in which a cluster is written for Cluster API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClusterApi {
    /// `cluster.x-k8s.io/v1beta1`.
    V1beta1,
    /// `cluster.x-k8s.io/v1beta2`.
    #[default]
    V1beta2,
}

impl ClusterApi {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What Cluster API makes a pool's nodes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Workers {
    /// A MachineDeployment: one object per node.
    #[default]
    MachineDeployments,
    /// A MachinePool: the provider's own group of nodes.
    MachinePools,
}

impl Workers {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The network of a cluster, as far as it changes which policies can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cni {
    /// Any plugin that enforces Kubernetes' NetworkPolicy.
    Kubernetes,
    /// Cilium.
    Cilium,
    /// Calico.
    Calico,
}

/// The kind in which network policies are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkPolicies {
    /// Kubernetes' own NetworkPolicy.
    #[default]
    Kubernetes,
    /// CiliumNetworkPolicy, which a network of Cilium enforces.
    Cilium,
}

impl NetworkPolicies {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What a cluster holds at most. The defaults are the provider's documented thresholds, from the shipped facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Nodes of all pools; private nodes do not count.
    pub nodes: u64,
    /// Tenants' pods, control planes of vclusters included; pods on private nodes do not count.
    pub pods: u64,
    /// Addresses for those pods.
    pub pod_addresses: u64,
    /// Tenants' namespaces; a vcluster takes one.
    pub namespaces: u64,
    /// Services.
    pub services: u64,
    /// Services of type `LoadBalancer`.
    pub load_balancers: u64,
    /// Units.
    pub tenants: u64,
}

impl Limits {
    /// The limits by name, in one order.
    #[must_use]
    pub const fn each(&self) -> [(&'static str, u64); 7] {
        let Self { nodes, pods, pod_addresses, namespaces, services, load_balancers, tenants } = *self;
        [
            ("nodes", nodes),
            ("pods", pods),
            ("pod_addresses", pod_addresses),
            ("namespaces", namespaces),
            ("services", services),
            ("load_balancers", load_balancers),
            ("tenants", tenants),
        ]
    }
}

/// Prices of what tenants use beside nodes, per month.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct UnitPrices {
    /// One GiB of persistent storage. 0.
    pub storage: Money,
    /// One load balancer. 0.
    pub load_balancer: Money,
}

/// Nodes of one shape.
#[derive(Debug, Clone, Serialize)]
pub struct Pool {
    /// Its name, unique in its cluster.
    pub name: PoolName,
    /// What one node offers to pods, daemonsets included.
    pub node: Resources,
    /// What daemonsets take of every node.
    pub daemonsets: Resources,
    /// Money per node and month.
    pub price: Money,
    /// The fewest nodes it has while its cluster is open. 0.
    pub min: u64,
    /// The most nodes it can have.
    pub max: u64,
    /// Zones its nodes are spread over. 1.
    pub zones: u64,
    /// `linux` or `windows`. linux.
    pub os: String,
    /// `amd64` or `arm64`. amd64.
    pub arch: String,
    /// Kernel version as numbers, `6.8` is `[6, 8]`. Empty where unsaid.
    pub kernel: Vec<u64>,
    /// Kernel modules that are loaded or can be.
    pub modules: BTreeSet<String>,
    /// Whether it runs a real-time kernel. false.
    pub realtime: bool,
    /// The model of its GPUs, such as `nvidia-l4`; none where it has none.
    pub gpu: Option<String>,
    /// What runs its containers. runc.
    pub runtime: Runtime,
    /// Whether nodes of this shape can be joined to a vcluster as private nodes. false.
    pub private: bool,
    /// Where it was written.
    #[serde(skip)]
    pub at: Places,
}

/// What runs a pool's containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Runtime {
    /// The host's kernel.
    Runc,
    /// gVisor.
    Gvisor,
    /// Kata containers.
    Kata,
    /// Firecracker.
    Firecracker,
}

impl Runtime {
    /// True where untrusted code does not meet the host's kernel.
    #[must_use]
    pub const fn is_sandbox(self) -> bool {
        match self {
            Self::Runc => false,
            Self::Gvisor | Self::Kata | Self::Firecracker => true,
        }
    }
}

impl Pool {
    /// What daemonsets leave of a node: `raw_r = allocatable_r − daemonsets_r`.
    #[must_use]
    pub fn raw(&self) -> Resources {
        self.node.saturating_sub(&self.daemonsets)
    }
}

words! {
    Provider { Eks = "eks", Gke = "gke", Aks = "aks", SelfManaged = "self-managed" }
    ClusterApi { V1beta1 = "v1beta1", V1beta2 = "v1beta2" }
    Workers { MachineDeployments = "machine-deployments", MachinePools = "machine-pools" }
    NetworkPolicies { Kubernetes = "kubernetes", Cilium = "cilium" }
    Cni { Kubernetes = "kubernetes", Cilium = "cilium", Calico = "calico" }
    Runtime { Runc = "runc", Gvisor = "gvisor", Kata = "kata", Firecracker = "firecracker" }
}
