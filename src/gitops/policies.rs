//! What the fleet asks of every tenant's pods in a host, in the words of the host's engine.
//!
//! In: the inventory, a host and the homes in it. Out: one file per policy and one with the exceptions. The policies are the same whichever
//! engine enforces them: [`super::kyverno`] says them in patterns, [`super::cel`] in CEL, which [`super::kyverno_cel`] and
//! [`super::admission`] wrap. All select namespaces that carry a tenant's label, so the platform's own pods are never judged.

use super::document::Document;
use super::home::{Fleet, Home, Host};
use super::{admission, exceptions, kyverno, kyverno_cel};
use crate::inventory::{Inventory, PolicyEngine};
use crate::vocab::diagnostic::Diagnostic;

/// The files of a host's policies: file name without its ending, and documents.
pub(super) fn documents(inventory: &Inventory, host: &Host<'_>, homes: &[Home<'_>]) -> Vec<(String, Vec<Document>)> {
    let excepted = exceptions::of(inventory, host, homes);
    let mut files = match host.offer.policies {
        PolicyEngine::Kyverno => kyverno::documents(inventory, host),
        PolicyEngine::KyvernoCel => kyverno_cel::documents(inventory, host),
        PolicyEngine::Admission => admission::documents(inventory, host, &excepted),
    };
    let exceptions = exceptions::documents(host, &excepted);
    if !exceptions.is_empty() {
        files.push(("exceptions".to_owned(), exceptions));
    }
    files
}

/// Hosts whose engine cannot enforce the policies. `check` finds those of the inventory; a copy of a class may be older than its class.
pub(super) fn check_engines(fleet: &Fleet<'_>) -> Vec<Diagnostic> {
    let fault = |host: &Host<'_>| {
        let lacking = host.offer.policies.lacks(host.offer.kyverno, host.minor())?;
        let message = format!(
            "cluster `{}` of Kubernetes {} has `policies = \"{}\"`: {}",
            host.name(),
            host.minor(),
            host.offer.policies,
            lacking.words()
        );
        Some(Diagnostic::error("engine-not-supported", message).help(lacking.help()))
    };
    fleet.hosts.iter().filter_map(fault).collect()
}
