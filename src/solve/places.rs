//! Places: clusters that exist, copies that an earlier plan opened, classes from which copies can be opened, as numbers.
//!
//! Hosts flow in; what is alike becomes one place with many hosts, so that a fleet of a thousand clusters is a few dozen places. Hosts that
//! something names (a pin), or that only their residents may use, stay alone.

use std::collections::HashMap;

use crate::inventory::facts::SupportPhase;
use crate::rules::setting::{nodes_before_a_zone_is_lost, usable};
use crate::rules::{Host, Origin, Setting};
use crate::solve::choice::LIMITS;
use crate::vocab::resources::Resources;
use crate::vocab::tier::Tenancy;

/// How hosts become places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// Each host is a place of its own, with the host's index.
    Fine,
    /// Hosts that are alike are one place.
    Coarse,
}

/// A place where units can live.
#[derive(Debug, Clone)]
pub struct Place {
    /// What it is.
    pub kind: PlaceKind,
    /// Indices of its hosts in the setting; one for a class.
    pub hosts: Vec<usize>,
    /// Shared or dedicated.
    pub tenancy: Tenancy,
    /// Control plane, extended support and toil per month while a cluster is open.
    pub fixed: i64,
    /// Opening or closing one, spread over the payback months.
    pub change: i64,
    /// Whether its clusters may be closed.
    pub may_close: bool,
    /// The pools of each cluster.
    pub pools: Vec<Pool>,
    /// The pool that runs the control planes of vclusters.
    pub platform: Option<usize>,
    /// The most nodes of all pools of one cluster.
    pub max_nodes: u64,
    /// Pods, pod addresses, namespaces, services, load balancers, units, importance, of one cluster.
    pub limits: [u64; LIMITS],
    /// Money per GiB of storage and month.
    pub storage_price: i64,
    /// Money per load balancer and month.
    pub load_balancer_price: i64,
}

/// What a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlaceKind {
    /// Its clusters exist.
    Cluster,
    /// They exist in an earlier plan, as copies of a class.
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
    /// Nodes for a load. Nothing where a resource is asked that the pool lacks.
    #[must_use]
    pub fn nodes_for(&self, load: &Resources) -> Option<u64> {
        let nodes = load.nodes(&self.usable)?;
        match self.surviving {
            Some((raw, zones)) if nodes > 0 => Some(nodes.max(nodes_before_a_zone_is_lost(load.nodes(&raw)?, zones))),
            Some(_) | None => Some(nodes),
        }
    }

    /// Nodes for a shared load. The load only asks for what the pool has.
    #[must_use]
    pub fn nodes(&self, load: &Resources) -> u64 {
        self.nodes_for(load).unwrap_or(u64::MAX / 2)
    }

    /// What a node carries as far as a linear bound knows: headroom left free and, where a zone's loss must be survived, its share of the
    /// rest, rounded up.
    #[must_use]
    pub fn capacity(&self) -> Resources {
        match self.surviving {
            None => self.usable,
            Some((raw, zones)) => {
                let left = raw.map(|units| (units * (zones - 1)).div_ceil(zones));
                Resources::from_each(std::array::from_fn(|r| self.usable.each()[r].min(left.each()[r])))
            }
        }
    }
}

impl Place {
    /// The class that clusters of this place count against while they are open.
    #[must_use]
    pub const fn class(&self) -> Option<usize> {
        match self.kind {
            PlaceKind::Cluster => None,
            PlaceKind::Copy(class) | PlaceKind::Class(class) => Some(class),
        }
    }

    /// True where its clusters do not exist yet.
    #[must_use]
    pub const fn is_class(&self) -> bool {
        matches!(self.kind, PlaceKind::Class(_))
    }

    /// What an open cluster costs with the fewest nodes.
    #[must_use]
    pub fn open_cost(&self) -> i64 {
        self.fixed + self.pools.iter().map(|pool| pool.price * count(pool.min)).sum::<i64>()
    }

    /// What a cluster costs in which nobody lives.
    #[must_use]
    pub fn idle_cost(&self) -> i64 {
        match self.kind {
            PlaceKind::Class(_) => 0,
            PlaceKind::Copy(_) => self.change,
            PlaceKind::Cluster if self.may_close => self.open_cost().min(self.change),
            PlaceKind::Cluster => self.open_cost(),
        }
    }
}

/// A count as a factor of money.
///
/// # Panics
/// Never: the gate bounds counts.
#[must_use]
pub fn count(number: u64) -> i64 {
    i64::try_from(number).expect("the gate bounds counts")
}

/// The places of a setting, in the order of their first hosts.
#[must_use]
pub fn places(setting: &Setting<'_>, grain: Grain) -> Vec<Place> {
    let class_index: HashMap<&str, usize> =
        setting.inventory.classes.iter().enumerate().map(|(index, class)| (class.name.as_str(), index)).collect();
    let mut places: Vec<Place> = Vec::new();
    let mut alike: HashMap<String, usize> = HashMap::new();
    for (index, host) in setting.hosts.iter().enumerate() {
        let lonely = grain == Grain::Fine
            || host.is_class()
            || host.support == SupportPhase::Ended
            || setting.is_pinned(&host.name);
        if !lonely && let Some(place) = alike.get(&shape(host)) {
            places[*place].hosts.push(index);
            continue;
        }
        if !lonely {
            alike.insert(shape(host), places.len());
        }
        places.push(place(setting, index, host, &class_index));
    }
    places
}

/// What rules and money see of a host, its name aside.
fn shape(host: &Host<'_>) -> String {
    let (kind, may_close, region) = match host.origin {
        Origin::Cluster(cluster) => ("cluster", cluster.may_close, cluster.region.as_str()),
        Origin::Copy(class) | Origin::Class(class) => (class.name.as_str(), true, class.regions[0].as_str()),
    };
    let offer = serde_json::to_string(host.offer()).expect("an offer is plain data");
    format!("{kind}/{may_close}/{region}/{}/{}/{:?}/{offer}", host.kubernetes, host.tenancy, host.support)
}

fn place(setting: &Setting<'_>, index: usize, host: &Host<'_>, class_index: &HashMap<&str, usize>) -> Place {
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
    let (tenants, importance) = match host.tenancy {
        Tenancy::Shared => (limits.tenants, setting.importance_cap),
        Tenancy::Dedicated => (limits.tenants.min(1), u64::MAX / 4),
    };
    Place {
        kind,
        hosts: vec![index],
        tenancy: host.tenancy,
        fixed: offer.control_plane.price.0 + extended + policy.toil.cluster.0,
        change: change.spread_over(policy.payback_months).0,
        may_close,
        pools: offer
            .pools
            .iter()
            .map(|pool| Pool {
                usable: usable(inventory, pool),
                surviving: (policy.survive_zone_loss && pool.zones >= 2).then(|| (pool.raw(), pool.zones)),
                price: pool.price.0,
                min: pool.min,
                max: pool.max,
            })
            .collect(),
        platform: offer.platform_pool,
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
        storage_price: offer.prices.storage.0,
        load_balancer_price: offer.prices.load_balancer.0,
    }
}
