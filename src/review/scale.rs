//! Check `scale`: no unit takes more than its share of a shared cluster's CPU, memory or pods.

use super::Found;
use super::arithmetic::share_of;
use super::scene::{Home, Host, Scene};
use crate::vocab::resources::Resources;
use crate::vocab::tier::Form;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    let share = scene.inventory.policy.max_tenant_share;
    let caps: Vec<[(&'static str, u64); 3]> =
        scene.hosts.iter().map(|host| whole(host).map(|(what, all)| (what, share_of(all, share)))).collect();
    for home in scene.bound_by("scale").filter(|home| loads_a_shared_cluster(home)) {
        let Resources { cpu, memory, pods, gpu: _ } = home.total().resources;
        for ((what, most), asked) in caps[home.host].into_iter().zip([cpu, memory, pods]) {
            if asked > most {
                let message = format!(
                    "{} plans for {asked} {what}; {share} of cluster `{}` is {most}",
                    home.words(),
                    scene.host(home).name()
                );
                found.finding("scale", message, Some(home.tenant.at.of("demand")));
            }
        }
    }
}

/// What a cluster has of each: all pools at their most nodes, and its limit of pods.
fn whole(host: &Host<'_>) -> [(&'static str, u64); 3] {
    let most = |amount: fn(&Resources) -> u64| {
        let pools = host.offer.pools.iter().zip(&host.nodes);
        pools.fold(0_u64, |sum, (pool, node)| sum.saturating_add(amount(&node.raw).saturating_mul(pool.max)))
    };
    [("millicores", most(|raw| raw.cpu)), ("MiB", most(|raw| raw.memory)), ("pods", host.offer.limits.pods)]
}

fn loads_a_shared_cluster(home: &Home<'_>) -> bool {
    match home.form {
        Form::NamespaceShared | Form::NamespaceDedicated | Form::VclusterShared | Form::VclusterDedicated => true,
        Form::VclusterPrivate | Form::Cluster => false,
    }
}
