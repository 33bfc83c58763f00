//! Who and what is meant: every name of the plan resolved, every unit placed once, every form possible.

use std::collections::{HashMap, HashSet};

use super::Found;
use super::ground::Ground;
use super::growth::Planned;
use super::scene::{Home, Host, Scene, Units, words};
use crate::inventory::{Inventory, Offer, Places, Tenant};
use crate::plan::{Placement, Plan, PlannedCluster};
use crate::vocab::name::{ClassName, ClusterName, TenantName};
use crate::vocab::tier::Form;

/// Resolves `plan`. What cannot be resolved is a finding and left out of the scene.
pub fn resolve<'a>(
    inventory: &'a Inventory,
    plan: &'a Plan,
    from: Option<&'a Plan>,
    planned: &'a Planned,
    found: &mut Found,
) -> Scene<'a> {
    let units = Units::of(inventory);
    let hosts = hosts(inventory, plan, found);
    let names: HashMap<&ClusterName, usize> =
        hosts.iter().enumerate().map(|(index, host)| (&host.planned.name, index)).collect();
    let mut scene = Scene {
        inventory,
        plan,
        from,
        hosts,
        homes: Vec::with_capacity(plan.placements.len()),
        home_of: vec![None; units.count()],
        today: today(&units, from),
        lifted: lifted(inventory),
        units,
    };
    let mut placed = vec![false; scene.units.count()];
    let mut last = 0;
    for placement in &plan.placements {
        let (name, site) = (&placement.tenant, placement.site.as_ref());
        let Some(index) = scene.units.tenant(name, &mut last) else {
            found.finding("unknown-tenant", format!("the inventory has no {}", words(name, None)), None);
            continue;
        };
        let tenant = &inventory.tenants[index];
        let unit = scene.units.number(index, site);
        match unit {
            Some(unit) if std::mem::replace(&mut placed[unit], true) => {
                found.finding("placed-once", format!("{} is placed twice", words(name, site)), None);
                continue;
            }
            Some(_) => {}
            None => {
                let message = format!("{} is no unit: {}", words(name, site), sites(tenant));
                found.finding("unknown-site", message, Some(tenant.at.of("sites")));
            }
        }
        let host = names.get(&placement.cluster).copied();
        if host.is_none() {
            let message =
                format!("{} lives in `{}`, which is no cluster of the plan", words(name, site), placement.cluster);
            found.finding("unknown-cluster", message, None);
        }
        let form = form(placement, found);
        let pools = host.and_then(|host| pools(placement, tenant, scene.hosts[host].ground.offer, found));
        if let (Some(unit), Some(host), Some(form), Some(pools)) = (unit, host, form, pools) {
            let home = scene.homes.len();
            scene.hosts[host].residents.push(home);
            scene.home_of[unit] = Some(home);
            let planned = planned.of_tenant(index);
            scene.homes.push(Home { placement, tenant, tenant_index: index, unit, form, host, pools, planned });
        }
    }
    unplaced(&scene, &placed, found);
    order(plan, found);
    scene
}

fn hosts<'a>(inventory: &'a Inventory, plan: &'a Plan, found: &mut Found) -> Vec<Host<'a>> {
    let classes: HashMap<&ClassName, (&Offer, &Places)> =
        inventory.classes.iter().map(|class| (&class.name, (&class.offer, &class.at))).collect();
    let mut seen: HashSet<&ClusterName> = HashSet::new();
    let mut hosts = Vec::with_capacity(plan.clusters.len());
    for planned in &plan.clusters {
        if !seen.insert(&planned.name) {
            found.finding("clusters", format!("cluster `{}` stands in the plan twice", planned.name), None);
            continue;
        }
        match made_of(inventory, &classes, planned) {
            Ok((offer, at)) => {
                let ground = Ground::of(inventory, offer, planned.kubernetes);
                hosts.push(Host { planned, ground, at, residents: Vec::new() });
            }
            Err(message) => found.finding("unknown-class", message, None),
        }
    }
    hosts
}

/// What a planned cluster offers: a cluster of the inventory its own, a copy what its class says.
fn made_of<'a>(
    inventory: &'a Inventory,
    classes: &HashMap<&ClassName, (&'a Offer, &'a Places)>,
    planned: &PlannedCluster,
) -> Result<(&'a Offer, &'a Places), String> {
    if let Some(cluster) = inventory.cluster(&planned.name) {
        return Ok((&cluster.offer, &cluster.at));
    }
    match &planned.class {
        Some(class) => classes.get(class).copied().ok_or_else(|| {
            format!("cluster `{}` is a copy of class `{class}`, which the inventory lacks", planned.name)
        }),
        None => Err(format!("the inventory has no cluster `{}`, and the plan names no class for it", planned.name)),
    }
}

/// Where units live today. Who is no unit any more lives nowhere.
fn today<'a>(units: &Units<'_>, from: Option<&'a Plan>) -> Vec<Option<&'a Placement>> {
    let mut today = vec![None; units.count()];
    let mut last = 0;
    for home in from.map_or(&[][..], |from| &from.placements) {
        let tenant = units.tenant(&home.tenant, &mut last);
        if let Some(unit) = tenant.and_then(|tenant| units.number(tenant, home.site.as_ref())) {
            today[unit] = Some(home);
        }
    }
    today
}

fn lifted(inventory: &Inventory) -> HashMap<usize, Vec<&str>> {
    let mut lifted: HashMap<usize, Vec<&str>> = HashMap::new();
    for exception in inventory.exceptions.iter().filter(|exception| inventory.fleet.date <= exception.until) {
        if let Some((tenant, _)) = inventory.tenant(&exception.tenant) {
            lifted.entry(tenant).or_default().push(&exception.rule);
        }
    }
    lifted
}

fn form(placement: &Placement, found: &mut Found) -> Option<Form> {
    let whose = || words(&placement.tenant, placement.site.as_ref());
    let form = Form::new(placement.tier, placement.nodes);
    if form.is_none() {
        let nodes = placement.nodes.map_or("none".to_owned(), |nodes| format!("`{nodes}`"));
        found.finding(
            "form",
            format!("{}: tier `{}` and nodes {nodes} do not go together", whose(), placement.tier),
            None,
        );
    }
    let is_vcluster = form.is_some_and(Form::is_vcluster);
    if form.is_some() && placement.kubernetes.is_some() != is_vcluster {
        let message =
            if is_vcluster { "is a vcluster without a minor" } else { "has a minor of its own and no vcluster" };
        found.finding("form", format!("{} {message}", whose()), None);
        return None;
    }
    form
}

fn pools(placement: &Placement, tenant: &Tenant, offer: &Offer, found: &mut Found) -> Option<Vec<usize>> {
    let whose = || words(&placement.tenant, placement.site.as_ref());
    let listed = placement.pools.iter().map(|placed| &placed.workload);
    if !listed.eq(tenant.workloads.iter().map(|workload| &workload.name)) {
        let named: Vec<_> = tenant.workloads.iter().map(|workload| format!("`{}`", workload.name)).collect();
        let message =
            format!("{} does not list a pool for each of its workloads, in order: {}", whose(), named.join(", "));
        found.finding("workloads", message, Some(tenant.at.header()));
        return None;
    }
    let mut pools = Vec::with_capacity(placement.pools.len());
    for placed in &placement.pools {
        let index = offer.pools.iter().position(|pool| pool.name == placed.pool);
        if index.is_none() {
            let message = format!(
                "workload `{}` of {} is on pool `{}`, which cluster `{}` lacks",
                placed.workload,
                whose(),
                placed.pool,
                placement.cluster
            );
            found.finding("unknown-pool", message, None);
        }
        pools.extend(index);
    }
    (pools.len() == placement.pools.len()).then_some(pools)
}

/// Every unit has a home, but for those of tenants that are left out as a whole.
fn unplaced(scene: &Scene<'_>, placed: &[bool], found: &mut Found) {
    let Scene { inventory, plan, units, .. } = scene;
    let left_out: HashSet<&TenantName> = plan.unplaced.iter().collect();
    for name in plan.unplaced.iter().filter(|name| inventory.tenant(name).is_none()) {
        found.finding("unplaced", format!("the plan leaves out tenant `{name}`, which the inventory lacks"), None);
    }
    for (index, tenant) in inventory.tenants.iter().enumerate() {
        let left_out = left_out.contains(&tenant.name);
        for (place, unit) in units.of_tenant(index).enumerate() {
            let whose = || words(&tenant.name, tenant.sites.get(place));
            let span = Some(tenant.at.header());
            match (placed[unit], left_out) {
                (true, false) | (false, true) => {}
                (false, false) => found.finding("placed-once", format!("{} has no home", whose()), span),
                (true, true) => found.finding("unplaced", format!("{} is left out and has a home", whose()), span),
            }
        }
    }
}

/// Lists are sorted, so that equal plans are equal bytes.
fn order(plan: &Plan, found: &mut Found) {
    let sorted = [
        ("placements", plan.placements.is_sorted_by_key(|home| (&home.tenant, &home.site))),
        ("clusters", plan.clusters.is_sorted_by_key(|cluster| &cluster.name)),
        ("moves", plan.moves.is_sorted_by_key(|moved| (&moved.tenant, &moved.site))),
        ("tenants left out", plan.unplaced.is_sorted_by(|a, b| a < b)),
    ];
    for (what, sorted) in sorted {
        if !sorted {
            found.finding("order", format!("the plan's {what} are not sorted, or stand there twice"), None);
        }
    }
}

fn sites(tenant: &Tenant) -> String {
    if tenant.sites.is_empty() {
        return format!("tenant `{}` names no sites", tenant.name);
    }
    let sites: Vec<_> = tenant.sites.iter().map(|site| format!("`{site}`")).collect();
    format!("the sites of tenant `{}` are {}", tenant.name, sites.join(", "))
}
