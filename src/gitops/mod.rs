//! The files that carry a plan out: guardrails, policies, vclusters, clusters, and what delivers them.
//!
//! An [`Inventory`] and a [`Plan`] flow in, a [`Tree`] of text flows out. Each generator says in one file what its documents say, as typed
//! JSON; a template lays each out; what the template rendered is read back, compared with what was said, and written again by one
//! YAML writer. Nothing here touches the disk, and nothing decides: every name and number is the plan's.
//!
//! Layout, below the folder that the inventory's `gitops.path` names:
//!
//! ```text
//! README.md                                     what it is, the order to apply, one-way doors
//! fleetplan.sha256                              every other file with its hash
//! argocd/root.yaml                              the one file that a person applies
//! argocd/applicationsets/<shard>.yaml           and argocd/projects/<shard>.yaml, of one name
//! clusters/<cluster>/clusters.fleetplan.yaml    and manifests/cluster.yaml, for clusters opened from a class
//! policies/<cluster>/policies.fleetplan.yaml    and manifests/<policy>.yaml
//! tenants/<cluster>/<tenant>/<kind>.fleetplan.yaml, manifests/*.yaml and, for a vcluster, values.yaml
//! ```

mod agree;
mod applicationset;
mod appproject;
mod cluster_api;
mod control_plane;
pub mod convert;
mod document;
mod epoch;
mod home;
mod kyverno;
mod names;
mod namespace;
mod network;
mod quota;
mod rbac;
mod readme;
mod shard;
mod template_check;
mod templates;
mod tree;
mod vcluster;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::inventory::{Delivery, Inventory};
use crate::plan::Plan;
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::tier::Tier;

use document::Document;
use home::{Fleet, Home, Host};

pub use templates::Templates;
pub use tree::{MANIFEST, Subjects, Tree, hash, read_manifest};

/// Renders the tree of a plan.
///
/// # Errors
/// Every fault at once: names that the inventory lacks, namespaces that two homes would share, features that the chart or the licence
/// lacks, text that a controller would take for more than text, and templates that fail or change what is said.
pub fn generate(inventory: &Inventory, plan: &Plan, templates: &Templates) -> Result<Tree, Vec<Diagnostic>> {
    let mut faults = kyverno::check_registries(inventory);
    faults.extend(match inventory.fleet.gitops.delivery {
        Delivery::Argocd => applicationset::check_gitops(inventory),
    });
    let fleet = match home::resolve(inventory, plan) {
        Ok(fleet) => fleet,
        Err(more) => {
            faults.extend(more);
            return Err(faults);
        }
    };
    let shards = shard::shards(inventory, &fleet);
    let mut writer = Writer { templates, files: BTreeMap::new(), faults, seen: BTreeSet::new() };
    for home in &fleet.homes {
        write_home(&mut writer, inventory, home);
    }
    for host in &fleet.hosts {
        write_host(&mut writer, inventory, host, &fleet);
    }
    write_delivery(&mut writer, inventory, &shards);
    match readme::text(inventory, plan, &fleet, &shards, templates) {
        Ok(text) => {
            writer.files.insert("README.md".to_owned(), text);
        }
        Err(fault) => writer.faults.push(*fault),
    }
    if writer.faults.is_empty() { Ok(Tree::new(writer.files)) } else { Err(writer.faults) }
}

fn write_home(writer: &mut Writer<'_>, inventory: &Inventory, home: &Home<'_>) {
    let folder = shard::home_folder(home);
    let (about, whose) = (about_home(home), format!("tenant `{}`", home.name()));
    let mut files = vec![
        ("manifests/namespace.yaml", namespace::documents(home)),
        ("manifests/network.yaml", network::documents(home)),
    ];
    match home.form.tier() {
        Tier::Namespace | Tier::Cluster => {
            files.push(("manifests/quota.yaml", quota::documents(home)));
            files.push(("manifests/rbac.yaml", rbac::documents(home)));
        }
        Tier::Vcluster => match vcluster::values(inventory, home) {
            Ok(values) => files.push(("values.yaml", vec![values])),
            Err(faults) => faults.into_iter().for_each(|fault| writer.fault(fault)),
        },
    }
    for (name, documents) in files {
        writer.write(&format!("{folder}/{name}"), &documents, &about, &whose);
    }
}

fn write_host(writer: &mut Writer<'_>, inventory: &Inventory, host: &Host<'_>, fleet: &Fleet<'_>) {
    let (about, whose) = (json!({ "cluster": about_host(host) }), format!("cluster `{}`", host.name()));
    for (name, policy) in kyverno::documents(inventory, host) {
        let path = format!("{}/manifests/{name}.yaml", shard::policies_folder(host));
        writer.write(&path, &[policy], &about, &whose);
    }
    if let Some(cluster) = cluster_api::document(host, &fleet.homes) {
        writer.write(&format!("{}/manifests/cluster.yaml", shard::cluster_folder(host)), &[cluster], &about, &whose);
    }
}

fn write_delivery(writer: &mut Writer<'_>, inventory: &Inventory, shards: &[shard::Shard]) {
    let about = json!({ "fleet": inventory.fleet.name.as_str() });
    for shard in shards {
        let whose = format!("`{}`", shard.name);
        for item in &shard.items {
            let path = format!("{}/{}", item.folder, shard.kind.descriptor());
            let descriptor = Document::new("placement/placement.yaml.hbs", item.descriptor.clone());
            writer.write(&path, &[descriptor], &about, &item.whose);
        }
        let set = applicationset::document(inventory, shard);
        writer.write(&format!("argocd/applicationsets/{}.yaml", shard.name), &[set], &about, &whose);
        let project = appproject::document(inventory, shard);
        writer.write(&format!("argocd/projects/{}.yaml", shard.name), &[project], &about, &whose);
    }
    let root = [appproject::root(inventory), applicationset::root(inventory)];
    writer.write("argocd/root.yaml", &root, &about, "the root Application");
}

/// What a template may know of a home beside its document.
fn about_home(home: &Home<'_>) -> Value {
    json!({
        "cluster": about_host(&home.host),
        "tenant": {
            "name": home.name(),
            "team": home.tenant.team.as_str(),
            "environment": home.tenant.environment.as_str(),
            "regulation": home.tenant.regulation.iter().map(|regime| regime.as_str()).collect::<Vec<_>>(),
            "importance": home.tenant.importance,
        },
        "placement": {
            "form": home.form.to_string(),
            "tier": home.form.tier().to_string(),
            "site": home.placement.site.as_ref().map_or("", |site| site.as_str()),
            "rule": home.placement.rule,
        },
    })
}

fn about_host(host: &Host<'_>) -> Value {
    json!({
        "name": host.name(),
        "region": host.planned.region.as_str(),
        "residency": host.offer.residency.as_str(),
        "kubernetes": host.minor().to_string(),
        "provider": host.offer.provider,
    })
}

/// Files as they come to be, and what went wrong with them.
struct Writer<'a> {
    templates: &'a Templates,
    files: BTreeMap<String, String>,
    faults: Vec<Diagnostic>,
    /// Template and fault code that were reported: one fault of a template shows with its first tenant, not with every one.
    seen: BTreeSet<(&'static str, &'static str)>,
}

impl Writer<'_> {
    fn write(&mut self, path: &str, documents: &[Document], about: &Value, whose: &str) {
        let mut laid_out = Vec::with_capacity(documents.len());
        for document in documents {
            match self.templates.lay_out(document, about, whose) {
                Ok(value) => laid_out.push(value),
                Err(fault) => {
                    if self.seen.insert((document.template, fault.code)) {
                        self.faults.push(*fault);
                    }
                }
            }
        }
        self.files.insert(path.to_owned(), yaml::write(&laid_out));
    }

    fn fault(&mut self, fault: Diagnostic) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }
}
