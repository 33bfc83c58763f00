//! Rule `disruption`: how long a control plane may be away.

use crate::inventory::{Pool, Workload};
use crate::rules::rule::{Case, Page, Rule, Unfit};
use crate::vocab::calendar::Seconds;

/// See [`Rule::page`].
pub struct DisruptionRule;

impl Rule for DisruptionRule {
    fn name(&self) -> &'static str {
        "disruption"
    }

    fn page(&self) -> Page {
        Page {
            asks: "The longest planned outage of the home's control plane is at most what the tenant tolerates.",
            why: "Upgrading an API server touches every tenant of it. A vcluster goes down with its host: high availability inside it does not help.",
            form: "Closes candidates, classes included.",
            breaks: "A host whose upgrades take longer than `disruption`.",
            satisfy: "Tolerate more, or offer a class or cluster whose control plane is upgraded without that outage.",
        }
    }

    fn allows_home(&self, case: &Case<'_>) -> bool {
        case.unit.tenant.disruption.is_none_or(|tolerated| case.host.offer().control_plane.disruption <= tolerated)
    }

    fn reason(&self, case: &Case<'_>, _part: Option<(&Workload, &Pool)>) -> Unfit {
        let tolerated = case.unit.tenant.disruption.unwrap_or(Seconds(u64::MAX));
        let outage = case.host.offer().control_plane.disruption;
        let text = format!(
            "tenant `{}` tolerates a control-plane outage of {tolerated}; {} takes {outage}",
            case.unit.tenant.name,
            case.host.words()
        );
        Unfit::of(case, "disruption", text)
    }
}
