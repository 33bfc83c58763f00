//! Secrets in plain text in etcd, where hardened tenants live: a backup of etcd is a list of passwords.

use super::Lint;
use super::hosts::{self, Duty};
use crate::inventory::Inventory;
use crate::vocab::diagnostic::Diagnostic;

pub(super) const LINT: Lint = Lint {
    name: "secrets-unencrypted",
    about: "Secrets that are not encrypted at rest stand readable in etcd and in every backup of it.",
    find,
};

const DUTY: Duty = Duty {
    code: LINT.name,
    key: "secrets_encryption",
    does: "encrypts secrets at rest",
    lacks: "does not encrypt secrets at rest",
    has: |offer| offer.secrets_encryption,
    asks: |regime| regime.secrets_encryption,
};

fn find(inventory: &Inventory) -> Vec<Diagnostic> {
    hosts::find(inventory, &DUTY)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, tenant};

    #[test]
    fn hardened_tenants_without_a_host_that_encrypts_secrets_are_found() {
        let found =
            found("secrets_encryption = true", "secrets_encryption = false", &tenant("a", "trust = \"hardened\""));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].2, "no cluster and no class encrypts secrets at rest, and tenant `a` needs that");
    }
}
