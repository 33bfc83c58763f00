//! The objects that say something of a tenant, gathered from documents. In: files. Out: namespaces, and quotas, limit ranges and
//! network policies by namespace, each with its place; everything else counted by kind.

use std::collections::BTreeMap;

use super::LARGEST_FILE;
use super::document::{Document, documents};
use super::findings::{Findings, Flaw, shown};
use super::node::Node;
use super::policy::{Dialect, Reach};
use crate::vocab::diagnostic::{Sources, Span};

/// Everything that was read.
#[derive(Debug, Default)]
pub(super) struct Objects {
    /// By name.
    pub(super) namespaces: BTreeMap<String, Namespace>,
    /// By namespace, then name.
    pub(super) quotas: ByNamespace<Quota>,
    /// By namespace, then name.
    pub(super) limits: ByNamespace<LimitRange>,
    /// By namespace, then name; one map per dialect, because they are different kinds.
    pub(super) policies: BTreeMap<Dialect, ByNamespace<Policy>>,
    /// Documents that held something.
    pub(super) documents: usize,
    /// Objects of each kind that was not read.
    pub(super) ignored: BTreeMap<String, usize>,
}

/// Objects by namespace, then name.
pub(super) type ByNamespace<T> = BTreeMap<String, BTreeMap<String, T>>;

/// A text and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) at: Span,
}

#[derive(Debug)]
pub(super) struct Namespace {
    /// Where its name stands.
    pub(super) at: Span,
    pub(super) labels: BTreeMap<String, Text>,
    pub(super) annotations: BTreeMap<String, Text>,
}

#[derive(Debug)]
pub(super) struct Quota {
    pub(super) at: Span,
    /// What it bounds.
    pub(super) hard: BTreeMap<String, Text>,
    /// Whether scopes keep it from counting every pod.
    pub(super) is_scoped: bool,
}

#[derive(Debug)]
pub(super) struct LimitRange {
    at: Span,
    /// Containers' default requests and limits, in the order written.
    pub(super) requests: Vec<(String, Text)>,
    pub(super) limits: Vec<(String, Text)>,
}

#[derive(Debug)]
pub(super) struct Policy {
    pub(super) at: Span,
    pub(super) reach: Reach,
}

/// Anything that knows its place.
trait Placed {
    fn at(&self) -> Span;
}
impl Placed for Quota {
    fn at(&self) -> Span {
        self.at
    }
}
impl Placed for LimitRange {
    fn at(&self) -> Span {
        self.at
    }
}
impl Placed for Policy {
    fn at(&self) -> Span {
        self.at
    }
}

impl Objects {
    /// Reads every file, in the order given.
    pub(super) fn read(files: Vec<(String, Vec<u8>)>, findings: &mut Findings) -> (Self, Sources) {
        let (mut objects, mut sources) = (Self::default(), Sources::default());
        for (path, bytes) in files {
            let nowhere = |file| Span { file, start: 0, end: 0 };
            if bytes.len() > LARGEST_FILE {
                let file = sources.add(&path, "");
                let words = format!("it has {} MiB, and {} is the most", bytes.len() >> 20, LARGEST_FILE >> 20);
                findings.note(Flaw::FileTooLarge, nowhere(file), &path, words);
                continue;
            }
            let text = match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(fault) => {
                    let good = fault.utf8_error().valid_up_to();
                    let file = sources.add(&path, String::from_utf8_lossy(fault.as_bytes()));
                    findings.note(Flaw::NotUtf8, nowhere(file), &path, format!("byte {good} is not UTF-8"));
                    continue;
                }
            };
            let file = sources.add(path, text);
            for document in documents(file, &sources.get(file).text) {
                objects.documents += 1;
                match document {
                    Ok(document) => objects.take(&document, &document.root, None, findings),
                    Err(fault) => findings.note(Flaw::Unreadable, fault.at, "", shown(&fault.why)),
                }
            }
        }
        (objects, sources)
    }

    /// Takes one object, or each of a list's. `implied` is the API version and kind that a typed list gives to its items.
    fn take(&mut self, document: &Document, root: &Node, implied: Option<(&str, &str)>, findings: &mut Findings) {
        let said = |key: &str| root.get(key).and_then(Node::text);
        let (version, kind) = match (said("apiVersion").unwrap_or(""), said("kind")) {
            (version, Some(kind)) => (version, kind),
            (_, None) => match implied {
                Some(implied) => implied,
                None => return findings.note(Flaw::NoKind, document.span(root), "", "no `kind` here"),
            },
        };
        if let (Some(of), Some(items)) = (kind.strip_suffix("List"), root.get("items")) {
            let implied = (!of.is_empty()).then_some((version, of));
            for item in items.items() {
                self.take(document, item, implied, findings);
            }
            return;
        }
        let group = version.split_once('/').map_or("", |(group, _)| group);
        let dialect = Dialect::of(group, kind);
        if dialect.is_none() && (!group.is_empty() || !matches!(kind, "Namespace" | "ResourceQuota" | "LimitRange")) {
            if Dialect::is_cluster_wide(group, kind) {
                let name = root.at(&["metadata", "name"]).unwrap_or(root);
                findings.note(
                    Flaw::ClusterWidePolicy,
                    document.span(name),
                    name.text().unwrap_or(kind),
                    kind.to_owned(),
                );
            }
            *self.ignored.entry(shown(kind)).or_default() += 1;
            return;
        }
        let mut twice = Vec::new();
        root.twice(&mut twice);
        for (key, node) in twice {
            findings.note(Flaw::DuplicateKey, document.span(node), key, format!("`{}` again", shown(key)));
        }
        let Some(name) = root.at(&["metadata", "name"]).filter(|name| name.text().is_some_and(|text| !text.is_empty()))
        else {
            return findings.note(Flaw::NoName, document.span(root), kind, "no `metadata.name` here");
        };
        let at = document.span(name);
        let name = name.text().unwrap_or_default().to_owned();
        if kind == "Namespace" {
            let texts = |key| root.at(&["metadata", key]).map(|node| texts(document, node)).unwrap_or_default();
            let namespace = Namespace { at, labels: texts("labels"), annotations: texts("annotations") };
            if let Some(before) = self.namespaces.insert(name.clone(), namespace) {
                findings.note_again(Flaw::DuplicateNamespace, at, &name, before.at);
            }
            return;
        }
        let Some(namespace) = root.at(&["metadata", "namespace"]).and_then(Node::text).filter(|text| !text.is_empty())
        else {
            return findings.note(Flaw::NoNamespaceSaid, at, &name, "no `metadata.namespace` beside this");
        };
        match (dialect, kind) {
            (Some(dialect), _) => {
                let policy = Policy { at, reach: dialect.reach(root) };
                keep(self.policies.entry(dialect).or_default(), namespace, name, policy, findings);
            }
            (None, "ResourceQuota") => keep(&mut self.quotas, namespace, name, quota(document, root, at), findings),
            (None, _) => keep(&mut self.limits, namespace, name, limit_range(document, root, at), findings),
        }
    }

    /// Leaves out, and says, every object whose namespace is not there.
    pub(super) fn drop_strays(&mut self, findings: &mut Findings) {
        let Self { namespaces, quotas, limits, policies, .. } = self;
        drop_strays(namespaces, quotas, findings);
        drop_strays(namespaces, limits, findings);
        for policies in policies.values_mut() {
            drop_strays(namespaces, policies, findings);
        }
    }
}

fn drop_strays<T: Placed>(
    namespaces: &BTreeMap<String, Namespace>,
    objects: &mut ByNamespace<T>,
    findings: &mut Findings,
) {
    objects.retain(|namespace, inside| {
        let is_there = namespaces.contains_key(namespace);
        if !is_there {
            for object in inside.values() {
                let label = format!("namespace `{}` is not there", shown(namespace));
                findings.note(Flaw::NamespaceNotThere, object.at(), namespace, label);
            }
        }
        is_there
    });
}

/// Keeps the last object of a name, as applying all of them in order does.
fn keep<T: Placed>(all: &mut ByNamespace<T>, namespace: &str, name: String, object: T, findings: &mut Findings) {
    let at = object.at();
    let shown = format!("{namespace}/{name}");
    if let Some(before) = all.entry(namespace.to_owned()).or_default().insert(name, object) {
        findings.note_again(Flaw::DuplicateObject, at, &shown, before.at());
    }
}

fn texts(document: &Document, node: &Node) -> BTreeMap<String, Text> {
    pairs(document, node).into_iter().collect()
}

fn pairs(document: &Document, node: &Node) -> Vec<(String, Text)> {
    let text = |node: &Node| Some(Text { text: node.text()?.to_owned(), at: document.span(node) });
    node.entries().filter_map(|(key, node)| Some((key.clone(), text(node)?))).collect()
}

fn quota(document: &Document, root: &Node, at: Span) -> Quota {
    let hard = root.at(&["spec", "hard"]).map(|node| texts(document, node)).unwrap_or_default();
    let is_scoped =
        ["scopes", "scopeSelector"].iter().any(|key| root.at(&["spec", key]).is_some_and(|s| !s.is_empty()));
    Quota { at, hard, is_scoped }
}

fn limit_range(document: &Document, root: &Node, at: Span) -> LimitRange {
    let of_containers = |key: &str| {
        let limits = root.at(&["spec", "limits"]).map_or(&[][..], Node::items);
        let containers = limits.iter().filter(|limit| limit.get("type").and_then(Node::text) == Some("Container"));
        containers.filter_map(|limit| limit.get(key)).flat_map(|node| pairs(document, node)).collect()
    };
    LimitRange { at, requests: of_containers("defaultRequest"), limits: of_containers("default") }
}
