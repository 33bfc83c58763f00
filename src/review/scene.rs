//! A plan seen through its inventory: every name resolved, every demand planned. What the checks look at.

use std::collections::HashMap;

use super::ground::{Case, Ground};
use crate::inventory::{Inventory, Offer, Places, Pool, Tenant, Workload};
use crate::plan::{Action, Placement, Plan, PlannedCluster};
use crate::vocab::name::{ClusterName, Residency, TenantName};
use crate::vocab::resources::Demand;
use crate::vocab::tier::{Form, Tenancy};

/// Everything a check may look at.
pub struct Scene<'a> {
    /// What was asked and what there is.
    pub inventory: &'a Inventory,
    /// What is claimed.
    pub plan: &'a Plan,
    /// The plan it was made from, where that was given.
    pub from: Option<&'a Plan>,
    /// Units by number.
    pub units: Units<'a>,
    /// The plan's clusters that could be resolved, in its order.
    pub hosts: Vec<Host<'a>>,
    /// The plan's placements that could be resolved, in its order.
    pub homes: Vec<Home<'a>>,
    /// Indices of homes by unit.
    pub home_of: Vec<Option<usize>>,
    /// Where units live today, by unit.
    pub today: Vec<Option<&'a Placement>>,
    /// Rules that exceptions lift on the planning date, by tenant.
    pub lifted: HashMap<usize, Vec<&'a str>>,
}

/// Units by number: a tenant's are one after the other, in the order of its sites.
pub struct Units<'a> {
    inventory: &'a Inventory,
    first: Vec<usize>,
}

impl<'a> Units<'a> {
    /// Numbers the units of an inventory.
    pub fn of(inventory: &'a Inventory) -> Self {
        let mut first = Vec::with_capacity(inventory.tenants.len() + 1);
        let mut next = 0;
        for tenant in &inventory.tenants {
            first.push(next);
            next += tenant.sites.len().max(1);
        }
        first.push(next);
        Self { inventory, first }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.first.last().copied().unwrap_or(0)
    }

    /// The units of a tenant by index.
    pub fn of_tenant(&self, tenant: usize) -> std::ops::Range<usize> {
        self.first[tenant]..self.first[tenant + 1]
    }

    /// The unit of a tenant, by index, at a site. Nothing where it has no such site.
    pub fn number(&self, tenant: usize, site: Option<&Residency>) -> Option<usize> {
        let sites = &self.inventory.tenants[tenant].sites;
        let place = match site {
            None => sites.is_empty().then_some(0),
            Some(site) => sites.iter().position(|own| own == site),
        };
        place.map(|place| self.first[tenant] + place)
    }

    /// A tenant's index. Plans are sorted as inventories are, so the tenant is mostly where the last one was, or next to it.
    pub fn tenant(&self, name: &TenantName, last: &mut usize) -> Option<usize> {
        let tenants = &self.inventory.tenants;
        let near = (*last..tenants.len().min(*last + 2)).find(|index| tenants[*index].name == *name);
        let found = near.or_else(|| self.inventory.tenant(name).map(|(index, _)| index))?;
        *last = found;
        Some(found)
    }
}

/// A cluster of the plan, and what it is made of.
pub struct Host<'a> {
    /// What is planned for it.
    pub planned: &'a PlannedCluster,
    /// What it offers, and at which minor.
    pub ground: Ground<'a>,
    /// Where the cluster or class was written.
    pub at: &'a Places,
    /// Indices of the homes in it.
    pub residents: Vec<usize>,
}

/// A unit and where the plan has it live.
pub struct Home<'a> {
    /// What is planned.
    pub placement: &'a Placement,
    /// Whose.
    pub tenant: &'a Tenant,
    /// The tenant's index in the inventory.
    pub tenant_index: usize,
    /// The unit's number.
    pub unit: usize,
    /// Tier and nodes.
    pub form: Form,
    /// Index of the cluster in [`Scene::hosts`].
    pub host: usize,
    /// Index of the pool in the offer, for each workload.
    pub pools: Vec<usize>,
    /// The planned demand of each workload.
    pub planned: &'a [Demand],
}

impl<'a> Scene<'a> {
    /// Homes that `rule` binds: those of tenants that no exception lifts it for.
    pub fn bound_by(&self, rule: &'static str) -> impl Iterator<Item = &Home<'a>> {
        self.homes.iter().filter(move |home| !self.lifts(home, rule))
    }

    /// True where an exception lifts `rule` for the tenant of `home` on the planning date.
    pub fn lifts(&self, home: &Home<'_>, rule: &str) -> bool {
        self.lifted.get(&home.tenant_index).is_some_and(|rules| rules.contains(&rule))
    }

    /// The homes of a tenant by index.
    pub fn homes_of(&self, tenant: usize) -> impl Iterator<Item = &Home<'a>> {
        self.units.of_tenant(tenant).filter_map(|unit| self.home_of[unit]).map(|home| &self.homes[home])
    }

    /// Where the unit of a home lives today.
    pub fn today(&self, home: &Home<'_>) -> Option<&'a Placement> {
        self.today[home.unit]
    }

    /// A home as what a rule's check judges.
    pub fn case<'s>(&'s self, home: &'s Home<'a>) -> Case<'s> {
        Case {
            inventory: self.inventory,
            tenant: home.tenant,
            site: home.placement.site.as_ref(),
            form: home.form,
            ground: &self.host(home).ground,
            planned: home.planned,
        }
    }

    /// The host of a home.
    pub fn host(&self, home: &Home<'_>) -> &Host<'a> {
        &self.hosts[home.host]
    }

    /// The homes in a host.
    pub fn residents<'s>(&'s self, host: &'s Host<'a>) -> impl Iterator<Item = &'s Home<'a>> {
        host.residents.iter().map(|index| &self.homes[*index])
    }

    /// Hosts in which many units live.
    pub fn shared_hosts(&self) -> impl Iterator<Item = &Host<'a>> {
        self.hosts.iter().filter(|host| host.planned.tenancy == Tenancy::Shared)
    }

    /// True where the plan says that it was made from another one that was not given: what only that one can tell is taken at the plan's word.
    pub fn is_blind(&self) -> bool {
        self.plan.from.is_some() && self.from.is_none()
    }
}

impl Host<'_> {
    /// The name.
    pub const fn name(&self) -> &ClusterName {
        &self.planned.name
    }

    /// True where it exists once the plan is carried out.
    pub const fn stays(&self) -> bool {
        match self.planned.action {
            Action::Open | Action::Keep => true,
            Action::Close => false,
        }
    }
}

impl Home<'_> {
    /// Whose, as messages say it.
    pub fn words(&self) -> String {
        words(&self.placement.tenant, self.placement.site.as_ref())
    }

    /// Each workload with the pool it runs on and what it is planned to ask.
    pub fn parts<'s>(&'s self, offer: &'s Offer) -> impl Iterator<Item = (&'s Workload, &'s Pool, &'s Demand)> {
        let pools = self.pools.iter().map(|index| &offer.pools[*index]);
        self.tenant
            .workloads
            .iter()
            .zip(pools)
            .zip(self.planned)
            .map(|((workload, pool), planned)| (workload, pool, planned))
    }

    /// What all its workloads ask together.
    pub fn total(&self) -> Demand {
        self.planned.iter().copied().sum()
    }
}

/// ``tenant `shop` ``, ``tenant `shop` at site `eu` ``.
pub fn words(tenant: &TenantName, site: Option<&Residency>) -> String {
    match site {
        None => format!("tenant `{tenant}`"),
        Some(site) => format!("tenant `{tenant}` at site `{site}`"),
    }
}
