//! Check `regulation`: a home has what each regime of its tenant asks. Who may be a neighbour is check `neighbours`.

use super::Found;
use super::ground::Case;
use super::scene::Scene;
use crate::inventory::Regulation;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    for home in scene.bound_by("regulation").filter(|home| !home.tenant.regulation.is_empty()) {
        let host = scene.host(home);
        for regime in scene.inventory.regimes(home.tenant) {
            if let Some(lack) = lack(regime, &scene.case(home)) {
                let message = format!(
                    "{} falls under `{}`, which asks for {lack}; its home in cluster `{}` has not",
                    home.words(),
                    regime.name,
                    host.name()
                );
                found.finding("regulation", message, Some(home.tenant.at.of("regulation")));
            }
        }
    }
}

/// True where every regime of the tenant finds what it asks for.
pub fn allows(case: &Case<'_>) -> bool {
    case.inventory.regimes(case.tenant).all(|regime| lack(regime, case).is_none())
}

fn lack(regime: &Regulation, case: &Case<'_>) -> Option<String> {
    let offer = case.ground.offer;
    let Regulation {
        name: _,
        tier,
        nodes,
        same_regime_neighbours: _,
        attestation,
        residency,
        audit_log,
        secrets_encryption,
        at: _,
    } = regime;
    if case.form.tier() < *tier {
        return Some(format!("tier `{tier}` at least"));
    }
    if case.form.isolation() < *nodes {
        return Some(format!("isolation `{nodes}` at least"));
    }
    if let Some(attestation) = attestation.as_ref().filter(|asked| !offer.attestations.contains(*asked)) {
        return Some(format!("attestation `{attestation}`"));
    }
    if !residency.is_empty() && !residency.contains(&offer.residency) {
        return Some("another residency".to_owned());
    }
    if *audit_log && !offer.audit_log {
        return Some("an audit log shipped off the cluster".to_owned());
    }
    (*secrets_encryption && !offer.secrets_encryption).then(|| "secrets encrypted at rest".to_owned())
}
