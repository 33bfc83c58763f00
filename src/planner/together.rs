//! Why tenants that each have a home have no plan together: an irreducible set of what they and the policy ask, and the ways out.
//!
//! Tenants are dropped first, then what is asked beside their demand; `judge` says what is left over.

use std::collections::BTreeSet;

use crate::inventory::Tenant;
use crate::planner::judge::{Judge, Price, members};
use crate::planner::proposal::{Asked, Conflict, Requirement, WayOut, Wishes};
use crate::rules::Setting;
use crate::vocab::name::TenantName;
use crate::vocab::resources::{Resource, Resources};

/// Questions to the solver for one conflict. After that, the set that is left is told as it is.
const MOST_QUESTIONS: usize = 600;
/// Ways out are priced where the fleet has at most so many tenants: each price is a plan of its own.
const MOST_PRICED: usize = 60;

/// The conflict of these units.
#[must_use]
pub fn together(setting: &Setting<'_>, wishes: &Wishes<'_>, units: &[usize]) -> Conflict {
    let tenants: BTreeSet<TenantName> = units.iter().map(|unit| setting.units[*unit].tenant.name.clone()).collect();
    let mut judge = Judge::new(setting, wishes, MOST_QUESTIONS);
    let demands: Vec<Asked> = tenants.into_iter().map(Asked::Demand).collect();
    let every = members(setting, wishes);
    let mut background = every.clone();
    let demands = judge.explain(&mut background, false, &demands);
    let named = |tenant: &TenantName| demands.contains(&Asked::Demand(tenant.clone()));
    let mut rest: Vec<Asked> = every.into_iter().filter(|member| member.tenants().into_iter().all(named)).collect();
    // What comes first is rather kept: what somebody wrote, then what holds for everybody, then each tenant's defaults.
    rest.sort_by_cached_key(|member| {
        (requirement(setting, wishes, member).span.is_none(), matches!(member, Asked::Rule(..)), member.clone())
    });
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
                "edition" => format!(
                    "the vcluster chart is {} in edition `{}`, which leaves some homes closed",
                    inventory.vcluster.chart, inventory.vcluster.edition
                ),
                _ => format!("at most {} homes may move", wishes.max_moves.unwrap_or(0)),
            },
            if *key == "edition" { inventory.vcluster.at.written(key) } else { policy.at.written(key) },
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
        other => ("name", format!("rule `{other}`")),
    }
}

fn words(resources: &Resources) -> String {
    let parts: Vec<String> =
        Resource::ALL.into_iter().filter(|r| resources.get(*r) > 0).map(|r| r.amount(resources.get(r))).collect();
    if parts.is_empty() { "a home".to_owned() } else { parts.join(", ") }
}

/// Dropping a member resolves the conflict; where the fleet is small, with what it costs then, cheapest first, and only where nothing else is in the way.
fn ways_out(setting: &Setting<'_>, judge: &Judge<'_>, set: &[Asked]) -> Vec<WayOut> {
    let priced = setting.inventory.tenants.len() <= MOST_PRICED;
    let mut ways: Vec<WayOut> = set
        .iter()
        .filter_map(|asked| {
            let monthly = match priced.then(|| judge.price(asked)) {
                Some(Price::Monthly(money)) => Some(money),
                Some(Price::NotEnough) => return None,
                Some(Price::Unknown) | None => None,
            };
            let text = match asked {
                Asked::Demand(name) => format!("give up tenant `{name}`, or shrink it"),
                Asked::Near(a, b) => format!("let `{a}` and `{b}` live in different clusters"),
                Asked::Apart(a, b) => format!("let `{a}` and `{b}` share a cluster"),
                Asked::Policy("max_moves") => "allow more moves".to_owned(),
                Asked::Policy("edition") => satisfy("edition"),
                Asked::Policy(key) => format!("relax `{key}` in the policy"),
                Asked::Class(name) => format!("raise `open_at_most` of class `{name}`"),
                Asked::Rule(name, rule) => format!("for tenant `{name}`: {}", satisfy(rule)),
            };
            Some(WayOut { text, monthly, is_of_fleet: true })
        })
        .collect();
    ways.sort_by_key(|way| (way.monthly.is_none(), way.monthly));
    ways.push(WayOut {
        text: "offer more room: a higher maximum or limit of a pool or cluster, or another cluster or class".to_owned(),
        monthly: None,
        is_of_fleet: true,
    });
    ways
}

/// How a rule is satisfied, as the rest of a sentence.
fn satisfy(rule: &str) -> String {
    let page = crate::rules::rule(rule).map_or("", |rule| rule.page().satisfy).trim_end_matches('.');
    let mut letters = page.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
