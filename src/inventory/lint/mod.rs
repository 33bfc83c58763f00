//! Known pitfalls of shared Kubernetes, found in what an inventory says of itself. Warnings, never errors: an inventory
//! with all of them can be planned.
//!
//! In: a believed [`Inventory`]. Out: diagnostics. What hundreds of tenants have in common is one finding with a count.
//! What the inventory does not say is not judged.

mod audit_log;
mod crowded_namespace;
mod default_token;
mod egress;
mod hosts;
mod mesh;
mod pod_security;
mod quota;
mod regulated_soft;
mod seccomp;
mod secrets_encryption;
mod shared_crd;
mod support;
mod who;

use super::Inventory;
use crate::vocab::diagnostic::Diagnostic;

/// One pitfall.
#[derive(Debug, Clone, Copy)]
pub struct Lint {
    /// Its name, which is the code of its findings.
    pub name: &'static str,
    /// What is wrong with it, in one sentence.
    pub about: &'static str,
    /// Finds it.
    find: fn(&Inventory) -> Vec<Diagnostic>,
}

/// Every pitfall, sorted by name.
pub const LINTS: &[Lint] = &[
    audit_log::LINT,
    crowded_namespace::LINT,
    default_token::LINT,
    support::LINT,
    mesh::LINT,
    egress::LINT,
    pod_security::LINT,
    quota::LINT,
    regulated_soft::LINT,
    seccomp::LINT,
    secrets_encryption::LINT,
    shared_crd::LINT,
];

/// The pitfalls of `inventory`, by file and place.
#[must_use]
pub fn lint(inventory: &Inventory) -> Vec<Diagnostic> {
    let mut found: Vec<_> = LINTS.iter().flat_map(|lint| (lint.find)(inventory)).collect();
    super::read::sort(&mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::read;

    const PAGE: &str = r#"
[fleet]
name = "acme"
[[cluster]]
name = "eu-1"
provider = "eks"
region = "eu-west-1"
residency = "eu"
kubernetes = "1.35"
audit_log = true
secrets_encryption = true
seccomp_default = true
control_plane = { price = 0.10, disruption = "5m" }
[[cluster.pool]]
name = "general"
node = { cpu = 4, memory = "14Gi", pods = 58 }
price = 0.192
nodes = { max = 10 }
"#;

    /// A tenant with extra keys.
    pub(super) fn tenant(name: &str, keys: &str) -> String {
        format!(
            "[[tenant]]\nname = \"{name}\"\nteam = \"web\"\n{keys}\ndemand = {{ cpu = 1, memory = \"1Gi\", pods = 1 }}\n"
        )
    }

    /// Findings on the page, with `from` replaced by `to` in it and `more` after it: code, place, message.
    pub(super) fn found(from: &str, to: &str, more: &str) -> Vec<(&'static str, String, String)> {
        assert!(PAGE.contains(from));
        let text = PAGE.replace(from, to) + more;
        let reading = read(vec![("a.toml".into(), text.into_bytes())], None, "2026-11-23".parse().unwrap());
        let inventory = reading.inventory.unwrap_or_else(|| panic!("{:?}", reading.diagnostics));
        let place = |found: &Diagnostic| found.primary.as_ref().map(|label| inventory.place(label.span).to_string());
        lint(&inventory)
            .into_iter()
            .map(|found| (found.code, place(&found).unwrap_or_default(), found.message))
            .collect()
    }

    #[test]
    fn an_inventory_without_pitfalls_has_no_findings() {
        assert_eq!(found("acme", "acme", &tenant("a", "trust = \"hardened\"")), []);
    }

    #[test]
    fn pitfalls_are_sorted_and_each_has_a_name_of_its_own() {
        assert!(LINTS.windows(2).all(|pair| pair[0].name < pair[1].name), "{LINTS:?}");
        assert!(LINTS.iter().all(|lint| !lint.about.is_empty()));
    }
}
