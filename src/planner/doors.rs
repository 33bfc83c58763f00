//! Doors: every host and form for a unit, with all reasons that close it.

use crate::planner::explanation::Reason;
use std::collections::HashMap;

use crate::rules::{Case, RULES, Reads, Setting, Unit};
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

/// Doors of everybody with one signature, the nearest to open first: each with the least number of rules that can close it.
#[derive(Debug, Default)]
pub struct Nearest {
    by_signature: HashMap<usize, Vec<(usize, usize, Form)>>,
}

impl Nearest {
    fn of<'s>(&'s mut self, setting: &Setting<'_>, problem: &Problem, number: usize) -> &'s [(usize, usize, Form)] {
        let signature = problem.units[number].signature;
        self.by_signature.entry(signature).or_insert_with(|| {
            let unit = &setting.units[number];
            let mut all = Vec::new();
            for (place, numbers) in problem.places.iter().enumerate() {
                let host = &setting.hosts[numbers.hosts[0]];
                for form in forms(numbers.tenancy) {
                    all.push((fewest(&Case { setting, unit, host, form: *form }), place, *form));
                }
            }
            all.sort_unstable();
            all
        })
    }
}

/// How many rules close the door at least, whatever the amounts.
fn fewest(case: &Case<'_>) -> usize {
    let tenant = case.unit.tenant;
    let asked = || {
        let asked = RULES.iter().filter(|rule| rule.reads() == Reads::Requirements);
        asked.filter(|rule| !case.setting.lifts(&tenant.name, rule.name()))
    };
    let homes = asked().filter(|rule| !rule.allows_home(case)).count();
    let pools = &case.host.offer().pools;
    let closed = tenant
        .workloads
        .iter()
        .any(|workload| pools.iter().all(|pool| asked().any(|rule| !rule.allows_pool(case, workload, pool))));
    homes + usize::from(closed)
}

/// How near a door is to being a home: rules that close it, what it would cost, and where it is.
type DoorKey = (usize, i64, usize, Form);

/// The rule that decided a home, and why in words: of the doors that would cost less, the nearest to open; `money` where there is none.
#[must_use]
pub fn decided(
    setting: &Setting<'_>,
    problem: &Problem,
    number: usize,
    home: (usize, Form),
    nearest: &mut Nearest,
) -> (String, String) {
    let unit = &setting.units[number];
    let case = |place: usize, form: Form| {
        let host = &setting.hosts[problem.places[place].hosts[0]];
        Case { setting, unit, host, form }
    };
    let estimate =
        |place: usize, form: Form| estimate(&case(place, form), &problem.units[number], place, &problem.places[place]);
    let own = estimate(home.0, home.1).unwrap_or(i64::MAX);
    let residency = &case(home.0, home.1).host.offer().residency;
    let mut best: Option<(DoorKey, Vec<Reason>)> = None;
    let mut open = 0;
    for (least, place, form) in nearest.of(setting, problem, number) {
        let (place, form) = (*place, *form);
        if best.as_ref().is_some_and(|((count, ..), _)| *least > *count) {
            break;
        }
        let case = case(place, form);
        let elsewhere = case.host.offer().residency != *residency;
        // A door that requirements leave open may be open; the others are closed whatever the amounts, and asked only where they could decide.
        let asked = (*least == 0).then(|| reasons(&case));
        let is_open = asked.as_ref().is_some_and(Vec::is_empty);
        open += usize::from(is_open);
        if is_open || elsewhere || (place, form) == home {
            continue;
        }
        let Some(cost) = estimate(place, form).filter(|cost| *cost < own) else { continue };
        let reasons = asked.unwrap_or_else(|| reasons(&case));
        let key = (reasons.len(), cost, place, form);
        if best.as_ref().is_none_or(|(known, _)| key < *known) {
            best = Some((key, reasons));
        }
    }
    match best {
        Some(((.., form), mut reasons)) if form != home.1 => {
            let Reason { rule, text, .. } = reasons.swap_remove(0);
            (rule.to_owned(), text)
        }
        Some(_) | None => {
            let text = match open {
                1 => "the only door that is open".to_owned(),
                open => format!("with everybody else's, the cheapest of {open} open doors"),
            };
            ("money".to_owned(), text)
        }
    }
}
