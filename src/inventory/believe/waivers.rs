//! `[[pin]]` and `[[exception]]`.

use super::{dangling, required};
use crate::inventory::reading::node::{At, Faults};
use crate::inventory::reading::written::{ExceptionWritten, List, PinWritten};
use crate::inventory::{Cluster, Exception, Fleet, LIFTABLE, Pin, Tenant};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::name::{ClusterName, TenantName};
use crate::vocab::tier::{Form, Nodes, Tier};

pub(super) fn pins(
    written: List<PinWritten>,
    tenants: &[Tenant],
    clusters: &[Cluster],
    fleet: &Fleet,
    faults: &mut Faults,
) -> Vec<Pin> {
    let mut pins: Vec<Pin> = Vec::new();
    for At { value: PinWritten { mut at, tenant, cluster, tier, nodes, owner, reason, until }, span } in written {
        if let Some(named) = at.written("tenant") {
            at.head(named);
        }
        let what = tenant.as_ref().map_or("a pin".to_owned(), |tenant| format!("the pin of tenant `{}`", tenant.value));
        let tenant = required(tenant, "tenant", &what, &at, faults);
        let owner = required(owner, "owner", &what, &at, faults);
        let reason = required(reason, "reason", &what, &at, faults);
        let (cluster, tier, nodes) = (cluster.map(|c| c.value), tier.map(|t| t.value), nodes.map(|n| n.value));
        known_tenant(tenant.as_ref(), tenants, &at.of("tenant"), faults);
        known_cluster(cluster.as_ref(), clusters, &at.of("cluster"), faults);
        if cluster.is_none() && tier.is_none() && nodes.is_none() {
            faults.push(
                Diagnostic::error("empty-pin", format!("{what} pins nothing"))
                    .at(span, "no `cluster`, `tier` or `nodes`")
                    .help("say what must not change"),
            );
        }
        let impossible = match (tier, nodes) {
            (Some(Tier::Cluster), Some(_)) => true,
            (Some(tier), Some(nodes)) => Form::new(tier, Some(nodes)).is_none(),
            (Some(_) | None, None) | (None, Some(Nodes::Shared | Nodes::Dedicated | Nodes::Private)) => false,
        };
        if impossible {
            faults.push(
                Diagnostic::error("impossible-pin", format!("{what} names a tier and nodes that do not go together"))
                    .at(at.of("nodes"), "not in this tier")
                    .also(at.of("tier"), "the tier")
                    .help("a namespace has shared or dedicated nodes, a vcluster also private ones; a cluster has no `nodes`"),
            );
        }
        let (Some(tenant), Some(owner), Some(reason)) = (tenant, owner, reason) else { continue };
        let until = until.map(|at| at.value);
        if until.is_some_and(|until| until < fleet.date) {
            faults.push(
                Diagnostic::warning("expired-pin", format!("{what} ended before {}", fleet.date))
                    .at(at.of("until"), "binds nothing any more")
                    .help("remove it, or agree on a new date with its owner"),
            );
        }
        if let Some(first) = pins.iter().find(|pin| pin.tenant == tenant) {
            faults.push(
                Diagnostic::error("duplicate-name", format!("tenant `{tenant}` has two pins"))
                    .at(at.of("tenant"), "again here")
                    .also(first.at.of("tenant"), "first here")
                    .help("make one of them"),
            );
        }
        pins.push(Pin { tenant, cluster, tier, nodes, owner, reason: reason.0, until, at });
    }
    pins.sort_by(|a, b| a.tenant.cmp(&b.tenant));
    pins
}

pub(super) fn exceptions(
    written: List<ExceptionWritten>,
    tenants: &[Tenant],
    fleet: &Fleet,
    faults: &mut Faults,
) -> Vec<Exception> {
    let mut exceptions: Vec<Exception> = Vec::new();
    for At { value: ExceptionWritten { mut at, tenant, rule, owner, reason, until }, .. } in written {
        if let Some(named) = at.written("tenant") {
            at.head(named);
        }
        let what = tenant
            .as_ref()
            .map_or("an exception".to_owned(), |tenant| format!("the exception of tenant `{}`", tenant.value));
        let tenant = required(tenant, "tenant", &what, &at, faults);
        let rule = required(rule, "rule", &what, &at, faults).map(|word| word.0);
        let owner = required(owner, "owner", &what, &at, faults);
        let reason = required(reason, "reason", &what, &at, faults);
        let until = required(until, "until", &what, &at, faults);
        known_tenant(tenant.as_ref(), tenants, &at.of("tenant"), faults);
        if let Some(rule) = rule.as_deref().filter(|rule| !LIFTABLE.contains(rule)) {
            dangling("rule that an exception can lift", rule, LIFTABLE.iter().copied(), at.of("rule"), faults);
        }
        let (Some(tenant), Some(rule), Some(owner), Some(reason), Some(until)) = (tenant, rule, owner, reason, until)
        else {
            continue;
        };
        if until < fleet.date {
            faults.push(
                Diagnostic::warning(
                    "expired-exception",
                    format!("{what} from rule `{rule}` ended before {}", fleet.date),
                )
                .at(at.of("until"), "lifts nothing any more")
                .help("remove it, or agree on a new date with its owner"),
            );
        }
        if let Some(first) = exceptions.iter().find(|exception| exception.tenant == tenant && exception.rule == rule) {
            faults.push(
                Diagnostic::error("duplicate-name", format!("tenant `{tenant}` has two exceptions from rule `{rule}`"))
                    .at(at.of("rule"), "again here")
                    .also(first.at.of("rule"), "first here")
                    .help("keep the one whose owner answers for it"),
            );
        }
        exceptions.push(Exception { tenant, rule, owner, reason: reason.0, until, at });
    }
    exceptions.sort_by(|a, b| (&a.tenant, &a.rule).cmp(&(&b.tenant, &b.rule)));
    exceptions
}

fn known_tenant(
    name: Option<&TenantName>,
    tenants: &[Tenant],
    span: &crate::vocab::diagnostic::Span,
    faults: &mut Faults,
) {
    if let Some(name) = name.filter(|name| tenants.binary_search_by(|tenant| tenant.name.cmp(name)).is_err()) {
        dangling("tenant", name.as_str(), tenants.iter().map(|tenant| tenant.name.as_str()), *span, faults);
    }
}

fn known_cluster(
    name: Option<&ClusterName>,
    clusters: &[Cluster],
    span: &crate::vocab::diagnostic::Span,
    faults: &mut Faults,
) {
    if let Some(name) = name.filter(|name| clusters.binary_search_by(|cluster| cluster.name.cmp(name)).is_err()) {
        dangling("cluster", name.as_str(), clusters.iter().map(|cluster| cluster.name.as_str()), *span, faults);
    }
}
