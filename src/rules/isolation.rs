//! Rule `isolation`: the isolation a tenant asks for.

use crate::inventory::{Pool, Workload};
use crate::rules::rule::{Case, Page, Rule, Unfit};

/// See [`Rule::page`].
pub struct IsolationRule;

impl Rule for IsolationRule {
    fn name(&self) -> &'static str {
        "isolation"
    }

    fn page(&self) -> Page {
        Page {
            asks: "The home is at least as isolated as `isolation` says: shared < dedicated < private < a cluster of its own.",
            why: "Some teams need their own nodes for reasons of their own: noisy neighbours, licences, benchmarks.",
            form: "Closes candidates.",
            breaks: "A form to the left of what is asked.",
            satisfy: "Ask for less isolation, or offer more of it.",
        }
    }

    fn allows_home(&self, case: &Case<'_>) -> bool {
        case.form.isolation() >= case.unit.tenant.isolation
    }

    fn reason(&self, case: &Case<'_>, _part: Option<(&Workload, &Pool)>) -> Unfit {
        let text = format!(
            "tenant `{}` asks for isolation `{}` at least; this home is `{}`",
            case.unit.tenant.name,
            case.unit.tenant.isolation,
            case.form.isolation()
        );
        Unfit::of(case, "isolation", text)
    }
}
