//! `[[cluster]]` and `[[class]]` as they are written.

use super::node::{At, Set};
use super::number::{ASKED, Amount, Count, Cpu, Hourly, Memory, OFFERED, Whole};
use super::table::table;
use super::text::{Arch, GpuModel, KernelVersion, Module, Os};
use crate::inventory::{ClusterApi, Cni, NetworkPolicies, PolicyEngine, Provider, Runtime, Workers};
use crate::vocab::calendar::Seconds;
use crate::vocab::name::{Attestation, ClassName, ClusterName, PoolName, Region, Residency};
use crate::vocab::tier::Tenancy;
use crate::vocab::version::{KyvernoVersion, Minor};

/// The most nodes of one pool: six times the largest cluster that a provider's quota page names.
pub const MOST_NODES: u64 = 100_000;

table! {
    /// A cluster that exists.
    struct WrittenCluster {
        /// Its name.
        name: ClusterName = required,
        /// Who runs its control plane.
        provider: Provider = required,
        /// The provider's region.
        region: Region = required,
        /// The jurisdiction its data stays in.
        residency: Residency = required,
        /// Its Kubernetes minor.
        kubernetes: Minor = required,
        /// Whether it hosts many tenants or one.
        tenancy: Tenancy = "shared",
        /// Whether the planner may close it.
        may_close: bool = "false",
        /// Its control plane: price per hour, and the longest planned outage.
        control_plane: WrittenControlPlane = required,
        /// Whether its audit log is shipped off the cluster.
        audit_log: bool = "false",
        /// Whether secrets are encrypted at rest.
        secrets_encryption: bool = "false",
        /// Whether kubelets run with seccompDefault. Unsaid is not judged.
        seccomp_default: bool = none,
        /// What it has been attested for.
        attestations: Set<Attestation> = "[]",
        /// The engine that enforces the fleet's policies: Kyverno's ClusterPolicy (Kyverno 1.10 to 1.19), its CEL policies
        /// (`kyverno-cel`, Kyverno 1.17 or later), or Kubernetes' own admission policies (`admission`, Kubernetes 1.30 or later).
        policies: PolicyEngine = "kyverno",
        /// The version of Kyverno that runs there, where Kyverno is the engine.
        kyverno: KyvernoVersion = "1.18",
        /// Its network, as far as it changes which policies can be written.
        cni: Cni = "kubernetes",
        /// The kind in which its network policies are written: Kubernetes' own, or Cilium's where `cni = "cilium"`
        /// (Cilium 1.14 or later; GKE's Dataplane V2 does not serve that kind).
        network_policies: NetworkPolicies = "kubernetes",
        /// Whether pods get credentials from the provider's agent (EKS Pod Identity, GKE Workload Identity).
        workload_identity: bool = "true",
        /// What it holds at most.
        limits: WrittenLimits = "the provider's documented thresholds",
        /// Prices of what tenants use beside nodes.
        prices: WrittenPrices = "{ storage = 0.0, load_balancer = 0.0 }",
        /// The pool that runs the control planes of vclusters.
        platform_pool: PoolName = "the first plain Linux pool",
        /// Its pools of nodes.
        pool: Vec<At<WrittenPool>> = required,
    }

    /// A shape from which clusters can be opened.
    struct WrittenClass {
        /// Its name.
        name: ClassName = required,
        /// Who runs the control plane of its clusters.
        provider: Provider = required,
        /// Regions it may be opened in; the first one is used.
        regions: Set<Region> = required,
        /// The jurisdiction its data stays in.
        residency: Residency = required,
        /// Kubernetes minors it may be opened with.
        kubernetes: Set<Minor> = required,
        /// How many clusters of it may be opened at most.
        open_at_most: Whole<0, 1000> = "1",
        /// What its clusters may be.
        tenancy: Set<Tenancy> = "[\"shared\", \"dedicated\"]",
        /// The version in which its clusters are written for Cluster API.
        cluster_api: ClusterApi = "v1beta2",
        /// What Cluster API makes its nodes from.
        workers: Workers = "machine-deployments",
        /// Its control plane: price per hour, and the longest planned outage.
        control_plane: WrittenControlPlane = required,
        /// Whether its clusters ship their audit logs.
        audit_log: bool = "false",
        /// Whether secrets are encrypted at rest.
        secrets_encryption: bool = "false",
        /// Whether kubelets run with seccompDefault. Unsaid is not judged.
        seccomp_default: bool = none,
        /// What it has been attested for.
        attestations: Set<Attestation> = "[]",
        /// The engine that enforces the fleet's policies: Kyverno's ClusterPolicy (Kyverno 1.10 to 1.19), its CEL policies
        /// (`kyverno-cel`, Kyverno 1.17 or later), or Kubernetes' own admission policies (`admission`, Kubernetes 1.30 or later).
        policies: PolicyEngine = "kyverno",
        /// The version of Kyverno that runs there, where Kyverno is the engine.
        kyverno: KyvernoVersion = "1.18",
        /// Its network, as far as it changes which policies can be written.
        cni: Cni = "kubernetes",
        /// The kind in which its network policies are written: Kubernetes' own, or Cilium's where `cni = "cilium"`
        /// (Cilium 1.14 or later; GKE's Dataplane V2 does not serve that kind).
        network_policies: NetworkPolicies = "kubernetes",
        /// Whether pods get credentials from the provider's agent (EKS Pod Identity, GKE Workload Identity).
        workload_identity: bool = "true",
        /// What each cluster holds at most.
        limits: WrittenLimits = "the provider's documented thresholds",
        /// Prices of what tenants use beside nodes.
        prices: WrittenPrices = "{ storage = 0.0, load_balancer = 0.0 }",
        /// The pool that runs the control planes of vclusters.
        platform_pool: PoolName = "the first plain Linux pool",
        /// Its pools of nodes.
        pool: Vec<At<WrittenPool>> = required,
    }

    /// A control plane.
    struct WrittenControlPlane {
        /// Price per hour in standard support.
        price: Hourly = required,
        /// The longest planned outage, upgrades included.
        disruption: Seconds = required,
    }

    /// What a cluster holds at most.
    struct WrittenLimits {
        /// Nodes of all pools; private nodes do not count.
        nodes: Count = "the provider's",
        /// Tenants' pods, control planes of vclusters included.
        pods: Count = "the provider's",
        /// Addresses for those pods.
        pod_addresses: Count = "as many as pods",
        /// Tenants' namespaces; a vcluster takes one.
        namespaces: Count = "the provider's",
        /// Services.
        services: Count = "the provider's",
        /// Services of type LoadBalancer.
        load_balancers: Count = "the provider's",
        /// Tenants; one with several sites counts once in each.
        tenants: Count = "the provider's",
    }

    /// Prices of what tenants use beside nodes.
    struct WrittenPrices {
        /// One GiB of persistent storage, per month.
        storage: Amount = "0.0",
        /// One load balancer, per hour.
        load_balancer: Hourly = "0.0",
    }

    /// Nodes of one shape.
    struct WrittenPool {
        /// Its name, unique in its cluster or class.
        name: PoolName = required,
        /// What one node offers to pods (its allocatable resources), daemonsets included.
        node: WrittenNode = required,
        /// What daemonsets take of every node.
        daemonsets: WrittenDaemonsets = "nothing",
        /// Price per node and hour.
        price: Hourly = required,
        /// The fewest and the most nodes.
        nodes: WrittenNodes = required,
        /// Zones its nodes are spread over.
        zones: Whole<1, 64> = "1",
        /// The operating system.
        os: Os = "linux",
        /// The architecture.
        arch: Arch = "amd64",
        /// The kernel's version.
        kernel: KernelVersion = none,
        /// Kernel modules that are loaded or can be.
        modules: Set<Module> = "[]",
        /// Whether it runs a real-time kernel.
        realtime: bool = "false",
        /// The model of its GPUs; their number stands in `node`.
        gpu: GpuModel = none,
        /// What runs its containers.
        runtime: Runtime = "runc",
        /// Whether nodes of this shape can be joined to a vcluster as private nodes.
        private: bool = "false",
    }

    /// What one node offers to pods.
    struct WrittenNode {
        /// CPU.
        cpu: Cpu<OFFERED> = required,
        /// Memory.
        memory: Memory<OFFERED> = required,
        /// Pods.
        pods: Count = required,
        /// GPUs.
        gpu: Count = "0",
    }

    /// What daemonsets take of every node.
    struct WrittenDaemonsets {
        /// CPU.
        cpu: Cpu<ASKED> = "0",
        /// Memory.
        memory: Memory<ASKED> = "0",
        /// Pods.
        pods: Count = "0",
    }

    /// The fewest and the most nodes of a pool.
    struct WrittenNodes {
        /// The fewest nodes it has while its cluster is open.
        min: Whole<0, MOST_NODES> = "0",
        /// The most nodes it can have.
        max: Whole<0, MOST_NODES> = required,
    }
}
