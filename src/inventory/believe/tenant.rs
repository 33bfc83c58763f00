//! `[[tenant]]`, believed: its own keys against each other, its names against everybody's, its demand grown.

use std::collections::HashMap;

use crate::inventory::written::node::At;
use crate::inventory::written::table::Table;
use crate::inventory::written::tenant::{WrittenGuardrails, WrittenTenant};
use crate::inventory::{Crd, Guardrails, PodSecurity, Policy, Tenant, Trust};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::name::Environment;
use crate::vocab::share::Growth;
use crate::vocab::tier::Isolation;
use crate::vocab::version::MinorRange;

use super::names::Names;
use super::workload::{Grow, workloads};
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
