//! A fleet in which every form of home stands on every provider, and a plan of it, made by hand.

use std::collections::{BTreeMap, BTreeSet};

use fleetplan::inventory::facts::{Facts, Overhead};
use fleetplan::inventory::{
    Class, Cluster, Cni, ControlPlane, Crd, CrdPolicy, Delivery, Edition, Fleet, Gitops, Guardrails, Inventory, Kernel,
    Limits, Offer, OneOff, Places, PodSecurity, Policy, PolicyEngine, Pool, Provider, Runtime, Tenant, Toil, Trust,
    UnitPrices, VclusterPolicy, Workload,
};
use fleetplan::plan::{
    Action, MoneyByKind, PlacedWorkload, Placement, Plan, PlannedCluster, PlannedPool, Proof, Status,
};
use fleetplan::vocab::calendar::{Date, Seconds};
use fleetplan::vocab::diagnostic::{Sources, Span};
use fleetplan::vocab::money::Money;
use fleetplan::vocab::resources::{Demand, Resources};
use fleetplan::vocab::share::{Growth, Share};
use fleetplan::vocab::tier::{Form, Isolation, Tenancy, Tier};
use fleetplan::vocab::version::{Minor, MinorRange};

/// Providers, the minors of their hosts, and regions.
pub const PROVIDERS: [(Provider, &str, u16, &str); 3] = [
    (Provider::Eks, "eks", 35, "eu-west-1"),
    (Provider::Gke, "gke", 36, "europe-west4"),
    (Provider::Aks, "aks", 34, "westeurope"),
];

/// What differs between fleets of a test.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    pub chart: &'static str,
    pub edition: Edition,
    pub high_availability: bool,
}

pub const DEFAULT: Choice = Choice { chart: "0.36.1", edition: Edition::Free, high_availability: false };

/// The name of the tenant of a form and provider.
pub fn tenant_name(form: Form, provider: &str) -> String {
    let form = form.to_string().replace('/', "-");
    format!("{form}-{provider}")
}

/// The forms that a chart and an edition allow.
pub fn forms(choice: Choice) -> Vec<Form> {
    let minor: u16 = choice.chart.split('.').nth(1).unwrap().parse().unwrap();
    let has_private = minor >= 26 && choice.edition != Edition::Oss;
    Form::ALL.into_iter().filter(|form| *form != Form::VclusterPrivate || has_private).collect()
}

/// The fleet and its plan.
pub fn fleet(choice: Choice) -> (Inventory, Plan) {
    let mut inventory = Inventory {
        fleet: Fleet {
            name: "acme".parse().unwrap(),
            date: date(),
            currency: "USD".to_owned(),
            teams: ["health", "ml", "payments"].map(|team| team.parse().unwrap()).to_vec(),
            gitops: Gitops {
                repository: "https://git.acme.example/fleet.git".to_owned(),
                revision: "main".to_owned(),
                path: "gitops".to_owned(),
                delivery: Delivery::Argocd,
                chart_repository: "https://charts.acme.example".to_owned(),
            },
            at: places(),
        },
        policy: policy(),
        vcluster: VclusterPolicy {
            chart: choice.chart.parse().unwrap(),
            edition: choice.edition,
            minors: vec![Minor(34), Minor(35), Minor(36)],
            price: Money::ZERO,
            allow_unlisted_pairs: false,
            at: places(),
        },
        regulations: Vec::new(),
        clusters: Vec::new(),
        classes: Vec::new(),
        tenants: Vec::new(),
        pins: Vec::new(),
        exceptions: Vec::new(),
        facts: Facts {
            calendars: BTreeMap::new(),
            extended_price: BTreeMap::new(),
            pairs: Vec::new(),
            small: Overhead { resources: resources(220, 320, 2), storage: 5, services: 3, replicas: 1 },
            production: Overhead { resources: resources(12_100, 25_154, 8), storage: 30, services: 5, replicas: 3 },
        },
        sources: Sources::default(),
    };
    let mut plan = empty_plan();
    for (provider, name, minor, region) in PROVIDERS {
        add_provider(&mut inventory, &mut plan, choice, (provider, name, minor, region));
    }
    inventory.clusters.sort_by(|a, b| a.name.cmp(&b.name));
    inventory.classes.sort_by(|a, b| a.name.cmp(&b.name));
    inventory.tenants.sort_by(|a, b| a.name.cmp(&b.name));
    plan.placements.sort_by(|a, b| a.tenant.cmp(&b.tenant));
    plan.clusters.sort_by(|a, b| a.name.cmp(&b.name));
    (inventory, plan)
}

fn add_provider(
    inventory: &mut Inventory,
    plan: &mut Plan,
    choice: Choice,
    (provider, name, minor, region): (Provider, &str, u16, &str),
) {
    inventory.clusters.push(Cluster {
        name: format!("{name}-1").parse().unwrap(),
        region: region.parse().unwrap(),
        kubernetes: Minor(minor),
        tenancy: Tenancy::Shared,
        may_close: false,
        offer: offer(provider),
        at: places(),
    });
    inventory.classes.push(Class {
        name: format!("{name}-class").parse().unwrap(),
        regions: vec![region.parse().unwrap()],
        kubernetes: vec![Minor(minor)],
        open_at_most: 4,
        tenancy: vec![Tenancy::Shared, Tenancy::Dedicated],
        offer: offer(provider),
        at: places(),
    });
    plan.clusters.push(cluster(&format!("{name}-1"), None, minor, region, Tenancy::Shared));
    plan.clusters.push(cluster(&format!("{name}-class-1"), Some(name), minor, region, Tenancy::Dedicated));
    plan.clusters.push(cluster(&format!("{name}-class-2"), Some(name), minor, region, Tenancy::Shared));
    for form in forms(choice) {
        let tenant = tenant(form, name, choice);
        let host = match form {
            Form::Cluster => format!("{name}-class-1"),
            // One tenant with dedicated nodes lives in a shared cluster that is opened, so that its machines are described.
            Form::NamespaceDedicated => format!("{name}-class-2"),
            _ => format!("{name}-1"),
        };
        plan.placements.push(placement(&tenant, form, &host, minor));
        inventory.tenants.push(tenant);
    }
}

/// Trust, size and extras differ by form, so that every branch of every generator is taken by one of them.
fn tenant(form: Form, provider: &str, choice: Choice) -> Tenant {
    let mut demand =
        Demand { resources: resources(12_000, 49_152, 120), storage: 500, load_balancers: 2, services: 10 };
    let (mut trust, mut namespaces, mut crds) = (Trust::Soft, 1, Vec::new());
    match form {
        Form::NamespaceShared => namespaces = 3,
        Form::NamespaceDedicated => trust = Trust::Hardened,
        Form::VclusterShared => trust = if provider == "gke" { Trust::Hostile } else { Trust::Soft },
        Form::VclusterDedicated => demand.resources.gpu = 2,
        Form::VclusterPrivate => trust = Trust::Hostile,
        Form::Cluster => {
            crds.push(Crd { name: "certificates.cert-manager.io".to_owned(), version: "v1".to_owned() });
            demand.load_balancers = 0;
        }
    }
    Tenant {
        name: tenant_name(form, provider).parse().unwrap(),
        team: if trust == Trust::Soft { "payments" } else { "health" }.parse().unwrap(),
        environment: "production".parse().unwrap(),
        application: None,
        unit: None,
        trust,
        kubernetes: MinorRange::ANY,
        regulation: Vec::new(),
        residency: Vec::new(),
        sites: Vec::new(),
        disruption: None,
        importance: 3,
        max_neighbours: None,
        near: Vec::new(),
        apart: Vec::new(),
        crds,
        namespaces,
        pod_security: if provider == "aks" { PodSecurity::Baseline } else { PodSecurity::Restricted },
        growth: Growth::parse("0").unwrap(),
        isolation: Isolation::Shared,
        high_availability: choice.high_availability,
        guardrails: Guardrails::default(),
        estimated: false,
        questions: Vec::new(),
        workloads: vec![Workload {
            name: "main".parse().unwrap(),
            today: demand,
            planned: demand,
            largest_pod: (form == Form::NamespaceShared).then(|| resources(4000, 8192, 1)),
            kernel: Kernel {
                os: "linux".to_owned(),
                arch: None,
                version: Vec::new(),
                modules: Vec::new(),
                realtime: false,
                gpu: None,
                runtime: None,
            },
            at: places(),
        }],
        at: places(),
    }
}

fn placement(tenant: &Tenant, form: Form, host: &str, minor: u16) -> Placement {
    let pool = match (form, tenant.trust) {
        (Form::VclusterDedicated, _) => "gpu",
        (Form::VclusterShared, Trust::Hostile) => "sandbox",
        _ => "general",
    };
    Placement {
        tenant: tenant.name.clone(),
        site: None,
        tier: form.tier(),
        nodes: form.nodes(),
        cluster: host.parse().unwrap(),
        kubernetes: (form.tier() == Tier::Vcluster).then_some(Minor(minor)),
        pools: vec![PlacedWorkload {
            workload: "main".parse().unwrap(),
            pool: pool.parse().unwrap(),
            nodes: if form.nodes() == Some(fleetplan::vocab::tier::Nodes::Shared) { 0 } else { 2 },
        }],
        monthly: Money::whole(100),
        rule: "money".to_owned(),
        reason: "nothing cheaper is open".to_owned(),
    }
}

fn cluster(name: &str, class: Option<&str>, minor: u16, region: &str, tenancy: Tenancy) -> PlannedCluster {
    let pool = |pool: &str, nodes, dedicated| PlannedPool {
        pool: pool.parse().unwrap(),
        nodes,
        shared: nodes - dedicated,
        dedicated,
        private: 0,
    };
    PlannedCluster {
        name: name.parse().unwrap(),
        class: class.map(|class| format!("{class}-class").parse().unwrap()),
        kubernetes: Minor(minor),
        region: region.parse().unwrap(),
        tenancy,
        action: if class.is_some() { Action::Open } else { Action::Keep },
        pools: vec![pool("general", 5, 2), pool("gpu", 2, 2), pool("sandbox", 1, 0)],
        monthly: Money::whole(1000),
    }
}

fn offer(provider: Provider) -> Offer {
    let pool = |name: &str, gpu: Option<&str>, runtime: Runtime| Pool {
        name: name.parse().unwrap(),
        node: Resources { gpu: u64::from(gpu.is_some()), ..resources(15_890, 61_440, 110) },
        daemonsets: resources(300, 600, 6),
        price: Money::whole(560),
        min: 0,
        max: 60,
        zones: 3,
        os: "linux".to_owned(),
        arch: "amd64".to_owned(),
        kernel: vec![6, 8],
        modules: BTreeSet::new(),
        realtime: false,
        gpu: gpu.map(str::to_owned),
        runtime,
        private: true,
        at: places(),
    };
    Offer {
        provider,
        residency: "eu".parse().unwrap(),
        control_plane: ControlPlane { price: Money::whole(73), disruption: Seconds(300) },
        audit_log: true,
        secrets_encryption: true,
        seccomp_default: Some(true),
        attestations: BTreeSet::new(),
        policies: PolicyEngine::Kyverno,
        cni: Cni::Kubernetes,
        workload_identity: true,
        limits: Limits {
            nodes: 300,
            pods: 30_000,
            pod_addresses: 30_000,
            namespaces: 10_000,
            services: 10_000,
            load_balancers: 100,
            tenants: 200,
        },
        prices: UnitPrices::default(),
        pools: vec![
            pool("general", None, Runtime::Runc),
            pool("gpu", Some("nvidia-l4"), Runtime::Runc),
            pool("sandbox", None, Runtime::Gvisor),
        ],
        platform_pool: Some(0),
    }
}

fn policy() -> Policy {
    Policy {
        headroom: Share::percent(15),
        survive_zone_loss: false,
        horizon_quarters: 4,
        payback_months: 12,
        max_tenant_share: Share::percent(20),
        max_importance_share: Share::percent(30),
        separate_environments: true,
        crds: CrdPolicy::Platform,
        hostile: BTreeSet::new(),
        share_sandboxes: false,
        registries: vec!["registry.acme.example".to_owned(), "ghcr.io/acme".to_owned()],
        toil: Toil { cluster: Money::whole(450), vcluster: Money::whole(60), namespace: Money::whole(10) },
        once: OneOff { moving: Money::whole(400), open: Money::whole(1500), close: Money::whole(500) },
        at: places(),
    }
}

fn empty_plan() -> Plan {
    let objective = Money::whole(12_345);
    Plan {
        format_version: fleetplan::plan::FORMAT_VERSION,
        fleet: "acme".parse().unwrap(),
        date: date(),
        currency: "USD".to_owned(),
        fingerprint: "0".repeat(64),
        from: None,
        proof: Proof { status: Status::Optimal, objective, bound: objective, by: "microlp".to_owned() },
        money: MoneyByKind { nodes: objective, ..MoneyByKind::default() },
        placements: Vec::new(),
        unplaced: Vec::new(),
        clusters: Vec::new(),
        moves: Vec::new(),
    }
}

fn resources(cpu: u64, memory: u64, pods: u64) -> Resources {
    Resources { cpu, memory, pods, gpu: 0 }
}

fn places() -> Places {
    Places::new(Span { file: 0, start: 0, end: 0 })
}

fn date() -> Date {
    Date::constant(2026, 11, 23)
}
