//! What changes between two plans: homes, clusters, nodes, money, and the one-way doors that are crossed.
//!
//! Two plans flow in, a [`PlanDiff`] flows out: data only, in sorted order; the words are `report`'s. What a plan does not
//! say cannot be seen here: a vcluster's backing store and distro follow from the inventory's chart and the tenant.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Action, MoneyByKind, PlacedWorkload, Placement, Plan, PlannedCluster, PlannedPool, Proof, Status};
use crate::vocab::calendar::Date;
use crate::vocab::money::Money;
use crate::vocab::name::{ClusterName, FleetName, PoolName, Residency, TenantName};
use crate::vocab::tier::{Nodes, Tier};
use crate::vocab::version::Minor;

/// A value in both plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Change<T> {
    /// In the first plan.
    pub before: T,
    /// In the second plan.
    pub after: T,
}

impl<T: PartialEq> Change<T> {
    /// True where the two differ.
    #[must_use]
    pub fn is_one(&self) -> bool {
        self.before != self.after
    }
}

impl Change<Money> {
    /// What the second plan costs more; negative where it saves.
    #[must_use]
    pub fn more(&self) -> Money {
        Money(self.after.0.saturating_sub(self.before.0))
    }
}

/// What changes from one plan to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanDiff {
    /// The fleets. Plans of two fleets have nothing in common.
    pub fleet: Change<FleetName>,
    /// The planning dates.
    pub date: Change<Date>,
    /// The currencies. Amounts in two currencies do not compare.
    pub currency: Change<String>,
    /// Fingerprints of the inventories.
    pub inventory: Change<String>,
    /// What is claimed.
    pub status: Change<Status>,
    /// Money per month.
    pub objective: Change<Money>,
    /// The bounds.
    pub bound: Change<Money>,
    /// Money by kind, in the order in which it is shown.
    pub money: Vec<(&'static str, Change<Money>)>,
    /// Units whose home differs, by tenant and site.
    pub placements: Vec<UnitChange>,
    /// Tenants that the second plan leaves without a home and the first does not.
    pub left_out: Vec<TenantName>,
    /// Tenants that the first plan left without a home and the second does not.
    pub taken_in: Vec<TenantName>,
    /// Clusters of either plan that exist after one of them, by name.
    pub clusters: Vec<ClusterChange>,
    /// Choices that cannot be taken back in place: units first, then clusters.
    pub one_way_doors: Vec<OneWayDoor>,
}

impl PlanDiff {
    /// True where neither homes, nor clusters, nor money differ.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.placements.is_empty()
            && self.left_out.is_empty()
            && self.taken_in.is_empty()
            && self.clusters.iter().all(|cluster| !cluster.what.is_change())
            && !self.objective.is_one()
            && self.money.iter().all(|(_, change)| !change.is_one())
    }
}

/// A unit whose home differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnitChange {
    /// Whose.
    pub tenant: TenantName,
    /// Which of its sites.
    pub site: Option<Residency>,
    /// How.
    pub what: HomeChange,
}

/// How a unit's home differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HomeChange {
    /// Only the second plan places it.
    Added(Placement),
    /// Only the first plan places it.
    Removed(Placement),
    /// Cluster, tier or nodes differ: what a plan counts as a move.
    Moved(Change<Placement>),
    /// It stays, with another pool, number of own nodes, or minor of its vcluster.
    Adjusted(Change<Placement>),
}

/// A cluster of either plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClusterChange {
    /// Its name.
    pub name: ClusterName,
    /// What becomes of it.
    pub what: Fate,
}

/// What becomes of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It exists after the second plan alone.
    Opened(PlannedCluster),
    /// It exists after the first plan alone.
    Closed(PlannedCluster),
    /// It exists after both.
    Kept {
        /// Its minor.
        kubernetes: Change<Minor>,
        /// Pools whose nodes differ, in the second plan's order, then those that are gone.
        pools: Vec<PoolChange>,
        /// Its money per month.
        monthly: Change<Money>,
    },
}

impl Fate {
    /// True but for a cluster that stays as it is.
    #[must_use]
    pub fn is_change(&self) -> bool {
        match self {
            Self::Opened(_) | Self::Closed(_) => true,
            Self::Kept { kubernetes, pools, monthly } => kubernetes.is_one() || !pools.is_empty() || monthly.is_one(),
        }
    }
}

/// A pool whose nodes differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PoolChange {
    /// The pool.
    pub pool: PoolName,
    /// Nodes of the cluster.
    pub nodes: Change<u64>,
    /// Those that shared load needs.
    pub shared: Change<u64>,
    /// Those that are one unit's own.
    pub dedicated: Change<u64>,
    /// Nodes joined to vclusters.
    pub private: Change<u64>,
}

/// A choice that cannot be taken back in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OneWayDoor {
    /// Who goes through it.
    pub who: Who,
    /// The door.
    pub door: Door,
}

/// A unit or a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// A unit.
    Unit {
        /// Whose.
        tenant: TenantName,
        /// Which of its sites.
        site: Option<Residency>,
    },
    /// A cluster.
    Cluster(ClusterName),
}

/// What cannot be changed in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Door {
    /// Another tier is another API server: everything is deployed anew.
    Tier(Change<Tier>),
    /// A vcluster's node model, host nodes or private ones: the vcluster is made anew.
    NodeModel(Change<Nodes>),
    /// A vcluster where there was none: its node model, backing store and distro are fixed from here on.
    NewVcluster(Nodes),
    /// An API server never goes back: once raised it cannot be lowered, and lower means made anew.
    Minor(Change<Minor>),
}

/// What changes from `before` to `after`.
#[must_use]
pub fn diff(before: &Plan, after: &Plan) -> PlanDiff {
    let Plan {
        format_version: _,
        fleet,
        date,
        currency,
        fingerprint,
        from: _,
        proof: Proof { status, objective, bound, by: _, claim: _, limited: _ },
        money,
        placements,
        unplaced,
        clusters,
        // Not a decision but a wish.
        max_moves: _,
        // Moves are what `after` itself says of the plan it was made from; here the two plans are compared.
        moves: _,
    } = after;
    let placements = homes(&before.placements, placements);
    let clusters = fates(&before.clusters, clusters);
    let absent = |all: &[TenantName], from: &[TenantName]| -> Vec<TenantName> {
        let known: std::collections::BTreeSet<_> = from.iter().collect();
        all.iter().filter(|tenant| !known.contains(tenant)).cloned().collect()
    };
    PlanDiff {
        fleet: Change { before: before.fleet.clone(), after: fleet.clone() },
        date: Change { before: before.date, after: *date },
        currency: Change { before: before.currency.clone(), after: currency.clone() },
        inventory: Change { before: before.fingerprint.clone(), after: fingerprint.clone() },
        status: Change { before: before.proof.status, after: *status },
        objective: Change { before: before.proof.objective, after: *objective },
        bound: Change { before: before.proof.bound, after: *bound },
        money: kinds(&before.money, money),
        left_out: absent(unplaced, &before.unplaced),
        taken_in: absent(&before.unplaced, unplaced),
        one_way_doors: doors(&placements, &clusters),
        placements,
        clusters,
    }
}

fn kinds(before: &MoneyByKind, after: &MoneyByKind) -> Vec<(&'static str, Change<Money>)> {
    let pairs = before.each().into_iter().zip(after.each());
    pairs.map(|((kind, before), (_, after))| (kind, Change { before, after })).collect()
}

fn homes(before: &[Placement], after: &[Placement]) -> Vec<UnitChange> {
    type Pair<'a> = (Option<&'a Placement>, Option<&'a Placement>);
    let mut units: BTreeMap<(&TenantName, Option<&Residency>), Pair<'_>> = BTreeMap::new();
    for home in before {
        units.entry((&home.tenant, home.site.as_ref())).or_default().0 = Some(home);
    }
    for home in after {
        units.entry((&home.tenant, home.site.as_ref())).or_default().1 = Some(home);
    }
    units
        .into_iter()
        .filter_map(|((tenant, site), pair)| {
            let what = match pair {
                (None, None) => None,
                (None, Some(after)) => Some(HomeChange::Added(after.clone())),
                (Some(before), None) => Some(HomeChange::Removed(before.clone())),
                (Some(before), Some(after)) => home(before, after),
            }?;
            Some(UnitChange { tenant: tenant.clone(), site: site.cloned(), what })
        })
        .collect()
}

fn home(before: &Placement, after: &Placement) -> Option<HomeChange> {
    // A unit's money, rule and reason follow from other units too: alone, they are no change of its home.
    let Placement { tenant: _, site: _, tier, nodes, cluster, kubernetes, pools, monthly: _, rule: _, reason: _ } =
        after;
    let both = || Change { before: before.clone(), after: after.clone() };
    if before.tier != *tier || before.nodes != *nodes || before.cluster != *cluster {
        Some(HomeChange::Moved(both()))
    } else if before.kubernetes != *kubernetes || !same_pools(&before.pools, pools) {
        Some(HomeChange::Adjusted(both()))
    } else {
        None
    }
}

fn same_pools(before: &[PlacedWorkload], after: &[PlacedWorkload]) -> bool {
    before.len() == after.len()
        && before.iter().zip(after).all(|(before, PlacedWorkload { workload, pool, nodes })| {
            before.workload == *workload && before.pool == *pool && before.nodes == *nodes
        })
}

fn fates(before: &[PlannedCluster], after: &[PlannedCluster]) -> Vec<ClusterChange> {
    type Pair<'a> = (Option<&'a PlannedCluster>, Option<&'a PlannedCluster>);
    let mut names: BTreeMap<&ClusterName, Pair<'_>> = BTreeMap::new();
    let stays = |cluster: &&PlannedCluster| cluster.action != Action::Close;
    for cluster in before.iter().filter(stays) {
        names.entry(&cluster.name).or_default().0 = Some(cluster);
    }
    for cluster in after.iter().filter(stays) {
        names.entry(&cluster.name).or_default().1 = Some(cluster);
    }
    names
        .into_iter()
        .filter_map(|(name, pair)| {
            let what = match pair {
                (None, None) => None,
                (None, Some(after)) => Some(Fate::Opened(after.clone())),
                (Some(before), None) => Some(Fate::Closed(before.clone())),
                (Some(before), Some(after)) => Some(kept(before, after)),
            }?;
            Some(ClusterChange { name: name.clone(), what })
        })
        .collect()
}

fn kept(before: &PlannedCluster, after: &PlannedCluster) -> Fate {
    let PlannedCluster { name: _, class: _, kubernetes, region: _, tenancy: _, action: _, pools, monthly } = after;
    let none = |pool: &PoolName| PlannedPool { pool: pool.clone(), nodes: 0, shared: 0, dedicated: 0, private: 0 };
    let find = |pools: &[PlannedPool], name: &PoolName| pools.iter().find(|pool| pool.pool == *name).cloned();
    let gone = before.pools.iter().filter(|pool| find(pools, &pool.pool).is_none());
    let mut pairs: Vec<(PlannedPool, PlannedPool)> = pools
        .iter()
        .map(|pool| (find(&before.pools, &pool.pool).unwrap_or_else(|| none(&pool.pool)), pool.clone()))
        .collect();
    pairs.extend(gone.map(|pool| (pool.clone(), none(&pool.pool))));
    let pools = pairs
        .into_iter()
        .filter(|(before, after)| before != after)
        .map(|(before, PlannedPool { pool, nodes, shared, dedicated, private })| PoolChange {
            pool,
            nodes: Change { before: before.nodes, after: nodes },
            shared: Change { before: before.shared, after: shared },
            dedicated: Change { before: before.dedicated, after: dedicated },
            private: Change { before: before.private, after: private },
        })
        .collect();
    Fate::Kept {
        kubernetes: Change { before: before.kubernetes, after: *kubernetes },
        pools,
        monthly: Change { before: before.monthly, after: *monthly },
    }
}

fn doors(units: &[UnitChange], clusters: &[ClusterChange]) -> Vec<OneWayDoor> {
    let mut doors = Vec::new();
    for UnitChange { tenant, site, what } in units {
        let mut cross = |door| {
            doors.push(OneWayDoor { who: Who::Unit { tenant: tenant.clone(), site: site.clone() }, door });
        };
        match what {
            HomeChange::Added(home) => new_vcluster(home).into_iter().for_each(cross),
            HomeChange::Removed(_) => {}
            HomeChange::Moved(Change { before, after }) | HomeChange::Adjusted(Change { before, after }) => {
                if before.tier != after.tier {
                    cross(Door::Tier(Change { before: before.tier, after: after.tier }));
                    new_vcluster(after).into_iter().for_each(cross);
                } else if let (Tier::Vcluster, Some(model), Some(new)) = (after.tier, before.nodes, after.nodes) {
                    if (model == Nodes::Private) != (new == Nodes::Private) {
                        cross(Door::NodeModel(Change { before: model, after: new }));
                    }
                    if let (Some(minor), Some(new)) = (before.kubernetes, after.kubernetes)
                        && minor != new
                    {
                        cross(Door::Minor(Change { before: minor, after: new }));
                    }
                }
            }
        }
    }
    for ClusterChange { name, what } in clusters {
        if let Fate::Kept { kubernetes, .. } = what
            && kubernetes.is_one()
        {
            doors.push(OneWayDoor { who: Who::Cluster(name.clone()), door: Door::Minor(*kubernetes) });
        }
    }
    doors
}

fn new_vcluster(home: &Placement) -> Option<Door> {
    home.nodes.filter(|_| home.tier == Tier::Vcluster).map(Door::NewVcluster)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::fixture::{placement, plan, planned_cluster};
    use crate::vocab::tier::Form;

    fn changed(edit: impl FnOnce(&mut Plan)) -> PlanDiff {
        let before = plan();
        let mut after = before.clone();
        edit(&mut after);
        diff(&before, &after)
    }

    #[test]
    fn a_plan_and_itself_differ_in_nothing() {
        let same = changed(|_| {});
        assert!(same.is_empty());
        assert_eq!((same.placements, same.one_way_doors), (vec![], vec![]));
        assert_eq!(same.clusters.len(), 2, "kept clusters are listed");
    }

    #[test]
    fn another_cluster_tier_or_nodes_is_a_move_and_another_pool_is_none() {
        let moved = changed(|after| after.placements[0].cluster = "us-1".parse().unwrap());
        assert!(matches!(&moved.placements[..], [UnitChange { what: HomeChange::Moved(_), .. }]));
        let adjusted = changed(|after| after.placements[0].pools[0].pool = "other".parse().unwrap());
        assert!(matches!(&adjusted.placements[..], [UnitChange { what: HomeChange::Adjusted(_), .. }]));
        let dearer = changed(|after| after.placements[0].monthly = Money::whole(7));
        assert_eq!(dearer.placements, []);
    }

    #[test]
    fn a_new_tenant_and_a_removed_one_are_listed_in_order() {
        let diff = changed(|after| {
            after.placements.remove(0);
            after.placements.push(placement("zeta", Form::VclusterShared, "eu-1"));
            after.unplaced.push("ant".parse().unwrap());
        });
        let names: Vec<_> = diff.placements.iter().map(|unit| unit.tenant.as_str()).collect();
        assert_eq!(names, ["ant", "zeta"]);
        assert!(matches!(diff.placements[0].what, HomeChange::Removed(_)));
        assert!(matches!(diff.placements[1].what, HomeChange::Added(_)));
        assert_eq!(diff.left_out, ["ant".parse().unwrap()]);
        assert_eq!(diff.one_way_doors.len(), 1, "a vcluster's node model is chosen: {:?}", diff.one_way_doors);
    }

    #[test]
    fn clusters_open_close_and_grow() {
        let diff = changed(|after| {
            after.clusters[0].pools[0].nodes += 2;
            after.clusters[1].action = Action::Close;
            after.clusters.push(planned_cluster("zz-1"));
        });
        let [grown, closed, opened] = &diff.clusters[..] else { panic!("three clusters: {:?}", diff.clusters) };
        let Fate::Kept { pools, .. } = &grown.what else { panic!("kept: {grown:?}") };
        assert_eq!(pools[0].nodes, Change { before: 3, after: 5 });
        assert!(matches!(closed.what, Fate::Closed(_)) && matches!(opened.what, Fate::Opened(_)));
    }

    #[test]
    fn a_cluster_that_was_closed_before_is_no_change_when_it_is_gone() {
        let mut before = plan();
        before.clusters[1].action = Action::Close;
        let mut after = before.clone();
        after.clusters.pop();
        assert!(diff(&before, &after).is_empty());
    }

    #[test]
    fn money_is_compared_by_kind() {
        let diff = changed(|after| after.money.toil -= Money::whole(1));
        let changed: Vec<_> = diff.money.iter().filter(|(_, change)| change.is_one()).collect();
        assert!(matches!(changed[..], [("toil", change)] if change.more() == Money::whole(-1)));
    }

    #[test]
    fn one_way_doors_are_tier_node_model_new_vcluster_and_minor() {
        let door = |edit: fn(&mut Plan)| changed(edit).one_way_doors.into_iter().map(|crossed| crossed.door);
        // `bee` is a vcluster on shared nodes.
        let private = door(|after| after.placements[1].nodes = Some(Nodes::Private));
        assert!(private.eq([Door::NodeModel(Change { before: Nodes::Shared, after: Nodes::Private })]));
        let dedicated = door(|after| after.placements[1].nodes = Some(Nodes::Dedicated));
        assert!(dedicated.eq([]), "host nodes are one model");
        let raised = door(|after| after.placements[1].kubernetes = Some(Minor(36)));
        assert!(raised.eq([Door::Minor(Change { before: Minor(35), after: Minor(36) })]));
        let upgraded = door(|after| after.clusters[0].kubernetes = Minor(36));
        assert!(upgraded.eq([Door::Minor(Change { before: Minor(35), after: Minor(36) })]));
        let own = door(|after| {
            after.placements[0].tier = Tier::Vcluster;
        });
        assert!(own.eq([
            Door::Tier(Change { before: Tier::Namespace, after: Tier::Vcluster }),
            Door::NewVcluster(Nodes::Shared)
        ]));
    }
}
