//! A quota without defaults: pods that say no requests are refused, or count as nothing.

use super::Lint;
use super::who::{at_few, tenants, verb};
use crate::inventory::Inventory;
use crate::vocab::diagnostic::Diagnostic;

pub(super) const LINT: Lint = Lint {
    name: "quota-without-defaults",
    about: "A quota on CPU or memory refuses every pod that says none, unless a LimitRange gives defaults.",
    find,
};

fn find(inventory: &Inventory) -> Vec<Diagnostic> {
    let found = inventory
        .tenants
        .iter()
        .filter(|tenant| tenant.guardrails.quota == Some(true) && tenant.guardrails.limit_defaults == Some(false));
    let found: Vec<_> = found.collect();
    if found.is_empty() {
        return Vec::new();
    }
    let verb = verb(found.len(), "has", "have");
    let message = format!("{} {verb} a quota, and no LimitRange that gives containers defaults", tenants(&found));
    let finding = Diagnostic::warning(LINT.name, message);
    let finding = at_few(finding, found.iter().map(|tenant| tenant.at.of("guardrails.limit_defaults")), "no defaults");
    vec![finding.help("pods without requests are refused there: apply the rendered LimitRange")]
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, tenant};

    #[test]
    fn a_quota_needs_limit_defaults_and_neither_alone_is_found() {
        let with = |name, keys: &str| tenant(name, &format!("guardrails = {{ {keys} }}"));
        let page = with("a", "quota = true, limit_defaults = false")
            + &with("b", "quota = true")
            + &with("c", "limit_defaults = false")
            + &with("d", "quota = true, limit_defaults = true");
        let found = found("acme", "acme", &page);
        assert_eq!(found.len(), 1);
        assert!(found[0].2.starts_with("tenant `a` has a quota"), "{found:?}");
    }
}
