//! Rule `cluster-limits`: what a cluster holds.

use crate::inventory::{Pool, Workload};
use crate::rules::rule::{Case, Page, Rule, Unfit};

/// See [`Rule::page`].
pub struct ClusterLimitsRule;

impl Rule for ClusterLimitsRule {
    fn name(&self) -> &'static str {
        "cluster-limits"
    }

    fn page(&self) -> Page {
        Page {
            asks: "Nodes, pods, pod addresses, namespaces, services, load balancers and units of a cluster stay within its limits.",
            why: "Control planes slow down and networks run out of addresses long before nodes do.",
            form: "`Σ use_k[u] x[u,h] ≤ limit_k` for every limit k of every cluster.",
            breaks: "One more than the limit.",
            satisfy: "Raise the limit, or offer another cluster.",
        }
    }

    fn reason(&self, case: &Case<'_>, _part: Option<(&Workload, &Pool)>) -> Unfit {
        Unfit {
            text: format!(
                "other tenants leave no room for tenant `{}` in {}",
                case.unit.tenant.name,
                case.host.words()
            ),
            span: None,
        }
    }
}
