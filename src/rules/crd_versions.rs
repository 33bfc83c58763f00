//! Rule `crd-versions`: one version of a definition per API server.

use crate::inventory::{Pool, Workload};
use crate::rules::rule::Label;
use crate::rules::rule::{Case, Page, Rule, Unfit};
use crate::rules::setting::{Setting, Unit};
use crate::vocab::tier::Tier;

/// See [`Rule::page`].
pub struct CrdVersionsRule;

impl Rule for CrdVersionsRule {
    fn name(&self) -> &'static str {
        "crd-versions"
    }

    fn page(&self) -> Page {
        Page {
            asks: "A shared cluster has at most one version of a custom resource definition among its namespace tenants.",
            why: "A definition is cluster-wide: it stores one version.",
            form: "One value of the dimension of each definition per shared cluster; it binds only units in tier `namespace`.",
            breaks: "Two namespace tenants with two versions of one definition.",
            satisfy: "Agree on a version, or give one of them a vcluster.",
        }
    }

    fn reason(&self, case: &Case<'_>, _part: Option<(&Workload, &Pool)>) -> Unfit {
        Unfit {
            text: format!(
                "other tenants leave no room for tenant `{}` in {}",
                case.unit.tenant.name,
                case.host.words()
            ),
            span: None,
        }
    }

    fn labels(&self, _setting: &Setting<'_>, unit: &Unit<'_>, tier: Tier, labels: &mut Vec<Label>) {
        if tier == Tier::Namespace {
            labels.extend(unit.tenant.crds.iter().map(|crd| Label {
                rule: "crd-versions",
                dimension: format!("definition {}", crd.name),
                value: crd.version.clone(),
            }));
        }
    }
}
