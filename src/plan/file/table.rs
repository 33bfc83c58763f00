//! One table of a plan file, read key by key. Every fault is noted with its place, and reading goes on.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::value::{Misread, Value};
use crate::vocab::diagnostic::{Diagnostic, Span};
use crate::vocab::edit::nearest;

/// A table being read. [`Table::finish`] reports the keys that nobody asked for.
pub struct Table<'a> {
    /// As messages call it: `[[placement]]`; empty for the file itself.
    name: &'static str,
    keys: &'a DeTable<'a>,
    span: Span,
    asked: Vec<&'static str>,
}

impl<'a> Table<'a> {
    /// The table `name` that stands at `span`.
    pub const fn new(name: &'static str, keys: &'a DeTable<'a>, span: Span) -> Self {
        Self { name, keys, span, asked: Vec::new() }
    }

    /// The value of a key that must be there.
    pub fn required<T: Value>(&mut self, key: &'static str, faults: &mut Vec<Diagnostic>) -> Option<T> {
        if !self.keys.contains_key(key) {
            faults.push(self.missing(key, T::EXPECTED));
        }
        self.optional(key, faults).flatten()
    }

    /// The value of a key that may be missing. The outer option is nothing where the value is faulty.
    pub fn optional<T: Value>(&mut self, key: &'static str, faults: &mut Vec<Diagnostic>) -> Option<Option<T>> {
        let Some((value, span)) = self.take(key) else { return Some(None) };
        match T::read(value) {
            Ok(value) => Some(Some(value)),
            Err(misread) => {
                faults.push(fault(key, value, span, T::EXPECTED, misread));
                None
            }
        }
    }

    /// A table below a key that must be there.
    pub fn table(&mut self, key: &'static str, name: &'static str, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let Some((value, span)) = self.take(key) else {
            faults.push(self.missing(key, "a table"));
            return None;
        };
        match value {
            DeValue::Table(keys) => Some(Self::new(name, keys, span)),
            other => {
                faults.push(fault(key, other, span, "a table", Misread::Type));
                None
            }
        }
    }

    /// The tables of an array below a key, each through `read`; none where the key is missing.
    pub fn tables<T>(
        &mut self,
        key: &'static str,
        name: &'static str,
        faults: &mut Vec<Diagnostic>,
        mut read: impl FnMut(Self, &mut Vec<Diagnostic>) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.each(key, "an array of tables", faults, |value, span, faults| match value {
            DeValue::Table(keys) => read(Self::new(name, keys, span), faults),
            other => {
                faults.push(fault(key, other, span, "an array of tables", Misread::Type));
                None
            }
        })
    }

    /// The values of an array below a key; none where the key is missing.
    pub fn list<T: Value>(&mut self, key: &'static str, faults: &mut Vec<Diagnostic>) -> Option<Vec<T>> {
        self.each(key, "an array", faults, |value, span, faults| match T::read(value) {
            Ok(value) => Some(value),
            Err(misread) => {
                faults.push(fault(key, value, span, T::EXPECTED, misread));
                None
            }
        })
    }

    /// Where a key's value stands; the table where it is missing.
    pub fn place(&self, key: &str) -> Span {
        self.keys.get(key).map_or(self.span, |value| span(value.span()))
    }

    /// Reports keys that were never asked for.
    pub fn finish(self, faults: &mut Vec<Diagnostic>) {
        for key in self.keys.keys().filter(|key| !self.asked.contains(&key.get_ref().as_ref())) {
            let word: String = key.get_ref().chars().take(60).collect();
            let help = nearest(&word, self.asked.iter().copied()).map_or_else(
                || "remove it: a plan file is written by `fleetplan plan`".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!("{} has no key `{}`", self.called(), word.escape_debug());
            faults.push(Diagnostic::error("unknown-key", message).at(span(key.span()), "unknown key").help(help));
        }
    }

    fn take(&mut self, key: &'static str) -> Option<(&'a DeValue<'a>, Span)> {
        self.asked.push(key);
        self.keys.get(key).map(|value| (value.get_ref(), span(value.span())))
    }

    fn each<T>(
        &mut self,
        key: &'static str,
        expected: &'static str,
        faults: &mut Vec<Diagnostic>,
        mut read: impl FnMut(&'a DeValue<'a>, Span, &mut Vec<Diagnostic>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Some((value, at)) = self.take(key) else { return Some(Vec::new()) };
        let DeValue::Array(elements) = value else {
            faults.push(fault(key, value, at, expected, Misread::Type));
            return None;
        };
        let read: Vec<Option<T>> =
            elements.iter().map(|element| read(element.get_ref(), span(element.span()), faults)).collect();
        read.into_iter().collect()
    }

    fn missing(&self, key: &str, expected: &str) -> Diagnostic {
        Diagnostic::error("missing-key", format!("{} lacks the key `{key}`", self.called()))
            .at(self.span, format!("`{key}` is missing here"))
            .help(format!("`{key}` is {expected}"))
    }

    fn called(&self) -> String {
        if self.name.is_empty() { "a plan".to_owned() } else { format!("`{}` of a plan", self.name) }
    }
}

/// A byte range of the plan file, which is file 0.
pub fn span(range: Range<usize>) -> Span {
    let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { file: 0, start: narrow(range.start), end: narrow(range.end) }
}

fn fault(key: &str, value: &DeValue<'_>, span: Span, expected: &str, misread: Misread) -> Diagnostic {
    match misread {
        Misread::Type => {
            let found = value.type_str();
            let found = if found.starts_with(['a', 'i']) { format!("an {found}") } else { format!("a {found}") };
            Diagnostic::error("wrong-type", format!("`{key}` must be {expected}, not {found}"))
                .at(span, format!("this is {found}"))
        }
        Misread::Value(why) => {
            Diagnostic::error("invalid-value", format!("`{key}`: {why}")).at(span, format!("not {expected}"))
        }
    }
    .help(format!("write {expected}"))
}
