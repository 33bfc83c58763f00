//! `[[cluster]]` and `[[class]]`: both make an [`Offer`].

use std::collections::BTreeMap;

use super::facts::lay_limits;
use super::{all, or, required, twice};
use crate::inventory::reading::node::{At, Faults};
use crate::inventory::reading::shapes::{Amount, Arch, Hourly, KernelVersion, Os};
use crate::inventory::reading::written::{
    ClassWritten, ClusterWritten, ControlPlaneWritten, LimitsWritten, List, PoolWritten, PricesWritten,
};
use crate::inventory::{
    Class, Cluster, Cni, ControlPlane, Limits, Offer, Places, Policy, PolicyEngine, Pool, Provider, Runtime, UnitPrices,
};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::money::Money;
use crate::vocab::name::{Attestation, PoolName, Residency};
use crate::vocab::resources::{Resource, Resources};
use crate::vocab::tier::Tenancy;

/// The most nodes of one pool, and the most copies of one class: beyond any cluster that was ever run, and small enough for money to fit.
const MOST_NODES: u64 = 1_000_000;

pub(super) fn clusters(
    written: List<ClusterWritten>,
    limits: &BTreeMap<Provider, Limits>,
    policy: &Policy,
    faults: &mut Faults,
) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> =
        written.into_iter().filter_map(|at| cluster(at.value, limits, policy, faults)).collect();
    clusters.sort_by(|a, b| a.name.cmp(&b.name));
    twice("cluster", &clusters, |cluster| cluster.name.as_str(), |cluster| cluster.at.header(), faults);
    clusters
}

pub(super) fn classes(
    written: List<ClassWritten>,
    limits: &BTreeMap<Provider, Limits>,
    policy: &Policy,
    faults: &mut Faults,
) -> Vec<Class> {
    let mut classes: Vec<Class> =
        written.into_iter().filter_map(|at| class(at.value, limits, policy, faults)).collect();
    classes.sort_by(|a, b| a.name.cmp(&b.name));
    twice("class", &classes, |class| class.name.as_str(), |class| class.at.header(), faults);
    classes
}

fn cluster(
    written: ClusterWritten,
    defaults: &BTreeMap<Provider, Limits>,
    policy: &Policy,
    faults: &mut Faults,
) -> Option<Cluster> {
    let ClusterWritten {
        at,
        name,
        provider,
        region,
        residency,
        kubernetes,
        tenancy,
        may_close,
        control_plane,
        audit_log,
        secrets_encryption,
        seccomp_default,
        attestations,
        policies,
        cni,
        workload_identity,
        limits,
        prices,
        platform_pool,
        pool,
    } = written;
    let what = name.as_ref().map_or("a cluster".to_owned(), |name| format!("cluster `{}`", name.value));
    let name = required(name, "name", &what, &at, faults);
    let region = required(region, "region", &what, &at, faults);
    let kubernetes = required(kubernetes, "kubernetes", &what, &at, faults);
    let parts = Parts {
        provider,
        residency,
        control_plane,
        audit_log,
        secrets_encryption,
        seccomp_default,
        attestations,
        policies,
        cni,
        workload_identity,
        limits,
        prices,
        platform_pool,
        pool,
    };
    let offer = parts.offer(&what, &at, defaults, policy, faults);
    Some(Cluster {
        name: name?,
        region: region?,
        kubernetes: kubernetes?,
        tenancy: or(tenancy, Tenancy::Shared),
        may_close: or(may_close, false),
        offer: offer?,
        at,
    })
}

fn class(
    written: ClassWritten,
    defaults: &BTreeMap<Provider, Limits>,
    policy: &Policy,
    faults: &mut Faults,
) -> Option<Class> {
    let ClassWritten {
        at,
        name,
        provider,
        regions,
        residency,
        kubernetes,
        open_at_most,
        tenancy,
        control_plane,
        audit_log,
        secrets_encryption,
        seccomp_default,
        attestations,
        policies,
        cni,
        workload_identity,
        limits,
        prices,
        platform_pool,
        pool,
    } = written;
    let what = name.as_ref().map_or("a class".to_owned(), |name| format!("class `{}`", name.value));
    let name = required(name, "name", &what, &at, faults);
    if name.as_ref().is_some_and(|name| name.as_str().len() > 55) {
        faults.push(
            Diagnostic::error("invalid-name", format!("{what} has a name of more than 55 characters"))
                .at(at.of("name"), "too long for the names of its copies")
                .help("shorten it: copies are called `<class>-1`, `<class>-2`, …"),
        );
    }
    let regions = non_empty(regions, "regions", &what, &at, faults);
    let kubernetes = non_empty(kubernetes, "kubernetes", &what, &at, faults);
    let parts = Parts {
        provider,
        residency,
        control_plane,
        audit_log,
        secrets_encryption,
        seccomp_default,
        attestations,
        policies,
        cni,
        workload_identity,
        limits,
        prices,
        platform_pool,
        pool,
    };
    let offer = parts.offer(&what, &at, defaults, policy, faults);
    let mut tenancy = if tenancy.is_none() { vec![Tenancy::Shared, Tenancy::Dedicated] } else { all(tenancy) };
    tenancy.sort();
    tenancy.dedup();
    let mut kubernetes = kubernetes?;
    kubernetes.sort();
    kubernetes.dedup();
    let open_at_most = or(open_at_most, 1);
    if open_at_most > MOST_NODES {
        faults.push(
            Diagnostic::error("invalid-value", format!("{what} may be opened {open_at_most} times"))
                .at(at.of("open_at_most"), "more than a million")
                .help("write a million at most"),
        );
    }
    Some(Class {
        name: name?,
        regions: regions?,
        kubernetes,
        open_at_most: u32::try_from(open_at_most.min(MOST_NODES)).expect("a million fits"),
        tenancy,
        offer: offer?,
        at,
    })
}

fn non_empty<T>(value: Option<At<List<T>>>, key: &str, what: &str, at: &Places, faults: &mut Faults) -> Option<Vec<T>> {
    let span = value.as_ref().map(|at| at.span);
    let list: Vec<T> = required(value, key, what, at, faults)?.into_iter().map(|at| at.value).collect();
    if list.is_empty() {
        faults.push(
            Diagnostic::error("invalid-value", format!("`{key}` of {what} is empty"))
                .at(span.unwrap_or_else(|| at.header()), "nothing in here")
                .help("say at least one"),
        );
        return None;
    }
    Some(list)
}

/// The keys that clusters and classes have in common.
struct Parts {
    provider: Option<At<Provider>>,
    residency: Option<At<Residency>>,
    control_plane: Option<At<ControlPlaneWritten>>,
    audit_log: Option<At<bool>>,
    secrets_encryption: Option<At<bool>>,
    seccomp_default: Option<At<bool>>,
    attestations: Option<At<List<Attestation>>>,
    policies: Option<At<PolicyEngine>>,
    cni: Option<At<Cni>>,
    workload_identity: Option<At<bool>>,
    limits: Option<At<LimitsWritten>>,
    prices: Option<At<PricesWritten>>,
    platform_pool: Option<At<PoolName>>,
    pool: Option<At<List<PoolWritten>>>,
}

impl Parts {
    fn offer(
        self,
        what: &str,
        at: &Places,
        defaults: &BTreeMap<Provider, Limits>,
        policy: &Policy,
        faults: &mut Faults,
    ) -> Option<Offer> {
        let Self {
            provider,
            residency,
            control_plane,
            audit_log,
            secrets_encryption,
            seccomp_default,
            attestations,
            policies,
            cni,
            workload_identity,
            limits,
            prices,
            platform_pool,
            pool,
        } = self;
        let provider = required(provider, "provider", what, at, faults);
        let residency = required(residency, "residency", what, at, faults);
        let control_plane = required(control_plane, "control_plane", what, at, faults).and_then(|written| {
            let ControlPlaneWritten { at, price, disruption } = written;
            let plane = format!("the control plane of {what}");
            let price = required(price, "price", &plane, &at, faults);
            let disruption = required(disruption, "disruption", &plane, &at, faults);
            Some(ControlPlane { price: price?.0, disruption: disruption? })
        });
        let pools: Vec<Pool> = match required(pool, "pool", what, at, faults) {
            None => Vec::new(),
            Some(written) => written.into_iter().filter_map(|at| read_pool(at.value, what, policy, faults)).collect(),
        };
        let mut by_name: Vec<&Pool> = pools.iter().collect();
        by_name.sort_by(|a, b| a.name.cmp(&b.name));
        twice(&format!("pools of {what} "), &by_name, |pool| pool.name.as_str(), |pool| pool.at.header(), faults);
        let platform_pool = match platform_pool {
            Some(At { value: name, span }) => {
                let found = pools.iter().position(|pool| pool.name == name);
                if found.is_none() {
                    super::dangling(
                        &format!("pool of {what}"),
                        name.as_str(),
                        pools.iter().map(|p| p.name.as_str()),
                        span,
                        faults,
                    );
                }
                found
            }
            None => pools.iter().position(|pool| {
                pool.os == "linux"
                    && pool.gpu.is_none()
                    && pool.node.gpu == 0
                    && !pool.realtime
                    && !pool.runtime.is_sandbox()
            }),
        };
        let default = provider.and_then(|provider| defaults.get(&provider).copied());
        let limits = match &limits {
            Some(written) => Some(lay_limits(default, &written.value)),
            None => default,
        };
        let prices = match prices.map(|at| at.value) {
            None => UnitPrices::default(),
            Some(prices) => UnitPrices {
                storage: or(prices.storage, Amount(Money::ZERO)).0,
                load_balancer: or(prices.load_balancer, Hourly(Money::ZERO)).0,
            },
        };
        if pools.is_empty() {
            return None;
        }
        Some(Offer {
            provider: provider?,
            residency: residency?,
            control_plane: control_plane?,
            audit_log: or(audit_log, false),
            secrets_encryption: or(secrets_encryption, false),
            seccomp_default: seccomp_default.map(|at| at.value),
            attestations: all(attestations).into_iter().collect(),
            policies: or(policies, PolicyEngine::Kyverno),
            cni: or(cni, Cni::Kubernetes),
            workload_identity: or(workload_identity, true),
            limits: limits?,
            prices,
            pools,
            platform_pool,
        })
    }
}

fn read_pool(written: PoolWritten, of: &str, policy: &Policy, faults: &mut Faults) -> Option<Pool> {
    let PoolWritten {
        at,
        name,
        node,
        daemonsets,
        price,
        nodes,
        zones,
        os,
        arch,
        kernel,
        modules,
        realtime,
        gpu,
        runtime,
        private,
    } = written;
    let what = name.as_ref().map_or(format!("a pool of {of}"), |name| format!("pool `{}` of {of}", name.value));
    let name = required(name, "name", &what, &at, faults);
    let price = required(price, "price", &what, &at, faults);
    let node = required(node, "node", &what, &at, faults).and_then(|node| {
        let whose = format!("the node of {what}");
        let cpu = required(node.cpu, "cpu", &whose, &node.at, faults);
        let memory = required(node.memory, "memory", &whose, &node.at, faults);
        let pods = required(node.pods, "pods", &whose, &node.at, faults);
        Some(Resources { cpu: cpu?.0, memory: memory?.0, pods: pods?, gpu: or(node.gpu, 0) })
    });
    let nodes = required(nodes, "nodes", &what, &at, faults).and_then(|count| {
        let most = required(count.max, "max", &format!("the nodes of {what}"), &count.at, faults);
        Some((or(count.min, 0), most?))
    });
    let daemonsets = daemonsets.map_or(Resources::ZERO, |At { value, .. }| Resources {
        cpu: value.cpu.map_or(0, |at| at.value.0),
        memory: value.memory.map_or(0, |at| at.value.0),
        pods: or(value.pods, 0),
        gpu: 0,
    });
    let zones = or(zones, 1);
    let (node, (min, max)) = (node?, nodes?);
    let mut fault = |key: &str, text: String, label: &str, help: &str| {
        faults.push(Diagnostic::error("impossible-pool", text).at(at.of(key), label).help(help));
    };
    if max == 0 || max > MOST_NODES {
        fault(
            "nodes",
            format!("{what} can have {max} nodes"),
            "the most nodes",
            "write 1 to 1,000,000, or remove the pool",
        );
    }
    if min > max {
        fault("nodes", format!("{what} has at least {min} and at most {max} nodes"), "min is above max", "swap them");
    }
    if zones == 0 || zones > 64 {
        fault("zones", format!("{what} is spread over {zones} zones"), "not 1 to 64", "write the number of zones");
    }
    for resource in [Resource::Cpu, Resource::Memory, Resource::Pods] {
        let (has, taken) = (node.get(resource), daemonsets.get(resource));
        if has == 0 {
            fault("node", format!("a node of {what} offers no {resource}"), "zero", "say what a node offers to pods");
        } else if taken >= has {
            fault(
                "daemonsets",
                format!(
                    "daemonsets take {} of each node of {what}, which has {}",
                    resource.amount(taken),
                    resource.amount(has)
                ),
                "nothing is left for tenants",
                "use larger nodes or smaller daemonsets",
            );
        }
    }
    if policy.survive_zone_loss && zones < 2 {
        faults.push(
            Diagnostic::error(
                "one-zone",
                format!("{what} is in one zone, and policy wants to survive the loss of a zone"),
            )
            .at(at.written("zones").unwrap_or_else(|| at.header()), "one zone")
            .also(policy.at.of("survive_zone_loss"), "asked for here")
            .help("spread the pool over two zones or more, or set `survive_zone_loss = false`"),
        );
    }
    Some(Pool {
        name: name?,
        node,
        daemonsets,
        price: price?.0,
        min,
        max: max.clamp(1, MOST_NODES),
        zones: zones.clamp(1, 64),
        os: or(os, Os("linux")).0.to_owned(),
        arch: or(arch, Arch("amd64")).0.to_owned(),
        kernel: or(kernel, KernelVersion(Vec::new())).0,
        modules: all(modules).into_iter().map(|word| word.0).collect(),
        realtime: or(realtime, false),
        gpu: gpu.map(|at| at.value.0),
        runtime: or(runtime, Runtime::Runc),
        private: or(private, false),
        at,
    })
}
