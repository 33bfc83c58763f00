//! The fleet of a session, kept so that one tenant is changed without touching the others, and a stage on which only those stand that a change speaks of.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::inventory::{Inventory, Tenant};
use crate::plan::{Placement, Plan};
use crate::planner::session::change::Refusal;
use crate::vocab::money::Money;
use crate::vocab::name::{Residency, TenantName};

/// A fleet, tenant by tenant.
#[derive(Debug, Clone)]
pub struct Roster {
    /// The inventory without its tenants. A change puts those on it that it speaks of.
    pub stage: Inventory,
    /// The plan that says who lives where today, without its placements.
    pub staged_plan: Option<Plan>,
    tenants: BTreeMap<TenantName, Tenant>,
    homes: HashMap<(TenantName, Option<Residency>), Placement>,
    /// By tenant, those that name it in `apart`.
    apart: BTreeMap<TenantName, BTreeSet<TenantName>>,
    /// Tenants in a `near` pair.
    near: BTreeSet<TenantName>,
    /// Importance of all units.
    importance: u64,
    /// What no plan costs more than.
    most: i128,
}

/// What tenants become; none for those that leave.
pub type Becomes = BTreeMap<TenantName, Option<Tenant>>;

impl Roster {
    /// Takes an inventory apart, and the plan that says where its tenants live today.
    #[must_use]
    pub fn new(inventory: Inventory, from: Option<&Plan>) -> Self {
        let mut staged_plan = from.cloned();
        let placements = staged_plan.as_mut().map(|plan| std::mem::take(&mut plan.placements)).unwrap_or_default();
        let homes = placements.into_iter().map(|home| ((home.tenant.clone(), home.site.clone()), home)).collect();
        let mut roster = Self {
            most: inventory.most(),
            stage: inventory,
            staged_plan,
            tenants: BTreeMap::new(),
            homes,
            apart: BTreeMap::new(),
            near: BTreeSet::new(),
            importance: 0,
        };
        for tenant in std::mem::take(&mut roster.stage.tenants) {
            roster.enter(tenant);
        }
        roster
    }

    /// The whole inventory.
    #[must_use]
    pub fn inventory(&self) -> Inventory {
        Inventory { tenants: self.tenants.values().cloned().collect(), ..self.stage.clone() }
    }

    /// The whole inventory, with what tenants become.
    #[must_use]
    pub fn with(&self, becomes: &Becomes) -> Inventory {
        let mut roster = self.clone();
        roster.become_(becomes.clone());
        roster.inventory()
    }

    /// A tenant.
    #[must_use]
    pub fn tenant(&self, name: &TenantName) -> Option<&Tenant> {
        self.tenants.get(name)
    }

    /// Every tenant, by name.
    pub fn tenants(&self) -> impl Iterator<Item = &Tenant> {
        self.tenants.values()
    }

    /// Whether a tenant shares a cluster with another by name.
    #[must_use]
    pub fn is_near(&self, name: &TenantName) -> bool {
        self.near.contains(name)
    }

    /// What one shared cluster may hold of the fleet's importance, once tenants are what they become.
    #[must_use]
    pub fn importance_cap(&self, becomes: &Becomes) -> u64 {
        let all = becomes.iter().fold(self.importance, |all, (name, becomes)| {
            all + becomes.as_ref().map_or(0, importance) - self.tenant(name).map_or(0, importance)
        });
        self.stage.policy.max_importance_share.of(all)
    }

    /// Everybody who changes with a tenant that becomes `tenant`, or leaves: who names one that leaves forgets it, and who is apart from it now, or was, has
    /// other neighbours than before.
    #[must_use]
    pub fn changes(&self, name: &TenantName, tenant: Option<Tenant>) -> Becomes {
        let of = |tenant: Option<&Tenant>| -> BTreeSet<TenantName> {
            tenant.map(|tenant| tenant.apart.iter().cloned().collect()).unwrap_or_default()
        };
        let naming = self.apart.get(name).cloned().unwrap_or_default();
        let (before, after) = (of(self.tenant(name)), of(tenant.as_ref()));
        let mut others: BTreeSet<TenantName> = before.symmetric_difference(&after).cloned().collect();
        if tenant.is_none() {
            others.extend(naming);
            if self.is_near(name) {
                others.extend(self.tenants().filter(|other| other.near.contains(name)).map(|other| other.name.clone()));
            }
        }
        let mut all: Becomes = BTreeMap::new();
        for other in others {
            let mut changed = self.tenant(&other).cloned();
            if let Some(changed) = changed.as_mut().filter(|_| tenant.is_none()) {
                changed.apart.retain(|of| of != name);
                changed.near.retain(|of| of != name);
            }
            if changed.is_some() {
                all.insert(other, changed);
            }
        }
        all.insert(name.clone(), tenant);
        all
    }

    /// Puts on the stage those who change, and those who name them.
    pub fn set(&mut self, becomes: &Becomes) {
        let naming = becomes.keys().filter_map(|name| self.apart.get(name)).flatten();
        let beside = naming.filter(|name| !becomes.contains_key(*name)).filter_map(|name| self.tenant(name));
        let mut cast: BTreeMap<&TenantName, &Tenant> = beside.map(|tenant| (&tenant.name, tenant)).collect();
        cast.extend(becomes.iter().filter_map(|(name, tenant)| Some((name, tenant.as_ref()?))));
        let homes = cast
            .iter()
            .flat_map(|(name, tenant)| tenant.unit_sites().into_iter().map(|site| ((*name).clone(), site.cloned())));
        let placements: Vec<Placement> = homes.filter_map(|key| self.homes.get(&key).cloned()).collect();
        let tenants: Vec<Tenant> = cast.into_values().cloned().collect();
        self.stage.tenants = tenants;
        if let Some(plan) = &mut self.staged_plan {
            plan.placements = placements;
        }
    }

    /// Clears the stage.
    pub fn clear(&mut self) {
        self.stage.tenants.clear();
        if let Some(plan) = &mut self.staged_plan {
            plan.placements.clear();
        }
    }

    /// Tenants are what they become.
    pub fn become_(&mut self, becomes: Becomes) {
        self.most = self.most_with(&becomes);
        for name in becomes.keys() {
            self.leave(name);
        }
        for (name, tenant) in becomes {
            match tenant {
                Some(tenant) => self.enter(tenant),
                None => {
                    self.stage.pins.retain(|pin| pin.tenant != name);
                    self.stage.exceptions.retain(|exception| exception.tenant != name);
                    self.stage.policy_exceptions.retain(|exception| exception.tenant != name);
                }
            }
        }
    }

    fn enter(&mut self, tenant: Tenant) {
        self.importance += importance(&tenant);
        for other in &tenant.apart {
            self.apart.entry(other.clone()).or_default().insert(tenant.name.clone());
        }
        if !tenant.near.is_empty() {
            self.near.extend(tenant.near.iter().cloned().chain([tenant.name.clone()]));
        }
        self.tenants.insert(tenant.name.clone(), tenant);
    }

    fn leave(&mut self, name: &TenantName) {
        let Some(tenant) = self.tenants.remove(name) else { return };
        self.importance -= importance(&tenant);
        for other in &tenant.apart {
            if let Some(naming) = self.apart.get_mut(other) {
                naming.remove(name);
            }
        }
        // Whoever is near somebody stays so: where that changes, the fleet is solved and its roster made anew.
    }

    /// The tenant with its planned demand worked out anew.
    ///
    /// # Errors
    /// Where it names what is not there or itself, or asks for more than can be counted.
    pub fn checked(&mut self, mut tenant: Tenant) -> Result<Tenant, Refusal> {
        let name = tenant.name.clone();
        let fault = |text: String| Err(Refusal::Input(format!("tenant `{name}` {text}")));
        for (key, list) in [("near", &mut tenant.near), ("apart", &mut tenant.apart)] {
            list.sort();
            list.dedup();
            if list.contains(&name) {
                return fault(format!("names itself in `{key}`"));
            }
            if let Some(other) = list.iter().find(|other| !self.tenants.contains_key(*other)) {
                return fault(format!("names `{other}` in `{key}`, which is no tenant"));
            }
        }
        tenant.residency.sort();
        tenant.sites.sort();
        tenant.crds.sort();
        let known = |regime: &_| self.stage.regulations.iter().any(|known| known.name == *regime);
        if let Some(regime) = tenant.regulation.iter().find(|regime| !known(regime)) {
            return fault(format!("falls under `{regime}`, which is no regime"));
        }
        if tenant.workloads.is_empty() {
            return fault("has no workload".to_owned());
        }
        let quarters = self.stage.policy.horizon_quarters;
        for workload in &mut tenant.workloads {
            let Some(planned) = tenant.growth.plan(workload.today, quarters) else {
                return fault(format!("asks for more than can be planned with, once {} has grown", workload.words()));
            };
            workload.planned = planned;
        }
        let becomes = BTreeMap::from([(name.clone(), Some(tenant))]);
        if self.most_with(&becomes) > i128::from(Money::CEILING.0) {
            return fault("makes the fleet too large to plan with".to_owned());
        }
        Ok(becomes.into_values().flatten().next().expect("it was just put there"))
    }

    /// What no plan costs more than, once tenants are what they become.
    fn most_with(&mut self, becomes: &Becomes) -> i128 {
        self.stage.tenants = becomes.keys().filter_map(|name| self.tenant(name)).cloned().collect();
        let before = self.stage.most();
        self.stage.tenants = becomes.values().flatten().cloned().collect();
        let after = self.stage.most();
        self.stage.tenants.clear();
        self.most + after - before
    }
}

fn importance(tenant: &Tenant) -> u64 {
    tenant.importance * u64::try_from(tenant.unit_sites().len()).unwrap_or(u64::MAX)
}
