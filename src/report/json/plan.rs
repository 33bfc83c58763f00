//! The answer to `plan` as a document: a plan, or why there is none.

use serde::Serialize;

use super::{Amount, FORMAT_VERSION, place, share};
use crate::inventory::Inventory;
use crate::plan::{Action, MoneyByKind, Move, PlacedWorkload, Placement, Plan, PlannedCluster, PlannedPool, Status};
use crate::planner::{Asked, Conflict, Requirement, WayOut};
use crate::vocab::diagnostic::{Place, Sources};
use crate::vocab::name::{ClassName, ClusterName, Region, Residency, TenantName};
use crate::vocab::tier::{Nodes, Tenancy, Tier};
use crate::vocab::version::Minor;

/// A plan, a conflict or an ended budget: `status` says which.
#[derive(Debug, Serialize)]
pub struct PlanDocument<'a> {
    format_version: u32,
    status: Status,
    objective: Option<Amount>,
    bound: Option<Amount>,
    gap: Option<f64>,
    by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    limited: bool,
    fleet: &'a str,
    date: String,
    currency: &'a str,
    fingerprint: &'a str,
    from: Option<&'a str>,
    money: Option<MoneyDocument>,
    placements: Vec<PlacementDocument<'a>>,
    unplaced: &'a [TenantName],
    clusters: Vec<ClusterDocument<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_moves: Option<u64>,
    moves: &'a [Move],
    #[serde(skip_serializing_if = "Option::is_none")]
    conflicts: Option<Vec<ConflictDocument<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct MoneyDocument {
    control_planes: Amount,
    extended_support: Amount,
    nodes: Amount,
    licences: Amount,
    toil: Amount,
    storage_and_load_balancers: Amount,
    one_off: Amount,
}

/// One unit's home.
#[derive(Debug, Serialize)]
pub(super) struct PlacementDocument<'a> {
    tenant: &'a TenantName,
    site: Option<&'a Residency>,
    tier: Tier,
    nodes: Option<Nodes>,
    cluster: &'a ClusterName,
    kubernetes: Option<Minor>,
    pools: &'a [PlacedWorkload],
    monthly: Amount,
    rule: &'a str,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
struct ClusterDocument<'a> {
    name: &'a ClusterName,
    class: Option<&'a ClassName>,
    kubernetes: Minor,
    region: &'a Region,
    tenancy: Tenancy,
    action: Action,
    pools: &'a [PlannedPool],
    monthly: Amount,
}

#[derive(Debug, Serialize)]
struct ConflictDocument<'a> {
    tenants: &'a [TenantName],
    minimal: bool,
    requirements: Vec<RequirementDocument<'a>>,
    ways_out: Vec<WayOutDocument<'a>>,
}

#[derive(Debug, Serialize)]
struct RequirementDocument<'a> {
    asked: AskedDocument<'a>,
    text: &'a str,
    place: Option<Place>,
}

/// What is asked, by kind.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum AskedDocument<'a> {
    Demand { tenant: &'a TenantName },
    Rule { tenant: &'a TenantName, rule: &'a str },
    Near { tenants: [&'a TenantName; 2] },
    Apart { tenants: [&'a TenantName; 2] },
    Policy { key: &'a str },
    Class { class: &'a ClassName },
}

#[derive(Debug, Serialize)]
struct WayOutDocument<'a> {
    text: &'a str,
    monthly: Option<Amount>,
    /// Whose money that is: the tenant's `home`, or the whole `fleet`.
    monthly_of: &'static str,
}

/// A plan.
#[must_use]
pub fn plan(plan: &Plan) -> PlanDocument<'_> {
    let Plan {
        format_version: _,
        fleet,
        date,
        currency,
        fingerprint,
        from,
        proof,
        money: by_kind,
        placements,
        unplaced,
        clusters,
        max_moves,
        moves,
    } = plan;
    PlanDocument {
        format_version: FORMAT_VERSION,
        status: proof.status,
        objective: Some(proof.objective.into()),
        bound: Some(proof.bound.into()),
        gap: Some(share(proof.gap_millionths())),
        by: Some(&proof.by),
        claim: proof.claim.as_deref(),
        limited: proof.limited,
        fleet: fleet.as_str(),
        date: date.to_string(),
        currency,
        fingerprint,
        from: from.as_deref(),
        money: Some(money(by_kind)),
        placements: placements.iter().map(placement).collect(),
        unplaced,
        clusters: clusters.iter().map(cluster).collect(),
        max_moves: *max_moves,
        moves,
        conflicts: None,
        message: None,
    }
}

/// No plan exists.
#[must_use]
pub fn impossible<'a>(inventory: &'a Inventory, fingerprint: &'a str, conflicts: &'a [Conflict]) -> PlanDocument<'a> {
    let conflicts = conflicts.iter().map(|one| conflict(one, &inventory.sources)).collect();
    PlanDocument { conflicts: Some(conflicts), ..no_plan(inventory, fingerprint, Status::Impossible) }
}

/// The budget ended first; `message` says what was learned.
#[must_use]
pub fn unknown<'a>(inventory: &'a Inventory, fingerprint: &'a str, message: &'a str) -> PlanDocument<'a> {
    PlanDocument { message: Some(message), ..no_plan(inventory, fingerprint, Status::Unknown) }
}

fn no_plan<'a>(inventory: &'a Inventory, fingerprint: &'a str, status: Status) -> PlanDocument<'a> {
    PlanDocument {
        format_version: FORMAT_VERSION,
        status,
        objective: None,
        bound: None,
        gap: None,
        by: None,
        claim: None,
        limited: false,
        fleet: inventory.fleet.name.as_str(),
        date: inventory.fleet.date.to_string(),
        currency: &inventory.fleet.currency,
        fingerprint,
        from: None,
        money: None,
        placements: Vec::new(),
        unplaced: &[],
        clusters: Vec::new(),
        max_moves: None,
        moves: &[],
        conflicts: None,
        message: None,
    }
}

fn money(by_kind: &MoneyByKind) -> MoneyDocument {
    let MoneyByKind { control_planes, extended_support, nodes, licences, toil, storage_and_load_balancers, one_off } =
        *by_kind;
    MoneyDocument {
        control_planes: control_planes.into(),
        extended_support: extended_support.into(),
        nodes: nodes.into(),
        licences: licences.into(),
        toil: toil.into(),
        storage_and_load_balancers: storage_and_load_balancers.into(),
        one_off: one_off.into(),
    }
}

/// One unit's home.
pub(super) fn placement(placement: &Placement) -> PlacementDocument<'_> {
    let Placement { tenant, site, tier, nodes, cluster, kubernetes, pools, monthly, rule, reason } = placement;
    PlacementDocument {
        tenant,
        site: site.as_ref(),
        tier: *tier,
        nodes: *nodes,
        cluster,
        kubernetes: *kubernetes,
        pools,
        monthly: (*monthly).into(),
        rule,
        reason,
    }
}

fn cluster(cluster: &PlannedCluster) -> ClusterDocument<'_> {
    let PlannedCluster { name, class, kubernetes, region, tenancy, action, pools, monthly } = cluster;
    ClusterDocument {
        name,
        class: class.as_ref(),
        kubernetes: *kubernetes,
        region,
        tenancy: *tenancy,
        action: *action,
        pools,
        monthly: (*monthly).into(),
    }
}

fn conflict<'a>(conflict: &'a Conflict, sources: &Sources) -> ConflictDocument<'a> {
    let Conflict { tenants, requirements, ways_out, minimal } = conflict;
    let requirement = requirements.iter().map(|Requirement { asked: what, text, span }| RequirementDocument {
        asked: asked(what),
        text,
        place: place(sources, *span),
    });
    let way = ways_out.iter().map(|WayOut { text, monthly, is_of_fleet }| WayOutDocument {
        text,
        monthly: monthly.map(Amount::from),
        monthly_of: if *is_of_fleet { "fleet" } else { "home" },
    });
    ConflictDocument { tenants, minimal: *minimal, requirements: requirement.collect(), ways_out: way.collect() }
}

fn asked(asked: &Asked) -> AskedDocument<'_> {
    match asked {
        Asked::Demand(tenant) => AskedDocument::Demand { tenant },
        Asked::Rule(tenant, rule) => AskedDocument::Rule { tenant, rule },
        Asked::Near(a, b) => AskedDocument::Near { tenants: [a, b] },
        Asked::Apart(a, b) => AskedDocument::Apart { tenants: [a, b] },
        Asked::Policy(key) => AskedDocument::Policy { key },
        Asked::Class(class) => AskedDocument::Class { class },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{json, sample};

    #[test]
    fn a_plan_has_the_keys_that_programs_were_promised() {
        insta::assert_snapshot!(json::text(&plan(&sample::plan())));
    }

    #[test]
    fn a_conflict_says_what_is_asked_where_and_what_each_way_out_costs() {
        let (sources, _) = sample::sources();
        insta::assert_snapshot!(json::text(&conflict(&sample::conflict(), &sources)));
    }
}
