//! Where units can live, as the certificate groups it: every cluster that exists, every copy that an earlier plan opened and every class,
//! each in one place at most, and places only of clusters that are alike in everything that is read of them.

use std::collections::{BTreeMap, HashMap};

use super::super::arithmetic::{cost, spread};
use super::super::clusters::copies;
use super::super::ground::Ground;
use super::super::money::fixed;
use super::super::scene::Scene;
use crate::inventory::{Inventory, Offer, Pool};
use crate::plan::certificate::{Certificate, Dimension, Group, Members, Part};
use crate::vocab::name::ClusterName;
use crate::vocab::tier::Tenancy;
use crate::vocab::version::Minor;

/// States are told apart by at most so many dimensions.
const MOST_DIMENSIONS: usize = 16;

/// Clusters that are alike, or copies of one class at one minor.
pub struct Place<'a> {
    /// What they offer.
    pub ground: Ground<'a>,
    /// Shared or dedicated.
    pub tenancy: Tenancy,
    /// What they are.
    pub kind: Kind<'a>,
    /// Index of the class whose limit they count against.
    pub class: Option<usize>,
    /// Control plane, extended support and toil of one, in micro-units.
    pub fixed: i128,
    /// Opening one, for a class; closing one, where it may close.
    pub change: Option<i128>,
    /// The part that it stands in; none where nobody is said to be able to live there.
    pub part: Option<usize>,
    /// Indices of the part's groups, one per state.
    pub entries: Vec<usize>,
}

/// What a place is made of.
pub enum Kind<'a> {
    /// Clusters of the inventory.
    Clusters(Vec<&'a ClusterName>),
    /// Copies that an earlier plan opened.
    Copies(Vec<&'a ClusterName>),
    /// Copies that can be opened.
    Class,
}

impl Place<'_> {
    /// How many clusters it is made of.
    pub fn count(&self) -> i128 {
        match &self.kind {
            Kind::Clusters(names) | Kind::Copies(names) => names.len() as i128,
            Kind::Class => 0,
        }
    }

    /// True where a cluster of this name is one of them.
    pub fn holds(&self, name: &ClusterName) -> bool {
        match &self.kind {
            Kind::Clusters(names) | Kind::Copies(names) => names.contains(&name),
            Kind::Class => false,
        }
    }

    /// Open, with the fewest nodes.
    pub fn open_empty(&self) -> i128 {
        self.fixed + self.ground.offer.pools.iter().map(|pool| cost(pool.price, pool.min)).sum::<i128>()
    }

    /// What one costs that hosts nobody, in micro-units.
    pub fn idle(&self) -> i128 {
        match (&self.kind, self.change) {
            (Kind::Clusters(_), None) => self.open_empty(),
            (Kind::Clusters(_), Some(closing)) => self.open_empty().min(closing),
            (Kind::Copies(_), closing) => closing.unwrap_or(0),
            (Kind::Class, _) => 0,
        }
    }

    /// In words.
    pub fn words(&self, inventory: &Inventory) -> String {
        match (&self.kind, self.class) {
            (Kind::Clusters(names) | Kind::Copies(names), _) => {
                names.first().map_or(String::new(), |name| format!("cluster `{name}`"))
            }
            (Kind::Class, class) => class.map_or(String::new(), |class| {
                format!("class `{}` at {}, {}", inventory.classes[class].name, self.ground.kubernetes, self.tenancy)
            }),
        }
    }
}

/// A cluster that exists.
struct Existing<'a> {
    name: &'a ClusterName,
    offer: &'a Offer,
    kubernetes: Minor,
    tenancy: Tenancy,
    may_close: bool,
    /// The class that it is a copy of.
    copy_of: Option<usize>,
}

fn existing<'a>(scene: &Scene<'a>) -> Vec<Existing<'a>> {
    let inventory = scene.inventory;
    let mut all: Vec<Existing<'a>> = inventory
        .clusters
        .iter()
        .map(|cluster| Existing {
            name: &cluster.name,
            offer: &cluster.offer,
            kubernetes: cluster.kubernetes,
            tenancy: cluster.tenancy,
            may_close: cluster.may_close,
            copy_of: None,
        })
        .collect();
    let mut before: Vec<_> = copies(scene).into_iter().collect();
    before.sort_by_key(|(name, _)| *name);
    for (name, planned) in before {
        let class = planned.class.as_ref().and_then(|name| class_index(inventory, |own| own == name.as_str()));
        all.extend(class.map(|class| Existing {
            name,
            offer: &inventory.classes[class].offer,
            kubernetes: planned.kubernetes,
            tenancy: planned.tenancy,
            may_close: true,
            copy_of: Some(class),
        }));
    }
    all
}

fn class_index(inventory: &Inventory, is: impl Fn(&str) -> bool) -> Option<usize> {
    inventory.classes.iter().position(|class| is(class.name.as_str()))
}

/// Every place there is, those of the certificate's parts first; or what is wrong with its groups.
pub fn places<'a>(scene: &Scene<'a>, certificate: &Certificate) -> Result<Vec<Place<'a>>, Vec<String>> {
    let mut laying =
        Laying { scene, existing: existing(scene), known: HashMap::new(), places: Vec::new(), faults: Vec::new() };
    laying.known = laying.existing.iter().enumerate().map(|(index, cluster)| (cluster.name, index)).collect();
    let mut taken = vec![false; laying.existing.len()];
    let mut class_in: HashMap<usize, usize> = HashMap::new();
    for (number, part) in certificate.parts.iter().enumerate() {
        laying.part(number, part, &mut taken, &mut class_in);
    }
    if !laying.faults.is_empty() {
        return Err(laying.faults);
    }
    for (index, _) in taken.iter().enumerate().filter(|(_, taken)| !**taken) {
        let place = laying.of_clusters(&[index], None);
        laying.places.push(place);
    }
    for (index, class) in scene.inventory.classes.iter().enumerate() {
        for (minor, tenancy) in
            class.kubernetes.iter().flat_map(|minor| class.tenancy.iter().map(move |t| (*minor, *t)))
        {
            let is_laid = |place: &Place<'_>| {
                matches!(place.kind, Kind::Class)
                    && (place.class, place.ground.kubernetes, place.tenancy) == (Some(index), minor, tenancy)
            };
            if !laying.places.iter().any(is_laid) {
                let place = laying.of_class(index, minor, tenancy, None);
                laying.places.push(place);
            }
        }
    }
    Ok(laying.places)
}

struct Laying<'s, 'a> {
    scene: &'s Scene<'a>,
    existing: Vec<Existing<'a>>,
    known: HashMap<&'a ClusterName, usize>,
    places: Vec<Place<'a>>,
    faults: Vec<String>,
}

impl<'a> Laying<'_, 'a> {
    fn part(&mut self, number: usize, part: &Part, taken: &mut [bool], class_in: &mut HashMap<usize, usize>) {
        self.dimensions(number, &part.dimensions);
        let mut laid: BTreeMap<&Members, usize> = BTreeMap::new();
        for (index, Group { of, holds: _ }) in part.groups.iter().enumerate() {
            let place = match laid.get(of) {
                Some(place) => *place,
                None => {
                    let Some(place) = self.members(number, of, taken, class_in) else { continue };
                    self.places.push(place);
                    laid.insert(of, self.places.len() - 1);
                    self.places.len() - 1
                }
            };
            self.places[place].entries.push(index);
        }
        for place in laid.into_values() {
            self.states(number, part, place);
        }
    }

    fn fault(&mut self, part: usize, text: impl std::fmt::Display) {
        self.faults.push(format!("part {part}: {text}"));
    }

    /// Only what policy keeps apart tells states apart: anything else would leave mixed clusters out of the bound.
    fn dimensions(&mut self, number: usize, dimensions: &[Dimension]) {
        if dimensions.len() > MOST_DIMENSIONS {
            return self.fault(number, format_args!("more than {MOST_DIMENSIONS} dimensions"));
        }
        for (index, dimension) in dimensions.iter().enumerate() {
            let (binds, word) = match dimension {
                Dimension::Environment => {
                    (self.scene.inventory.policy.separate_environments, "environments".to_owned())
                }
                Dimension::Regime(name) => (
                    self.scene.inventory.regulations.iter().any(|it| it.name == *name && it.same_regime_neighbours),
                    format!("regime `{name}`"),
                ),
            };
            if !binds {
                self.fault(number, format_args!("states are told apart by {word}, which policy does not keep apart"));
            }
            if dimensions[..index].contains(dimension) {
                self.fault(number, format_args!("states are told apart by {word} twice"));
            }
        }
    }

    /// The place of a group that stands in the certificate for the first time.
    fn members(
        &mut self,
        part: usize,
        of: &Members,
        taken: &mut [bool],
        class_in: &mut HashMap<usize, usize>,
    ) -> Option<Place<'a>> {
        match of {
            Members::Clusters(names) => {
                let mut indices = Vec::with_capacity(names.len());
                for name in names {
                    match self.known.get(name).copied() {
                        None => self.fault(part, format_args!("a group names cluster `{name}`, which does not exist")),
                        Some(index) if std::mem::replace(&mut taken[index], true) => {
                            self.fault(part, format_args!("cluster `{name}` stands in two groups"));
                        }
                        Some(index) => indices.push(index),
                    }
                }
                let Some(first) = indices.first().map(|index| &self.existing[*index]) else {
                    self.fault(part, "a group is of no cluster");
                    return None;
                };
                let odd: Vec<String> = indices[1..]
                    .iter()
                    .filter(|index| !are_alike(first, &self.existing[**index]))
                    .map(|index| {
                        format!(
                            "clusters `{}` and `{}` are not alike and in one group",
                            first.name, self.existing[*index].name
                        )
                    })
                    .collect();
                odd.into_iter().for_each(|text| self.fault(part, text));
                Some(self.of_clusters(&indices, Some(part)))
            }
            Members::Class { class: name, kubernetes, tenancy } => {
                let Some(index) = class_index(self.scene.inventory, |own| own == name.as_str()) else {
                    self.fault(part, format_args!("a group names class `{name}`, which the inventory lacks"));
                    return None;
                };
                let class = &self.scene.inventory.classes[index];
                if !class.kubernetes.contains(kubernetes) || !class.tenancy.contains(tenancy) {
                    self.fault(part, format_args!("class `{name}` does not offer {kubernetes}, {tenancy}"));
                    return None;
                }
                if *class_in.entry(index).or_insert(part) != part {
                    self.fault(part, format_args!("class `{name}` stands in two parts"));
                }
                Some(self.of_class(index, *kubernetes, *tenancy, Some(part)))
            }
        }
    }

    /// Every state stands once.
    fn states(&mut self, number: usize, part: &Part, place: usize) {
        let asked = match self.places[place].tenancy {
            Tenancy::Shared => part.dimensions.len().min(MOST_DIMENSIONS),
            Tenancy::Dedicated => 0,
        };
        let mut states: Vec<&[bool]> =
            self.places[place].entries.iter().map(|index| part.groups[*index].holds.as_slice()).collect();
        let stand = states.len();
        states.sort_unstable();
        states.dedup();
        let is_whole = stand == 1 << asked && states.len() == stand && states.iter().all(|state| state.len() == asked);
        if !is_whole {
            let words = self.places[place].words(self.scene.inventory);
            self.fault(
                number,
                format_args!("the states of {words} are not the {} that there are, each once", 1 << asked),
            );
        }
    }

    fn of_clusters(&self, indices: &[usize], part: Option<usize>) -> Place<'a> {
        let (inventory, first) = (self.scene.inventory, &self.existing[indices[0]]);
        let ground = Ground::of(inventory, first.offer, first.kubernetes);
        let names = indices.iter().map(|index| self.existing[*index].name).collect();
        let closing = spread(inventory.policy.once.close, inventory.policy.payback_months);
        Place {
            fixed: fixed(inventory, &ground).into_iter().sum(),
            ground,
            tenancy: first.tenancy,
            kind: if first.copy_of.is_some() { Kind::Copies(names) } else { Kind::Clusters(names) },
            class: first.copy_of,
            change: first.may_close.then_some(closing),
            part,
            entries: Vec::new(),
        }
    }

    fn of_class(&self, class: usize, kubernetes: Minor, tenancy: Tenancy, part: Option<usize>) -> Place<'a> {
        let inventory = self.scene.inventory;
        let ground = Ground::of(inventory, &inventory.classes[class].offer, kubernetes);
        Place {
            fixed: fixed(inventory, &ground).into_iter().sum(),
            ground,
            tenancy,
            kind: Kind::Class,
            class: Some(class),
            change: Some(spread(inventory.policy.once.open, inventory.policy.payback_months)),
            part,
            entries: Vec::new(),
        }
    }
}

/// True where nothing that a check or the bound reads tells the two apart. Names of pools, regions, and what only guardrails read do not count.
fn are_alike(one: &Existing<'_>, other: &Existing<'_>) -> bool {
    let key = |cluster: &Existing<'_>| (cluster.kubernetes, cluster.tenancy, cluster.may_close, cluster.copy_of);
    key(one) == key(other) && (std::ptr::eq(one.offer, other.offer) || are_offers_alike(one.offer, other.offer))
}

fn are_offers_alike(one: &Offer, other: &Offer) -> bool {
    let Offer {
        provider,
        // What enforces policies decides no home.
        kyverno: _,
        residency,
        control_plane,
        audit_log,
        secrets_encryption,
        seccomp_default: _,
        attestations,
        policies: _,
        cni: _,
        network_policies: _,
        workload_identity: _,
        limits,
        prices,
        pools,
        platform_pool,
    } = one;
    *provider == other.provider
        && *residency == other.residency
        && control_plane.price == other.control_plane.price
        && control_plane.disruption == other.control_plane.disruption
        && *audit_log == other.audit_log
        && *secrets_encryption == other.secrets_encryption
        && *attestations == other.attestations
        && *limits == other.limits
        && prices.storage == other.prices.storage
        && prices.load_balancer == other.prices.load_balancer
        && *platform_pool == other.platform_pool
        && pools.len() == other.pools.len()
        && pools.iter().zip(&other.pools).all(|(one, other)| are_pools_alike(one, other))
}

fn are_pools_alike(one: &Pool, other: &Pool) -> bool {
    let Pool {
        name: _,
        node,
        daemonsets,
        price,
        min,
        max,
        zones,
        os,
        arch,
        kernel,
        modules,
        realtime,
        gpu,
        runtime,
        private,
        at: _,
    } = one;
    (node, daemonsets, price, min, max, zones)
        == (&other.node, &other.daemonsets, &other.price, &other.min, &other.max, &other.zones)
        && (os, arch, kernel, modules) == (&other.os, &other.arch, &other.kernel, &other.modules)
        && (realtime, gpu, runtime, private) == (&other.realtime, &other.gpu, &other.runtime, &other.private)
}
