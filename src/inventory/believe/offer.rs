//! `[[cluster]]` and `[[class]]`, believed.

use std::collections::{BTreeMap, HashMap};

use crate::inventory::written::node::{At, Set};
use crate::inventory::written::offer::{
    WrittenClass, WrittenCluster, WrittenControlPlane, WrittenLimits, WrittenPool, WrittenPrices,
};
use crate::inventory::written::table::Table;
use crate::inventory::{
    Class, Cluster, ClusterApi, Cni, ControlPlane, Limits, NetworkPolicies, Offer, Policy, PolicyEngine, Pool,
    Provider, UnitPrices, Workers,
};
use crate::vocab::diagnostic::{Diagnostic, Span};
use crate::vocab::money::Money;
use crate::vocab::name::{Attestation, LONGEST_NAME, PoolName, Residency};
use crate::vocab::tier::Tenancy;
use crate::vocab::version::{KyvernoVersion, Minor};

use super::{each, engine, facts, or, sorted, values};

/// What the tables of a cluster and a class have in common.
struct Parts<'a> {
    /// ``cluster `eu-1` ``, for messages.
    called: String,
    provider: Option<&'a At<Provider>>,
    residency: Option<&'a At<Residency>>,
    control_plane: Option<&'a At<WrittenControlPlane>>,
    audit_log: Option<&'a At<bool>>,
    secrets_encryption: Option<&'a At<bool>>,
    seccomp_default: Option<&'a At<bool>>,
    attestations: Option<&'a At<Set<Attestation>>>,
    policies: Option<&'a At<PolicyEngine>>,
    kyverno: Option<&'a At<KyvernoVersion>>,
    minors: Vec<&'a At<Minor>>,
    cni: Option<&'a At<Cni>>,
    network_policies: Option<&'a At<NetworkPolicies>>,
    workload_identity: Option<&'a At<bool>>,
    limits: Option<&'a At<WrittenLimits>>,
    prices: Option<&'a At<WrittenPrices>>,
    platform_pool: Option<&'a At<PoolName>>,
    pool: Option<&'a At<Vec<At<WrittenPool>>>>,
}

macro_rules! parts {
    ($table:expr, $called:expr, $minors:expr) => {
        Parts {
            called: $called,
            provider: $table.provider.as_ref(),
            residency: $table.residency.as_ref(),
            control_plane: $table.control_plane.as_ref(),
            audit_log: $table.audit_log.as_ref(),
            secrets_encryption: $table.secrets_encryption.as_ref(),
            seccomp_default: $table.seccomp_default.as_ref(),
            attestations: $table.attestations.as_ref(),
            policies: $table.policies.as_ref(),
            kyverno: $table.kyverno.as_ref(),
            minors: $minors,
            cni: $table.cni.as_ref(),
            network_policies: $table.network_policies.as_ref(),
            workload_identity: $table.workload_identity.as_ref(),
            limits: $table.limits.as_ref(),
            prices: $table.prices.as_ref(),
            platform_pool: $table.platform_pool.as_ref(),
            pool: $table.pool.as_ref(),
        }
    };
}

/// A cluster; nothing where a required key is missing or faulty.
pub fn cluster(
    at: &At<WrittenCluster>,
    defaults: &BTreeMap<Provider, Limits>,
    policy: &Policy,
    faults: &mut Vec<Diagnostic>,
) -> Option<Cluster> {
    let table = &at.value;
    let called = table.name.as_ref().map_or_else(|| "a cluster".to_owned(), |at| format!("cluster `{}`", at.value));
    let offer = offer(&parts!(table, called, table.kubernetes.iter().collect()), defaults, policy, faults);
    Some(Cluster {
        name: table.name.as_ref()?.value.clone(),
        region: table.region.as_ref()?.value.clone(),
        kubernetes: table.kubernetes.as_ref()?.value,
        tenancy: or(table.tenancy.as_ref(), Tenancy::Shared),
        may_close: or(table.may_close.as_ref(), false),
        offer: offer?,
        at: table.places(),
    })
}

/// A class; nothing where a required key is missing or faulty.
pub fn class(
    at: &At<WrittenClass>,
    defaults: &BTreeMap<Provider, Limits>,
    policy: &Policy,
    faults: &mut Vec<Diagnostic>,
) -> Option<Class> {
    let table = &at.value;
    let called = table.name.as_ref().map_or_else(|| "a class".to_owned(), |at| format!("class `{}`", at.value));
    let offer =
        offer(&parts!(table, called.clone(), each(table.kubernetes.as_ref()).collect()), defaults, policy, faults);
    let empties = [
        ("regions", table.regions.as_ref().filter(|list| list.value.0.is_empty()).map(|at| at.span)),
        ("kubernetes", table.kubernetes.as_ref().filter(|list| list.value.0.is_empty()).map(|at| at.span)),
        ("tenancy", table.tenancy.as_ref().filter(|list| list.value.0.is_empty()).map(|at| at.span)),
    ];
    for (key, span) in empties {
        if let Some(span) = span {
            faults.push(
                Diagnostic::error(
                    "empty-list",
                    format!("`{key}` of {called} is empty: nothing could be opened from it"),
                )
                .at(span, "")
                .help("list at least one, or set `open_at_most = 0`"),
            );
        }
    }
    let open_at_most = table.open_at_most.as_ref().map_or(1, |at| at.value.0);
    if let Some(name) = &table.name {
        let longest = name.value.as_str().len() + 1 + open_at_most.to_string().len();
        if longest > LONGEST_NAME {
            faults.push(
                Diagnostic::error(
                    "class-name-too-long",
                    format!(
                        "copies of {called} are called `{}-{open_at_most}`, longer than {LONGEST_NAME} characters",
                        name.value
                    ),
                )
                .at(name.span, "")
                .help("shorten the name"),
            );
        }
    }
    Some(Class {
        name: table.name.as_ref()?.value.clone(),
        regions: values(Some(table.regions.as_ref()?)),
        kubernetes: sorted(Some(table.kubernetes.as_ref()?)),
        open_at_most: u32::try_from(open_at_most).unwrap_or(u32::MAX),
        tenancy: match &table.tenancy {
            Some(tenancy) => sorted(Some(tenancy)),
            None => vec![Tenancy::Shared, Tenancy::Dedicated],
        },
        cluster_api: or(table.cluster_api.as_ref(), ClusterApi::default()),
        workers: or(table.workers.as_ref(), Workers::default()),
        offer: offer?,
        at: table.places(),
    })
}

fn offer(
    parts: &Parts<'_>,
    defaults: &BTreeMap<Provider, Limits>,
    policy: &Policy,
    faults: &mut Vec<Diagnostic>,
) -> Option<Offer> {
    let written_pools = parts.pool.map_or(&[][..], |at| &at.value);
    if let Some(none) = parts.pool.filter(|at| at.value.is_empty()) {
        faults.push(
            Diagnostic::error("no-pools", format!("{} has no pools", parts.called))
                .at(none.span, "")
                .help("write at least one pool of nodes"),
        );
    }
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for name in written_pools.iter().filter_map(|pool| pool.value.name.as_ref()) {
        if let Some(first) = seen.insert(name.value.as_str(), name.span) {
            faults.push(
                Diagnostic::error("duplicate-name", format!("{} has two pools `{}`", parts.called, name.value))
                    .at(name.span, "again")
                    .also(first, "first")
                    .help("rename or remove one of the two"),
            );
        }
    }
    let before = faults.len();
    let pools: Vec<_> =
        written_pools.iter().filter_map(|at| super::pool::pool(&at.value, &parts.called, policy, faults)).collect();
    let pools_are_sound = pools.len() == written_pools.len() && faults.len() == before;
    let platform_pool = platform_pool(parts, &pools, pools_are_sound, faults);
    let provider = parts.provider.map(|at| at.value);
    let base = provider.and_then(|provider| defaults.get(&provider)).copied();
    let limits = facts::limits(parts.limits, base.unwrap_or(UNKNOWN_PROVIDER), faults);
    check_minimum(parts, &pools, limits, faults);
    engine::check(&parts.called, parts.policies, parts.kyverno, &parts.minors, faults);
    check_network_policies(parts, faults);
    let control_plane = parts.control_plane.map(|at| &at.value);
    let prices = parts.prices.map(|at| &at.value);
    Some(Offer {
        provider: provider?,
        residency: parts.residency?.value.clone(),
        control_plane: ControlPlane {
            price: control_plane?.price.as_ref()?.value.monthly(),
            disruption: control_plane?.disruption.as_ref()?.value,
        },
        audit_log: or(parts.audit_log, false),
        secrets_encryption: or(parts.secrets_encryption, false),
        seccomp_default: parts.seccomp_default.map(|at| at.value),
        attestations: values(parts.attestations).into_iter().collect(),
        policies: or(parts.policies, PolicyEngine::Kyverno),
        kyverno: or(parts.kyverno, KyvernoVersion::default()),
        cni: or(parts.cni, Cni::Kubernetes),
        network_policies: or(parts.network_policies, NetworkPolicies::default()),
        workload_identity: or(parts.workload_identity, true),
        limits,
        prices: UnitPrices {
            storage: prices.and_then(|p| p.storage.as_ref()).map_or(Money::ZERO, |at| at.value.0),
            load_balancer: prices.and_then(|p| p.load_balancer.as_ref()).map_or(Money::ZERO, |at| at.value.monthly()),
        },
        pools: if pools_are_sound { pools } else { return None },
        platform_pool,
    })
}

/// Where the provider is not known there is a fault already; limits must not add another.
const UNKNOWN_PROVIDER: Limits = Limits {
    nodes: u64::MAX,
    pods: u64::MAX,
    pod_addresses: u64::MAX,
    namespaces: u64::MAX,
    services: u64::MAX,
    load_balancers: u64::MAX,
    tenants: u64::MAX,
};

/// A kind of network policies that the network does not enforce.
fn check_network_policies(parts: &Parts<'_>, faults: &mut Vec<Diagnostic>) {
    let Some(kind) = parts.network_policies.filter(|at| at.value == NetworkPolicies::Cilium) else { return };
    let cni = or(parts.cni, Cni::Kubernetes);
    if cni == Cni::Cilium {
        return;
    }
    let message = format!(
        "{} has `network_policies = \"{}\"` and `cni = \"{cni}\"`, which does not enforce them",
        parts.called, kind.value
    );
    let fault = Diagnostic::error("network-policies-not-enforced", message).at(kind.span, "this kind");
    let fault = match parts.cni {
        Some(cni) => fault.also(cni.span, "this network"),
        None => fault,
    };
    faults.push(fault.help("say `cni = \"cilium\"` if Cilium is what runs there, or leave `network_policies` away"));
}

/// A limit of nodes below the sum of the pools' minimums cannot be kept.
fn check_minimum(parts: &Parts<'_>, pools: &[Pool], limits: Limits, faults: &mut Vec<Diagnostic>) {
    let least: u64 = pools.iter().map(|pool| pool.min).sum();
    let written = parts.limits.and_then(|at| at.value.nodes.as_ref());
    if let Some(written) = written.filter(|_| least > limits.nodes && limits.nodes > 0) {
        let message = format!(
            "the pools of {} have at least {least} nodes together, its limit is {}",
            parts.called, limits.nodes
        );
        faults.push(
            Diagnostic::error("limit-below-minimum", message)
                .at(written.span, "")
                .help(format!("raise the limit to at least {least}, or lower `min` of a pool")),
        );
    }
}

/// True where the control planes of vclusters can run.
fn is_plain(pool: &Pool) -> bool {
    pool.os == "linux" && pool.node.gpu == 0 && !pool.runtime.is_sandbox() && !pool.realtime
}

fn platform_pool(parts: &Parts<'_>, pools: &[Pool], sound: bool, faults: &mut Vec<Diagnostic>) -> Option<usize> {
    let Some(name) = parts.platform_pool else { return pools.iter().position(is_plain) };
    let found = pools.iter().position(|pool| pool.name == name.value);
    match found {
        Some(at) if !is_plain(&pools[at]) => faults.push(
            Diagnostic::error(
                "unfit-platform-pool",
                format!("pool `{}` of {} cannot run the control planes of vclusters", name.value, parts.called),
            )
            .at(name.span, "")
            .help("name a Linux pool without GPUs, sandbox or real-time kernel"),
        ),
        None if sound => {
            let known: Vec<_> = pools.iter().map(|pool| format!("`{}`", pool.name)).collect();
            faults.push(
                Diagnostic::error("unknown-pool", format!("{} has no pool `{}`", parts.called, name.value))
                    .at(name.span, "unknown pool")
                    .help(format!("known: {}", known.join(", "))),
            );
        }
        Some(_) | None => {}
    }
    found
}
