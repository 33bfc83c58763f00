//! Import of a platform's manifests: Namespace, ResourceQuota, LimitRange and network policies in, inventory TOML out.
//!
//! One namespace is one tenant, and the team is its owner. Demand is estimated ([`demand`] has the formula), guardrails are what stands
//! today, and what files cannot tell (trust, regulation, disruption) takes the operator's default and leaves a question. Flaws never
//! stop an import: each is handled and said. Knows neither disk nor cluster.

mod demand;
mod document;
mod findings;
mod keys;
mod node;
mod objects;
mod owners;
mod policy;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::inventory::{EgressPolicy, PodSecurity};
use crate::vocab::diagnostic::{Diagnostic, Sources};
use crate::vocab::name::{Environment, TeamName, TenantName};
use crate::vocab::resources::Demand;
use findings::{Findings, Flaw, shown};
use keys::lookup;
use objects::{Namespace, Objects, Text};
use policy::{Dialect, Reach};
use write::Tenant;

pub use keys::{Assume, KeyRead, Keys, KeysRead};
pub use write::{Standing, standing};

/// The largest file that is read, in bytes: 64 MiB. A whole platform of 1,458 namespaces takes 2.3 MB.
pub const LARGEST_FILE: usize = 64 << 20;

/// The longest name of a Helm release, in bytes. A vcluster is one.
const LONGEST_RELEASE: usize = 53;

/// What an import makes.
#[derive(Debug, Clone)]
pub struct Imported {
    /// Inventory files by path, to be written below the inventory's folder. Empty where a finding is an error.
    pub files: BTreeMap<String, String>,
    /// What was found wrong or unclear.
    pub findings: Vec<Diagnostic>,
    /// The files that were read, for snippets.
    pub sources: Sources,
    /// Counts.
    pub summary: Summary,
}

/// Counts of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Files that were given.
    pub files: usize,
    /// Documents in them.
    pub documents: usize,
    /// Documents that could not be read.
    pub unreadable: usize,
    /// Namespaces, each a tenant.
    pub tenants: usize,
    /// Names of their teams, the fallback included; `teams` in `[fleet]` can take them.
    pub teams: BTreeSet<String>,
    /// Tenants per environment.
    pub environments: BTreeMap<String, usize>,
    /// Tenants per business unit, as written in the files.
    pub units: BTreeMap<String, usize>,
    /// Tenants with a quota.
    pub with_quota: usize,
    /// Tenants whose containers get default requests or limits.
    pub with_limit_defaults: usize,
    /// Tenants by what governs their egress as a whole.
    pub egress: EgressCounts,
    /// Objects of each kind that was not read.
    pub ignored: BTreeMap<String, usize>,
    /// The labels and annotations that were read.
    pub keys: KeysRead,
    /// All estimates together.
    pub demand: Demand,
}

/// Tenants by what governs their egress.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct EgressCounts {
    /// Nothing governs all of their pods.
    pub none: usize,
    /// A Kubernetes NetworkPolicy does.
    pub kubernetes: usize,
    /// A Calico policy does, and no Kubernetes one.
    pub calico: usize,
    /// A Cilium policy does, and neither of the others.
    pub cilium: usize,
}

impl EgressCounts {
    /// Tenants that no Kubernetes policy covers, whatever else does.
    #[must_use]
    pub const fn without_kubernetes(&self) -> usize {
        self.none + self.calico + self.cilium
    }

    const fn add(&mut self, egress: EgressPolicy) {
        match egress {
            EgressPolicy::None => self.none += 1,
            EgressPolicy::Kubernetes => self.kubernetes += 1,
            EgressPolicy::Calico => self.calico += 1,
            EgressPolicy::Cilium => self.cilium += 1,
        }
    }
}

/// Turns manifests (path and bytes each) into inventory files. The order of `files` does not matter.
#[must_use]
pub fn import(mut files: Vec<(String, Vec<u8>)>, keys: &Keys) -> Imported {
    files.sort();
    let mut findings = Findings::default();
    let mut summary = Summary { files: files.len(), ..Summary::default() };
    let (mut objects, sources) = Objects::read(files, &mut findings);
    summary.documents = objects.documents;
    summary.unreadable = findings.count(Flaw::Unreadable);
    summary.ignored = std::mem::take(&mut objects.ignored);
    objects.drop_strays(&mut findings);
    objects.namespaces.retain(|name, namespace| is_tenant(name, namespace, &mut findings));
    let of = objects.namespaces.len();

    let read = match KeysRead::find(keys, &objects.namespaces) {
        Ok(_) if of == 0 => {
            let mut errors = vec![nothing(&summary)];
            errors.extend(findings.into_diagnostics(of));
            return Imported { files: BTreeMap::new(), findings: errors, sources, summary };
        }
        Ok(read) => read,
        Err(mut errors) => {
            errors.extend(findings.into_diagnostics(of));
            return Imported { files: BTreeMap::new(), findings: errors, sources, summary };
        }
    };
    let teams = name_owners(&objects, &read, &mut findings);
    let tenants: Vec<Tenant> = objects
        .namespaces
        .iter()
        .map(|(name, namespace)| tenant(name, namespace, &objects, keys, &read, &teams, &mut findings))
        .collect();
    for tenant in &tenants {
        summary.count(tenant);
    }
    let paths: Vec<&str> = sources.iter().map(|source| source.path.as_str()).collect();
    let files = write::files(&tenants, keys, &read, &paths, summary.units.is_empty());
    let detected = read.detected(keys, of);
    let ignored = ignored_kinds(&summary.ignored);
    summary.keys = read;
    let findings: Vec<Diagnostic> = detected.into_iter().chain(ignored).chain(findings.into_diagnostics(of)).collect();
    let findings = findings.into_iter().map(|finding| tell_dialects(finding, summary.egress)).collect();
    Imported { files, findings, sources, summary }
}

impl Summary {
    fn count(&mut self, tenant: &Tenant) {
        self.tenants += 1;
        self.teams.insert(tenant.team.to_string());
        *self.environments.entry(tenant.environment.to_string()).or_default() += 1;
        if let Some(unit) = &tenant.unit {
            *self.units.entry(shown(unit)).or_default() += 1;
        }
        self.with_quota += usize::from(tenant.has_quota);
        self.with_limit_defaults += usize::from(tenant.has_limit_defaults);
        self.egress.add(tenant.egress);
        self.demand = self.demand + tenant.demand;
    }
}

/// Adds to the finding on egress what the kinds of one name hide from each other.
fn tell_dialects(mut finding: Diagnostic, egress: EgressCounts) -> Diagnostic {
    let EgressCounts { none: _, kubernetes: _, calico, cilium } = egress;
    if finding.code == "no-egress" && calico + cilium > 0 {
        let others = [(calico, "Calico's own kind"), (cilium, "Cilium's own kind")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, kind)| format!("{count} {} covered by {kind}", if count == 1 { "is" } else { "are" }))
            .collect::<Vec<_>>()
            .join(" and ");
        let without = egress.without_kubernetes();
        finding.message += &format!("; {without} have no Kubernetes one, and of those {others}");
    }
    finding
}

fn nothing(summary: &Summary) -> Diagnostic {
    let (files, documents) = (summary.files, summary.documents);
    Diagnostic::error("nothing-to-import", format!("no tenant's namespace in {documents} documents of {files} files"))
        .help("name the folder or file that holds the platform's `kind: Namespace` manifests")
}

fn ignored_kinds(ignored: &BTreeMap<String, usize>) -> Option<Diagnostic> {
    let count: usize = ignored.values().sum();
    let mut kinds: Vec<(&String, &usize)> = ignored.iter().collect();
    kinds.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
    let said = kinds.iter().take(5).map(|(kind, n)| format!("`{kind}` {n}")).collect::<Vec<_>>().join(", ");
    let more = if kinds.len() > 5 { format!(" and {} more kinds", kinds.len() - 5) } else { String::new() };
    (count > 0).then(|| {
        Diagnostic::warning("ignored-kinds", format!("objects of other kinds were left out ({count}): {said}{more}"))
            .help("nothing has to change; an import reads Namespace, ResourceQuota, LimitRange and network policies")
    })
}

/// False, and said, for a namespace that is none of a tenant's.
fn is_tenant(name: &str, namespace: &Namespace, findings: &mut Findings) -> bool {
    if TenantName::parse(name).is_err() {
        findings.note(Flaw::BadName, namespace.at, name, "not a name");
        return false;
    }
    // Kubernetes reserves the prefix; `default` belongs to nobody.
    let is_system = name.starts_with("kube-") || name == "default";
    if is_system {
        findings.note(Flaw::SystemNamespace, namespace.at, name, "part of every cluster");
    }
    !is_system
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
    let Some((environment, is_listed)) = said.and_then(|text| keys::environment(&text.text, keys)) else {
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
