//! One unit as numbers: what it takes, which labels it brings, and what is open to it.
//!
//! A unit of a [`Setting`] flows in with the table of its signature; a [`UnitModel`] flows out. Each is modelled by itself, so that a fleet in which one
//! tenant changes is not asked again from the start.

use std::collections::HashMap;

use crate::rules::{Case, Label, RULES, Reads, Setting, Unit};
use crate::solve::candidates::choose;
use crate::solve::choice::{Candidate, Choice, View};
use crate::solve::places::{Grain, Place};
use crate::solve::problem::{Problem, Today, UnitModel};
use crate::solve::{candidates, signatures};
use crate::vocab::tier::{Tenancy, Tier};

/// What units of one problem are modelled with.
#[derive(Debug, Clone)]
pub struct Modeller {
    names: Names,
    /// Hosts that exist, by name.
    hosts: HashMap<String, usize>,
    /// Signatures, by all that they are made of; empty until somebody asks by it.
    signatures: HashMap<String, usize>,
    grain: Grain,
}

impl Modeller {
    /// For the hosts of a setting, at a grain.
    #[must_use]
    pub fn new(setting: &Setting<'_>, grain: Grain) -> Self {
        let hosts = setting.hosts.iter().enumerate().filter(|(_, host)| !host.is_class());
        let hosts = hosts.map(|(index, host)| (host.name.clone(), index)).collect();
        Self { names: Names::default(), hosts, signatures: HashMap::new(), grain }
    }

    /// The unit as numbers. `table` is that of its signature.
    pub fn unit(
        &mut self,
        setting: &Setting<'_>,
        unit: &Unit<'_>,
        group: usize,
        (signature, table): (usize, &[Candidate]),
        places: &[Place],
    ) -> UnitModel {
        let mut model = self.model(unit, group, signature);
        let labels = labels(setting, unit, &mut self.names);
        model.choices = choices(setting, unit, &model, table, places, &labels);
        // A tree may close a home and keep a dearer one in the same cluster open, so that small fleets keep them all.
        if self.grain == Grain::Coarse {
            model.choices = undominated(&model, table, places, &self.names);
        }
        model
    }

    /// Labels that were met since, for the problem.
    pub fn tell(&self, problem: &mut Problem) {
        problem.label_sets.extend_from_slice(&self.names.sets[problem.label_sets.len()..]);
        problem.dimensions.extend_from_slice(&self.names.dimension_of[problem.dimensions.len()..]);
        problem.labels.extend_from_slice(&self.names.all[problem.labels.len()..]);
    }

    /// Knows the signatures of a setting again, each by a unit that stands for it.
    pub fn know(&mut self, setting: &Setting<'_>, examples: &[usize]) {
        let keys = examples.iter().map(|unit| signatures::key(setting, &setting.units[*unit]));
        self.signatures = keys.enumerate().map(|(number, key)| (key, number)).collect();
    }

    /// The unit as numbers, in a problem whose signatures it [knows][Modeller::know]. A signature that is new gets its table.
    pub fn again(&mut self, problem: &mut Problem, setting: &Setting<'_>, unit: &Unit<'_>, group: usize) -> UnitModel {
        let key = signatures::key(setting, unit);
        let signature = self.signatures.get(&key).copied().unwrap_or_else(|| {
            problem.tables.push(candidates::table(setting, unit, &problem.places));
            self.signatures.insert(key, problem.tables.len() - 1);
            problem.tables.len() - 1
        });
        let model = self.unit(setting, unit, group, (signature, &problem.tables[signature]), &problem.places);
        self.tell(problem);
        model
    }

    fn model(&self, unit: &Unit<'_>, group: usize, signature: usize) -> UnitModel {
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
                .map(|today| Today { host: self.hosts.get(today.cluster.as_str()).copied(), form: today.form }),
        }
    }
}

/// Labels and dimensions as numbers.
#[derive(Debug, Clone, Default)]
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
