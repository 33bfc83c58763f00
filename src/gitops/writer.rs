//! Files as they come to be: documents go through their templates into text, and what each folder holds is noted on the way.
//!
//! In: documents with the path they go to. Out: text by path, every fault, and the [`Contents`] of each folder of manifests, from
//! which whoever delivers it is granted exactly those kinds and namespaces. Knows nothing of what the documents are for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::document::{CONFIRM, Document};
use super::templates::Templates;
use super::yaml;
use crate::inventory::Delivery;
use crate::vocab::diagnostic::Diagnostic;

/// The folder of manifests within the folder of a home or a cluster. Controllers apply what stands in it, and nothing beside it.
pub(super) const MANIFESTS: &str = "manifests";

/// Group and kind; the group of the core is empty.
pub(super) type GroupKind = (String, String);

/// What a folder of manifests holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Contents {
    /// Kinds that live in a namespace.
    pub namespaced: BTreeSet<GroupKind>,
    /// Kinds of the whole cluster.
    pub cluster_wide: BTreeSet<GroupKind>,
    /// Namespaces that something is put into.
    pub namespaces: BTreeSet<String>,
}

impl Contents {
    fn note(&mut self, says: &Value) {
        let (Some(version), Some(kind)) = (says["apiVersion"].as_str(), says["kind"].as_str()) else { return };
        let group = version.split_once('/').map_or("", |(group, _)| group);
        let kinds = match says["metadata"]["namespace"].as_str() {
            Some(namespace) => {
                self.namespaces.insert(namespace.to_owned());
                &mut self.namespaced
            }
            None => &mut self.cluster_wide,
        };
        kinds.insert((group.to_owned(), kind.to_owned()));
    }
}

/// Where documents go.
pub(super) struct Writer<'a> {
    templates: &'a Templates,
    delivery: Delivery,
    /// Text by path.
    pub files: BTreeMap<String, String>,
    /// What went wrong.
    pub faults: Vec<Diagnostic>,
    /// By folder: that of a home or a cluster, without [`MANIFESTS`].
    contents: BTreeMap<String, Contents>,
    /// Template and fault code that were reported: one fault of a template shows with its first tenant, not with every one.
    seen: BTreeSet<(&'static str, &'static str)>,
}

impl<'a> Writer<'a> {
    /// Nothing yet.
    pub fn new(templates: &'a Templates, delivery: Delivery, faults: Vec<Diagnostic>) -> Self {
        let (files, contents, seen) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { templates, delivery, files, faults, contents, seen }
    }

    /// Writes documents as one file.
    pub fn write(&mut self, path: &str, documents: &[Document], about: &Value, whose: &str) {
        let mut laid_out = Vec::with_capacity(documents.len());
        for document in documents {
            let document = Document::new(document.template, self.guarded(&document.says));
            if let Some((folder, _)) = path.split_once(&format!("/{MANIFESTS}/")) {
                self.contents.entry(folder.to_owned()).or_default().note(&document.says);
            }
            match self.templates.lay_out(&document, about, whose) {
                Ok(value) => laid_out.push(value),
                Err(fault) => {
                    if self.seen.insert((document.template, fault.code)) {
                        self.faults.push(*fault);
                    }
                }
            }
        }
        self.files.insert(path.to_owned(), yaml::write(&laid_out));
    }

    /// Adds a fault that was not reported yet.
    pub fn fault(&mut self, fault: Diagnostic) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// What the manifests of a folder are.
    pub fn contents(&self, folder: &str) -> Contents {
        self.contents.get(folder).cloned().unwrap_or_default()
    }

    /// The document, with its guard against deletion in the words of the controller that will apply it.
    fn guarded(&self, says: &Value) -> Value {
        let mut says = says.clone();
        match self.delivery {
            Delivery::Argocd => {}
            Delivery::Flux => {
                let annotations = says.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut);
                if let Some(annotations) = annotations.filter(|annotations| annotations.contains_key(CONFIRM.0)) {
                    annotations.remove(CONFIRM.0);
                    annotations.insert(NEVER_PRUNE.0.to_owned(), json!(NEVER_PRUNE.1));
                }
            }
        }
        says
    }
}

/// Flux leaves alone what carries this, whatever the pruning of whoever applied it.
const NEVER_PRUNE: (&str, &str) = ("kustomize.toolkit.fluxcd.io/prune", "disabled");
