//! What tenants ask of nodes: one demand or several workloads, today and grown over the policy's horizon.

use std::collections::HashMap;

use crate::inventory::written::node::At;
use crate::inventory::written::table::Table;
use crate::inventory::written::tenant::{WrittenDemand, WrittenKernel, WrittenPod, WrittenTenant, WrittenWorkload};
use crate::inventory::{Kernel, Places, Workload};
use crate::vocab::diagnostic::{Diagnostic, Span};
use crate::vocab::name::WorkloadName;
use crate::vocab::resources::{Demand, Resource, Resources};
use crate::vocab::share::Growth;

use super::{or, values};

/// How demand grows.
pub struct Grow {
    /// Change per quarter.
    pub growth: Growth,
    /// Quarters that are planned for.
    pub quarters: u32,
    /// Where the growth was written.
    pub growth_span: Option<Span>,
}

/// The workloads: those that were written, or one called `main` from the tenant's own demand. Nothing where that is faulty.
pub fn workloads(
    table: &WrittenTenant,
    called: &str,
    grow: &Grow,
    faults: &mut Vec<Diagnostic>,
) -> Option<Vec<Workload>> {
    let Some(written) = &table.workload else {
        let Some(demand) = &table.demand else {
            if table.head.unread.contains(&"demand") || table.head.unread.contains(&"workload") {
                return None;
            }
            let span = table.name.as_ref().map_or(table.head.span, |at| at.span);
            faults.push(
                Diagnostic::error("no-demand", format!("{called} has no demand"))
                    .at(span, "")
                    .help("write `demand = { cpu = \"500m\", memory = \"1Gi\", pods = 2 }`, or a `[[tenant.workload]]` for each part"),
            );
            return None;
        };
        let name = WorkloadName::parse(Workload::MAIN).expect("main is a name");
        let (pod, kernel) = (table.largest_pod.as_ref(), table.kernel.as_ref());
        return Some(vec![workload(name, demand, pod, kernel, table.places(), called, grow, faults)?]);
    };
    let own = [
        ("demand", table.demand.as_ref().map(|at| at.span)),
        ("largest_pod", table.largest_pod.as_ref().map(|at| at.span)),
        ("kernel", table.kernel.as_ref().map(|at| at.span)),
    ];
    for (key, span) in own {
        if let Some(span) = span {
            faults.push(
                Diagnostic::error("demand-and-workloads", format!("{called} has workloads, and a `{key}` of its own"))
                    .at(span, "")
                    .also(written.value.first().map_or(written.span, |at| at.span), "the first of its workloads")
                    .help(format!("move `{key}` into the workloads")),
            );
        }
    }
    if written.value.is_empty() {
        faults.push(
            Diagnostic::error("no-demand", format!("{called} has an empty list of workloads"))
                .at(written.span, "")
                .help("write at least one `[[tenant.workload]]`, or `demand`"),
        );
    }
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for name in written.value.iter().filter_map(|at| at.value.name.as_ref()) {
        if let Some(first) = seen.insert(name.value.as_str(), name.span) {
            faults.push(
                Diagnostic::error("duplicate-name", format!("{called} has two workloads `{}`", name.value))
                    .at(name.span, "again")
                    .also(first, "first")
                    .help("rename or remove one of the two"),
            );
        }
    }
    let all: Vec<_> = written.value.iter().filter_map(|at| named_workload(&at.value, called, grow, faults)).collect();
    (all.len() == written.value.len() && !all.is_empty()).then_some(all)
}

fn named_workload(
    table: &WrittenWorkload,
    tenant: &str,
    grow: &Grow,
    faults: &mut Vec<Diagnostic>,
) -> Option<Workload> {
    let (name, demand) = (table.name.as_ref()?.value.clone(), table.demand.as_ref()?);
    let called = format!("workload `{name}` of {tenant}");
    let (pod, kernel) = (table.largest_pod.as_ref(), table.kernel.as_ref());
    workload(name, demand, pod, kernel, table.places(), &called, grow, faults)
}

#[expect(clippy::too_many_arguments, reason = "one workload from the two places where its parts can stand")]
fn workload(
    name: WorkloadName,
    demand: &At<WrittenDemand>,
    pod: Option<&At<WrittenPod>>,
    kernel: Option<&At<WrittenKernel>>,
    at: Places,
    called: &str,
    grow: &Grow,
    faults: &mut Vec<Diagnostic>,
) -> Option<Workload> {
    let today = today(&demand.value)?;
    let planned = planned(demand, today, called, grow, faults);
    let largest_pod = pod.map(|at| largest_pod(at, demand.span, today, called, faults));
    let kernel_span = kernel.map(|at| at.span);
    let gpu_span = kernel.and_then(|at| at.value.gpu.as_ref()).map(|at| at.span);
    let kernel = kernel_of(kernel.map(|at| &at.value));
    if let (Some(model), Some(span), 0) = (&kernel.gpu, gpu_span.or(kernel_span), today.resources.gpu) {
        faults.push(
            Diagnostic::error(
                "gpu-without-demand",
                format!("{called} needs GPUs of model `{model}`, and asks for none"),
            )
            .at(span, "")
            .also(demand.span, "no `gpu` here")
            .help("write their number into `demand`: `gpu = 1`"),
        );
    }
    if today.resources.pods == 0 && (today.resources.cpu > 0 || today.resources.memory > 0) {
        let span = demand.value.pods.as_ref().map_or(demand.span, |at| at.span);
        faults.push(
            Diagnostic::warning("demand-without-pods", format!("{called} asks for CPU or memory, and for no pods"))
                .at(span, "")
                .help("write how many pods it has; pods bind nodes and clusters too"),
        );
    }
    Some(Workload { name, today, planned: planned?, largest_pod, kernel, at })
}

fn today(written: &WrittenDemand) -> Option<Demand> {
    let load_balancers = written.load_balancers.as_ref().map_or(0, |at| at.value.0);
    Some(Demand {
        resources: Resources {
            cpu: written.cpu.as_ref()?.value.0,
            memory: written.memory.as_ref()?.value.0,
            pods: written.pods.as_ref()?.value.0,
            gpu: written.gpu.as_ref().map_or(0, |at| at.value.0),
        },
        storage: written.storage.as_ref().map_or(0, |at| at.value.0),
        load_balancers,
        // A load balancer is a service.
        services: written.services.as_ref().map_or(0, |at| at.value.0).max(load_balancers),
    })
}

/// Today's demand, grown: CPU, memory, pods and storage. Nothing where one of them passes what can be counted.
fn planned(
    written: &At<WrittenDemand>,
    today: Demand,
    called: &str,
    grow: &Grow,
    faults: &mut Vec<Diagnostic>,
) -> Option<Demand> {
    let mut sound = true;
    let mut grown = |key: &str, amount: u64, span: Option<Span>| {
        let planned = grow.growth.plan_for(amount, grow.quarters);
        if planned.is_none() {
            sound = false;
            let quarters = grow.quarters;
            let message = format!(
                "{key} of {called}, grown by {} a quarter over {quarters} quarters, is too large to plan with",
                grow.growth
            );
            let fault =
                Diagnostic::error("demand-overflow", message).at(span.unwrap_or(written.span), "today's demand");
            let fault = match grow.growth_span {
                Some(growth) => fault.also(growth, "its growth"),
                None => fault,
            };
            faults.push(fault.help("lower `growth`, the demand, or the policy's `horizon_quarters`"));
        }
        planned.unwrap_or(amount)
    };
    let table = &written.value;
    let Resources { cpu, memory, pods, gpu } = today.resources;
    let planned = Demand {
        resources: Resources {
            cpu: grown("CPU", cpu, table.cpu.as_ref().map(|at| at.span)),
            memory: grown("memory", memory, table.memory.as_ref().map(|at| at.span)),
            pods: grown("pods", pods, table.pods.as_ref().map(|at| at.span)),
            gpu,
        },
        storage: grown("storage", today.storage, table.storage.as_ref().map(|at| at.span)),
        load_balancers: today.load_balancers,
        services: today.services,
    };
    sound.then_some(planned)
}

/// The largest pod; a warning where it asks for more than the whole workload.
fn largest_pod(
    at: &At<WrittenPod>,
    demand: Span,
    today: Demand,
    called: &str,
    faults: &mut Vec<Diagnostic>,
) -> Resources {
    let pod = Resources {
        cpu: at.value.cpu.as_ref().map_or(0, |at| at.value.0),
        memory: at.value.memory.as_ref().map_or(0, |at| at.value.0),
        pods: 1,
        gpu: at.value.gpu.as_ref().map_or(0, |at| at.value.0),
    };
    for resource in [Resource::Cpu, Resource::Memory, Resource::Gpu] {
        let (one, all) = (pod.get(resource), today.resources.get(resource));
        if one > all {
            let message = format!(
                "the largest pod of {called} asks for {}, all its pods together for {}",
                resource.amount(one),
                resource.amount(all)
            );
            faults.push(
                Diagnostic::warning("pod-larger-than-demand", message)
                    .at(at.span, "one pod")
                    .also(demand, "all pods")
                    .help("`demand` counts all pods together; correct one of the two"),
            );
        }
    }
    pod
}

fn kernel_of(written: Option<&WrittenKernel>) -> Kernel {
    let mut modules: Vec<_> =
        values(written.and_then(|w| w.modules.as_ref())).into_iter().map(|module| module.0).collect();
    modules.sort();
    Kernel {
        os: written.and_then(|w| w.os.as_ref()).map_or_else(|| "linux".to_owned(), |at| at.value.0.clone()),
        arch: written.and_then(|w| w.arch.as_ref()).map(|at| at.value.0.clone()),
        version: written.and_then(|w| w.version.as_ref()).map_or_else(Vec::new, |at| at.value.0.clone()),
        modules,
        realtime: or(written.and_then(|w| w.realtime.as_ref()), false),
        gpu: written.and_then(|w| w.gpu.as_ref()).map(|at| at.value.0.clone()),
        runtime: written.and_then(|w| w.runtime.as_ref()).map(|at| at.value),
    }
}
