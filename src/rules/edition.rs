//! Rule `edition`: what chart and licence include.

use crate::inventory::{Feature, Missing, Pool, Workload};
use crate::rules::rule::{Case, Page, Rule, Unfit};
use crate::vocab::tier::Form;

/// See [`Rule::page`].
pub struct EditionRule;

impl Rule for EditionRule {
    fn name(&self) -> &'static str {
        "edition"
    }

    fn page(&self) -> Page {
        Page {
            asks: "A vcluster uses only features that its chart version, distribution and edition have.",
            why: "A licensed feature without its licence is a crash loop; a key that the chart does not know is a failed install.",
            form: "Closes private nodes, sandboxed vclusters and high availability where chart, distribution or edition lack them, and every vcluster on a host without a pool for control planes.",
            breaks: "Edition `oss` and private nodes; a chart older than the feature; high availability on the legacy chart for k3s.",
            satisfy: "License the edition, or use a chart and a distribution that have it.",
        }
    }

    fn allows_home(&self, case: &Case<'_>) -> bool {
        lack_of_home(case).is_none()
    }

    fn allows_pool(&self, case: &Case<'_>, _workload: &Workload, pool: &Pool) -> bool {
        !needs_runtime_class(case, pool) || case.setting.inventory.vcluster.feature(Feature::RuntimeClass).is_ok()
    }

    fn reason(&self, case: &Case<'_>, part: Option<(&Workload, &Pool)>) -> Unfit {
        let vcluster = &case.setting.inventory.vcluster;
        let text = match part {
            None => lack_of_home(case).unwrap_or_default(),
            Some((_, pool)) => {
                format!(
                    "pool `{}` is sandboxed, and chart {} cannot set a runtime class for a vcluster",
                    pool.name, vcluster.chart
                )
            }
        };
        Unfit { text, span: vcluster.at.written("edition") }
    }
}

fn needs_runtime_class(case: &Case<'_>, pool: &Pool) -> bool {
    case.form.is_vcluster() && pool.runtime.is_sandbox()
}

fn lack_of_home(case: &Case<'_>) -> Option<String> {
    let vcluster = &case.setting.inventory.vcluster;
    if case.form.is_vcluster() && case.host.offer().platform_pool.is_none() {
        return Some(format!("{} has no plain Linux pool for the control planes of vclusters", case.host.words()));
    }
    let lack = |feature, what: &str| match vcluster.feature(feature) {
        Ok(()) => None,
        Err(Missing::Chart { from }) => {
            Some(format!("{what} need chart 0.{from} or newer; the inventory has {}", vcluster.chart))
        }
        Err(Missing::Edition { from }) => {
            Some(format!("{what} need edition `{from}` or higher; the inventory has `{}`", vcluster.edition))
        }
        Err(Missing::Distro { needs }) => Some(format!(
            "{what} need distro `{needs}` with chart {}; the inventory has `{}`",
            vcluster.chart, vcluster.distro
        )),
    };
    if case.form == Form::VclusterPrivate
        && let Some(text) = lack(Feature::PrivateNodes, "private nodes")
    {
        return Some(text);
    }
    if case.form.is_vcluster() && case.unit.tenant.high_availability {
        return lack(Feature::HighAvailability, "three replicas of a control plane");
    }
    None
}
