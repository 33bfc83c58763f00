//! A mesh taken for isolation: a pod leaves the mesh by not using its sidecar; a network policy holds whatever it does.

use super::Lint;
use super::who::{at_few, tenants, verb};
use crate::inventory::{EgressPolicy, Inventory, Tenant};
use crate::vocab::diagnostic::Diagnostic;

pub(super) const LINT: Lint = Lint {
    name: "mesh-as-isolation",
    about: "A service mesh identifies who speaks; it does not stop a pod that goes around its sidecar.",
    find,
};

fn find(inventory: &Inventory) -> Vec<Diagnostic> {
    let unheld = |tenant: &&Tenant| {
        let held = tenant.guardrails.egress.is_some_and(|egress| match egress {
            EgressPolicy::None => false,
            EgressPolicy::Kubernetes | EgressPolicy::Calico | EgressPolicy::Cilium => true,
        });
        tenant.guardrails.mesh == Some(true) && !held
    };
    let found: Vec<_> = inventory.tenants.iter().filter(unheld).collect();
    if found.is_empty() {
        return Vec::new();
    }
    let verb = verb(found.len(), "counts", "count");
    let message = format!("{} {verb} on a mesh for isolation, and no network policy holds behind it", tenants(&found));
    let finding = Diagnostic::warning(LINT.name, message);
    let finding = at_few(finding, found.iter().map(|tenant| tenant.at.of("guardrails.mesh")), "a mesh alone");
    vec![finding.help("apply the rendered network policies beside the mesh, and say so with `egress`")]
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, tenant};

    #[test]
    fn a_mesh_with_a_network_policy_behind_it_is_fine() {
        let with = |name, keys: &str| tenant(name, &format!("guardrails = {{ {keys} }}"));
        let page =
            with("a", "mesh = true") + &with("b", "mesh = true, egress = \"cilium\"") + &with("c", "mesh = false");
        let found = found("acme", "acme", &page);
        assert_eq!(found.len(), 1);
        assert!(found[0].2.starts_with("tenant `a` counts on a mesh"), "{found:?}");
    }
}
