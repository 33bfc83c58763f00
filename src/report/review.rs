//! What the independent check found, for people.

use super::ink::Ink;
use super::safe;
use super::words;
use crate::plan::Plan;
use crate::review::{Certification, Finding, Review};
use crate::vocab::diagnostic::Sources;

/// Every finding with its line, notes, and the verdict.
#[must_use]
pub fn text(review: &Review, plan: &Plan, sources: &Sources, ink: Ink) -> String {
    let Review { findings, notes, money: _, objective, certification } = review;
    let mut lines = Vec::new();
    let told = |finding: &Finding, head: String| {
        let at = words::place(sources, finding.span).map(|at| ink.quiet(format!(" [{at}]"))).unwrap_or_default();
        format!("{head}: {}{at}", safe::line(&finding.message))
    };
    lines.extend(findings.iter().map(|finding| told(finding, ink.bad(format!("finding[{}]", finding.check)))));
    lines.extend(notes.iter().map(|note| told(note, ink.warn(format!("note[{}]", note.check)))));
    lines.push(if findings.is_empty() {
        ink.good(format!(
            "valid: {} and {} checked in exact integers; {objective} {} a month, as the plan says",
            words::count(plan.placements.len(), "home", "homes"),
            words::count(plan.clusters.len(), "cluster", "clusters"),
            safe::line(&plan.currency)
        ))
    } else {
        ink.bad(format!("not valid: {}", words::count(findings.len(), "finding", "findings")))
    });
    lines.push(match certification {
        Certification::Certified { bound } => ink.good(format!(
            "certified: no plan costs less than {bound} {} a month; worked out anew from the prices beside the plan",
            safe::line(&plan.currency)
        )),
        Certification::NotCertified { because } => ink.warn(format!(
            "not certified: {}; that no plan costs less than {} is the word of `{}`",
            safe::line(because),
            plan.proof.bound,
            safe::line(&plan.proof.by)
        )),
    });
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::MoneyByKind;
    use crate::report::sample;

    #[test]
    fn a_review_tells_findings_notes_and_the_verdict() {
        let (sources, find) = sample::sources();
        let plan = sample::plan();
        let sound = Review {
            findings: Vec::new(),
            notes: vec![Finding { check: "from", message: "moves are taken at the plan's word".into(), span: None }],
            money: MoneyByKind::default(),
            objective: plan.proof.objective,
            certification: Certification::Certified { bound: plan.proof.bound },
        };
        insta::assert_snapshot!("valid", text(&sound, &plan, &sources, Ink::Plain));
        let broken = Review {
            findings: vec![Finding {
                check: "residency",
                message: "`checkout` lives in `us`".into(),
                span: find("residency"),
            }],
            certification: Certification::NotCertified { because: "there is no proof file".into() },
            ..sound
        };
        insta::assert_snapshot!("not valid", text(&broken, &plan, &sources, Ink::Plain));
    }
}
