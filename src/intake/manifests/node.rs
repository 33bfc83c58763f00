//! Nodes: one document as a tree whose every node knows its bytes. In: the text of one document. Out: a tree, or why not.
//!
//! Built from the parser's events on a stack of its own, not by serde: serde's recursion overflows a thread's stack at depths that
//! real custom resource definitions have. Scalars stay text as they were written, because Kubernetes reads numbers and text
//! alike where it wants quantities. An alias may make a document about twice as large as its text, never more, so that work
//! stays linear in the size of the input.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Span as EventSpan, options};

/// A value and the bytes that it stands on, counted from the start of its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) value: Value,
    bytes: Range<usize>,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// Why a text is no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// One line, without a place.
    pub(super) why: String,
    /// The byte at which reading ended.
    pub(super) at: usize,
}

impl Node {
    /// Reads one document.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let mut tree =
            Tree { open: Vec::new(), anchors: BTreeMap::new(), copies_left: text.len().max(1000), root: None };
        for event in Parser::new_from_str_with_options(text, options! { emit_comments: false }) {
            let (event, span) = event
                .map_err(|fault| Fault { why: fault.info(), at: fault.marker().byte_offset().unwrap_or_default() })?;
            let bytes = bytes_of(&span);
            tree.take(event, bytes.clone()).map_err(|why| Fault { why: why.to_owned(), at: bytes.start })?;
        }
        Ok(tree.root.unwrap_or(Self { value: Value::Null, bytes: 0..0 }))
    }

    /// The bytes it stands on, counted from the start of its document.
    pub(super) fn bytes(&self) -> Range<usize> {
        self.bytes.clone()
    }

    /// The value of `key`; the last one where a key is written twice, as Kubernetes reads it.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().rev().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// The value at the end of a path of keys.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text, number or boolean that it is.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The entries of a map, in order; none of anything else.
    pub(super) fn entries(&self) -> std::slice::Iter<'_, (String, Self)> {
        match &self.value {
            Value::Map(entries) => entries.iter(),
            Value::Null | Value::Text(_) | Value::List(_) => [].iter(),
        }
    }

    /// The items of a list; none of anything else.
    pub(super) fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            Value::Null | Value::Text(_) | Value::Map(_) => &[],
        }
    }

    /// True for nothing, an empty text, an empty list and an empty map.
    pub(super) fn is_empty(&self) -> bool {
        match &self.value {
            Value::Null => true,
            Value::Text(text) => text.is_empty(),
            Value::List(items) => items.is_empty(),
            Value::Map(entries) => entries.is_empty(),
        }
    }

    /// Every key that is written twice in one map, at any depth, with its second value.
    pub(super) fn twice<'a>(&'a self, found: &mut Vec<(&'a str, &'a Self)>) {
        let mut known = BTreeSet::new();
        for (key, node) in self.entries() {
            if !known.insert(key) {
                found.push((key, node));
            }
            node.twice(found);
        }
        for node in self.items() {
            node.twice(found);
        }
    }
}

fn bytes_of(span: &EventSpan) -> Range<usize> {
    span.byte_range().unwrap_or_default()
}

/// A tree that is being built: the containers that are open, from the outermost in.
struct Tree {
    open: Vec<Open>,
    /// What each anchor stands for, with the number of its nodes.
    anchors: BTreeMap<usize, (Node, usize)>,
    /// How many nodes anchors and aliases may still copy.
    copies_left: usize,
    root: Option<Node>,
}

/// A container whose end is not yet read.
struct Open {
    start: usize,
    anchor: usize,
    nodes: usize,
    kind: Kind,
}

enum Kind {
    List(Vec<Node>),
    Map { entries: Vec<(String, Node)>, merged: Vec<Node>, key: Option<Key> },
}

/// What stands before the colon.
enum Key {
    Named(String),
    /// A plain `<<`: the value's entries join the map.
    Merge,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, bytes: Range<usize>) -> Result<(), &'static str> {
        let list = || Kind::List(Vec::new());
        let map = || Kind::Map { entries: Vec::new(), merged: Vec::new(), key: None };
        match event {
            Event::SequenceStart(_, anchor, _) => self.open(bytes.start, anchor, list()),
            Event::MappingStart(_, anchor, _) => self.open(bytes.start, anchor, map()),
            Event::SequenceEnd | Event::MappingEnd => return self.close(bytes.end),
            Event::Scalar(text, style, anchor, _) => {
                let plain = style == ScalarStyle::Plain;
                let value = match text.as_ref() {
                    "" | "~" | "null" | "Null" | "NULL" if plain => Value::Null,
                    text => Value::Text(text.to_owned()),
                };
                let merge = plain && text == "<<";
                return self.place(Node { value, bytes }, 1, anchor, merge);
            }
            Event::Alias(anchor) => {
                let Some((_, nodes)) = self.anchors.get(&anchor) else {
                    return Err("an alias stands inside its own anchor");
                };
                let nodes = *nodes;
                self.spend(nodes)?;
                let (node, _) = &self.anchors[&anchor];
                return self.place(Node { value: node.value.clone(), bytes }, nodes, 0, false);
            }
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, start: usize, anchor: usize, kind: Kind) {
        self.open.push(Open { start, anchor, nodes: 1, kind });
    }

    fn close(&mut self, end: usize) -> Result<(), &'static str> {
        let Open { start, anchor, nodes, kind } = self.open.pop().ok_or("an end without a beginning")?;
        let value = match kind {
            Kind::List(items) => Value::List(items),
            Kind::Map { mut entries, merged, .. } => {
                merge(&mut entries, merged);
                Value::Map(entries)
            }
        };
        self.place(Node { value, bytes: start..end.max(start) }, nodes, anchor, false)
    }

    /// Puts a finished node where it belongs.
    fn place(&mut self, node: Node, nodes: usize, anchor: usize, is_merge: bool) -> Result<(), &'static str> {
        if anchor > 0 {
            self.spend(nodes)?;
            self.anchors.insert(anchor, (node.clone(), nodes));
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        parent.nodes += nodes;
        match &mut parent.kind {
            Kind::List(items) => items.push(node),
            Kind::Map { entries, merged, key } => match key.take() {
                Some(Key::Named(name)) => entries.push((name, node)),
                Some(Key::Merge) => merged.push(node),
                None if is_merge => *key = Some(Key::Merge),
                None => match node.value {
                    Value::Text(name) => *key = Some(Key::Named(name)),
                    Value::Null => *key = Some(Key::Named(String::new())),
                    Value::List(_) | Value::Map(_) => return Err("a key is a list or a map"),
                },
            },
        }
        Ok(())
    }

    fn spend(&mut self, nodes: usize) -> Result<(), &'static str> {
        self.copies_left = self.copies_left.checked_sub(nodes).ok_or("aliases make it too large to read")?;
        Ok(())
    }
}

/// Adds what `<<` names: what is written in the map itself comes first, then earlier sources.
fn merge(entries: &mut Vec<(String, Node)>, merged: Vec<Node>) {
    if merged.is_empty() {
        return;
    }
    let mut known: BTreeSet<String> = entries.iter().map(|(key, _)| key.clone()).collect();
    let sources = merged.into_iter().flat_map(|node| match node.value {
        Value::List(sources) => sources,
        Value::Null | Value::Text(_) | Value::Map(_) => vec![node],
    });
    for source in sources {
        if let Value::Map(more) = source.value {
            entries.extend(more.into_iter().filter(|(key, _)| known.insert(key.clone())));
        }
    }
}
