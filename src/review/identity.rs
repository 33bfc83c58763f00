//! Whether the plan belongs to this inventory at all, and to the plan it says it was made from.

use super::Found;
use crate::inventory::Inventory;
use crate::plan::{FORMAT_VERSION, Plan};

/// What the papers are, by their substance. Most of the time that a review takes is this; papers do not wait for each other.
pub struct Fingerprints {
    inventory: String,
    from: Option<String>,
    /// Of the plan itself, where somebody asks.
    pub plan: Option<String>,
}

impl Fingerprints {
    /// Works them out.
    pub fn of(inventory: &Inventory, plan: Option<&Plan>, from: Option<&Plan>) -> Self {
        std::thread::scope(|scope| {
            let other = scope.spawn(|| inventory.fingerprint());
            let (plan, from) = (plan.map(Plan::fingerprint), from.map(Plan::fingerprint));
            let inventory = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            Self { inventory, from, plan }
        })
    }
}

pub fn check(inventory: &Inventory, plan: &Plan, are: &Fingerprints, found: &mut Found) {
    if plan.format_version != FORMAT_VERSION {
        let message =
            format!("the plan has format version {}; this fleetplan checks {FORMAT_VERSION}", plan.format_version);
        found.finding("format", message, None);
    }
    if plan.fingerprint != are.inventory {
        let message = "the plan was made from another inventory, or from this one before it changed; plan again";
        found.finding("stale-plan", message.to_owned(), None);
    }
    let fleet = &inventory.fleet;
    let pairs = [
        ("fleet", plan.fleet.to_string(), fleet.name.to_string(), "name"),
        ("date", plan.date.to_string(), fleet.date.to_string(), "date"),
        ("currency", plan.currency.clone(), fleet.currency.clone(), "currency"),
    ];
    for (check, claimed, true_one, key) in pairs {
        if claimed != true_one {
            let message =
                format!("the plan's {check} is `{}`, the inventory's is `{true_one}`", claimed.escape_debug());
            found.finding(check, message, Some(fleet.at.of(key)));
        }
    }
    match (&plan.from, &are.from) {
        (None, None) => {}
        (Some(claimed), Some(from)) if claimed == from => {}
        (Some(_), Some(_)) => {
            let message = "the plan names another plan as the one it was made from than the one given as `--from`";
            found.finding("from", message.to_owned(), None);
        }
        (None, Some(_)) => {
            let message = "the plan was made from no other plan; leave out `--from`";
            found.finding("from", message.to_owned(), None);
        }
        (Some(_), None) => {
            let message = "moves, kept copies of classes and who already lives where are taken at the plan's word; \
                           name the plan it was made from with `--from`";
            found.note("from", message.to_owned(), None);
        }
    }
}
