//! No audit log shipped off a cluster that hosts hardened tenants: who breaks in can also remove the traces.

use super::Lint;
use super::hosts::{self, Duty};
use crate::inventory::Inventory;
use crate::vocab::diagnostic::Diagnostic;

pub(super) const LINT: Lint = Lint {
    name: "audit-log-stays",
    about: "An audit log that stays in its cluster is gone with it: hardened tenants need one that is shipped.",
    find,
};

const DUTY: Duty = Duty {
    code: LINT.name,
    key: "audit_log",
    does: "ships its audit log",
    lacks: "does not ship its audit log",
    has: |offer| offer.audit_log,
    asks: |regime| regime.audit_log,
};

fn find(inventory: &Inventory) -> Vec<Diagnostic> {
    hosts::find(inventory, &DUTY)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, tenant};

    #[test]
    fn hardened_tenants_without_any_host_that_ships_its_log_are_found_once() {
        let page = tenant("a", "trust = \"hardened\"\nresidency = [\"eu\"]")
            + &tenant("b", "trust = \"hardened\"\nresidency = [\"eu\"]")
            + &tenant("c", "");
        let found = found("audit_log = true", "audit_log = false", &page);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].2,
            "no cluster and no class in `eu` ships its audit log, and tenants `a` and `b` need that"
        );
    }

    #[test]
    fn a_pin_to_a_host_that_keeps_its_log_is_found_at_the_host() {
        let pin = "[[pin]]\ntenant = \"a\"\ncluster = \"eu-1\"\nowner = \"web\"\nreason = \"x\"\n";
        let page = tenant("a", "trust = \"hardened\"") + pin;
        let found = found("audit_log = true", "audit_log = false", &page);
        assert_eq!(found[0].1, "a.toml:10:13");
        assert!(
            found[0].2.contains("cluster `eu-1` does not ship its audit log, and tenant `a` is pinned"),
            "{found:?}"
        );
    }

    #[test]
    fn a_regime_that_asks_for_the_log_counts_too() {
        let found = found(
            "audit_log = true",
            "audit_log = false",
            &tenant("a", "trust = \"hostile\"\nregulation = [\"soc2\"]"),
        );
        assert_eq!(found.len(), 1);
        assert!(found[0].2.ends_with("and tenant `a` needs that"), "{found:?}");
    }
}
