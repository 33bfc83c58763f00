//! Files cut into documents. In: one file's text, YAML or JSON. Out: its documents, one by one, so that a broken one loses
//! nothing but itself. Knows no Kubernetes.
//!
//! A line that begins with `---` ends a document wherever it stands (YAML 1.2.2, rule `c-forbidden`: not even a quoted
//! scalar may hold one), so files can be cut before they are parsed.

use std::ops::Range;

use super::node::{Node, Value};
use crate::vocab::diagnostic::Span;

/// One document of a file.
#[derive(Debug, Clone)]
pub(super) struct Document {
    file: u32,
    start: u32,
    pub(super) root: Node,
}

/// A document that cannot be read: why, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub(super) why: String,
    pub(super) at: Span,
}

/// Every document of `text`, which is file `file` of the sources. Empty ones are left out.
pub(super) fn documents(file: u32, text: &str) -> impl Iterator<Item = Result<Document, Unreadable>> {
    pieces(text).filter_map(move |piece| {
        let start = offset(piece.start);
        let text = &text[piece];
        if is_blank(text) {
            return None;
        }
        match Node::parse(text) {
            Ok(Node { value: Value::Null, .. }) => None,
            Ok(root) => Some(Ok(Document { file, start, root })),
            Err(fault) => {
                let ends = text.get(fault.at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
                let at = start + offset(fault.at.min(text.len()));
                Some(Err(Unreadable { why: fault.why, at: Span { file, start: at, end: at + offset(ends) } }))
            }
        }
    })
}

impl Document {
    /// Where `node`, a node of this document, stands.
    pub(super) fn span(&self, node: &Node) -> Span {
        let bytes = node.bytes();
        Span { file: self.file, start: self.start + offset(bytes.start), end: self.start + offset(bytes.end) }
    }
}

/// Cuts a file where documents begin and end.
fn pieces(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut at = start;
    std::iter::from_fn(move || {
        while at < text.len() {
            let line_start = at;
            let line = text[at..].split_inclusive('\n').next().expect("there is text left");
            at += line.len();
            let marks =
                |mark: &str| line.strip_prefix(mark).is_some_and(|rest| rest.trim_start() != rest || rest.is_empty());
            if marks("---") && line_start > start {
                return Some(std::mem::replace(&mut start, line_start)..line_start);
            }
            if marks("...") {
                return Some(std::mem::replace(&mut start, at)..line_start);
            }
        }
        (start < text.len()).then(|| std::mem::replace(&mut start, text.len())..text.len())
    })
}

/// True where there is nothing but blanks, comments, directives and the mark itself.
fn is_blank(text: &str) -> bool {
    text.lines().all(|line| {
        let line = line.strip_prefix("---").unwrap_or(line).trim();
        line.is_empty() || line.starts_with(['#', '%'])
    })
}

/// Files are refused beyond [`super::LARGEST_FILE`], so that every offset fits.
fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("files are smaller than 4 GiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<Document, Unreadable>> {
        documents(0, text).collect()
    }

    fn good(text: &str) -> Vec<Document> {
        read(text).into_iter().map(Result::unwrap).collect()
    }

    #[test]
    fn a_file_is_cut_at_its_marks_and_every_node_knows_its_bytes() {
        let text = "# first\na: 1\n--- # second\nb: {c: 'x'}\n---\n---\n# nothing\n...\n%YAML 1.2\n---\nd: [2, e]\n";
        let found = good(text);
        assert_eq!(found.len(), 3);
        let node = found[1].root.at(&["b", "c"]).unwrap();
        let span = found[1].span(node);
        assert_eq!(&text[span.start as usize..span.end as usize], "'x'");
        assert_eq!(found[2].root.get("d").unwrap().items()[1].text(), Some("e"));
    }

    #[test]
    fn a_broken_document_loses_nothing_but_itself() {
        let text = "a: 1\n---\nb: [1\n---\nc: {{ .Values.x }}\n---\nd: \"open\n---\ne: 5\n";
        let found = read(text);
        assert_eq!(found.iter().filter(|document| document.is_ok()).count(), 2);
        let Err(fault) = &found[1] else { panic!("{found:?}") };
        assert!((fault.at.start as usize) >= text.find("b:").unwrap(), "{fault:?}");
        assert!(!fault.why.is_empty() && !fault.why.contains('\n'), "{fault:?}");
    }

    #[test]
    fn numbers_and_booleans_stay_text_and_null_is_nothing() {
        let found = good("a: 50\nb: 0.5\nc: true\nd: ~\ne: '07'\nf: 07:30\n1: x\n");
        let text = |key: &str| found[0].root.get(key).unwrap().text().map(str::to_owned);
        assert_eq!(text("a").as_deref(), Some("50"));
        assert_eq!(text("b").as_deref(), Some("0.5"));
        assert_eq!(text("c").as_deref(), Some("true"));
        assert_eq!(text("d"), None);
        assert_eq!(text("e").as_deref(), Some("07"));
        assert_eq!(text("1").as_deref(), Some("x"));
    }

    #[test]
    fn json_is_read_like_yaml() {
        let found =
            good("{\n\t\"kind\": \"Namespace\",\n\t\"metadata\": {\"name\": \"a\\/b\\u00e9 \\ud83d\\ude00\"}}\n");
        assert_eq!(found[0].root.at(&["metadata", "name"]).unwrap().text(), Some("a/bé 😀"));
    }

    #[test]
    fn aliases_and_merges_are_followed_and_a_billion_laughs_are_not() {
        let found = good("x: &x {a: 1}\ny: *x\nz: {<<: *x, b: 2}\n");
        assert_eq!(found[0].root.at(&["y", "a"]).unwrap().text(), Some("1"));
        assert_eq!(found[0].root.at(&["z", "a"]).unwrap().text(), Some("1"));
        let mut bomb = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
        for level in 1..10 {
            let before = format!("*a{}", level - 1);
            bomb += &format!("a{level}: &a{level} [{}]\n", [before.as_str(); 10].join(", "));
        }
        let found = read(&(bomb + "---\na: 1\n"));
        assert!(found[0].is_err() && found[1].is_ok());
    }

    #[test]
    fn a_key_that_is_written_twice_is_found_and_the_last_one_holds() {
        let found = good("a: {b: 1, c: 2, b: 3}\n");
        assert_eq!(found[0].root.at(&["a", "b"]).unwrap().text(), Some("3"));
        let mut twice = Vec::new();
        found[0].root.twice(&mut twice);
        assert_eq!(twice.iter().map(|(key, _)| *key).collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn depth_is_bounded() {
        assert!(read(&"[".repeat(100_000))[0].is_err());
        assert!(read(&"- ".repeat(100_000))[0].is_err());
        assert!(read(&"{a: ".repeat(10_000))[0].is_err());
    }

    #[test]
    fn a_byte_order_mark_and_windows_line_ends_are_read() {
        let found = good("\u{feff}a: 1\r\n---\r\nb: 2\r\n");
        assert_eq!(found[0].root.get("a").unwrap().text(), Some("1"));
        assert_eq!(found[1].root.get("b").unwrap().text(), Some("2"));
    }
}
