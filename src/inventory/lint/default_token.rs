//! Default service-account tokens: a credential for the API server in every pod, whether it speaks to it or not.

use super::Lint;
use super::who::{at_few, tenants, verb};
use crate::inventory::{Inventory, Tenant};
use crate::vocab::diagnostic::Diagnostic;

pub(super) const LINT: Lint = Lint {
    name: "default-token",
    about: "A mounted default token is a credential for the API server in every pod, needed or not.",
    find,
};

fn find(inventory: &Inventory) -> Vec<Diagnostic> {
    let mounted = |tenant: &&Tenant| tenant.guardrails.default_token == Some(true);
    let found: Vec<_> = inventory.tenants.iter().filter(mounted).collect();
    if found.is_empty() {
        return Vec::new();
    }
    let verb = verb(found.len(), "mounts", "mount");
    let message = format!("{} {verb} the default service account's token into every pod", tenants(&found));
    let finding = Diagnostic::warning(LINT.name, message);
    let finding = at_few(finding, found.iter().map(|tenant| tenant.at.of("guardrails.default_token")), "mounted");
    vec![
        finding.help(
            "apply the rendered ServiceAccount, which mounts none; pods that need one name an account of their own",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, tenant};

    #[test]
    fn a_mounted_default_token_is_found_and_an_unsaid_one_is_not() {
        let page = tenant("a", "guardrails = { default_token = true }") + &tenant("b", "");
        let found = found("acme", "acme", &page);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].2, "tenant `a` mounts the default service account's token into every pod");
    }
}
