//! Check `tenancy`: tier `cluster` is one unit alone in a dedicated cluster; everything else lives in shared ones.

use super::Found;
use super::scene::Scene;
use crate::vocab::tier::{Tenancy, Tier};

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    for home in &scene.homes {
        let host = scene.host(home);
        let fits = match host.planned.tenancy {
            Tenancy::Dedicated => home.form.tier() == Tier::Cluster,
            Tenancy::Shared => home.form.tier() != Tier::Cluster,
        };
        if !fits {
            let message = format!(
                "{} has tier `{}` in cluster `{}`, which is {}",
                home.words(),
                home.form.tier(),
                host.name(),
                host.planned.tenancy
            );
            found.finding("tenancy", message, Some(host.at.of("tenancy")));
        }
    }
    for host in scene.hosts.iter().filter(|host| host.planned.tenancy == Tenancy::Dedicated) {
        if host.residents.len() > 1 {
            let message = format!("dedicated cluster `{}` hosts {} units", host.name(), host.residents.len());
            found.finding("tenancy", message, Some(host.at.of("tenancy")));
        }
    }
}
