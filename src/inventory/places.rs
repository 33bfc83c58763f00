//! Where each key of a table was written.

use crate::vocab::diagnostic::Span;

/// The header of a table and the keys below it, by name. Keys of inline tables are written with dots: `demand.cpu`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    header: Span,
    keys: Vec<(&'static str, Span)>,
}

impl Places {
    /// A table whose header stands at `header`; keys are added with [`Places::note`].
    #[must_use]
    pub const fn new(header: Span) -> Self {
        Self { header, keys: Vec::new() }
    }

    /// Notes where `key` stands.
    pub fn note(&mut self, key: &'static str, span: Span) {
        self.keys.push((key, span));
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

    /// Where `key` was written; the header where it was not.
    #[must_use]
    pub fn of(&self, key: &str) -> Span {
        self.written(key).unwrap_or(self.header)
    }

    /// Where `key` was written, if it was.
    #[must_use]
    pub fn written(&self, key: &str) -> Option<Span> {
        self.keys.iter().find(|(known, _)| *known == key).map(|(_, span)| *span)
    }
}
