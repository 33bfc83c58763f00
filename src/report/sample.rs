//! A small plan by hand, with one of everything that a report has to show, for the tests of this floor.

use crate::inventory::{self, Inventory};
use crate::plan::{
    Action, FORMAT_VERSION, MoneyByKind, Move, PlacedWorkload, Placement, Plan, PlannedCluster, PlannedPool, Proof,
    Status,
};
use crate::planner::{
    Asked, Conflict, Door, DoorState, Explanation, Flip, NextBest, Reason, Requirement, UnitExplanation, WayOut,
};
use crate::vocab::diagnostic::{Sources, Span};
use crate::vocab::money::Money;
use crate::vocab::name::TenantName;
use crate::vocab::tier::{Form, Nodes, Tenancy, Tier};
use crate::vocab::version::Minor;

/// A fleet of one tenant, to point at.
const PAGE: &str = r#"[[tenant]]
name = "checkout"
team = "payments"
trust = "hardened"
disruption = "60s"
residency = ["eu"]
growth = 0.05
[[tenant.workload]]
name = "web"
demand = { cpu = "12", memory = "48Gi", pods = 120, storage = "500Gi" }
[[tenant.workload]]
name = "scoring"
demand = { cpu = "4", memory = "16Gi", pods = 2, gpu = 1 }
kernel = { gpu = "nvidia-l4", modules = ["wireguard"], version = ">=6.3" }

[fleet]
name = "acme"
date = 2026-11-23

[[exception]]
tenant = "checkout"
rule = "disruption"
owner = "platform"
reason = "until | the *move*"
until = 2026-12-31

[[cluster]]
name = "eu-shared-1"
provider = "eks"
region = "eu-west-1"
residency = "eu"
kubernetes = "1.35"
control_plane = { price = 0.10, disruption = "5m" }
[[cluster.pool]]
name = "general"
node = { cpu = "15890m", memory = "60Gi", pods = 110 }
price = 0.768
nodes = { min = 3, max = 60 }
"#;

/// The inventory of that page.
pub(super) fn inventory() -> Inventory {
    let today = "2026-11-23".parse().expect("a date");
    let reading = inventory::read(vec![("inventory/tenants.toml".into(), PAGE.into())], None, today);
    reading.inventory.unwrap_or_else(|| panic!("the sample reads: {:?}", reading.diagnostics))
}

/// Its source, and how to find a line in it.
pub(super) fn sources() -> (Sources, impl Fn(&str) -> Option<Span>) {
    let mut sources = Sources::default();
    let file = sources.add("inventory/tenants.toml", PAGE);
    let find = move |needle: &str| {
        let start = PAGE.find(needle).expect("the sample has it");
        let to_u32 = |at: usize| u32::try_from(at).expect("a small file");
        Some(Span { file, start: to_u32(start), end: to_u32(start + needle.len()) })
    };
    (sources, find)
}

pub(super) fn tenant(name: &str) -> TenantName {
    TenantName::parse(name).expect("a label")
}

/// Three homes, one of each tier, on two clusters that stay, one that opens and one that closes.
pub(super) fn plan() -> Plan {
    let mut checkout = placement("checkout", Tier::Vcluster, Some(Nodes::Dedicated), "eu-shared-1", 1_906_230_000);
    checkout.kubernetes = Some(Minor(35));
    checkout.pools = vec![placed("web", "general", 2), placed("scoring", "gpu", 1)];
    checkout.rule = "trust".into();
    checkout.reason = "hardened tenants live on dedicated nodes".into();
    let mut blog = placement("blog", Tier::Namespace, Some(Nodes::Shared), "eu-shared-1", 84_120_000);
    blog.pools = vec![placed("main", "general", 0)];
    let mut vault = placement("vault", Tier::Cluster, None, "eks-eu-1", 2_300_500_000);
    vault.site = Some("eu".parse().expect("a label"));
    vault.pools = vec![placed("main", "general", 3)];
    vault.rule = "regulation".into();
    vault.reason = "`fedramp-high` asks for a cluster of its own".into();
    let money = MoneyByKind {
        control_planes: Money::whole(219),
        nodes: Money(3_421_850_000),
        toil: Money::whole(525),
        one_off: Money::whole(125),
        ..MoneyByKind::default()
    };
    Plan {
        format_version: FORMAT_VERSION,
        fleet: "acme".parse().expect("a label"),
        date: "2026-11-23".parse().expect("a date"),
        currency: "USD".into(),
        fingerprint: "a5".repeat(32),
        from: Some("b6".repeat(32)),
        proof: Proof {
            status: Status::Optimal,
            objective: money.total(),
            bound: money.total(),
            by: "enumeration".into(),
            claim: None,
            limited: false,
        },
        money,
        placements: vec![blog, checkout, vault],
        unplaced: Vec::new(),
        max_moves: None,
        clusters: vec![
            cluster("eks-eu-1", Action::Open, Tenancy::Dedicated, vec![pool("general", 3, 0, 3)], 1_800_000_000),
            cluster("eu-old-1", Action::Close, Tenancy::Shared, Vec::new(), 0),
            cluster(
                "eu-shared-1",
                Action::Keep,
                Tenancy::Shared,
                vec![pool("general", 4, 2, 2), pool("gpu", 1, 0, 1), pool("arm", 0, 0, 0)],
                2_365_850_000,
            ),
        ],
        moves: vec![Move {
            tenant: tenant("checkout"),
            site: None,
            from: "namespace/dedicated in eu-old-1".into(),
            to: "vcluster/dedicated in eu-shared-1".into(),
        }],
    }
}

fn placement(name: &str, tier: Tier, nodes: Option<Nodes>, cluster: &str, micro: i64) -> Placement {
    Placement {
        tenant: tenant(name),
        site: None,
        tier,
        nodes,
        cluster: cluster.parse().expect("a label"),
        kubernetes: None,
        pools: Vec::new(),
        monthly: Money(micro),
        rule: "money".into(),
        reason: "the cheapest of 3 open doors".into(),
    }
}

fn placed(workload: &str, pool: &str, nodes: u64) -> PlacedWorkload {
    PlacedWorkload { workload: workload.parse().expect("a label"), pool: pool.parse().expect("a label"), nodes }
}

fn cluster(name: &str, action: Action, tenancy: Tenancy, pools: Vec<PlannedPool>, micro: i64) -> PlannedCluster {
    PlannedCluster {
        name: name.parse().expect("a label"),
        class: (action == Action::Open).then(|| "eks-eu".parse().expect("a label")),
        kubernetes: Minor(35),
        region: "eu-west-1".parse().expect("a label"),
        tenancy,
        action,
        pools,
        monthly: Money(micro),
    }
}

fn pool(name: &str, nodes: u64, shared: u64, dedicated: u64) -> PlannedPool {
    PlannedPool { pool: name.parse().expect("a label"), nodes, shared, dedicated, private: u64::from(name == "arm") }
}

/// The explanation of `checkout`: home, an open door, three closed ones of which two are alike.
pub(super) fn explanation() -> Explanation {
    let (_, find) = sources();
    let closed = |minutes: u64| DoorState::Closed {
        reasons: vec![
            Reason {
                rule: "trust",
                text: "hardened tenants live on dedicated nodes".into(),
                span: find("trust"),
                help: "lower `trust` to `soft`".into(),
            },
            Reason {
                rule: "disruption",
                text: format!("its control plane may be gone for {minutes}m; `checkout` tolerates 1m"),
                span: find("disruption"),
                help: String::new(),
            },
        ],
    };
    let door = |form: Form, host: &str, is_class: bool, state: DoorState| Door {
        form,
        host: host.into(),
        is_class,
        kubernetes: Minor(35),
        state,
    };
    Explanation {
        tenant: tenant("checkout"),
        units: vec![UnitExplanation {
            site: None,
            home: plan().placements[1].clone(),
            doors: vec![
                door(Form::NamespaceShared, "eu-shared-1", false, closed(5)),
                door(Form::NamespaceShared, "eu-shared-2", false, closed(10)),
                door(
                    Form::NamespaceShared,
                    "us-1",
                    false,
                    DoorState::Closed {
                        reasons: vec![Reason {
                            rule: "residency",
                            text: "`us-1` is in `us`".into(),
                            span: find("residency"),
                            help: "add `us` to its residency".into(),
                        }],
                    },
                ),
                door(Form::VclusterDedicated, "eu-shared-1", false, DoorState::Home),
                door(Form::Cluster, "eks-eu", true, DoorState::Open { monthly: Money(2_400_000_000) }),
            ],
            next_best: Some(NextBest { form: Form::Cluster, host: "eks-eu".into(), extra: Money(493_770_000) }),
            flips: vec![Flip {
                text: "if `trust` were `soft`, `namespace/shared` on `eu-shared-2` would save 1,200.00 a month".into(),
                span: find("trust"),
                saves: Money::whole(1200),
            }],
        }],
    }
}

/// Two requirements that cannot stand together, and one way out.
pub(super) fn conflict() -> Conflict {
    let (_, find) = sources();
    Conflict {
        tenants: vec![tenant("checkout")],
        requirements: vec![
            Requirement {
                asked: Asked::Rule(tenant("checkout"), "residency"),
                text: "tenant `checkout` asks for residency `eu`".into(),
                span: find("residency"),
            },
            Requirement {
                asked: Asked::Rule(tenant("checkout"), "regulation"),
                text: "regime `fedramp-high` allows residency `us`".into(),
                span: None,
            },
        ],
        ways_out: vec![WayOut {
            text: "let `checkout` live in `us`".into(),
            monthly: Some(Money(1_200_000_000)),
            is_of_fleet: false,
        }],
        minimal: true,
    }
}
