//! Check `version`: the API server that a tenant talks to runs a minor in its range, and a vcluster's works on its host.

use super::Found;
use super::scene::{Home, Scene};
use crate::inventory::Verdict;
use crate::vocab::tier::Form;
use crate::vocab::version::Minor;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    for home in &scene.homes {
        let (host, tenant) = (scene.host(home), home.tenant);
        let minor = home.placement.kubernetes.unwrap_or(host.planned.kubernetes);
        // What the chart cannot run, no exception makes it run.
        if home.form.is_vcluster() && !scene.inventory.vcluster.minors.contains(&minor) {
            let message = format!("the vcluster of {} runs {minor}, which is not in `vcluster.minors`", home.words());
            found.finding("version", message, Some(scene.inventory.vcluster.at.of("minors")));
        }
        if scene.lifts(home, "version") {
            continue;
        }
        let span = Some(tenant.at.of("kubernetes"));
        if !tenant.kubernetes.holds(minor) {
            let message =
                format!("{} needs Kubernetes {}; its API server runs {minor}", home.words(), tenant.kubernetes);
            found.finding("version", message, span);
        }
        if home.form.is_vcluster() && !pairs(scene, home, host.planned.kubernetes, minor) {
            let message = format!(
                "the vcluster of {} runs {minor} on cluster `{}` of {}, which is not known to work",
                home.words(),
                host.name(),
                host.planned.kubernetes
            );
            found.finding("version", message, span);
        }
    }
}

/// Whether a vcluster's minor may run on the host's. Private nodes bring their own kubelets.
fn pairs(scene: &Scene<'_>, home: &Home<'_>, host: Minor, minor: Minor) -> bool {
    home.form == Form::VclusterPrivate
        || match scene.inventory.facts.pair(host, minor) {
            Verdict::Tested | Verdict::Likely => true,
            Verdict::Unlisted => scene.inventory.vcluster.allow_unlisted_pairs,
            Verdict::Broken => false,
        }
}
