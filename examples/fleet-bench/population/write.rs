//! The fleet as an inventory's files, and today as a plan.

use std::fmt::{Display, Write as _};
use std::str::FromStr;

use fleetplan::inventory::Inventory;
use fleetplan::plan::{
    Action, FORMAT_VERSION, MoneyByKind, PlacedWorkload, Placement, Plan, PlannedCluster, PlannedPool, Proof, Status,
};
use fleetplan::vocab::money::Money;

use super::Kind;
use super::first_fit::{Form, Today};
use super::offers::{CLUSTER_PODS, MINORS, Make, REGIONS, SHAPES};
use super::tenants::{Nodes, Tenant, Trust};

/// Tenants of one file: a file may have 16 MiB.
const TENANTS_A_FILE: usize = 20_000;
/// The most copies that a class may allow.
const MOST_COPIES: usize = 1_000;

/// The inventory.
pub fn files(kind: Kind, tenants: &[Tenant], today: Option<&Today>) -> Vec<(String, String)> {
    let mut files = vec![("fleet.toml".to_owned(), HEAD.to_owned())];
    if let Some(today) = today.filter(|today| !today.hosts.is_empty()) {
        let mut text = String::new();
        for host in &today.hosts {
            let _ = write!(
                text,
                "[[cluster]]\nname = \"{}\"\nregion = \"{}-1\"\nkubernetes = \"{}\"\ntenancy = \"{}\"\nmay_close = true\n",
                host.name,
                host.region,
                host.kubernetes(),
                host.make.tenancy()
            );
            offer(&mut text, host.region, host.make, "cluster");
        }
        cut(&mut files, "clusters", &text, "[[cluster]]\n");
    }
    files.push(("classes.toml".to_owned(), classes(kind, tenants.len(), today.is_none())));
    for (number, chunk) in tenants.chunks(TENANTS_A_FILE).enumerate() {
        let mut text = String::new();
        for (index, asks) in chunk.iter().enumerate() {
            tenant(&mut text, number * TENANTS_A_FILE + index, asks);
        }
        files.push((format!("tenants-{number:02}.toml"), text));
    }
    files
}

/// Nobody grows: the figures are those that were drawn. Opening a cluster costs 250 a month over a year.
const HEAD: &str = "[fleet]\nname = \"bench\"\ndate = 2026-07-15\n\
    [policy]\nheadroom = 0.15\npayback_months = 12\nmax_tenant_share = 0.20\nmax_importance_share = 0.30\ncrds = \"tenants\"\n\
    toil = { cluster = 450.0, vcluster = 60.0, namespace = 10.0 }\nonce = { move = 400.0, open = 3000.0, close = 500.0 }\n\
    [vcluster]\nedition = \"free\"\n";

/// Cuts a long text before a header into files that may be read.
fn cut(files: &mut Vec<(String, String)>, name: &str, text: &str, header: &str) {
    let mut chunk = String::new();
    let mut number = 0;
    for part in text.split_inclusive(header).map(|part| part.strip_suffix(header).unwrap_or(part)) {
        if chunk.len() > 8 << 20 {
            files.push((format!("{name}-{number:02}.toml"), std::mem::take(&mut chunk)));
            number += 1;
        }
        if !part.is_empty() {
            let _ = write!(chunk, "{header}{part}");
        }
    }
    files.push((format!("{name}-{number:02}.toml"), chunk));
}

/// One class per region and kind of cluster, several where more copies may be needed than one may allow.
fn classes(kind: Kind, size: usize, greenfield: bool) -> String {
    let mut text = String::new();
    for (region, share) in REGIONS {
        let there = match kind {
            Kind::Alike | Kind::OneRegion => size,
            _ => size * (share + 15) / 100,
        };
        for make in Make::ALL {
            // What newcomers need, twice over; all of it where nothing exists.
            let copies = match (make, greenfield) {
                (Make::Own, true) => there * 14 / 100 + 5,
                (Make::Own, false) => there * 3 / 100 + 5,
                (Make::Plain | Make::Available, _) => (there / 25 + 8).min(MOST_COPIES),
            };
            for number in 0..copies.div_ceil(MOST_COPIES) {
                let most = (copies - number * MOST_COPIES).min(MOST_COPIES);
                let minors: Vec<String> = MINORS.iter().map(|minor| format!("\"1.{minor}\"")).collect();
                let letter = char::from(b'a' + u8::try_from(number).expect("few classes"));
                let _ = write!(
                    text,
                    "[[class]]\nname = \"{region}-{}-{letter}\"\nregions = [\"{region}-1\"]\nkubernetes = [{}]\nopen_at_most = {most}\ntenancy = [\"{}\"]\n",
                    make.word(),
                    minors.join(", "),
                    make.tenancy()
                );
                offer(&mut text, region, make, "class");
            }
        }
    }
    text
}

fn offer(text: &mut String, region: &str, make: Make, table: &str) {
    let (price, disruption) = make.control_plane();
    let _ = write!(
        text,
        "provider = \"eks\"\nresidency = \"{region}\"\ncontrol_plane = {{ price = {price}, disruption = \"{disruption}\" }}\n\
         audit_log = true\nsecrets_encryption = true\nattestations = {}\nlimits = {{ pods = {CLUSTER_PODS} }}\n",
        make.attestations()
    );
    for shape in &SHAPES {
        let gpu = if shape.gpu > 0 { format!(", gpu = {}", shape.gpu) } else { String::new() };
        let _ = write!(
            text,
            "[[{table}.pool]]\nname = \"{}\"\nnode = {{ cpu = \"{}m\", memory = \"{}Mi\", pods = {}{gpu} }}\nprice = {}\n\
             nodes = {{ max = {} }}\n{}\nprivate = {}\n",
            shape.name, shape.cpu, shape.memory, shape.pods, shape.price, shape.most, shape.traits, shape.private
        );
    }
}

fn tenant(text: &mut String, index: usize, asks: &Tenant) {
    let _ = write!(text, "[[tenant]]\nname = \"{}\"\nteam = \"team-{:02}\"\n", name(index), index % 40);
    let mut line = |key: &str, value: &dyn Display| {
        let _ = writeln!(text, "{key} = {value}");
    };
    if let Some(region) = asks.region {
        line("residency", &format_args!("[\"{region}\"]"));
    }
    let regimes: Vec<&str> = [(asks.pci, "\"pci-dss\""), (asks.hipaa, "\"hipaa\"")]
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, name)| name)
        .collect();
    if !regimes.is_empty() {
        line("regulation", &format_args!("[{}]", regimes.join(", ")));
    }
    match asks.trust {
        Trust::Soft => {}
        Trust::Hardened => line("trust", &"\"hardened\""),
        Trust::Hostile => line("trust", &"\"hostile\""),
    }
    if asks.minors != (0, MINORS.len() - 1) {
        let (first, last) = (MINORS[asks.minors.0], MINORS[asks.minors.1]);
        line("kubernetes", &format_args!("\">=1.{first}, <=1.{last}\""));
    }
    if asks.available {
        line("high_availability", &true);
    }
    if asks.strict {
        line("disruption", &"\"30s\"");
    } else if asks.available {
        line("disruption", &"\"5m\"");
    }
    if asks.important {
        line("importance", &asks.importance());
    }
    if !asks.apart.is_empty() {
        let others: Vec<String> = asks.apart.iter().map(|other| format!("\"{}\"", name(*other))).collect();
        line("apart", &format_args!("[{}]", others.join(", ")));
    }
    if !asks.crds.is_empty() {
        let crds: Vec<String> =
            asks.crds.iter().map(|(name, version)| format!("\"kind{name:02}.bench.example/v{version}\"")).collect();
        line("crds", &format_args!("[{}]", crds.join(", ")));
    }
    let gpu = if asks.gpu > 0 { format!(", gpu = {}", asks.gpu) } else { String::new() };
    line(
        "demand",
        &format_args!("{{ cpu = \"{}m\", memory = \"{}Mi\", pods = {}{gpu} }}", asks.cpu, asks.memory, asks.pods),
    );
    match asks.nodes {
        Nodes::Any => {}
        Nodes::Only(0) => line("kernel", &"{ modules = [\"wireguard\"] }"),
        Nodes::Only(1) => line("kernel", &"{ modules = [\"lkrg\"] }"),
        Nodes::Only(2) => line("kernel", &"{ gpu = \"nvidia-l4\" }"),
        Nodes::Only(3) => line("kernel", &"{ gpu = \"nvidia-l40s\" }"),
        Nodes::Only(_) => line("kernel", &"{ os = \"windows\" }"),
    }
}

fn name(tenant: usize) -> String {
    format!("t{tenant:06}")
}

/// Today as a plan of this inventory. It says who lives where; its money is not worked out, because nobody decided it.
pub fn plan(inventory: &Inventory, today: &Today) -> Plan {
    let mut clusters: Vec<PlannedCluster> = today
        .hosts
        .iter()
        .map(|host| PlannedCluster {
            name: parse(&host.name),
            class: None,
            kubernetes: parse(&host.kubernetes()),
            region: parse(&format!("{}-1", host.region)),
            tenancy: if host.make == Make::Own {
                fleetplan::vocab::tier::Tenancy::Dedicated
            } else {
                fleetplan::vocab::tier::Tenancy::Shared
            },
            action: Action::Keep,
            pools: (0..SHAPES.len())
                .map(|pool| {
                    let [shared, dedicated, private] = host.nodes(pool);
                    let name = parse(SHAPES[pool].name);
                    PlannedPool { pool: name, nodes: shared + dedicated, shared, dedicated, private }
                })
                .collect(),
            monthly: Money::ZERO,
        })
        .collect();
    clusters.sort_by(|a, b| a.name.cmp(&b.name));
    let placements = today
        .homes
        .iter()
        .map(|home| {
            let form = match home.form {
                Form::Shared => fleetplan::vocab::tier::Form::NamespaceShared,
                Form::Dedicated => fleetplan::vocab::tier::Form::NamespaceDedicated,
                Form::Private => fleetplan::vocab::tier::Form::VclusterPrivate,
                Form::Own => fleetplan::vocab::tier::Form::Cluster,
            };
            let name: fleetplan::vocab::name::TenantName = parse(&name(home.tenant));
            let (_, tenant) = inventory.tenant(&name).expect("the inventory was made from the same tenants");
            let minor = || inventory.facts.vcluster_minor(&inventory.vcluster, tenant.kubernetes, parse("1.35"), true);
            Placement {
                tenant: name,
                site: None,
                tier: form.tier(),
                nodes: form.nodes(),
                cluster: parse(&today.hosts[home.host].name),
                kubernetes: if form.is_vcluster() { minor() } else { None },
                pools: vec![PlacedWorkload {
                    workload: tenant.workloads[0].name.clone(),
                    pool: parse(SHAPES[home.pool].name),
                    nodes: home.nodes,
                }],
                monthly: Money::ZERO,
                rule: "money".to_owned(),
                reason: "first fit".to_owned(),
            }
        })
        .collect();
    Plan {
        format_version: FORMAT_VERSION,
        fleet: inventory.fleet.name.clone(),
        date: inventory.fleet.date,
        currency: inventory.fleet.currency.clone(),
        fingerprint: inventory.fingerprint(),
        from: None,
        proof: Proof {
            status: Status::Feasible,
            objective: Money::ZERO,
            bound: Money::ZERO,
            by: "first fit".to_owned(),
            claim: None,
            limited: false,
        },
        money: MoneyByKind::default(),
        placements,
        unplaced: Vec::new(),
        max_moves: None,
        clusters,
        moves: Vec::new(),
    }
}

fn parse<T: FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("`{text}` was made to be read"))
}
