//! Who is known: names of tenants, clusters, classes, teams, regimes and residencies, and the faults of names that are not.

use std::cell::Cell;
use std::collections::{BTreeSet, HashSet};

use crate::inventory::Regulation;
use crate::inventory::written::file::{Written, doubles};
use crate::inventory::written::node::At;
use crate::vocab::diagnostic::{Diagnostic, Span};
use crate::vocab::edit::nearest;
use crate::vocab::name::{ClusterName, RegimeName, Residency, TeamName, TenantName};

/// How many unknown names get a "did you mean". Each looks at every known name.
const SUGGESTIONS: u32 = 200;

/// Every name that the inventory defines.
pub struct Names {
    tenants: HashSet<TenantName>,
    clusters: BTreeSet<ClusterName>,
    teams: Option<BTreeSet<TeamName>>,
    regimes: BTreeSet<RegimeName>,
    residencies: BTreeSet<Residency>,
    /// False where something could not be read: then nothing is called unknown.
    tenants_complete: bool,
    offers_complete: bool,
    regimes_complete: bool,
    suggestions: Cell<u32>,
}

impl Names {
    /// The names of `written`, together with the shipped regimes.
    pub fn of(written: &Written, shipped: &[Regulation]) -> Self {
        let clusters = || written.clusters.iter().map(|at| &at.value);
        let classes = || written.classes.iter().map(|at| &at.value);
        let unread = |kind| written.unread.contains(kind);
        let teams = written.fleet.as_ref().and_then(|fleet| fleet.value.teams.as_ref());
        Self {
            tenants: written
                .tenants
                .iter()
                .filter_map(|at| at.value.name.as_ref())
                .map(|at| at.value.clone())
                .collect(),
            clusters: clusters().filter_map(|cluster| cluster.name.as_ref()).map(|at| at.value.clone()).collect(),
            teams: teams
                .filter(|teams| !teams.value.0.is_empty())
                .map(|teams| teams.value.0.iter().map(|at| at.value.clone()).collect()),
            regimes: shipped
                .iter()
                .map(|regime| regime.name.clone())
                .chain(written.regulations.iter().map(|(name, _)| name.value.clone()))
                .collect(),
            residencies: clusters()
                .map(|cluster| &cluster.residency)
                .chain(classes().map(|class| &class.residency))
                .filter_map(|residency| residency.as_ref().map(|at| at.value.clone()))
                .collect(),
            tenants_complete: written.complete
                && !unread("tenant")
                && written.tenants.iter().all(|at| at.value.name.is_some()),
            offers_complete: written.complete
                && !unread("cluster")
                && !unread("class")
                && clusters().all(|cluster| cluster.name.is_some() && cluster.residency.is_some())
                && classes().all(|class| class.residency.is_some()),
            regimes_complete: written.complete && !unread("regulation"),
            suggestions: Cell::new(SUGGESTIONS),
        }
    }

    /// True where a tenant of this name is written.
    pub fn tenant(&self, at: &At<TenantName>, faults: &mut Vec<Diagnostic>) -> bool {
        let known = self.tenants.contains(&at.value);
        if !known && self.tenants_complete {
            let all = self.tenants.iter().map(TenantName::as_str);
            faults.push(self.unknown("unknown-tenant", "tenant", at.value.as_str(), at.span, all));
        }
        known
    }

    /// True where a cluster of this name is written.
    pub fn cluster(&self, at: &At<ClusterName>, faults: &mut Vec<Diagnostic>) -> bool {
        let known = self.clusters.contains(&at.value);
        if !known && self.offers_complete {
            let all = self.clusters.iter().map(ClusterName::as_str);
            faults.push(self.unknown("unknown-cluster", "cluster", at.value.as_str(), at.span, all));
        }
        known
    }

    /// Checks a team against `[fleet] teams`, where teams are listed.
    pub fn team(&self, at: &At<TeamName>, faults: &mut Vec<Diagnostic>) {
        if let Some(teams) = self.teams.as_ref().filter(|teams| !teams.contains(&at.value)) {
            let all = teams.iter().map(TeamName::as_str);
            let fault = self.unknown("unknown-team", "team", at.value.as_str(), at.span, all);
            faults.push(fault.help("or add it to `teams` of `[fleet]`"));
        }
    }

    /// Checks a regime against the regulation table.
    pub fn regime(&self, at: &At<RegimeName>, faults: &mut Vec<Diagnostic>) {
        if !self.regimes.contains(&at.value) && self.regimes_complete {
            let all = self.regimes.iter().map(RegimeName::as_str);
            let fault = self.unknown("unknown-regime", "regime", at.value.as_str(), at.span, all);
            faults.push(fault.help(format!("or write a table `[regulation.{}]`", at.value)));
        }
    }

    /// Checks a residency against those that clusters and classes offer.
    pub fn residency(&self, at: &At<Residency>, faults: &mut Vec<Diagnostic>) {
        if !self.residencies.contains(&at.value) && self.offers_complete && !self.residencies.is_empty() {
            let all = self.residencies.iter().map(Residency::as_str);
            let message = format!("no cluster and no class is in residency `{}`", at.value);
            let fault = Diagnostic::error("unknown-residency", message).at(at.span, "nobody offers this");
            faults.push(self.suggest(fault, at.value.as_str(), all));
        }
    }

    /// Faults of tenants, clusters and classes of one name.
    pub fn find_doubles(&self, written: &Written, faults: &mut Vec<Diagnostic>) {
        let tenants = written.tenants.iter().filter_map(|at| at.value.name.as_ref());
        doubles("tenant", tenants.map(|at| (at.value.as_str(), at.span)), faults);
        let clusters = written.clusters.iter().filter_map(|at| at.value.name.as_ref());
        doubles("cluster", clusters.map(|at| (at.value.as_str(), at.span)), faults);
        let classes = written.classes.iter().filter_map(|at| at.value.name.as_ref());
        doubles("class", classes.map(|at| (at.value.as_str(), at.span)), faults);
    }

    fn unknown<'a>(
        &self,
        code: &'static str,
        kind: &str,
        name: &str,
        span: Span,
        known: impl Iterator<Item = &'a str>,
    ) -> Diagnostic {
        let fault = Diagnostic::error(code, format!("there is no {kind} `{name}`")).at(span, format!("unknown {kind}"));
        self.suggest(fault, name, known)
    }

    fn suggest<'a>(&self, fault: Diagnostic, name: &str, known: impl Iterator<Item = &'a str>) -> Diagnostic {
        let left = self.suggestions.get();
        if left == 0 {
            return fault.help("correct the name, or define it");
        }
        self.suggestions.set(left - 1);
        let known: BTreeSet<_> = known.collect();
        if let Some(meant) = nearest(name, known.iter().copied()) {
            return fault.help(format!("did you mean `{meant}`?"));
        }
        let few: Vec<_> = known.iter().take(8).map(|name| format!("`{name}`")).collect();
        let more =
            if known.len() > few.len() { format!(" and {} more", known.len() - few.len()) } else { String::new() };
        if few.is_empty() {
            fault.help("there are none")
        } else {
            fault.help(format!("known: {}{more}", few.join(", ")))
        }
    }
}
