//! The plan of `inventory.toml`, worked out by hand. Every usable node has 8 CPU, 32Gi and 88 pods (headroom 20 %).

use fleetplan::inventory::{self, Inventory};
use fleetplan::plan::{
    Action, FORMAT_VERSION, MoneyByKind, Move, PlacedWorkload, Placement, Plan, PlannedCluster, PlannedPool, Proof,
    Status,
};
use fleetplan::vocab::money::Money;
use fleetplan::vocab::tier::{Form, Tenancy};
use fleetplan::vocab::version::Minor;

pub const INVENTORY: &str = include_str!("inventory.toml");

pub fn inventory(text: &str) -> Inventory {
    let files = vec![("fleet.toml".to_owned(), text.as_bytes().to_vec())];
    let reading = inventory::read(files, None, "2026-11-23".parse().unwrap());
    reading
        .inventory
        .unwrap_or_else(|| panic!("{:?}", reading.diagnostics.iter().map(|fault| &fault.message).collect::<Vec<_>>()))
}

/// The plan of the inventory, made from no earlier one.
pub fn plan(inventory: &Inventory) -> Plan {
    let objective = money("19937.60");
    Plan {
        format_version: FORMAT_VERSION,
        fleet: "acme".parse().unwrap(),
        date: "2026-11-23".parse().unwrap(),
        currency: "USD".to_owned(),
        fingerprint: inventory.fingerprint(),
        from: None,
        proof: Proof {
            status: Status::Optimal,
            objective,
            bound: objective,
            by: "enumeration".to_owned(),
            claim: None,
            limited: false,
        },
        money: MoneyByKind {
            // Six clusters that run, at 0.10 an hour.
            control_planes: money("73") * 6,
            // `us-shared`, at 0.50 an hour.
            extended_support: money("365.00"),
            // 5 + 3 private + 1 sandboxed at twice the price, 1, 2, 2, 1, and 3 + 2 with GPUs at three times the price.
            nodes: money("730") * (5 + 3 + 2 + 1 + 2 + 2 + 1 + 3 + 6),
            licences: money("3") * 4,
            // Six clusters, four vclusters, six namespaces.
            toil: money("100") * 6 + money("20") * 4 + money("5") * 6,
            // 150 GiB and one load balancer of `alpha`; 3 × 5 and 15 GiB of control planes.
            storage_and_load_balancers: money("15") + money("14.60") + money("3"),
            // `eks-eu-1` opens, `us-old` closes.
            one_off: money("100") + money("30"),
        },
        placements: placements(),
        unplaced: vec![],
        max_moves: None,
        clusters: clusters(),
        moves: vec![],
    }
}

/// The same after a plan that had `kappa` in a vcluster and had opened `eks-eu-1` already: that plan, and this one.
pub fn plan_after_another(inventory: &Inventory) -> (Plan, Plan) {
    let mut plan = plan(inventory);
    let mut from = plan.clone();
    let kappa = from.placements.iter_mut().find(|home| home.tenant.as_str() == "kappa").unwrap();
    kappa.tier = Form::VclusterShared.tier();
    kappa.kubernetes = Some(Minor(36));
    plan.from = Some(from.fingerprint());
    cluster(&mut plan, "eks-eu-1").action = Action::Keep;
    plan.moves = vec![Move {
        tenant: "kappa".parse().unwrap(),
        site: None,
        from: "vcluster/shared in eu-test".to_owned(),
        to: "namespace/shared in eu-test".to_owned(),
    }];
    plan.money.one_off = money("30") + money("5");
    home(&mut plan, "kappa").monthly += money("5.00");
    home(&mut plan, "zeta").monthly -= money("100.00");
    plan.proof.objective = money("19842.60");
    plan.proof.bound = plan.proof.objective;
    (from, plan)
}

pub fn home<'a>(plan: &'a mut Plan, tenant: &str) -> &'a mut Placement {
    plan.placements.iter_mut().find(|home| home.tenant.as_str() == tenant).unwrap()
}

pub fn cluster<'a>(plan: &'a mut Plan, name: &str) -> &'a mut PlannedCluster {
    plan.clusters.iter_mut().find(|cluster| cluster.name.as_str() == name).unwrap()
}

/// `"1633.00"`.
pub fn money(amount: &str) -> Money {
    Money::parse(amount).unwrap()
}

fn placements() -> Vec<Placement> {
    // `eu-shared` costs 7,473.00, its residents' licences, toil, storage and load balancers 144.60: their parts sum to 7,617.60.
    let mut all = vec![
        placed("alpha", Form::NamespaceShared, "eu-shared", &[("main", "general", 0)], "796.60"),
        placed("beta", Form::NamespaceDedicated, "eu-shared", &[("main", "general", 2)], "1570.00"),
        placed(
            "delta",
            Form::VclusterDedicated,
            "eu-shared",
            &[("web", "general", 1), ("jobs", "general", 0)],
            "853.50",
        ),
        placed("epsilon", Form::VclusterPrivate, "eu-shared", &[("main", "general", 3)], "2314.50"),
        placed("eta", Form::Cluster, "eu-own", &[("main", "general", 2)], "1633.00"),
        placed("gamma", Form::VclusterShared, "eu-shared", &[("main", "general", 0)], "300.00"),
        placed("iota", Form::VclusterShared, "eu-shared", &[("main", "sandbox", 0)], "1600.00"),
        placed("kappa", Form::NamespaceShared, "eu-test", &[("main", "general", 0)], "1638.00"),
        placed("theta", Form::NamespaceShared, "eu-shared", &[("main", "general", 0)], "183.00"),
        placed("theta", Form::NamespaceShared, "us-shared", &[("main", "general", 0)], "1273.00"),
        // With the opening of its cluster.
        placed("zeta", Form::Cluster, "eks-eu-1", &[("api", "general", 3), ("train", "gpu", 2)], "6843.00"),
    ];
    all[3].kubernetes = Some(Minor(36));
    all[8].site = Some("eu".parse().unwrap());
    all[9].site = Some("us".parse().unwrap());
    all
}

fn placed(tenant: &str, form: Form, cluster: &str, pools: &[(&str, &str, u64)], monthly: &str) -> Placement {
    let pools = pools.iter().map(|(workload, pool, nodes)| PlacedWorkload {
        workload: workload.parse().unwrap(),
        pool: pool.parse().unwrap(),
        nodes: *nodes,
    });
    Placement {
        tenant: tenant.parse().unwrap(),
        site: None,
        tier: form.tier(),
        nodes: form.nodes(),
        cluster: cluster.parse().unwrap(),
        kubernetes: form.is_vcluster().then_some(Minor(35)),
        pools: pools.collect(),
        monthly: money(monthly),
        rule: "money".to_owned(),
        reason: "no closed door is cheaper".to_owned(),
    }
}

fn clusters() -> Vec<PlannedCluster> {
    let copy = PlannedCluster {
        class: Some("eks-eu".parse().unwrap()),
        action: Action::Open,
        tenancy: Tenancy::Dedicated,
        ..planned("eks-eu-1", 36, "eu-west-1", &[("general", 3, 0, 3, 0), ("gpu", 2, 0, 2, 0)], "6743.00")
    };
    let own = planned("eu-own", 36, "eu-west-1", &[("general", 2, 0, 2, 0)], "1633.00");
    vec![
        copy,
        planned("eu-idle", 36, "eu-west-1", &[("general", 1, 0, 0, 0)], "903.00"),
        PlannedCluster { tenancy: Tenancy::Dedicated, ..own },
        // General: 11.76 CPU shared, of which control planes take 3.76; `beta` 2 and `delta` 1 of their own; `epsilon` 3 private.
        planned("eu-shared", 35, "eu-west-1", &[("general", 5, 2, 3, 3), ("sandbox", 1, 1, 0, 0)], "7473.00"),
        planned("eu-test", 36, "eu-west-1", &[("general", 2, 1, 0, 0)], "1633.00"),
        PlannedCluster { action: Action::Close, ..planned("us-old", 30, "us-central1", &[], "0.00") },
        planned("us-shared", 34, "us-central1", &[("general", 1, 1, 0, 0)], "1268.00"),
    ]
}

fn planned(
    name: &str,
    minor: u16,
    region: &str,
    pools: &[(&str, u64, u64, u64, u64)],
    monthly: &str,
) -> PlannedCluster {
    let pools = pools.iter().map(|(pool, nodes, shared, dedicated, private)| PlannedPool {
        pool: pool.parse().unwrap(),
        nodes: *nodes,
        shared: *shared,
        dedicated: *dedicated,
        private: *private,
    });
    PlannedCluster {
        name: name.parse().unwrap(),
        class: None,
        kubernetes: Minor(minor),
        region: region.parse().unwrap(),
        tenancy: Tenancy::Shared,
        action: Action::Keep,
        pools: pools.collect(),
        monthly: money(monthly),
    }
}
