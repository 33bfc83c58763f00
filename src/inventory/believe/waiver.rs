//! `[[pin]]` and `[[exception]]`, believed.

use std::collections::HashMap;

use crate::inventory::waiver::LIFTABLE;
use crate::inventory::written::file::Written;
use crate::inventory::written::node::{At, Set};
use crate::inventory::written::table::Table;
use crate::inventory::written::tenant::{WrittenException, WrittenPin};
use crate::inventory::{Exception, Pin};
use crate::vocab::calendar::Date;
use crate::vocab::diagnostic::{Diagnostic, Span};
use crate::vocab::edit::nearest;
use crate::vocab::name::{ClusterName, Residency, TenantName};
use crate::vocab::tier::{Form, Tier};

use super::names::Names;

/// The pins. Two that hold on the planning date for one tenant are a fault; one that has ended is a warning.
pub fn pins(written: &Written, date: Option<Date>, names: &Names, faults: &mut Vec<Diagnostic>) -> Vec<Pin> {
    let mut holding: HashMap<&str, Span> = HashMap::new();
    for At { value: table, .. } in &written.pins {
        let Some(tenant) = &table.tenant else { continue };
        let until = table.until.as_ref();
        if let (Some(until), Some(date)) = (until, date)
            && until.value < date
        {
            faults.push(ended("pin", tenant.value.as_str(), until, date));
            continue;
        }
        if let Some(first) = holding.insert(tenant.value.as_str(), tenant.span) {
            faults.push(
                Diagnostic::error("two-pins", format!("tenant `{}` is pinned twice", tenant.value))
                    .at(tenant.span, "again")
                    .also(first, "first")
                    .help("merge the two: one pin can say cluster, tier and nodes"),
            );
        }
    }
    let sites = Sites::of(written);
    written.pins.iter().filter_map(|at| pin(&at.value, &sites, names, faults)).collect()
}

fn pin(table: &WrittenPin, sites: &Sites<'_>, names: &Names, faults: &mut Vec<Diagnostic>) -> Option<Pin> {
    if let Some(tenant) = &table.tenant {
        names.tenant(tenant, faults);
    }
    if let Some(cluster) = &table.cluster {
        names.cluster(cluster, faults);
        if let Some(tenant) = &table.tenant {
            sites.check(&tenant.value, cluster, faults);
        }
    }
    if let Some(owner) = &table.owner {
        names.team(owner, faults);
    }
    let tenant = table.tenant.as_ref()?;
    if table.cluster.is_none() && table.tier.is_none() && table.nodes.is_none() {
        faults.push(
            Diagnostic::error("empty-pin", format!("the pin of tenant `{}` pins nothing", tenant.value))
                .at(tenant.span, "")
                .help("write `cluster`, `tier` or `nodes`, or remove the pin"),
        );
    }
    if let (Some(tier), Some(nodes)) = (&table.tier, &table.nodes)
        && Form::new(tier.value, Some(nodes.value)).is_none()
    {
        let help = match tier.value {
            Tier::Cluster => "in a cluster of its own all nodes are the tenant's: leave `nodes` out",
            Tier::Namespace | Tier::Vcluster => "private nodes exist in tier `vcluster` alone",
        };
        faults.push(
            Diagnostic::error("contradicting-pin", format!("tier `{}` has no `{}` nodes", tier.value, nodes.value))
                .at(nodes.span, "")
                .also(tier.span, "the tier")
                .help(help),
        );
    }
    let mut at = table.places();
    at.head(tenant.span);
    Some(Pin {
        tenant: tenant.value.clone(),
        cluster: table.cluster.as_ref().map(|at| at.value.clone()),
        tier: table.tier.as_ref().map(|at| at.value),
        nodes: table.nodes.as_ref().map(|at| at.value),
        owner: table.owner.as_ref()?.value.clone(),
        reason: table.reason.as_ref()?.value.0.clone(),
        until: table.until.as_ref().map(|at| at.value),
        at,
    })
}

/// Sites of tenants that have some, and residencies of clusters, by name: as far as they were written.
struct Sites<'a> {
    tenants: HashMap<&'a TenantName, &'a At<Set<Residency>>>,
    clusters: HashMap<&'a ClusterName, &'a Residency>,
}

impl<'a> Sites<'a> {
    fn of(written: &'a Written) -> Self {
        let tenants = written.tenants.iter().filter_map(|at| {
            let sites = at.value.sites.as_ref().filter(|sites| !sites.value.0.is_empty())?;
            Some((&at.value.name.as_ref()?.value, sites))
        });
        let clusters = written
            .clusters
            .iter()
            .filter_map(|at| Some((&at.value.name.as_ref()?.value, &at.value.residency.as_ref()?.value)));
        Self { tenants: tenants.collect(), clusters: clusters.collect() }
    }

    /// A tenant with sites cannot be pinned to a cluster outside all of them.
    fn check(&self, tenant: &TenantName, cluster: &At<ClusterName>, faults: &mut Vec<Diagnostic>) {
        let (Some(sites), Some(residency)) = (self.tenants.get(tenant), self.clusters.get(&cluster.value)) else {
            return;
        };
        if !sites.value.0.iter().any(|site| site.value == **residency) {
            let message = format!(
                "tenant `{tenant}` is pinned to cluster `{}` in residency `{residency}`, which is none of its sites",
                cluster.value
            );
            faults.push(
                Diagnostic::error("pin-outside-sites", message)
                    .at(cluster.span, "")
                    .also(sites.span, "its sites")
                    .help("pin it to a cluster in one of its sites, or add the site"),
            );
        }
    }
}

/// The exceptions from rules. Two for one rule of one tenant are a fault; one that has ended is a warning, whatever it lifted.
pub fn exceptions(
    written: &Written,
    date: Option<Date>,
    names: &Names,
    faults: &mut Vec<Diagnostic>,
) -> Vec<Exception> {
    let mut seen: HashMap<(&str, &str), Span> = HashMap::new();
    for At { value: table, .. } in &written.exceptions {
        let Some(tenant) = &table.tenant else { continue };
        lifts_one(table, tenant, faults);
        if let Some(rule) = &table.rule
            && let Some(first) = seen.insert((tenant.value.as_str(), &rule.value.0), rule.span)
        {
            let message = format!("two exceptions lift rule `{}` for tenant `{}`", rule.value.0, tenant.value);
            faults.push(
                Diagnostic::error("two-exceptions", message)
                    .at(rule.span, "again")
                    .also(first, "first")
                    .help("keep one of the two, with the date that holds"),
            );
        }
        if let (Some(until), Some(date)) = (&table.until, date)
            && until.value < date
        {
            faults.push(ended("exception", tenant.value.as_str(), until, date));
        }
    }
    written.exceptions.iter().filter_map(|at| exception(&at.value, names, faults)).collect()
}

/// An exception lifts a rule or a policy: one of the two.
fn lifts_one(table: &WrittenException, tenant: &At<TenantName>, faults: &mut Vec<Diagnostic>) {
    let unread = |key| table.head.unread.contains(&key);
    match (&table.rule, &table.policy) {
        (None, None) if !unread("rule") && !unread("policy") => faults.push(
            Diagnostic::error("empty-exception", format!("the exception of tenant `{}` lifts nothing", tenant.value))
                .at(tenant.span, "")
                .help("write the `rule` or the `policy` that it lifts, or remove it"),
        ),
        (Some(rule), Some(policy)) => faults.push(
            Diagnostic::error(
                "exception-of-two",
                format!("the exception of tenant `{}` lifts a rule and a policy", tenant.value),
            )
            .at(policy.span, "the policy")
            .also(rule.span, "the rule")
            .help("write two exceptions: each ends on a day of its own"),
        ),
        (Some(_), None) | (None, Some(_) | None) => {}
    }
}

fn exception(table: &WrittenException, names: &Names, faults: &mut Vec<Diagnostic>) -> Option<Exception> {
    if let Some(tenant) = &table.tenant {
        names.tenant(tenant, faults);
    }
    if let Some(owner) = &table.owner {
        names.team(owner, faults);
    }
    if let Some(rule) = &table.rule
        && !LIFTABLE.contains(&rule.value.0.as_str())
    {
        let fault =
            Diagnostic::error("unliftable-rule", format!("no exception can lift `{}`", rule.value.0)).at(rule.span, "");
        let fault = match nearest(&rule.value.0, LIFTABLE.iter().copied()) {
            Some(meant) => fault.help(format!("did you mean `{meant}`?")),
            None => fault,
        };
        faults.push(fault.help(format!("rules that can be lifted: {}", LIFTABLE.join(", "))));
    }
    let tenant = table.tenant.as_ref()?;
    let mut at = table.places();
    at.head(tenant.span);
    Some(Exception {
        tenant: tenant.value.clone(),
        rule: table.rule.as_ref()?.value.0.clone(),
        owner: table.owner.as_ref()?.value.clone(),
        reason: table.reason.as_ref()?.value.0.clone(),
        until: table.until.as_ref()?.value,
        at,
    })
}

fn ended(kind: &str, tenant: &str, until: &At<Date>, date: Date) -> Diagnostic {
    let code = if kind == "pin" { "expired-pin" } else { "expired-exception" };
    let does = if kind == "pin" { "holds nothing" } else { "lifts nothing" };
    Diagnostic::warning(code, format!("the {kind} of tenant `{tenant}` ended on {}: it {does}", until.value))
        .at(until.span, format!("before the planning date, {date}"))
        .help(format!("remove the {kind}, or renew its date"))
}
