//! The reading layer: a TOML value with its span, and the shapes that values can have.
//!
//! In: `toml`'s spanned tree. Out: values with the span they were written at, and every fault on the way. A shape knows
//! one value at a time; what values mean together is for `believe`.

use std::collections::HashMap;
use std::hash::Hash;

use serde_json::{Value, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::inventory::Places;
use crate::vocab::diagnostic::{Diagnostic, Span};

/// A value and where it was written.
#[derive(Debug, Clone, Copy)]
pub struct At<T> {
    /// What was written.
    pub value: T,
    /// Where the value stands, without its key.
    pub span: Span,
}

/// What a value of the inventory can look like.
pub trait Shape: Sized {
    /// What is expected, with an article: ``a duration such as `30s` ``.
    fn expects() -> String;

    /// Reads a value. Nothing where it is faulty, and then the fault is in `faults`.
    fn read(node: &Node<'_>, faults: &mut Vec<Diagnostic>) -> Option<Self>;

    /// Its JSON Schema.
    fn schema() -> Value;

    /// Notes where the keys of an inline table stand. Only tables do.
    fn note_below(&self, _parent: &'static str, _places: &mut Places) {}
}

/// A shape that stands left of a `.` or `=`: the `eks` in `[calendar.eks]`.
pub trait Key: Sized + Eq + Hash {
    /// Reads the key, or says why it is none.
    ///
    /// # Errors
    /// The reason, in words.
    fn read_key(text: &str) -> Result<Self, String>;

    /// The JSON Schema of the key.
    fn schema() -> Value;
}

/// A TOML value, the name of its key and its place.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    /// The key it stands at; for messages.
    pub name: &'a str,
    /// The value.
    pub value: &'a DeValue<'a>,
    /// Where the value stands.
    pub span: Span,
}

/// A byte range of a file as a span.
pub fn span_of(file: u32, range: std::ops::Range<usize>) -> Span {
    let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { file, start: narrow(range.start), end: narrow(range.end) }
}

impl<'a> Node<'a> {
    /// A whole document.
    pub fn document(file: u32, table: &'a DeValue<'a>) -> Self {
        Self { name: "", value: table, span: Span { file, start: 0, end: 0 } }
    }

    /// A value below this one.
    pub fn child(&self, name: &'a str, value: &'a Spanned<DeValue<'a>>) -> Self {
        Self { name, value: value.get_ref(), span: span_of(self.span.file, value.span()) }
    }

    /// The value as a `T`, with its place.
    pub fn read<T: Shape>(&self, faults: &mut Vec<Diagnostic>) -> Option<At<T>> {
        T::read(self, faults).map(|value| At { value, span: self.span })
    }

    /// The value as a table.
    pub fn table(&self, faults: &mut Vec<Diagnostic>) -> Option<&'a DeTable<'a>> {
        let table = self.value.as_table();
        if table.is_none() {
            faults.push(self.wrong_type("a table"));
        }
        table
    }

    /// The value as a string that expects to be `expected`.
    pub fn string(&self, expected: &str, faults: &mut Vec<Diagnostic>) -> Option<&'a str> {
        let text = self.value.as_str();
        if text.is_none() {
            faults.push(self.wrong_type(expected));
        }
        text
    }

    /// The fault of a value of another type than `expected`.
    pub fn wrong_type(&self, expected: &str) -> Diagnostic {
        let found = match self.value {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        Diagnostic::error("wrong-type", format!("{} must be {expected}, not {found}", self.called()))
            .at(self.span, format!("this is {found}"))
            .help(format!("write {expected}"))
    }

    /// The fault of a value that has the right type and cannot be.
    pub fn bad(&self, code: &'static str, why: impl std::fmt::Display, expected: &str) -> Diagnostic {
        Diagnostic::error(code, format!("{}: {why}", self.called())).at(self.span, "").help(format!("write {expected}"))
    }

    /// The key's name in backticks; the file where there is none.
    fn called(&self) -> String {
        if self.name.is_empty() { "the file".to_owned() } else { format!("`{}`", self.name) }
    }
}

/// A list, in the order in which it was written.
impl<T: Shape> Shape for Vec<At<T>> {
    fn expects() -> String {
        "an array".to_owned()
    }

    fn read(node: &Node<'_>, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let Some(array) = node.value.as_array() else {
            let mut fault = node.wrong_type("an array");
            if node.value.is_table() {
                fault.help = vec![format!("write its header in double brackets: `[[{}]]`", node.name)];
            }
            faults.push(fault);
            return None;
        };
        let all: Vec<_> = array.iter().filter_map(|element| node.child(node.name, element).read::<T>(faults)).collect();
        Some(all)
    }

    fn schema() -> Value {
        json!({ "type": "array", "items": T::schema() })
    }
}

/// A list in which nothing stands twice.
#[derive(Debug, Clone)]
pub struct Set<T>(pub Vec<At<T>>);

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Shape + Eq + Hash + std::fmt::Display> Shape for Set<T> {
    fn expects() -> String {
        "an array".to_owned()
    }

    fn read(node: &Node<'_>, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let all = Vec::<At<T>>::read(node, faults)?;
        let mut seen: HashMap<&T, Span> = HashMap::with_capacity(all.len());
        for At { value, span } in &all {
            if let Some(first) = seen.insert(value, *span) {
                faults.push(
                    Diagnostic::error("duplicate-entry", format!("`{}` lists `{value}` twice", node.name))
                        .at(*span, "again")
                        .also(first, "first")
                        .help("keep one of the two"),
                );
            }
        }
        Some(Self(all))
    }

    fn schema() -> Value {
        json!({ "type": "array", "items": T::schema(), "uniqueItems": true })
    }
}

/// Tables by name: `[regulation.pci-dss]`.
#[derive(Debug)]
pub struct Named<K, V>(pub Vec<(At<K>, At<V>)>);

impl<K: Key, V: Shape> Shape for Named<K, V> {
    fn expects() -> String {
        "a table".to_owned()
    }

    fn read(node: &Node<'_>, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut all = Vec::new();
        for (name, value) in node.table(faults)? {
            let key_span = span_of(node.span.file, name.span());
            let child = node.child(name.get_ref(), value);
            let value = child.read::<V>(faults);
            match K::read_key(name.get_ref()) {
                Ok(key) => all.extend(value.map(|value| (At { value: key, span: key_span }, value))),
                Err(why) => faults.push(
                    Diagnostic::error("bad-key", format!("`{}` below `{}`: {why}", shown(name.get_ref()), node.name))
                        .at(key_span, "")
                        .help("correct the name of this table or key"),
                ),
            }
        }
        Some(Self(all))
    }

    fn schema() -> Value {
        json!({ "type": "object", "propertyNames": K::schema(), "additionalProperties": V::schema() })
    }
}

/// Text from the input as a message may hold it: control characters escaped, at most 60 characters.
pub fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    if text.chars().nth(60).is_some() {
        shown.push('…');
    }
    shown
}
