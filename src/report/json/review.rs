//! What the independent check found as a document.

use serde::Serialize;

use super::{Amount, FORMAT_VERSION, place};
use crate::review::{Certification, Finding, Review};
use crate::vocab::diagnostic::{Place, Sources};

/// Findings, notes, verdict.
#[derive(Debug, Serialize)]
pub struct ReviewDocument<'a> {
    format_version: u32,
    valid: bool,
    objective: Amount,
    /// The bound that was worked out anew; null where it was not.
    certified_bound: Option<Amount>,
    /// Why it was not.
    not_certified: Option<&'a str>,
    findings: Vec<FindingDocument<'a>>,
    notes: Vec<FindingDocument<'a>>,
}

#[derive(Debug, Serialize)]
struct FindingDocument<'a> {
    check: &'static str,
    message: &'a str,
    place: Option<Place>,
}

/// What was found.
#[must_use]
pub fn review<'a>(review: &'a Review, sources: &Sources) -> ReviewDocument<'a> {
    let Review { findings, notes, money: _, objective, certification } = review;
    let (certified_bound, not_certified) = match certification {
        Certification::Certified { bound } => (Some((*bound).into()), None),
        Certification::NotCertified { because } => (None, Some(because.as_str())),
    };
    let all = |findings: &'a [Finding]| findings.iter().map(|finding| document(finding, sources)).collect();
    ReviewDocument {
        format_version: FORMAT_VERSION,
        valid: review.is_valid(),
        objective: (*objective).into(),
        certified_bound,
        not_certified,
        findings: all(findings),
        notes: all(notes),
    }
}

fn document<'a>(finding: &'a Finding, sources: &Sources) -> FindingDocument<'a> {
    let Finding { check, message, span } = finding;
    FindingDocument { check, message, place: place(sources, *span) }
}
