//! The whole problem as numbers: units with their choices, places with their costs and limits, classes with their ends.
//!
//! A [`Setting`] flows in and every rule is asked; a [`Problem`] flows out that knows no rule any more.

use std::collections::HashMap;

use crate::inventory::facts::SupportPhase;
use crate::rules::near_groups::near_groups;
use crate::rules::setting::nodes_for;
use crate::rules::{Case, Host, Label, Origin, RULES, Setting, Unit};
use crate::solve::choice::{Choice, LIMITS};
use crate::vocab::resources::Resources;
use crate::vocab::tier::{Form, Tenancy};
use crate::vocab::version::MinorRange;

/// The problem. Lists are in the order of the setting's units and hosts.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Units.
    pub units: Vec<UnitModel>,
    /// Places: clusters, copies, classes.
    pub places: Vec<Place>,
    /// Classes.
    pub classes: Vec<Class>,
    /// The dimension of each label.
    pub dimensions: Vec<usize>,
    /// The most units that may move.
    pub max_moves: Option<u64>,
}

/// A unit.
#[derive(Debug, Clone)]
pub struct UnitModel {
    /// What is open to it, none of them dominated.
    pub choices: Vec<Choice>,
    /// Units of one group share a place's instance.
    pub group: usize,
    /// How many other units its instance may hold.
    pub neighbours: Option<u64>,
    /// Whether it lives somewhere today.
    pub lives: bool,
}

/// A place where units can live.
#[derive(Debug, Clone)]
pub struct Place {
    /// What it is.
    pub kind: PlaceKind,
    /// Shared or dedicated.
    pub tenancy: Tenancy,
    /// Control plane, extended support and toil per month while it is open.
    pub fixed: i64,
    /// Opening or closing, spread over the payback months.
    pub change: i64,
    /// Whether it may be closed.
    pub may_close: bool,
    /// Its pools.
    pub pools: Vec<Pool>,
    /// The most nodes of all its pools.
    pub max_nodes: u64,
    /// Pods, pod addresses, namespaces, services, load balancers, units, importance.
    pub limits: [u64; LIMITS],
}

/// What a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceKind {
    /// It exists.
    Cluster,
    /// It exists in an earlier plan, as a copy of a class.
    Copy(usize),
    /// Copies of this class can be opened.
    Class(usize),
}

/// A pool as numbers.
#[derive(Debug, Clone)]
pub struct Pool {
    /// What a node carries, headroom left free.
    pub usable: Resources,
    /// What a node carries when a zone is lost; zones, where that must be survived.
    pub surviving: Option<(Resources, u64)>,
    /// Money per node and month.
    pub price: i64,
    /// The fewest nodes while open.
    pub min: u64,
    /// The most nodes.
    pub max: u64,
}

impl Pool {
    /// Nodes for a shared load. The load only asks for what the pool has.
    #[must_use]
    pub fn nodes(&self, load: &Resources) -> u64 {
        let nodes = load.nodes(&self.usable).unwrap_or(u64::MAX / 2);
        match self.surviving {
            Some((raw, zones)) if nodes > 0 => {
                let surviving = load.nodes(&raw).unwrap_or(u64::MAX / 2);
                nodes.max(crate::rules::setting::nodes_before_a_zone_is_lost(surviving, zones))
            }
            Some(_) | None => nodes,
        }
    }
}

/// A class.
#[derive(Debug, Clone)]
pub struct Class {
    /// The most copies.
    pub limit: u64,
}

/// The most combinations of pools that are tried for one unit in one host and form.
const MOST_COMBINATIONS: usize = 256;

impl Problem {
    /// Asks every rule about every candidate.
    #[must_use]
    pub fn new(setting: &Setting<'_>, max_moves: Option<u64>) -> Self {
        let inventory = setting.inventory;
        let class_index: HashMap<&str, usize> =
            inventory.classes.iter().enumerate().map(|(index, class)| (class.name.as_str(), index)).collect();
        let places: Vec<Place> = setting.hosts.iter().map(|host| place(setting, host, &class_index)).collect();
        let mut names = Names::default();
        let groups = near_groups(setting);
        let units = setting
            .units
            .iter()
            .zip(groups)
            .map(|(unit, group)| UnitModel {
                choices: choices(setting, unit, &places, &mut names),
                group,
                neighbours: unit.tenant.max_neighbours,
                lives: unit.today.is_some(),
            })
            .collect();
        let classes = inventory.classes.iter().map(|class| Class { limit: u64::from(class.open_at_most) }).collect();
        Self { units, places, classes, dimensions: names.dimension_of, max_moves }
    }
}

/// Labels and dimensions as numbers.
#[derive(Debug, Default)]
struct Names {
    labels: HashMap<Label, usize>,
    dimensions: HashMap<(&'static str, String), usize>,
    dimension_of: Vec<usize>,
}

impl Names {
    fn number(&mut self, label: Label) -> usize {
        let key = (label.rule, label.dimension.clone());
        if let Some(number) = self.labels.get(&label) {
            return *number;
        }
        let next = self.dimensions.len();
        let dimension = *self.dimensions.entry(key).or_insert(next);
        self.dimension_of.push(dimension);
        self.labels.insert(label, self.dimension_of.len() - 1);
        self.dimension_of.len() - 1
    }
}

fn place(setting: &Setting<'_>, host: &Host<'_>, class_index: &HashMap<&str, usize>) -> Place {
    let inventory = setting.inventory;
    let (offer, policy) = (host.offer(), &inventory.policy);
    let extended = match host.support {
        SupportPhase::Standard => 0,
        SupportPhase::Extended | SupportPhase::Ended => {
            inventory.facts.extended_price.get(&offer.provider).map_or(0, |price| price.0)
        }
    };
    let class = |name: &str| class_index[name];
    let (kind, change, may_close) = match host.origin {
        Origin::Cluster(cluster) => (PlaceKind::Cluster, policy.once.close, cluster.may_close),
        Origin::Copy(of) => (PlaceKind::Copy(class(of.name.as_str())), policy.once.close, true),
        Origin::Class(of) => (PlaceKind::Class(class(of.name.as_str())), policy.once.open, true),
    };
    let limits = &offer.limits;
    let importance = match host.tenancy {
        Tenancy::Shared => setting.importance_cap,
        Tenancy::Dedicated => u64::MAX / 4,
    };
    let tenants = match host.tenancy {
        Tenancy::Shared => limits.tenants,
        Tenancy::Dedicated => limits.tenants.min(1),
    };
    Place {
        kind,
        tenancy: host.tenancy,
        fixed: offer.control_plane.price.0 + extended + policy.toil.cluster.0,
        change: change.spread_over(policy.payback_months).0,
        may_close,
        pools: offer
            .pools
            .iter()
            .map(|pool| Pool {
                usable: crate::rules::setting::usable(inventory, pool),
                surviving: (policy.survive_zone_loss && pool.zones >= 2).then(|| (pool.raw(), pool.zones)),
                price: pool.price.0,
                min: pool.min,
                max: pool.max,
            })
            .collect(),
        max_nodes: limits.nodes,
        limits: [
            limits.pods,
            limits.pod_addresses,
            limits.namespaces,
            limits.services,
            limits.load_balancers,
            tenants,
            importance,
        ],
    }
}

/// What is open to a unit, in the order of hosts, forms and pools.
fn choices(setting: &Setting<'_>, unit: &Unit<'_>, places: &[Place], names: &mut Names) -> Vec<Choice> {
    let mut all = Vec::new();
    for (place, host) in setting.hosts.iter().enumerate() {
        let mut here: Vec<Choice> = Vec::new();
        for form in forms(host.tenancy) {
            let case = Case { setting, unit, host, form: *form };
            if !allowed(&case) {
                continue;
            }
            for pools in combinations(&case) {
                here.extend(choice(&case, place, pools, &places[place], names));
            }
        }
        let usable = |pool: usize| places[place].pools[pool].usable;
        let zones = places[place].pools.iter().any(|pool| pool.surviving.is_some());
        let kept: Vec<bool> = (0..here.len())
            .map(|mine| {
                zones
                    || !here.iter().enumerate().any(|(other, better)| {
                        let both = here[mine].dominates(better, usable);
                        other != mine && better.dominates(&here[mine], usable) && (!both || other < mine)
                    })
            })
            .collect();
        all.extend(here.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(choice, _)| choice));
    }
    all
}

/// The forms that a tenancy has room for.
#[must_use]
pub const fn forms(tenancy: Tenancy) -> &'static [Form] {
    match tenancy {
        Tenancy::Shared => &[
            Form::NamespaceShared,
            Form::NamespaceDedicated,
            Form::VclusterShared,
            Form::VclusterDedicated,
            Form::VclusterPrivate,
        ],
        Tenancy::Dedicated => &[Form::Cluster],
    }
}

/// True where no rule closes the home, pools aside.
#[must_use]
pub fn allowed(case: &Case<'_>) -> bool {
    let tenant = &case.unit.tenant.name;
    RULES.iter().all(|rule| rule.allows_home(case) || case.setting.lifts(tenant, rule.name()))
}

/// Pools that a workload may use.
fn open_pools(case: &Case<'_>, workload: usize) -> Vec<usize> {
    let tenant = case.unit.tenant;
    let workload = &tenant.workloads[workload];
    (0..case.host.offer().pools.len())
        .filter(|pool| {
            let pool = &case.host.offer().pools[*pool];
            RULES
                .iter()
                .all(|rule| rule.allows_pool(case, workload, pool) || case.setting.lifts(&tenant.name, rule.name()))
        })
        .collect()
}

/// Every way to give each workload a pool, in order, up to [`MOST_COMBINATIONS`].
fn combinations(case: &Case<'_>) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::new()];
    for workload in 0..case.unit.tenant.workloads.len() {
        let open = open_pools(case, workload);
        all = all
            .iter()
            .flat_map(|before| open.iter().map(move |pool| before.iter().copied().chain([*pool]).collect()))
            .take(MOST_COMBINATIONS)
            .collect();
    }
    all
}

/// What a candidate would cost by itself, whatever rules say: its own costs, its load at the price of full nodes, and the
/// whole cluster where that would be its own or has to be opened. An estimate for comparing doors, not a plan's money.
#[must_use]
pub fn estimate(case: &Case<'_>, place: usize, numbers: &Place) -> Option<i64> {
    let workloads = case.unit.tenant.workloads.len();
    let open: Vec<Vec<usize>> = (0..workloads).map(|workload| open_pools(case, workload)).collect();
    let mut pools = Vec::with_capacity(workloads);
    for (workload, open) in case.unit.tenant.workloads.iter().zip(open) {
        let price = |pool: &usize| {
            let data = &numbers.pools[*pool];
            let nodes = workload.planned.resources.nodes(&data.usable)?;
            (nodes <= data.max).then_some(i128::from(data.price) * i128::from(nodes))
        };
        let all: Vec<usize> = if open.is_empty() { (0..numbers.pools.len()).collect() } else { open };
        pools.push(all.into_iter().filter_map(|pool| Some((price(&pool)?, pool))).min()?.1);
    }
    let choice = choice(case, place, pools, numbers, &mut Names::default())?;
    let mut cost = i128::from(choice.own);
    for (pool, load) in &choice.shared {
        let data = &numbers.pools[*pool];
        let parts = load.each().into_iter().zip(data.usable.each()).filter(|(_, usable)| *usable > 0);
        cost += parts
            .map(|(load, usable)| i128::from(data.price) * i128::from(load) / i128::from(usable))
            .max()
            .unwrap_or(0);
    }
    for (pool, nodes) in &choice.dedicated {
        cost += i128::from(numbers.pools[*pool].price) * i128::from(*nodes);
    }
    if case.form == Form::Cluster || case.host.is_class() {
        cost += i128::from(numbers.fixed);
        if case.host.is_class() {
            cost += i128::from(numbers.change);
        }
    }
    i64::try_from(cost).ok()
}

/// The candidate as numbers; nothing where its own nodes do not fit.
fn choice(case: &Case<'_>, place: usize, pools: Vec<usize>, numbers: &Place, names: &mut Names) -> Option<Choice> {
    let (inventory, tenant, offer) = (case.setting.inventory, case.unit.tenant, case.host.offer());
    let planned = case.unit.planned;
    let mut loads: Vec<(usize, Resources)> = Vec::new();
    for (workload, pool) in tenant.workloads.iter().zip(&pools) {
        match loads.iter_mut().find(|(at, _)| at == pool) {
            Some((_, load)) => *load += workload.planned.resources,
            None => loads.push((*pool, workload.planned.resources)),
        }
    }
    loads.sort_by_key(|(pool, _)| *pool);
    let own_nodes = || -> Option<Vec<(usize, u64)>> {
        loads
            .iter()
            .map(|(pool, load)| {
                let nodes = nodes_for(inventory, &offer.pools[*pool], load)?;
                (nodes <= offer.pools[*pool].max).then_some((*pool, nodes))
            })
            .collect()
    };
    let policy = &inventory.policy;
    let mut own = 0_i64;
    let mut storage = planned.storage;
    let (mut shared, mut dedicated, mut private) = (Vec::new(), Vec::new(), Vec::new());
    match case.form {
        Form::NamespaceShared | Form::VclusterShared => {
            if loads.iter().any(|(pool, load)| numbers.pools[*pool].nodes(load) > offer.pools[*pool].max) {
                return None;
            }
            shared = loads.clone();
        }
        Form::NamespaceDedicated | Form::VclusterDedicated | Form::Cluster => dedicated = own_nodes()?,
        Form::VclusterPrivate => {
            private = own_nodes()?;
            own += private.iter().map(|(pool, nodes)| (offer.pools[*pool].price * *nodes).0).sum::<i64>();
        }
    }
    let on_host = case.form != Form::VclusterPrivate;
    let mut pods = if on_host { planned.resources.pods } else { 0 };
    let mut services = if on_host { planned.services } else { 0 };
    let load_balancers = if on_host { planned.load_balancers } else { 0 };
    let mut namespaces = tenant.namespaces;
    let mut minor = None;
    if case.form.is_vcluster() {
        let overhead = inventory.facts.overhead(tenant.high_availability);
        let platform = offer.platform_pool?;
        match shared.iter_mut().find(|(pool, _)| *pool == platform) {
            Some((_, load)) => *load += overhead.resources,
            None => shared.push((platform, overhead.resources)),
        }
        let minor_in = |range| {
            let private = case.form == Form::VclusterPrivate;
            inventory.facts.vcluster_minor(&inventory.vcluster, range, case.host.kubernetes, private)
        };
        // An exception from rule `version` leaves the range, and the pair table where it must; what the chart runs it cannot leave.
        minor = minor_in(tenant.kubernetes)
            .or_else(|| minor_in(MinorRange::ANY))
            .or_else(|| inventory.vcluster.minors.last().copied());
        pods += overhead.resources.pods;
        services += overhead.services;
        storage += overhead.storage;
        namespaces = 1;
        own += inventory.vcluster.price.0 + policy.toil.vcluster.0;
    } else if case.form != Form::Cluster {
        own += (policy.toil.namespace * tenant.namespaces).0;
    }
    own += (offer.prices.storage * storage).0 + (offer.prices.load_balancer * planned.load_balancers).0;
    let stays = case.unit.today.as_ref().is_some_and(|today| {
        today.form == case.form && today.cluster.as_str() == case.host.name && !case.host.is_class()
    });
    if case.unit.today.is_some() && !stays {
        own += policy.once.moving.spread_over(policy.payback_months).0;
    }
    let mut found = Vec::new();
    if case.host.tenancy == Tenancy::Shared {
        for rule in RULES.iter().filter(|rule| !case.setting.lifts(&tenant.name, rule.name())) {
            rule.labels(case.setting, case.unit, case.form, &mut found);
        }
    }
    let mut labels: Vec<usize> = found.into_iter().map(|label| names.number(label)).collect();
    labels.sort_unstable();
    Some(Choice {
        place,
        form: case.form,
        minor,
        pools,
        own,
        shared,
        dedicated,
        private,
        uses: [pods, pods, namespaces, services, load_balancers, 1, tenant.importance],
        labels,
        stays,
    })
}
