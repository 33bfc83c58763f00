//! The whole problem as numbers: units with their choices, places with their costs and limits, classes with their ends.
//!
//! A [`Setting`] flows in and every rule is asked, once per signature where a rule reads no amounts; a [`Problem`] flows out that knows no rule any more.

use std::collections::HashMap;
use std::num::NonZeroUsize;

use crate::rules::near_groups::near_groups;
use crate::rules::{Case, Label, RULES, Reads, Setting, Unit};
use crate::solve::candidates::{self, choose};
use crate::solve::choice::{Candidate, Choice, View};
use crate::solve::places::{Grain, Place, places};
use crate::solve::signatures::signatures;
use crate::vocab::name::{ClassName, Residency, TenantName};
use crate::vocab::resources::Resources;
use crate::vocab::tier::{Form, Tenancy, Tier};

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
        let grain = if setting.units.len() > MOST_UNITS_FINE { Grain::Coarse } else { Grain::Fine };
        Self::with_grain(setting, max_moves, grain)
    }

    /// As [`Problem::new`], at a grain.
    #[must_use]
    pub fn with_grain(setting: &Setting<'_>, max_moves: Option<u64>, grain: Grain) -> Self {
        let inventory = setting.inventory;
        let places = places(setting, grain);
        let mut place_of = vec![0; setting.hosts.len()];
        for (index, place) in places.iter().enumerate() {
            place.hosts.iter().for_each(|host| place_of[*host] = index);
        }
        let host_named: HashMap<&str, usize> = setting
            .hosts
            .iter()
            .enumerate()
            .filter(|(_, host)| !host.is_class())
            .map(|(index, host)| (host.name.as_str(), index))
            .collect();
        let (signature_of, examples) = signatures(setting);
        let tables: Vec<Vec<Candidate>> =
            examples.iter().map(|unit| candidates::table(setting, &setting.units[*unit], &places)).collect();
        let mut names = Names::default();
        let groups = near_groups(setting);
        let units = setting
            .units
            .iter()
            .zip(groups)
            .zip(signature_of)
            .map(|((unit, group), signature)| {
                let mut model = model(unit, group, signature, &host_named);
                let labels = labels(setting, unit, &mut names);
                model.choices = choices(setting, unit, &model, &tables[signature], &places, &labels);
                // A tree may close a home and keep a dearer one in the same cluster open, so that small fleets keep them all.
                if grain == Grain::Coarse {
                    model.choices = undominated(&model, &tables[signature], &places, &names);
                }
                model
            })
            .collect();
        let classes = inventory.classes.iter().map(|class| Class { limit: u64::from(class.open_at_most) }).collect();
        let moving = inventory.policy.once.moving.spread_over(inventory.policy.payback_months).0;
        let Names { sets, dimension_of, all, .. } = names;
        Self {
            units,
            tables,
            places,
            place_of,
            classes,
            label_sets: sets,
            dimensions: dimension_of,
            labels: all,
            names: setting.units.iter().map(|unit| (unit.tenant.name.clone(), unit.site.cloned())).collect(),
            class_names: inventory.classes.iter().map(|class| class.name.clone()).collect(),
            moving,
            max_moves,
            threads: of_the_machine(),
        }
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

/// More threads than this were never measured to help.
const MOST_THREADS: usize = 8;

fn of_the_machine() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MOST_THREADS)
}

fn model(unit: &Unit<'_>, group: usize, signature: usize, host_named: &HashMap<&str, usize>) -> UnitModel {
    let tenant = unit.tenant;
    UnitModel {
        signature,
        loads: tenant.workloads.iter().map(|workload| workload.planned.resources).collect(),
        pods: unit.planned.resources.pods,
        services: unit.planned.services,
        load_balancers: unit.planned.load_balancers,
        storage: unit.planned.storage,
        namespaces: tenant.namespaces,
        importance: tenant.importance,
        choices: Vec::new(),
        group,
        tenant: unit.tenant_index,
        neighbours: tenant.max_neighbours,
        today: unit
            .today
            .as_ref()
            .map(|today| Today { host: host_named.get(today.cluster.as_str()).copied(), form: today.form }),
    }
}

/// Labels and dimensions as numbers.
#[derive(Debug, Default)]
struct Names {
    labels: HashMap<Label, usize>,
    dimensions: HashMap<(&'static str, String), usize>,
    dimension_of: Vec<usize>,
    all: Vec<Label>,
    set_numbers: HashMap<Vec<usize>, usize>,
    sets: Vec<Vec<usize>>,
}

impl Names {
    fn number(&mut self, label: Label) -> usize {
        if let Some(number) = self.labels.get(&label) {
            return *number;
        }
        let next = self.dimensions.len();
        let dimension = *self.dimensions.entry((label.rule, label.dimension.clone())).or_insert(next);
        self.dimension_of.push(dimension);
        self.all.push(label.clone());
        self.labels.insert(label, self.dimension_of.len() - 1);
        self.dimension_of.len() - 1
    }

    fn set(&mut self, found: Vec<Label>) -> usize {
        let mut set: Vec<usize> = found.into_iter().map(|label| self.number(label)).collect();
        set.sort_unstable();
        let next = self.sets.len();
        let number = *self.set_numbers.entry(set.clone()).or_insert(next);
        if number == next {
            self.sets.push(set);
        }
        number
    }
}

/// Sets of labels of a unit in a shared cluster: as a namespace, as a vcluster; and the empty set.
struct LabelSets {
    namespace: usize,
    vcluster: usize,
    none: usize,
}

fn labels(setting: &Setting<'_>, unit: &Unit<'_>, names: &mut Names) -> LabelSets {
    let mut of_tier = |tier: Tier| {
        let mut found = Vec::new();
        for rule in RULES.iter().filter(|rule| !setting.lifts(&unit.tenant.name, rule.name())) {
            rule.labels(setting, unit, tier, &mut found);
        }
        names.set(found)
    };
    let (namespace, vcluster) = (of_tier(Tier::Namespace), of_tier(Tier::Vcluster));
    LabelSets { namespace, vcluster, none: names.set(Vec::new()) }
}

/// What is open to a unit, in the order of places, forms and pools.
fn choices(
    setting: &Setting<'_>,
    unit: &Unit<'_>,
    model: &UnitModel,
    table: &[Candidate],
    places: &[Place],
    labels: &LabelSets,
) -> Vec<Choice> {
    let mut all: Vec<Choice> = Vec::new();
    let mut first = 0;
    while first < table.len() {
        let place = table[first].place;
        let end =
            table[first..].iter().position(|candidate| candidate.place != place).map_or(table.len(), |n| first + n);
        let host = &setting.hosts[places[place].hosts[0]];
        for (index, candidate) in table.iter().enumerate().take(end).skip(first) {
            let case = Case { setting, unit, host, form: candidate.form };
            if !amounts_allow(&case, candidate) {
                continue;
            }
            let set = match (places[place].tenancy, candidate.form.tier()) {
                (Tenancy::Dedicated, _) => labels.none,
                (Tenancy::Shared, Tier::Vcluster) => labels.vcluster,
                (Tenancy::Shared, Tier::Namespace | Tier::Cluster) => labels.namespace,
            };
            all.extend(choose(model, candidate, index, &places[place], set));
        }
        first = end;
    }
    all
}

/// True where no rule that reads amounts closes the home or one of its pools.
fn amounts_allow(case: &Case<'_>, candidate: &Candidate) -> bool {
    let tenant = case.unit.tenant;
    RULES.iter().filter(|rule| rule.reads() == Reads::Amounts).all(|rule| {
        let open = || {
            rule.allows_home(case)
                && tenant
                    .workloads
                    .iter()
                    .zip(&candidate.pools)
                    .all(|(workload, pool)| rule.allows_pool(case, workload, &case.host.offer().pools[*pool]))
        };
        open() || case.setting.lifts(&tenant.name, rule.name())
    })
}

/// The choices without those that another one in the same place dominates.
fn undominated(model: &UnitModel, table: &[Candidate], places: &[Place], names: &Names) -> Vec<Choice> {
    fn view<'v>(unit: &'v UnitModel, table: &'v [Candidate], choice: &'v Choice) -> View<'v> {
        View { unit, candidate: &table[choice.candidate], choice }
    }
    let better = |one: &Choice, other: &Choice| {
        let place = &places[view(model, table, one).place()];
        let usable = |pool: usize| place.pools[pool].usable;
        place.pools.iter().all(|pool| pool.surviving.is_none())
            && view(model, table, one).dominates(
                &view(model, table, other),
                &names.sets[one.labels],
                &names.sets[other.labels],
                usable,
            )
    };
    let all = &model.choices;
    let same =
        |one: &usize, other: usize| view(model, table, &all[*one]).place() == view(model, table, &all[other]).place();
    let beaten = |mine: usize| {
        (0..all.len())
            .filter(|other| *other != mine && same(other, mine))
            .any(|other| better(&all[other], &all[mine]) && (other < mine || !better(&all[mine], &all[other])))
    };
    (0..all.len()).filter(|mine| !beaten(*mine)).map(|mine| all[mine].clone()).collect()
}
