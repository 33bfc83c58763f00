//! Why there is no plan: the minimum set of requirements of one unit, an irreducible set for the fleet, and ways out.

use std::collections::BTreeSet;

use crate::planner::doors::{Doorway, closed_by, doors};
use crate::planner::proposal::{Conflict, Requirement, WayOut};
use crate::rules::{RULES, Setting};
use crate::solve::components::places_of;
use crate::solve::{self, Problem};
use crate::vocab::money::Money;
use crate::vocab::name::TenantName;

/// Conflicts of units that have no open door by themselves. One per tenant.
#[must_use]
pub fn alone(setting: &Setting<'_>, units: &[usize]) -> Vec<Conflict> {
    let problem = Problem::new(setting, None);
    let mut seen = BTreeSet::new();
    units
        .iter()
        .filter(|unit| seen.insert(setting.units[**unit].tenant_index))
        .map(|index| {
            let (index, unit) = (*index, &setting.units[*index]);
            let doors = doors(setting, &problem, index, unit);
            let rules = minimum_set(&doors);
            let requirements = rules.iter().map(|rule| requirement(&doors, rule)).collect();
            let mut ways_out: Vec<WayOut> = rules.iter().filter_map(|rule| way_out(&doors, &rules, rule)).collect();
            ways_out.sort_by_key(|way| (way.monthly.is_none(), way.monthly));
            Conflict { tenants: vec![unit.tenant.name.clone()], requirements, ways_out, minimal: true }
        })
        .collect()
}

/// The smallest set of rules that closes every door: sets are tried by size, then in the order of the rule book.
fn minimum_set(doors: &[Doorway<'_>]) -> Vec<&'static str> {
    let mut found: BTreeSet<&'static str> = BTreeSet::new();
    for door in doors {
        found.extend(door.reasons.iter().map(|reason| reason.rule));
    }
    let rules: Vec<&'static str> = RULES.iter().map(|rule| rule.name()).filter(|name| found.contains(name)).collect();
    let closes = |set: &[&str]| doors.iter().all(|door| closed_by(&door.case, set));
    let mut sets: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..rules.len() {
        let mut next = Vec::new();
        for set in &sets {
            for rule in set.last().map_or(0, |last| last + 1)..rules.len() {
                let larger: Vec<usize> = set.iter().copied().chain([rule]).collect();
                let names: Vec<&str> = larger.iter().map(|rule| rules[*rule]).collect();
                if closes(&names) {
                    return larger.into_iter().map(|rule| rules[rule]).collect();
                }
                next.push(larger);
            }
        }
        sets = next;
    }
    rules
}

/// The requirement that a rule stands for, in the words of the cheapest door it closes.
fn requirement(doors: &[Doorway<'_>], rule: &str) -> Requirement {
    let closed = |door: &&Doorway<'_>| door.reasons.iter().any(|reason| reason.rule == rule);
    let nearest =
        doors.iter().filter(closed).min_by_key(|door| (door.reasons.len(), door.estimate.is_none(), door.estimate));
    match nearest.and_then(|door| door.reasons.iter().find(|reason| reason.rule == rule)) {
        Some(reason) => Requirement { text: format!("{}: {}", rule, reason.text), span: reason.span },
        None => Requirement { text: rule.to_owned(), span: None },
    }
}

/// Lifting one rule of a minimum set opens doors: the cheapest of them.
fn way_out(doors: &[Doorway<'_>], set: &[&'static str], rule: &'static str) -> Option<WayOut> {
    let others: Vec<&str> = doors
        .iter()
        .flat_map(|door| door.reasons.iter().map(|reason| reason.rule))
        .chain(set.iter().copied())
        .filter(|other| *other != rule)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let opened = doors.iter().filter(|door| !closed_by(&door.case, &others));
    let cheapest = opened.min_by_key(|door| (door.estimate.is_none(), door.estimate, door.host))?;
    let page = crate::rules::rule(rule)?.page();
    Some(WayOut {
        text: format!("{} Then it could live as {} in {}.", page.satisfy, cheapest.form, cheapest.case.host.words()),
        monthly: cheapest.estimate.map(Money),
    })
}

/// An irreducible conflict among units that have doors each and no plan together.
#[must_use]
pub fn together(setting: &Setting<'_>, problem: &Problem, units: &[usize]) -> Conflict {
    let mut minimal = true;
    let mut impossible = |units: &[usize]| match solve::feasible(problem, units) {
        Some(possible) => !possible,
        None => {
            minimal = false;
            false
        }
    };
    // Tenants first: chunks that are not needed are dropped, halves before single ones.
    let mut kept = units.to_vec();
    let mut size = kept.len().div_ceil(2);
    loop {
        let mut at = 0;
        while at < kept.len() {
            let without: Vec<usize> = kept
                .iter()
                .enumerate()
                .filter(|(index, _)| *index < at || *index >= at + size)
                .map(|(_, unit)| *unit)
                .collect();
            if !without.is_empty() && impossible(&without) {
                kept = without;
            } else {
                at += size;
            }
        }
        if size == 1 {
            break;
        }
        size = size.div_ceil(2);
    }
    requirements_of(setting, &kept, minimal)
}

/// The requirements of these units without which they would fit, beside their demand.
fn requirements_of(setting: &Setting<'_>, units: &[usize], mut minimal: bool) -> Conflict {
    let mut ignored: Vec<(TenantName, String)> = Vec::new();
    let mut requirements = Vec::new();
    let mut ways_out = Vec::new();
    for unit in units {
        let data = &setting.units[*unit];
        requirements.push(Requirement {
            text: format!("tenant `{}` asks for {}", data.tenant.name, words(&data.planned.resources)),
            span: Some(data.tenant.at.written("demand").unwrap_or_else(|| data.tenant.at.of("workload"))),
        });
        ways_out.push(WayOut { text: format!("give up tenant `{}`, or shrink it", data.tenant.name), monthly: None });
        for rule in RULES {
            let Some(text) = asked(setting, *unit, rule.name()) else { continue };
            let trial: Vec<(TenantName, String)> =
                ignored.iter().cloned().chain([(data.tenant.name.clone(), rule.name().to_owned())]).collect();
            let relaxed = Setting::new(setting.inventory, None).ignoring(trial.clone());
            match solve::feasible(&Problem::new(&relaxed, None), units) {
                Some(false) => ignored = trial,
                Some(true) => {
                    ways_out.push(WayOut {
                        text: format!("for tenant `{}`: {}", data.tenant.name, rule.page().satisfy),
                        monthly: None,
                    });
                    requirements.push(text);
                }
                None => {
                    minimal = false;
                    requirements.push(text);
                }
            }
        }
    }
    let problem = Problem::new(setting, None);
    let residencies: BTreeSet<String> = units
        .iter()
        .flat_map(|unit| places_of(&problem, *unit))
        .map(|place| setting.hosts[problem.places[place].hosts[0]].words())
        .collect();
    ways_out.push(WayOut {
        text: format!(
            "offer more room: a higher maximum or limit in {}, or another cluster or class",
            residencies.into_iter().collect::<Vec<_>>().join(", ")
        ),
        monthly: None,
    });
    let mut tenants: Vec<TenantName> = units.iter().map(|unit| setting.units[*unit].tenant.name.clone()).collect();
    tenants.dedup();
    Conflict { tenants, requirements, ways_out, minimal }
}

fn words(resources: &crate::vocab::resources::Resources) -> String {
    use crate::vocab::resources::Resource;
    let parts: Vec<String> =
        Resource::ALL.into_iter().filter(|r| resources.get(*r) > 0).map(|r| r.amount(resources.get(r))).collect();
    parts.join(", ")
}

/// What a unit asks under a rule, where it asks something: the key that says so.
fn asked(setting: &Setting<'_>, unit: usize, rule: &str) -> Option<Requirement> {
    let unit = &setting.units[unit];
    let tenant = unit.tenant;
    let (key, text) = match rule {
        "residency" => {
            let asked = unit.site.map_or_else(|| tenant.residency.clone(), |site| vec![site.clone()]);
            let names: Vec<String> = asked.iter().map(|residency| format!("`{residency}`")).collect();
            (if unit.site.is_some() { "sites" } else { "residency" }, format!("residency {}", names.join(" or ")))
        }
        "version" => ("kubernetes", format!("Kubernetes {}", tenant.kubernetes)),
        "disruption" => ("disruption", format!("a control-plane outage of {} at most", tenant.disruption?)),
        "regulation" | "neighbours" if rule == "regulation" || tenant.max_neighbours.is_none() => {
            let names: Vec<String> = tenant.regulation.iter().map(|regime| format!("`{regime}`")).collect();
            ("regulation", format!("regime {}", names.join(" and ")))
        }
        "neighbours" => ("max_neighbours", format!("at most {} neighbours", tenant.max_neighbours?)),
        "trust" => ("trust", "what its trust allows".to_owned()),
        "isolation" => ("isolation", format!("isolation `{}`", tenant.isolation)),
        "crds" | "crd-versions" => ("crds", "its own custom resource definitions".to_owned()),
        "environments" => ("environment", format!("environment `{}` apart from others", tenant.environment)),
        "apart" => ("apart", "tenants it must be apart from".to_owned()),
        _ => return None,
    };
    let span = tenant.at.written(key)?;
    Some(Requirement { text: format!("tenant `{}` asks for {text}", tenant.name), span: Some(span) })
}
