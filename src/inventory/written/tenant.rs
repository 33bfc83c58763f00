//! `[[tenant]]`, `[[pin]]` and `[[exception]]` as they are written.

use super::node::{At, Set};
use super::number::{ASKED, Count, Cpu, Memory, Storage, Whole};
use super::table::table;
use super::text::{Arch, GpuModel, LowestKernel, Module, Os, Text};
use crate::inventory::{Crd, EgressPolicy, PodPolicy, PodSecurity, Runtime, Trust};
use crate::vocab::calendar::{Date, Seconds};
use crate::vocab::name::{ClusterName, Environment, RegimeName, Residency, TeamName, TenantName, WorkloadName};
use crate::vocab::share::Growth;
use crate::vocab::tier::{Isolation, Nodes, Tier};
use crate::vocab::version::MinorRange;

table! {
    /// A tenant: a team's workload that needs a home, and what it requires.
    struct WrittenTenant {
        /// Its name.
        name: TenantName = required,
        /// The team that owns it.
        team: TeamName = required,
        /// Its environment.
        environment: Environment = "production",
        /// The application it runs, in people's words.
        application: Text = none,
        /// The business unit it belongs to, in people's words.
        unit: Text = none,
        /// How far it is trusted.
        trust: Trust = "soft",
        /// The Kubernetes minors it runs on.
        kubernetes: MinorRange = "any",
        /// The regimes it falls under.
        regulation: Set<RegimeName> = "[]",
        /// Residencies it may live in, any of these. Where none is listed, any.
        residency: Set<Residency> = "[]",
        /// Residencies it needs one home in each, with the whole demand in each.
        sites: Set<Residency> = "[]",
        /// The longest planned control-plane outage that it tolerates.
        disruption: Seconds = none,
        /// How much its loss would hurt.
        importance: Whole<1, 1_000_000> = "1",
        /// How many other tenants its cluster may hold.
        max_neighbours: Count = none,
        /// Tenants that must share a cluster with it.
        near: Set<TenantName> = "[]",
        /// Tenants that must not share a cluster with it.
        apart: Set<TenantName> = "[]",
        /// Custom resource definitions that it brings, each with its version.
        crds: Set<Crd> = "[]",
        /// Namespaces that it takes where it lives as namespaces.
        namespaces: Whole<1, 10_000> = "1",
        /// The pod security level it needs.
        pod_security: PodSecurity = "restricted",
        /// Growth per quarter.
        growth: Growth = "0",
        /// The least isolation it asks for.
        isolation: Isolation = "shared",
        /// Whether its vcluster runs three replicas of everything.
        high_availability: bool = "false",
        /// What stands of its guardrails today, as far as anybody knows.
        guardrails: WrittenGuardrails = none,
        /// Whether its figures are estimates.
        estimated: bool = "false",
        /// Questions that its owner has to answer.
        questions: Vec<At<Text>> = "[]",
        /// What it asks, all in all. Either this, or `[[tenant.workload]]`.
        demand: WrittenDemand = none,
        /// Its largest pod, which one node must hold.
        largest_pod: WrittenPod = none,
        /// What its nodes must be.
        kernel: WrittenKernel = none,
        /// Its parts, where they need different pools.
        workload: Vec<At<WrittenWorkload>> = none,
    }

    /// A part of a tenant with a demand and nodes of its own kind.
    struct WrittenWorkload {
        /// Its name, unique in its tenant.
        name: WorkloadName = required,
        /// What it asks.
        demand: WrittenDemand = required,
        /// Its largest pod, which one node must hold.
        largest_pod: WrittenPod = none,
        /// What its nodes must be.
        kernel: WrittenKernel = none,
    }

    /// Everything that a workload asks today, all replicas together.
    struct WrittenDemand {
        /// CPU requests.
        cpu: Cpu<ASKED> = required,
        /// Memory requests.
        memory: Memory<ASKED> = required,
        /// Pods.
        pods: Count = required,
        /// GPUs.
        gpu: Count = "0",
        /// Persistent storage.
        storage: Storage<ASKED> = "0",
        /// Services of type LoadBalancer.
        load_balancers: Count = "0",
        /// Services of every type.
        services: Count = "as many as load balancers",
    }

    /// One pod.
    struct WrittenPod {
        /// CPU request.
        cpu: Cpu<ASKED> = "0",
        /// Memory request.
        memory: Memory<ASKED> = "0",
        /// GPUs.
        gpu: Count = "0",
    }

    /// What nodes must be.
    struct WrittenKernel {
        /// The operating system.
        os: Os = "linux",
        /// The architecture.
        arch: Arch = none,
        /// The lowest kernel version.
        version: LowestKernel = none,
        /// Kernel modules.
        modules: Set<Module> = "[]",
        /// Whether the kernel must be a real-time kernel.
        realtime: bool = "false",
        /// The model of GPU.
        gpu: GpuModel = none,
        /// The runtime of its containers.
        runtime: Runtime = none,
    }

    /// Guardrails that stand today. Unsaid is not judged.
    struct WrittenGuardrails {
        /// Whether a ResourceQuota stands.
        quota: bool = none,
        /// Whether a LimitRange gives containers defaults.
        limit_defaults: bool = none,
        /// What governs egress.
        egress: EgressPolicy = none,
        /// Whether a service mesh is counted on to isolate it.
        mesh: bool = none,
        /// Whether the default service account's token is mounted into pods.
        default_token: bool = none,
    }

    /// A placement that was promised.
    struct WrittenPin {
        /// Whose.
        tenant: TenantName = required,
        /// The cluster it stays in.
        cluster: ClusterName = none,
        /// The tier it keeps.
        tier: Tier = none,
        /// The nodes it keeps.
        nodes: Nodes = none,
        /// The team that answers for it.
        owner: TeamName = required,
        /// Why.
        reason: Text = required,
        /// The last day on which it holds. Without one it holds until it is removed.
        until: Date = none,
    }

    /// A rule, or a policy of pods, that is lifted for one tenant for a time.
    struct WrittenException {
        /// Whose.
        tenant: TenantName = required,
        /// The rule's name, such as `disruption`. Either this, or `policy`.
        rule: Text = none,
        /// The policy of pods that is lifted: the tree names it in an exception from that policy, with owner, reason and end.
        policy: PodPolicy = none,
        /// The team that answers for it.
        owner: TeamName = required,
        /// Why.
        reason: Text = required,
        /// The last day on which it holds.
        until: Date = required,
    }
}
