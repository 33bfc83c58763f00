//! Planned demand: today's, grown over the horizon and rounded up once.

use super::Found;
use super::arithmetic::Growths;
use crate::inventory::{Policy, Tenant};
use crate::vocab::resources::{Demand, Resources};

/// The planned demand of each workload. A finding where the inventory's own figures differ, which then is a fault in fleetplan.
pub fn planned(tenant: &Tenant, policy: &Policy, growths: &mut Growths, found: &mut Found) -> Vec<Demand> {
    let mut grow = |amount| growths.grow(amount, tenant.growth, policy.horizon_quarters).unwrap_or(u64::MAX >> 8);
    let mut planned = Vec::with_capacity(tenant.workloads.len());
    for workload in &tenant.workloads {
        let Demand { resources: Resources { cpu, memory, pods, gpu }, storage, load_balancers, services } =
            workload.today;
        let demand = Demand {
            resources: Resources { cpu: grow(cpu), memory: grow(memory), pods: grow(pods), gpu },
            storage: grow(storage),
            load_balancers,
            services,
        };
        if demand != workload.planned {
            let message = format!(
                "{} of tenant `{}` is planned with {:?} where growth makes it {demand:?}",
                workload.words(),
                tenant.name,
                workload.planned
            );
            found.finding("growth", message, Some(tenant.at.of("growth")));
        }
        planned.push(demand);
    }
    planned
}
