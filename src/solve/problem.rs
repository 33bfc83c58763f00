//! The whole problem as numbers: units with their choices, places with their costs and limits, classes with their ends.
//!
//! A [`Setting`] flows in and every rule is asked, once per signature where a rule reads no amounts; a [`Problem`] flows out that knows no rule any more.

use std::num::NonZeroUsize;

use crate::rules::near_groups::near_groups;
use crate::rules::{Label, Setting};
use crate::solve::candidates;
use crate::solve::choice::{Candidate, Choice, View};
use crate::solve::places::{Grain, Place, places};
use crate::solve::signatures::signatures;
use crate::solve::units::Modeller;
use crate::vocab::name::{ClassName, Residency, TenantName};
use crate::vocab::resources::Resources;
use crate::vocab::tier::Form;

/// The problem. Units are in the order of the setting.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Units.
    pub units: Vec<UnitModel>,
    /// The candidates of each signature.
    pub tables: Vec<Vec<Candidate>>,
    /// Places: clusters, copies, classes.
    pub places: Vec<Place>,
    /// The place of each host of the setting.
    pub place_of: Vec<usize>,
    /// Classes.
    pub classes: Vec<Class>,
    /// Sets of labels, sorted.
    pub label_sets: Vec<Vec<usize>>,
    /// The dimension of each label.
    pub dimensions: Vec<usize>,
    /// The labels themselves.
    pub labels: Vec<Label>,
    /// Whose each unit is, for certificates.
    pub names: Vec<(TenantName, Option<Residency>)>,
    /// The name of each class.
    pub class_names: Vec<ClassName>,
    /// What a move costs per month.
    pub moving: i64,
    /// The most units that may move.
    pub max_moves: Option<u64>,
    /// Threads that ask units for prices. Any number finds the same ones.
    pub threads: usize,
}

/// A unit.
#[derive(Debug, Clone)]
pub struct UnitModel {
    /// Index of its table.
    pub signature: usize,
    /// Planned load of each workload.
    pub loads: Box<[Resources]>,
    /// Planned pods of all workloads.
    pub pods: u64,
    /// Planned services.
    pub services: u64,
    /// Planned load balancers.
    pub load_balancers: u64,
    /// GiB of storage.
    pub storage: u64,
    /// Namespaces that it takes.
    pub namespaces: u64,
    /// Importance.
    pub importance: u64,
    /// What is open to it, in the order of places, forms and pools.
    pub choices: Vec<Choice>,
    /// Units of one group share a cluster.
    pub group: usize,
    /// Whose it is. Units of one tenant are no neighbours of each other.
    pub tenant: usize,
    /// How many other tenants its cluster may hold.
    pub neighbours: Option<u64>,
    /// Where it lives today.
    pub today: Option<Today>,
}

impl UnitModel {
    /// A unit that takes nothing and to which nothing is open, alone in its group.
    #[must_use]
    pub fn nobody(group: usize) -> Self {
        Self {
            signature: 0,
            loads: Box::default(),
            pods: 0,
            services: 0,
            load_balancers: 0,
            storage: 0,
            namespaces: 0,
            importance: 0,
            choices: Vec::new(),
            group,
            tenant: usize::MAX,
            neighbours: None,
            today: None,
        }
    }
}

/// Where a unit lives today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Today {
    /// The host in the setting; none where the inventory has lost it.
    pub host: Option<usize>,
    /// Tier and nodes.
    pub form: Form,
}

/// A class.
#[derive(Debug, Clone)]
pub struct Class {
    /// The most copies.
    pub limit: u64,
}

/// Fleets with more units than this see clusters that are alike as one place.
const MOST_UNITS_FINE: usize = 400;

impl Problem {
    /// Asks every rule about every candidate, each host by itself.
    #[must_use]
    pub fn new(setting: &Setting<'_>, max_moves: Option<u64>) -> Self {
        Self::with_grain(setting, max_moves, Grain::Fine)
    }

    /// As [`Problem::new`], with clusters that are alike as one place where the fleet is large.
    #[must_use]
    pub fn sized(setting: &Setting<'_>, max_moves: Option<u64>) -> Self {
        Self::with_grain(setting, max_moves, grain_of(setting))
    }

    /// As [`Problem::new`], at a grain.
    #[must_use]
    pub fn with_grain(setting: &Setting<'_>, max_moves: Option<u64>, grain: Grain) -> Self {
        Self::made(setting, max_moves, grain).0
    }

    /// As [`Problem::sized`], with what models a unit of it again.
    #[must_use]
    pub fn kept(setting: &Setting<'_>, max_moves: Option<u64>) -> (Self, Modeller) {
        let (problem, mut modeller, examples) = Self::made(setting, max_moves, grain_of(setting));
        modeller.know(setting, &examples);
        (problem, modeller)
    }

    fn made(setting: &Setting<'_>, max_moves: Option<u64>, grain: Grain) -> (Self, Modeller, Vec<usize>) {
        let inventory = setting.inventory;
        let places = places(setting, grain);
        let mut place_of = vec![0; setting.hosts.len()];
        for (index, place) in places.iter().enumerate() {
            place.hosts.iter().for_each(|host| place_of[*host] = index);
        }
        let (signature_of, examples) = signatures(setting);
        let tables: Vec<Vec<Candidate>> =
            examples.iter().map(|unit| candidates::table(setting, &setting.units[*unit], &places)).collect();
        let mut modeller = Modeller::new(setting, grain);
        let groups = near_groups(setting);
        let units = setting.units.iter().zip(groups).zip(signature_of);
        let units = units
            .map(|((unit, group), signature)| {
                modeller.unit(setting, unit, group, (signature, &tables[signature]), &places)
            })
            .collect();
        let classes = inventory.classes.iter().map(|class| Class { limit: u64::from(class.open_at_most) }).collect();
        let moving = inventory.policy.once.moving.spread_over(inventory.policy.payback_months).0;
        let mut problem = Self {
            units,
            tables,
            places,
            place_of,
            classes,
            label_sets: Vec::new(),
            dimensions: Vec::new(),
            labels: Vec::new(),
            names: setting.units.iter().map(|unit| (unit.tenant.name.clone(), unit.site.cloned())).collect(),
            class_names: inventory.classes.iter().map(|class| class.name.clone()).collect(),
            moving,
            max_moves,
            threads: of_the_machine(),
        };
        modeller.tell(&mut problem);
        (problem, modeller, examples)
    }

    /// The same, for as many threads; for as many as the machine has where there is no wish.
    #[must_use]
    pub fn with_threads(mut self, threads: Option<NonZeroUsize>) -> Self {
        self.threads = threads.map_or_else(of_the_machine, NonZeroUsize::get);
        self
    }

    /// A choice of a unit, with what it is made of.
    #[must_use]
    pub fn view(&self, unit: usize, choice: usize) -> View<'_> {
        let unit = &self.units[unit];
        let choice = &unit.choices[choice];
        View { unit, candidate: &self.tables[unit.signature][choice.candidate], choice }
    }

    /// The labels of a choice.
    #[must_use]
    pub fn labels_of(&self, choice: &Choice) -> &[usize] {
        &self.label_sets[choice.labels]
    }

    /// The candidate of a choice.
    #[must_use]
    pub fn candidate(&self, unit: usize, choice: usize) -> &Candidate {
        let unit = &self.units[unit];
        &self.tables[unit.signature][unit.choices[choice].candidate]
    }

    /// True where the unit lives somewhere today, and not so.
    #[must_use]
    pub fn moves(&self, unit: usize, form: Form, host: Option<usize>) -> bool {
        self.units[unit].today.is_some_and(|today| host.is_none() || today.host != host || today.form != form)
    }
}

fn grain_of(setting: &Setting<'_>) -> Grain {
    if setting.units.len() > MOST_UNITS_FINE { Grain::Coarse } else { Grain::Fine }
}

/// More threads than this were never measured to help.
const MOST_THREADS: usize = 8;

fn of_the_machine() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MOST_THREADS)
}
