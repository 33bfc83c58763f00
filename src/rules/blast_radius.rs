//! Rule `blast-radius`: how much importance one cluster may hold.

use crate::inventory::{Pool, Workload};
use crate::rules::rule::{Case, Page, Reads, Rule, Unfit};
use crate::vocab::tier::Form;

/// See [`Rule::page`].
pub struct BlastRadiusRule;

impl Rule for BlastRadiusRule {
    fn name(&self) -> &'static str {
        "blast-radius"
    }

    fn reads(&self) -> Reads {
        Reads::Amounts
    }

    fn page(&self) -> Page {
        Page {
            asks: "One shared cluster holds at most `max_importance_share` of the fleet's importance.",
            why: "When a shared cluster is lost, everything in it is lost at once.",
            form: "`Σ importance[u] x[u,h] ≤ floor(share × Σ importance)` for every shared cluster. A unit above the cap by itself is closed out of all of them.",
            breaks: "Too much importance in one cluster.",
            satisfy: "Raise the share, spread the tenants, or offer another cluster.",
        }
    }

    fn allows_home(&self, case: &Case<'_>) -> bool {
        case.form == Form::Cluster || case.unit.tenant.importance <= case.setting.importance_cap
    }

    fn reason(&self, case: &Case<'_>, _part: Option<(&Workload, &Pool)>) -> Unfit {
        let text = format!(
            "tenant `{}` has importance {}; policy lets one shared cluster hold {} at most",
            case.unit.tenant.name, case.unit.tenant.importance, case.setting.importance_cap
        );
        Unfit::of(case, "importance", text)
    }
}
