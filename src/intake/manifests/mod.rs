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
mod tenants;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::inventory::EgressPolicy;
use crate::vocab::diagnostic::{Diagnostic, Sources};
use crate::vocab::name::TenantName;
use crate::vocab::resources::Demand;
use findings::{Findings, Flaw, shown};
use objects::{Namespace, Objects};
use write::Tenant;

pub use keys::{Assume, KeyRead, Keys, KeysRead};
pub use write::{FOLDER, Standing, refusals, standing};

/// The largest file that is read, in bytes: 64 MiB. A whole platform of 1,458 namespaces takes 2.3 MB.
pub const LARGEST_FILE: usize = 64 << 20;

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
    let tenants = tenants::tenants(&objects, keys, &read, &mut findings);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// An import of one file.
    pub(super) fn import_text(text: &str, keys: &Keys) -> Imported {
        import(vec![("a.yaml".to_owned(), text.as_bytes().to_vec())], keys)
    }

    fn codes(imported: &Imported) -> Vec<&'static str> {
        imported.findings.iter().map(|finding| finding.code).collect()
    }

    fn namespace(name: &str, labels: &str) -> String {
        format!("---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}, labels: {{{labels}}}}}}}\n")
    }

    #[test]
    fn a_namespace_that_is_written_twice_is_one_tenant_and_the_last_one_holds() {
        let text = namespace("a", "team: one") + &namespace("a", "team: two");
        let imported = import_text(&text, &Keys::default());
        assert_eq!(imported.summary.tenants, 1);
        assert!(imported.summary.teams.contains("two"), "{:?}", imported.summary.teams);
        assert!(codes(&imported).contains(&"duplicate-namespace"));
    }

    #[test]
    fn a_file_that_is_not_utf8_or_too_large_loses_nothing_but_itself() {
        let files = vec![
            ("a.yaml".to_owned(), namespace("a", "team: one").into_bytes()),
            ("b.yaml".to_owned(), vec![b'a', 0xff]),
            ("c.yaml".to_owned(), vec![b' '; LARGEST_FILE + 1]),
        ];
        let imported = import(files, &Keys::default());
        assert_eq!(imported.summary.tenants, 1);
        let codes = codes(&imported);
        assert!(codes.contains(&"not-utf8") && codes.contains(&"file-too-large"), "{codes:?}");
    }

    #[test]
    fn an_unknown_environment_is_production_where_the_platforms_own_label_says_so() {
        let text = namespace("a", "environment: live-x, is-production: 'true'")
            + &namespace("b", "environment: live-x, is-production: 'false'")
            + &namespace("c", "environment: staging, is-production: 'true'");
        let imported = import_text(&text, &Keys::default());
        let environments = BTreeMap::from([("live-x", 1), ("production", 1), ("staging", 1)]);
        let found: BTreeMap<&str, usize> =
            imported.summary.environments.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        assert_eq!(found, environments);
        assert!(codes(&imported).contains(&"production-contradicted"));
    }

    #[test]
    fn calico_and_kubernetes_policies_of_one_name_are_two_policies() {
        let text = namespace("a", "team: one")
            + "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: a}, spec: {podSelector: {}, policyTypes: [Ingress]}}\n"
            + "---\n{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: p, namespace: a}, spec: {selector: all(), types: [Egress]}}\n";
        let imported = import_text(&text, &Keys::default());
        assert_eq!(imported.summary.egress, EgressCounts { calico: 1, ..EgressCounts::default() });
        assert_eq!(imported.summary.egress.without_kubernetes(), 1);
        assert!(!codes(&imported).contains(&"duplicate-object"));
    }

    #[test]
    fn a_valid_pod_security_label_is_taken_and_any_other_is_a_question() {
        let label = "pod-security.kubernetes.io/enforce";
        let text = namespace("a", &format!("{label}: privileged")) + &namespace("b", &format!("{label}: Restricted"));
        let imported = import_text(&text, &Keys::default());
        let file = &imported.files["imported/tenants.toml"];
        assert!(
            file.contains("pod_security = \"privileged\"") && file.contains("pod_security = \"baseline\""),
            "{file}"
        );
        let found = imported.findings.iter().find(|finding| finding.code == "pod-security-unsaid").unwrap();
        assert!(found.message.starts_with("1 of 2 namespaces has"), "{}", found.message);
    }
}
