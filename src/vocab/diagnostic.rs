//! Findings about an input: a code, a place, what is wrong and the way out. Data only; `report::diagnostics` draws them.

use std::sync::Arc;

use serde::Serialize;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The input cannot be planned with.
    Error,
    /// The input can be planned with, and something about it is unsafe or unclear.
    Warning,
}

/// A byte range in one of the files that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Index into [`Sources`].
    pub file: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A label beside a snippet: a span and a few words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be seen there.
    pub text: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Kebab-case, stable: `unknown-key`.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// One sentence: what is wrong, with names in backticks.
    pub message: String,
    /// The place that has to change, if the finding is about a place.
    pub primary: Option<Label>,
    /// Other places that take part.
    pub also: Vec<Label>,
    /// The way out, one sentence each.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error.
    #[must_use]
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            primary: None,
            also: Vec::new(),
            help: Vec::new(),
        }
    }

    /// A warning.
    #[must_use]
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Points at the place that has to change.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.primary = Some(Label { span, text: text.into() });
        self
    }

    /// Points at another place that takes part.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.also.push(Label { span, text: text.into() });
        self
    }

    /// Says the way out.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }
}

/// The files that were read: path as the user gave it, and text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources(Vec<Arc<Source>>);

/// One file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// With forward slashes, relative to where the user pointed.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// A place as people and editors say it. Lines and columns begin at 1; columns count characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file's path.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl Sources {
    /// Adds a file and returns its index.
    ///
    /// # Panics
    /// Beyond 2^32 files.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> u32 {
        self.0.push(Arc::new(Source { path: path.into(), text: text.into() }));
        u32::try_from(self.0.len() - 1).expect("fewer than 2^32 files")
    }

    /// The file of an index.
    ///
    /// # Panics
    /// When the index came from other sources.
    #[must_use]
    pub fn get(&self, file: u32) -> &Source {
        &self.0[file as usize]
    }

    /// All files in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// The place of a span's first byte.
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        let source = self.get(span.file);
        let start = (span.start as usize).min(source.text.len());
        let before = &source.text.as_bytes()[..start];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(&before[line_start..]).chars().count() + 1;
        Place { file: source.path.clone(), line: to_u32(line), column: to_u32(column) }
    }
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let mut sources = Sources::default();
        let file = sources.add("a.toml", "a = 1\né = x\n");
        let place = sources.place(Span { file, start: 11, end: 12 });
        assert_eq!(place.to_string(), "a.toml:2:5");
    }
}
