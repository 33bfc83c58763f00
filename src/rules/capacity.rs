//! Rule `capacity`: a shape that does not fit at all.

use crate::inventory::{Pool, Workload};
use crate::rules::rule::{Case, Page, Reads, Rule, Unfit};
use crate::rules::setting::nodes_for;
use crate::vocab::resources::Resource;

/// See [`Rule::page`].
pub struct CapacityRule;

impl Rule for CapacityRule {
    fn name(&self) -> &'static str {
        "capacity"
    }

    fn reads(&self) -> Reads {
        Reads::Amounts
    }

    fn page(&self) -> Page {
        Page {
            asks: "Each workload's largest pod fits one node, everything it asks is there, and all of it fits the pool's most nodes.",
            why: "A pod that fits no node stays pending for ever.",
            form: "Closes pools of candidates. What many units ask together is rule `pool-limits`. No exception lifts it.",
            breaks: "A pod larger than a node without its daemonsets; GPUs that the pool lacks; more nodes than the pool can have.",
            satisfy: "Offer larger nodes or more of them, or ask for less.",
        }
    }

    fn allows_pool(&self, case: &Case<'_>, workload: &Workload, pool: &Pool) -> bool {
        lack(case, workload, pool).is_none()
    }

    fn reason(&self, case: &Case<'_>, part: Option<(&Workload, &Pool)>) -> Unfit {
        let (workload, pool) = part.expect("this rule judges pools");
        let text = format!(
            "{} of tenant `{}` asks for {}",
            workload.words(),
            case.unit.tenant.name,
            lack(case, workload, pool).unwrap_or_default()
        );
        Unfit { text, span: Some(workload.at.of("demand")) }
    }
}

fn lack(case: &Case<'_>, workload: &Workload, pool: &Pool) -> Option<String> {
    let (raw, host) = (pool.raw(), case.host.words());
    if let Some((pod, resource)) = workload.largest_pod.and_then(|pod| Some((pod, pod.beyond(&raw)?))) {
        return Some(format!(
            "{} for one pod; a node of pool `{}` of {host} has {}",
            resource.amount(pod.get(resource)),
            pool.name,
            resource.amount(raw.get(resource))
        ));
    }
    let planned = workload.planned.resources;
    match nodes_for(case.setting.inventory, pool, &planned) {
        None => {
            let missing =
                Resource::ALL.into_iter().find(|r| planned.get(*r) > 0 && raw.get(*r) == 0).unwrap_or(Resource::Cpu);
            Some(format!("{}; pool `{}` of {host} has none", missing.amount(planned.get(missing)), pool.name))
        }
        Some(nodes) if nodes > pool.max => {
            Some(format!("{nodes} nodes; pool `{}` of {host} has {} at most", pool.name, pool.max))
        }
        Some(_) => None,
    }
}
