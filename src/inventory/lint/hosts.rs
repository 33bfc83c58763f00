//! What hosts owe the tenants that need it: shared by the lints of audit logs and of secrets' encryption.
//!
//! An inventory does not say where tenants live, except by pins; the plan does. So two things are found here: a pin to a
//! host that does not have what its tenant needs, and tenants for whom no host that they may live in has it.

use std::collections::BTreeMap;

use super::who::{at_few, tenants, verb};
use crate::inventory::{Inventory, Offer, Regulation, Tenant, Trust};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::name::Residency;

/// Something that a host must have for hardened tenants, and for some regimes.
pub(super) struct Duty {
    /// The code of its findings.
    pub(super) code: &'static str,
    /// The key of clusters and classes.
    pub(super) key: &'static str,
    /// `ships its audit log`.
    pub(super) does: &'static str,
    /// `does not ship its audit log`.
    pub(super) lacks: &'static str,
    /// Whether an offer has it.
    pub(super) has: fn(&Offer) -> bool,
    /// Whether a regime asks for it.
    pub(super) asks: fn(&Regulation) -> bool,
}

/// Both kinds of findings about `duty`.
pub(super) fn find(inventory: &Inventory, duty: &Duty) -> Vec<Diagnostic> {
    let needs = |tenant: &Tenant| {
        tenant.trust == Trust::Hardened || inventory.regimes(tenant).any(|regime| (duty.asks)(regime))
    };
    let needy: Vec<&Tenant> = inventory.tenants.iter().filter(|tenant| needs(tenant)).collect();
    let mut found = pinned(inventory, duty, &needy);
    found.extend(homeless(inventory, duty, &needy));
    found
}

/// Tenants that are pinned to a host without it: one finding per host.
fn pinned(inventory: &Inventory, duty: &Duty, needy: &[&Tenant]) -> Vec<Diagnostic> {
    let pins = inventory.pins.iter().filter(|pin| pin.until.is_none_or(|until| until >= inventory.fleet.date));
    let homes: BTreeMap<_, _> = pins.filter_map(|pin| Some((&pin.tenant, (pin.cluster.as_ref()?, pin)))).collect();
    let lacking = inventory.clusters.iter().filter(|cluster| !(duty.has)(&cluster.offer));
    lacking
        .filter_map(|cluster| {
            let here = |tenant: &&&Tenant| homes.get(&tenant.name).is_some_and(|(home, _)| **home == cluster.name);
            let guests: Vec<&Tenant> = needy.iter().filter(here).copied().collect();
            if guests.is_empty() {
                return None;
            }
            let verb = verb(guests.len(), "is", "are");
            let message =
                format!("cluster `{}` {}, and {} {verb} pinned there", cluster.name, duty.lacks, tenants(&guests));
            let finding = Diagnostic::warning(duty.code, message).at(cluster.at.of(duty.key), duty.lacks);
            let places = guests.iter().filter_map(|tenant| Some(homes.get(&tenant.name)?.1.at.header()));
            let finding = places.take(3).fold(finding, |finding, place| finding.also(place, "pinned there"));
            Some(finding.help(format!("once it does, set `{} = true`; or move the tenants", duty.key)))
        })
        .collect()
}

/// Tenants for whom no cluster and no class that they may live in has it: one finding per set of residencies.
fn homeless(inventory: &Inventory, duty: &Duty, needy: &[&Tenant]) -> Vec<Diagnostic> {
    let clusters = inventory.clusters.iter().map(|cluster| &cluster.offer);
    let classes = inventory.classes.iter().map(|class| &class.offer);
    let having: Vec<&Residency> =
        clusters.chain(classes).filter(|offer| (duty.has)(offer)).map(|offer| &offer.residency).collect();
    let mut groups: BTreeMap<Vec<&Residency>, Vec<&Tenant>> = BTreeMap::new();
    for tenant in needy {
        let lacking: Vec<&Residency> = if tenant.sites.is_empty() {
            let allowed = |residency: &&&Residency| tenant.residency.is_empty() || tenant.residency.contains(residency);
            if having.iter().any(|residency| allowed(&residency)) {
                continue;
            }
            tenant.residency.iter().collect()
        } else {
            tenant.sites.iter().filter(|site| !having.contains(site)).collect()
        };
        if !lacking.is_empty() || tenant.sites.is_empty() {
            groups.entry(lacking).or_default().push(tenant);
        }
    }
    groups.into_iter().map(|(residencies, group)| nowhere(duty, &residencies, &group)).collect()
}

fn nowhere(duty: &Duty, residencies: &[&Residency], group: &[&Tenant]) -> Diagnostic {
    let names: Vec<_> = residencies.iter().map(|residency| format!("`{residency}`")).collect();
    let place = if names.is_empty() { String::new() } else { format!(" in {}", names.join(" or ")) };
    let verb = verb(group.len(), "needs", "need");
    let message = format!("no cluster and no class{place} {}, and {} {verb} that", duty.does, tenants(group));
    let finding = Diagnostic::warning(duty.code, message);
    let places = group.iter().map(|tenant| match tenant.trust {
        Trust::Hardened => tenant.at.of("trust"),
        Trust::Soft | Trust::Hostile => tenant.at.of("regulation"),
    });
    at_few(finding, places, "needs it")
        .help(format!("set `{} = true` where that is so; without it no home is open to them", duty.key))
}
