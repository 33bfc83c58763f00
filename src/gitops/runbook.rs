//! The runbook of the tree: how a tenant is removed, which nothing in the tree does by itself.
//!
//! In: inventory, resolved fleet. Out: Markdown with commands for the tree's delivery. The template has the steps; the data are the labels and
//! namespaces that the commands select by, so that no command speaks of one that no object has. Nothing of a tenant stands in it.

use serde_json::json;

use super::cluster_api::NAMESPACE;
use super::document::{DEDICATED, TENANT, TIER};
use super::home::Fleet;
use super::templates::Templates;
use crate::inventory::{Delivery, Inventory};
use crate::vocab::diagnostic::Diagnostic;

/// Its path in the tree.
pub(super) const OFFBOARDING: &str = "runbooks/offboarding.md";

/// Its text.
pub(super) fn offboarding(
    inventory: &Inventory,
    fleet: &Fleet<'_>,
    templates: &Templates,
) -> Result<String, Box<Diagnostic>> {
    let data = json!({
        "argocd": inventory.fleet.gitops.delivery == Delivery::Argocd,
        "flux": inventory.fleet.gitops.delivery == Delivery::Flux,
        "kyverno": fleet.hosts.iter().any(|host| host.offer.policies.is_kyverno()),
        "label": TENANT,
        "tier": TIER,
        "dedicated": DEDICATED,
        "objects_namespace": NAMESPACE,
    });
    templates.render("runbook/offboarding.md.hbs", &data, "the runbook of the tree")
}
