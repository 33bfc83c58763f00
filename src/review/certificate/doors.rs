//! Which homes the rules leave open to units that ask the same: judged once per signature and place, by the checks that judge finished homes.

use std::collections::HashMap;

use super::super::ground::Case;
use super::super::scene::Scene;
use super::super::{crds, disruption, edition, isolation, kernel, regulation, residency, trust, version};
use super::bundles::in_threads;
use super::places::Place;
use crate::inventory::{Kernel, Tenant, Trust};
use crate::vocab::calendar::Seconds;
use crate::vocab::name::{RegimeName, Residency};
use crate::vocab::resources::Demand;
use crate::vocab::tier::{Form, Isolation, Tenancy};
use crate::vocab::version::MinorRange;

/// A place, and the ways to live there that no rule closes.
pub struct Door {
    /// Index of the place.
    pub place: usize,
    /// In the order of forms.
    pub ways: Vec<Way>,
}

/// A form, and the pools that each workload may use.
pub struct Way {
    /// The form.
    pub form: Form,
    /// Per workload.
    pub pools: Vec<Vec<usize>>,
    /// True where the same tier is open here on shared nodes, with all of these pools: at no prices are nodes of one's own cheaper then.
    pub is_covered: bool,
}

/// Everything of a unit that a rule reads, amounts, pins and today's home aside.
#[derive(PartialEq, Eq, Hash)]
struct Signature<'s> {
    trust: Trust,
    kubernetes: MinorRange,
    regulation: &'s [RegimeName],
    residency: &'s [Residency],
    site: Option<&'s Residency>,
    disruption: Option<Seconds>,
    isolation: Isolation,
    brings_definitions: bool,
    high_availability: bool,
    lifted: &'s [&'s str],
    first: Option<(&'s Kernel, bool)>,
    /// A vector that holds nothing allocates nothing.
    others: Vec<(&'s Kernel, bool)>,
}

/// The doors of units that ask the same.
#[derive(Default)]
pub struct Doors {
    /// In the order of places.
    pub all: Vec<Door>,
    /// The part that all of them lead into, where that is one.
    pub part: Option<usize>,
}

/// Who asks the same, told apart by numbers.
pub struct Signatures<'s> {
    scene: &'s Scene<'s>,
    known: HashMap<Signature<'s>, usize>,
    /// For each number one who asks it.
    first: Vec<Asking<'s>>,
}

/// A unit as what asks.
#[derive(Clone, Copy)]
pub struct Asking<'s> {
    /// Whose.
    pub tenant: &'s Tenant,
    /// The tenant's index.
    pub tenant_index: usize,
    /// Which site.
    pub site: Option<&'s Residency>,
    /// The planned demand of each workload.
    pub planned: &'s [Demand],
}

impl<'s> Signatures<'s> {
    /// None known yet.
    pub fn new(scene: &'s Scene<'s>) -> Self {
        Self { scene, known: HashMap::new(), first: Vec::new() }
    }

    /// The number of a unit's signature.
    pub fn of(&mut self, asking: Asking<'s>) -> usize {
        let Asking { tenant, tenant_index, site, planned } = asking;
        let needs = tenant.workloads.iter().zip(planned).map(|(it, asks)| (&it.kernel, asks.resources.gpu > 0));
        let mut needs = needs.fuse();
        let signature = Signature {
            trust: tenant.trust,
            kubernetes: tenant.kubernetes,
            regulation: &tenant.regulation,
            residency: &tenant.residency,
            site,
            disruption: tenant.disruption,
            isolation: tenant.isolation,
            brings_definitions: !tenant.crds.is_empty(),
            high_availability: tenant.high_availability,
            lifted: lifted(self.scene, tenant_index),
            first: needs.next(),
            others: needs.collect(),
        };
        *self.known.entry(signature).or_insert_with(|| {
            self.first.push(asking);
            self.first.len() - 1
        })
    }

    /// The doors of each signature, by number.
    pub fn judge(&self, places: &[Place<'s>]) -> Vec<Doors> {
        let one = |asking: &Asking<'s>| judge(self.scene, places, asking);
        in_threads(&self.first, |chunk| chunk.iter().map(one).collect::<Vec<_>>()).into_iter().flatten().collect()
    }
}

fn lifted<'s>(scene: &'s Scene<'s>, tenant_index: usize) -> &'s [&'s str] {
    scene.lifted.get(&tenant_index).map_or(&[][..], Vec::as_slice)
}

fn judge<'s>(scene: &'s Scene<'s>, places: &[Place<'s>], asking: &Asking<'s>) -> Doors {
    let Asking { tenant, tenant_index, site, planned } = *asking;
    // What runs nothing lives nowhere.
    if tenant.workloads.is_empty() {
        return Doors::default();
    }
    let all = places.iter().enumerate().filter_map(|(index, place)| {
        let ways = ways(
            place,
            |form| Case { inventory: scene.inventory, tenant, site, form, ground: &place.ground, planned },
            lifted(scene, tenant_index),
        );
        (!ways.is_empty()).then_some(Door { place: index, ways })
    });
    let all: Vec<Door> = all.collect();
    let part = all.first().and_then(|door| places[door.place].part);
    let part = part.filter(|part| all.iter().all(|door| places[door.place].part == Some(*part)));
    Doors { all, part }
}

const fn forms(tenancy: Tenancy) -> &'static [Form] {
    match tenancy {
        Tenancy::Dedicated => &[Form::Cluster],
        Tenancy::Shared => &[
            Form::NamespaceShared,
            Form::NamespaceDedicated,
            Form::VclusterShared,
            Form::VclusterDedicated,
            Form::VclusterPrivate,
        ],
    }
}

fn ways<'c>(place: &Place<'_>, case: impl Fn(Form) -> Case<'c>, lifted: &[&str]) -> Vec<Way> {
    let mut ways: Vec<Way> = Vec::new();
    for form in forms(place.tenancy) {
        let case = case(*form);
        if !allows(&case, lifted) {
            continue;
        }
        let all = 0..case.ground.offer.pools.len();
        let open =
            |workload| all.clone().filter(|pool| allows_pool(&case, workload, *pool, lifted)).collect::<Vec<_>>();
        let pools: Vec<Vec<usize>> = (0..case.tenant.workloads.len()).map(open).collect();
        if pools.iter().any(Vec::is_empty) {
            continue;
        }
        let shared = match form {
            Form::NamespaceDedicated => Some(Form::NamespaceShared),
            Form::VclusterDedicated => Some(Form::VclusterShared),
            Form::NamespaceShared | Form::VclusterShared | Form::VclusterPrivate | Form::Cluster => None,
        };
        let covers = |way: &Way| {
            Some(way.form) == shared
                && way.pools.iter().zip(&pools).all(|(theirs, own)| own.iter().all(|pool| theirs.contains(pool)))
        };
        ways.push(Way { form: *form, is_covered: ways.iter().any(covers), pools });
    }
    ways
}

/// True where no rule closes the home; pools, amounts, pins and today's home aside.
fn allows(case: &Case<'_>, lifted: &[&str]) -> bool {
    let is = |rule: &str, allows: fn(&Case<'_>) -> bool| lifted.contains(&rule) || allows(case);
    is("crds", crds::allows)
        && is("disruption", disruption::allows)
        && is("isolation", isolation::allows)
        && is("regulation", regulation::allows)
        && is("residency", residency::allows)
        && is("trust", trust::allows)
        && edition::allows(case)
        && version::allows(case, lifted.contains(&"version"))
}

fn allows_pool(case: &Case<'_>, workload: usize, pool: usize, lifted: &[&str]) -> bool {
    (lifted.contains(&"kernel") || kernel::allows_pool(case, workload, pool))
        && (lifted.contains(&"trust") || trust::allows_pool(case, workload, pool))
        && edition::allows_pool(case, pool)
}
