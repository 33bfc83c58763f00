//! What a tenant requires, as sentences with the line of each: only what was written, nothing that is a default.

use crate::inventory::{Inventory, Kernel, Tenant, Workload};
use crate::vocab::diagnostic::Span;
use crate::vocab::resources::{Demand, Resource};

/// One requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Driver {
    /// In words, with values in backticks.
    pub text: String,
    /// Where it was written.
    pub span: Span,
}

/// Everything that `tenant` requires, in the order in which the schema lists it; then its pin and its exceptions.
#[must_use]
pub fn of(inventory: &Inventory, tenant: &Tenant) -> Vec<Driver> {
    let mut drivers = Vec::new();
    for (key, text) in said(tenant) {
        if let Some(span) = tenant.at.written(key) {
            drivers.push(Driver { text, span });
        }
    }
    for workload in &tenant.workloads {
        drivers.extend(nodes(tenant, workload));
    }
    if let Some(pin) = inventory.pin(&tenant.name) {
        let where_to = [
            pin.cluster.as_ref().map(|cluster| format!("cluster `{cluster}`")),
            pin.tier.map(|tier| format!("tier `{tier}`")),
            pin.nodes.map(|nodes| format!("nodes `{nodes}`")),
        ];
        let where_to = where_to.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let until = pin.until.map(|until| format!(" until {until}")).unwrap_or_default();
        let text = format!("is pinned to {where_to}{until} by `{}`", pin.owner);
        drivers.push(Driver { text, span: pin.at.header() });
    }
    for exception in inventory.exceptions.iter().filter(|exception| exception.tenant == tenant.name) {
        let state = if exception.until >= inventory.fleet.date { "is excepted" } else { "is no longer excepted" };
        let text = format!("{state} from `{}` until {} by `{}`", exception.rule, exception.until, exception.owner);
        drivers.push(Driver { text, span: exception.at.header() });
    }
    drivers
}

/// Every key and its sentence, whether it was written or not.
fn said(tenant: &Tenant) -> Vec<(&'static str, String)> {
    let list =
        |names: &mut dyn Iterator<Item = String>| names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let trust = serde_word(&tenant.trust);
    let pod_security = serde_word(&tenant.pod_security);
    vec![
        ("environment", format!("belongs to the environment `{}`", tenant.environment)),
        ("trust", format!("is trusted as `{trust}`")),
        ("kubernetes", format!("runs on Kubernetes `{}`", tenant.kubernetes)),
        ("regulation", format!("falls under {}", list(&mut tenant.regulation.iter().map(ToString::to_string)))),
        ("residency", format!("lives in residency {}", list(&mut tenant.residency.iter().map(ToString::to_string)))),
        ("sites", format!("has a home in each of {}", list(&mut tenant.sites.iter().map(ToString::to_string)))),
        (
            "disruption",
            tenant.disruption.map(|most| format!("tolerates `{most}` without its control plane")).unwrap_or_default(),
        ),
        ("importance", format!("has importance {}", tenant.importance)),
        (
            "max_neighbours",
            tenant.max_neighbours.map(|most| format!("accepts at most {most} neighbours")).unwrap_or_default(),
        ),
        ("near", format!("shares a cluster with {}", list(&mut tenant.near.iter().map(ToString::to_string)))),
        ("apart", format!("shares no cluster with {}", list(&mut tenant.apart.iter().map(ToString::to_string)))),
        ("crds", format!("brings {}", list(&mut tenant.crds.iter().map(ToString::to_string)))),
        ("namespaces", format!("takes {} namespaces", tenant.namespaces)),
        ("pod_security", format!("needs the pod security level `{pod_security}`")),
        ("growth", format!("grows by {} a quarter", tenant.growth)),
        ("isolation", format!("asks for at least `{}` nodes", tenant.isolation)),
        (
            "high_availability",
            format!(
                "{} a vcluster with three replicas",
                if tenant.high_availability { "asks for" } else { "needs no" }
            ),
        ),
    ]
}

/// What its nodes must hold and be.
fn nodes(tenant: &Tenant, workload: &Workload) -> Vec<Driver> {
    let who = if tenant.workloads.len() == 1 { String::new() } else { format!("`{}` ", workload.name) };
    let mut drivers = vec![Driver {
        text: format!("{who}is planned with {}", demand(&workload.planned)),
        span: workload.at.of("demand"),
    }];
    if let Some(span) = workload.at.written("kernel") {
        drivers.push(Driver { text: format!("{who}runs on {}", kernel(&workload.kernel)), span });
    }
    drivers
}

fn demand(demand: &Demand) -> String {
    let Demand { resources, storage, load_balancers, services: _ } = demand;
    let of_nodes = Resource::ALL.into_iter().map(|r| (resources.get(r), r.amount(resources.get(r))));
    let of_cluster =
        [(*storage, format!("{storage}Gi storage")), (*load_balancers, format!("{load_balancers} load balancers"))];
    of_nodes.chain(of_cluster).filter(|(units, _)| *units > 0).map(|(_, said)| said).collect::<Vec<_>>().join(", ")
}

fn kernel(kernel: &Kernel) -> String {
    let Kernel { os, arch, version, modules, realtime, gpu, runtime } = kernel;
    let mut said = vec![format!("`{os}`")];
    said.extend(arch.as_ref().map(|arch| format!("`{arch}`")));
    if !version.is_empty() {
        let numbers = version.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
        said.push(format!("kernel `{numbers}` or later"));
    }
    said.extend(modules.iter().map(|module| format!("module `{module}`")));
    if *realtime {
        said.push("a real-time kernel".to_owned());
    }
    said.extend(gpu.as_ref().map(|gpu| format!("GPU `{gpu}`")));
    said.extend(runtime.map(|runtime| format!("runtime `{}`", serde_word(&runtime))));
    said.join(", ")
}

/// The word with which a value is written in an inventory.
fn serde_word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(_) | Err(_) => String::new(),
    }
}
