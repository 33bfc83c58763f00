//! Where each key of a table was written.

use crate::vocab::diagnostic::Span;

/// The header of a table and the keys below it, by name. Keys of inline tables are written with dots: `demand.cpu`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    header: Span,
    keys: Vec<Noted>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Noted {
    /// The table that the key stands in; empty at the top.
    parent: &'static str,
    key: &'static str,
    span: Span,
}

impl Places {
    /// A table whose header stands at `header`; keys are added with [`Places::note`].
    #[must_use]
    pub const fn new(header: Span) -> Self {
        Self { header, keys: Vec::new() }
    }

    /// Notes where the value of `key` stands.
    pub fn note(&mut self, key: &'static str, span: Span) {
        self.note_below("", key, span);
    }

    /// Notes where the value of `parent.key` stands.
    pub fn note_below(&mut self, parent: &'static str, key: &'static str, span: Span) {
        self.keys.push(Noted { parent, key, span });
    }

    /// The same, with the value of the key `name` in the header's place, where there is one.
    #[must_use]
    pub fn with_name_as_header(mut self) -> Self {
        self.header = self.of("name");
        self
    }

    /// Says where the table's name stands: that is where it begins for a reader.
    pub const fn head(&mut self, name: Span) {
        self.header = name;
    }

    /// Where the table begins: its name where it has one.
    #[must_use]
    pub const fn header(&self) -> Span {
        self.header
    }

    /// Where the value of `key` was written; the header where it was not.
    #[must_use]
    pub fn of(&self, key: &str) -> Span {
        self.written(key).unwrap_or(self.header)
    }

    /// Where the value of `key` was written, if it was.
    #[must_use]
    pub fn written(&self, key: &str) -> Option<Span> {
        let (parent, key) = key.split_once('.').unwrap_or(("", key));
        self.keys.iter().find(|noted| noted.parent == parent && noted.key == key).map(|noted| noted.span)
    }
}
