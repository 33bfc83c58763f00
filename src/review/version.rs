//! Check `version`: the API server that a tenant talks to runs a minor in its range, and a vcluster's works on its host.

use super::Found;
use super::ground::Case;
use super::scene::Scene;
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
        if home.form.is_vcluster() && !pairs(&scene.case(home), minor) {
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

/// True where some minor of the API server fits; `lifted` where an exception lets the range and the pairs be.
pub fn allows(case: &Case<'_>, lifted: bool) -> bool {
    let fits = |minor: Minor| lifted || case.tenant.kubernetes.holds(minor);
    if case.form.is_vcluster() {
        case.inventory.vcluster.minors.iter().any(|minor| fits(*minor) && (lifted || pairs(case, *minor)))
    } else {
        fits(case.ground.kubernetes)
    }
}

/// Whether a vcluster's minor may run on the host's. Private nodes bring their own kubelets.
fn pairs(case: &Case<'_>, minor: Minor) -> bool {
    case.form == Form::VclusterPrivate
        || match case.inventory.facts.pair(case.ground.kubernetes, minor) {
            Verdict::Tested | Verdict::Likely => true,
            Verdict::Unlisted => case.inventory.vcluster.allow_unlisted_pairs,
            Verdict::Broken => false,
        }
}
