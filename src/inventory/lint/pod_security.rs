//! Privileged pods: whoever may run them is root on the node, whatever else is said of the namespace.

use super::Lint;
use super::who::{at_few, tenants, verb};
use crate::inventory::{Inventory, PodSecurity, Tenant};
use crate::vocab::diagnostic::Diagnostic;

pub(super) const LINT: Lint = Lint {
    name: "privileged-pods",
    about: "A privileged pod is root on its node: every neighbour there is at its mercy.",
    find,
};

fn find(inventory: &Inventory) -> Vec<Diagnostic> {
    let privileged = |tenant: &&Tenant| tenant.pod_security == PodSecurity::Privileged;
    let found: Vec<_> = inventory.tenants.iter().filter(privileged).collect();
    if found.is_empty() {
        return Vec::new();
    }
    let verb = verb(found.len(), "runs", "run");
    let message = format!("{} {verb} privileged pods: such a pod is root on its node", tenants(&found));
    let finding = Diagnostic::warning(LINT.name, message);
    let finding = at_few(finding, found.iter().map(|tenant| tenant.at.of("pod_security")), "privileged");
    vec![finding.help("lower `pod_security` to `baseline`, or give it nodes of its own: `isolation = \"dedicated\"`")]
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, tenant};

    #[test]
    fn a_tenant_with_privileged_pods_is_found_at_its_key() {
        let found = found("acme", "acme", &tenant("a", "pod_security = \"privileged\""));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, "privileged-pods");
        assert_eq!(found[0].1, "a.toml:22:16");
    }
}
