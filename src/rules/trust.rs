//! Rule `trust`: what trust allows.

use crate::inventory::{HostileHome, Pool, Trust, Workload};
use crate::rules::rule::{Case, Page, Rule, Unfit};
use crate::vocab::tier::{Form, Isolation, Nodes, Tier};

/// See [`Rule::page`].
pub struct TrustRule;

impl Rule for TrustRule {
    fn name(&self) -> &'static str {
        "trust"
    }

    fn page(&self) -> Page {
        Page {
            asks: "Soft tenants live anywhere. Hardened ones on nodes of their own, in a cluster that ships its audit log and encrypts secrets. Hostile ones in a cluster, or in a vcluster on sandboxed or private nodes, as `hostile` says.",
            why: "Namespaces are no security boundary, and neither is a vcluster on shared nodes, which shares the host's kernel and network.",
            form: "Closes candidates and, for sandboxes, pools. The shared nodes of a sandboxed pool are for hostile tenants, and where `share_sandboxes` is true for tenants that ask for that runtime.",
            breaks: "A hardened tenant on shared nodes or in a cluster without audit log or encryption; a hostile tenant outside `hostile`; a trusting tenant on a sandbox's shared nodes.",
            satisfy: "Ship the audit log, encrypt secrets, offer a sandboxed pool or private nodes, or edit `hostile`.",
        }
    }

    fn allows_home(&self, case: &Case<'_>) -> bool {
        lack_of_home(case).is_none()
    }

    fn allows_pool(&self, case: &Case<'_>, workload: &Workload, pool: &Pool) -> bool {
        lack_of_pool(case, workload, pool).is_none()
    }

    fn reason(&self, case: &Case<'_>, part: Option<(&Workload, &Pool)>) -> Unfit {
        let lack = match part {
            None => lack_of_home(case),
            Some((workload, pool)) => lack_of_pool(case, workload, pool),
        };
        let text = format!("tenant `{}` {}", case.unit.tenant.name, lack.unwrap_or_default());
        Unfit::of(case, "trust", text)
    }
}

fn lack_of_home(case: &Case<'_>) -> Option<String> {
    let (host, offer) = (case.host.words(), case.host.offer());
    let hostile = &case.setting.inventory.policy.hostile;
    match case.unit.tenant.trust {
        Trust::Soft => None,
        Trust::Hardened if case.form.isolation() < Isolation::Dedicated => {
            Some("is hardened and needs nodes of its own; these are shared".to_owned())
        }
        Trust::Hardened if !offer.audit_log => Some(format!("is hardened; {host} does not ship its audit log")),
        Trust::Hardened if !offer.secrets_encryption => {
            Some(format!("is hardened; {host} does not encrypt secrets at rest"))
        }
        Trust::Hardened => None,
        Trust::Hostile => match case.form {
            Form::NamespaceShared | Form::NamespaceDedicated => {
                Some("is hostile; a namespace is no security boundary".to_owned())
            }
            Form::Cluster => (!hostile.contains(&HostileHome::Cluster))
                .then(|| "is hostile; policy allows no cluster of its own to hostile tenants".to_owned()),
            // Private nodes may be sandboxed as well, so that either word of the policy can allow them: by pool, below.
            Form::VclusterShared | Form::VclusterDedicated | Form::VclusterPrivate => None,
        },
    }
}

fn lack_of_pool(case: &Case<'_>, workload: &Workload, pool: &Pool) -> Option<String> {
    let policy = &case.setting.inventory.policy;
    let trust = case.unit.tenant.trust;
    if trust == Trust::Hostile && case.form.tier() == Tier::Vcluster {
        let private = case.form == Form::VclusterPrivate && policy.hostile.contains(&HostileHome::VclusterPrivate);
        let sandboxed = pool.runtime.is_sandbox() && policy.hostile.contains(&HostileHome::VclusterSandboxed);
        if !private && !sandboxed {
            return Some(format!(
                "is hostile; pool `{}` of {} is no sandbox that policy allows",
                pool.name,
                case.host.words()
            ));
        }
    }
    if pool.runtime.is_sandbox() && case.form.nodes() == Some(Nodes::Shared) && trust != Trust::Hostile {
        let asked = workload.kernel.runtime == Some(pool.runtime);
        if !(policy.share_sandboxes && asked) {
            return Some(format!(
                "is not hostile; shared nodes of sandboxed pool `{}` are kept for those that are",
                pool.name
            ));
        }
    }
    None
}
