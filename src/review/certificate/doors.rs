//! Which homes the rules leave open to units that ask the same: judged once per signature and place, by the checks that judge finished homes.

use std::collections::HashMap;
use std::rc::Rc;

use super::super::ground::Case;
use super::super::scene::Scene;
use super::super::{crds, disruption, edition, isolation, kernel, regulation, residency, trust, version};
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
    first: (&'s Kernel, bool),
    /// A vector that holds nothing allocates nothing.
    others: Vec<(&'s Kernel, bool)>,
}

/// Doors by signature, as they are asked for.
pub struct Doors<'s> {
    scene: &'s Scene<'s>,
    places: &'s [Place<'s>],
    known: HashMap<Signature<'s>, Rc<Vec<Door>>>,
}

impl<'s> Doors<'s> {
    /// None judged yet.
    pub fn new(scene: &'s Scene<'s>, places: &'s [Place<'s>]) -> Self {
        Self { scene, places, known: HashMap::new() }
    }

    /// The doors of a unit.
    pub fn of(
        &mut self,
        tenant_index: usize,
        tenant: &'s Tenant,
        site: Option<&'s Residency>,
        planned: &'s [Demand],
    ) -> Rc<Vec<Door>> {
        let lifted = self.scene.lifted.get(&tenant_index).map_or(&[][..], Vec::as_slice);
        let mut needs = tenant.workloads.iter().zip(planned).map(|(it, asks)| (&it.kernel, asks.resources.gpu > 0));
        let Some(first) = needs.next() else { return Rc::default() };
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
            lifted,
            first,
            others: needs.collect(),
        };
        if let Some(doors) = self.known.get(&signature) {
            return Rc::clone(doors);
        }
        let judged = self.places.iter().enumerate().filter_map(|(index, place)| {
            let ways = ways(
                place,
                |form| Case { inventory: self.scene.inventory, tenant, site, form, ground: &place.ground, planned },
                lifted,
            );
            (!ways.is_empty()).then_some(Door { place: index, ways })
        });
        let doors = Rc::new(judged.collect());
        self.known.insert(signature, Rc::clone(&doors));
        doors
    }
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
