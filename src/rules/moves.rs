//! Rule `moves`: how many units may move.

use crate::inventory::{Pool, Workload};
use crate::rules::rule::{Case, Page, Rule, Unfit};

/// See [`Rule::page`].
pub struct MovesRule;

impl Rule for MovesRule {
    fn name(&self) -> &'static str {
        "moves"
    }

    fn page(&self) -> Page {
        Page {
            asks: "With `--max-moves N`, at most N units change cluster, tier or nodes against `--from`.",
            why: "A move is work and risk; a change window holds only so many.",
            form: "`Σ_u (1 − stay[u]) ≤ N` over units that live somewhere today.",
            breaks: "One move too many.",
            satisfy: "Allow more moves.",
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
