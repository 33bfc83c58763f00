//! Proves small components with a mixed-integer program. The only file that names good_lp.
//!
//! The program is a facility-location model: `x` says how many units of a kind live by a choice in a slot (a slot is one
//! cluster), `z` whether the slot is open, `n` and `s` how many nodes a pool has in all and for shared load. Units whose
//! choices are equal are one kind, so that a thousand equal tenants are a handful of variables.
//! A backend works in floating point: what it finds is rebuilt in exact integers and thrown away where it does not fit.

use std::collections::{BTreeMap, HashMap};

use good_lp::{
    Expression, ProblemVariables, ResolutionError, Solution as _, SolutionStatus, SolverModel, Variable, WithMipGap,
    WithTimeLimit, constraint, variable,
};

use crate::solve::choice::{LIMITS, View};
use crate::solve::components::{Component, places_of};
use crate::solve::places::{PlaceKind, Pool};
use crate::solve::problem::{Problem, Today};
use crate::solve::state::State;
use crate::vocab::resources::Resources;
use crate::vocab::tier::Tenancy;

/// The backend's name, as plans say it.
#[cfg(not(feature = "highs"))]
pub const NAME: &str = "microlp";
/// The backend's name, as plans say it.
#[cfg(feature = "highs")]
pub const NAME: &str = "highs";

/// Units up to which the backend is asked where a solution is known and the tree has not proven it the best.
#[cfg(not(feature = "highs"))]
pub const MOST_UNITS: usize = 60;
#[cfg(feature = "highs")]
pub const MOST_UNITS: usize = 5_000;

/// Programs with more integers than this are left to search and prices.
#[cfg(not(feature = "highs"))]
const MOST_INTEGERS: usize = 2_500;
#[cfg(feature = "highs")]
const MOST_INTEGERS: usize = 20_000;

/// A guard against a search that does not end, not a budget: a proof that takes longer is no proof that is worth the wait. microlp keeps every open
/// node of its search, about a gigabyte a second on fleets that are a handful of tenants and one unit from every edge.
#[cfg(not(feature = "highs"))]
const LONGEST_SECONDS: f64 = 2.0;
#[cfg(feature = "highs")]
const LONGEST_SECONDS: f64 = 20.0;

/// What leaving one unit without a home costs in the program: more than any home.
const HOMELESS: f64 = 1e7;

/// What a backend answered.
pub enum Exact {
    /// No solution is better.
    Optimal(State),
    /// A solution; a better one may exist.
    Feasible(State),
    /// There is none.
    Infeasible,
    /// The program was too large, or the backend failed, or its answer did not hold in exact integers.
    Nothing,
}

/// One cluster that may be open.
struct Slot {
    place: usize,
    host: Option<usize>,
    open: Option<Variable>,
}

/// Units with equal choices.
struct Kind {
    units: Vec<usize>,
}

/// A choice of a kind in a slot; no slot where it is a cluster of its own from a class.
struct Cell {
    kind: usize,
    choice: usize,
    slot: Option<usize>,
    count: Variable,
}

/// Solves the component. `incumbent` warms the search up.
pub fn solve(problem: &Problem, part: &Component, incumbent: Option<&State>, partial: bool) -> Exact {
    let kinds = kinds(problem, part);
    let mut variables = ProblemVariables::new();
    let slots = slots(problem, part, &mut variables);
    let Some(cells) = cells(problem, &kinds, &slots, &mut variables) else { return Exact::Nothing };
    let mut program =
        Program { problem, kinds, slots, cells, variables, rows: Vec::new(), cost: Expression::from(0.0) };
    let homeless = program.assign(partial);
    program.choose_own_clusters();
    for slot in 0..program.slots.len() {
        program.lay_slot(slot);
    }
    program.limit_classes(part);
    program.order_copies();
    program.group();
    program.limit_moves(part);
    program.run(incumbent, homeless)
}

fn money(micro: i64) -> f64 {
    to_f64(micro) / 1e6
}

fn to_f64(number: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a backend's answer counts only after a check in exact integers")]
    let float = number as f64;
    float
}

fn unsigned(number: u64) -> f64 {
    to_f64(i64::try_from(number).unwrap_or(i64::MAX))
}

/// What units of one kind agree in: everything that the program reads.
type KindKey<'a> = (usize, &'a [Resources], [u64; 5], Option<Today>, Vec<(usize, &'a [usize], i64, &'a [u64])>);

fn kinds(problem: &Problem, part: &Component) -> Vec<Kind> {
    let mut sizes: HashMap<usize, usize> = HashMap::new();
    for unit in &part.units {
        *sizes.entry(problem.units[*unit].group).or_default() += 1;
    }
    // Neighbours are tenants: where somebody counts them, units of a tenant with several are told apart.
    let mut of_tenant: HashMap<usize, usize> = HashMap::new();
    if part.units.iter().any(|unit| problem.units[*unit].neighbours.is_some()) {
        for unit in &part.units {
            *of_tenant.entry(problem.units[*unit].tenant).or_default() += 1;
        }
    }
    let mut known: HashMap<KindKey<'_>, usize> = HashMap::new();
    let mut kinds: Vec<Kind> = Vec::new();
    for unit in &part.units {
        let model = &problem.units[*unit];
        let is_one_of_many = of_tenant.get(&model.tenant).is_some_and(|units| *units > 1);
        let alone = sizes[&model.group] == 1 && model.neighbours.is_none() && !is_one_of_many;
        let key = (
            model.signature,
            &*model.loads,
            [model.services, model.load_balancers, model.storage, model.namespaces, model.importance],
            model.today,
            model
                .choices
                .iter()
                .map(|choice| (choice.candidate, problem.labels_of(choice), choice.own, &*choice.nodes))
                .collect(),
        );
        match known.get(&key).filter(|_| alone) {
            Some(kind) => kinds[*kind].units.push(*unit),
            None => {
                if alone {
                    known.insert(key, kinds.len());
                }
                kinds.push(Kind { units: vec![*unit] });
            }
        }
    }
    kinds
}

/// Existing places once; shared classes once per copy that could be needed.
fn slots(problem: &Problem, part: &Component, variables: &mut ProblemVariables) -> Vec<Slot> {
    let mut slots = Vec::new();
    for place in &part.places {
        let numbers = &problem.places[*place];
        let hosts: Vec<Option<usize>> = match numbers.kind {
            PlaceKind::Cluster | PlaceKind::Copy(_) => numbers.hosts.iter().copied().map(Some).collect(),
            PlaceKind::Class(_) if numbers.tenancy == Tenancy::Dedicated => Vec::new(),
            PlaceKind::Class(class) => {
                let able = |unit: &&usize| places_of(problem, **unit).contains(place);
                let copies = usize::try_from(problem.classes[class].limit)
                    .unwrap_or(usize::MAX)
                    .min(part.units.iter().filter(able).count());
                vec![None; copies.min(64)]
            }
        };
        for host in hosts {
            let open = (numbers.may_close || numbers.is_class()).then(|| variables.add(variable().binary()));
            slots.push(Slot { place: *place, host, open });
        }
    }
    slots
}

fn cells(problem: &Problem, kinds: &[Kind], slots: &[Slot], variables: &mut ProblemVariables) -> Option<Vec<Cell>> {
    let mut cells = Vec::new();
    let mut of_place: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, slot) in slots.iter().enumerate() {
        of_place.entry(slot.place).or_default().push(index);
    }
    for (kind, units) in kinds.iter().enumerate() {
        for choice in 0..problem.units[units.units[0]].choices.len() {
            let targets: Vec<Option<usize>> = match of_place.get(&problem.candidate(units.units[0], choice).place) {
                Some(slots) => slots.iter().map(|slot| Some(*slot)).collect(),
                None => vec![None],
            };
            for slot in targets {
                let most = i32::try_from(units.units.len()).ok()?;
                let count = variables.add(variable().integer().min(0).max(most));
                cells.push(Cell { kind, choice, slot, count });
            }
        }
        if cells.len() > MOST_INTEGERS {
            return None;
        }
    }
    Some(cells)
}

struct Program<'a> {
    problem: &'a Problem,
    kinds: Vec<Kind>,
    slots: Vec<Slot>,
    cells: Vec<Cell>,
    variables: ProblemVariables,
    rows: Vec<good_lp::Constraint>,
    cost: Expression,
}

impl<'a> Program<'a> {
    fn view(&self, cell: &Cell) -> View<'a> {
        self.problem.view(self.kinds[cell.kind].units[0], cell.choice)
    }

    /// Whether units of the cell move.
    fn moves(&self, cell: &Cell) -> bool {
        let host = cell.slot.and_then(|slot| self.slots[slot].host);
        self.problem.moves(self.kinds[cell.kind].units[0], self.view(cell).candidate.form, host)
    }

    /// Every unit of a kind has one choice, or is homeless at a price.
    fn assign(&mut self, partial: bool) -> Vec<Variable> {
        let mut homeless = Vec::new();
        for kind in 0..self.kinds.len() {
            let count = unsigned(u64::try_from(self.kinds[kind].units.len()).unwrap_or(u64::MAX));
            let mut sum: Expression = self.cells.iter().filter(|cell| cell.kind == kind).map(|cell| cell.count).sum();
            if partial {
                let left = self.variables.add(variable().integer().min(0).max(count));
                sum += left;
                self.cost += HOMELESS * left;
                homeless.push(left);
            }
            self.rows.push(constraint!(sum == count));
        }
        for cell in &self.cells {
            let moved = if self.moves(cell) { self.problem.moving } else { 0 };
            self.cost += money(self.view(cell).choice.own + moved) * cell.count;
        }
        homeless
    }

    /// A cluster of one's own from a class costs what it costs: no nodes have to be shared out.
    fn choose_own_clusters(&mut self) {
        let state = State::new(self.problem);
        for cell in self.cells.iter().filter(|cell| cell.slot.is_none()) {
            let unit = self.kinds[cell.kind].units[0];
            let paid = self.view(cell).choice.own + if self.moves(cell) { self.problem.moving } else { 0 };
            match state.price_of_opening(self.problem, unit, cell.choice) {
                Some(price) => self.cost += money(price - paid) * cell.count,
                None => self.rows.push(constraint!(cell.count <= 0.0)),
            }
        }
    }

    /// Everything about one cluster: its state, its nodes, its limits, who may meet in it.
    fn lay_slot(&mut self, slot: usize) {
        let place = &self.problem.places[self.slots[slot].place];
        let open: Expression = self.slots[slot].open.map_or(Expression::from(1.0), Expression::from);
        let here: Vec<usize> = (0..self.cells.len()).filter(|cell| self.cells[*cell].slot == Some(slot)).collect();
        // Open at its fixed cost; closed at the cost of closing. What keeps an empty cluster alive is not in the sum over its places.
        match place.kind {
            PlaceKind::Class(_) => self.cost += money(place.fixed + place.change) * open.clone(),
            PlaceKind::Cluster | PlaceKind::Copy(_) => {
                self.cost += money(place.fixed) * open.clone();
                if self.slots[slot].open.is_some() {
                    self.cost += money(place.change) * (1.0 - open.clone());
                }
            }
        }
        if let (PlaceKind::Copy(_), Some(_)) = (place.kind, self.slots[slot].open) {
            let sum: Expression = here.iter().map(|cell| self.cells[*cell].count).sum();
            self.rows.push(constraint!(open.clone() <= sum));
        }
        if self.slots[slot].open.is_some() {
            let mut of_kind: BTreeMap<usize, Expression> = BTreeMap::new();
            for cell in &here {
                *of_kind.entry(self.cells[*cell].kind).or_insert_with(|| Expression::from(0.0)) +=
                    self.cells[*cell].count;
            }
            for (kind, sum) in of_kind {
                let count = unsigned(u64::try_from(self.kinds[kind].units.len()).unwrap_or(u64::MAX));
                self.rows.push(constraint!(sum <= count * open.clone()));
            }
        }
        let mut nodes = Expression::from(0.0);
        for (pool, numbers) in place.pools.iter().enumerate() {
            nodes += self.lay_pool(&here, pool, numbers, &open);
        }
        self.rows.push(constraint!(nodes <= unsigned(place.max_nodes) * open.clone()));
        for limit in 0..LIMITS {
            let most = place.limits[limit];
            let all: u64 = here
                .iter()
                .map(|cell| {
                    self.view(&self.cells[*cell]).uses()[limit].saturating_mul(
                        u64::try_from(self.kinds[self.cells[*cell].kind].units.len()).unwrap_or(u64::MAX),
                    )
                })
                .fold(0, u64::saturating_add);
            if all > most {
                let scale = unsigned(most.max(1));
                let mut sum = Expression::from(0.0);
                for cell in &here {
                    let uses = self.view(&self.cells[*cell]).uses()[limit];
                    sum += unsigned(uses) / scale * self.cells[*cell].count;
                }
                self.rows.push(constraint!(sum <= unsigned(most) / scale * open.clone()));
            }
        }
        if place.tenancy == Tenancy::Shared {
            self.lay_labels(&here, &open);
            self.lay_neighbours(&here);
        }
    }

    /// Nodes of one pool. Rows are scaled to one node, so that coefficients are near one.
    fn lay_pool(&mut self, here: &[usize], pool: usize, numbers: &Pool, open: &Expression) -> Expression {
        let (mut own, mut private) = (Expression::from(0.0), Expression::from(0.0));
        let mut loads: [Expression; 4] = std::array::from_fn(|_| Expression::from(0.0));
        let (mut any, mut any_private) = (false, false);
        for cell in here {
            let cell = &self.cells[*cell];
            let view = self.problem.view(self.kinds[cell.kind].units[0], cell.choice);
            for (at, load) in view.shared() {
                if at == pool {
                    any = true;
                    for (row, amount) in loads.iter_mut().zip(load.each()) {
                        if amount > 0 {
                            *row += unsigned(amount) * cell.count;
                        }
                    }
                }
            }
            for (at, nodes) in view.dedicated() {
                if at == pool {
                    any = true;
                    own += unsigned(nodes) * cell.count;
                }
            }
            for (at, nodes) in view.private() {
                if at == pool {
                    any_private = true;
                    private += unsigned(nodes) * cell.count;
                }
            }
        }
        if any_private {
            self.rows.push(constraint!(private <= unsigned(numbers.max)));
        }
        let most = unsigned(numbers.max);
        if !any {
            self.cost += money(numbers.price) * unsigned(numbers.min) * open.clone();
            return unsigned(numbers.min) * open.clone();
        }
        let shared = self.variables.add(variable().integer().min(0).max(most));
        let nodes = self.variables.add(variable().integer().min(0).max(most));
        for (load, usable) in loads.iter().zip(numbers.usable.each()) {
            if usable > 0 {
                self.rows.push(constraint!(load.clone() / unsigned(usable) <= shared));
            }
        }
        if let Some((raw, zones)) = numbers.surviving {
            let left = self.variables.add(variable().integer().min(0).max(most));
            self.rows.push(constraint!(unsigned(zones) * left <= unsigned(zones - 1) * shared));
            for (load, raw) in loads.iter().zip(raw.each()) {
                if raw > 0 {
                    self.rows.push(constraint!(load.clone() / unsigned(raw) <= left));
                }
            }
        }
        self.rows.push(constraint!(nodes >= own + shared));
        self.rows.push(constraint!(nodes >= unsigned(numbers.min) * open.clone()));
        self.rows.push(constraint!(nodes <= most * open.clone()));
        self.cost += money(numbers.price) * nodes;
        Expression::from(nodes)
    }

    /// One value of each dimension.
    fn lay_labels(&mut self, here: &[usize], open: &Expression) {
        let mut found: BTreeMap<usize, BTreeMap<usize, Vec<usize>>> = BTreeMap::new();
        for cell in here {
            for label in self.problem.labels_of(self.view(&self.cells[*cell]).choice) {
                found.entry(self.problem.dimensions[*label]).or_default().entry(*label).or_default().push(*cell);
            }
        }
        for values in found.into_values().filter(|values| values.len() > 1) {
            let mut sum = Expression::from(0.0);
            for cells in values.into_values() {
                let value = self.variables.add(variable().binary());
                sum += value;
                let mut of_kind: BTreeMap<usize, Expression> = BTreeMap::new();
                for cell in cells {
                    *of_kind.entry(self.cells[cell].kind).or_insert_with(|| Expression::from(0.0)) +=
                        self.cells[cell].count;
                }
                for (kind, count) in of_kind {
                    let most = unsigned(u64::try_from(self.kinds[kind].units.len()).unwrap_or(u64::MAX));
                    self.rows.push(constraint!(count <= most * value));
                }
            }
            self.rows.push(constraint!(sum <= open.clone()));
        }
    }

    /// `N x[u] + Σ_t y[t] ≤ k + N` for a unit with at most k neighbours, where y[t] is 1 as soon as tenant t has a unit here; the unit's own tenant is in the sum.
    fn lay_neighbours(&mut self, here: &[usize]) {
        let mut of_kind: BTreeMap<usize, Expression> = BTreeMap::new();
        for cell in here {
            let cell = &self.cells[*cell];
            *of_kind.entry(cell.kind).or_insert_with(|| Expression::from(0.0)) += cell.count;
        }
        let first = |kind: usize| &self.problem.units[self.kinds[kind].units[0]];
        let limited: Vec<(u64, Expression)> =
            of_kind.iter().filter_map(|(kind, count)| Some((first(*kind).neighbours?, count.clone()))).collect();
        let (mut all, mut alone, mut tenants) = (0, Expression::from(0.0), BTreeMap::<usize, Vec<Expression>>::new());
        for (kind, count) in of_kind {
            let units = &self.kinds[kind].units;
            all += u64::try_from(units.len()).unwrap_or(u64::MAX);
            match units[..] {
                [unit] => tenants.entry(self.problem.units[unit].tenant).or_default().push(count),
                _ => alone += count,
            }
        }
        let limited = || limited.iter().filter(|(most, _)| *most + 1 < all);
        if limited().next().is_none() {
            return;
        }
        let mut everybody = alone;
        for mut counts in tenants.into_values() {
            if counts.len() == 1 {
                everybody += counts.remove(0);
                continue;
            }
            let is_here = self.variables.add(variable().binary());
            self.rows.extend(counts.into_iter().map(|count| constraint!(count <= is_here)));
            everybody += is_here;
        }
        let n = unsigned(all);
        for (most, own) in limited() {
            self.rows.push(constraint!(n * own.clone() + everybody.clone() <= unsigned(most + 1) + n));
        }
    }

    fn limit_classes(&mut self, part: &Component) {
        for class in 0..self.problem.classes.len() {
            let mut sum = Expression::from(0.0);
            let of = |place: usize| match self.problem.places[place].kind {
                PlaceKind::Class(of) | PlaceKind::Copy(of) => of == class,
                PlaceKind::Cluster => false,
            };
            if !part.places.iter().any(|place| of(*place)) {
                continue;
            }
            for slot in self.slots.iter().filter(|slot| of(slot.place)) {
                sum += slot.open.map_or(Expression::from(1.0), Expression::from);
            }
            for cell in self.cells.iter().filter(|cell| cell.slot.is_none()) {
                if of(self.view(cell).place()) {
                    sum += cell.count;
                }
            }
            self.rows.push(constraint!(sum <= unsigned(self.problem.classes[class].limit)));
        }
    }

    /// Copies of one place are alike: the first ones are opened first.
    fn order_copies(&mut self) {
        for pair in self.slots.windows(2) {
            if let ([Some(first), Some(second)], true) = ([pair[0].open, pair[1].open], pair[0].place == pair[1].place)
            {
                self.rows.push(constraint!(second <= first));
            }
        }
    }

    /// Units of a near group are in the same slots.
    fn group(&mut self) {
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, kind) in self.kinds.iter().enumerate() {
            groups.entry(self.problem.units[kind.units[0]].group).or_default().push(index);
        }
        let sum = |kind: usize, slot: Option<usize>| -> Expression {
            self.cells.iter().filter(|cell| cell.kind == kind && cell.slot == slot).map(|cell| cell.count).sum()
        };
        for kinds in groups.into_values().filter(|kinds| kinds.len() > 1) {
            for slot in (0..self.slots.len()).map(Some).chain([None]) {
                for other in &kinds[1..] {
                    self.rows.push(constraint!(sum(kinds[0], slot) == sum(*other, slot)));
                }
            }
        }
    }

    fn limit_moves(&mut self, part: &Component) {
        let Some(most) = self.problem.max_moves else { return };
        let living = part.units.iter().filter(|unit| self.problem.units[**unit].today.is_some()).count();
        let mut stays = Expression::from(0.0);
        let lives = |cell: &&Cell| self.problem.units[self.kinds[cell.kind].units[0]].today.is_some();
        for cell in self.cells.iter().filter(lives).filter(|cell| !self.moves(cell)) {
            stays += cell.count;
        }
        let least = unsigned(u64::try_from(living).unwrap_or(u64::MAX)) - unsigned(most);
        self.rows.push(constraint!(stays >= least));
    }

    fn run(self, incumbent: Option<&State>, homeless: Vec<Variable>) -> Exact {
        let Self { problem, kinds, slots, cells, variables, rows, cost } = self;
        let _ = incumbent;
        let model = variables.minimise(cost);
        #[cfg(not(feature = "highs"))]
        let mut model = {
            let model = model.using(good_lp::microlp);
            match model.with_mip_gap(0.0) {
                Ok(model) => model.with_time_limit(LONGEST_SECONDS),
                Err(_) => return Exact::Nothing,
            }
        };
        #[cfg(feature = "highs")]
        let mut model = {
            let model = model.using(good_lp::highs);
            match model.with_mip_gap(0.0) {
                Ok(model) => {
                    // One thread and HiGHS's own seed: the same search on every run.
                    model.with_time_limit(LONGEST_SECONDS).set_threads(1)
                }
                Err(_) => return Exact::Nothing,
            }
        };
        for row in rows {
            model.add_constraint(row);
        }
        let solution = match model.solve() {
            Ok(solution) => solution,
            Err(ResolutionError::Infeasible) => return Exact::Infeasible,
            Err(_) => return Exact::Nothing,
        };
        let optimal = matches!(solution.status(), SolutionStatus::Optimal);
        let whole = |variable: Variable| -> u64 {
            let value = solution.value(variable).round();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a count, checked in exact integers below"
            )]
            let count = if value > 0.0 { value as u64 } else { 0 };
            count
        };
        let mut state = State::new(problem);
        let mut opened: Vec<Option<usize>> = vec![None; slots.len()];
        let mut next: Vec<usize> = vec![0; kinds.len()];
        for cell in &cells {
            for _ in 0..whole(cell.count) {
                let Some(unit) = kinds[cell.kind].units.get(next[cell.kind]).copied() else { return Exact::Nothing };
                next[cell.kind] += 1;
                let place = problem.candidate(unit, cell.choice).place;
                let instance = match cell.slot {
                    None => state.open(problem, place),
                    Some(slot) => *opened[slot].get_or_insert_with(|| match slots[slot].host {
                        None => state.open(problem, place),
                        Some(host) => state.of_host(host).expect("what exists has its instance"),
                    }),
                };
                if state.price(problem, unit, cell.choice, instance).is_none() {
                    return Exact::Nothing;
                }
                state.put(problem, unit, cell.choice, instance);
            }
        }
        let left: u64 = homeless.iter().map(|variable| whole(*variable)).sum();
        let placed: usize = next.iter().sum();
        let all: usize = kinds.iter().map(|kind| kind.units.len()).sum();
        if u64::try_from(all - placed).unwrap_or(u64::MAX) != left {
            return Exact::Nothing;
        }
        if optimal { Exact::Optimal(state) } else { Exact::Feasible(state) }
    }
}
