//! A values file as it was read: every key with the line that it was written in, which it keeps wherever it moves.
//!
//! In: YAML text. Out: a tree of [`Node`]s that can be taken apart and put together by dotted path. Knows no chart.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_saphyr::Spanned;

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    /// Dotted path in the file; empty for what a conversion adds.
    pub path: String,
    /// Line in the file, from 1; 0 for what a conversion adds.
    pub line: u64,
    /// What it says.
    pub said: Said,
}

/// What a value says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
    /// A map.
    Map(BTreeMap<String, Node>),
    /// A list.
    List(Vec<Node>),
    /// Anything else.
    Leaf(Value),
}

impl Node {
    /// An empty map that was written nowhere.
    pub fn empty() -> Self {
        Self { path: String::new(), line: 0, said: Said::Map(BTreeMap::new()) }
    }

    /// This place with another value.
    pub fn says(&self, value: impl Into<Value>) -> Self {
        self.saying(value.into())
    }

    /// All of `value` at this place: whatever is lost of it later is lost here.
    fn saying(&self, value: Value) -> Self {
        let said = match value {
            Value::Object(map) => Said::Map(map.into_iter().map(|(key, value)| (key, self.saying(value))).collect()),
            Value::Array(items) => Said::List(items.into_iter().map(|item| self.saying(item)).collect()),
            leaf @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => Said::Leaf(leaf),
        };
        Self { path: self.path.clone(), line: self.line, said }
    }

    /// As JSON.
    pub fn value(&self) -> Value {
        match &self.said {
            Said::Map(map) => Value::Object(map.iter().map(|(key, node)| (key.clone(), node.value())).collect()),
            Said::List(items) => items.iter().map(Self::value).collect(),
            Said::Leaf(value) => value.clone(),
        }
    }

    /// The text of a leaf.
    pub fn text(&self) -> Option<&str> {
        match &self.said {
            Said::Leaf(Value::String(text)) => Some(text),
            Said::Leaf(_) | Said::Map(_) | Said::List(_) => None,
        }
    }

    /// True for the leaf `true`, and for the text that charts spell it with.
    pub fn is_true(&self) -> bool {
        self.said == Said::Leaf(Value::Bool(true)) || self.text() == Some("true")
    }

    /// True for the leaf `false`, and for the text that charts spell it with.
    pub fn is_false(&self) -> bool {
        self.said == Said::Leaf(Value::Bool(false)) || self.text() == Some("false")
    }

    /// What stands at a path.
    pub fn get(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |node, key| match &node.said {
            Said::Map(map) => map.get(key),
            Said::List(_) | Said::Leaf(_) => None,
        })
    }

    /// Takes away what stands at a path, and the maps around it that are empty then.
    pub fn take(&mut self, path: &str) -> Option<Self> {
        let Said::Map(map) = &mut self.said else { return None };
        let Some((key, rest)) = path.split_once('.') else { return map.remove(path) };
        let child = map.get_mut(key)?;
        let taken = child.take(rest)?;
        if matches!(&child.said, Said::Map(map) if map.is_empty()) {
            map.remove(key);
        }
        Some(taken)
    }

    /// Puts a node at a path. Where both are maps they are merged; otherwise what stands there stays.
    ///
    /// # Errors
    /// What did not find its place.
    pub fn put(&mut self, path: &str, node: Self) -> Result<(), Vec<Self>> {
        let Said::Map(map) = &mut self.said else { return Err(vec![node]) };
        match path.split_once('.') {
            Some((key, rest)) => map.entry(key.to_owned()).or_insert_with(Self::empty).put(rest, node),
            None => match map.get_mut(path) {
                None => {
                    map.insert(path.to_owned(), node);
                    Ok(())
                }
                Some(there) => there.merge(node),
            },
        }
    }

    fn merge(&mut self, other: Self) -> Result<(), Vec<Self>> {
        if self.value() == other.value() {
            return Ok(());
        }
        match (&self.said, other) {
            (Said::Map(_), Self { said: Said::Map(more), .. }) => {
                let homeless: Vec<Self> =
                    more.into_iter().filter_map(|(key, node)| self.put(&key, node).err()).flatten().collect();
                if homeless.is_empty() { Ok(()) } else { Err(homeless) }
            }
            (_, other) => Err(vec![other]),
        }
    }

    /// Every value that is no map, and every empty map.
    pub fn leaves(&self) -> Vec<&Self> {
        match &self.said {
            Said::Map(map) if !map.is_empty() => map.values().flat_map(Self::leaves).collect(),
            Said::Map(_) | Said::List(_) | Said::Leaf(_) => vec![self],
        }
    }
}

/// Reads one document. Twice the same key is an error; `<<` is merged.
///
/// # Errors
/// The line, from 1, and what is wrong there.
pub(super) fn read(text: &str) -> Result<Node, (Option<u64>, String)> {
    let options = serde_saphyr::options! { duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::Error };
    let raw: Option<Spanned<Raw>> = serde_saphyr::from_str_with_options(text, options)
        .map_err(|fault| (fault.location().map(|at| at.line()), fault.without_snippet().to_string()))?;
    let Some(raw) = raw else { return Ok(Node::empty()) };
    let line = raw.defined.line();
    match node(String::new(), line, raw.value) {
        node @ Node { said: Said::Map(_), .. } => Ok(node),
        Node { said: Said::Leaf(Value::Null), .. } => Ok(Node::empty()),
        Node { line, .. } => Err((Some(line), "values are a map of keys".to_owned())),
    }
}

fn node(path: String, line: u64, raw: Raw) -> Node {
    let said = match raw {
        Raw::Leaf(value) => Said::Leaf(value),
        Raw::List(items) => Said::List(
            items
                .into_iter()
                .enumerate()
                .map(|(place, item)| node(format!("{path}[{place}]"), item.referenced.line(), item.value))
                .collect(),
        ),
        Raw::Map(entries) => Said::Map(
            entries
                .into_iter()
                .map(|(key, value)| {
                    let below = if path.is_empty() { key.value.clone() } else { format!("{path}.{}", key.value) };
                    (key.value, node(below, key.referenced.line(), value.value))
                })
                .collect(),
        ),
    };
    Node { path, line, said }
}

/// YAML before its places are sorted in.
#[derive(Debug)]
enum Raw {
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
    List(Vec<Spanned<Raw>>),
    Leaf(Value),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Leaf(value.into()))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Leaf(value.into()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Leaf(value.into()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Leaf(value.into()))
    }
    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Leaf(value.into()))
    }
    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Leaf(Value::Null))
    }
    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Leaf(Value::Null))
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(Raw::List(all))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut all = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            all.push(entry);
        }
        Ok(Raw::Map(all))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_key_keeps_its_line_and_its_path() {
        let node = read("a:\n  b: 1\n  c:\n    - x\n# remark\nd: {e: null}\n").unwrap();
        let places: Vec<_> = node.leaves().iter().map(|leaf| (leaf.path.as_str(), leaf.line)).collect();
        assert_eq!(places, [("a.b", 2), ("a.c", 3), ("d.e", 6)]);
        assert_eq!(node.value(), json!({ "a": { "b": 1, "c": ["x"] }, "d": { "e": null } }));
    }

    #[test]
    fn an_alias_says_what_its_anchor_says() {
        let node = read("a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n").unwrap();
        assert_eq!(node.value(), json!({ "a": { "b": 1 }, "c": { "b": 1 }, "d": { "b": 1, "e": 2 } }));
    }

    #[test]
    fn no_values_are_values_and_a_list_is_none() {
        assert_eq!(read("").unwrap(), Node::empty());
        assert_eq!(read("# nothing\n").unwrap().value(), json!({}));
        assert!(read("- a\n").is_err());
        assert_eq!(read("a: 1\nb: 2\na: 3\n").unwrap_err().0, Some(3));
    }

    #[test]
    fn what_is_taken_leaves_no_empty_map_and_what_is_put_finds_its_place() {
        let mut node = read("a: {b: {c: 1}}\nd: 2\n").unwrap();
        let taken = node.take("a.b.c").unwrap();
        assert_eq!(node.value(), json!({ "d": 2 }));
        node.put("x.y", taken.clone()).unwrap();
        assert_eq!(node.value(), json!({ "d": 2, "x": { "y": 1 } }));
        assert_eq!(node.put("d", taken.clone()), Err(vec![taken]));
    }
}
