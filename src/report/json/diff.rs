//! What changes between two plans as a document.

use std::collections::BTreeMap;

use serde::Serialize;

use super::plan::{PlacementDocument, placement};
use super::{Amount, FORMAT_VERSION};
use crate::plan::diff::{Change, ClusterChange, Fate, HomeChange, OneWayDoor, PlanDiff, PoolChange, UnitChange, Who};
use crate::plan::{PlannedCluster, Status};
use crate::report::diff::crossed;
use crate::vocab::calendar::Date;
use crate::vocab::money::Money;
use crate::vocab::name::{ClusterName, FleetName, Residency, TenantName};
use crate::vocab::version::Minor;

/// What changes.
#[derive(Debug, Serialize)]
pub struct DiffDocument<'a> {
    format_version: u32,
    changes: bool,
    fleet: &'a Change<FleetName>,
    date: Change<Date>,
    currency: &'a Change<String>,
    inventory: &'a Change<String>,
    status: Change<Status>,
    objective: Change<Amount>,
    bound: Change<Amount>,
    money: BTreeMap<&'static str, Change<Amount>>,
    placements: Vec<UnitDocument<'a>>,
    left_out: &'a [TenantName],
    taken_in: &'a [TenantName],
    clusters: Vec<ClusterDocument<'a>>,
    one_way_doors: Vec<DoorDocument<'a>>,
}

#[derive(Debug, Serialize)]
struct UnitDocument<'a> {
    tenant: &'a TenantName,
    site: Option<&'a Residency>,
    change: &'static str,
    before: Option<PlacementDocument<'a>>,
    after: Option<PlacementDocument<'a>>,
}

#[derive(Debug, Serialize)]
struct ClusterDocument<'a> {
    name: &'a ClusterName,
    change: &'static str,
    kubernetes: Change<Option<Minor>>,
    monthly: Change<Option<Amount>>,
    pools: Vec<PoolChange>,
}

#[derive(Debug, Serialize)]
struct DoorDocument<'a> {
    tenant: Option<&'a TenantName>,
    site: Option<&'a Residency>,
    cluster: Option<&'a ClusterName>,
    text: String,
}

/// What changes.
#[must_use]
pub fn diff(diff: &PlanDiff) -> DiffDocument<'_> {
    let PlanDiff {
        fleet,
        date,
        currency,
        inventory,
        status,
        objective,
        bound,
        money,
        placements,
        left_out,
        taken_in,
        clusters,
        one_way_doors,
    } = diff;
    DiffDocument {
        format_version: FORMAT_VERSION,
        changes: !diff.is_empty(),
        fleet,
        date: *date,
        currency,
        inventory,
        status: *status,
        objective: amounts(objective),
        bound: amounts(bound),
        money: money.iter().map(|(kind, change)| (*kind, amounts(change))).collect(),
        placements: placements.iter().map(unit).collect(),
        left_out,
        taken_in,
        clusters: clusters.iter().map(cluster).collect(),
        one_way_doors: one_way_doors.iter().map(door).collect(),
    }
}

fn amounts(change: &Change<Money>) -> Change<Amount> {
    Change { before: change.before.into(), after: change.after.into() }
}

fn unit(change: &UnitChange) -> UnitDocument<'_> {
    let UnitChange { tenant, site, what } = change;
    let (change, before, after) = match what {
        HomeChange::Added(home) => ("added", None, Some(home)),
        HomeChange::Removed(home) => ("removed", Some(home), None),
        HomeChange::Moved(Change { before, after }) => ("moved", Some(before), Some(after)),
        HomeChange::Adjusted(Change { before, after }) => ("adjusted", Some(before), Some(after)),
    };
    UnitDocument { tenant, site: site.as_ref(), change, before: before.map(placement), after: after.map(placement) }
}

fn cluster(change: &ClusterChange) -> ClusterDocument<'_> {
    let ClusterChange { name, what } = change;
    let one = |cluster: &PlannedCluster| (Some(cluster.kubernetes), Some(Amount::from(cluster.monthly)));
    let (change, before, after, pools) = match what {
        Fate::Opened(opened) => ("opened", (None, None), one(opened), Vec::new()),
        Fate::Closed(closed) => ("closed", one(closed), (None, None), Vec::new()),
        Fate::Kept { kubernetes, pools, monthly } => (
            if what.is_change() { "changed" } else { "kept" },
            (Some(kubernetes.before), Some(monthly.before.into())),
            (Some(kubernetes.after), Some(monthly.after.into())),
            pools.clone(),
        ),
    };
    ClusterDocument {
        name,
        change,
        kubernetes: Change { before: before.0, after: after.0 },
        monthly: Change { before: before.1, after: after.1 },
        pools,
    }
}

fn door(door: &OneWayDoor) -> DoorDocument<'_> {
    let (tenant, site, cluster) = match &door.who {
        Who::Unit { tenant, site } => (Some(tenant), site.as_ref(), None),
        Who::Cluster(cluster) => (None, None, Some(cluster)),
    };
    DoorDocument { tenant, site, cluster, text: crossed(&door.door) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{json, sample};

    #[test]
    fn a_move_has_both_homes_and_money_in_units_of_the_currency() {
        let mut after = sample::plan();
        after.placements[0].cluster = "eu-shared-2".parse().unwrap();
        after.money.toil = Money::whole(600);
        let changes = crate::plan::diff::diff(&sample::plan(), &after);
        let document: serde_json::Value = serde_json::from_str(&json::text(&diff(&changes))).unwrap();
        assert_eq!(document["placements"][0]["change"], "moved");
        assert_eq!(document["placements"][0]["before"]["cluster"], "eu-shared-1");
        assert_eq!(document["money"]["toil"], serde_json::json!({ "before": 525.0, "after": 600.0 }));
        assert_eq!(document["clusters"][0]["change"], "kept");
    }
}
