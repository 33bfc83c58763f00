//! Rule `residency`: where data may stay.

use crate::inventory::{Pool, Workload};
use crate::rules::rule::{Case, Page, Rule, Unfit};

/// See [`Rule::page`].
pub struct ResidencyRule;

impl Rule for ResidencyRule {
    fn name(&self) -> &'static str {
        "residency"
    }

    fn page(&self) -> Page {
        Page {
            asks: "The host is in one of the tenant's residencies; a unit of a tenant with sites is at its site.",
            why: "Jurisdictions bind data to places.",
            form: "Closes candidates.",
            breaks: "A host in another residency.",
            satisfy: "Allow more residencies, or offer a cluster or a class there.",
        }
    }

    fn allows_home(&self, case: &Case<'_>) -> bool {
        let residency = &case.host.offer().residency;
        let tenant = case.unit.tenant;
        case.unit.site.is_none_or(|site| site == residency)
            && (tenant.residency.is_empty() || tenant.residency.contains(residency))
    }

    fn reason(&self, case: &Case<'_>, _part: Option<(&Workload, &Pool)>) -> Unfit {
        let tenant = case.unit.tenant;
        let (key, asked) = match case.unit.site {
            Some(site) => ("sites", format!("`{site}` for this site")),
            None => ("residency", tenant.residency.iter().map(|r| format!("`{r}`")).collect::<Vec<_>>().join(" or ")),
        };
        let text = format!(
            "tenant `{}` asks for residency {asked}; {} is in `{}`",
            tenant.name,
            case.host.words(),
            case.host.offer().residency
        );
        Unfit::of(case, key, text)
    }
}
