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
//! runbooks/offboarding.md                       how a tenant is removed, which nothing here does by itself
//! fleetplan.sha256                              every other file with its hash
//! clusters/<cluster>/manifests/cluster.yaml     for clusters opened from a class
//! policies/<cluster>/manifests/<policy>.yaml
//! tenants/<cluster>/<tenant>/manifests/*.yaml   and, for a vcluster, values.yaml beside it
//! ```
//!
//! and for Argo CD
//!
//! ```text
//! argocd/root.yaml                              the one file that a person applies
//! argocd/applicationsets/<shard>.yaml           and argocd/projects/<shard>.yaml, of one name
//! <any of the folders>/<kind>.fleetplan.yaml    the descriptor that an ApplicationSet reads
//! ```
//!
//! or for Flux
//!
//! ```text
//! flux/root.yaml                                the one file that a person applies
//! flux/fleet/<any of the folders>.yaml          the Kustomizations that deliver it
//! tenants/<cluster>/<tenant>/release.yaml       and kustomization.yaml, for a vcluster
//! ```

mod admission;
mod agree;
mod applicationset;
mod appproject;
mod cel;
mod cluster_api;
mod control_plane;
pub mod convert;
mod document;
mod epoch;
mod exceptions;
mod expand;
mod flux;
mod flux_release;
mod home;
mod kyverno;
mod kyverno_cel;
mod names;
mod namespace;
mod network;
mod policies;
mod quota;
mod rbac;
mod readme;
mod repository;
mod runbook;
mod shard;
mod template_check;
mod templates;
mod tree;
mod vcluster;
mod writer;
mod yaml;

use serde_json::{Value, json};

use crate::inventory::{Delivery, Inventory};
use crate::plan::Plan;
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::tier::Tier;

use document::Document;
use home::{Fleet, Home, Host};
use writer::Writer;

pub use expand::{expand, text as yaml_text};
pub use templates::Templates;
pub use tree::{MANIFEST, Subjects, Tree, hash, read_manifest};

/// Renders the tree of a plan.
///
/// # Errors
/// Every fault at once: names that the inventory lacks, namespaces that two homes would share, features that the chart or the licence
/// lacks, text that a controller would take for more than text, and templates that fail or change what is said.
pub fn generate(inventory: &Inventory, plan: &Plan, templates: &Templates) -> Result<Tree, Vec<Diagnostic>> {
    let mut faults = kyverno::check_registries(inventory);
    faults.extend(repository::check_gitops(inventory));
    let fleet = match home::resolve(inventory, plan) {
        Ok(fleet) => fleet,
        Err(more) => {
            faults.extend(more);
            return Err(faults);
        }
    };
    faults.extend(policies::check_engines(&fleet));
    let delivery = inventory.fleet.gitops.delivery;
    let mut writer = Writer::new(templates, delivery, faults);
    for home in &fleet.homes {
        write_home(&mut writer, inventory, home);
    }
    for host in &fleet.hosts {
        write_host(&mut writer, inventory, host, &fleet);
    }
    let shards = shard::shards(inventory, &fleet, |folder| writer.contents(folder));
    match delivery {
        Delivery::Argocd => write_argocd(&mut writer, inventory, &shards),
        Delivery::Flux => write_flux(&mut writer, inventory, &shards),
    }
    match readme::text(inventory, plan, &fleet, &shards, templates) {
        Ok(text) => {
            writer.files.insert("README.md".to_owned(), text);
        }
        Err(fault) => writer.faults.push(*fault),
    }
    match runbook::offboarding(inventory, &fleet, templates) {
        Ok(text) => {
            writer.files.insert(runbook::OFFBOARDING.to_owned(), text);
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
    for (name, documents) in policies::documents(inventory, host, &fleet.homes) {
        let path = format!("{}/manifests/{name}.yaml", shard::policies_folder(host));
        writer.write(&path, &documents, &about, &whose);
    }
    if let Some(cluster) = cluster_api::document(inventory, host, &fleet.homes) {
        writer.write(&format!("{}/manifests/cluster.yaml", shard::cluster_folder(host)), &[cluster], &about, &whose);
    }
}

fn write_argocd(writer: &mut Writer<'_>, inventory: &Inventory, shards: &[shard::Shard]) {
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

fn write_flux(writer: &mut Writer<'_>, inventory: &Inventory, shards: &[shard::Shard]) {
    let about = json!({ "fleet": inventory.fleet.name.as_str() });
    for shard in shards {
        for item in &shard.items {
            let (path, kustomizations) = flux::item(inventory, shard.kind, item);
            writer.write(&path, &kustomizations, &about, &item.whose);
            if shard.kind == shard::Kind::Vclusters {
                for (path, document) in flux_release::files(inventory, item) {
                    writer.write(&path, &[document], &about, &item.whose);
                }
            }
        }
    }
    if let Some((path, charts)) = flux::charts(inventory, shards) {
        writer.write(&path, &[charts], &about, "the chart's repository");
    }
    writer.write("flux/root.yaml", &flux::root(inventory), &about, "the root Kustomization");
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
