//! Doors: every host and form for a unit, with all reasons that close it.

use crate::planner::explanation::Reason;
use crate::rules::{Case, RULES, Setting, Unit};
use crate::solve::Problem;
use crate::solve::candidates::{estimate, forms};
use crate::vocab::tier::Form;

/// One host and form for a unit.
#[derive(Debug)]
pub struct Doorway<'a> {
    /// Index of the place in the problem. Its first host stands for all of them.
    pub host: usize,
    /// The form.
    pub form: Form,
    /// Why it is closed; empty where it is open.
    pub reasons: Vec<Reason>,
    /// What it would cost by itself, rules aside. None where no pool could carry the unit at all.
    pub estimate: Option<i64>,
    /// The case, for asking rules again.
    pub case: Case<'a>,
}

/// Every door of a unit, by index and as it stands in the setting, in the order of places and forms.
#[must_use]
pub fn doors<'a>(setting: &'a Setting<'a>, problem: &Problem, number: usize, unit: &'a Unit<'a>) -> Vec<Doorway<'a>> {
    let mut all = Vec::new();
    for (index, place) in problem.places.iter().enumerate() {
        let host = &setting.hosts[place.hosts[0]];
        for form in forms(host.tenancy) {
            let case = Case { setting, unit, host, form: *form };
            let reasons = reasons(&case);
            all.push(Doorway {
                host: index,
                form: *form,
                reasons,
                estimate: estimate(&case, &problem.units[number], index, place),
                case,
            });
        }
    }
    all
}

/// Every reason that closes a door: of the home, then, where no pool is left for a workload, of its pools.
#[must_use]
pub fn reasons(case: &Case<'_>) -> Vec<Reason> {
    let tenant = case.unit.tenant;
    let lifted = |rule: &str| case.setting.lifts(&tenant.name, rule);
    let mut reasons: Vec<Reason> = Vec::new();
    for rule in RULES {
        if !rule.allows_home(case) && !lifted(rule.name()) {
            let unfit = rule.reason(case, None);
            reasons.push(Reason {
                rule: rule.name(),
                text: unfit.text,
                span: unfit.span,
                help: rule.page().satisfy.to_owned(),
            });
        }
    }
    for workload in &tenant.workloads {
        let pools = &case.host.offer().pools;
        let closed = |pool| RULES.iter().find(|rule| !rule.allows_pool(case, workload, pool) && !lifted(rule.name()));
        if pools.iter().all(|pool| closed(pool).is_some()) {
            for pool in pools {
                let rule = closed(pool).expect("all are closed");
                if reasons.iter().all(|known| known.rule != rule.name()) {
                    let unfit = rule.reason(case, Some((workload, pool)));
                    let help = rule.page().satisfy.to_owned();
                    reasons.push(Reason { rule: rule.name(), text: unfit.text, span: unfit.span, help });
                }
            }
        }
    }
    reasons
}

/// True where this set of rules alone closes the door.
#[must_use]
pub fn closed_by(case: &Case<'_>, rules: &[&str]) -> bool {
    let tenant = case.unit.tenant;
    let asked =
        || RULES.iter().filter(|rule| rules.contains(&rule.name()) && !case.setting.lifts(&tenant.name, rule.name()));
    asked().any(|rule| !rule.allows_home(case))
        || tenant.workloads.iter().any(|workload| {
            let pools = &case.host.offer().pools;
            pools.iter().all(|pool| asked().any(|rule| !rule.allows_pool(case, workload, pool)))
        })
}

/// The rule that decided a home, and why in words: of the doors that would cost less, the nearest to open; `money` where there is none.
#[must_use]
pub fn decided(doors: &[Doorway<'_>], home: (usize, Form)) -> (String, String) {
    let own =
        doors.iter().find(|door| (door.host, door.form) == home).and_then(|door| door.estimate).unwrap_or(i64::MAX);
    let residency = doors.iter().find(|door| door.host == home.0).map(|door| &door.case.host.offer().residency);
    let nearest = doors
        .iter()
        .filter(|door| !door.reasons.is_empty() && Some(&door.case.host.offer().residency) == residency)
        .filter(|door| (door.host, door.form) != home)
        .filter_map(|door| Some((door, door.estimate.filter(|cost| *cost < own)?)))
        .filter(|(door, _)| door.form != home.1 || door.host != home.0)
        .min_by_key(|(door, cost)| (door.reasons.len(), *cost, door.host, door.form));
    match nearest {
        Some((door, _)) if door.form != home.1 => {
            let reason = &door.reasons[0];
            (reason.rule.to_owned(), reason.text.clone())
        }
        Some(_) | None => {
            let open = doors.iter().filter(|door| door.reasons.is_empty()).count();
            let text = match open {
                1 => "the only door that is open".to_owned(),
                open => format!("with everybody else's, the cheapest of {open} open doors"),
            };
            ("money".to_owned(), text)
        }
    }
}
