//! Rule `scale`: a tenant that would dominate a shared cluster.

use crate::inventory::{Pool, Workload};
use crate::rules::rule::{Case, Page, Reads, Rule, Unfit};
use crate::vocab::resources::{Resource, Resources};
use crate::vocab::tier::Form;

/// See [`Rule::page`].
pub struct ScaleRule;

impl Rule for ScaleRule {
    fn name(&self) -> &'static str {
        "scale"
    }

    fn reads(&self) -> Reads {
        Reads::Amounts
    }

    fn page(&self) -> Page {
        Page {
            asks: "A tenant takes at most `max_tenant_share` of a shared cluster's pods, CPU and memory.",
            why: "One tenant with most of the pods sets the scheduler's latency and the API server's load for everybody.",
            form: "Closes candidates in shared clusters. On private nodes a tenant loads no host, so it dominates none.",
            breaks: "Planned pods above the share of the cluster's pod limit; planned CPU or memory above the share of all nodes at their maximum.",
            satisfy: "Raise `max_tenant_share`, raise the cluster's limits, or give the tenant a cluster of its own.",
        }
    }

    fn allows_home(&self, case: &Case<'_>) -> bool {
        excess(case).is_none()
    }

    fn reason(&self, case: &Case<'_>, _part: Option<(&Workload, &Pool)>) -> Unfit {
        let (resource, asked, most) = excess(case).expect("this rule closed the door");
        let text = format!(
            "tenant `{}` plans for {}; more than {} ({} of {}) would dominate it",
            case.unit.tenant.name,
            resource.amount(asked),
            resource.amount(most),
            case.setting.inventory.policy.max_tenant_share,
            case.host.words()
        );
        Unfit::of(case, "demand", text)
    }
}

/// The resource of which the unit asks more than its share: what it asks, and the most it may.
fn excess(case: &Case<'_>) -> Option<(Resource, u64, u64)> {
    if matches!(case.form, Form::VclusterPrivate | Form::Cluster) {
        return None;
    }
    let whole = Resources { pods: case.host.offer().limits.pods, gpu: u64::MAX, ..case.host.most };
    let planned = case.unit.planned.resources;
    let share = case.setting.inventory.policy.max_tenant_share;
    [Resource::Pods, Resource::Cpu, Resource::Memory]
        .into_iter()
        .map(|resource| (resource, planned.get(resource), share.of(whole.get(resource))))
        .find(|(_, asked, most)| asked > most)
}
