//! Planned demand: today's, grown over the horizon and rounded up once.

use super::Found;
use super::arithmetic::Growths;
use crate::inventory::{Inventory, Workload};
use crate::vocab::resources::{Demand, Resources};

/// The planned demand of every workload of an inventory.
pub struct Planned {
    first: Vec<usize>,
    all: Vec<Demand>,
}

impl Planned {
    /// Works it out. A finding where the inventory's own figures differ, which then is a fault in fleetplan.
    pub fn of(inventory: &Inventory, found: &mut Found) -> Self {
        let (quarters, mut growths) = (inventory.policy.horizon_quarters, Growths::default());
        let mut planned = Self {
            first: Vec::with_capacity(inventory.tenants.len() + 1),
            all: Vec::with_capacity(inventory.tenants.len()),
        };
        for tenant in &inventory.tenants {
            planned.first.push(planned.all.len());
            // An amount that is no number fits nothing, and sums of it stay in range.
            let mut grow = |amount| growths.grow(amount, tenant.growth, quarters).unwrap_or(u64::MAX >> 24);
            for workload in &tenant.workloads {
                let demand = grown(workload, &mut grow);
                if demand != workload.planned {
                    let message = format!(
                        "{} of tenant `{}` is planned with {:?} where growth makes it {demand:?}",
                        workload.words(),
                        tenant.name,
                        workload.planned
                    );
                    found.finding("growth", message, Some(tenant.at.of("growth")));
                }
                planned.all.push(demand);
            }
        }
        planned.first.push(planned.all.len());
        planned
    }

    /// The planned demand of a tenant's workloads, by the tenant's index.
    pub fn of_tenant(&self, tenant: usize) -> &[Demand] {
        &self.all[self.first[tenant]..self.first[tenant + 1]]
    }
}

fn grown(workload: &Workload, grow: &mut impl FnMut(u64) -> u64) -> Demand {
    let Demand { resources: Resources { cpu, memory, pods, gpu }, storage, load_balancers, services } = workload.today;
    Demand {
        resources: Resources { cpu: grow(cpu), memory: grow(memory), pods: grow(pods), gpu },
        storage: grow(storage),
        load_balancers,
        services,
    }
}
