//! Rule `near`: tenants that must share a cluster.

use crate::inventory::{Pool, Workload};
use crate::rules::rule::{Case, Page, Rule, Unfit};
use crate::vocab::tier::Form;

/// See [`Rule::page`].
pub struct NearRule;

impl Rule for NearRule {
    fn name(&self) -> &'static str {
        "near"
    }

    fn page(&self) -> Page {
        Page {
            asks: "Tenants joined by `near`, directly or through others, share a cluster, site by site; none of them has a cluster of its own.",
            why: "Chatty services pay for every hop and every gigabyte between clusters.",
            form: "Units of one group are placed together: `Σ_forms x[u,h]` is equal for all of them in every host. Closes tier `cluster`.",
            breaks: "No host takes all of them.",
            satisfy: "Drop the pair, or offer a host that takes all of them.",
        }
    }

    fn allows_home(&self, case: &Case<'_>) -> bool {
        case.form != Form::Cluster || !case.setting.near.contains(&case.unit.tenant.name)
    }

    fn reason(&self, case: &Case<'_>, _part: Option<(&Workload, &Pool)>) -> Unfit {
        let text = format!(
            "tenant `{}` must share a cluster with those it is near; this one would be its own",
            case.unit.tenant.name
        );
        Unfit::of(case, "near", text)
    }
}
