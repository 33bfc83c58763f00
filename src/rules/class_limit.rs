//! Rule `class-limit`: how many clusters a class opens.

use crate::inventory::{Pool, Workload};
use crate::rules::rule::{Case, Page, Rule, Unfit};

/// See [`Rule::page`].
pub struct ClassLimitRule;

impl Rule for ClassLimitRule {
    fn name(&self) -> &'static str {
        "class-limit"
    }

    fn page(&self) -> Page {
        Page {
            asks: "At most `open_at_most` copies of a class exist.",
            why: "Quotas, addresses and people set an end to clusters.",
            form: "`Σ open[copy] ≤ open_at_most`, copies that an earlier plan opened included.",
            breaks: "One copy too many.",
            satisfy: "Raise `open_at_most`, or add a class.",
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
