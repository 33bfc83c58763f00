//! Tenants coupled through a shared CRD: one definition serves a whole cluster, so one tenant's upgrade is everybody's.

use std::collections::{BTreeMap, BTreeSet};

use super::Lint;
use super::who::{at_few, tenants};
use crate::inventory::{CrdPolicy, Inventory, Tenant};
use crate::vocab::diagnostic::Diagnostic;

pub(super) const LINT: Lint = Lint {
    name: "shared-crd",
    about: "A custom resource definition belongs to the whole cluster: tenants that bring the same one upgrade together or break one another.",
    find,
};

fn find(inventory: &Inventory) -> Vec<Diagnostic> {
    match inventory.policy.crds {
        // Whoever brings a definition gets an API server of its own.
        CrdPolicy::Platform => Vec::new(),
        CrdPolicy::Tenants => coupled(inventory),
    }
}

fn coupled(inventory: &Inventory) -> Vec<Diagnostic> {
    let mut brought: BTreeMap<&str, (Vec<&Tenant>, BTreeSet<&str>)> = BTreeMap::new();
    for tenant in &inventory.tenants {
        for crd in &tenant.crds {
            let (tenants, versions) = brought.entry(&crd.name).or_default();
            tenants.push(tenant);
            versions.insert(&crd.version);
        }
    }
    let shared = brought.into_iter().filter(|(_, (tenants, _))| tenants.len() > 1);
    shared.map(|(name, (bringers, versions))| finding(inventory, name, &bringers, &versions)).collect()
}

fn finding(inventory: &Inventory, name: &str, bringers: &[&Tenant], versions: &BTreeSet<&str>) -> Diagnostic {
    let versions: Vec<_> = versions.iter().copied().collect();
    let message = format!(
        "{} bring `{name}` ({}): in a shared cluster there is one, for all of them",
        tenants(bringers),
        versions.join(", ")
    );
    let finding = Diagnostic::warning(LINT.name, message);
    let finding = at_few(finding, bringers.iter().map(|tenant| tenant.at.of("crds")), "brings it");
    let finding = match inventory.policy.at.written("crds") {
        Some(policy) => finding.also(policy, "tenants may install definitions"),
        None => finding,
    };
    finding.help("let the platform install it for all, or set `crds = \"platform\"`: then whoever brings one gets a vcluster or a cluster")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, tenant};

    #[test]
    fn two_tenants_with_one_definition_are_coupled_only_where_tenants_may_install_it() {
        let page = tenant("a", "crds = [\"a.b.io/v1\"]") + &tenant("b", "crds = [\"a.b.io/v2\", \"x.y.io/v1\"]");
        assert_eq!(found("acme", "acme", &page), []);
        let found = found("acme", "acme", &format!("{page}[policy]\ncrds = \"tenants\"\n"));
        assert_eq!(found.len(), 1);
        assert!(found[0].2.starts_with("tenants `a` and `b` bring `a.b.io` (v1, v2)"), "{found:?}");
    }
}
