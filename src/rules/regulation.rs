//! Rule `regulation`: what the regimes ask of a home.

use crate::inventory::{Pool, Regulation, Workload};
use crate::rules::rule::{Case, Page, Rule, Unfit};

/// See [`Rule::page`].
pub struct RegulationRule;

impl Rule for RegulationRule {
    fn name(&self) -> &'static str {
        "regulation"
    }

    fn page(&self) -> Page {
        Page {
            asks: "For each regime: at least its tier and isolation of nodes, its attestation, its residency, and the audit log and secrets encryption it wants.",
            why: "Auditors write findings about scope and evidence. What counts is the operator's table, never law in code.",
            form: "Closes candidates. Who may be a neighbour is rule `neighbours`.",
            breaks: "A cluster without the attestation, the audit log or the encryption; a tier or nodes below the regime's; another residency.",
            satisfy: "Attest the cluster, ship its audit log, encrypt its secrets, or edit `[regulation.<name>]`.",
        }
    }

    fn allows_home(&self, case: &Case<'_>) -> bool {
        case.setting.inventory.regimes(case.unit.tenant).all(|regime| lack(case, regime).is_none())
    }

    fn reason(&self, case: &Case<'_>, _part: Option<(&Workload, &Pool)>) -> Unfit {
        let found =
            case.setting.inventory.regimes(case.unit.tenant).find_map(|regime| Some((regime, lack(case, regime)?)));
        let (regime, lack) = found.expect("this rule closed the door");
        let text = format!("regime `{}` of tenant `{}` asks for {lack}", regime.name, case.unit.tenant.name);
        Unfit::of(case, "regulation", text)
    }
}

/// What the regime asks that this home does not have.
fn lack(case: &Case<'_>, regime: &Regulation) -> Option<String> {
    let (host, offer) = (case.host.words(), case.host.offer());
    if case.form.tier() < regime.tier {
        return Some(format!("tier `{}` at least; this is a {}", regime.tier, case.form.tier()));
    }
    if case.form.isolation() < regime.nodes {
        return Some(format!("{} nodes at least; these are shared", regime.nodes));
    }
    if let Some(attestation) = regime.attestation.as_ref().filter(|asked| !offer.attestations.contains(*asked)) {
        return Some(format!("attestation `{attestation}`, which {host} does not have"));
    }
    if !regime.residency.is_empty() && !regime.residency.contains(&offer.residency) {
        let allowed: Vec<String> = regime.residency.iter().map(|residency| format!("`{residency}`")).collect();
        return Some(format!("residency {}; {host} is in `{}`", allowed.join(" or "), offer.residency));
    }
    if regime.audit_log && !offer.audit_log {
        return Some(format!("an audit log shipped off the cluster; {host} ships none"));
    }
    if regime.secrets_encryption && !offer.secrets_encryption {
        return Some(format!("secrets encrypted at rest; {host} does not encrypt them"));
    }
    None
}
