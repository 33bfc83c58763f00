//! Asks the solver whether requirements can stand together, and finds those that cannot.
//!
//! QuickXplain (Junker, "QuickXplain: Preferred Explanations and Relaxations for Over-Constrained Problems", 2004) needs about
//! `2 k log2(n / k) + 2 k` questions for k of n members. Dropping a member never takes a home from anybody, so a set found like this is impossible by
//! itself and possible without any one member.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use crate::inventory::{Inventory, Tenant};
use crate::planner::proposal::{Asked, Wishes};
use crate::rules::{RULES, Setting};
use crate::solve::{self, Outcome, Problem};
use crate::vocab::money::Money;
use crate::vocab::name::TenantName;
use crate::vocab::share::Share;

/// Everything that is asked beside demands: of the policy, of pairs, and of each tenant by the rules that close a door or bind it to others.
#[must_use]
pub fn members(setting: &Setting<'_>, wishes: &Wishes<'_>) -> Vec<Asked> {
    let (inventory, policy) = (setting.inventory, &setting.inventory.policy);
    let mut all = Vec::new();
    let mut key = |holds: bool, key: &'static str| {
        if holds {
            all.push(Asked::Policy(key));
        }
    };
    key(policy.headroom > Share::ZERO, "headroom");
    key(policy.survive_zone_loss, "survive_zone_loss");
    key(policy.separate_environments, "separate_environments");
    key(policy.max_importance_share < Share::ALL, "max_importance_share");
    key(policy.max_tenant_share < Share::ALL, "max_tenant_share");
    key(wishes.max_moves.is_some(), "max_moves");
    key(true, "edition");
    all.extend(inventory.classes.iter().map(|class| Asked::Class(class.name.clone())));
    for tenant in &inventory.tenants {
        for (list, pair) in [(&tenant.near, true), (&tenant.apart, false)] {
            for other in list {
                let (a, b) = (tenant.name.clone().min(other.clone()), tenant.name.clone().max(other.clone()));
                all.push(if pair { Asked::Near(a, b) } else { Asked::Apart(a, b) });
            }
        }
        all.extend(
            RULES
                .iter()
                .map(|rule| rule.name())
                .filter(|rule| asks(setting, tenant, rule))
                .map(|rule| Asked::Rule(tenant.name.clone(), rule)),
        );
    }
    all.sort();
    all.dedup();
    all
}

/// Whether a tenant asks something under a rule that neither the policy nor a pair asks of it.
fn asks(setting: &Setting<'_>, tenant: &Tenant, rule: &str) -> bool {
    match rule {
        "residency" => !tenant.residency.is_empty() || !tenant.sites.is_empty(),
        "disruption" => tenant.disruption.is_some(),
        "regulation" => !tenant.regulation.is_empty(),
        "neighbours" => {
            tenant.max_neighbours.is_some()
                || setting.inventory.regulations.iter().any(|regime| regime.same_regime_neighbours)
        }
        "crds" | "crd-versions" => !tenant.crds.is_empty(),
        "pin" => setting.pin(&tenant.name).is_some(),
        "isolation" | "kernel" | "support" | "trust" | "version" => true,
        _ => false,
    }
}

/// What dropping one member comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Price {
    /// There is a plan, of so much money per month.
    Monthly(Money),
    /// There is still no plan: something else is in the way too.
    NotEnough,
    /// Nobody knows.
    Unknown,
}

/// Asks the solver whether a set of members can stand together.
pub struct Judge<'a> {
    /// The fleet.
    pub inventory: &'a Inventory,
    /// What is wished beside it.
    pub wishes: &'a Wishes<'a>,
    /// The most importance that one shared cluster may hold; tenants that are left out count.
    pub importance: u64,
    /// False where a question had no answer.
    pub sure: bool,
    asked: usize,
    most: usize,
}

impl<'a> Judge<'a> {
    /// A judge that asks `most` questions at most.
    #[must_use]
    pub const fn new(setting: &Setting<'a>, wishes: &'a Wishes<'a>, most: usize) -> Self {
        Self { inventory: setting.inventory, wishes, importance: setting.importance_cap, sure: true, asked: 0, most }
    }

    /// QuickXplain: of `members`, a set that is impossible together with the background, none of them left to drop. `changed` says whether
    /// the background got more since it was last asked about.
    pub fn explain(&mut self, background: &mut Vec<Asked>, changed: bool, members: &[Asked]) -> Vec<Asked> {
        if changed && self.impossible(background) {
            return Vec::new();
        }
        if members.len() <= 1 {
            return members.to_vec();
        }
        let (first, second) = members.split_at(members.len() / 2);
        let before = background.len();
        background.extend_from_slice(first);
        let of_second = self.explain(background, true, second);
        background.truncate(before);
        background.extend_from_slice(&of_second);
        let of_first = self.explain(background, !of_second.is_empty(), first);
        background.truncate(before);
        of_first.into_iter().chain(of_second).collect()
    }

    fn impossible(&mut self, kept: &[Asked]) -> bool {
        let answer = self.possible(kept);
        self.sure &= answer.is_some();
        answer == Some(false)
    }

    /// Whether these can stand together; nothing where nobody knows, or the questions are used up.
    pub fn possible(&mut self, kept: &[Asked]) -> Option<bool> {
        self.asked += 1;
        if self.asked > self.most {
            return None;
        }
        let kept: BTreeSet<&Asked> = kept.iter().collect();
        let relaxed = self.relaxed(&|member| kept.contains(member));
        self.with(&relaxed, &|member| kept.contains(member), |problem| {
            let units: Vec<usize> = (0..problem.units.len()).collect();
            if units.is_empty() { Some(true) } else { solve::feasible(problem, &units) }
        })
    }

    /// What comes of the fleet without one member.
    #[must_use]
    pub fn price(&self, without: &Asked) -> Price {
        let keeps = |member: &Asked| member != without;
        let relaxed = self.relaxed(&keeps);
        self.with(&relaxed, &keeps, |problem| match solve::solve(problem, false, &mut |_| ControlFlow::Continue(())) {
            Outcome::Found(solution) => Price::Monthly(Money(solution.state.cost())),
            Outcome::Infeasible(_) => Price::NotEnough,
            Outcome::Unknown(units) if units.iter().any(|unit| problem.units[*unit].choices.is_empty()) => {
                Price::NotEnough
            }
            Outcome::Unknown(_) => Price::Unknown,
        })
    }

    /// The problem in which only some members hold.
    fn with<T>(&self, relaxed: &Inventory, keeps: &dyn Fn(&Asked) -> bool, ask: impl FnOnce(&Problem) -> T) -> T {
        let mut lifted = Vec::new();
        for tenant in &relaxed.tenants {
            let stands = |rule: &'static str| match rule {
                "edition" => keeps(&Asked::Policy("edition")),
                _ => POLICY_AND_PAIRS.contains(&rule) || keeps(&Asked::Rule(tenant.name.clone(), rule)),
            };
            let dropped = RULES.iter().map(|rule| rule.name()).filter(|rule| !stands(rule));
            lifted.extend(dropped.map(|rule| (tenant.name.clone(), rule.to_owned())));
        }
        let mut setting = Setting::new(relaxed, self.wishes.from).ignoring(lifted);
        setting.importance_cap =
            if keeps(&Asked::Policy("max_importance_share")) { self.importance } else { u64::MAX / 4 };
        let max_moves = self.wishes.max_moves.filter(|_| keeps(&Asked::Policy("max_moves")));
        ask(&Problem::new(&setting, max_moves))
    }

    /// The inventory in which only some members hold, as far as it says them.
    fn relaxed(&self, keeps: &dyn Fn(&Asked) -> bool) -> Inventory {
        let mut inventory = self.inventory.clone();
        let policy = &mut inventory.policy;
        if !keeps(&Asked::Policy("headroom")) {
            policy.headroom = Share::ZERO;
        }
        if !keeps(&Asked::Policy("max_tenant_share")) {
            policy.max_tenant_share = Share::ALL;
        }
        policy.survive_zone_loss &= keeps(&Asked::Policy("survive_zone_loss"));
        policy.separate_environments &= keeps(&Asked::Policy("separate_environments"));
        inventory.tenants.retain(|tenant| keeps(&Asked::Demand(tenant.name.clone())));
        let there: BTreeSet<TenantName> = inventory.tenants.iter().map(|tenant| tenant.name.clone()).collect();
        let units: usize = inventory.tenants.iter().map(|tenant| tenant.unit_sites().len()).sum();
        for tenant in &mut inventory.tenants {
            let name = tenant.name.clone();
            let pair = |other: &TenantName| (name.clone().min(other.clone()), name.clone().max(other.clone()));
            let stands = |other: &TenantName, of: fn(TenantName, TenantName) -> Asked| {
                let (a, b) = pair(other);
                there.contains(other) && keeps(&of(a, b))
            };
            tenant.near.retain(|other| stands(other, Asked::Near));
            tenant.apart.retain(|other| stands(other, Asked::Apart));
            if !keeps(&Asked::Rule(name.clone(), "neighbours")) {
                tenant.max_neighbours = None;
            }
        }
        for class in &mut inventory.classes {
            if !keeps(&Asked::Class(class.name.clone())) {
                // As many as could ever be used.
                class.open_at_most = class.open_at_most.max(u32::try_from(units).unwrap_or(u32::MAX));
            }
        }
        inventory
    }
}

/// Rules that the policy, a pair, a class or the given clusters ask, or that a tenant's demand alone breaks: nothing that lifting the rule for one tenant stands for.
const POLICY_AND_PAIRS: &[&str] = &[
    "apart",
    "blast-radius",
    "capacity",
    "class-limit",
    "cluster-limits",
    "environments",
    "moves",
    "near",
    "pool-limits",
    "scale",
];
