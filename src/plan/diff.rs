//! What changes between two plans. Data only.

use std::collections::BTreeMap;

use crate::plan::{Action, MoneyByKind, Placement, Plan, PlannedCluster};
use crate::vocab::money::Money;
use crate::vocab::name::{ClusterName, PoolName, Residency, TenantName};
use crate::vocab::tier::Form;

/// Changes from one plan to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanDiff {
    /// Whether the two were made from the same inventory.
    pub same_inventory: bool,
    /// Units, sorted by tenant and site.
    pub units: Vec<UnitChange>,
    /// Clusters, sorted by name.
    pub clusters: Vec<ClusterChange>,
    /// Money before and after.
    pub money: (MoneyByKind, MoneyByKind),
}

/// A unit that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitChange {
    /// Whose.
    pub tenant: TenantName,
    /// Which site.
    pub site: Option<Residency>,
    /// Its home before, as tier, nodes and cluster; none where it is new.
    pub before: Option<(Form, ClusterName)>,
    /// Its home after; none where it is gone.
    pub after: Option<(Form, ClusterName)>,
    /// Whether only its pools change.
    pub pools_only: bool,
    /// Money per month before and after.
    pub monthly: (Money, Money),
    /// Doors that cannot be gone back through, in words.
    pub one_way: Vec<&'static str>,
}

/// A cluster that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterChange {
    /// Its name.
    pub name: ClusterName,
    /// Its action before; none where it was unknown.
    pub before: Option<Action>,
    /// Its action after; none where it is unknown now.
    pub after: Option<Action>,
    /// Pools whose nodes change: before and after, private ones included.
    pub pools: Vec<(PoolName, u64, u64)>,
}

impl PlanDiff {
    /// True where nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.units.is_empty() && self.clusters.is_empty() && self.money.0 == self.money.1
    }
}

/// What changes from `before` to `after`.
#[must_use]
pub fn diff(before: &Plan, after: &Plan) -> PlanDiff {
    let key = |placement: &Placement| (placement.tenant.clone(), placement.site.clone());
    let units = pairs(&before.placements, &after.placements, key).into_iter().filter_map(unit_change).collect();
    let clusters = pairs(&before.clusters, &after.clusters, |cluster| cluster.name.clone())
        .into_iter()
        .filter_map(cluster_change)
        .collect();
    PlanDiff {
        same_inventory: before.fingerprint == after.fingerprint,
        units,
        clusters,
        money: (before.money, after.money),
    }
}

type Pair<'a, T> = (Option<&'a T>, Option<&'a T>);

fn pairs<'a, T, K: Ord>(before: &'a [T], after: &'a [T], key: impl Fn(&T) -> K) -> Vec<Pair<'a, T>> {
    let mut all: BTreeMap<K, Pair<'a, T>> = BTreeMap::new();
    for item in before {
        all.entry(key(item)).or_default().0 = Some(item);
    }
    for item in after {
        all.entry(key(item)).or_default().1 = Some(item);
    }
    all.into_values().collect()
}

fn unit_change((before, after): Pair<'_, Placement>) -> Option<UnitChange> {
    let home = |placement: &Placement| Some((placement.form()?, placement.cluster.clone()));
    let any = after.or(before)?;
    let (was, is) = (before.and_then(home), after.and_then(home));
    let pools = before.map(|placement| &placement.pools) != after.map(|placement| &placement.pools);
    if was == is && !pools {
        return None;
    }
    let one_way = match (&was, &is) {
        (Some((was, _)), Some((is, _))) => one_way_doors(*was, *is),
        (None, _) | (_, None) => Vec::new(),
    };
    Some(UnitChange {
        tenant: any.tenant.clone(),
        site: any.site.clone(),
        pools_only: was == is,
        before: was,
        after: is,
        monthly: (before.map_or(Money::ZERO, |p| p.monthly), after.map_or(Money::ZERO, |p| p.monthly)),
        one_way,
    })
}

/// Changes that a tenant cannot make in place. Source: vCluster's documentation of its worker node models and backing stores.
#[must_use]
pub fn one_way_doors(before: Form, after: Form) -> Vec<&'static str> {
    let mut doors = Vec::new();
    if before.is_vcluster()
        && after.is_vcluster()
        && (before == Form::VclusterPrivate) != (after == Form::VclusterPrivate)
    {
        doors.push("a vcluster's node model cannot change in place: it is built anew");
    }
    if before.tier() != after.tier() {
        doors.push("another API server: objects, credentials and volumes are carried over, not upgraded");
    }
    doors
}

fn cluster_change((before, after): Pair<'_, PlannedCluster>) -> Option<ClusterChange> {
    let nodes = |cluster: Option<&PlannedCluster>| -> BTreeMap<PoolName, u64> {
        let pools = cluster.map_or(&[][..], |cluster| &cluster.pools);
        pools.iter().map(|pool| (pool.pool.clone(), pool.nodes + pool.private)).collect()
    };
    let (was, is) = (nodes(before), nodes(after));
    let mut names: Vec<&PoolName> = was.keys().chain(is.keys()).collect();
    names.sort();
    names.dedup();
    let pools: Vec<(PoolName, u64, u64)> = names
        .into_iter()
        .map(|name| (name.clone(), was.get(name).copied().unwrap_or(0), is.get(name).copied().unwrap_or(0)))
        .filter(|(_, was, is)| was != is)
        .collect();
    let (before_action, after_action) = (before.map(|cluster| cluster.action), after.map(|cluster| cluster.action));
    // What one plan opens, the next one keeps: that is no change.
    let settled = before_action == Some(Action::Open) && after_action == Some(Action::Keep);
    if (before_action == after_action || settled) && pools.is_empty() {
        return None;
    }
    Some(ClusterChange { name: after.or(before)?.name.clone(), before: before_action, after: after_action, pools })
}
