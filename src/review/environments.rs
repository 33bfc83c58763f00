//! Check `environments`: where they are kept apart, a shared cluster holds production tenants or others, not both.

use super::Found;
use super::scene::Scene;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    let policy = &scene.inventory.policy;
    if !policy.separate_environments {
        return;
    }
    for host in scene.shared_hosts() {
        let first =
            |production| scene.residents(host).find(|home| home.tenant.environment.is_production() == production);
        if let (Some(production), Some(other)) = (first(true), first(false)) {
            let message = format!(
                "cluster `{}` holds {} of production and {} of `{}`",
                host.name(),
                production.words(),
                other.words(),
                other.tenant.environment
            );
            found.finding("environments", message, Some(policy.at.of("separate_environments")));
        }
    }
}
