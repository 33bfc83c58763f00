//! `[[exception]]` with a `policy`, believed: policies of pods that are lifted for a tenant.
//!
//! What every exception has in common (its tenant, its owner, its end) is judged with the exceptions from rules.

use std::collections::HashMap;

use crate::inventory::written::file::Written;
use crate::inventory::written::node::At;
use crate::inventory::written::table::Table;
use crate::inventory::written::tenant::{WrittenException, WrittenTenant};
use crate::inventory::{PodPolicy, PodSecurity, PolicyException};
use crate::vocab::calendar::Date;
use crate::vocab::diagnostic::{Diagnostic, Span};
use crate::vocab::name::TenantName;

/// The exceptions from policies. Two for one policy of one tenant are a fault; one that lifts nothing is a warning.
pub fn policy_exceptions(written: &Written, date: Option<Date>, faults: &mut Vec<Diagnostic>) -> Vec<PolicyException> {
    let mut seen: HashMap<(&TenantName, PodPolicy), Span> = HashMap::new();
    let tenants: HashMap<&TenantName, &WrittenTenant> =
        written.tenants.iter().filter_map(|at| Some((&at.value.name.as_ref()?.value, &at.value))).collect();
    for At { value: table, .. } in &written.exceptions {
        let (Some(tenant), Some(policy)) = (&table.tenant, &table.policy) else { continue };
        if let Some(first) = seen.insert((&tenant.value, policy.value), policy.span) {
            let message = format!("two exceptions lift policy `{}` for tenant `{}`", policy.value, tenant.value);
            faults.push(
                Diagnostic::error("two-exceptions", message)
                    .at(policy.span, "again")
                    .also(first, "first")
                    .help("keep one of the two, with the date that holds"),
            );
        }
        let holds = !matches!((&table.until, date), (Some(until), Some(date)) if until.value < date);
        if holds && let Some(whose) = tenants.get(&tenant.value) {
            faults.extend(without_effect(&tenant.value, policy, whose));
        }
    }
    written.exceptions.iter().filter_map(|at| policy_exception(&at.value)).collect()
}

fn policy_exception(table: &WrittenException) -> Option<PolicyException> {
    let tenant = table.tenant.as_ref()?;
    let mut at = table.places();
    at.head(tenant.span);
    Some(PolicyException {
        tenant: tenant.value.clone(),
        policy: table.policy.as_ref()?.value,
        owner: table.owner.as_ref()?.value.clone(),
        reason: table.reason.as_ref()?.value.0.clone(),
        until: table.until.as_ref()?.value,
        at,
    })
}

/// An exception that lifts nothing: the tenant's level of Pod Security forbids the same, or allows it already.
fn without_effect(tenant: &TenantName, policy: &At<PodPolicy>, whose: &WrittenTenant) -> Option<Diagnostic> {
    let level = whose.pod_security.as_ref().map_or(PodSecurity::Restricted, |at| at.value);
    let (why, help) = if policy.value.also_forbidden_by().is_some_and(|loosest| level <= loosest) {
        (
            format!("pod security `{level}` makes the API server refuse the same pods"),
            "lower `pod_security` of the tenant, or remove the exception",
        )
    } else if PodPolicy::lifted_by(level).contains(&policy.value) {
        (format!("pod security `{level}` lifts it already"), "remove the exception")
    } else {
        return None;
    };
    let message = format!("the exception of tenant `{tenant}` from policy `{}` lifts nothing: {why}", policy.value);
    let fault = Diagnostic::warning("exception-without-effect", message).at(policy.span, "");
    let fault = match &whose.pod_security {
        Some(level) => fault.also(level.span, "its pod security"),
        None => fault,
    };
    Some(fault.help(help))
}
