//! What rules judge with: the inventory seen as units and hosts, and where units live today.
//!
//! An inventory and perhaps an earlier plan flow in. Nothing here judges.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::inventory::facts::SupportPhase;
use crate::inventory::{Class, Cluster, Inventory, Offer, Pin, Places, Pool, Tenant};
use crate::plan::{Action, Plan};
use crate::vocab::name::{ClusterName, Residency, TenantName};
use crate::vocab::resources::{Demand, Resources};
use crate::vocab::tier::{Form, Tenancy};
use crate::vocab::version::Minor;

/// Everything that a rule may look at.
#[derive(Debug)]
pub struct Setting<'a> {
    /// The inventory.
    pub inventory: &'a Inventory,
    /// Units, by tenant and then by site as written.
    pub units: Vec<Unit<'a>>,
    /// Hosts: clusters by name, copies that an earlier plan opened, then classes.
    pub hosts: Vec<Host<'a>>,
    /// `floor(max_importance_share × Σ importance)`.
    pub importance_cap: u64,
    /// Tenants that take part in a `near` pair.
    pub near: HashSet<&'a TenantName>,
    apart: HashMap<&'a TenantName, Vec<&'a TenantName>>,
    lifted: HashMap<&'a TenantName, Vec<&'a str>>,
    pins: HashMap<&'a TenantName, &'a Pin>,
    ignored: HashSet<(TenantName, String)>,
}

/// One tenant at one of its sites.
#[derive(Debug, Clone)]
pub struct Unit<'a> {
    /// The tenant.
    pub tenant: &'a Tenant,
    /// Its index in the inventory.
    pub tenant_index: usize,
    /// Which site.
    pub site: Option<&'a Residency>,
    /// The planned demand of all its workloads.
    pub planned: Demand,
    /// Where it lives today.
    pub today: Option<Today>,
}

/// Where a unit lives today, as an earlier plan says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Today {
    /// The cluster.
    pub cluster: ClusterName,
    /// Tier and nodes.
    pub form: Form,
}

/// What a host is.
#[derive(Debug, Clone, Copy)]
pub enum Origin<'a> {
    /// A cluster of the inventory.
    Cluster(&'a Cluster),
    /// A copy that an earlier plan opened from a class.
    Copy(&'a Class),
    /// A class: any number of copies up to its limit.
    Class(&'a Class),
}

/// A cluster that exists, or a shape of one that can be opened.
#[derive(Debug, Clone)]
pub struct Host<'a> {
    /// What it is.
    pub origin: Origin<'a>,
    /// The cluster's name, or the class's.
    pub name: String,
    /// Its minor.
    pub kubernetes: Minor,
    /// Shared or dedicated.
    pub tenancy: Tenancy,
    /// Its support on the planning date.
    pub support: SupportPhase,
    /// `raw × max` over all pools: what it has at most.
    pub most: Resources,
}

impl<'a> Host<'a> {
    /// What it offers.
    #[must_use]
    pub const fn offer(&self) -> &'a Offer {
        match self.origin {
            Origin::Cluster(cluster) => &cluster.offer,
            Origin::Copy(class) | Origin::Class(class) => &class.offer,
        }
    }

    /// Where it was written.
    #[must_use]
    pub const fn at(&self) -> &'a Places {
        match self.origin {
            Origin::Cluster(cluster) => &cluster.at,
            Origin::Copy(class) | Origin::Class(class) => &class.at,
        }
    }

    /// True where it does not exist yet.
    #[must_use]
    pub const fn is_class(&self) -> bool {
        matches!(self.origin, Origin::Class(_))
    }

    /// ``cluster `eu-1` `` or ``class `eks-eu` ``.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{} `{}`", if self.is_class() { "class" } else { "cluster" }, self.name)
    }
}

/// What a node of `pool` carries of tenants' load, headroom left free: `floor(raw × (1 − headroom))`, GPUs whole.
#[must_use]
pub fn usable(inventory: &Inventory, pool: &Pool) -> Resources {
    let raw = pool.raw();
    Resources { gpu: raw.gpu, ..raw.map(|units| inventory.policy.headroom.off(units)) }
}

/// Nodes of `pool` for a load, as ARCHITECTURE.md counts them. None where a resource is asked that the pool lacks.
#[must_use]
pub fn nodes_for(inventory: &Inventory, pool: &Pool, load: &Resources) -> Option<u64> {
    let nodes = load.nodes(&usable(inventory, pool))?;
    if !inventory.policy.survive_zone_loss || pool.zones < 2 || nodes == 0 {
        return Some(nodes);
    }
    let surviving = load.nodes(&pool.raw())?;
    Some(nodes.max(nodes_before_a_zone_is_lost(surviving, pool.zones)))
}

/// The least `s` with `floor(s (z − 1) / z) ≥ surviving`.
#[must_use]
pub const fn nodes_before_a_zone_is_lost(surviving: u64, zones: u64) -> u64 {
    (surviving * zones).div_ceil(zones - 1)
}

impl<'a> Setting<'a> {
    /// Lays an inventory, and where tenants live today, out for the rules.
    #[must_use]
    pub fn new(inventory: &'a Inventory, from: Option<&Plan>) -> Self {
        let mut homes: HashMap<(&TenantName, Option<&Residency>), Today> = HashMap::new();
        for placement in from.map_or(&[][..], |plan| &plan.placements) {
            if let Some(form) = placement.form() {
                homes.insert(
                    (&placement.tenant, placement.site.as_ref()),
                    Today { cluster: placement.cluster.clone(), form },
                );
            }
        }
        let units: Vec<Unit<'a>> = inventory
            .tenants
            .iter()
            .enumerate()
            .flat_map(|(tenant_index, tenant)| {
                tenant.unit_sites().into_iter().map(move |site| (tenant_index, tenant, site))
            })
            .map(|(tenant_index, tenant, site)| Unit {
                tenant,
                tenant_index,
                site,
                planned: tenant.planned(),
                today: homes.get(&(&tenant.name, site)).cloned(),
            })
            .collect();
        let total: u64 = units.iter().map(|unit| unit.tenant.importance).sum();
        let mut lifted: HashMap<&TenantName, Vec<&str>> = HashMap::new();
        for exception in &inventory.exceptions {
            if exception.until >= inventory.fleet.date {
                lifted.entry(&exception.tenant).or_default().push(&exception.rule);
            }
        }
        let pins = inventory
            .pins
            .iter()
            .filter(|pin| pin.until.is_none_or(|until| until >= inventory.fleet.date))
            .map(|pin| (&pin.tenant, pin))
            .collect();
        let near = inventory
            .tenants
            .iter()
            .flat_map(|tenant| tenant.near.iter().chain((!tenant.near.is_empty()).then_some(&tenant.name)))
            .collect();
        let mut apart: HashMap<&TenantName, Vec<&TenantName>> = HashMap::new();
        for tenant in &inventory.tenants {
            for other in &tenant.apart {
                apart.entry(other).or_default().push(&tenant.name);
            }
        }
        Self {
            inventory,
            units,
            apart,
            hosts: hosts(inventory, from),
            importance_cap: inventory.policy.max_importance_share.of(total),
            near,
            lifted,
            pins,
            ignored: HashSet::new(),
        }
    }

    /// The same setting with some rules ignored for some tenants: to find out what a requirement closes.
    #[must_use]
    pub fn ignoring(mut self, ignored: impl IntoIterator<Item = (TenantName, String)>) -> Self {
        self.ignored.extend(ignored);
        self
    }

    /// True where an exception, on the planning date, lifts `rule` for `tenant`.
    #[must_use]
    pub fn lifts(&self, tenant: &TenantName, rule: &str) -> bool {
        self.lifted.get(tenant).is_some_and(|rules| rules.contains(&rule))
            || (!self.ignored.is_empty() && self.ignored.contains(&(tenant.clone(), rule.to_owned())))
    }

    /// Tenants that name `tenant` in their `apart`.
    #[must_use]
    pub fn apart_of(&self, tenant: &TenantName) -> &[&'a TenantName] {
        self.apart.get(tenant).map_or(&[], Vec::as_slice)
    }

    /// True where a pin that holds names this cluster.
    #[must_use]
    pub fn is_pinned(&self, cluster: &str) -> bool {
        self.pins.values().any(|pin| pin.cluster.as_ref().is_some_and(|name| name.as_str() == cluster))
    }

    /// Rules that exceptions lift for `tenant` on the planning date, as they were written.
    #[must_use]
    pub fn lifted(&self, tenant: &TenantName) -> &[&'a str] {
        self.lifted.get(tenant).map_or(&[], Vec::as_slice)
    }

    /// True where rules are ignored for `tenant`, which then is like no other.
    #[must_use]
    pub fn ignores(&self, tenant: &TenantName) -> bool {
        self.ignored.iter().any(|(name, _)| name == tenant)
    }

    /// The pin of `tenant`, if one holds on the planning date.
    #[must_use]
    pub fn pin(&self, tenant: &TenantName) -> Option<&'a Pin> {
        self.pins.get(tenant).copied()
    }
}

fn hosts<'a>(inventory: &'a Inventory, from: Option<&Plan>) -> Vec<Host<'a>> {
    let support = |offer: &Offer, minor| inventory.facts.support(offer.provider, minor, inventory.fleet.date);
    let most = |offer: &Offer| offer.pools.iter().map(|pool| pool.raw().times(pool.max)).sum();
    let mut hosts: Vec<Host<'a>> = inventory
        .clusters
        .iter()
        .map(|cluster| Host {
            origin: Origin::Cluster(cluster),
            name: cluster.name.to_string(),
            kubernetes: cluster.kubernetes,
            tenancy: cluster.tenancy,
            support: support(&cluster.offer, cluster.kubernetes),
            most: most(&cluster.offer),
        })
        .collect();
    let mut copies = BTreeMap::new();
    for planned in from.map_or(&[][..], |plan| &plan.clusters) {
        let Some(class) = planned.class.as_ref().and_then(|name| inventory.class(name)) else { continue };
        if planned.action != Action::Close && inventory.cluster(&planned.name).is_none() {
            copies.insert(planned.name.clone(), (class, planned.kubernetes, planned.tenancy));
        }
    }
    hosts.extend(copies.into_iter().map(|(name, (class, kubernetes, tenancy))| Host {
        origin: Origin::Copy(class),
        name: name.to_string(),
        kubernetes,
        tenancy,
        support: support(&class.offer, kubernetes),
        most: most(&class.offer),
    }));
    for class in &inventory.classes {
        for tenancy in &class.tenancy {
            for minor in class.kubernetes.iter().rev() {
                hosts.push(Host {
                    origin: Origin::Class(class),
                    name: class.name.to_string(),
                    kubernetes: *minor,
                    tenancy: *tenancy,
                    support: support(&class.offer, *minor),
                    most: most(&class.offer),
                });
            }
        }
    }
    hosts
}
