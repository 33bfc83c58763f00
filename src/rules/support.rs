//! Rule `support`: no newcomers on a minor that nobody supports.

use crate::inventory::facts::SupportPhase;
use crate::inventory::{Pool, Workload};
use crate::rules::rule::{Case, Page, Rule, Unfit};

/// See [`Rule::page`].
pub struct SupportRule;

impl Rule for SupportRule {
    fn name(&self) -> &'static str {
        "support"
    }

    fn page(&self) -> Page {
        Page {
            asks: "A unit does not move into a cluster whose minor is past extended support on the planning date.",
            why: "An unsupported API server gets no security fixes.",
            form: "Closes candidates to units that do not live there already; for those it is a finding, not a door. Extended support costs its price instead.",
            breaks: "A host or class minor past the provider's extended support.",
            satisfy: "Upgrade the cluster, offer the class at a supported minor, or correct `[calendar.<provider>]`.",
        }
    }

    fn allows_home(&self, case: &Case<'_>) -> bool {
        case.host.support != SupportPhase::Ended
            || case
                .unit
                .today
                .as_ref()
                .is_some_and(|today| today.cluster.as_str() == case.host.name && !case.host.is_class())
    }

    fn reason(&self, case: &Case<'_>, _part: Option<(&Workload, &Pool)>) -> Unfit {
        let text = format!(
            "{} runs {}, which is past every support on {}",
            case.host.words(),
            case.host.kubernetes,
            case.setting.inventory.fleet.date
        );
        Unfit { text, span: Some(case.host.at().of("kubernetes")) }
    }
}
