//! One namespace as one tenant. In: everything gathered of a namespace, and what the operator said. Out: the tenant as it will be
//! written, with a question for each fact that the files cannot tell.

use std::collections::BTreeMap;

use super::findings::{Findings, Flaw};
use super::keys::{Assume, Keys, KeysRead, environment_of, lookup};
use super::objects::{Namespace, Objects, Text};
use super::policy::{Dialect, Reach};
use super::write::{self, Tenant};
use super::{demand, owners};
use crate::inventory::{EgressPolicy, PodSecurity};
use crate::vocab::name::{Environment, TeamName, TenantName};

/// The longest name of a Helm release, in bytes. A vcluster is one.
const LONGEST_RELEASE: usize = 53;

/// Every namespace as a tenant, sorted by name.
pub(super) fn tenants(objects: &Objects, keys: &Keys, read: &KeysRead, findings: &mut Findings) -> Vec<Tenant> {
    let teams = name_owners(objects, read, findings);
    let all = objects.namespaces.iter();
    all.map(|(name, namespace)| tenant(name, namespace, objects, keys, read, &teams, findings)).collect()
}

/// A name for each team that any namespace names as its owner.
fn name_owners(objects: &Objects, read: &KeysRead, findings: &mut Findings) -> BTreeMap<String, TeamName> {
    let mut teams: BTreeMap<String, Text> = BTreeMap::new();
    for namespace in objects.namespaces.values() {
        if let Some(text) = lookup(namespace, &read.team) {
            let (owner, _) = owners::owner_and_others(&text.text);
            if !owner.is_empty() {
                teams.entry(owner.to_owned()).or_insert_with(|| text.clone());
            }
        }
    }
    owners::name_teams(&teams, findings)
}

fn tenant(
    name: &str,
    namespace: &Namespace,
    objects: &Objects,
    keys: &Keys,
    read: &KeysRead,
    teams: &BTreeMap<String, TeamName>,
    findings: &mut Findings,
) -> Tenant {
    let assume = &keys.assume;
    let mut questions = Vec::new();
    if name.len() > LONGEST_RELEASE {
        findings.note(Flaw::LongName, namespace.at, name, format!("{} characters", name.len()));
    }
    let said = lookup(namespace, &read.team);
    let (owner, others) = said.map_or(("", Vec::new()), |text| owners::owner_and_others(&text.text));
    let team = teams.get(owner).cloned().unwrap_or_else(|| {
        findings.note(Flaw::NoTeam, namespace.at, name, "no team");
        questions.push(format!("team: not said, taken as {}", assume.team));
        assume.team.clone()
    });
    if let (Some(text), false) = (said, others.is_empty()) {
        findings.note(Flaw::SeveralTeams, text.at, name, "more than one team");
        questions.push(owners::question_of_others(&others));
    }
    let environment = environment(name, namespace, keys, read, &mut questions, findings);
    questions.push(format!("trust: taken as {}", write::trust_word(assume.trust)));
    let regimes = assume.regulation.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    questions.push(format!("regulation: taken as {}", if regimes.is_empty() { "none" } else { &regimes }));
    let disruption = assume.disruption.map_or_else(|| "any".to_owned(), |longest| longest.to_string());
    questions.push(format!("disruption: taken as {disruption}"));
    let pod_security = pod_security(name, namespace, assume, &mut questions, findings);

    let quotas: Vec<_> = objects.quotas.get(name).into_iter().flat_map(BTreeMap::values).collect();
    let limits: Vec<_> = objects.limits.get(name).into_iter().flat_map(BTreeMap::values).collect();
    match quotas.as_slice() {
        [] => findings.note(Flaw::NoQuota, namespace.at, name, "no ResourceQuota"),
        quotas => {
            let mut hard = quotas.iter().flat_map(|quota| quota.hard.keys());
            if hard.all(|key| key == "pods" || key == "count/pods") {
                findings.note(Flaw::PodsOnlyQuota, quotas[0].at, name, "bounds pods alone");
            }
        }
    }
    let demand = demand::estimate(name, namespace.at, &quotas, &limits, assume, findings);
    Tenant {
        name: TenantName::parse(name).expect("checked when namespaces were chosen"),
        team,
        environment,
        application: lookup(namespace, &read.application).map(|text| text.text.clone()),
        unit: lookup(namespace, &read.unit).map(|text| text.text.clone()),
        pod_security,
        demand,
        has_quota: !quotas.is_empty(),
        has_limit_defaults: limits.iter().any(|range| !range.requests.is_empty() || !range.limits.is_empty()),
        egress: egress(name, namespace, objects, &mut questions, findings),
        questions,
    }
}

fn environment(
    name: &str,
    namespace: &Namespace,
    keys: &Keys,
    read: &KeysRead,
    questions: &mut Vec<String>,
    findings: &mut Findings,
) -> Environment {
    let said = lookup(namespace, &read.environment);
    let flag = lookup(namespace, &read.production).and_then(|text| Some((yes_or_no(&text.text)?, text.at)));
    let Some((environment, is_listed)) = said.and_then(|text| environment_of(&text.text, keys)) else {
        findings.note(Flaw::NoEnvironment, namespace.at, name, "no environment");
        questions.push(format!("environment: not said, taken as {}", keys.assume.environment));
        return keys.assume.environment.clone();
    };
    if let (Some(text), false) = (said, is_listed) {
        findings.note(Flaw::UnlistedEnvironment, text.at, environment.as_str(), "not in the table");
        // The table knows nothing, so the platform's own label decides. Production is the careful side: it is kept apart.
        if matches!(flag, Some((true, _))) {
            questions.push(format!("environment: `{environment}` is not known, taken as production by its label"));
            return Environment::parse(Environment::PRODUCTION).expect("a label");
        }
        questions.push(format!("environment: `{environment}` is not known, taken as not production"));
    }
    if let Some((says_production, at)) = flag.filter(|(says, _)| *says != environment.is_production()) {
        findings.note(Flaw::ProductionContradicted, at, name, format!("but the environment is `{environment}`"));
        let says = if says_production { "is" } else { "is not" };
        questions.push(format!("environment: taken as {environment}, but a label says that it {says} production"));
    }
    environment
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

fn pod_security(
    name: &str,
    namespace: &Namespace,
    assume: &Assume,
    questions: &mut Vec<String>,
    findings: &mut Findings,
) -> PodSecurity {
    let label = namespace.labels.get("pod-security.kubernetes.io/enforce");
    match label.map(|text| text.text.as_str()) {
        Some("restricted") => PodSecurity::Restricted,
        Some("baseline") => PodSecurity::Baseline,
        Some("privileged") => PodSecurity::Privileged,
        Some(_) | None => {
            let at = label.map_or(namespace.at, |text| text.at);
            findings.note(Flaw::PodSecurityUnsaid, at, name, "no level is enforced");
            questions
                .push(format!("pod_security: not said, taken as {}", write::pod_security_word(assume.pod_security)));
            assume.pod_security
        }
    }
}

/// What governs the egress of every pod: the first dialect that does.
fn egress(
    name: &str,
    namespace: &Namespace,
    objects: &Objects,
    questions: &mut Vec<String>,
    findings: &mut Findings,
) -> EgressPolicy {
    let mut governs = None;
    let (mut partial, mut open) = (None, None);
    for (dialect, of) in [
        (Dialect::Kubernetes, EgressPolicy::Kubernetes),
        (Dialect::Calico, EgressPolicy::Calico),
        (Dialect::Cilium, EgressPolicy::Cilium),
    ] {
        let policies = objects.policies.get(&dialect).and_then(|policies| policies.get(name));
        let (mut covers_all, mut opens_all) = (false, None);
        for (policy_name, policy) in policies.into_iter().flatten() {
            match policy.reach {
                Reach::Nothing => {}
                Reach::Ignored => {
                    let shown = format!("{name}/{policy_name}");
                    findings.note(Flaw::EgressRulesIgnored, policy.at, &shown, "its types leave `Egress` out");
                }
                Reach::SomePods => partial = partial.or(Some(policy.at)),
                Reach::AllPods => covers_all = true,
                Reach::Open => opens_all = Some(policy.at),
            }
        }
        open = open.or(opens_all);
        if covers_all && opens_all.is_none() && governs.is_none() {
            governs = Some(of);
        }
    }
    if let Some(governs) = governs {
        return governs;
    }
    if let Some(at) = open {
        findings.note(Flaw::OpenEgress, at, name, "allows everything");
        questions.push("egress: a policy allows everything, counted as none".to_owned());
    } else if let Some(at) = partial {
        findings.note(Flaw::PartialEgress, at, name, "selects some pods");
        questions.push("egress: policies cover some pods only, counted as none".to_owned());
    }
    findings.note(Flaw::NoEgress, namespace.at, name, "no egress policy");
    EgressPolicy::None
}
