//! Check `scale`: no unit takes more than its share of a shared cluster's CPU, memory or pods.

use super::Found;
use super::ground::Ground;
use super::scene::Scene;
use crate::vocab::resources::Resources;
use crate::vocab::tier::Form;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    let share = scene.inventory.policy.max_tenant_share;
    for home in scene.bound_by("scale") {
        let host = scene.host(home);
        let asked = home.total().resources;
        if allows(&host.ground, home.form, &asked) {
            continue;
        }
        let what = ["millicores", "MiB", "pods"];
        for ((what, most), asked) in what.into_iter().zip(host.ground.tenant_share).zip(counted(&asked)) {
            if asked > most {
                let message = format!(
                    "{} plans for {asked} {what}; {share} of cluster `{}` is {most}",
                    home.words(),
                    host.name()
                );
                found.finding("scale", message, Some(home.tenant.at.of("demand")));
            }
        }
    }
}

/// True where a unit that asks for so much dominates nobody.
pub fn allows(ground: &Ground<'_>, form: Form, asked: &Resources) -> bool {
    !loads_a_shared_cluster(form)
        || counted(asked).into_iter().zip(ground.tenant_share).all(|(asked, most)| asked <= most)
}

const fn counted(asked: &Resources) -> [u64; 3] {
    let Resources { cpu, memory, pods, gpu: _ } = *asked;
    [cpu, memory, pods]
}

const fn loads_a_shared_cluster(form: Form) -> bool {
    match form {
        Form::NamespaceShared | Form::NamespaceDedicated | Form::VclusterShared | Form::VclusterDedicated => true,
        Form::VclusterPrivate | Form::Cluster => false,
    }
}
