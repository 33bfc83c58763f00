//! A regulated tenant of soft trust: a regime asks for evidence, it does not raise trust.

use super::Lint;
use super::who::{at_few, tenants, verb};
use crate::inventory::{Inventory, Tenant, Trust};
use crate::vocab::diagnostic::Diagnostic;

pub(super) const LINT: Lint = Lint {
    name: "regulated-soft",
    about: "A regime does not raise trust: a regulated tenant of soft trust gets what the regime asks and no more.",
    find,
};

fn find(inventory: &Inventory) -> Vec<Diagnostic> {
    let soft = |tenant: &&Tenant| tenant.trust == Trust::Soft && !tenant.regulation.is_empty();
    let found: Vec<_> = inventory.tenants.iter().filter(soft).collect();
    if found.is_empty() {
        return Vec::new();
    }
    let verb = verb(found.len(), "is", "are");
    let message = format!("{} {verb} regulated, with trust `soft`: a regime does not raise trust", tenants(&found));
    let finding = Diagnostic::warning(LINT.name, message);
    let finding = at_few(finding, found.iter().map(|tenant| tenant.at.of("regulation")), "regulated");
    vec![finding.help("say `trust = \"hardened\"`, unless the data is not sensitive")]
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, tenant};

    #[test]
    fn a_soft_tenant_under_a_regime_is_found_and_a_hardened_one_is_not() {
        let page =
            tenant("a", "regulation = [\"soc2\"]") + &tenant("b", "trust = \"hardened\"\nregulation = [\"soc2\"]");
        let found = found("acme", "acme", &page);
        assert_eq!(found.len(), 1);
        assert!(found[0].2.starts_with("tenant `a` is regulated"), "{found:?}");
    }
}
