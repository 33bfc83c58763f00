//! `[fleet]`: what the fleet is called, when it is planned, who its teams are and where its GitOps tree goes.

use serde::Serialize;

use super::Places;
use crate::vocab::calendar::Date;
use crate::vocab::name::{FleetName, TeamName};
use crate::vocab::words::words;

/// The fleet.
#[derive(Debug, Clone, Serialize)]
pub struct Fleet {
    /// Its name.
    pub name: FleetName,
    /// The planning date: from the command line, from the inventory, or today. Part of the fingerprint.
    pub date: Date,
    /// ISO 4217 code of the currency that every price is in.
    pub currency: String,
    /// Teams that exist, sorted. Empty where the inventory does not list them; then every team is known.
    pub teams: Vec<TeamName>,
    /// Where the GitOps tree lives.
    pub gitops: Gitops,
    /// Where it was written.
    #[serde(skip)]
    pub at: Places,
}

/// The repository that the tree is committed to.
#[derive(Debug, Clone, Serialize)]
pub struct Gitops {
    /// URL of the Git repository.
    pub repository: String,
    /// Branch, tag or commit that the controller follows.
    pub revision: String,
    /// Folder in the repository, with no slash at either end.
    pub path: String,
    /// Who applies it.
    pub delivery: Delivery,
    /// Helm repository of the vcluster chart.
    pub chart_repository: String,
}

/// The controller that applies the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// Argo CD.
    Argocd,
    /// Flux.
    Flux,
}

words! {
    Delivery { Argocd = "argocd", Flux = "flux" }
}
