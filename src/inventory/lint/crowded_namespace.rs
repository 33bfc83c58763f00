//! More in one namespace than Kubernetes is tested with: lists slow down, and the rendered quota stops there.

use super::Lint;
use super::who::{at_few, count, tenants, verb};
use crate::inventory::thresholds::{PODS_PER_NAMESPACE, SERVICES_PER_NAMESPACE};
use crate::inventory::{Inventory, Tenant};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::money::group_thousands;
use crate::vocab::resources::Demand;

pub(super) const LINT: Lint = Lint {
    name: "crowded-namespace",
    about: "Kubernetes is tested with so many pods and services in a namespace, and the rendered quota allows no more.",
    find,
};

fn find(inventory: &Inventory) -> Vec<Diagnostic> {
    let pods: fn(Demand) -> u64 = |planned| planned.resources.pods;
    let services: fn(Demand) -> u64 = |planned| planned.services + planned.load_balancers;
    [("pods", pods, PODS_PER_NAMESPACE), ("services", services, SERVICES_PER_NAMESPACE)]
        .into_iter()
        .filter_map(|(kind, of, most)| crowded(inventory, kind, of, most))
        .collect()
}

fn crowded(inventory: &Inventory, kind: &str, of: fn(Demand) -> u64, most: u64) -> Option<Diagnostic> {
    let share = |tenant: &Tenant| of(tenant.planned()).div_ceil(tenant.namespaces.max(1));
    let found: Vec<&Tenant> = inventory.tenants.iter().filter(|tenant| share(tenant) > most).collect();
    let largest = found.iter().map(|tenant| share(tenant)).max()?;
    let verb = verb(found.len(), "plans", "plan");
    let up_to = if found.len() == 1 { "" } else { "up to " };
    let message = format!(
        "{} {verb} for {up_to}{} {kind} in one namespace; Kubernetes is tested with {}",
        tenants(&found),
        group_thousands(largest),
        group_thousands(most)
    );
    let places = found.iter().map(|tenant| {
        let demand =
            tenant.workloads.iter().max_by_key(|workload| of(workload.planned)).map(|first| first.at.of("demand"));
        demand.unwrap_or_else(|| tenant.at.header())
    });
    let label = format!("{} at most", count(usize::try_from(most).unwrap_or(usize::MAX)));
    let finding = at_few(Diagnostic::warning(LINT.name, message), places, &label);
    Some(finding.help(
        "give the tenant more `namespaces`, which share its demand; a vcluster on its host's nodes has one in any case, so such a tenant is better off with `isolation = \"cluster\"`",
    ))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, tenant};

    fn with(name: &str, keys: &str, demand: &str) -> String {
        tenant(name, keys).replace("pods = 1 }", &format!("{demand} }}"))
    }

    #[test]
    fn a_tenant_is_found_by_its_share_of_one_namespace_after_growth() {
        let page = with("a", "", "pods = 3001")
            + &with("b", "", "pods = 3000")
            + &with("c", "namespaces = 2", "pods = 6000")
            + &with("d", "growth = 0.5", "pods = 1000");
        let found = found("acme", "acme", &page);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, "crowded-namespace");
        assert_eq!(
            found[0].2,
            "tenants `a` and `d` plan for up to 5,063 pods in one namespace; Kubernetes is tested with 3,000"
        );
    }

    #[test]
    fn load_balancers_are_services_too() {
        let page = with("a", "", "pods = 1, services = 4999, load_balancers = 2");
        let found = found("acme", "acme", &page);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].2, "tenant `a` plans for 5,001 services in one namespace; Kubernetes is tested with 5,000");
    }
}
