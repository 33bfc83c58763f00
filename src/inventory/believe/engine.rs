//! Whether the engine of a cluster or a class can enforce the fleet's policies there.

use crate::inventory::PolicyEngine;
use crate::inventory::engine::Lacking;
use crate::inventory::written::node::At;
use crate::vocab::diagnostic::{Diagnostic, Span};
use crate::vocab::version::{KyvernoVersion, Minor};

/// A fault for an engine that some minor, or the version of Kyverno, does not support. `called` is ``cluster `eu-1` ``.
pub fn check(
    called: &str,
    policies: Option<&At<PolicyEngine>>,
    kyverno: Option<&At<KyvernoVersion>>,
    minors: &[&At<Minor>],
    faults: &mut Vec<Diagnostic>,
) {
    let engine = policies.map_or(PolicyEngine::Kyverno, |at| at.value);
    let version = kyverno.map_or(KyvernoVersion::default(), |at| at.value);
    let lacking = minors.iter().find_map(|minor| Some((engine.lacks(version, minor.value)?, minor)));
    let Some((lacking, minor)) = lacking else { return };
    let (has, wrong): (String, Option<Span>) = match lacking {
        Lacking::KyvernoFrom(_) | Lacking::KyvernoUntil(_) => (format!("Kyverno {version}"), kyverno.map(|at| at.span)),
        Lacking::KubernetesFrom(_) => (format!("Kubernetes {}", minor.value), Some(minor.span)),
    };
    let message = format!("{called} has {has} and `policies = \"{engine}\"`: {}", lacking.words());
    let fault = Diagnostic::error("engine-not-supported", message);
    let fault = match (policies.map(|at| at.span), wrong) {
        (Some(engine), Some(wrong)) => fault.at(engine, "this engine").also(wrong, "this version"),
        (Some(only), None) | (None, Some(only)) => fault.at(only, ""),
        (None, None) => fault,
    };
    faults.push(fault.help(lacking.help()));
}
