//! Rule `crds`: who may install custom resource definitions.

use crate::inventory::{CrdPolicy, Pool, Workload};
use crate::rules::rule::{Case, Page, Rule, Unfit};
use crate::vocab::tier::Tier;

/// See [`Rule::page`].
pub struct CrdsRule;

impl Rule for CrdsRule {
    fn name(&self) -> &'static str {
        "crds"
    }

    fn page(&self) -> Page {
        Page {
            asks: "Where `crds = \"platform\"`, a tenant that brings custom resource definitions has an API server of its own.",
            why: "Definitions are cluster-wide: one tenant's upgrade is every tenant's upgrade.",
            form: "Closes tier `namespace` for tenants with `crds`.",
            breaks: "A tenant with `crds` in a namespace.",
            satisfy: "Let tenants install definitions (`crds = \"tenants\"`), or move the definitions to the platform.",
        }
    }

    fn allows_home(&self, case: &Case<'_>) -> bool {
        case.form.tier() != Tier::Namespace
            || case.unit.tenant.crds.is_empty()
            || case.setting.inventory.policy.crds == CrdPolicy::Tenants
    }

    fn reason(&self, case: &Case<'_>, _part: Option<(&Workload, &Pool)>) -> Unfit {
        let tenant = case.unit.tenant;
        let first = tenant.crds.first().map(ToString::to_string).unwrap_or_default();
        let more = match tenant.crds.len() {
            0 | 1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        let text = format!(
            "tenant `{}` brings `{first}`{more}; policy reserves custom resource definitions in shared clusters to the platform",
            tenant.name
        );
        Unfit::of(case, "crds", text)
    }
}
