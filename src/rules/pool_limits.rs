//! Rule `pool-limits`: what a pool carries.

use crate::inventory::{Pool, Workload};
use crate::rules::rule::{Case, Page, Rule, Unfit};

/// See [`Rule::page`].
pub struct PoolLimitsRule;

impl Rule for PoolLimitsRule {
    fn name(&self) -> &'static str {
        "pool-limits"
    }

    fn page(&self) -> Page {
        Page {
            asks: "A pool's nodes, shared and dedicated, are at most its maximum; headroom stays free.",
            why: "Nodes are whole, and a pool has an end.",
            form: "`n ≥ s + Σ q[u] x[u]`, `usable_r s ≥ Σ d_r[u] x[u]`, `min ≤ n ≤ max`, n and s integer.",
            breaks: "More load than the most nodes carry.",
            satisfy: "Raise the pool's maximum, lower the headroom, or offer another pool.",
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
