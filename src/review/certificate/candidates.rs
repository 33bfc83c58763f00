//! Every home that a unit could have, as the numbers that a bound is made of.

use super::super::arithmetic::cost;
use super::super::ground::{Case, Ground};
use super::super::loads::has_shared_nodes;
use super::super::money::of_case;
use super::super::scene::Scene;
use super::super::{capacity, near, pin, scale};
use super::doors::{Door, Way};
use super::places::{Kind, Place};
use crate::inventory::facts::{Overhead, SupportPhase};
use crate::inventory::{Pin, Tenant};
use crate::plan::Placement;
use crate::plan::certificate::LIMITS;
use crate::vocab::name::Residency;
use crate::vocab::resources::{Demand, Resources};
use crate::vocab::tier::{Form, Tenancy};

/// A unit has at most so many ways to give its workloads pools, or it is not certified.
const MOST_COMBINATIONS: usize = 4096;

/// A unit that the plan gives a home.
pub struct Unit<'s> {
    /// Its number in the scene.
    pub number: usize,
    /// Whose.
    pub tenant: &'s Tenant,
    /// The tenant's index.
    pub tenant_index: usize,
    /// Which site.
    pub site: Option<&'s Residency>,
    /// The planned demand of each workload.
    pub planned: &'s [Demand],
    /// The number of its signature.
    pub signature: usize,
    /// Index of the place that its cluster of today stands in.
    pub lives_in: Option<usize>,
    /// Pins of the tenant that hold on the planning date.
    pub pins: Vec<&'s Pin>,
    /// Whether it must share a cluster with others.
    pub is_near: bool,
    /// Whether a split speaks of it: then homes that others make pointless still count.
    pub is_split: bool,
}

/// One home, pools of shared nodes still open.
pub struct Candidate<'b> {
    /// Index of the place.
    pub place: usize,
    /// Tier and nodes.
    pub form: Form,
    /// Micro-units a month that are the unit's alone, whatever the prices.
    pub own: i128,
    /// Whether the unit moves there from elsewhere.
    pub moves: bool,
    /// What it takes of the cluster's limits.
    pub uses: [u64; LIMITS],
    /// What its control plane adds to a pool.
    pub plane: Option<(usize, Resources)>,
    /// What it takes of nodes.
    pub takes: Takes<'b>,
}

/// What a home takes of nodes.
pub enum Takes<'b> {
    /// Each workload loads the cheapest of its pools: pools, and where each workload's end among them.
    Shared(&'b [usize], &'b [usize]),
    /// Whole nodes of pools of the cluster.
    Own(&'b [(usize, u64)]),
    /// Whole nodes joined to the vcluster.
    Private(&'b [(usize, u64)]),
    /// A whole cluster, whose nodes are in `own`.
    Cluster,
}

/// Room for what is worked out, used again for each home.
#[derive(Default)]
pub struct Room {
    pools: Vec<usize>,
    ends: Vec<usize>,
    digits: Vec<usize>,
    nodes: Vec<(usize, u64)>,
}

/// What all units are judged against.
pub struct Judge<'s> {
    /// The plan in its inventory.
    pub scene: &'s Scene<'s>,
    /// Where units can live.
    pub places: &'s [Place<'s>],
    /// What one shared cluster may hold of importance.
    pub importance: u64,
}

impl<'s> Judge<'s> {
    /// Tells `visit` of every home of the unit behind its doors. Nothing where there are too many to count.
    pub fn visit(
        &self,
        unit: &Unit<'s>,
        doors: &[Door],
        room: &mut Room,
        visit: &mut impl FnMut(&Candidate<'_>),
    ) -> Option<()> {
        let today = self.scene.today[unit.number];
        let lifted = self.scene.lifted.get(&unit.tenant_index);
        let lifts = |rule| lifted.is_some_and(|rules| rules.contains(&rule));
        let total: Demand = unit.planned.iter().copied().sum();
        for door in doors {
            let place = &self.places[door.place];
            let lives_here = unit.lives_in == Some(door.place);
            let open = place.tenancy == Tenancy::Dedicated || unit.tenant.importance <= self.importance;
            let ended = match place.ground.phase {
                SupportPhase::Standard | SupportPhase::Extended => false,
                SupportPhase::Ended => !lives_here && !lifts("support"),
            };
            if !open || ended {
                continue;
            }
            for way in &door.ways {
                let pinned =
                    |pin: &&Pin| pin::allows(self.scene.inventory, pin, unit.site, way.form, |name| place.holds(name));
                let fits = (!unit.is_near || near::allows(way.form))
                    && unit.pins.iter().all(pinned)
                    && (lifts("scale") || scale::allows(&place.ground, way.form, &total.resources));
                if fits {
                    self.way(unit, door.place, way, today, lives_here, room, visit)?;
                }
            }
        }
        Some(())
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what is known of a unit at a door, worked out once for all its ways"
    )]
    fn way(
        &self,
        unit: &Unit<'s>,
        index: usize,
        way: &Way,
        today: Option<&Placement>,
        lives_here: bool,
        room: &mut Room,
        visit: &mut impl FnMut(&Candidate<'_>),
    ) -> Option<()> {
        let place = &self.places[index];
        let stays = lives_here && today.is_some_and(|before| before.form() == Some(way.form));
        // Whoever is pinned to nodes of one's own has no home on the shared ones that would be cheaper.
        let is_pinned = unit.pins.iter().any(|pin| pin.nodes.is_some());
        if way.is_covered && !stays && !unit.is_split && !is_pinned {
            return Some(());
        }
        let (inventory, ground) = (self.scene.inventory, &place.ground);
        let case =
            Case { inventory, tenant: unit.tenant, site: unit.site, form: way.form, ground, planned: unit.planned };
        let overhead = way.form.is_vcluster().then(|| inventory.facts.overhead(unit.tenant.high_availability));
        if overhead.is_some_and(|overhead| !capacity::allows_control_plane(ground, overhead)) {
            return Some(());
        }
        let uses = uses(&case, overhead);
        if !within_limits(&uses, ground, self.importance, place.tenancy) || !room.open(&case, way) {
            return Some(());
        }
        let moves = today.is_some() && !stays;
        let mut candidate = Candidate {
            place: index,
            form: way.form,
            own: of_case(&case, moves).total(),
            moves,
            uses,
            plane: overhead.and_then(|overhead| Some((ground.offer.platform_pool?, overhead.resources))),
            takes: Takes::Cluster,
        };
        let Room { pools, ends, digits, nodes } = room;
        if has_shared_nodes(way.form) && (unit.planned.len() == 1 || any_sum_fits(&case, pools, ends)) {
            visit(&Candidate { takes: Takes::Shared(pools, ends), ..candidate });
            return Some(());
        }
        let starts = |workload: usize| if workload == 0 { 0 } else { ends[workload - 1] };
        let count = (0..ends.len()).try_fold(1_usize, |count, it| count.checked_mul(ends[it] - starts(it)));
        let count = count.filter(|count| *count <= MOST_COMBINATIONS);
        if count.is_none() && has_shared_nodes(way.form) {
            // Without the sums that do not fit the bound is only lower.
            visit(&Candidate { takes: Takes::Shared(pools, ends), ..candidate });
            return Some(());
        }
        let count = count?;
        digits.clear();
        digits.extend((0..ends.len()).map(starts));
        let single: Vec<usize> = (1..=ends.len()).collect();
        let alone = candidate.own;
        for _ in 0..count {
            if whole_nodes(&case, pools, digits, nodes) {
                candidate.own = alone;
                match way.form {
                    Form::NamespaceShared | Form::VclusterShared => {
                        let chosen: Vec<usize> = digits.iter().map(|at| pools[*at]).collect();
                        visit(&Candidate { takes: Takes::Shared(&chosen, &single), ..candidate });
                    }
                    Form::NamespaceDedicated | Form::VclusterDedicated => {
                        if sum(nodes) <= ground.offer.limits.nodes {
                            visit(&Candidate { takes: Takes::Own(nodes), ..candidate });
                        }
                    }
                    Form::VclusterPrivate => visit(&Candidate { takes: Takes::Private(nodes), ..candidate }),
                    Form::Cluster => {
                        if let Some(whole) = whole_cluster(place, nodes) {
                            visit(&Candidate { own: alone + whole, takes: Takes::Cluster, ..candidate });
                        }
                    }
                }
            }
            step(digits, ends);
        }
        Some(())
    }
}

impl Room {
    /// Lists the pools of each workload that are open and large enough. False where a workload has none.
    fn open(&mut self, case: &Case<'_>, way: &Way) -> bool {
        self.pools.clear();
        self.ends.clear();
        for (workload, open) in way.pools.iter().enumerate() {
            let before = self.pools.len();
            let (asks, planned) = case.workload(workload);
            self.pools.extend(open.iter().copied().filter(|pool| {
                capacity::allows_pool(asks, &planned.resources, case.pool(*pool), &case.ground.nodes[*pool])
            }));
            if self.pools.len() == before {
                return false;
            }
            self.ends.push(self.pools.len());
        }
        true
    }
}

/// The next combination: the last workload's pool changes fastest.
fn step(digits: &mut [usize], ends: &[usize]) {
    for workload in (0..digits.len()).rev() {
        digits[workload] += 1;
        if digits[workload] < ends[workload] {
            return;
        }
        digits[workload] = if workload == 0 { 0 } else { ends[workload - 1] };
    }
}

/// True where any choice of pools fits, because all workloads together would.
fn any_sum_fits(case: &Case<'_>, pools: &[usize], ends: &[usize]) -> bool {
    pools.iter().all(|pool| {
        let mut start = 0;
        let mut all = Resources::ZERO;
        for (end, planned) in ends.iter().zip(case.planned) {
            if pools[start..*end].contains(pool) {
                all += planned.resources;
            }
            start = *end;
        }
        case.ground.nodes[*pool].carries(&all, case.pool(*pool).max)
    })
}

/// Nodes per pool for the sum of the workloads there; false where a pool has not so many.
fn whole_nodes(case: &Case<'_>, pools: &[usize], digits: &[usize], nodes: &mut Vec<(usize, u64)>) -> bool {
    nodes.clear();
    for (workload, at) in digits.iter().enumerate() {
        let pool = pools[*at];
        if digits[..workload].iter().any(|before| pools[*before] == pool) {
            continue;
        }
        let there = digits.iter().zip(case.planned).filter(|(at, _)| pools[**at] == pool);
        let load: Resources = there.map(|(_, planned)| planned.resources).sum();
        match case.ground.nodes[pool].count_for(&load).filter(|count| *count <= case.pool(pool).max) {
            Some(count) => nodes.push((pool, count)),
            None => return false,
        }
    }
    true
}

fn sum(nodes: &[(usize, u64)]) -> u64 {
    nodes.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
}

/// What a cluster of one's own costs more than that cluster without anybody: all of it, for one that is opened.
fn whole_cluster(place: &Place<'_>, own: &[(usize, u64)]) -> Option<i128> {
    let (mut all, mut money) = (0_u64, place.fixed);
    for (index, pool) in place.ground.offer.pools.iter().enumerate() {
        let asked = own.iter().find(|(at, _)| *at == index).map_or(0, |(_, count)| *count);
        let count = pool.min.max(asked);
        all = all.saturating_add(count);
        money += cost(pool.price, count);
    }
    let instead = match place.kind {
        Kind::Class => -place.change.unwrap_or(0),
        Kind::Clusters(_) | Kind::Copies(_) => place.idle(),
    };
    (all <= place.ground.offer.limits.nodes).then_some(money - instead)
}

/// What a unit takes of a cluster's limits: pods, pod addresses, namespaces, services, load balancers, units, importance.
fn uses(case: &Case<'_>, overhead: Option<&Overhead>) -> [u64; LIMITS] {
    let Demand { resources, storage: _, load_balancers, services } = case.total();
    let (mut pods, mut services, mut balancers) = (resources.pods, services, load_balancers);
    if case.form == Form::VclusterPrivate {
        (pods, services, balancers) = (0, 0, 0);
    }
    let mut namespaces = case.tenant.namespaces;
    if let Some(overhead) = overhead {
        pods = pods.saturating_add(overhead.resources.pods);
        services = services.saturating_add(overhead.services);
        namespaces = 1;
    }
    [pods, pods, namespaces, services, balancers, 1, case.tenant.importance]
}

/// True where the unit alone does not pass a limit.
fn within_limits(uses: &[u64; LIMITS], ground: &Ground<'_>, importance: u64, tenancy: Tenancy) -> bool {
    let importance = match tenancy {
        Tenancy::Shared => importance,
        Tenancy::Dedicated => u64::MAX,
    };
    uses.iter().zip(limits(ground, importance)).all(|(used, most)| *used <= most)
}

/// The limits in the order of what units take of them.
pub const fn limits(ground: &Ground<'_>, importance: u64) -> [u64; LIMITS] {
    let limits = &ground.offer.limits;
    [
        limits.pods,
        limits.pod_addresses,
        limits.namespaces,
        limits.services,
        limits.load_balancers,
        limits.tenants,
        importance,
    ]
}
