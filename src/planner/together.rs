//! Why tenants that each have a home have no plan together: an irreducible set of what they and the policy ask, and the ways out.
//!
//! Tenants are dropped first, then what is asked beside their demand. Both by QuickXplain (Junker, "QuickXplain: Preferred Explanations and
//! Relaxations for Over-Constrained Problems", 2004), which needs about `2 k log2(n / k) + 2 k` questions for k of n members. Dropping a member never
//! takes a home from anybody, so a set found like this is impossible by itself and possible without any one member.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use crate::inventory::{Inventory, Tenant};
use crate::planner::proposal::{Asked, Conflict, Requirement, WayOut, Wishes};
use crate::rules::{RULES, Setting};
use crate::solve::{self, Outcome, Problem};
use crate::vocab::money::Money;
use crate::vocab::name::TenantName;
use crate::vocab::resources::{Resource, Resources};
use crate::vocab::share::Share;

/// Questions to the solver for one conflict. After that, the set that is left is told as it is.
const MOST_QUESTIONS: usize = 600;
/// Ways out are priced where the fleet has at most so many tenants: each price is a plan of its own.
const MOST_PRICED: usize = 60;

/// The conflict of these units.
#[must_use]
pub fn together(setting: &Setting<'_>, wishes: &Wishes<'_>, units: &[usize]) -> Conflict {
    let tenants: BTreeSet<TenantName> = units.iter().map(|unit| setting.units[*unit].tenant.name.clone()).collect();
    let mut judge =
        Judge { inventory: setting.inventory, wishes, importance: setting.importance_cap, asked: 0, sure: true };
    let demands: Vec<Asked> = tenants.into_iter().map(Asked::Demand).collect();
    let every = members(setting, wishes);
    let mut background = every.clone();
    let demands = judge.explain(&mut background, false, &demands);
    let named = |tenant: &TenantName| demands.contains(&Asked::Demand(tenant.clone()));
    let rest: Vec<Asked> = every.into_iter().filter(|member| member.tenants().into_iter().all(named)).collect();
    let rest = judge.explain(&mut demands.clone(), true, &rest);
    let mut set = demands;
    set.extend(rest);
    set.sort();
    let mut tenants: Vec<TenantName> = set.iter().flat_map(Asked::tenants).cloned().collect();
    tenants.sort();
    tenants.dedup();
    let requirements = set.iter().map(|member| requirement(setting, wishes, member)).collect();
    let ways_out = ways_out(setting, &judge, &set);
    Conflict { tenants, requirements, ways_out, minimal: judge.sure }
}

/// Everything that is asked beside demands: of the policy, of pairs, and of each tenant by the rules that close a door or bind it to others.
fn members(setting: &Setting<'_>, wishes: &Wishes<'_>) -> Vec<Asked> {
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
        "edition" | "isolation" | "kernel" | "support" | "trust" | "version" => true,
        _ => false,
    }
}

/// Asks the solver whether a set of members can stand together.
struct Judge<'a> {
    inventory: &'a Inventory,
    wishes: &'a Wishes<'a>,
    importance: u64,
    asked: usize,
    sure: bool,
}

impl Judge<'_> {
    /// QuickXplain: of `members`, a set that is impossible together with the background, none of them left to drop. `changed` says whether
    /// the background got more since it was last asked about.
    fn explain(&mut self, background: &mut Vec<Asked>, changed: bool, members: &[Asked]) -> Vec<Asked> {
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
        self.asked += 1;
        let answer = if self.asked > MOST_QUESTIONS { None } else { self.possible(kept) };
        self.sure &= answer.is_some();
        answer == Some(false)
    }

    fn possible(&self, kept: &[Asked]) -> Option<bool> {
        let kept: BTreeSet<&Asked> = kept.iter().collect();
        let relaxed = self.relaxed(&|member| kept.contains(member));
        self.with(&relaxed, &|member| kept.contains(member), |problem| {
            let units: Vec<usize> = (0..problem.units.len()).collect();
            if units.is_empty() { Some(true) } else { solve::feasible(problem, &units) }
        })
    }

    /// The fleet's money per month without one member, where that gives a plan.
    fn price(&self, without: &Asked) -> Option<Money> {
        let keeps = |member: &Asked| member != without;
        let relaxed = self.relaxed(&keeps);
        self.with(&relaxed, &keeps, |problem| match solve::solve(problem, false, &mut |_| ControlFlow::Continue(())) {
            Outcome::Found(solution) => Some(Money(solution.state.cost())),
            Outcome::Infeasible(_) | Outcome::Unknown(_) => None,
        })
    }

    /// The problem in which only some members hold.
    fn with<T>(&self, relaxed: &Inventory, keeps: &dyn Fn(&Asked) -> bool, ask: impl FnOnce(&Problem) -> T) -> T {
        let mut lifted = Vec::new();
        for tenant in &relaxed.tenants {
            let rules = RULES.iter().map(|rule| rule.name());
            let dropped = rules
                .filter(|rule| !POLICY_AND_PAIRS.contains(rule) && !keeps(&Asked::Rule(tenant.name.clone(), rule)));
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

/// A member in words, with its line.
fn requirement(setting: &Setting<'_>, wishes: &Wishes<'_>, asked: &Asked) -> Requirement {
    let inventory = setting.inventory;
    let policy = &inventory.policy;
    let tenant = |name: &TenantName| inventory.tenant(name).expect("members are of this inventory").1;
    let (text, span) = match asked {
        Asked::Demand(name) => {
            let tenant = tenant(name);
            let demand = tenant.at.written("demand").unwrap_or_else(|| tenant.at.of("workload"));
            (format!("tenant `{name}` asks for {}", words(&tenant.planned().resources)), Some(demand))
        }
        Asked::Near(a, b) | Asked::Apart(a, b) => {
            let (key, word) = if matches!(asked, Asked::Near(..)) { ("near", "near") } else { ("apart", "apart from") };
            let list = |of: &Tenant| if key == "near" { of.near.clone() } else { of.apart.clone() };
            let writer = if list(tenant(a)).contains(b) { a } else { b };
            (format!("tenants `{a}` and `{b}` are {word} each other"), tenant(writer).at.written(key))
        }
        Asked::Policy(key) => (
            match *key {
                "headroom" => format!("policy keeps {} of each pool's nodes free", policy.headroom),
                "survive_zone_loss" => "policy wants the loss of a zone to be survived".to_owned(),
                "separate_environments" => {
                    "policy keeps production and the rest in different shared clusters".to_owned()
                }
                "max_importance_share" => format!(
                    "policy lets one shared cluster hold {} of the fleet's importance, {} at most",
                    policy.max_importance_share, setting.importance_cap
                ),
                "max_tenant_share" => {
                    format!("policy lets one tenant take {} of a shared cluster at most", policy.max_tenant_share)
                }
                _ => format!("at most {} homes may move", wishes.max_moves.unwrap_or(0)),
            },
            policy.at.written(key),
        ),
        Asked::Class(name) => {
            let class = inventory.class(name).expect("members are of this inventory");
            (format!("class `{name}` opens {} clusters at most", class.open_at_most), Some(class.at.of("open_at_most")))
        }
        Asked::Rule(name, rule) => {
            let (key, what) = of_rule(setting, tenant(name), rule);
            let at = &tenant(name).at;
            let pinned = setting.pin(name).filter(|_| *rule == "pin").map(|pin| pin.at.of("tenant"));
            (format!("tenant `{name}` asks for {what}"), pinned.or_else(|| at.written(key)))
        }
    };
    Requirement { asked: asked.clone(), text, span }
}

/// The key that says what a tenant asks under a rule, and that in words.
fn of_rule(setting: &Setting<'_>, tenant: &Tenant, rule: &str) -> (&'static str, String) {
    let list = |names: Vec<String>, word: &str| {
        names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(word)
    };
    let strings = |names: &[crate::vocab::name::Residency]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    match rule {
        "residency" if !tenant.sites.is_empty() => {
            ("sites", format!("a home in each of {}", list(strings(&tenant.sites), " and ")))
        }
        "residency" => ("residency", format!("residency {}", list(strings(&tenant.residency), " or "))),
        "version" => ("kubernetes", format!("Kubernetes {}", tenant.kubernetes)),
        "disruption" => {
            let most = tenant.disruption.map(|most| most.to_string()).unwrap_or_default();
            ("disruption", format!("a control-plane outage of {most} at most"))
        }
        "regulation" => (
            "regulation",
            format!("regime {}", list(tenant.regulation.iter().map(ToString::to_string).collect(), " and ")),
        ),
        "neighbours" => match tenant.max_neighbours {
            Some(most) => ("max_neighbours", format!("at most {most} neighbours, and those that its regimes allow")),
            None if tenant.regulation.is_empty() => {
                ("regulation", "no regime, which some neighbours' regimes mind".to_owned())
            }
            None => ("regulation", "the neighbours that its regimes allow".to_owned()),
        },
        "trust" => ("trust", format!("what trust `{}` allows", tenant.trust)),
        "isolation" => ("isolation", format!("isolation `{}`", tenant.isolation)),
        "crds" => ("crds", "its own custom resource definitions".to_owned()),
        "crd-versions" => ("crds", "its versions of custom resource definitions".to_owned()),
        "kernel" => ("kernel", "nodes of its kind: OS, architecture, kernel, GPU, runtime".to_owned()),
        "pin" => ("name", "the home it is pinned to".to_owned()),
        "support" => ("name", format!("a cluster that is supported on {}", setting.inventory.fleet.date)),
        "edition" => {
            ("name", format!("what edition `{}` of the vcluster chart includes", setting.inventory.vcluster.edition))
        }
        other => ("name", format!("rule `{other}`")),
    }
}

fn words(resources: &Resources) -> String {
    let parts: Vec<String> =
        Resource::ALL.into_iter().filter(|r| resources.get(*r) > 0).map(|r| r.amount(resources.get(r))).collect();
    if parts.is_empty() { "a home".to_owned() } else { parts.join(", ") }
}

/// Dropping a member resolves the conflict; where the fleet is small, with what it costs then. Cheapest first.
fn ways_out(setting: &Setting<'_>, judge: &Judge<'_>, set: &[Asked]) -> Vec<WayOut> {
    let priced = setting.inventory.tenants.len() <= MOST_PRICED;
    let mut ways: Vec<WayOut> = set
        .iter()
        .map(|asked| {
            let text = match asked {
                Asked::Demand(name) => format!("give up tenant `{name}`, or shrink it"),
                Asked::Near(a, b) => format!("let `{a}` and `{b}` live in different clusters"),
                Asked::Apart(a, b) => format!("let `{a}` and `{b}` share a cluster"),
                Asked::Policy("max_moves") => "allow more moves".to_owned(),
                Asked::Policy(key) => format!("relax `{key}` in the policy"),
                Asked::Class(name) => format!("raise `open_at_most` of class `{name}`"),
                Asked::Rule(name, rule) => {
                    let page = crate::rules::rule(rule).map_or("", |rule| rule.page().satisfy);
                    format!("for tenant `{name}`: {page}")
                }
            };
            let text = if priced { format!("{text}: what the fleet costs without this") } else { text };
            WayOut { text, monthly: if priced { judge.price(asked) } else { None } }
        })
        .collect();
    ways.sort_by_key(|way| (way.monthly.is_none(), way.monthly));
    ways.push(WayOut {
        text: "offer more room: a higher maximum or limit of a pool or cluster, or another cluster or class".to_owned(),
        monthly: None,
    });
    ways
}
