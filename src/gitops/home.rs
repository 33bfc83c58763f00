//! A plan and its inventory, brought together: every home with its tenant, its pools and its host, every cluster with its offer.
//!
//! In: an [`Inventory`] and a [`Plan`] that names things. Out: [`Fleet`], in which every name is resolved, or a fault for each
//! name that is not: the plan is of another inventory, or was edited by hand. Decides nothing.

use crate::inventory::{Inventory, Offer, Pool, Runtime, Tenant, Workload};
use crate::plan::{Action, Placement, Plan, PlannedCluster};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::name::ClusterName;
use crate::vocab::resources::Demand;
use crate::vocab::tier::{Form, Nodes, Tenancy, Tier};
use crate::vocab::version::Minor;

use super::names;

/// Everything that is rendered, resolved.
#[derive(Debug)]
pub(super) struct Fleet<'a> {
    /// Homes, in the plan's order: by tenant, then site.
    pub homes: Vec<Home<'a>>,
    /// Clusters that exist once the plan is carried out, by name.
    pub hosts: Vec<Host<'a>>,
}

/// A cluster that stays or is opened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Host<'a> {
    /// What the plan says of it.
    pub planned: &'a PlannedCluster,
    /// What it offers.
    pub offer: &'a Offer,
}

/// One unit's home.
#[derive(Debug)]
pub(super) struct Home<'a> {
    /// Whose.
    pub tenant: &'a Tenant,
    /// What the plan says of it.
    pub placement: &'a Placement,
    /// Tier and nodes.
    pub form: Form,
    /// Where.
    pub host: Host<'a>,
    /// Its workloads with their pools. Never empty.
    pub parts: Vec<Part<'a>>,
    /// Its namespaces in the host: as many as the tenant takes, or one for a vcluster. Never empty.
    pub namespaces: Vec<String>,
}

/// A workload and the pool it runs in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    /// The workload.
    pub workload: &'a Workload,
    /// Its pool.
    pub pool: &'a Pool,
    /// Its own whole nodes; 0 on shared nodes.
    pub nodes: u64,
}

impl Host<'_> {
    /// Its name.
    pub fn name(&self) -> &str {
        self.planned.name.as_str()
    }

    /// Its minor.
    pub fn minor(&self) -> Minor {
        self.planned.kubernetes
    }
}

impl Home<'_> {
    /// The tenant's name.
    pub fn name(&self) -> &str {
        self.tenant.name.as_str()
    }

    /// The demand that was planned for, of all workloads.
    pub fn planned(&self) -> Demand {
        self.parts.iter().map(|part| part.workload.planned).sum()
    }

    /// The namespace that a controller is pointed at.
    pub fn namespace(&self) -> &str {
        self.namespaces.first().expect("a home has a namespace")
    }

    /// True where its nodes are its own in a host that it shares.
    pub fn has_dedicated_nodes(&self) -> bool {
        self.form.nodes() == Some(Nodes::Dedicated)
    }

    /// The sandbox that every one of its pools runs; none where one of them has none, or they differ.
    pub fn sandbox(&self) -> Option<Runtime> {
        let first = self.parts.first().map(|part| part.pool.runtime)?;
        (first.is_sandbox() && self.parts.iter().all(|part| part.pool.runtime == first)).then_some(first)
    }
}

/// The name under which a runtime is known in a cluster: its RuntimeClass.
pub(super) fn runtime_class(runtime: Runtime) -> &'static str {
    match runtime {
        Runtime::Runc => "runc",
        Runtime::Gvisor => "gvisor",
        Runtime::Kata => "kata",
        Runtime::Firecracker => "kata-fc",
    }
}

/// Resolves every name of `plan` in `inventory`.
///
/// # Errors
/// `plan-of-another-inventory` for each name that the inventory lacks; `namespace-taken` where two homes would get one
/// namespace; `namespace-reserved` where a tenant is called like a namespace of the platform.
pub(super) fn resolve<'a>(inventory: &'a Inventory, plan: &'a Plan) -> Result<Fleet<'a>, Vec<Diagnostic>> {
    let mut faults = Vec::new();
    let mut hosts = Vec::new();
    for planned in plan.clusters.iter().filter(|cluster| cluster.action != Action::Close) {
        match offer(inventory, planned) {
            Some(offer) => hosts.push(Host { planned, offer }),
            None => faults.push(*foreign(format!("cluster `{}`", planned.name))),
        }
    }
    hosts.sort_by(|a, b| a.planned.name.cmp(&b.planned.name));
    let mut homes = Vec::new();
    for placement in &plan.placements {
        match home(inventory, &hosts, placement) {
            Ok(home) => homes.push(home),
            Err(fault) => faults.push(*fault),
        }
    }
    homes.sort_by(|a, b| (a.name(), a.host.name()).cmp(&(b.name(), b.host.name())));
    faults.extend(clashes(&homes));
    if faults.is_empty() { Ok(Fleet { homes, hosts }) } else { Err(faults) }
}

fn offer<'a>(inventory: &'a Inventory, planned: &PlannedCluster) -> Option<&'a Offer> {
    match &planned.class {
        Some(class) => inventory.class(class).map(|class| &class.offer),
        None => inventory.cluster(&planned.name).map(|cluster| &cluster.offer),
    }
}

fn home<'a>(
    inventory: &'a Inventory,
    hosts: &[Host<'a>],
    placement: &'a Placement,
) -> Result<Home<'a>, Box<Diagnostic>> {
    let whose = &placement.tenant;
    let (_, tenant) = inventory.tenant(whose).ok_or_else(|| foreign(format!("tenant `{whose}`")))?;
    let form = placement
        .form()
        .ok_or_else(|| foreign(format!("a home of tier `{}` with such nodes for tenant `{whose}`", placement.tier)))?;
    let host = find(hosts, &placement.cluster)
        .ok_or_else(|| foreign(format!("cluster `{}`, home of tenant `{whose}`", placement.cluster)))?;
    if placement.pools.len() != tenant.workloads.len() {
        return Err(foreign(format!("{} workloads of tenant `{whose}`", placement.pools.len())));
    }
    let mut parts = Vec::new();
    for (workload, placed) in tenant.workloads.iter().zip(&placement.pools) {
        if workload.name != placed.workload {
            return Err(foreign(format!("workload `{}` of tenant `{whose}`", placed.workload)));
        }
        let (_, pool) = host
            .offer
            .pool(&placed.pool)
            .ok_or_else(|| foreign(format!("pool `{}` of cluster `{}`", placed.pool, placement.cluster)))?;
        parts.push(Part { workload, pool, nodes: placed.nodes });
    }
    let namespaces = match form.tier() {
        Tier::Namespace | Tier::Cluster => names::namespaces(whose.as_str(), tenant.namespaces.max(1)),
        Tier::Vcluster => vec![names::vcluster_namespace(whose.as_str())],
    };
    if (host.planned.tenancy == Tenancy::Dedicated) != (form == Form::Cluster) {
        return Err(foreign(format!("form `{form}` in cluster `{}`", placement.cluster)));
    }
    Ok(Home { tenant, placement, form, host, parts, namespaces })
}

fn find<'a>(hosts: &[Host<'a>], name: &ClusterName) -> Option<Host<'a>> {
    hosts.iter().find(|host| host.planned.name == *name).copied()
}

fn foreign(what: impl std::fmt::Display) -> Box<Diagnostic> {
    let message = format!("the plan speaks of {what}, and the inventory does not have it");
    let help = "plan again from this inventory, or point `--inventory` at the one the plan was made from";
    Box::new(Diagnostic::error("plan-of-another-inventory", message).help(help))
}

/// Namespaces that are the platform's, and namespaces that two homes of one cluster would share.
fn clashes(homes: &[Home<'_>]) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    let mut seen = std::collections::BTreeMap::new();
    for home in homes {
        for namespace in &home.namespaces {
            if names::is_reserved(namespace) {
                faults.push(
                    Diagnostic::error(
                        "namespace-reserved",
                        format!(
                            "tenant `{}` would take namespace `{namespace}`, which is the platform's own",
                            home.name()
                        ),
                    )
                    .at(home.tenant.at.header(), "this name")
                    .help("give the tenant another name"),
                );
            }
            if let Some(other) = seen.insert((home.host.name(), namespace.as_str()), home.name()) {
                faults.push(
                    Diagnostic::error(
                        "namespace-taken",
                        format!(
                            "tenants `{other}` and `{}` would both take namespace `{namespace}` of cluster `{}`",
                            home.name(),
                            home.host.name()
                        ),
                    )
                    .at(home.tenant.at.header(), "this name")
                    .help("give one of them another name"),
                );
            }
        }
    }
    faults
}
