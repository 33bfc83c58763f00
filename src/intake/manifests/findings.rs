//! Flaws: what real manifests get wrong, gathered while reading, said once per kind. In: flaws with their places. Out: one
//! diagnostic per kind of flaw, with a count, the first names and the first places. All wording of intake's flaws is here.

use std::collections::BTreeMap;

use crate::vocab::diagnostic::{Diagnostic, Span};

/// A kind of flaw, in the order in which they are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Flaw {
    FileTooLarge,
    NotUtf8,
    Unreadable,
    DuplicateKey,
    NoKind,
    NoName,
    BadName,
    SystemNamespace,
    DuplicateNamespace,
    DuplicateObject,
    NoNamespaceSaid,
    NamespaceNotThere,
    NoTeam,
    SeveralTeams,
    TeamSpelling,
    TeamClash,
    NoEnvironment,
    UnlistedEnvironment,
    ProductionContradicted,
    BadQuantity,
    NoQuota,
    PodsOnlyQuota,
    ScopedQuota,
    EmptyQuota,
    NoRequests,
    DemandTooLarge,
    LongName,
    PodSecurityUnsaid,
    EgressRulesIgnored,
    PartialEgress,
    OpenEgress,
    ClusterWidePolicy,
    NoEgress,
}

/// Where a flaw was seen: a short name for lists, and a few words for the place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Occurrence {
    at: Span,
    name: String,
    label: String,
    /// Where the same thing stood before, for what is written twice.
    before: Option<Span>,
}

/// All flaws seen so far.
#[derive(Debug, Default)]
pub(super) struct Findings(BTreeMap<Flaw, Vec<Occurrence>>);

/// Places that one diagnostic points at beside its first.
const MORE_PLACES: usize = 3;
/// Names that one message lists.
const NAMES: usize = 5;
/// Documents that are reported one by one before the rest is counted.
const ONE_BY_ONE: usize = 20;

impl Findings {
    /// Notes a flaw of `name` at a place.
    pub(super) fn note(&mut self, flaw: Flaw, at: Span, name: &str, label: impl Into<String>) {
        self.0.entry(flaw).or_default().push(Occurrence { at, name: shown(name), label: label.into(), before: None });
    }

    /// Notes that `name` stood at `before` and stands at `at` again.
    pub(super) fn note_again(&mut self, flaw: Flaw, at: Span, name: &str, before: Span) {
        let again = Occurrence { at, name: shown(name), label: "again here".to_owned(), before: Some(before) };
        self.0.entry(flaw).or_default().push(again);
    }

    /// How often a flaw was noted.
    pub(super) fn count(&self, flaw: Flaw) -> usize {
        self.0.get(&flaw).map_or(0, Vec::len)
    }

    /// One diagnostic per kind of flaw; documents that cannot be read one by one. `namespaces` is how many there are.
    pub(super) fn into_diagnostics(self, namespaces: usize) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        for (flaw, mut seen) in self.0 {
            seen.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.name.cmp(&b.name)));
            let rest = if flaw.is_told_one_by_one() { seen.split_off(seen.len().min(ONE_BY_ONE)) } else { Vec::new() };
            if flaw.is_told_one_by_one() {
                diagnostics.extend(seen.chunks(1).map(|one| flaw.diagnostic(one, namespaces)));
            } else {
                diagnostics.push(flaw.diagnostic(&seen, namespaces));
            }
            if !rest.is_empty() {
                diagnostics.push(flaw.diagnostic(&rest, namespaces));
            }
        }
        diagnostics
    }
}

impl Flaw {
    /// True where each occurrence has a reason of its own.
    const fn is_told_one_by_one(self) -> bool {
        matches!(self, Self::FileTooLarge | Self::NotUtf8 | Self::Unreadable | Self::BadQuantity | Self::TeamClash)
    }

    fn diagnostic(self, seen: &[Occurrence], namespaces: usize) -> Diagnostic {
        let (code, message, help) = self.words(seen, namespaces);
        let mut diagnostic = Diagnostic::warning(code, message).help(help);
        if let Some(first) = seen.first() {
            diagnostic = diagnostic.at(first.at, first.label.clone());
            if let Some(before) = first.before {
                diagnostic = diagnostic.also(before, "first here");
            }
        }
        for more in seen.iter().skip(1).take(MORE_PLACES) {
            diagnostic = diagnostic.also(more.at, more.label.clone());
        }
        diagnostic
    }

    /// Code, sentence and way out.
    fn words(self, seen: &[Occurrence], of: usize) -> (&'static str, String, &'static str) {
        let n = seen.len();
        let names = list(seen);
        let namespaces = if n == 1 { "namespace" } else { "namespaces" };
        let (have, are, do_, say) = if n == 1 { ("has", "is", "does", "says") } else { ("have", "are", "do", "say") };
        let of_kind = |one: &str| match (n, one.strip_suffix('y')) {
            (1, _) => format!("1 {one}"),
            (_, Some(stem)) => format!("{n} {stem}ies"),
            (_, None) => format!("{n} {one}s"),
        };
        let why = seen.first().map_or("", |first| first.label.as_str());
        match self {
            Self::FileTooLarge => (
                "file-too-large",
                format!("{names} not read: {why}"),
                "split the file, or leave out what is no Namespace, ResourceQuota, LimitRange or network policy",
            ),
            Self::NotUtf8 => ("not-utf8", format!("{names} not read: {why}"), "save the file as UTF-8"),
            Self::Unreadable => (
                "unreadable-document",
                if n == 1 {
                    format!("a document is not YAML: {why}")
                } else {
                    format!("{n} more documents are not YAML")
                },
                "correct the document, or render it first if it is a template; the other documents were read",
            ),
            Self::DuplicateKey => (
                "duplicate-key",
                format!("{} {are} written twice in one map: {names}", of_kind("key")),
                "the last one was taken, as Kubernetes does; remove the others",
            ),
            Self::NoKind => (
                "no-kind",
                format!("{} {have} no `kind`, so no Kubernetes object", of_kind("document")),
                "they were left out; nothing has to change if they are values or configuration",
            ),
            Self::NoName => (
                "no-name",
                format!("{} {have} no `metadata.name`: {names}", of_kind("object")),
                "they were left out; give each a name",
            ),
            Self::BadName => (
                "bad-namespace-name",
                format!("{n} {namespaces} {have} a name that Kubernetes refuses: {names}"),
                "they were left out; a name has 1 to 63 of `a-z`, `0-9` and `-`",
            ),
            Self::SystemNamespace => (
                "system-namespace",
                format!("{n} {namespaces} of Kubernetes itself {are} no tenant: {names}"),
                "they were left out; what runs there belongs to the clusters' daemonsets and fixed costs",
            ),
            Self::DuplicateNamespace => (
                "duplicate-namespace",
                format!("{n} {namespaces} {are} written more than once: {names}"),
                "the last one was taken, as `kubectl apply` would leave it; import each cluster's folder by itself if they are \
                 namespaces of different clusters",
            ),
            Self::DuplicateObject => (
                "duplicate-object",
                format!("{} {are} written more than once under one name in one namespace: {names}", of_kind("object")),
                "Kubernetes keeps the one that is applied last, and so did the import; give each a name of its own",
            ),
            Self::NoNamespaceSaid => (
                "no-namespace-said",
                format!("{} {do_} not say a namespace: {names}", of_kind("object")),
                "they were left out; write `metadata.namespace`, or render the overlay that adds it first",
            ),
            Self::NamespaceNotThere => (
                "namespace-not-there",
                format!("{} {are} for namespaces that are not there: {names}", of_kind("object")),
                "they were left out; import the files of these namespaces too, or remove the objects",
            ),
            Self::NoTeam => (
                "no-team",
                format!("{n} of {of} namespaces {do_} not say a team: {names}"),
                "each was given the fallback team (`--team`) and a question; answer it in the inventory, or name another key with \
                 `--team-key`",
            ),
            Self::SeveralTeams => (
                "several-teams",
                format!("{n} {namespaces} {have} more than one team: {names}"),
                "the first was taken as the owner and the others were noted as a question; a tenant has one owner",
            ),
            Self::TeamSpelling => (
                "team-spelling",
                format!("{} {are} not written as a name: {names}", of_kind("team")),
                "spelt with `a-z`, `0-9` and `-` in the inventory; spellings that differ only in case, blanks, `_` and `-` are one \
                 team",
            ),
            Self::TeamClash => (
                "team-clash",
                format!("{names} would have the name of another team: {why}"),
                "they were told apart by a few hexadecimal digits; rename one of them, or correct the team in the inventory if they \
                 are one",
            ),
            Self::NoEnvironment => (
                "no-environment",
                format!("{n} of {of} namespaces {do_} not say an environment: {names}"),
                "each was given the fallback (`--environment-without`) and a question; name another key with `--environment-key`",
            ),
            Self::UnlistedEnvironment => (
                "unlisted-environment",
                format!("{n} {namespaces} {have} an environment that the import does not know: {names}"),
                "kept as written and so not production, unless their production label says so; name the others with `--environment NAME=production`",
            ),
            Self::ProductionContradicted => (
                "production-contradicted",
                format!("{n} {namespaces} {say} one thing by environment and another by production label: {names}"),
                "the environment was believed and a question noted; only production is kept apart from the rest",
            ),
            Self::BadQuantity => (
                "bad-quantity",
                if n == 1 {
                    format!("{names} cannot be read: {why}")
                } else {
                    format!("{n} more quantities cannot be read")
                },
                "taken as unsaid; write a Kubernetes quantity such as `500m` or `80Gi`",
            ),
            Self::NoQuota => (
                "no-quota",
                format!("{n} of {of} namespaces {have} no ResourceQuota: {names}"),
                "demand was taken from `--pods-without-quota`; give each namespace a quota, fleetplan renders one",
            ),
            Self::PodsOnlyQuota => (
                "pods-only-quota",
                format!("{n} of {of} namespaces {have} a quota that bounds pods and neither CPU nor memory"),
                "CPU and memory were estimated from pods and the LimitRange's default requests; any pod may ask for a whole node",
            ),
            Self::ScopedQuota => (
                "scoped-quota",
                format!("{} with scopes {do_} not count every pod: {names}", of_kind("quota")),
                "they were not used for the estimate",
            ),
            Self::EmptyQuota => (
                "empty-quota",
                format!("{n} {namespaces} {have} a quota that allows no pod at all: {names}"),
                "one pod was estimated; leave the tenant out if it is switched off for good",
            ),
            Self::NoRequests => (
                "no-default-requests",
                format!("{n} of {of} namespaces {have} neither a quota nor a LimitRange for CPU or memory: {names}"),
                "`--cpu-per-pod` and `--memory-per-pod` were taken; a LimitRange gives containers default requests",
            ),
            Self::DemandTooLarge => (
                "demand-too-large",
                format!("{n} {namespaces} {have} a quota too large to plan with: {names}"),
                "the largest figure that can be planned was taken; write the demand by hand",
            ),
            Self::LongName => (
                "long-name",
                format!("{n} {namespaces} {have} a name of more than 53 characters: {names}"),
                "a Helm release of that name is refused, and names made from it are cut; shorter names are safer",
            ),
            Self::PodSecurityUnsaid => (
                "pod-security-unsaid",
                format!("{n} of {of} namespaces {have} no valid `pod-security.kubernetes.io/enforce` label: {names}"),
                "each was given `--pod-security` and a question; without the label Kubernetes admits every pod",
            ),
            Self::EgressRulesIgnored => (
                "egress-rules-ignored",
                format!(
                    "{} {have} egress rules that do nothing, because types leave `Egress` out: {names}",
                    of_kind("policy")
                ),
                "add `Egress` to the policy's types, or remove the rules",
            ),
            Self::PartialEgress => (
                "partial-egress",
                format!("{n} {namespaces} {have} egress policies for some pods only: {names}"),
                "counted as having none, because the other pods reach everything; add one that selects every pod",
            ),
            Self::OpenEgress => (
                "open-egress",
                format!("{n} {namespaces} {have} an egress policy that allows everything: {names}"),
                "counted as having none, because allowed traffic of all policies adds up; remove the rule that allows everything",
            ),
            Self::ClusterWidePolicy => (
                "cluster-wide-policy",
                format!("{} for a whole cluster {are} no namespace's own: {names}", of_kind("policy")),
                "not counted; say `egress` in the guardrails of the tenants that they cover",
            ),
            Self::NoEgress => (
                "no-egress",
                format!("{n} of {of} namespaces {have} no egress policy that covers every pod"),
                "any pod there reaches every address, the metadata endpoint included; fleetplan renders a default-deny policy",
            ),
        }
    }
}

/// `a`, `b`, `c` and 12 more; each name once.
fn list(seen: &[Occurrence]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for Occurrence { name, .. } in seen {
        if !names.contains(&name.as_str()) {
            names.push(name);
            if names.len() > NAMES {
                break;
            }
        }
    }
    let shown = names.iter().take(NAMES).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let distinct = seen.iter().map(|one| &one.name).collect::<std::collections::BTreeSet<_>>().len();
    if distinct > NAMES { format!("{shown} and {} more", distinct - NAMES) } else { shown }
}

/// A stranger's text as it may stand in a message or a comment: one line, no control characters, at most 80 characters.
pub(super) fn shown(text: &str) -> String {
    let mut line: String = text
        .chars()
        .map(|c| if c.is_control() || c.is_whitespace() || is_invisible(c) { ' ' } else { c })
        .take(81)
        .collect();
    if line.chars().count() > 80 {
        line = line.chars().take(79).chain(['…']).collect();
    }
    line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Characters that change how the text around them is drawn.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(start: u32) -> Span {
        Span { file: 0, start, end: start + 1 }
    }

    #[test]
    fn a_flaw_of_many_namespaces_is_one_finding_with_a_count_and_the_first_names() {
        let mut findings = Findings::default();
        for name in ["f", "e", "d", "c", "b", "a", "a"] {
            findings.note(Flaw::NoQuota, at(u32::from(name.as_bytes()[0])), name, "here");
        }
        let found = findings.into_diagnostics(100);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "7 of 100 namespaces have no ResourceQuota: `a`, `b`, `c`, `d`, `e` and 1 more");
        assert_eq!(found[0].also.len(), 3);
    }

    #[test]
    fn unreadable_documents_are_told_one_by_one_up_to_twenty() {
        let mut findings = Findings::default();
        for start in 0..30 {
            findings.note(Flaw::Unreadable, at(start), "", format!("reason {start}"));
        }
        let found = findings.into_diagnostics(1);
        assert_eq!(found.len(), 21);
        assert_eq!(found[3].message, "a document is not YAML: reason 3");
        assert_eq!(found[20].message, "10 more documents are not YAML");
    }

    #[test]
    fn a_strangers_text_is_shown_on_one_line_without_control_characters() {
        assert_eq!(shown("a\nb\u{1b}[31m\u{202e}c\t\u{7f}"), "a b [31m c");
        assert_eq!(shown(&"x".repeat(100)).chars().count(), 80);
    }
}
