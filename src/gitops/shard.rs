//! What Argo CD is told of at a time: one kind of thing in one region.
//!
//! In: the resolved fleet. Out: [`Shard`]s, each an ApplicationSet with an AppProject of the same name, and the descriptor files that the
//! ApplicationSet reads. A thing's shard depends on nothing but its own kind and region: an Application that changed its
//! ApplicationSet would be owned by the old one and refused by the new one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::cluster_api;
use super::home::{Fleet, Home, Host};
use super::names;
use super::writer::Contents;
use crate::inventory::Inventory;
use crate::vocab::tier::Tier;

/// The namespace that Argo CD runs in.
pub(super) const ARGOCD: &str = "argocd";
/// The cluster that Argo CD runs in, under the address that it has there.
pub(super) const IN_CLUSTER: &str = "https://kubernetes.default.svc";
/// The name of the root Application and of its project.
pub(super) const ROOT: &str = "fleetplan";

/// A kind of thing that is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Clusters opened from a class, as Cluster API objects in the management cluster.
    Clusters,
    /// Tenants that live as namespaces of a shared cluster.
    Namespaces,
    /// Namespaces of tenants in clusters of their own.
    OwnClusters,
    /// The fleet's policies in every cluster.
    Policies,
    /// Tenants that live in vclusters.
    Vclusters,
}

impl Kind {
    /// The kind of a home.
    pub const fn of(home: &Home<'_>) -> Self {
        match home.form.tier() {
            Tier::Namespace => Self::Namespaces,
            Tier::Vcluster => Self::Vclusters,
            Tier::Cluster => Self::OwnClusters,
        }
    }

    /// Its word, the beginning of names.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Clusters => "clusters",
            Self::Namespaces => "namespaces",
            Self::OwnClusters => "own-clusters",
            Self::Policies => "policies",
            Self::Vclusters => "vclusters",
        }
    }

    /// Its wave: a cluster is there before its policies, and they are before its tenants. A kind has one wave, so that nothing ever
    /// changes its wave and with it its shard.
    pub const fn wave(self) -> &'static str {
        match self {
            Self::Clusters => "0",
            Self::Policies => "1",
            Self::Namespaces | Self::OwnClusters | Self::Vclusters => "2",
        }
    }

    /// The name of its descriptor files. No other file of the tree has it, because Argo CD's `*` also matches `/`.
    pub fn descriptor(self) -> String {
        format!("{}.fleetplan.yaml", self.word())
    }
}

/// One thing that is delivered: an Application to be.
#[derive(Debug)]
pub(super) struct Item {
    /// The cluster it is delivered to, by name.
    pub cluster: String,
    /// The folder of its descriptor, in the tree.
    pub folder: String,
    /// The name of the object that delivers it.
    pub application: String,
    /// Whether its cluster is opened from a class.
    pub opened: bool,
    /// Its namespaces: those that its manifests and, for a vcluster, its chart go to.
    pub namespaces: BTreeSet<String>,
    /// The kinds of its manifests.
    pub contents: Contents,
    /// What its descriptor says: flat, all strings.
    pub descriptor: Value,
    /// Whose it is, for messages.
    pub whose: String,
    /// Whether its nodes are one tenant's own in a shared host.
    pub dedicated: bool,
}

/// All things of one kind in one region.
#[derive(Debug)]
pub(super) struct Shard {
    /// What they are.
    pub kind: Kind,
    /// Its name: that of its ApplicationSet and of its AppProject.
    pub name: String,
    /// The things, by folder. Never empty.
    pub items: Vec<Item>,
}

/// The folder of a home: its cluster and its tenant, of whom a cluster holds at most one unit.
pub(super) fn home_folder(home: &Home<'_>) -> String {
    format!("tenants/{}/{}", home.host.name(), home.name())
}

/// The folder of a cluster's policies.
pub(super) fn policies_folder(host: &Host<'_>) -> String {
    format!("policies/{}", host.name())
}

/// The folder of a cluster that is opened from a class.
pub(super) fn cluster_folder(host: &Host<'_>) -> String {
    format!("clusters/{}", host.name())
}

/// Every shard, by name. `contents` knows what the manifests of a folder are.
pub(super) fn shards(inventory: &Inventory, fleet: &Fleet<'_>, contents: impl Fn(&str) -> Contents) -> Vec<Shard> {
    let mut by_name: BTreeMap<(Kind, String), Vec<Item>> = BTreeMap::new();
    let mut add = |kind: Kind, host: &Host<'_>, mut item: Item| {
        item.contents = contents(&item.folder);
        item.namespaces.extend(item.contents.namespaces.iter().cloned());
        by_name.entry((kind, host.planned.region.as_str().to_owned())).or_default().push(item);
    };
    for home in &fleet.homes {
        add(Kind::of(home), &home.host, home_item(inventory, home));
    }
    for host in &fleet.hosts {
        add(Kind::Policies, host, host_item(Kind::Policies, host, policies_folder(host), "kyverno"));
        if host.planned.class.is_some() {
            add(Kind::Clusters, host, host_item(Kind::Clusters, host, cluster_folder(host), cluster_api::NAMESPACE));
        }
    }
    by_name
        .into_iter()
        .map(|((kind, region), mut items)| {
            items.sort_by(|a, b| a.folder.cmp(&b.folder));
            let name = names::shorten(&format!("{}-{region}", kind.word()), names::LONGEST_RELEASE);
            Shard { kind, name, items }
        })
        .collect()
}

fn home_item(inventory: &Inventory, home: &Home<'_>) -> Item {
    let kind = Kind::of(home);
    let application = names::application(&[kind.word(), home.name(), home.host.name()]);
    let mut descriptor = json!({
        "application": application,
        "cluster": home.host.name(),
        "environment": home.tenant.environment.as_str(),
        "namespace": home.namespace(),
        "nodes": home.form.nodes().map_or("own".to_owned(), |nodes| nodes.to_string()),
        "team": home.tenant.team.as_str(),
        "tenant": home.name(),
        "tier": home.form.tier().to_string(),
        "wave": kind.wave(),
    });
    if kind == Kind::Vclusters {
        descriptor["chartVersion"] = Value::from(inventory.vcluster.chart.to_string());
        descriptor["release"] = Value::from(names::release(home.name()));
    }
    Item {
        cluster: home.host.name().to_owned(),
        folder: home_folder(home),
        application,
        opened: home.host.planned.class.is_some(),
        namespaces: home.namespaces.iter().cloned().collect(),
        contents: Contents::default(),
        descriptor,
        whose: format!("tenant `{}`", home.name()),
        dedicated: home.has_dedicated_nodes(),
    }
}

fn host_item(kind: Kind, host: &Host<'_>, folder: String, namespace: &str) -> Item {
    let application = names::application(&[kind.word(), host.name()]);
    Item {
        cluster: host.name().to_owned(),
        folder,
        opened: host.planned.class.is_some(),
        namespaces: BTreeSet::from([namespace.to_owned()]),
        contents: Contents::default(),
        descriptor: json!({
            "application": application,
            "cluster": host.name(),
            "kubernetes": host.minor().to_string(),
            "namespace": namespace,
            "wave": kind.wave(),
        }),
        application,
        whose: format!("cluster `{}`", host.name()),
        dedicated: false,
    }
}
