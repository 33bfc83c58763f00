//! Rule `apart`: tenants that must not share a cluster.

use crate::inventory::{Pool, Workload};
use crate::rules::rule::Label;
use crate::rules::rule::{Case, Page, Rule, Unfit};
use crate::rules::setting::{Setting, Unit};
use crate::vocab::name::TenantName;
use crate::vocab::tier::Tier;
use std::collections::BTreeSet;

/// See [`Rule::page`].
pub struct ApartRule;

impl Rule for ApartRule {
    fn name(&self) -> &'static str {
        "apart"
    }

    fn page(&self) -> Page {
        Page {
            asks: "No unit of one tenant of an `apart` pair is in a cluster with a unit of the other, in any tier.",
            why: "Rivals, two halves of a failover pair, an auditor and the audited.",
            form: "One dimension per pair, one value per side, at most one value per shared cluster.",
            breaks: "Both in one cluster.",
            satisfy: "Drop the pair, or offer a second cluster.",
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

    fn labels(&self, setting: &Setting<'_>, unit: &Unit<'_>, _tier: Tier, labels: &mut Vec<Label>) {
        let own = &unit.tenant.name;
        let named = unit.tenant.apart.iter();
        let naming = setting.apart_of(own).iter().copied();
        let others: BTreeSet<&TenantName> = named.chain(naming).collect();
        labels.extend(others.into_iter().map(|other| Label {
            rule: "apart",
            dimension: format!("pair {} and {}", own.min(other), own.max(other)),
            value: own.to_string(),
        }));
    }
}
