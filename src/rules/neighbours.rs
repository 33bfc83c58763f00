//! Rule `neighbours`: who may live beside whom, and how many.

use crate::inventory::{Pool, Workload};
use crate::rules::rule::Label;
use crate::rules::rule::{Case, Page, Rule, Unfit};
use crate::rules::setting::{Setting, Unit};
use crate::vocab::tier::Tier;

/// See [`Rule::page`].
pub struct NeighboursRule;

impl Rule for NeighboursRule {
    fn name(&self) -> &'static str {
        "neighbours"
    }

    fn page(&self) -> Page {
        Page {
            asks: "A tenant has at most `max_neighbours` other tenants in its cluster; where a regime says `neighbours = \"same-regime\"`, all of them fall under it.",
            why: "A control plane shared with tenants out of scope is a finding.",
            form: "`N x[u,h] + Σ_t y[t,h] ≤ k + N` for a limit of k, where `y[t,h]` is 1 as soon as tenant t has a unit in h; one dimension per such regime with the values in and out.",
            breaks: "One tenant too many, or one that is not under the regime.",
            satisfy: "Raise the limit, edit the regime, or offer a cluster of its own.",
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
        for regime in setting.inventory.regulations.iter().filter(|regime| regime.same_regime_neighbours) {
            let value = if unit.tenant.regulation.contains(&regime.name) { "inside" } else { "outside" };
            labels.push(Label {
                rule: "neighbours",
                dimension: format!("regime {}", regime.name),
                value: value.to_owned(),
            });
        }
    }
}
