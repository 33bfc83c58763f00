//! A small plan for tests: tenant `ant` in a shared namespace and `bee` in a vcluster, clusters `eu-1` and `us-1`.

use super::{
    Action, FORMAT_VERSION, MoneyByKind, PlacedWorkload, Placement, Plan, PlannedCluster, PlannedPool, Proof, Status,
};
use crate::vocab::money::Money;
use crate::vocab::tier::{Form, Tenancy};
use crate::vocab::version::Minor;

pub fn plan() -> Plan {
    Plan {
        format_version: FORMAT_VERSION,
        fleet: "acme".parse().unwrap(),
        date: jiff::civil::date(2026, 11, 23),
        currency: "USD".to_owned(),
        fingerprint: "0".repeat(64),
        from: None,
        proof: Proof {
            status: Status::Optimal,
            objective: Money::whole(10),
            bound: Money::whole(10),
            by: "enumeration".to_owned(),
            claim: None,
            limited: false,
        },
        money: MoneyByKind { toil: Money::whole(10), ..MoneyByKind::default() },
        placements: vec![
            placement("ant", Form::NamespaceShared, "eu-1"),
            placement("bee", Form::VclusterShared, "eu-1"),
        ],
        unplaced: vec![],
        max_moves: None,
        clusters: vec![planned_cluster("eu-1"), planned_cluster("us-1")],
        moves: vec![],
    }
}

pub fn placement(tenant: &str, form: Form, cluster: &str) -> Placement {
    Placement {
        tenant: tenant.parse().unwrap(),
        site: None,
        tier: form.tier(),
        nodes: form.nodes(),
        cluster: cluster.parse().unwrap(),
        kubernetes: form.is_vcluster().then_some(Minor(35)),
        pools: vec![PlacedWorkload { workload: "main".parse().unwrap(), pool: "general".parse().unwrap(), nodes: 0 }],
        monthly: Money::whole(5),
        rule: "money".to_owned(),
        reason: "no cheaper home is closed".to_owned(),
    }
}

pub fn planned_cluster(name: &str) -> PlannedCluster {
    PlannedCluster {
        name: name.parse().unwrap(),
        class: None,
        kubernetes: Minor(35),
        region: "eu-west-1".parse().unwrap(),
        tenancy: Tenancy::Shared,
        action: Action::Keep,
        pools: vec![PlannedPool { pool: "general".parse().unwrap(), nodes: 3, shared: 1, dedicated: 0, private: 0 }],
        monthly: Money::whole(5),
    }
}
