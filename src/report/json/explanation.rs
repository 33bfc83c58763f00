//! An explanation as a document: every door by itself, nothing folded.

use serde::Serialize;

use super::plan::{PlacementDocument, placement};
use super::{Amount, FORMAT_VERSION, place};
use crate::planner::{Door, DoorState, Explanation, Flip, NextBest, Reason, UnitExplanation};
use crate::vocab::diagnostic::{Place, Sources};
use crate::vocab::name::{Residency, TenantName};
use crate::vocab::tier::{Nodes, Tier};
use crate::vocab::version::Minor;

/// A tenant's decision.
#[derive(Debug, Serialize)]
pub struct ExplanationDocument<'a> {
    format_version: u32,
    tenant: &'a TenantName,
    currency: &'a str,
    units: Vec<UnitDocument<'a>>,
}

#[derive(Debug, Serialize)]
struct UnitDocument<'a> {
    site: Option<&'a Residency>,
    home: PlacementDocument<'a>,
    doors: Vec<DoorDocument<'a>>,
    next_best: Option<NextBestDocument<'a>>,
    flips: Vec<FlipDocument<'a>>,
}

#[derive(Debug, Serialize)]
struct DoorDocument<'a> {
    state: &'static str,
    tier: Tier,
    nodes: Option<Nodes>,
    cluster: Option<&'a str>,
    class: Option<&'a str>,
    kubernetes: Minor,
    monthly: Option<Amount>,
    reasons: Vec<ReasonDocument<'a>>,
}

#[derive(Debug, Serialize)]
struct ReasonDocument<'a> {
    rule: &'static str,
    text: &'a str,
    help: &'a str,
    place: Option<Place>,
}

#[derive(Debug, Serialize)]
struct NextBestDocument<'a> {
    tier: Tier,
    nodes: Option<Nodes>,
    host: &'a str,
    extra: Amount,
}

#[derive(Debug, Serialize)]
struct FlipDocument<'a> {
    text: &'a str,
    saves: Amount,
    place: Option<Place>,
}

/// A tenant's decision; `currency` is the plan's.
#[must_use]
pub fn explanation<'a>(explanation: &'a Explanation, sources: &Sources, currency: &'a str) -> ExplanationDocument<'a> {
    let Explanation { tenant, units } = explanation;
    let units = units.iter().map(|one| unit(one, sources)).collect();
    ExplanationDocument { format_version: FORMAT_VERSION, tenant, currency, units }
}

fn unit<'a>(unit: &'a UnitExplanation, sources: &Sources) -> UnitDocument<'a> {
    let UnitExplanation { site, home, doors, next_best, flips } = unit;
    UnitDocument {
        site: site.as_ref(),
        home: placement(home),
        doors: doors.iter().map(|one| door(one, sources)).collect(),
        next_best: next_best.as_ref().map(|NextBest { form, host, extra }| NextBestDocument {
            tier: form.tier(),
            nodes: form.nodes(),
            host,
            extra: (*extra).into(),
        }),
        flips: flips
            .iter()
            .map(|Flip { text, span, saves }| FlipDocument {
                text,
                saves: (*saves).into(),
                place: place(sources, *span),
            })
            .collect(),
    }
}

fn door<'a>(door: &'a Door, sources: &Sources) -> DoorDocument<'a> {
    let Door { form, host, is_class, kubernetes, state } = door;
    let (word, monthly, reasons) = match state {
        DoorState::Home => ("home", None, [].as_slice()),
        DoorState::Open { monthly } => ("open", Some((*monthly).into()), [].as_slice()),
        DoorState::Closed { reasons } => ("closed", None, reasons.as_slice()),
    };
    DoorDocument {
        state: word,
        tier: form.tier(),
        nodes: form.nodes(),
        cluster: (!is_class).then_some(host.as_str()),
        class: is_class.then_some(host.as_str()),
        kubernetes: *kubernetes,
        monthly,
        reasons: reasons
            .iter()
            .map(|Reason { rule, text, span, help }| ReasonDocument { rule, text, help, place: place(sources, *span) })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{json, sample};

    #[test]
    fn every_door_is_in_the_document() {
        let (sources, _) = sample::sources();
        insta::assert_snapshot!(json::text(&explanation(&sample::explanation(), &sources, "USD")));
    }
}
