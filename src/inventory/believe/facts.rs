//! The shipped facts, and what an inventory writes over them. Both are read by the same reader.

use std::collections::BTreeMap;

use crate::inventory::facts::{Facts, Overhead, PairFact, Support};
use crate::inventory::written::facts::WrittenOverhead;
use crate::inventory::written::file::{Written, WrittenFacts};
use crate::inventory::written::node::At;
use crate::inventory::written::offer::WrittenLimits;
use crate::inventory::{Distro, Limits, Provider, Regulation, VclusterPolicy};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::resources::Resources;

use super::fleet;

/// What is shipped, and what the inventory writes over it.
pub struct Known {
    /// The facts.
    pub facts: Facts,
    /// Overheads of the legacy charts.
    legacy: Legacy,
    /// Limits of clusters that do not say theirs.
    pub limits: BTreeMap<Provider, Limits>,
    /// The shipped regimes, none with a place.
    pub regulations: Vec<Regulation>,
}

/// What control planes of the legacy charts take, before the inventory's own profiles are written over it.
#[derive(Clone, Copy)]
struct Legacy {
    k3s: Overhead,
    k8s: Overhead,
    k8s_production: Overhead,
}

/// Reads the shipped facts.
///
/// # Panics
/// Where `facts.toml` is faulty; the tests read it.
#[must_use]
pub fn shipped() -> Known {
    let mut written = Written { complete: true, ..Written::default() };
    let mut faults = Vec::new();
    written.add_file(0, include_str!("../facts.toml"), &mut faults);
    let nothing = Overhead { resources: Resources::ZERO, storage: 0, services: 0, replicas: 1 };
    let facts = Facts {
        calendars: BTreeMap::new(),
        extended_price: BTreeMap::new(),
        pairs: Vec::new(),
        small: nothing,
        production: nothing,
    };
    let regulations = written
        .regulations
        .iter()
        .map(|(name, regime)| Regulation { at: None, ..fleet::regulation(name, &regime.value, None, &mut faults) })
        .collect();
    let legacy = Legacy { k3s: nothing, k8s: nothing, k8s_production: nothing };
    let mut known = Known { facts, legacy, limits: BTreeMap::new(), regulations };
    known.apply(&written.facts, &mut faults);
    assert!(faults.is_empty(), "the shipped facts are faultless: {faults:?}");
    known
}

impl Known {
    /// Writes `written` over what is known.
    pub fn apply(&mut self, written: &WrittenFacts, faults: &mut Vec<Diagnostic>) {
        let facts = &mut self.facts;
        for (provider, minor, support) in &written.calendar {
            let Some(standard) = &support.value.standard else { continue };
            let extended = support.value.extended.as_ref();
            if let Some(extended) = extended.filter(|extended| extended.value <= standard.value) {
                faults.push(
                    Diagnostic::error("support-ends-early", "extended support ends before standard support does")
                        .at(extended.span, "this day is not after the end of standard support")
                        .also(standard.span, "the end of standard support")
                        .help("correct one of the two, or leave `extended` out"),
                );
            }
            let row = Support { standard: standard.value, extended: extended.map(|at| at.value) };
            facts.calendars.entry(*provider).or_default().insert(minor.value, row);
        }
        for (provider, price) in &written.extended_price {
            facts.extended_price.insert(provider.value, price.value.monthly());
        }
        for pair in &written.pairs {
            if let (Some(host), Some(tenant), Some(verdict)) =
                (&pair.value.host, &pair.value.tenant, &pair.value.verdict)
            {
                facts.pairs.push(PairFact { host: host.value, tenant: tenant.value, verdict: verdict.value });
            }
        }
        if let Some(At { value: overheads, .. }) = &written.overhead {
            over(overheads.small.as_ref(), &mut facts.small);
            over(overheads.production.as_ref(), &mut facts.production);
            over(overheads.legacy_k3s.as_ref(), &mut self.legacy.k3s);
            over(overheads.legacy_k8s.as_ref(), &mut self.legacy.k8s);
            over(overheads.legacy_k8s_production.as_ref(), &mut self.legacy.k8s_production);
        }
        for (provider, row) in &written.default_limits {
            let base = self.limits.get(&provider.value).copied().unwrap_or(NO_LIMITS);
            self.limits.insert(provider.value, limits(Some(row), base, faults));
        }
    }
}

impl Known {
    /// Takes the overheads of the chart that vclusters are made of, and writes the inventory's own profiles over them again.
    pub fn choose(&mut self, vcluster: &VclusterPolicy, written: &WrittenFacts) {
        if !vcluster.chart.is_legacy_vcluster() {
            return;
        }
        let Legacy { k3s, k8s, k8s_production } = self.legacy;
        (self.facts.small, self.facts.production) = match vcluster.distro {
            // It has one replica in any profile: rule `edition` closes it to who asks for more.
            Distro::K3s => (k3s, k3s),
            Distro::K8s => (k8s, k8s_production),
        };
        if let Some(At { value: overheads, .. }) = &written.overhead {
            over(overheads.small.as_ref(), &mut self.facts.small);
            over(overheads.production.as_ref(), &mut self.facts.production);
        }
    }
}

/// Before a provider's limits are read.
const NO_LIMITS: Limits =
    Limits { nodes: 0, pods: 0, pod_addresses: 0, namespaces: 0, services: 0, load_balancers: 0, tenants: 0 };

/// The limits that were written, over `base`. Pod addresses are as many as pods unless they are written.
pub fn limits(written: Option<&At<WrittenLimits>>, base: Limits, faults: &mut Vec<Diagnostic>) -> Limits {
    let Some(At { value: written, .. }) = written else { return base };
    let mut limit = |name: &str, at: Option<&At<crate::inventory::written::number::Count>>, base: u64| match at {
        None => base,
        Some(at) => {
            if at.value.0 == 0 {
                faults.push(
                    Diagnostic::error("zero-limit", format!("a limit of zero {name}: nothing could live there"))
                        .at(at.span, "")
                        .help("write a limit of at least 1, or leave the key out for the provider's threshold"),
                );
            }
            at.value.0
        }
    };
    let pods = limit("pods", written.pods.as_ref(), base.pods);
    Limits {
        nodes: limit("nodes", written.nodes.as_ref(), base.nodes),
        pods,
        pod_addresses: limit("pod addresses", written.pod_addresses.as_ref(), pods),
        namespaces: limit("namespaces", written.namespaces.as_ref(), base.namespaces),
        services: limit("services", written.services.as_ref(), base.services),
        // A cluster without load balancers exists: a limit of zero means that.
        load_balancers: written.load_balancers.as_ref().map_or(base.load_balancers, |at| at.value.0),
        tenants: limit("tenants", written.tenants.as_ref(), base.tenants),
    }
}

fn over(written: Option<&At<WrittenOverhead>>, overhead: &mut Overhead) {
    let Some(At { value: written, .. }) = written else { return };
    let Overhead { resources, storage, services, replicas } = overhead;
    let set = |slot: &mut u64, value: Option<u64>| *slot = value.unwrap_or(*slot);
    set(&mut resources.cpu, written.cpu.as_ref().map(|at| at.value.0));
    set(&mut resources.memory, written.memory.as_ref().map(|at| at.value.0));
    set(&mut resources.pods, written.pods.as_ref().map(|at| at.value.0));
    set(storage, written.storage.as_ref().map(|at| at.value.0));
    set(services, written.services.as_ref().map(|at| at.value.0));
    set(replicas, written.replicas.as_ref().map(|at| at.value.0));
}
