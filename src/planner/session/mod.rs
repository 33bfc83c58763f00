//! A planning session: a fleet with its plan and the prices that prove it, and what becomes of them when something changes.
//!
//! An inventory flows in, then one [`Change`] after the other; each gives an [`Answer`] with a plan and a bound that its certificate proves. One tenant's change is
//! answered without a solve, because prices go on proving a bound (docs/solver.md) and a plan is mended around the change. Where that does not do, the fleet
//! is solved anew, and the answer says why. Moves are counted from the plan that the session began with, so that answers can be compared.

mod change;
mod roster;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use crate::inventory::{Inventory, Tenant};
use crate::plan::Plan;
use crate::plan::certificate::Certificate;
use crate::planner::certify::certify;
use crate::planner::proposal::{Proposal, Wishes};
use crate::planner::propose::decide;
use crate::planner::write_down::write_down;
use crate::rules::Setting;
use crate::solve::live::{Edit, Live, Unmended};
use crate::solve::{Problem, Solution, Watch};
use crate::vocab::money::Money;
use crate::vocab::name::{Residency, TenantName};

pub use change::{Answer, Because, Change, Home, How, Refusal, Rehoused};
use roster::{Becomes, Roster};

/// A repaired plan may leave a gap that is larger by so much than the last solve's, in millionths of the objective: a tenth of a percent. Beyond, the fleet
/// is solved anew, unless [`Session::tolerate`] says otherwise.
pub const MOST_LOST_MILLIONTHS: u64 = 1_000;

/// A fleet that is asked "what if".
#[derive(Debug, Clone)]
pub struct Session {
    roster: Roster,
    from: Option<Plan>,
    max_moves: Option<u64>,
    threads: Option<NonZeroUsize>,
    live: Live,
    /// The units of each tenant, by site.
    units: BTreeMap<TenantName, BTreeMap<Option<Residency>, usize>>,
    /// The name of each host, and whether it is a class.
    hosts: Vec<(String, bool)>,
    /// What the last solve left.
    gap_millionths: u64,
    most_lost_millionths: u64,
    claim: Option<&'static str>,
    stopped: bool,
}

impl Session {
    /// Begins with a fleet, which is solved. Everybody has a home: `wishes.partial` is not listened to.
    ///
    /// # Errors
    /// Where there is no plan, or none was found.
    pub fn open(inventory: Inventory, wishes: &Wishes<'_>, watch: Watch<'_>) -> Result<(Self, Answer), Refusal> {
        let session = Self::solved(inventory, wishes, watch)?;
        let answer = session.answer(How::Solved(Because::Opened), Vec::new());
        Ok((session, answer))
    }

    /// Lets the gap of repaired plans grow by so many millionths of the objective before the fleet is solved anew; [`MOST_LOST_MILLIONTHS`] by default.
    pub const fn tolerate(&mut self, millionths: u64) {
        self.most_lost_millionths = millionths;
    }

    /// The fleet as it is now. Takes time in proportion to its tenants.
    #[must_use]
    pub fn inventory(&self) -> Inventory {
        self.roster.inventory()
    }

    /// A tenant, to be changed and given back as [`Change::Tenant`].
    #[must_use]
    pub fn tenant(&self, name: &TenantName) -> Option<&Tenant> {
        self.roster.tenant(name)
    }

    /// Every tenant, by name.
    pub fn tenants(&self) -> impl Iterator<Item = &Tenant> {
        self.roster.tenants()
    }

    /// Changes the fleet: what it costs then, and what no plan costs less than. The watcher is told where it has to be solved anew.
    ///
    /// # Errors
    /// Where the change speaks of what is not there, or there is no plan after it. The session is as it was then.
    pub fn change(&mut self, change: Change, watch: Watch<'_>) -> Result<Answer, Refusal> {
        let becomes = match change {
            Change::Tenant(tenant) => {
                let tenant = self.roster.checked(*tenant)?;
                self.roster.changes(&tenant.name.clone(), Some(tenant))
            }
            Change::NoTenant(name) => {
                if self.tenant(&name).is_none() {
                    return Err(Refusal::Input(format!("there is no tenant `{name}`")));
                }
                self.roster.changes(&name, None)
            }
            other => {
                let inventory = self.changed(other)?;
                return self.solve_anew(inventory, Because::Fleet, watch);
            }
        };
        if becomes.iter().any(|(name, tenant)| self.regroups(name, tenant.as_ref())) {
            return self.solve_anew(self.roster.with(&becomes), Because::Near, watch);
        }
        let rehoused = match self.mend(&becomes) {
            Ok(rehoused) => rehoused,
            Err(why) => {
                let because = match why {
                    Unmended::Closed | Unmended::Homeless => Because::Homeless,
                    Unmended::Parts => Because::Parts,
                    Unmended::Importance => Because::Importance,
                    Unmended::Moves => Because::Moves,
                };
                return self.solve_anew(self.roster.with(&becomes), because, watch);
            }
        };
        self.roster.become_(becomes);
        (self.claim, self.stopped) = (None, false);
        let answer = self.answer(How::Repaired, rehoused);
        if answer.gap_millionths() <= self.gap_millionths.saturating_add(self.most_lost_millionths) {
            return Ok(answer);
        }
        self.improve(answer, watch)
    }

    /// The plan, and the certificate that proves the bound. Takes time in proportion to the fleet.
    #[must_use]
    pub fn plan(&self) -> (Plan, Certificate) {
        let inventory = self.inventory();
        let setting = Setting::new(&inventory, self.from.as_ref());
        let order: Vec<usize> =
            setting.units.iter().map(|unit| self.units[&unit.tenant.name][&unit.site.cloned()]).collect();
        let (problem, state) = self.live.in_order(&order);
        let bound = self.live.bound();
        let solution = Solution {
            proven: bound == state.cost(),
            state,
            bound,
            claim: self.claim,
            stopped: self.stopped,
            proofs: Vec::new(),
        };
        let plan = write_down(&setting, &problem, &solution, &self.wishes());
        let certificate = certify(&setting, self.live.problem(), &plan, &self.live.proofs());
        (plan, certificate)
    }

    const fn wishes(&self) -> Wishes<'_> {
        Wishes { from: self.from.as_ref(), partial: false, max_moves: self.max_moves, threads: self.threads }
    }

    fn solved(inventory: Inventory, wishes: &Wishes<'_>, watch: Watch<'_>) -> Result<Self, Refusal> {
        let setting = Setting::new(&inventory, wishes.from);
        let (problem, modeller) = Problem::kept(&setting, wishes.max_moves);
        let problem = problem.with_threads(wishes.threads);
        let solution = decide(&setting, &problem, wishes, watch).map_err(|proposal| match *proposal {
            Proposal::Impossible(conflicts) => Refusal::Impossible(conflicts),
            Proposal::Unknown(why) => Refusal::Unknown(why),
            Proposal::Plan(_) => unreachable!("a plan is no refusal"),
        })?;
        let mut units: BTreeMap<TenantName, BTreeMap<Option<Residency>, usize>> = BTreeMap::new();
        for (index, unit) in setting.units.iter().enumerate() {
            units.entry(unit.tenant.name.clone()).or_default().insert(unit.site.cloned(), index);
        }
        let hosts = setting.hosts.iter().map(|host| (host.name.clone(), host.is_class())).collect();
        let live = Live::new(problem, modeller, &solution).expect("what was solved has a proof for each component");
        let mut session = Self {
            from: wishes.from.cloned(),
            max_moves: wishes.max_moves,
            threads: wishes.threads,
            live,
            units,
            hosts,
            gap_millionths: 0,
            most_lost_millionths: MOST_LOST_MILLIONTHS,
            claim: solution.claim,
            stopped: solution.stopped,
            roster: Roster::new(inventory, wishes.from),
        };
        session.gap_millionths = change::gap(session.objective(), Money(session.live.bound()));
        Ok(session)
    }

    const fn objective(&self) -> Money {
        Money(self.live.state().cost())
    }

    fn answer(&self, how: How, rehoused: Vec<Rehoused>) -> Answer {
        let (objective, bound) = (self.objective(), Money(self.live.bound()));
        Answer { objective, bound, moves: self.live.state().moves(), rehoused, how }
    }

    /// The fleet with other clusters or classes, or on another date.
    fn changed(&self, change: Change) -> Result<Inventory, Refusal> {
        fn put<T, N: Ord>(list: &mut Vec<T>, item: T, name: impl Fn(&T) -> &N) {
            match list.binary_search_by(|known| name(known).cmp(name(&item))) {
                Ok(at) => list[at] = item,
                Err(at) => list.insert(at, item),
            }
        }
        let mut inventory = self.inventory();
        let missing = |what: &str, name: &dyn std::fmt::Display| Refusal::Input(format!("there is no {what} `{name}`"));
        match change {
            Change::Cluster(cluster) => put(&mut inventory.clusters, *cluster, |cluster| &cluster.name),
            Change::Class(class) => put(&mut inventory.classes, *class, |class| &class.name),
            Change::NoCluster(name) => {
                inventory.cluster(&name).ok_or_else(|| missing("cluster", &name))?;
                inventory.clusters.retain(|cluster| cluster.name != name);
            }
            Change::NoClass(name) => {
                inventory.class(&name).ok_or_else(|| missing("class", &name))?;
                inventory.classes.retain(|class| class.name != name);
            }
            Change::Date(date) => inventory.fleet.date = date,
            Change::Tenant(_) | Change::NoTenant(_) => unreachable!("tenants are changed one by one"),
        }
        if inventory.most() > i128::from(Money::CEILING.0) {
            return Err(Refusal::Input("the change makes the fleet too large to plan with".to_owned()));
        }
        Ok(inventory)
    }

    /// Whether other units would have to share a cluster than until now.
    fn regroups(&self, name: &TenantName, becomes: Option<&Tenant>) -> bool {
        let is = self.tenant(name);
        let near = |tenant: Option<&Tenant>| tenant.map(|tenant| tenant.near.clone()).unwrap_or_default();
        let sites = |tenant: Option<&Tenant>| tenant.map(|tenant| tenant.sites.clone());
        near(is) != near(becomes) || (self.roster.is_near(name) && sites(is) != sites(becomes))
    }

    /// Mends the plan around tenants that change; the roster is left as it was.
    fn mend(&mut self, becomes: &Becomes) -> Result<Vec<Rehoused>, Unmended> {
        let cap = self.roster.importance_cap(becomes);
        self.roster.set(becomes);
        let near: Vec<TenantName> = becomes.keys().filter(|name| self.roster.is_near(name)).cloned().collect();
        let mut setting = Setting::new(&self.roster.stage, self.roster.staged_plan.as_ref());
        setting.near.extend(near.iter());
        setting.importance_cap = cap;
        let mut edits: Vec<(&TenantName, Option<Residency>, Edit<'_>)> = Vec::new();
        for name in becomes.keys() {
            let mut known = self.units.get(name).cloned().unwrap_or_default();
            for unit in setting.units.iter().filter(|unit| unit.tenant.name == *name) {
                let site = unit.site.cloned();
                edits.push((name, site.clone(), Edit { index: known.remove(&site), unit: Some(unit) }));
            }
            edits.extend(known.into_iter().map(|(site, index)| (name, site, Edit { index: Some(index), unit: None })));
        }
        let mut homes: BTreeMap<usize, (TenantName, Option<Residency>, Option<Home>)> = BTreeMap::new();
        for index in edits.iter().filter_map(|(_, _, edit)| edit.index) {
            homes.insert(index, self.named(index, self.live.state().home(index)));
        }
        let (keys, edits): (Vec<_>, Vec<Edit<'_>>) =
            edits.into_iter().map(|(name, site, edit)| ((name, site, edit.unit.is_some()), edit)).unzip();
        let changed = self.live.change(&setting, &edits, cap);
        self.roster.clear();
        let (indices, touched) = changed?;
        for ((name, site, stays), index) in keys.into_iter().zip(indices) {
            let units = self.units.entry(name.clone()).or_default();
            if stays {
                units.insert(site, index);
            } else {
                units.remove(&site);
            }
            if units.is_empty() {
                self.units.remove(name);
            }
        }
        let mut rehoused = Vec::new();
        for (index, before) in touched {
            let (tenant, site, to) = self.named(index, self.live.state().home(index));
            let (tenant, site, from) = homes.remove(&index).unwrap_or_else(|| {
                let (_, _, from) = self.named(index, before);
                (tenant, site, from)
            });
            if from != to {
                rehoused.push(Rehoused { tenant, site, from, to });
            }
        }
        rehoused.sort_by(|a, b| (&a.tenant, &a.site).cmp(&(&b.tenant, &b.site)));
        Ok(rehoused)
    }

    /// Whose unit it is, and a home of it in names.
    fn named(&self, unit: usize, home: Option<(usize, usize)>) -> (TenantName, Option<Residency>, Option<Home>) {
        let problem = self.live.problem();
        let (tenant, site) = problem.names[unit].clone();
        let home = home.map(|(instance, choice)| {
            let data = &self.live.state().instances()[instance];
            let (cluster, opened) = self.hosts[data.host.unwrap_or(problem.places[data.place].hosts[0])].clone();
            Home { cluster, opened, form: problem.candidate(unit, choice).form }
        });
        (tenant, site, home)
    }

    /// Every home, in names.
    fn homes(&self) -> BTreeMap<(TenantName, Option<Residency>), Option<Home>> {
        let named = self.live.units().map(|unit| self.named(unit, self.live.state().home(unit)));
        named.map(|(tenant, site, home)| ((tenant, site), home)).collect()
    }

    /// Solves a changed fleet and takes its place.
    fn solve_anew(&mut self, inventory: Inventory, because: Because, watch: Watch<'_>) -> Result<Answer, Refusal> {
        let next = Self::solved(inventory, &self.wishes(), watch)?;
        let (mut before, after) = (self.homes(), next.homes());
        let mut rehoused = Vec::new();
        for ((tenant, site), to) in after {
            let from = before.remove(&(tenant.clone(), site.clone())).flatten();
            if from != to {
                rehoused.push(Rehoused { tenant, site, from, to });
            }
        }
        rehoused.extend(before.into_iter().map(|((tenant, site), from)| Rehoused { tenant, site, from, to: None }));
        rehoused.sort_by(|a, b| (&a.tenant, &a.site).cmp(&(&b.tenant, &b.site)));
        *self = Self { most_lost_millionths: self.most_lost_millionths, ..next };
        Ok(self.answer(How::Solved(because), rehoused))
    }

    /// Solves the fleet anew after a repair that left too much; what was repaired stays where that is better all the same.
    fn improve(&mut self, repaired: Answer, watch: Watch<'_>) -> Result<Answer, Refusal> {
        let mut next = self.clone();
        let solved = next.solve_anew(self.inventory(), Because::Gap, watch);
        match solved {
            Ok(solved) if solved.objective <= repaired.objective && solved.bound >= repaired.bound => {
                // Both steps together are one change to whoever asked.
                let mut rehoused = solved.rehoused;
                for old in repaired.rehoused {
                    match rehoused.iter_mut().find(|new| (&new.tenant, &new.site) == (&old.tenant, &old.site)) {
                        Some(new) => new.from = old.from,
                        None => rehoused.push(old),
                    }
                }
                rehoused.retain(|unit| unit.from != unit.to);
                rehoused.sort_by(|a, b| (&a.tenant, &a.site).cmp(&(&b.tenant, &b.site)));
                *self = next;
                Ok(Answer { rehoused, ..solved })
            }
            // The search was ended early, or lost its way: a plan is known, and it stands.
            Ok(_) | Err(_) => {
                self.gap_millionths = repaired.gap_millionths();
                Ok(Answer { how: How::Solved(Because::Gap), ..repaired })
            }
        }
    }
}
