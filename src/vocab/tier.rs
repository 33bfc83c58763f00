//! The tenancy spectrum: tiers, how nodes are shared, and the six forms of home that follow.

use serde::{Deserialize, Serialize};

use crate::vocab::words::words;

/// What a tenant gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// A namespace of a shared cluster.
    Namespace,
    /// A virtual control plane in a namespace of a shared cluster.
    Vcluster,
    /// A cluster of its own.
    Cluster,
}

/// How a tenant's pods meet other tenants' pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nodes {
    /// On the same nodes.
    Shared,
    /// On a tainted pool of the tenant's own in the host.
    Dedicated,
    /// On the tenant's own nodes, joined to its vcluster.
    Private,
}

/// A tier together with its nodes: the six homes that exist. From least to most isolated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A namespace on shared nodes.
    NamespaceShared,
    /// A namespace on nodes of its own.
    NamespaceDedicated,
    /// A vcluster on shared nodes.
    VclusterShared,
    /// A vcluster on host nodes of its own.
    VclusterDedicated,
    /// A vcluster with nodes joined to it.
    VclusterPrivate,
    /// A cluster of its own.
    Cluster,
}

impl Form {
    /// All six, from least to most isolated.
    pub const ALL: [Self; 6] = [
        Self::NamespaceShared,
        Self::NamespaceDedicated,
        Self::VclusterShared,
        Self::VclusterDedicated,
        Self::VclusterPrivate,
        Self::Cluster,
    ];

    /// From a tier and nodes; a cluster has no word for nodes, all of them are the tenant's.
    #[must_use]
    pub const fn new(tier: Tier, nodes: Option<Nodes>) -> Option<Self> {
        Some(match (tier, nodes) {
            (Tier::Namespace, Some(Nodes::Shared)) => Self::NamespaceShared,
            (Tier::Namespace, Some(Nodes::Dedicated)) => Self::NamespaceDedicated,
            (Tier::Vcluster, Some(Nodes::Shared)) => Self::VclusterShared,
            (Tier::Vcluster, Some(Nodes::Dedicated)) => Self::VclusterDedicated,
            (Tier::Vcluster, Some(Nodes::Private)) => Self::VclusterPrivate,
            (Tier::Cluster, None) => Self::Cluster,
            (Tier::Namespace, Some(Nodes::Private) | None) | (Tier::Vcluster, None) | (Tier::Cluster, Some(_)) => {
                return None;
            }
        })
    }

    /// The tier.
    #[must_use]
    pub const fn tier(self) -> Tier {
        match self {
            Self::NamespaceShared | Self::NamespaceDedicated => Tier::Namespace,
            Self::VclusterShared | Self::VclusterDedicated | Self::VclusterPrivate => Tier::Vcluster,
            Self::Cluster => Tier::Cluster,
        }
    }

    /// The nodes; none for a cluster of its own.
    #[must_use]
    pub const fn nodes(self) -> Option<Nodes> {
        match self {
            Self::NamespaceShared | Self::VclusterShared => Some(Nodes::Shared),
            Self::NamespaceDedicated | Self::VclusterDedicated => Some(Nodes::Dedicated),
            Self::VclusterPrivate => Some(Nodes::Private),
            Self::Cluster => None,
        }
    }

    /// How isolated its nodes are, as `isolation` in an inventory reads it.
    #[must_use]
    pub const fn isolation(self) -> Isolation {
        match self.nodes() {
            Some(Nodes::Shared) => Isolation::Shared,
            Some(Nodes::Dedicated) => Isolation::Dedicated,
            Some(Nodes::Private) => Isolation::Private,
            None => Isolation::Cluster,
        }
    }

    /// True for the three forms with a virtual control plane.
    #[must_use]
    pub const fn is_vcluster(self) -> bool {
        matches!(self.tier(), Tier::Vcluster)
    }
}

/// How much isolation a tenant or a regime asks at least: anything further right will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Isolation {
    /// Shared nodes.
    Shared,
    /// Nodes of its own.
    Dedicated,
    /// Nodes joined to its vcluster.
    Private,
    /// A cluster of its own.
    Cluster,
}

/// Whether a cluster hosts many units or one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tenancy {
    /// Namespaces and vclusters of many tenants.
    Shared,
    /// One unit, tier `cluster`.
    Dedicated,
}

words! {
    Tier { Namespace = "namespace", Vcluster = "vcluster", Cluster = "cluster" }
    Nodes { Shared = "shared", Dedicated = "dedicated", Private = "private" }
    Isolation { Shared = "shared", Dedicated = "dedicated", Private = "private", Cluster = "cluster" }
    Tenancy { Shared = "shared", Dedicated = "dedicated" }
    Form {
        NamespaceShared = "namespace/shared",
        NamespaceDedicated = "namespace/dedicated",
        VclusterShared = "vcluster/shared",
        VclusterDedicated = "vcluster/dedicated",
        VclusterPrivate = "vcluster/private",
        Cluster = "cluster"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_its_tier_and_nodes() {
        for form in Form::ALL {
            assert_eq!(Form::new(form.tier(), form.nodes()), Some(form));
            assert_eq!(Form::from_word(&form.to_string()), Some(form));
        }
    }

    #[test]
    fn a_namespace_has_no_private_nodes() {
        assert_eq!(Form::new(Tier::Namespace, Some(Nodes::Private)), None);
        assert_eq!(Form::new(Tier::Cluster, Some(Nodes::Dedicated)), None);
    }
}
