//! `[[cluster]]` and `[[class]]`, believed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::inventory::written::node::{At, Set};
use crate::inventory::written::offer::{
    WrittenClass, WrittenCluster, WrittenControlPlane, WrittenLimits, WrittenPool, WrittenPrices,
};
use crate::inventory::written::table::Table;
use crate::inventory::{
    Class, Cluster, Cni, ControlPlane, Limits, Offer, Policy, PolicyEngine, Pool, Provider, Runtime, UnitPrices,
};
use crate::vocab::diagnostic::{Diagnostic, Span};
use crate::vocab::money::Money;
use crate::vocab::name::{Attestation, LONGEST_NAME, PoolName, Residency};
use crate::vocab::resources::{Resource, Resources};
use crate::vocab::tier::Tenancy;

use super::{facts, or, sorted, values};

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
    cni: Option<&'a At<Cni>>,
    workload_identity: Option<&'a At<bool>>,
    limits: Option<&'a At<WrittenLimits>>,
    prices: Option<&'a At<WrittenPrices>>,
    platform_pool: Option<&'a At<PoolName>>,
    pool: Option<&'a At<Vec<At<WrittenPool>>>>,
}

macro_rules! parts {
    ($table:expr, $called:expr) => {
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
            cni: $table.cni.as_ref(),
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
    let offer = offer(&parts!(table, called), defaults, policy, faults);
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
    let offer = offer(&parts!(table, called.clone()), defaults, policy, faults);
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
    let pools: Vec<_> = written_pools.iter().filter_map(|at| pool(&at.value, &parts.called, policy, faults)).collect();
    let pools_are_sound = pools.len() == written_pools.len() && faults.len() == before;
    let platform_pool = platform_pool(parts, &pools, pools_are_sound, faults);
    let provider = parts.provider.map(|at| at.value);
    let base = provider.and_then(|provider| defaults.get(&provider)).copied();
    let limits = facts::limits(parts.limits, base.unwrap_or(UNKNOWN_PROVIDER), faults);
    check_minimum(parts, &pools, limits, faults);
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
        cni: or(parts.cni, Cni::Kubernetes),
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

/// A pool; nothing where a required key is missing or faulty.
fn pool(table: &WrittenPool, owner: &str, policy: &Policy, faults: &mut Vec<Diagnostic>) -> Option<Pool> {
    let called = table.name.as_ref().map_or_else(|| "a pool".to_owned(), |at| format!("pool `{}`", at.value));
    let called = format!("{called} of {owner}");
    let written_node = table.node.as_ref();
    let node = written_node.map(|at| &at.value).and_then(|node| {
        Some(Resources {
            cpu: node.cpu.as_ref()?.value.0,
            memory: node.memory.as_ref()?.value.0,
            pods: node.pods.as_ref()?.value.0,
            gpu: node.gpu.as_ref().map_or(0, |at| at.value.0),
        })
    });
    let daemonsets = table.daemonsets.as_ref().map(|at| &at.value).map_or(Resources::ZERO, |written| Resources {
        cpu: written.cpu.as_ref().map_or(0, |at| at.value.0),
        memory: written.memory.as_ref().map_or(0, |at| at.value.0),
        pods: written.pods.as_ref().map_or(0, |at| at.value.0),
        gpu: 0,
    });
    if let (Some(node), Some(written)) = (node, written_node) {
        check_node(table, &called, node, daemonsets, written.span, faults);
    }
    let (min, max) = nodes(table, &called, faults);
    let zones = table.zones.as_ref().map_or(1, |at| at.value.0);
    if policy.survive_zone_loss && zones == 1 {
        let span =
            table.zones.as_ref().map(|at| at.span).or(table.name.as_ref().map(|at| at.span)).unwrap_or(table.head.span);
        faults.push(
            Diagnostic::error(
                "one-zone",
                format!("{called} has one zone, and the policy wants to survive a zone's loss"),
            )
            .at(span, "one zone")
            .also(policy.at.of("survive_zone_loss"), "a zone's loss is to be survived")
            .help("spread the pool over at least two zones and write `zones`, or set `survive_zone_loss = false`"),
        );
    }
    Some(Pool {
        name: table.name.as_ref()?.value.clone(),
        node: node?,
        daemonsets,
        price: table.price.as_ref()?.value.monthly(),
        min,
        max: max?,
        zones,
        os: table.os.as_ref().map_or_else(|| "linux".to_owned(), |at| at.value.0.clone()),
        arch: table.arch.as_ref().map_or_else(|| "amd64".to_owned(), |at| at.value.0.clone()),
        kernel: table.kernel.as_ref().map_or_else(Vec::new, |at| at.value.0.clone()),
        modules: values(table.modules.as_ref()).into_iter().map(|module| module.0).collect::<BTreeSet<_>>(),
        realtime: or(table.realtime.as_ref(), false),
        gpu: table.gpu.as_ref().map(|at| at.value.0.clone()),
        runtime: or(table.runtime.as_ref(), Runtime::Runc),
        private: or(table.private.as_ref(), false),
        at: table.places(),
    })
}

/// A node offers something, daemonsets leave some of it, and GPUs have a model and a number.
fn check_node(
    table: &WrittenPool,
    called: &str,
    node: Resources,
    daemonsets: Resources,
    node_span: Span,
    faults: &mut Vec<Diagnostic>,
) {
    for resource in [Resource::Cpu, Resource::Memory, Resource::Pods] {
        let (has, taken) = (node.get(resource), daemonsets.get(resource));
        if has == 0 {
            faults.push(
                Diagnostic::error("empty-node", format!("a node of {called} offers no {resource}"))
                    .at(node_span, "")
                    .help("write what a node offers to pods: `node = { cpu = \"15890m\", memory = \"60Gi\", pods = 110 }`"),
            );
        } else if taken >= has {
            let span = table.daemonsets.as_ref().map_or(node_span, |at| at.span);
            let message = format!(
                "daemonsets of {called} take {}, a node has {}: nothing is left for tenants",
                resource.amount(taken),
                resource.amount(has)
            );
            faults.push(
                Diagnostic::error("daemonsets-too-large", message)
                    .at(span, "")
                    .also(node_span, "the node")
                    .help("correct one of the two; both are per node"),
            );
        }
    }
    match (&table.gpu, node.gpu) {
        (None, 1..) => faults.push(
            Diagnostic::error("gpu-without-model", format!("nodes of {called} have GPUs of no model"))
                .at(node_span, "")
                .help("write the model beside `node`: `gpu = \"nvidia-l4\"`"),
        ),
        (Some(model), 0) => faults.push(
            Diagnostic::error("gpu-without-number", format!("{called} has a model of GPU, and its nodes have none"))
                .at(model.span, "")
                .also(node_span, "no `gpu` here")
                .help("write their number into `node`: `node = { …, gpu = 1 }`"),
        ),
        (None, 0) | (Some(_), 1..) => {}
    }
}

/// The fewest and the most nodes.
fn nodes(table: &WrittenPool, called: &str, faults: &mut Vec<Diagnostic>) -> (u64, Option<u64>) {
    let Some(At { value: written, .. }) = &table.nodes else { return (0, None) };
    let min = written.min.as_ref().map_or(0, |at| at.value.0);
    let Some(max) = &written.max else { return (min, None) };
    if max.value.0 == 0 {
        faults.push(
            Diagnostic::error("no-nodes", format!("{called} can have no nodes"))
                .at(max.span, "at most zero")
                .help("raise `max`, or remove the pool"),
        );
    } else if min > max.value.0 {
        let fault = Diagnostic::error(
            "min-above-max",
            format!("{called} has at least {min} nodes and at most {}", max.value.0),
        )
        .at(max.span, "at most");
        let fault = match &written.min {
            Some(min) => fault.also(min.span, "at least"),
            None => fault,
        };
        faults.push(fault.help("lower `min` or raise `max`"));
    }
    (min, Some(max.value.0))
}
