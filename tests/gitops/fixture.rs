//! A fleet in which every form of home stands on every provider, read through the front door, and a plan of it, made by hand.

use std::fmt::Write as _;

use fleetplan::inventory::{Edition, Inventory};
use fleetplan::plan::{
    Action, FORMAT_VERSION, MoneyByKind, PlacedWorkload, Placement, Plan, PlannedCluster, PlannedPool, Proof, Status,
};
use fleetplan::vocab::calendar::Date;
use fleetplan::vocab::money::Money;
use fleetplan::vocab::tier::{Form, Nodes, Tenancy, Tier};
use fleetplan::vocab::version::Minor;

/// Providers, the minors of their hosts, and regions.
pub const PROVIDERS: [(&str, u16, &str); 3] =
    [("eks", 35, "eu-west-1"), ("gke", 36, "europe-west4"), ("aks", 34, "westeurope")];

/// What differs between fleets of a test.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    pub chart: &'static str,
    pub edition: Edition,
    pub high_availability: bool,
    /// Written where it is not the chart's own.
    pub distro: Option<&'static str>,
}

pub const DEFAULT: Choice = Choice { chart: "0.36.1", edition: Edition::Free, high_availability: false, distro: None };

/// The page on which every fleet of a test begins; tests change words of it.
pub const PAGE: &str = r#"
[fleet]
name = "acme"
date = 2026-11-23
currency = "USD"
teams = ["health", "ml", "payments"]
gitops = { repository = "https://git.acme.example/fleet.git", revision = "main", path = "gitops", delivery = "argocd", chart_repository = "https://charts.acme.example" }

[policy]
registries = ["registry.acme.example", "ghcr.io/acme"]
crds = "tenants"
hostile = ["cluster", "vcluster/private", "vcluster/sandboxed"]

[vcluster]
chart = "CHART"
edition = "EDITION"
minors = ["1.34", "1.35", "1.36"]
"#;

/// A pool of each kind.
const POOLS: &str = r#"
[[KIND.pool]]
name = "general"
node = { cpu = "15890m", memory = "60Gi", pods = 110 }
daemonsets = { cpu = "300m", memory = "600Mi", pods = 6 }
price = 0.768
nodes = { max = 60 }
zones = 3
private = true
[[KIND.pool]]
name = "gpu"
node = { cpu = "15890m", memory = "60Gi", pods = 110, gpu = 1 }
price = 0.98
nodes = { max = 10 }
gpu = "nvidia-l4"
[[KIND.pool]]
name = "sandbox"
node = { cpu = "15890m", memory = "60Gi", pods = 110 }
price = 0.768
nodes = { max = 10 }
runtime = "gvisor"
"#;

/// The name of the tenant of a form and provider.
pub fn tenant_name(form: Form, provider: &str) -> String {
    let form = form.to_string().replace('/', "-");
    format!("{form}-{provider}")
}

/// The fleet of a chart that cannot force a runtime class: without the hostile tenant, which needs one.
pub fn fleet_without_sandbox(choice: Choice) -> (Inventory, Plan) {
    let (mut inventory, mut plan) = fleet(choice);
    inventory.tenants.retain(|tenant| tenant.name.as_str() != "vcluster-shared-gke");
    plan.placements.retain(|placement| placement.tenant.as_str() != "vcluster-shared-gke");
    (inventory, plan)
}

/// The forms that a chart and an edition allow.
pub fn forms(choice: Choice) -> Vec<Form> {
    let minor: u16 = choice.chart.split('.').nth(1).unwrap().parse().unwrap();
    let has_private = minor >= 26 && choice.edition != Edition::Oss;
    Form::ALL.into_iter().filter(|form| *form != Form::VclusterPrivate || has_private).collect()
}

/// Trust, size and extras differ by form and provider, so that every branch of every generator is taken by one tenant.
struct Kind {
    trust: &'static str,
    demand: &'static str,
    more: &'static str,
    pool: &'static str,
}

fn kind(form: Form, provider: &str) -> Kind {
    const DEMAND: &str =
        r#"cpu = "12", memory = "48Gi", pods = 120, storage = "500Gi", load_balancers = 2, services = 10"#;
    let soft = Kind { trust: "soft", demand: DEMAND, more: "", pool: "general" };
    match form {
        Form::NamespaceShared => {
            Kind { more: "namespaces = 3\nlargest_pod = { cpu = \"4\", memory = \"8Gi\" }", ..soft }
        }
        Form::NamespaceDedicated => Kind { trust: "hardened", ..soft },
        Form::VclusterShared if provider == "gke" => Kind { trust: "hostile", pool: "sandbox", ..soft },
        Form::VclusterShared => soft,
        Form::VclusterDedicated => {
            Kind { demand: r#"cpu = "12", memory = "48Gi", pods = 20, gpu = 2"#, pool: "gpu", ..soft }
        }
        Form::VclusterPrivate => Kind { trust: "hostile", ..soft },
        Form::Cluster => Kind {
            demand: r#"cpu = "12", memory = "48Gi", pods = 120"#,
            more: r#"crds = ["certificates.cert-manager.io/v1"]"#,
            ..soft
        },
    }
}

/// The inventory as a page of TOML.
pub fn page(choice: Choice) -> String {
    let edition = format!("{:?}", choice.edition).to_lowercase();
    let mut page = PAGE.replace("CHART", choice.chart).replace("EDITION", &edition);
    if let Some(distro) = choice.distro {
        writeln!(page, "distro = \"{distro}\"").unwrap();
    }
    for (provider, minor, region) in PROVIDERS {
        let offer = format!(
            "provider = \"{provider}\"\nresidency = \"eu\"\naudit_log = true\nsecrets_encryption = true\n\
             control_plane = {{ price = 0.10, disruption = \"5m\" }}\n"
        );
        write!(
            page,
            "[[cluster]]\nname = \"{provider}-1\"\nregion = \"{region}\"\nkubernetes = \"1.{minor}\"\ntenancy = \"shared\"\n{offer}{}\
             [[class]]\nname = \"{provider}-class\"\nregions = [\"{region}\"]\nkubernetes = [\"1.{minor}\"]\nopen_at_most = 4\n\
             tenancy = [\"shared\", \"dedicated\"]\n{offer}{}",
            POOLS.replace("KIND", "cluster"),
            POOLS.replace("KIND", "class"),
        )
        .unwrap();
        for form in forms(choice) {
            let Kind { trust, demand, more, pool: _ } = kind(form, provider);
            let team = if trust == "soft" { "payments" } else { "health" };
            let level = if provider == "aks" { "baseline" } else { "restricted" };
            write!(
                page,
                "[[tenant]]\nname = \"{}\"\nteam = \"{team}\"\ntrust = \"{trust}\"\nimportance = 3\npod_security = \"{level}\"\n\
                 high_availability = {}\ndemand = {{ {demand} }}\n{more}\n",
                tenant_name(form, provider),
                choice.high_availability,
            )
            .unwrap();
        }
    }
    page
}

/// Reads a page that has no fault.
pub fn read(page: &str) -> Inventory {
    let reading = fleetplan::inventory::read(vec![("fleet.toml".to_owned(), page.into())], None, date());
    let errors: Vec<String> =
        reading.diagnostics.iter().map(|found| format!("{}: {}", found.code, found.message)).collect();
    reading.inventory.unwrap_or_else(|| panic!("{errors:#?}"))
}

/// The fleet and its plan.
pub fn fleet(choice: Choice) -> (Inventory, Plan) {
    let inventory = read(&page(choice));
    let plan = plan(&inventory, choice);
    (inventory, plan)
}

/// A plan in which every tenant lives where its name says.
pub fn plan(inventory: &Inventory, choice: Choice) -> Plan {
    let objective = Money::whole(12_345);
    let mut plan = Plan {
        format_version: FORMAT_VERSION,
        fleet: inventory.fleet.name.clone(),
        date: inventory.fleet.date,
        currency: inventory.fleet.currency.clone(),
        fingerprint: "0".repeat(64),
        from: None,
        proof: Proof {
            status: Status::Optimal,
            objective,
            bound: objective,
            by: "microlp".to_owned(),
            claim: None,
            limited: false,
        },
        money: MoneyByKind { nodes: objective, ..MoneyByKind::default() },
        placements: Vec::new(),
        unplaced: Vec::new(),
        max_moves: None,
        clusters: Vec::new(),
        moves: Vec::new(),
    };
    for (provider, minor, region) in PROVIDERS {
        let opened = format!("{provider}-class");
        plan.clusters.push(cluster(&format!("{provider}-1"), None, minor, region, Tenancy::Shared));
        plan.clusters.push(cluster(&format!("{provider}-class-1"), Some(&opened), minor, region, Tenancy::Dedicated));
        plan.clusters.push(cluster(&format!("{provider}-class-2"), Some(&opened), minor, region, Tenancy::Shared));
        for form in forms(choice) {
            let host = match form {
                Form::Cluster => format!("{provider}-class-1"),
                // In a shared cluster that is opened, so that its machines are described.
                Form::NamespaceDedicated => format!("{provider}-class-2"),
                _ => format!("{provider}-1"),
            };
            plan.placements.push(placement(form, provider, &host, minor));
        }
    }
    plan.placements.sort_by(|a, b| a.tenant.cmp(&b.tenant));
    plan.clusters.sort_by(|a, b| a.name.cmp(&b.name));
    plan
}

fn placement(form: Form, provider: &str, host: &str, minor: u16) -> Placement {
    Placement {
        tenant: tenant_name(form, provider).parse().unwrap(),
        site: None,
        tier: form.tier(),
        nodes: form.nodes(),
        cluster: host.parse().unwrap(),
        kubernetes: (form.tier() == Tier::Vcluster).then_some(Minor(minor)),
        pools: vec![PlacedWorkload {
            workload: "main".parse().unwrap(),
            pool: kind(form, provider).pool.parse().unwrap(),
            nodes: if form.nodes() == Some(Nodes::Shared) { 0 } else { 2 },
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
        class: class.map(|class| class.parse().unwrap()),
        kubernetes: Minor(minor),
        region: region.parse().unwrap(),
        tenancy,
        action: if class.is_some() { Action::Open } else { Action::Keep },
        pools: vec![pool("general", 5, 2), pool("gpu", 2, 2), pool("sandbox", 1, 0)],
        monthly: Money::whole(1000),
    }
}

fn date() -> Date {
    Date::constant(2026, 11, 23)
}
