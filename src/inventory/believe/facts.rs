//! Shipped facts, overridden by the inventory's own tables.

use std::collections::BTreeMap;

use super::{all, or};
use crate::inventory::facts::{Facts, Overhead, PairFact, Support};
use crate::inventory::reading::node::{At, Faults};
use crate::inventory::reading::shapes::{CpuAsked, MemoryAsked, Neighbours, StorageAsked};
use crate::inventory::reading::written::{LimitsWritten, OverheadWritten, RegulationWritten, Written};
use crate::inventory::{Limits, Provider, Regulation, read_shipped};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::name::RegimeName;
use crate::vocab::resources::Resources;
use crate::vocab::tier::{Isolation, Tier};
use crate::vocab::version::Minor;

/// Facts, and the limits of clusters that do not say theirs.
pub(super) struct Believed {
    pub(super) facts: Facts,
    pub(super) limits: BTreeMap<Provider, Limits>,
}

pub(super) fn facts(shipped: Written, own: &Written, faults: &mut Faults) -> Believed {
    let nothing = Overhead { resources: Resources::ZERO, storage: 0, services: 0, replicas: 1 };
    let mut facts = Facts {
        calendars: BTreeMap::new(),
        extended_price: BTreeMap::new(),
        pairs: Vec::new(),
        small: nothing,
        production: nothing,
    };
    let mut limits = BTreeMap::new();
    for page in [&shipped, own] {
        for (provider, calendar) in &page.calendar {
            let Some(provider) = read_provider(provider, faults) else { continue };
            let days = facts.calendars.entry(provider).or_default();
            for (minor, support) in &calendar.value.0 {
                let Ok(number) = minor.value.parse::<Minor>() else {
                    let text = format!("`{}` is no Kubernetes minor", minor.value.escape_debug());
                    faults.push(
                        Diagnostic::error("invalid-value", text).at(minor.span, "not a minor").help("write \"1.35\""),
                    );
                    continue;
                };
                let Some(standard) = &support.value.standard else {
                    faults.push(
                        Diagnostic::error("missing-key", format!("the calendar of {number} has no `standard`"))
                            .at(support.span, "needs `standard`")
                            .help("add the last day of standard support"),
                    );
                    continue;
                };
                let extended = support.value.extended.as_ref().map(|at| at.value);
                days.insert(number, Support { standard: standard.value, extended });
            }
        }
        for (provider, price) in &page.extended_price {
            if let Some(provider) = read_provider(provider, faults) {
                facts.extended_price.insert(provider, price.value.0);
            }
        }
        for pair in &page.pair {
            let written = &pair.value;
            match (&written.host, &written.tenant, &written.verdict) {
                (Some(host), Some(tenant), Some(verdict)) => {
                    facts.pairs.push(PairFact { host: host.value, tenant: tenant.value, verdict: verdict.value });
                }
                (None, _, _) | (_, None, _) | (_, _, None) => faults.push(
                    Diagnostic::error("missing-key", "a pair has `host`, `tenant` and `verdict`")
                        .at(pair.span, "one of them is missing")
                        .help("add it"),
                ),
            }
        }
        for (profile, overhead) in &page.overhead {
            match profile.value.as_str() {
                "small" => lay_over(&mut facts.small, &overhead.value),
                "production" => lay_over(&mut facts.production, &overhead.value),
                unknown => faults.push(
                    Diagnostic::error("unknown-name", format!("no profile is called `{}`", unknown.escape_debug()))
                        .at(profile.span, "no profile")
                        .help("the profiles are `small` and `production`"),
                ),
            }
        }
        for (provider, written) in &page.default_limits {
            if let Some(provider) = read_provider(provider, faults) {
                let before = limits.get(&provider).copied();
                limits.insert(provider, lay_limits(before, &written.value));
            }
        }
    }
    Believed { facts, limits }
}

/// The provider of a table's name.
fn read_provider(name: &At<String>, faults: &mut Faults) -> Option<Provider> {
    let provider = match name.value.as_str() {
        "eks" => Provider::Eks,
        "gke" => Provider::Gke,
        "aks" => Provider::Aks,
        "self-managed" => Provider::SelfManaged,
        unknown => {
            faults.push(
                Diagnostic::error("unknown-name", format!("no provider is called `{}`", unknown.escape_debug()))
                    .at(name.span, "no provider")
                    .help("the providers are eks, gke, aks and self-managed"),
            );
            return None;
        }
    };
    Some(provider)
}

fn lay_over(overhead: &mut Overhead, written: &OverheadWritten) {
    let OverheadWritten { at: _, cpu, memory, pods, storage, services, replicas } = written;
    let change = |to: &mut u64, value: Option<u64>| {
        if let Some(value) = value {
            *to = value;
        }
    };
    change(&mut overhead.resources.cpu, cpu.as_ref().map(|at: &At<CpuAsked>| at.value.0));
    change(&mut overhead.resources.memory, memory.as_ref().map(|at: &At<MemoryAsked>| at.value.0));
    change(&mut overhead.resources.pods, pods.as_ref().map(|at| at.value));
    change(&mut overhead.storage, storage.as_ref().map(|at: &At<StorageAsked>| at.value.0));
    change(&mut overhead.services, services.as_ref().map(|at| at.value));
    change(&mut overhead.replicas, replicas.as_ref().map(|at| at.value));
}

/// The limits that are written, over those that hold otherwise.
pub(super) fn lay_limits(before: Option<Limits>, written: &LimitsWritten) -> Limits {
    let LimitsWritten { at: _, nodes, pods, pod_addresses, namespaces, services, load_balancers, tenants } = written;
    let get = |value: &Option<At<u64>>, before: Option<u64>| value.as_ref().map(|at| at.value).or(before).unwrap_or(0);
    let pods = get(pods, before.map(|limits| limits.pods));
    Limits {
        nodes: get(nodes, before.map(|limits| limits.nodes)),
        pods,
        pod_addresses: pod_addresses.as_ref().map_or(pods, |at| at.value),
        namespaces: get(namespaces, before.map(|limits| limits.namespaces)),
        services: get(services, before.map(|limits| limits.services)),
        load_balancers: get(load_balancers, before.map(|limits| limits.load_balancers)),
        tenants: get(tenants, before.map(|limits| limits.tenants)),
    }
}

/// The regulation table: the shipped regimes, replaced by the inventory's where the name is the same.
pub(super) fn regulations(own: Vec<(At<String>, At<RegulationWritten>)>, faults: &mut Faults) -> Vec<Regulation> {
    let mut regimes: BTreeMap<RegimeName, Regulation> = BTreeMap::new();
    let shipped = read_shipped().regulation.into_iter().map(|regime| (regime, true));
    let own = own.into_iter().map(|regime| (regime, false));
    for ((name, written), shipped) in shipped.chain(own) {
        match RegimeName::parse(&name.value) {
            Err(fault) => faults.push(
                Diagnostic::error("invalid-name", format!("`{}` is no name: {fault}", name.value.escape_debug()))
                    .at(name.span, "not a name")
                    .help("use `a-z`, `0-9` and `-`"),
            ),
            Ok(regime) => {
                if let Some(first) = regimes.get(&regime).and_then(|regime| regime.at.as_ref()).filter(|_| !shipped) {
                    faults.push(
                        Diagnostic::error("duplicate-name", format!("two regimes are called `{regime}`"))
                            .at(name.span, "again here")
                            .also(first.header(), "first here")
                            .help("keep one of them"),
                    );
                }
                let RegulationWritten {
                    mut at,
                    tier,
                    nodes,
                    neighbours,
                    attestation,
                    residency,
                    audit_log,
                    secrets_encryption,
                } = written.value;
                at.head(name.span);
                regimes.insert(
                    regime.clone(),
                    Regulation {
                        name: regime,
                        tier: or(tier, Tier::Namespace),
                        nodes: or(nodes, Isolation::Shared),
                        same_regime_neighbours: or(neighbours, Neighbours { same_regime: false }).same_regime,
                        attestation: attestation.map(|at| at.value),
                        residency: all(residency),
                        audit_log: or(audit_log, false),
                        secrets_encryption: or(secrets_encryption, false),
                        at: (!shipped).then_some(at),
                    },
                );
            }
        }
    }
    regimes.into_values().collect()
}
