//! No egress policy: a compromised pod may talk to every other pod, to the node's metadata and to the internet.

use std::collections::BTreeMap;

use super::Lint;
use super::who::{at_few, count, tenants, verb};
use crate::inventory::{EgressPolicy, Inventory};
use crate::vocab::diagnostic::Diagnostic;

pub(super) const LINT: Lint = Lint {
    name: "no-egress-policy",
    about: "Without an egress policy a compromised pod reaches every other pod, the node's metadata and the internet.",
    find,
};

fn find(inventory: &Inventory) -> Vec<Diagnostic> {
    let said = inventory.tenants.iter().filter_map(|tenant| Some((tenant, tenant.guardrails.egress?)));
    let said: Vec<_> = said.collect();
    let open = said.iter().filter(|(_, egress)| *egress == EgressPolicy::None).map(|(tenant, _)| *tenant);
    let open: Vec<_> = open.collect();
    if open.is_empty() {
        return Vec::new();
    }
    let all = if said.len() == inventory.tenants.len() { "tenants" } else { "tenants that say their egress" };
    let message = if said.len() == 1 {
        format!("{} has no egress policy at all", tenants(&open))
    } else {
        let verb = verb(open.len(), "has", "have");
        format!("{} of {} {all} {verb} no egress policy at all{}", count(open.len()), count(said.len()), others(&said))
    };
    let finding = Diagnostic::warning(LINT.name, message);
    let finding = at_few(finding, open.iter().map(|tenant| tenant.at.of("guardrails.egress")), "no egress policy");
    vec![finding.help(
        "the rendered guardrails deny all egress and allow what the platform needs: apply them, then say so here",
    )]
}

/// What the policies of other engines change of the count: said apart, because a look at Kubernetes' own kind misses them.
fn others(said: &[(&crate::inventory::Tenant, EgressPolicy)]) -> String {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, egress) in said {
        match egress {
            EgressPolicy::None | EgressPolicy::Kubernetes => {}
            EgressPolicy::Calico => *kinds.entry("Calico").or_default() += 1,
            EgressPolicy::Cilium => *kinds.entry("Cilium").or_default() += 1,
        }
    }
    let covered: usize = kinds.values().sum();
    if covered == 0 {
        return String::new();
    }
    let open = said.iter().filter(|(_, egress)| *egress == EgressPolicy::None).count();
    let by: Vec<_> = kinds.keys().map(|kind| format!("{kind}'s own kind")).collect();
    let verb = verb(covered, "is", "are");
    format!(
        "; {} have no Kubernetes one, of which {} {verb} covered by {}",
        count(open + covered),
        count(covered),
        by.join(" or ")
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, tenant};

    #[test]
    fn the_count_says_how_many_of_how_many() {
        let page: String = (0..10)
            .map(|number| {
                let egress = match number {
                    0 => "kubernetes",
                    1 | 2 => "calico",
                    _ => "none",
                };
                tenant(&format!("t{number}"), &format!("guardrails = {{ egress = \"{egress}\" }}"))
            })
            .collect();
        let found = found("acme", "acme", &page);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].2,
            "7 of 10 tenants have no egress policy at all; 9 have no Kubernetes one, of which 2 are covered by Calico's own kind"
        );
    }

    #[test]
    fn unsaid_egress_is_not_judged() {
        let page = tenant("a", "") + &tenant("b", "guardrails = { egress = \"none\" }");
        let found = found("acme", "acme", &page);
        assert_eq!(found[0].2, "tenant `b` has no egress policy at all");
    }
}
