//! The tree's README: what it is, from which plan, in which order it is applied, and what cannot be taken back.
//!
//! In: inventory, plan, resolved fleet. Out: Markdown. Its data are lists and words; the template has the sentences.

use serde_json::{Value, json};

use super::cluster_api::own_nodes;
use super::document::{DEDICATED, PLATFORM};
use super::home::{Fleet, Home, Host, runtime_class};
use super::shard::{ROOT, Shard, home_folder};
use super::templates::Templates;
use crate::inventory::thresholds::PODS_PER_NAMESPACE;
use crate::inventory::{Delivery, Distro, Inventory, NetworkPolicies};
use crate::plan::{Action, Plan};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::tier::{Form, Tier};

/// The text of the README.
pub(super) fn text(
    inventory: &Inventory,
    plan: &Plan,
    fleet: &Fleet<'_>,
    shards: &[Shard],
    templates: &Templates,
) -> Result<String, Box<Diagnostic>> {
    let opened: Vec<&str> = fleet
        .hosts
        .iter()
        .filter(|host| host.planned.action == Action::Open)
        .map(|host| host.planned.name.as_str())
        .collect();
    let closed: Vec<&str> = plan
        .clusters
        .iter()
        .filter(|cluster| cluster.action == Action::Close)
        .map(|cluster| cluster.name.as_str())
        .collect();
    let data = json!({
        "fleet": plan.fleet.as_str(),
        "date": plan.date.to_string(),
        "inventory": plan.fingerprint,
        "plan": plan.fingerprint(),
        "objective": format!("{} {}", plan.proof.objective, plan.currency),
        "argocd": inventory.fleet.gitops.delivery == Delivery::Argocd,
        "flux": inventory.fleet.gitops.delivery == Delivery::Flux,
        "root": ROOT,
        "dedicated": DEDICATED,
        "platform": PLATFORM,
        "repository": inventory.fleet.gitops.repository,
        "path": inventory.fleet.gitops.path,
        "registry": inventory.policy.registries.first(),
        "cilium": fleet.hosts.iter().filter(|host| host.offer.network_policies == NetworkPolicies::Cilium).map(Host::name).collect::<Vec<_>>().join(", "),
        "homes": fleet.homes.iter().map(home).collect::<Vec<_>>(),
        "opened": opened,
        "closed": closed,
        "moves": plan.moves.iter().map(|step| json!({
            "tenant": step.tenant.as_str(),
            "from": step.from,
            "to": step.to,
        })).collect::<Vec<_>>(),
        "nodes": nodes(fleet),
        "runtimes": runtimes(fleet),
        "crowded": fleet.homes.iter().filter_map(crowded).collect::<Vec<_>>(),
        "pods_per_namespace": PODS_PER_NAMESPACE,
        "shards": shards.iter().map(|shard| json!({
            "name": shard.name, "wave": shard.kind.wave(), "items": shard.items.len(),
        })).collect::<Vec<_>>(),
        "large": large(shards),
        "doors": fleet.homes.iter().filter_map(|home| door(inventory, home)).collect::<Vec<_>>(),
    });
    templates.render("readme/README.md.hbs", &data, "the tree's README")
}

fn home(home: &Home<'_>) -> Value {
    json!({
        "tenant": home.name(),
        "team": home.tenant.team.as_str(),
        "site": home.placement.site.as_ref().map_or("", |site| site.as_str()),
        "form": home.form.to_string(),
        "cluster": home.host.name(),
        "rule": home.placement.rule,
        // Names stand in backticks on a terminal; a cell of a table reads better without.
        "reason": home.placement.reason.replace('`', ""),
        "folder": home_folder(home),
    })
}

/// Nodes that must carry a label and a taint before their tenant's pods can run.
fn nodes(fleet: &Fleet<'_>) -> Vec<Value> {
    let mut all = Vec::new();
    for home in fleet.homes.iter().filter(|home| home.has_dedicated_nodes()) {
        for planned in &home.host.planned.pools {
            let Some((_, pool)) = home.host.offer.pool(&planned.pool) else { continue };
            let nodes = own_nodes(home, pool);
            if nodes > 0 {
                all.push(json!({
                    "cluster": home.host.name(), "pool": pool.name.as_str(), "tenant": home.name(), "nodes": nodes,
                }));
            }
        }
    }
    all
}

/// RuntimeClasses that vclusters force on their pods, by cluster.
fn runtimes(fleet: &Fleet<'_>) -> Vec<Value> {
    let forced = fleet
        .homes
        .iter()
        .filter(|home| home.form.is_vcluster())
        .filter_map(|home| home.sandbox().map(|runtime| (home.host.name(), runtime_class(runtime))));
    let set: std::collections::BTreeSet<(&str, &str)> = forced.collect();
    set.into_iter().map(|(cluster, name)| json!({ "cluster": cluster, "name": name })).collect()
}

/// Applications that Argo CD lists in the status of one ApplicationSet (its notes on upgrading to 3.2).
const LISTED: usize = 5_000;

/// Shards with more things than Argo CD lists. They stay whole: a thing that changed its ApplicationSet would be refused by the new one.
fn large(shards: &[Shard]) -> Vec<Value> {
    let large = shards.iter().filter(|shard| shard.items.len() > LISTED);
    large.map(|shard| json!({ "name": shard.name, "items": shard.items.len(), "listed": LISTED })).collect()
}

/// A home with more pods in a namespace than Kubernetes is tested with.
fn crowded(home: &Home<'_>) -> Option<Value> {
    let pods = home.planned().resources.pods.div_ceil(home.namespaces.len() as u64);
    let is_crowded = pods > PODS_PER_NAMESPACE && home.form != Form::VclusterPrivate;
    is_crowded.then(|| json!({ "tenant": home.name(), "cluster": home.host.name(), "pods": pods }))
}

/// What of a home cannot be changed in place.
fn door(inventory: &Inventory, home: &Home<'_>) -> Option<Value> {
    let what = match (home.form.tier(), home.form) {
        (Tier::Vcluster, form) => {
            let policy = &inventory.vcluster;
            let is_legacy = policy.chart.is_legacy_vcluster();
            let store = match policy.distro {
                Distro::K3s => "the embedded database of k3s",
                Distro::K8s if home.tenant.high_availability || is_legacy => "a deployed etcd",
                Distro::K8s => "the embedded database",
            };
            let name = if is_legacy { format!("{} ", policy.chart_name()) } else { String::new() };
            let nodes = if form == Form::VclusterPrivate { "private nodes" } else { "nodes of its host" };
            format!("vcluster on {store} with {nodes}, chart {name}{}", policy.chart)
        }
        (Tier::Cluster, _) => {
            let class = home.host.planned.class.as_ref()?;
            format!("cluster of class {class} in region {}", home.host.planned.region)
        }
        (Tier::Namespace, _) => return None,
    };
    Some(json!({ "tenant": home.name(), "cluster": home.host.name(), "what": what }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::gitops::shard::{Item, Kind};
    use crate::gitops::writer::Contents;

    #[test]
    fn a_shard_is_large_from_the_first_application_on_that_argo_cd_does_not_list() {
        let item = || Item {
            cluster: String::new(),
            folder: String::new(),
            application: String::new(),
            opened: false,
            namespaces: BTreeSet::new(),
            contents: Contents::default(),
            descriptor: Value::Null,
            whose: String::new(),
            dedicated: false,
        };
        let shard = |name: &str, items: usize| Shard {
            kind: Kind::Namespaces,
            name: name.to_owned(),
            items: std::iter::repeat_with(item).take(items).collect(),
        };
        let found = large(&[shard("a", 5_000), shard("b", 5_001)]);
        assert_eq!(found, [json!({ "name": "b", "items": 5_001, "listed": 5_000 })]);
    }
}
