//! Rule `version`: the minors a tenant runs on.

use crate::inventory::{Pool, Workload};
use crate::rules::rule::{Case, Page, Rule, Unfit};
use crate::vocab::tier::Form;

/// See [`Rule::page`].
pub struct VersionRule;

impl Rule for VersionRule {
    fn name(&self) -> &'static str {
        "version"
    }

    fn page(&self) -> Page {
        Page {
            asks: "The API server that the tenant talks to runs a minor in its range.",
            why: "Controllers are built against the APIs of certain minors; two tenants that need different ones need two API servers.",
            form: "Closes candidates. Namespace and cluster: the host's minor is in the range. Vcluster: some minor of `vcluster.minors` is in the range and allowed with the host's by the pair table (on private nodes the table does not bind).",
            breaks: "A host on another minor; a vcluster whose only fitting minor is known to break on the host, or is in no table.",
            satisfy: "Widen `kubernetes`, upgrade the host, add a minor to `vcluster.minors`, or allow unlisted pairs.",
        }
    }

    fn allows_home(&self, case: &Case<'_>) -> bool {
        let range = case.unit.tenant.kubernetes;
        if case.form.is_vcluster() {
            let inventory = case.setting.inventory;
            let private = case.form == Form::VclusterPrivate;
            inventory.facts.vcluster_minor(&inventory.vcluster, range, case.host.kubernetes, private).is_some()
        } else {
            range.holds(case.host.kubernetes)
        }
    }

    fn reason(&self, case: &Case<'_>, _part: Option<(&Workload, &Pool)>) -> Unfit {
        let (tenant, host) = (case.unit.tenant, case.host);
        let asks = format!("tenant `{}` needs Kubernetes {}", tenant.name, tenant.kubernetes);
        let text = if case.form.is_vcluster() {
            let vcluster = &case.setting.inventory.vcluster;
            let in_range: Vec<String> = vcluster
                .minors
                .iter()
                .filter(|minor| tenant.kubernetes.holds(**minor))
                .map(ToString::to_string)
                .collect();
            if in_range.is_empty() {
                format!("{asks}; vcluster {} runs none of these minors", vcluster.chart)
            } else {
                format!(
                    "{asks}; a vcluster of {} on a host of {} is not known to work",
                    in_range.join(" or "),
                    host.kubernetes
                )
            }
        } else {
            format!("{asks}; {} runs {}", host.words(), host.kubernetes)
        };
        Unfit::of(case, "kubernetes", text)
    }
}
