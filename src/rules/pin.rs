//! Rule `pin`: a placement that was promised.

use crate::inventory::{Pin, Pool, Workload};
use crate::rules::rule::{Case, Page, Rule, Unfit};

/// See [`Rule::page`].
pub struct PinRule;

impl Rule for PinRule {
    fn name(&self) -> &'static str {
        "pin"
    }

    fn page(&self) -> Page {
        Page {
            asks: "Until its date, a pinned tenant lives in the cluster, tier and nodes that its pin names.",
            why: "Contracts, freezes and migrations in progress outrank money for a time.",
            form: "Closes every other candidate. A pin with a cluster binds the units whose site is that cluster's residency, or the only unit.",
            breaks: "A home that differs from the pin.",
            satisfy: "Remove the pin, or let it end.",
        }
    }

    fn allows_home(&self, case: &Case<'_>) -> bool {
        case.setting.pin(&case.unit.tenant.name).is_none_or(|pin| {
            pin.tier.is_none_or(|tier| tier == case.form.tier())
                && pin.nodes.is_none_or(|nodes| Some(nodes) == case.form.nodes())
                && in_pinned_cluster(case, pin)
        })
    }

    fn reason(&self, case: &Case<'_>, _part: Option<(&Workload, &Pool)>) -> Unfit {
        let pin = case.setting.pin(&case.unit.tenant.name).expect("this rule closed the door");
        let mut asked = Vec::new();
        asked.extend(pin.cluster.as_ref().map(|cluster| format!("cluster `{cluster}`")));
        asked.extend(pin.tier.map(|tier| format!("tier `{tier}`")));
        asked.extend(pin.nodes.map(|nodes| format!("{nodes} nodes")));
        let until = pin.until.map(|until| format!(" until {until}")).unwrap_or_default();
        Unfit {
            text: format!("tenant `{}` is pinned to {}{until}", case.unit.tenant.name, asked.join(", ")),
            span: Some(pin.at.of("tenant")),
        }
    }
}

fn in_pinned_cluster(case: &Case<'_>, pin: &Pin) -> bool {
    let Some(name) = &pin.cluster else { return true };
    let binds = match (case.unit.site, case.setting.inventory.cluster(name)) {
        (Some(site), Some(cluster)) => *site == cluster.offer.residency,
        (None, _) | (Some(_), None) => true,
    };
    !binds || (!case.host.is_class() && case.host.name == name.as_str())
}
