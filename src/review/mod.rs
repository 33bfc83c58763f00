//! The independent check: an inventory and a plan flow in, everything that is wrong with the plan flows out.
//!
//! It derives every figure itself, in exact integers, from what ARCHITECTURE.md says of the model, and it shares no code
//! with `rules` and `solve`: what it agrees to, two people worked out. It knows no solver and searches for nothing, so it
//! cannot tell whether a cheaper plan exists; it holds the plan to its own claims instead. Linear in tenants and clusters.

mod apart;
mod arithmetic;
mod blast_radius;
mod capacity;
mod certificate;
mod class_limit;
mod cluster_limits;
mod clusters;
mod crd_versions;
mod crds;
mod disruption;
mod edition;
mod environments;
mod ground;
mod growth;
mod identity;
mod isolation;
mod kernel;
mod loads;
mod money;
mod moves;
mod names;
mod near;
mod neighbours;
mod nodes;
mod parts;
mod pin;
mod pool_limits;
mod proof;
mod regulation;
mod residency;
mod scale;
mod scene;
mod support;
mod tenancy;
mod trust;
mod version;

use serde::Serialize;

use crate::inventory::Inventory;
use crate::plan::certificate::Certificate;
use crate::plan::{MoneyByKind, Plan};
use crate::vocab::diagnostic::Span;
use crate::vocab::money::Money;

use growth::Planned;
use identity::Fingerprints;
use loads::Loads;
use scene::Scene;

/// What the check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// What makes the plan invalid. Empty: the plan is what it claims to be.
    pub findings: Vec<Finding>,
    /// What a reader should know of a valid plan.
    pub notes: Vec<Finding>,
    /// The plan's money, recomputed; zero where names or forms are already wrong.
    pub money: MoneyByKind,
    /// Its sum.
    pub objective: Money,
    /// What is known of the bound.
    pub certification: Certification,
}

/// What is known of the plan's bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certification {
    /// Worked out anew from the certificate beside the plan: no plan costs less.
    Certified {
        /// The bound.
        bound: Money,
    },
    /// It is the word of whoever found it.
    NotCertified {
        /// Why, in words that follow "not certified:".
        because: String,
    },
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The check, in kebab-case; a rule's check has the rule's name.
    pub check: &'static str,
    /// What is wrong, with names and figures.
    pub message: String,
    /// The line of the inventory that is broken, if it is one line.
    #[serde(skip)]
    pub span: Option<Span>,
}

impl Review {
    /// True where nothing is wrong.
    #[must_use]
    pub const fn is_valid(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Checks `plan` against `inventory`, and against the plan it was made from where that is given.
///
/// A plan of another inventory, fleet, date or currency is not looked at any further. Where names or forms are wrong, what
/// would have to be summed over them is not checked.
#[must_use]
pub fn review(inventory: &Inventory, plan: &Plan, from: Option<&Plan>) -> Review {
    review_with(inventory, plan, from, None)
}

/// The same with the certificate that stands beside the plan: then the bound is worked out anew, too.
#[must_use]
pub fn review_with(
    inventory: &Inventory,
    plan: &Plan,
    from: Option<&Plan>,
    certificate: Option<&Certificate>,
) -> Review {
    let mut found = Found::default();
    let fingerprints = Fingerprints::of(inventory, certificate.map(|_| plan), from);
    identity::check(inventory, plan, &fingerprints, &mut found);
    if !found.findings.is_empty() {
        return found.into_review([0; 7], unread());
    }
    let planned = Planned::of(inventory, &mut found);
    let scene = names::resolve(inventory, plan, from, &planned, &mut found);
    let named = found.findings.is_empty();
    clusters::check(&scene, &mut found);
    for check in ALONE {
        check(&scene, &mut found);
    }
    let (mut kinds, mut certification) = ([0; 7], unread());
    // Sums over homes that could not be read would only repeat what was already found.
    if named {
        let loads = Loads::of(&scene);
        nodes::check(&scene, &loads, &mut found);
        pool_limits::check(&scene, &loads, &mut found);
        cluster_limits::check(&scene, &loads, &mut found);
        let moved = moves::check(&scene, &mut found);
        kinds = money::check(&scene, &loads, &moved, &mut found);
        parts::check(&scene, &loads, &moved, &mut found);
        certification = certificate::check(&scene, &planned, certificate.zip(fingerprints.plan), &mut found);
    }
    proof::check(&scene, &mut found);
    found.into_review(kinds, certification)
}

fn unread() -> Certification {
    Certification::NotCertified { because: "the plan cannot be read against this inventory".to_owned() }
}

/// Checks that need no sums over pools, by name.
const ALONE: &[fn(&Scene<'_>, &mut Found)] = &[
    apart::check,
    blast_radius::check,
    capacity::check,
    class_limit::check,
    crd_versions::check,
    crds::check,
    disruption::check,
    edition::check,
    environments::check,
    isolation::check,
    kernel::check,
    near::check,
    neighbours::check,
    pin::check,
    regulation::check,
    residency::check,
    scale::check,
    support::check,
    tenancy::check,
    trust::check,
    version::check,
];

/// Findings and notes on their way.
#[derive(Debug, Default)]
struct Found {
    findings: Vec<Finding>,
    notes: Vec<Finding>,
}

impl Found {
    /// Something that makes the plan invalid.
    fn finding(&mut self, check: &'static str, message: String, span: Option<Span>) {
        self.findings.push(Finding { check, message, span });
    }

    /// Something to know.
    fn note(&mut self, check: &'static str, message: String, span: Option<Span>) {
        self.notes.push(Finding { check, message, span });
    }

    fn into_review(self, kinds: [i128; 7], certification: Certification) -> Review {
        let [control_planes, extended_support, nodes, licences, toil, storage_and_load_balancers, one_off] =
            kinds.map(arithmetic::money);
        Review {
            findings: self.findings,
            notes: self.notes,
            money: MoneyByKind {
                control_planes,
                extended_support,
                nodes,
                licences,
                toil,
                storage_and_load_balancers,
                one_off,
            },
            objective: arithmetic::money(kinds.iter().sum()),
            certification,
        }
    }
}
