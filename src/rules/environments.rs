//! Rule `environments`: production apart from the rest.

use crate::inventory::{Pool, Workload};
use crate::rules::rule::Label;
use crate::rules::rule::{Case, Page, Rule, Unfit};
use crate::rules::setting::{Setting, Unit};
use crate::vocab::tier::Tier;

/// See [`Rule::page`].
pub struct EnvironmentsRule;

impl Rule for EnvironmentsRule {
    fn name(&self) -> &'static str {
        "environments"
    }

    fn page(&self) -> Page {
        Page {
            asks: "Where `separate_environments` is true, a shared cluster holds production tenants or others, not both.",
            why: "A test that exhausts an API server should not be able to touch production. It is the commonest rule of all.",
            form: "One value of the dimension `environment` per shared cluster: `y[h,production] + y[h,rest] ≤ 1`, `x[u,h] ≤ y[h,value(u)]`.",
            breaks: "Production and anything else in one shared cluster.",
            satisfy: "Offer a second shared cluster, or let environments mix.",
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

    fn labels(&self, setting: &Setting<'_>, unit: &Unit<'_>, _tier: Tier, labels: &mut Vec<Label>) {
        if setting.inventory.policy.separate_environments {
            let value = if unit.tenant.environment.is_production() { "production" } else { "others" };
            labels.push(Label { rule: "environments", dimension: "environment".to_owned(), value: value.to_owned() });
        }
    }
}
