//! Every table of an inventory, each listed once. What a key means to the decision is said at the believed type.

use crate::inventory::reading::node::{At, Faults, Named, Node, Shape};
use crate::inventory::reading::shapes::{
    Amount, Arch, CpuAsked, CpuOffered, Hourly, KernelVersion, MemoryAsked, MemoryOffered, Neighbours, Os,
    StorageAsked, Text, Word,
};
use crate::inventory::reading::table::table;
use crate::inventory::{
    Cni, Crd, CrdPolicy, Delivery, Edition, EgressPolicy, HostileHome, PodSecurity, PolicyEngine, Provider, Runtime,
    Trust, Verdict,
};
use crate::vocab::calendar::{Date, Seconds};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::name::{
    Attestation, ClassName, ClusterName, Environment, FleetName, PoolName, RegimeName, Region, Residency, TeamName,
    TenantName, WorkloadName,
};
use crate::vocab::share::{Growth, Share};
use crate::vocab::tier::{Isolation, Nodes, Tenancy, Tier};
use crate::vocab::version::{ChartVersion, Minor, MinorRange};

/// A list of values with their places.
pub type List<T> = Vec<At<T>>;

table! {
    /// An inventory of a fleet, or a part of one: every `*.toml` below a folder is read and merged.
    File {
        /// The fleet: name, planning date, currency, teams, GitOps repository. Once in an inventory.
        fleet: FleetWritten,
        /// What the operator wants of every decision. Once in an inventory.
        policy: PolicyWritten,
        /// What vclusters are made of. Once in an inventory.
        vcluster: VclusterWritten,
        /// The regulation table: one regime each.
        regulation: Named<RegulationWritten>,
        /// A cluster that exists.
        cluster: List<ClusterWritten>,
        /// A class from which clusters can be opened.
        class: List<ClassWritten>,
        /// A tenant.
        tenant: List<TenantWritten>,
        /// A placement that was promised.
        pin: List<PinWritten>,
        /// A rule that is lifted for a tenant for a time.
        exception: List<ExceptionWritten>,
        /// Support calendars by provider and minor; overrides what is shipped.
        calendar: Named<Named<SupportWritten>>,
        /// What extended support adds to a control plane per hour, by provider; overrides what is shipped.
        extended_price: Named<Hourly>,
        /// What is known of a host and a tenant minor; later lines win over earlier ones and over what is shipped.
        pair: List<PairWritten>,
        /// What a vcluster's control plane takes of its host, by profile (`small`, `production`); overrides what is shipped.
        overhead: Named<OverheadWritten>,
        /// What a cluster holds at most where it does not say, by provider; overrides what is shipped.
        default_limits: Named<LimitsWritten>,
    }
}

table! {
    /// The fleet.
    FleetWritten {
        /// Its name.
        name: FleetName,
        /// The planning date. `--date` overrides it; today where neither says.
        date: Date,
        /// ISO 4217 code of the currency of every price. Default: USD.
        currency: Word,
        /// Teams that exist. Where the list is missing, every team is known.
        teams: List<TeamName>,
        /// Where the GitOps tree lives.
        gitops: GitopsWritten,
    }
}

table! {
    /// The GitOps repository.
    GitopsWritten {
        /// URL of the Git repository.
        repository: Word,
        /// Branch, tag or commit. Default: main.
        revision: Word,
        /// Folder in the repository. Default: gitops.
        path: Word,
        /// Who applies the tree. Default: argocd.
        delivery: Delivery,
        /// Helm repository of the vcluster chart. Default: the vendor's.
        chart_repository: Word,
    }
}

table! {
    /// Policy. Every key has a default.
    PolicyWritten {
        /// Share of each pool's nodes kept free. Default: 0.15.
        headroom: Share,
        /// Whether the load must still fit after one zone is lost. Default: false.
        survive_zone_loss: bool,
        /// Quarters of growth that are planned for. Default: 4.
        horizon_quarters: u64,
        /// Months over which one-off costs are paid back. Default: 12.
        payback_months: u64,
        /// The most of a shared cluster that one tenant may take. Default: 0.20.
        max_tenant_share: Share,
        /// The most of the fleet's importance in one shared cluster. Default: 0.30.
        max_importance_share: Share,
        /// Whether production and the rest live in different shared clusters. Default: true.
        separate_environments: bool,
        /// Who may install custom resource definitions into a shared cluster. Default: platform.
        crds: CrdPolicy,
        /// Where hostile tenants may live. Default: all three.
        hostile: List<HostileHome>,
        /// Whether tenants that ask for a sandbox may share one with hostile tenants. Default: false.
        share_sandboxes: bool,
        /// Registries that images may come from. Default: any.
        registries: List<Word>,
        /// Money per month for operating one of each.
        toil: ToilWritten,
        /// Money once for changing one of each.
        once: OnceWritten,
    }
}

table! {
    /// Money per month for operating one of each.
    ToilWritten {
        /// A cluster. Default: 450.
        cluster: Amount,
        /// A vcluster. Default: 60.
        vcluster: Amount,
        /// A namespace. Default: 10.
        namespace: Amount,
    }
}

table! {
    /// Money once for changing one of each.
    OnceWritten {
        /// Moving one unit. Default: 400.
        moving as "move": Amount,
        /// Opening a cluster. Default: 1500.
        open: Amount,
        /// Closing a cluster. Default: 500.
        close: Amount,
    }
}

table! {
    /// What vclusters are made of.
    VclusterWritten {
        /// The exact chart version. Default: 0.36.1.
        chart: ChartVersion,
        /// What is licensed. Default: oss.
        edition: Edition,
        /// Minors that vclusters may run. Default: 1.34, 1.35, 1.36.
        minors: List<Minor>,
        /// Licence per vcluster and month. Default: 0.
        price: Amount,
        /// Whether pairs of host and tenant minor that no table lists may be used. Default: false.
        allow_unlisted_pairs: bool,
    }
}

table! {
    /// One regime: what it asks of every home.
    RegulationWritten {
        /// The lowest tier. Default: namespace.
        tier: Tier,
        /// The least isolation of nodes. Default: shared.
        nodes: Isolation,
        /// Who may be a neighbour: `any` or `same-regime`. Default: any.
        neighbours: Neighbours,
        /// What the cluster must be attested for.
        attestation: Attestation,
        /// Residencies that are allowed. Default: any.
        residency: List<Residency>,
        /// Whether the cluster must ship its audit log. Default: false.
        audit_log: bool,
        /// Whether the cluster must encrypt secrets at rest. Default: false.
        secrets_encryption: bool,
    }
}

table! {
    /// A cluster that exists.
    ClusterWritten {
        /// Its name.
        name: ClusterName,
        /// Who runs its control plane.
        provider: Provider,
        /// Its region.
        region: Region,
        /// The jurisdiction its data stays in.
        residency: Residency,
        /// Its minor.
        kubernetes: Minor,
        /// Whether it hosts many units or one. Default: shared.
        tenancy: Tenancy,
        /// Whether the planner may close it. Default: false.
        may_close: bool,
        /// Its control plane.
        control_plane: ControlPlaneWritten,
        /// Whether its audit log is shipped off the cluster. Default: false.
        audit_log: bool,
        /// Whether secrets are encrypted at rest. Default: false.
        secrets_encryption: bool,
        /// Whether kubelets default to the RuntimeDefault seccomp profile.
        seccomp_default: bool,
        /// What it has been attested for.
        attestations: List<Attestation>,
        /// The engine that enforces policies. Default: kyverno.
        policies: PolicyEngine,
        /// Its network plugin, as far as policies depend on it. Default: kubernetes.
        cni: Cni,
        /// Whether pods get credentials from the provider's agent. Default: true.
        workload_identity: bool,
        /// What it holds at most.
        limits: LimitsWritten,
        /// Prices of what tenants use beside nodes.
        prices: PricesWritten,
        /// The pool that runs the control planes of vclusters.
        platform_pool: PoolName,
        /// Its pools.
        pool: List<PoolWritten>,
    }
}

table! {
    /// A shape from which clusters can be opened.
    ClassWritten {
        /// Its name.
        name: ClassName,
        /// Who runs its control planes.
        provider: Provider,
        /// Regions it can be opened in; the first one is used.
        regions: List<Region>,
        /// The jurisdiction its data stays in.
        residency: Residency,
        /// Minors it can be opened with.
        kubernetes: List<Minor>,
        /// How many copies at most. Default: 1.
        open_at_most: u64,
        /// What copies may be. Default: shared and dedicated.
        tenancy: List<Tenancy>,
        /// Its control plane.
        control_plane: ControlPlaneWritten,
        /// Whether copies ship their audit log. Default: false.
        audit_log: bool,
        /// Whether copies encrypt secrets at rest. Default: false.
        secrets_encryption: bool,
        /// Whether kubelets default to the RuntimeDefault seccomp profile.
        seccomp_default: bool,
        /// What copies are attested for.
        attestations: List<Attestation>,
        /// The engine that enforces policies. Default: kyverno.
        policies: PolicyEngine,
        /// Its network plugin, as far as policies depend on it. Default: kubernetes.
        cni: Cni,
        /// Whether pods get credentials from the provider's agent. Default: true.
        workload_identity: bool,
        /// What a copy holds at most.
        limits: LimitsWritten,
        /// Prices of what tenants use beside nodes.
        prices: PricesWritten,
        /// The pool that runs the control planes of vclusters.
        platform_pool: PoolName,
        /// Its pools.
        pool: List<PoolWritten>,
    }
}

table! {
    /// A control plane.
    ControlPlaneWritten {
        /// Money per hour in standard support.
        price: Hourly,
        /// The longest planned outage.
        disruption: Seconds,
    }
}

table! {
    /// What a cluster holds at most. Defaults: the provider's documented thresholds.
    LimitsWritten {
        /// Nodes.
        nodes: u64,
        /// Pods.
        pods: u64,
        /// Addresses for pods. Default: as many as pods.
        pod_addresses: u64,
        /// Namespaces of tenants.
        namespaces: u64,
        /// Services.
        services: u64,
        /// Services of type LoadBalancer.
        load_balancers: u64,
        /// Units.
        tenants: u64,
    }
}

table! {
    /// Prices of what tenants use beside nodes.
    PricesWritten {
        /// One GiB of persistent storage per month. Default: 0.
        storage: Amount,
        /// One load balancer per hour. Default: 0.
        load_balancer: Hourly,
    }
}

table! {
    /// Nodes of one shape.
    PoolWritten {
        /// Its name.
        name: PoolName,
        /// What one node offers to pods (allocatable).
        node: NodeWritten,
        /// What daemonsets take of every node. Default: nothing.
        daemonsets: DaemonsetsWritten,
        /// Money per node and hour.
        price: Hourly,
        /// How many nodes it has.
        nodes: NodeCountWritten,
        /// Zones its nodes are spread over. Default: 1.
        zones: u64,
        /// Operating system. Default: linux.
        os: Os,
        /// Architecture. Default: amd64.
        arch: Arch,
        /// Kernel version.
        kernel: KernelVersion,
        /// Kernel modules that are loaded or can be.
        modules: List<Word>,
        /// Whether it runs a real-time kernel. Default: false.
        realtime: bool,
        /// The model of its GPUs; how many stands in `node`.
        gpu: Word,
        /// What runs its containers. Default: runc.
        runtime: Runtime,
        /// Whether nodes of this shape can be joined to a vcluster. Default: false.
        private: bool,
    }
}

table! {
    /// What one node offers.
    NodeWritten {
        /// CPU.
        cpu: CpuOffered,
        /// Memory.
        memory: MemoryOffered,
        /// Pods.
        pods: u64,
        /// GPUs. Default: 0.
        gpu: u64,
    }
}

table! {
    /// What daemonsets take of every node.
    DaemonsetsWritten {
        /// CPU.
        cpu: CpuAsked,
        /// Memory.
        memory: MemoryAsked,
        /// Pods.
        pods: u64,
    }
}

table! {
    /// How many nodes a pool has.
    NodeCountWritten {
        /// The fewest. Default: 0.
        min: u64,
        /// The most.
        max: u64,
    }
}

table! {
    /// A tenant.
    TenantWritten {
        /// Its name.
        name: TenantName,
        /// The team that owns it.
        team: TeamName,
        /// Its environment. Default: production.
        environment: Environment,
        /// The application it runs, in people's words.
        application: Text,
        /// The business unit it belongs to, in people's words.
        unit: Text,
        /// How far it is trusted. Default: soft.
        trust: Trust,
        /// The minors it runs on. Default: any.
        kubernetes: MinorRange,
        /// The regimes it falls under.
        regulation: List<RegimeName>,
        /// Residencies it may live in. Default: any.
        residency: List<Residency>,
        /// Residencies it needs one home in each.
        sites: List<Residency>,
        /// The longest planned control-plane outage it tolerates. Default: any.
        disruption: Seconds,
        /// How much its loss would hurt. Default: 1.
        importance: u64,
        /// How many other tenants its cluster may hold. Default: any number.
        max_neighbours: u64,
        /// Tenants that must share a cluster with it.
        near: List<TenantName>,
        /// Tenants that must not share a cluster with it.
        apart: List<TenantName>,
        /// Custom resource definitions it brings, each in one version.
        crds: List<Crd>,
        /// Namespaces it takes. Default: 1.
        namespaces: u64,
        /// The pod security level it needs. Default: restricted.
        pod_security: PodSecurity,
        /// Growth per quarter. Default: 0.
        growth: Growth,
        /// What it asks of nodes and clusters. Either this or workloads.
        demand: DemandWritten,
        /// Its largest pod, which one node must hold.
        largest_pod: PodWritten,
        /// What its nodes must be.
        kernel: KernelWritten,
        /// The least isolation it asks for. Default: shared.
        isolation: Isolation,
        /// Whether its vcluster runs three replicas. Default: false.
        high_availability: bool,
        /// What of its guardrails stands today.
        guardrails: GuardrailsWritten,
        /// Whether its figures are estimates. Default: false.
        estimated: bool,
        /// What could not be known and took a default.
        questions: List<Text>,
        /// Its parts, when they need different pools.
        workload: List<WorkloadWritten>,
    }
}

table! {
    /// A part of a tenant.
    WorkloadWritten {
        /// Its name.
        name: WorkloadName,
        /// What it asks.
        demand: DemandWritten,
        /// Its largest pod.
        largest_pod: PodWritten,
        /// What its nodes must be.
        kernel: KernelWritten,
    }
}

table! {
    /// What is asked.
    DemandWritten {
        /// CPU requests.
        cpu: CpuAsked,
        /// Memory requests.
        memory: MemoryAsked,
        /// Pods.
        pods: u64,
        /// GPUs. Default: 0.
        gpu: u64,
        /// Persistent storage. Default: 0.
        storage: StorageAsked,
        /// Services of type LoadBalancer. Default: 0.
        load_balancers: u64,
        /// Services of every type. Default: 0.
        services: u64,
    }
}

table! {
    /// One pod.
    PodWritten {
        /// CPU request.
        cpu: CpuAsked,
        /// Memory request.
        memory: MemoryAsked,
        /// GPUs. Default: 0.
        gpu: u64,
    }
}

table! {
    /// What nodes must be.
    KernelWritten {
        /// Operating system. Default: linux.
        os: Os,
        /// Architecture. Default: any.
        arch: Arch,
        /// The lowest kernel version.
        version: KernelVersion,
        /// Modules.
        modules: List<Word>,
        /// Whether it needs a real-time kernel. Default: false.
        realtime: bool,
        /// The model of GPU.
        gpu: Word,
        /// The runtime.
        runtime: Runtime,
    }
}

table! {
    /// Guardrails that stand today. Unsaid is not judged.
    GuardrailsWritten {
        /// Whether a ResourceQuota stands.
        quota: bool,
        /// Whether a LimitRange gives containers defaults.
        limit_defaults: bool,
        /// What governs egress.
        egress: EgressPolicy,
        /// Whether a service mesh is counted on to isolate it.
        mesh: bool,
        /// Whether the default service account's token is mounted.
        default_token: bool,
    }
}

table! {
    /// A placement that was promised.
    PinWritten {
        /// Whose.
        tenant: TenantName,
        /// The cluster it stays in.
        cluster: ClusterName,
        /// The tier it keeps.
        tier: Tier,
        /// The nodes it keeps.
        nodes: Nodes,
        /// Who answers for it.
        owner: TeamName,
        /// Why.
        reason: Text,
        /// The last day on which it holds.
        until: Date,
    }
}

table! {
    /// A rule that is lifted for a tenant for a time.
    ExceptionWritten {
        /// Whose.
        tenant: TenantName,
        /// The rule.
        rule: Word,
        /// Who answers for it.
        owner: TeamName,
        /// Why.
        reason: Text,
        /// The last day on which it holds.
        until: Date,
    }
}

table! {
    /// Until when a provider supports a minor.
    SupportWritten {
        /// The end of standard support.
        standard: Date,
        /// The end of extended support.
        extended: Date,
    }
}

table! {
    /// What is known of host and tenant minors.
    PairWritten {
        /// Host minors.
        host: MinorRange,
        /// Tenant minors.
        tenant: MinorRange,
        /// What is known.
        verdict: Verdict,
    }
}

table! {
    /// What a vcluster's control plane takes of its host, all replicas together.
    OverheadWritten {
        /// CPU requests.
        cpu: CpuAsked,
        /// Memory requests.
        memory: MemoryAsked,
        /// Pods.
        pods: u64,
        /// Storage of its backing store.
        storage: StorageAsked,
        /// Services on the host.
        services: u64,
        /// Replicas of the control plane.
        replicas: u64,
    }
}

/// All files together.
#[derive(Debug, Default)]
pub struct Written {
    /// `[fleet]`.
    pub fleet: Option<At<FleetWritten>>,
    /// `[policy]`.
    pub policy: Option<At<PolicyWritten>>,
    /// `[vcluster]`.
    pub vcluster: Option<At<VclusterWritten>>,
    /// `[regulation.<name>]`.
    pub regulation: Vec<(At<String>, At<RegulationWritten>)>,
    /// `[[cluster]]`.
    pub cluster: List<ClusterWritten>,
    /// `[[class]]`.
    pub class: List<ClassWritten>,
    /// `[[tenant]]`.
    pub tenant: List<TenantWritten>,
    /// `[[pin]]`.
    pub pin: List<PinWritten>,
    /// `[[exception]]`.
    pub exception: List<ExceptionWritten>,
    /// `[calendar.<provider>."<minor>"]`.
    pub calendar: Vec<(At<String>, At<Named<SupportWritten>>)>,
    /// `[extended_price]`.
    pub extended_price: Vec<(At<String>, At<Hourly>)>,
    /// `[[pair]]`.
    pub pair: List<PairWritten>,
    /// `[overhead.<profile>]`.
    pub overhead: Vec<(At<String>, At<OverheadWritten>)>,
    /// `[default_limits.<provider>]`.
    pub default_limits: Vec<(At<String>, At<LimitsWritten>)>,
}

impl Written {
    /// Reads one file.
    pub fn read(node: Node<'_>, faults: &mut Faults) -> Option<File> {
        File::read(node, faults)
    }

    /// Adds one file to the others. A table that stands once must not stand in two of them.
    pub fn merge(&mut self, file: File, faults: &mut Faults) {
        let File {
            at: _,
            fleet,
            policy,
            vcluster,
            regulation,
            cluster,
            class,
            tenant,
            pin,
            exception,
            calendar,
            extended_price,
            pair,
            overhead,
            default_limits,
        } = file;
        once("fleet", &mut self.fleet, fleet, faults);
        once("policy", &mut self.policy, policy, faults);
        once("vcluster", &mut self.vcluster, vcluster, faults);
        self.regulation.extend(named(regulation));
        self.cluster.extend(list(cluster));
        self.class.extend(list(class));
        self.tenant.extend(list(tenant));
        self.pin.extend(list(pin));
        self.exception.extend(list(exception));
        self.calendar.extend(named(calendar));
        self.extended_price.extend(named(extended_price));
        self.pair.extend(list(pair));
        self.overhead.extend(named(overhead));
        self.default_limits.extend(named(default_limits));
    }
}

fn list<T>(written: Option<At<List<T>>>) -> List<T> {
    written.map(|at| at.value).unwrap_or_default()
}

fn named<T>(written: Option<At<Named<T>>>) -> Vec<(At<String>, At<T>)> {
    written.map(|at| at.value.0).unwrap_or_default()
}

fn once<T>(name: &str, kept: &mut Option<At<T>>, new: Option<At<T>>, faults: &mut Faults) {
    match (kept.as_ref(), new) {
        (_, None) => {}
        (None, new) => *kept = new,
        (Some(first), Some(second)) => faults.push(
            Diagnostic::error("table-twice", format!("`[{name}]` stands in two files"))
                .at(second.span, "again here")
                .also(first.span, "first here")
                .help("keep one of them"),
        ),
    }
}
