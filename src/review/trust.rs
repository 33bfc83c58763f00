//! Check `trust`: hardened tenants on nodes of their own in a cluster that logs and encrypts, hostile ones only where policy lets
//! them, and the shared nodes of sandboxes for those they are for.

use super::Found;
use super::ground::Case;
use super::scene::Scene;
use crate::inventory::{HostileHome, Trust};
use crate::vocab::tier::{Form, Isolation};

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    for home in scene.bound_by("trust") {
        let case = scene.case(home);
        let pools = home.pools.iter().enumerate();
        let wrong = wrong_home(&case).or_else(|| pools.filter_map(|(at, pool)| wrong_pool(&case, at, *pool)).next());
        if let Some(wrong) = wrong {
            let message = format!("{} in cluster `{}` {wrong}", home.words(), scene.host(home).name());
            found.finding("trust", message, Some(home.tenant.at.of("trust")));
        }
    }
}

/// True where the tenant may be trusted with this home, as far as it can be told without pools.
pub fn allows(case: &Case<'_>) -> bool {
    wrong_home(case).is_none()
}

/// True where a workload may be on a pool.
pub fn allows_pool(case: &Case<'_>, workload: usize, pool: usize) -> bool {
    wrong_pool(case, workload, pool).is_none()
}

const HOSTILE: &str = "is hostile, and policy does not let it live so";

fn wrong_home(case: &Case<'_>) -> Option<&'static str> {
    match case.tenant.trust {
        Trust::Soft => None,
        Trust::Hardened => hardened(case),
        Trust::Hostile => match case.form {
            Form::NamespaceShared | Form::NamespaceDedicated => Some(HOSTILE),
            Form::Cluster => (!case.inventory.policy.hostile.contains(&HostileHome::Cluster)).then_some(HOSTILE),
            // By pool: sandboxes, and private nodes where policy says so.
            Form::VclusterShared | Form::VclusterDedicated | Form::VclusterPrivate => None,
        },
    }
}

fn hardened(case: &Case<'_>) -> Option<&'static str> {
    if case.form.isolation() < Isolation::Dedicated {
        Some("is hardened and on shared nodes")
    } else if !case.ground.offer.audit_log {
        Some("is hardened, and the audit log stays on the cluster")
    } else if !case.ground.offer.secrets_encryption {
        Some("is hardened, and secrets are not encrypted at rest")
    } else {
        None
    }
}

fn wrong_pool(case: &Case<'_>, workload: usize, pool: usize) -> Option<&'static str> {
    let (policy, runtime) = (&case.inventory.policy, case.pool(pool).runtime);
    if case.tenant.trust == Trust::Hostile {
        let allows = |word| policy.hostile.contains(&word);
        let private = case.form == Form::VclusterPrivate && allows(HostileHome::VclusterPrivate);
        let in_sandbox = allows(HostileHome::VclusterSandboxed) && runtime.is_sandbox();
        return (case.form.is_vcluster() && !private && !in_sandbox).then_some(HOSTILE);
    }
    // The shared nodes of a sandboxed pool are for hostile tenants, and for those that ask for that runtime where policy says so.
    let asked = case.workload(workload).0.kernel.runtime == Some(runtime);
    let intrudes =
        super::loads::has_shared_nodes(case.form) && runtime.is_sandbox() && !(policy.share_sandboxes && asked);
    intrudes.then_some("is not hostile and on the shared nodes of a sandboxed pool")
}
