//! `[[tenant]]`: demand today and planned, and everything a tenant requires.

use super::{all, or, required, twice};
use crate::inventory::reading::node::{At, Faults};
use crate::inventory::reading::shapes::KernelVersion;
use crate::inventory::reading::written::{
    DemandWritten, GuardrailsWritten, KernelWritten, List, PodWritten, TenantWritten, WorkloadWritten,
};
use crate::inventory::{Guardrails, Kernel, Places, PodSecurity, Policy, Tenant, Trust, Workload};
use crate::vocab::diagnostic::{Diagnostic, Span};
use crate::vocab::name::{Environment, WorkloadName};
use crate::vocab::resources::{Demand, Resources};
use crate::vocab::share::Growth;
use crate::vocab::tier::Isolation;
use crate::vocab::version::MinorRange;

/// The most namespaces of one tenant.
const MOST_NAMESPACES: u64 = 1000;

pub(super) fn tenants(written: List<TenantWritten>, policy: &Policy, faults: &mut Faults) -> Vec<Tenant> {
    let mut tenants: Vec<Tenant> = written.into_iter().filter_map(|at| tenant(at.value, policy, faults)).collect();
    tenants.sort_by(|a, b| a.name.cmp(&b.name));
    twice("tenant", &tenants, |tenant| tenant.name.as_str(), |tenant| tenant.at.header(), faults);
    tenants
}

fn tenant(written: TenantWritten, policy: &Policy, faults: &mut Faults) -> Option<Tenant> {
    let TenantWritten {
        at,
        name,
        team,
        environment,
        application,
        unit,
        trust,
        kubernetes,
        regulation,
        residency,
        sites,
        disruption,
        importance,
        max_neighbours,
        near,
        apart,
        crds,
        namespaces,
        pod_security,
        growth,
        demand,
        largest_pod,
        kernel,
        isolation,
        high_availability,
        guardrails,
        estimated,
        questions,
        workload,
    } = written;
    let what = name.as_ref().map_or("a tenant".to_owned(), |name| format!("tenant `{}`", name.value));
    let name = required(name, "name", &what, &at, faults);
    let team = required(team, "team", &what, &at, faults);
    let growth = or(growth, Growth::NONE);
    let whole = WorkloadWritten { at: at.clone(), name: None, demand, largest_pod, kernel };
    let workloads = workloads(whole, workload, &what, growth, policy, faults);
    let namespaces = or(namespaces, 1);
    if namespaces == 0 || namespaces > MOST_NAMESPACES {
        faults.push(
            Diagnostic::error("invalid-value", format!("{what} takes {namespaces} namespaces"))
                .at(at.of("namespaces"), "not 1 to 1,000")
                .help("write 1 to 1,000"),
        );
    }
    let importance = or(importance, 1);
    if importance > 1_000_000 {
        faults.push(
            Diagnostic::error("invalid-value", format!("{what} has an importance of {importance}"))
                .at(at.of("importance"), "above a million")
                .help("write 0 to 1,000,000; only the proportions count"),
        );
    }
    let mut crds = all(crds);
    crds.sort();
    if let Some(pair) = crds.windows(2).find(|pair| pair[0].name == pair[1].name) {
        faults.push(
            Diagnostic::error("duplicate-name", format!("{what} brings `{}` twice", pair[0].name))
                .at(at.of("crds"), "two versions of one definition")
                .help("keep the version that it stores"),
        );
    }
    let guardrails = guardrails.map_or_else(Guardrails::default, |At { value, .. }| {
        let GuardrailsWritten { at: _, quota, limit_defaults, egress, mesh, default_token } = value;
        Guardrails {
            quota: quota.map(|at| at.value),
            limit_defaults: limit_defaults.map(|at| at.value),
            egress: egress.map(|at| at.value),
            mesh: mesh.map(|at| at.value),
            default_token: default_token.map(|at| at.value),
        }
    });
    let mut sites = all(sites);
    let named = sites.len();
    sites.sort();
    sites.dedup();
    if sites.len() < named {
        faults.push(
            Diagnostic::error("duplicate-name", format!("{what} names a site twice"))
                .at(at.of("sites"), "one home in each")
                .help("name each residency once"),
        );
    }
    Some(Tenant {
        name: name?,
        team: team?,
        environment: or(environment, Environment::parse(Environment::PRODUCTION).expect("a constant name")),
        application: application.map(|at| at.value.0),
        unit: unit.map(|at| at.value.0),
        trust: or(trust, Trust::Soft),
        kubernetes: or(kubernetes, MinorRange::ANY),
        regulation: all(regulation),
        residency: all(residency),
        sites,
        disruption: disruption.map(|at| at.value),
        importance,
        max_neighbours: max_neighbours.map(|at| at.value),
        near: all(near),
        apart: all(apart),
        crds,
        namespaces: namespaces.clamp(1, MOST_NAMESPACES),
        pod_security: or(pod_security, PodSecurity::Restricted),
        growth,
        isolation: or(isolation, Isolation::Shared),
        high_availability: or(high_availability, false),
        guardrails,
        estimated: or(estimated, false),
        questions: all(questions).into_iter().map(|text| text.0).collect(),
        workloads: workloads?,
        at,
    })
}

/// Either the tenant's own demand as its one workload, or its workloads.
fn workloads(
    whole: WorkloadWritten,
    parts: Option<At<List<WorkloadWritten>>>,
    what: &str,
    growth: Growth,
    policy: &Policy,
    faults: &mut Faults,
) -> Option<Vec<Workload>> {
    let Some(At { value: parts, span }) = parts else {
        let main = WorkloadName::parse(Workload::MAIN).expect("a constant name");
        return Some(vec![workload(whole, Some(main), what, growth, policy, faults)?]);
    };
    for key in ["demand", "largest_pod", "kernel"] {
        if let Some(beside) = whole.at.written(key) {
            faults.push(
                Diagnostic::error("demand-twice", format!("{what} has `{key}` beside `[[tenant.workload]]`"))
                    .at(beside, "belongs into a workload")
                    .also(span, "workloads stand here")
                    .help(format!("move `{key}` into the workloads that need it")),
            );
        }
    }
    let mut workloads = Vec::new();
    for At { value: part, .. } in parts {
        let whose = part
            .name
            .as_ref()
            .map_or(format!("a workload of {what}"), |name| format!("workload `{}` of {what}", name.value));
        let mut part = part;
        let name = required(part.name.take(), "name", &whose, &part.at, faults);
        workloads.extend(workload(part, name, &whose, growth, policy, faults));
    }
    let mut names: Vec<&Workload> = workloads.iter().collect();
    names.sort_by(|a, b| a.name.cmp(&b.name));
    twice(
        &format!("workloads of {what} "),
        &names,
        |workload| workload.name.as_str(),
        |workload| workload.at.header(),
        faults,
    );
    if workloads.is_empty() {
        return None;
    }
    Some(workloads)
}

fn workload(
    written: WorkloadWritten,
    name: Option<WorkloadName>,
    what: &str,
    growth: Growth,
    policy: &Policy,
    faults: &mut Faults,
) -> Option<Workload> {
    let WorkloadWritten { at, name: _, demand, largest_pod, kernel } = written;
    let span = demand.as_ref().map_or_else(|| at.header(), |at| at.span);
    let today = required(demand, "demand", what, &at, faults).and_then(|demand| read_demand(demand, what, faults))?;
    let planned = plan_for(today, growth, policy, what, &at, span, faults)?;
    let largest_pod = largest_pod.map(|At { value: PodWritten { at: _, cpu, memory, gpu }, .. }| Resources {
        cpu: cpu.map_or(0, |at| at.value.0),
        memory: memory.map_or(0, |at| at.value.0),
        pods: 1,
        gpu: or(gpu, 0),
    });
    let kernel = read_kernel(kernel.map(|at| at.value));
    if kernel.gpu.is_some() && today.resources.gpu == 0 {
        faults.push(
            Diagnostic::error("invalid-value", format!("{what} names a model of GPU and asks for none"))
                .at(at.of("kernel"), "a model of GPU")
                .also(span, "no `gpu` in here")
                .help("say how many in `demand = { …, gpu = 1 }`"),
        );
    }
    Some(Workload { name: name?, today, planned, largest_pod, kernel, at })
}

fn read_demand(written: DemandWritten, what: &str, faults: &mut Faults) -> Option<Demand> {
    let DemandWritten { at, cpu, memory, pods, gpu, storage, load_balancers, services } = written;
    let whose = format!("the demand of {what}");
    let cpu = required(cpu, "cpu", &whose, &at, faults);
    let memory = required(memory, "memory", &whose, &at, faults);
    let pods = required(pods, "pods", &whose, &at, faults);
    let load_balancers = or(load_balancers, 0);
    Some(Demand {
        resources: Resources { cpu: cpu?.0, memory: memory?.0, pods: pods?, gpu: or(gpu, 0) },
        storage: storage.map_or(0, |at| at.value.0),
        load_balancers,
        services: or(services, 0).max(load_balancers),
    })
}

/// `ceil(today × (1 + growth)^quarters)` for what grows.
fn plan_for(
    today: Demand,
    growth: Growth,
    policy: &Policy,
    what: &str,
    at: &Places,
    span: Span,
    faults: &mut Faults,
) -> Option<Demand> {
    let Demand { resources, storage, load_balancers, services } = today;
    let quarters = policy.horizon_quarters;
    let grow = |amount| growth.plan_for(amount, quarters);
    match (grow(resources.cpu), grow(resources.memory), grow(resources.pods), grow(storage)) {
        (Some(cpu), Some(memory), Some(pods), Some(storage)) => Some(Demand {
            resources: Resources { cpu, memory, pods, gpu: resources.gpu },
            storage,
            load_balancers,
            services,
        }),
        (None, _, _, _) | (_, None, _, _) | (_, _, None, _) | (_, _, _, None) => {
            faults.push(
                Diagnostic::error(
                    "demand-overflows",
                    format!("the demand of {what} grows beyond what can be planned in {quarters} quarters"),
                )
                .at(span, "today's demand")
                .also(at.of("growth"), format!("{growth} every quarter"))
                .help("plan for less growth, or for fewer quarters"),
            );
            None
        }
    }
}

fn read_kernel(written: Option<KernelWritten>) -> Kernel {
    let Some(KernelWritten { at: _, os, arch, version, modules, realtime, gpu, runtime }) = written else {
        return Kernel {
            os: "linux".to_owned(),
            arch: None,
            version: Vec::new(),
            modules: Vec::new(),
            realtime: false,
            gpu: None,
            runtime: None,
        };
    };
    let mut modules: Vec<String> = all(modules).into_iter().map(|word| word.0).collect();
    modules.sort();
    modules.dedup();
    Kernel {
        os: os.map_or("linux", |at| at.value.0).to_owned(),
        arch: arch.map(|at| at.value.0.to_owned()),
        version: or(version, KernelVersion(Vec::new())).0,
        modules,
        realtime: or(realtime, false),
        gpu: gpu.map(|at| at.value.0),
        runtime: runtime.map(|at| at.value),
    }
}
