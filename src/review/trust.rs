//! Check `trust`: hardened tenants on nodes of their own in a cluster that logs and encrypts, hostile ones only where policy lets
//! them, and the shared nodes of sandboxes for those they are for.

use super::Found;
use super::scene::{Home, Host, Scene};
use crate::inventory::{HostileHome, Policy, Trust};
use crate::vocab::tier::{Form, Isolation};

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    let policy = &scene.inventory.policy;
    for home in scene.bound_by("trust") {
        let host = scene.host(home);
        let wrong = match home.tenant.trust {
            Trust::Soft => None,
            Trust::Hardened => hardened(home, host),
            Trust::Hostile => hostile(home, host, policy),
        };
        if let Some(wrong) = wrong.or_else(|| sandbox(home, host, policy)) {
            let message = format!("{} in cluster `{}` {wrong}", home.words(), host.name());
            found.finding("trust", message, Some(home.tenant.at.of("trust")));
        }
    }
}

fn hardened(home: &Home<'_>, host: &Host<'_>) -> Option<&'static str> {
    if home.form.isolation() < Isolation::Dedicated {
        Some("is hardened and on shared nodes")
    } else if !host.offer.audit_log {
        Some("is hardened, and the audit log stays on the cluster")
    } else if !host.offer.secrets_encryption {
        Some("is hardened, and secrets are not encrypted at rest")
    } else {
        None
    }
}

fn hostile(home: &Home<'_>, host: &Host<'_>, policy: &Policy) -> Option<&'static str> {
    let allows = |word| policy.hostile.contains(&word);
    let in_sandboxes =
        allows(HostileHome::VclusterSandboxed) && home.parts(host.offer).all(|(_, pool, _)| pool.runtime.is_sandbox());
    let allowed = match home.form {
        Form::NamespaceShared | Form::NamespaceDedicated => false,
        Form::VclusterShared | Form::VclusterDedicated => in_sandboxes,
        Form::VclusterPrivate => allows(HostileHome::VclusterPrivate) || in_sandboxes,
        Form::Cluster => allows(HostileHome::Cluster),
    };
    (!allowed).then_some("is hostile, and policy does not let it live so")
}

/// The shared nodes of a sandboxed pool are for hostile tenants, and for those that ask for that runtime where policy says so.
fn sandbox(home: &Home<'_>, host: &Host<'_>, policy: &Policy) -> Option<&'static str> {
    if !super::loads::has_shared_nodes(home.form) || home.tenant.trust == Trust::Hostile {
        return None;
    }
    let mut intrudes = home.parts(host.offer).filter(|(workload, pool, _)| {
        pool.runtime.is_sandbox() && !(policy.share_sandboxes && workload.kernel.runtime == Some(pool.runtime))
    });
    intrudes.next().map(|_| "is not hostile and on the shared nodes of a sandboxed pool")
}
