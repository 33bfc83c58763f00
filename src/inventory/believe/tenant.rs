//! `[[tenant]]`, believed: its own keys against each other, its names against everybody's, its demand grown.

use std::collections::HashMap;

use crate::inventory::written::node::At;
use crate::inventory::written::table::Table;
use crate::inventory::written::tenant::{
    WrittenDemand, WrittenGuardrails, WrittenKernel, WrittenPod, WrittenTenant, WrittenWorkload,
};
use crate::inventory::{Crd, Guardrails, Kernel, Places, PodSecurity, Policy, Tenant, Trust, Workload};
use crate::vocab::diagnostic::{Diagnostic, Span};
use crate::vocab::name::{Environment, WorkloadName};
use crate::vocab::resources::{Demand, Resource, Resources};
use crate::vocab::share::Growth;
use crate::vocab::tier::Isolation;
use crate::vocab::version::MinorRange;

use super::names::Names;
use super::{each, or, sorted, values};

/// A tenant; nothing where a required key is missing or its demand is faulty.
pub fn tenant(at: &At<WrittenTenant>, policy: &Policy, names: &Names, faults: &mut Vec<Diagnostic>) -> Option<Tenant> {
    let table = &at.value;
    let called = table.name.as_ref().map_or_else(|| "a tenant".to_owned(), |at| format!("tenant `{}`", at.value));
    if let Some(team) = &table.team {
        names.team(team, faults);
    }
    each(table.regulation.as_ref()).for_each(|regime| names.regime(regime, faults));
    each(table.residency.as_ref()).for_each(|residency| names.residency(residency, faults));
    each(table.sites.as_ref()).for_each(|site| names.residency(site, faults));
    each(table.near.as_ref()).for_each(|near| _ = names.tenant(near, faults));
    each(table.apart.as_ref()).for_each(|apart| _ = names.tenant(apart, faults));
    check_self(table, &called, faults);
    check_residency(table, &called, faults);
    check_crds(table, &called, faults);
    let growth = or(table.growth.as_ref(), Growth::NONE);
    let grow = Grow { growth, quarters: policy.horizon_quarters, growth_span: table.growth.as_ref().map(|at| at.span) };
    let workloads = workloads(table, &called, &grow, faults);
    Some(Tenant {
        name: table.name.as_ref()?.value.clone(),
        team: table.team.as_ref()?.value.clone(),
        environment: match &table.environment {
            Some(at) => at.value.clone(),
            None => Environment::parse(Environment::PRODUCTION).expect("production is a name"),
        },
        application: table.application.as_ref().map(|at| at.value.0.clone()),
        unit: table.unit.as_ref().map(|at| at.value.0.clone()),
        trust: or(table.trust.as_ref(), Trust::Soft),
        kubernetes: or(table.kubernetes.as_ref(), MinorRange::ANY),
        regulation: values(table.regulation.as_ref()),
        residency: sorted(table.residency.as_ref()),
        sites: sorted(table.sites.as_ref()),
        disruption: table.disruption.as_ref().map(|at| at.value),
        importance: table.importance.as_ref().map_or(1, |at| at.value.0),
        max_neighbours: table.max_neighbours.as_ref().map(|at| at.value.0),
        near: sorted(table.near.as_ref()),
        apart: sorted(table.apart.as_ref()),
        crds: sorted(table.crds.as_ref()),
        namespaces: table.namespaces.as_ref().map_or(1, |at| at.value.0),
        pod_security: or(table.pod_security.as_ref(), PodSecurity::Restricted),
        growth,
        isolation: or(table.isolation.as_ref(), Isolation::Shared),
        high_availability: or(table.high_availability.as_ref(), false),
        guardrails: table.guardrails.as_ref().map_or_else(Guardrails::default, |at| guardrails(&at.value)),
        estimated: or(table.estimated.as_ref(), false),
        questions: table.questions.iter().flat_map(|at| &at.value).map(|at| at.value.0.clone()).collect(),
        workloads: workloads?,
        at: table.places(),
    })
}

/// A tenant is neither near itself nor apart from itself.
fn check_self(table: &WrittenTenant, called: &str, faults: &mut Vec<Diagnostic>) {
    let Some(name) = &table.name else { return };
    for (key, list) in [("near", &table.near), ("apart", &table.apart)] {
        for own in each(list.as_ref()).filter(|at| at.value == name.value) {
            faults.push(
                Diagnostic::error("names-itself", format!("{called} names itself in `{key}`"))
                    .at(own.span, "")
                    .help("name another tenant, or remove it"),
            );
        }
    }
}

/// A site outside the residencies that a tenant allows contradicts them.
fn check_residency(table: &WrittenTenant, called: &str, faults: &mut Vec<Diagnostic>) {
    let Some(residency) = table.residency.as_ref().filter(|list| !list.value.0.is_empty()) else { return };
    for site in each(table.sites.as_ref()) {
        if !residency.value.0.iter().any(|allowed| allowed.value == site.value) {
            let message = format!("{called} needs a home in `{}`, and its `residency` does not allow that", site.value);
            faults.push(
                Diagnostic::error("site-outside-residency", message)
                    .at(site.span, "a site")
                    .also(residency.span, "the residencies it allows")
                    .help("add the site to `residency`, or leave `residency` out: `sites` says enough"),
            );
        }
    }
}

/// A tenant brings one version of a CRD.
fn check_crds(table: &WrittenTenant, called: &str, faults: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<&str, &At<Crd>> = HashMap::new();
    for crd in each(table.crds.as_ref()) {
        match seen.insert(&crd.value.name, crd) {
            Some(first) if first.value.version != crd.value.version => faults.push(
                Diagnostic::error(
                    "crd-in-two-versions",
                    format!("{called} brings `{}` in two versions", crd.value.name),
                )
                .at(crd.span, "")
                .also(first.span, "and here")
                .help("keep the version that its controller stores"),
            ),
            Some(_) | None => {}
        }
    }
}

/// How demand grows.
struct Grow {
    growth: Growth,
    quarters: u32,
    growth_span: Option<Span>,
}

/// The workloads: those that were written, or one called `main` from the tenant's own demand. Nothing where that is faulty.
fn workloads(table: &WrittenTenant, called: &str, grow: &Grow, faults: &mut Vec<Diagnostic>) -> Option<Vec<Workload>> {
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

fn guardrails(written: &WrittenGuardrails) -> Guardrails {
    let WrittenGuardrails { head: _, quota, limit_defaults, egress, mesh, default_token } = written;
    Guardrails {
        quota: quota.as_ref().map(|at| at.value),
        limit_defaults: limit_defaults.as_ref().map(|at| at.value),
        egress: egress.as_ref().map(|at| at.value),
        mesh: mesh.as_ref().map(|at| at.value),
        default_token: default_token.as_ref().map(|at| at.value),
    }
}
