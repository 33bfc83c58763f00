//! From what was written to what we believe: defaults, names resolved, every contradiction that the inventory alone can show.

mod facts;
mod fleet;
mod offers;
mod tenants;
mod ties;
mod waivers;

use crate::inventory::reading::node::{At, Faults};
use crate::inventory::reading::written::Written;
use crate::inventory::{Inventory, Places, read_shipped};
use crate::vocab::calendar::Date;
use crate::vocab::diagnostic::{Diagnostic, Sources, Span};

/// Believes what was written, or says everything that keeps it from that.
///
/// `date` overrides the fleet's own, `today` stands in where neither is said.
pub(crate) fn believe(
    written: Written,
    sources: &Sources,
    date: Option<Date>,
    today: Date,
    faults: &mut Faults,
) -> Option<Inventory> {
    let before = faults.count();
    let nowhere = Places::new(Span { file: 0, start: 0, end: 0 });
    let shipped = read_shipped();
    let facts = facts::facts(shipped, &written, faults);
    let fleet = fleet::fleet(written.fleet, date, today, &nowhere, faults);
    let policy = fleet::policy(written.policy, &nowhere, faults);
    let vcluster = fleet::vcluster(written.vcluster, &nowhere, faults);
    let regulations = facts::regulations(written.regulation, faults);
    let clusters = offers::clusters(written.cluster, &facts.limits, &policy, faults);
    let classes = offers::classes(written.class, &facts.limits, &policy, faults);
    let tenants = tenants::tenants(written.tenant, &policy, faults);
    if clusters.is_empty() && classes.is_empty() && faults.count() == before {
        faults.push(
            Diagnostic::error("no-clusters", "the inventory has neither a `[[cluster]]` nor a `[[class]]`")
                .help("say which clusters exist, or from which classes clusters can be opened"),
        );
    }
    if tenants.is_empty() && faults.count() == before {
        faults.push(Diagnostic::error("no-tenants", "the inventory has no `[[tenant]]`").help("say who needs a home"));
    }
    let pins = waivers::pins(written.pin, &tenants, &clusters, &fleet, faults);
    let exceptions = waivers::exceptions(written.exception, &tenants, &fleet, faults);
    let inventory = Inventory {
        fleet,
        policy,
        vcluster,
        regulations,
        clusters,
        classes,
        tenants,
        pins,
        exceptions,
        facts: facts.facts,
        sources: sources.clone(),
    };
    ties::check(&inventory, faults);
    Some(inventory)
}

/// The value of a key, or nothing and a fault that it is missing.
pub(crate) fn required<T>(value: Option<At<T>>, key: &str, what: &str, at: &Places, faults: &mut Faults) -> Option<T> {
    if value.is_none() && at.written(key).is_none() {
        faults.push(
            Diagnostic::error("missing-key", format!("{what} has no `{key}`"))
                .at(at.header(), format!("needs `{key}`"))
                .help(format!("add `{key} = …`")),
        );
    }
    value.map(|at| at.value)
}

/// The value of a key, or its default.
pub(crate) fn or<T>(value: Option<At<T>>, default: T) -> T {
    value.map_or(default, |at| at.value)
}

/// The values of a list.
pub(crate) fn all<T>(value: Option<At<Vec<At<T>>>>) -> Vec<T> {
    value.map(|at| at.value.into_iter().map(|at| at.value).collect()).unwrap_or_default()
}

/// Reports names that stand twice in a list that is sorted by name. Both places are shown.
pub(crate) fn twice<'a, T: 'a>(
    what: &str,
    sorted: &'a [T],
    name: impl Fn(&'a T) -> &'a str,
    place: impl Fn(&'a T) -> Span,
    faults: &mut Faults,
) {
    for pair in sorted.windows(2) {
        if name(&pair[0]) == name(&pair[1]) {
            faults.push(
                Diagnostic::error("duplicate-name", format!("two {what}s are called `{}`", name(&pair[0])))
                    .at(place(&pair[1]), "again here")
                    .also(place(&pair[0]), "first here")
                    .help("rename one of them, or remove it"),
            );
        }
    }
}

/// Reports a name that nothing bears.
pub(crate) fn dangling<'a>(
    what: &str,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
    span: Span,
    faults: &mut Faults,
) {
    let known: Vec<&str> = known.into_iter().collect();
    let fault =
        Diagnostic::error("unknown-name", format!("no {what} is called `{name}`")).at(span, "nothing bears this name");
    let few: Vec<String> = known.iter().take(8).map(|name| format!("`{name}`")).collect();
    let more = if known.len() > few.len() { ", …" } else { "" };
    faults.push(match crate::vocab::edit::nearest(name, known.iter().copied()) {
        Some(meant) => fault.help(format!("did you mean `{meant}`?")),
        None if few.is_empty() => fault.help(format!("the inventory has no {what} at all")),
        None => fault.help(format!("known are {}{more}", few.join(", "))),
    });
}
