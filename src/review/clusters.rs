//! What becomes of each cluster: kept, closed or opened, and that it is what the inventory, its class or the earlier plan says.

use std::collections::{HashMap, HashSet};

use super::Found;
use super::scene::{Host, Scene};
use crate::inventory::{Class, Cluster};
use crate::plan::{Action, PlannedCluster};
use crate::vocab::name::ClusterName;
use crate::vocab::version::Minor;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    let copies = copies(scene);
    for host in &scene.hosts {
        let name = host.name();
        if let Some(cluster) = scene.inventory.cluster(name) {
            existing(cluster, host, found);
        } else if let Some(before) = copies.get(name) {
            kept_copy(before, host, found);
        } else if let Some(class) = host.planned.class.as_ref().and_then(|class| scene.inventory.class(class)) {
            copy(scene, class, host, found);
        }
        emptiness(host, scene.inventory.cluster(name).is_none(), found);
    }
    complete(scene, &copies, found);
}

/// Clusters that the earlier plan left open as copies of a class that is still there. One that the inventory now has is none.
pub fn copies<'a>(scene: &Scene<'a>) -> HashMap<&'a ClusterName, &'a PlannedCluster> {
    let before = scene.from.map_or(&[][..], |from| &from.clusters);
    before
        .iter()
        .filter(|cluster| {
            cluster.action != Action::Close
                && cluster.class.as_ref().is_some_and(|class| scene.inventory.class(class).is_some())
                && scene.inventory.cluster(&cluster.name).is_none()
        })
        .map(|cluster| (&cluster.name, cluster))
        .collect()
}

fn existing(cluster: &Cluster, host: &Host<'_>, found: &mut Found) {
    let PlannedCluster { name, class, kubernetes, region, tenancy, action, pools: _, monthly: _ } = host.planned;
    let at = &cluster.at;
    if let Some(class) = class {
        let message = format!("cluster `{name}` of the inventory is planned as a copy of class `{class}`");
        found.finding("cluster-facts", message, Some(at.header()));
    }
    let facts = [
        ("kubernetes", kubernetes.to_string(), cluster.kubernetes.to_string()),
        ("region", region.to_string(), cluster.region.to_string()),
        ("tenancy", tenancy.to_string(), cluster.tenancy.to_string()),
    ];
    for (key, claimed, is) in facts {
        if claimed != is {
            let message = format!("cluster `{name}` has {key} `{is}`; the plan says `{claimed}`");
            found.finding("cluster-facts", message, Some(at.of(key)));
        }
    }
    match action {
        Action::Keep => {}
        Action::Close if cluster.may_close => {}
        Action::Close => {
            let message = format!("cluster `{name}` is closed, and its `may_close` is false");
            found.finding("cluster-action", message, Some(at.of("may_close")));
        }
        Action::Open => {
            found.finding("cluster-action", format!("cluster `{name}` is opened, and it exists"), Some(at.header()));
        }
    }
}

fn kept_copy(before: &PlannedCluster, host: &Host<'_>, found: &mut Found) {
    let PlannedCluster { name, class, kubernetes, region, tenancy, action, pools: _, monthly: _ } = host.planned;
    if (class, kubernetes, region, tenancy) != (&before.class, &before.kubernetes, &before.region, &before.tenancy) {
        let message = format!(
            "cluster `{name}` is not of the class, minor, region and tenancy that the earlier plan opened it with"
        );
        found.finding("cluster-facts", message, None);
    }
    match action {
        Action::Keep | Action::Close => {}
        Action::Open => {
            found.finding("cluster-action", format!("cluster `{name}` is opened, and an earlier plan opened it"), None);
        }
    }
}

fn copy(scene: &Scene<'_>, class: &Class, host: &Host<'_>, found: &mut Found) {
    let PlannedCluster { name, class: _, kubernetes, region, tenancy, action, pools: _, monthly: _ } = host.planned;
    match action {
        Action::Open => {}
        // Whether it was there before is what the plan that was not given knows.
        Action::Keep | Action::Close if scene.is_blind() => return,
        Action::Keep | Action::Close => {
            let message =
                format!("cluster `{name}` would be the plan's to {}, and it does not exist yet", action.word());
            found.finding("cluster-action", message, None);
        }
    }
    let number = name.as_str().strip_prefix(class.name.as_str()).and_then(|rest| rest.strip_prefix('-'));
    let numbered = number.is_some_and(|number| {
        !number.is_empty() && !number.starts_with('0') && number.bytes().all(|digit| digit.is_ascii_digit())
    });
    if !numbered {
        let message = format!("cluster `{name}` is a copy of class `{0}` and is not called `{0}-<number>`", class.name);
        found.finding("class-copy", message, Some(class.at.header()));
    }
    if !class.kubernetes.contains(kubernetes) {
        let listed: Vec<String> = class.kubernetes.iter().map(Minor::to_string).collect();
        let message =
            format!("cluster `{name}` runs {kubernetes}; class `{}` offers {}", class.name, listed.join(", "));
        found.finding("class-copy", message, Some(class.at.of("kubernetes")));
    }
    if class.regions.first() != Some(region) {
        let message =
            format!("cluster `{name}` is in `{region}`, which is not the first region of class `{}`", class.name);
        found.finding("class-copy", message, Some(class.at.of("regions")));
    }
    if !class.tenancy.contains(tenancy) {
        let message = format!("cluster `{name}` is {tenancy}; class `{}` does not offer that tenancy", class.name);
        found.finding("class-copy", message, Some(class.at.of("tenancy")));
    }
}

fn emptiness(host: &Host<'_>, is_copy: bool, found: &mut Found) {
    let (name, residents) = (host.name(), host.residents.len());
    match host.planned.action {
        Action::Close if residents > 0 => {
            found.finding("cluster-action", format!("cluster `{name}` is closed and hosts {residents} units"), None);
        }
        Action::Open if residents == 0 => {
            found.finding("cluster-action", format!("cluster `{name}` is opened and hosts nobody"), None);
        }
        // A copy that hosts nobody closes; a cluster of the inventory may be kept for what comes.
        Action::Keep if residents == 0 && is_copy => {
            found.finding(
                "cluster-action",
                format!("cluster `{name}` is a copy of a class, kept, and hosts nobody"),
                None,
            );
        }
        Action::Open | Action::Keep | Action::Close => {}
    }
}

/// Every cluster that exists is in the plan.
fn complete(scene: &Scene<'_>, copies: &HashMap<&ClusterName, &PlannedCluster>, found: &mut Found) {
    let planned: HashSet<&ClusterName> = scene.plan.clusters.iter().map(|cluster| &cluster.name).collect();
    for cluster in scene.inventory.clusters.iter().filter(|cluster| !planned.contains(&cluster.name)) {
        let message = format!("the plan does not say what becomes of cluster `{}`", cluster.name);
        found.finding("clusters", message, Some(cluster.at.header()));
    }
    let mut forgotten: Vec<_> = copies.keys().filter(|name| !planned.contains(*name)).collect();
    forgotten.sort();
    for name in forgotten {
        let message = format!("the plan does not say what becomes of cluster `{name}`, which an earlier plan opened");
        found.finding("clusters", message, None);
    }
}
