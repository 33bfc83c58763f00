//! `[fleet]`, `[policy]`, `[vcluster]` and `[regulation.<name>]` as they are written.

use super::node::Set;
use super::number::{Amount, Whole};
use super::table::table;
use super::text::{ChartUrl, Currency, Folder, GitUrl, Registry, Revision};
use crate::inventory::{CrdPolicy, Delivery, Distro, Edition, HostileHome};
use crate::vocab::calendar::Date;
use crate::vocab::name::{Attestation, FleetName, Residency, TeamName};
use crate::vocab::share::Share;
use crate::vocab::tier::{Isolation, Tier};
use crate::vocab::version::{ChartVersion, Minor};
use crate::vocab::words::words;

table! {
    /// The fleet: its name, its planning date, its teams and its GitOps repository.
    struct WrittenFleet {
        /// The fleet's name.
        name: FleetName = required,
        /// The planning date. `--date` overrides it.
        date: Date = "today",
        /// ISO 4217 code of the currency that every price is in.
        currency: Currency = "USD",
        /// Teams that exist. Where none is listed, every team is known.
        teams: Set<TeamName> = "[]",
        /// Where the GitOps tree lives.
        gitops: WrittenGitops = none,
    }

    /// Where the GitOps tree lives.
    struct WrittenGitops {
        /// URL of the Git repository.
        repository: GitUrl = required,
        /// Branch, tag or commit that the controller follows.
        revision: Revision = "main",
        /// Folder in the repository.
        path: Folder = "gitops",
        /// Who applies it.
        delivery: Delivery = "argocd",
        /// Helm repository of the vcluster chart.
        chart_repository: ChartUrl = "https://charts.loft.sh",
    }

    /// What the operator wants of every decision.
    struct WrittenPolicy {
        /// Share of each pool's nodes that is kept free, below 1.
        headroom: Share = "0.15",
        /// Whether the load must still fit after one zone is lost.
        survive_zone_loss: bool = "false",
        /// Quarters of growth that are planned for.
        horizon_quarters: Whole<0, 40> = "4",
        /// Months over which one-off costs are paid back.
        payback_months: Whole<1, 600> = "12",
        /// The most of any limit of a shared cluster that one tenant may take.
        max_tenant_share: Share = "0.20",
        /// The most of the fleet's importance that one shared cluster may hold.
        max_importance_share: Share = "0.30",
        /// Whether production and the rest live in different shared clusters.
        separate_environments: bool = "true",
        /// Who may install custom resource definitions into a shared cluster.
        crds: CrdPolicy = "platform",
        /// Where hostile tenants may live.
        hostile: Set<HostileHome> = "[\"cluster\", \"vcluster/private\", \"vcluster/sandboxed\"]",
        /// Whether tenants that are not hostile may use the shared nodes of a sandboxed pool.
        share_sandboxes: bool = "false",
        /// Registries that images may come from, without a scheme. Where none is listed, any.
        registries: Set<Registry> = "[]",
        /// What operating one thing costs per month.
        toil: WrittenToil = "{ cluster = 450.0, vcluster = 60.0, namespace = 10.0 }",
        /// What changing one thing costs once.
        once: WrittenOneOff = "{ move = 400.0, open = 1500.0, close = 500.0 }",
    }

    /// What operating one thing costs per month.
    struct WrittenToil {
        /// A cluster.
        cluster: Amount = "450.0",
        /// A vcluster.
        vcluster: Amount = "60.0",
        /// A namespace.
        namespace: Amount = "10.0",
    }

    /// What changing one thing costs once.
    struct WrittenOneOff {
        /// Moving one tenant, or one site of it.
        moving as "move": Amount = "400.0",
        /// Opening a cluster.
        open: Amount = "1500.0",
        /// Closing a cluster.
        close: Amount = "500.0",
    }

    /// What vclusters are made of.
    struct WrittenVcluster {
        /// The exact version of the vcluster chart: a legacy one (0.15 to 0.19) or a unified one (0.20 to 0.37).
        chart: ChartVersion = "0.36.1",
        /// What runs the API server. A legacy chart has one form for each: `vcluster` for k3s, which has one replica, and `vcluster-k8s`. With a unified chart fleetplan writes k8s.
        distro: Distro = "k8s; k3s with a legacy chart",
        /// The edition that is licensed.
        edition: Edition = "oss",
        /// Kubernetes minors that vclusters may run.
        minors: Set<Minor> = "[\"1.34\", \"1.35\", \"1.36\"]; 1.25 to 1.27 with a legacy chart",
        /// Licence per vcluster and month.
        price: Amount = "0.0",
        /// Whether a host and tenant pair of minors that no table lists may be used.
        allow_unlisted_pairs: bool = "false",
    }

    /// What one regime of regulation asks of a home.
    struct WrittenRegulation {
        /// The lowest tier.
        tier: Tier = "namespace",
        /// The least isolation of nodes.
        nodes: Isolation = "shared",
        /// Who may live in the same cluster.
        neighbours: Neighbours = "any",
        /// What the cluster must be attested for.
        attestation: Attestation = none,
        /// Residencies that are allowed. Where none is listed, any.
        residency: Set<Residency> = "[]",
        /// Whether the cluster must ship its audit log off-cluster.
        audit_log: bool = "false",
        /// Whether the cluster must encrypt secrets at rest.
        secrets_encryption: bool = "false",
    }
}

/// Who may live in the same cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Neighbours {
    /// Anybody.
    Any,
    /// Tenants that fall under the same regime.
    SameRegime,
}

words! {
    Neighbours { Any = "any", SameRegime = "same-regime" }
}

super::leaf::worded!(Neighbours);
