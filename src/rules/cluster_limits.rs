//! Rule `cluster-limits`: what a cluster holds.

use crate::inventory::{Pool, Workload};
use crate::rules::rule::{Case, Page, Reads, Rule, Unfit};
use crate::vocab::tier::{Form, Tier};

/// See [`Rule::page`].
pub struct ClusterLimitsRule;

impl Rule for ClusterLimitsRule {
    fn name(&self) -> &'static str {
        "cluster-limits"
    }

    fn reads(&self) -> Reads {
        Reads::Amounts
    }

    fn page(&self) -> Page {
        Page {
            asks: "Nodes, pods, pod addresses, namespaces, services, load balancers and units of a cluster stay within its limits.",
            why: "Control planes slow down and networks run out of addresses long before nodes do.",
            form: "`Σ use_k[u] x[u,h] ≤ limit_k` for every limit k of every cluster. Closes the candidates of a unit that passes a limit by itself.",
            breaks: "One more than the limit.",
            satisfy: "Raise the limit, or offer another cluster.",
        }
    }

    fn allows_home(&self, case: &Case<'_>) -> bool {
        excess(case).is_none()
    }

    fn reason(&self, case: &Case<'_>, _part: Option<(&Workload, &Pool)>) -> Unfit {
        let (tenant, host) = (&case.unit.tenant.name, case.host.words());
        match excess(case) {
            Some((what, asked, most)) => {
                Unfit::of(case, "demand", format!("tenant `{tenant}` alone takes {asked} {what}; {host} holds {most}"))
            }
            None => Unfit { text: format!("{host} has no room for tenant `{tenant}` within its limits"), span: None },
        }
    }
}

/// The first limit that the unit passes alone: of what, how many it takes, and how many the cluster holds.
fn excess(case: &Case<'_>) -> Option<(&'static str, u64, u64)> {
    let (planned, tenant, limits) = (&case.unit.planned, case.unit.tenant, &case.host.offer().limits);
    // What runs on private nodes never reaches the host.
    let reaches = |amount: u64| if case.form == Form::VclusterPrivate { 0 } else { amount };
    let overhead = case.form.is_vcluster().then(|| case.setting.inventory.facts.overhead(tenant.high_availability));
    let pods = reaches(planned.resources.pods) + overhead.map_or(0, |plane| plane.resources.pods);
    let namespaces = if case.form.tier() == Tier::Vcluster { 1 } else { tenant.namespaces };
    [
        ("pods", pods, limits.pods),
        ("pod addresses", pods, limits.pod_addresses),
        ("namespaces", namespaces, limits.namespaces),
        ("services", reaches(planned.services) + overhead.map_or(0, |plane| plane.services), limits.services),
        ("load balancers", reaches(planned.load_balancers), limits.load_balancers),
        ("units", 1, limits.tenants),
    ]
    .into_iter()
    .find(|(_, asked, most)| asked > most)
}
