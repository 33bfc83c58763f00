//! A TOML value with its place, and the trait of everything that can be read from one.

use std::ops::Range;

use serde_json::{Value, json};
use toml::de::DeValue;

use crate::vocab::diagnostic::{Diagnostic, Span};

/// A value as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where.
    pub span: Span,
}

/// A TOML value and its place.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    /// The value.
    pub value: &'a DeValue<'a>,
    /// Where.
    pub span: Span,
}

/// Faults as they are found.
#[derive(Debug, Default)]
pub struct Faults(Vec<Diagnostic>);

impl Faults {
    /// Adds one.
    pub fn push(&mut self, fault: Diagnostic) {
        self.0.push(fault);
    }

    /// All of them, in the order in which they were found.
    #[must_use]
    pub fn into_vec(self) -> Vec<Diagnostic> {
        self.0
    }

    /// How many so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

impl Span {
    /// A byte range of a file.
    #[must_use]
    pub fn of(file: u32, range: Range<usize>) -> Self {
        let narrow = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { file, start: narrow(range.start), end: narrow(range.end) }
    }
}

/// What can be read from a TOML value, and how an editor may check it.
pub trait Shape: Sized {
    /// Reads the value. What is wrong goes into `faults`; then nothing comes back.
    fn read(node: Node<'_>, faults: &mut Faults) -> Option<Self>;

    /// Its JSON Schema.
    fn schema() -> Value;
}

impl Node<'_> {
    /// What kind of value this is, for messages.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.value {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        }
    }

    /// The fault of a wrong type.
    pub fn expected(&self, what: &str, faults: &mut Faults) {
        faults.push(
            Diagnostic::error("wrong-type", format!("expected {what}, found {}", self.kind()))
                .at(self.span, format!("this is {}", self.kind())),
        );
    }

    /// The fault of a value that has the right type and does not make sense.
    pub fn invalid(&self, message: impl Into<String>, help: impl Into<String>, faults: &mut Faults) {
        faults.push(Diagnostic::error("invalid-value", message).at(self.span, "not understood").help(help));
    }

    /// The text of a string.
    pub fn text<'b>(&'b self, what: &str, faults: &mut Faults) -> Option<&'b str> {
        match self.value {
            DeValue::String(text) => Some(text),
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => {
                self.expected(what, faults);
                None
            }
        }
    }

    /// The literal of a number or the text of a string, exactly as written.
    pub fn literal(&self, what: &str, faults: &mut Faults) -> Option<String> {
        match self.value {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Some(number.to_string()),
                Err(_) => {
                    self.expected(what, faults);
                    None
                }
            },
            DeValue::Float(number) => Some(number.as_str().to_owned()),
            DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                self.expected(what, faults);
                None
            }
        }
    }
}

impl<T: Shape> Shape for Vec<At<T>> {
    fn read(node: Node<'_>, faults: &mut Faults) -> Option<Self> {
        let DeValue::Array(items) = node.value else {
            node.expected("an array", faults);
            return None;
        };
        let mut all = Some(Self::with_capacity(items.len()));
        for item in items.iter() {
            let span = Span::of(node.span.file, item.span());
            match T::read(Node { value: item.get_ref(), span }, faults) {
                Some(value) => {
                    if let Some(all) = &mut all {
                        all.push(At { value, span });
                    }
                }
                None => all = None,
            }
        }
        all
    }

    fn schema() -> Value {
        json!({ "type": "array", "items": T::schema() })
    }
}

/// A table whose keys are names: `[regulation.<name>]`.
#[derive(Debug)]
pub struct Named<T>(pub Vec<(At<String>, At<T>)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Shape> Shape for Named<T> {
    fn read(node: Node<'_>, faults: &mut Faults) -> Option<Self> {
        let DeValue::Table(table) = node.value else {
            node.expected("a table", faults);
            return None;
        };
        let mut all = Vec::new();
        for (key, value) in table.iter() {
            let span = Span::of(node.span.file, value.span());
            let name = At { value: key.get_ref().to_string(), span: Span::of(node.span.file, key.span()) };
            if let Some(value) = T::read(Node { value: value.get_ref(), span }, faults) {
                all.push((name, At { value, span }));
            }
        }
        Some(Self(all))
    }

    fn schema() -> Value {
        json!({ "type": "object", "additionalProperties": T::schema() })
    }
}
