//! Diagnostics as people and programs read them: in rustc's form with the lines they speak of, and as JSON.
//!
//! In: diagnostics and the sources that their spans point into. Out: text. It knows nothing of what the findings mean.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, normalize_untrusted_str};
use serde_json::{Value, json};

use crate::vocab::diagnostic::{Diagnostic, Label, Severity, Sources, Span};

/// Columns of rendered text. Longer lines of a file are cut around what they are shown for.
const WIDTH: usize = 120;

/// Lines that may lie between two labels of one snippet; further apart, each gets a snippet of its own.
const NEAR: usize = 12;

/// Lines of a file that one label shows at most.
const TALLEST: usize = 4;

/// Bytes of a line that are shown on either side of a label in it, where the line is longer than [`LONGEST_LINE`].
const AROUND: usize = 160;

/// The longest line that is shown as it stands, in bytes.
const LONGEST_LINE: usize = 2000;

/// Labels beside the primary one that are shown; the rest is counted.
const MOST_LABELS: usize = 8;

/// Diagnostics in rustc's form, by file and place, those without a place last. Ends in a line break unless empty.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], sources: &Sources, color: bool) -> String {
    let lines = LineIndex::of(diagnostics, sources);
    let renderer = if color { Renderer::styled() } else { Renderer::plain() }.term_width(WIDTH);
    let mut text = String::new();
    for diagnostic in in_order(diagnostics) {
        text.push_str(&renderer.render(&[group(diagnostic, sources, &lines)]));
        text.push_str("\n\n");
    }
    text.truncate(text.trim_end().len());
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// Diagnostics as a JSON array in the same order. `file`, `line` and `column` are null where a finding has no place;
/// lines and columns begin at 1, columns count characters, `end` is one past the last character.
#[must_use]
pub fn to_json(diagnostics: &[Diagnostic], sources: &Sources) -> Value {
    let lines = LineIndex::of(diagnostics, sources);
    let all = in_order(diagnostics).into_iter().map(|diagnostic| {
        let Diagnostic { code, severity, message, primary, also, help } = diagnostic;
        let mut value = json!({ "code": code, "severity": severity, "message": message });
        let place = primary.as_ref().map_or_else(
            || json!({ "file": null, "line": null, "column": null, "end": null, "label": null }),
            |label| lines.json(label, sources),
        );
        merge(&mut value, place);
        value["also"] = also.iter().map(|label| lines.json(label, sources)).collect();
        value["help"] = json!(help);
        value
    });
    all.collect()
}

/// `2 errors and 1 warning`; empty where there are none.
#[must_use]
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let said = |number: usize, word: &str| match number {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{number} {word}s")),
    };
    let parts = [said(count(Severity::Error), "error"), said(count(Severity::Warning), "warning")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" and ")
}

/// By file and place, those without a place last.
fn in_order(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut ordered: Vec<_> = diagnostics.iter().collect();
    let place = |diagnostic: &Diagnostic| {
        let span = diagnostic.primary.as_ref().map(|label| label.span);
        (span.is_none(), span)
    };
    ordered.sort_by_key(|diagnostic| place(diagnostic));
    ordered
}

fn merge(value: &mut Value, other: Value) {
    if let (Value::Object(value), Value::Object(other)) = (value, other) {
        value.extend(other);
    }
}

/// Title, snippets and help of one finding.
fn group<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources, lines: &LineIndex) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(normalize(&diagnostic.message)).id(diagnostic.code));
    let primary = diagnostic.primary.iter().map(|label| (AnnotationKind::Primary, label));
    let shown = diagnostic.also.iter().take(MOST_LABELS).map(|label| (AnnotationKind::Context, label));
    for window in windows(primary.chain(shown).collect(), lines, sources) {
        group = group.element(window);
    }
    if diagnostic.also.len() > MOST_LABELS {
        let more = format!("{} more places are not shown", diagnostic.also.len() - MOST_LABELS);
        group = group.element(Level::NOTE.message(more));
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(normalize(help)));
    }
    group
}

/// Labels of one stretch of a file.
struct Stretch<'a> {
    file: u32,
    lines: Range<usize>,
    labels: Vec<(AnnotationKind, &'a Label)>,
}

/// Snippets for labels: those near one another share one; the primary label's comes first.
fn windows<'a>(
    labels: Vec<(AnnotationKind, &'a Label)>,
    lines: &LineIndex,
    sources: &'a Sources,
) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let mut stretches: Vec<Stretch<'a>> = Vec::new();
    for (kind, label) in labels {
        let own = lines.lines_of(label.span);
        let near = stretches.iter_mut().find(|stretch| {
            stretch.file == label.span.file
                && own.start <= stretch.lines.end + NEAR
                && stretch.lines.start <= own.end + NEAR
        });
        match near {
            Some(stretch) => {
                stretch.lines = stretch.lines.start.min(own.start)..stretch.lines.end.max(own.end);
                stretch.labels.push((kind, label));
            }
            None => stretches.push(Stretch { file: label.span.file, lines: own, labels: vec![(kind, label)] }),
        }
    }
    stretches.into_iter().map(|stretch| snippet(stretch, lines, sources)).collect()
}

fn snippet<'a>(
    stretch: Stretch<'a>,
    lines: &LineIndex,
    sources: &'a Sources,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let Stretch { file, lines: range, labels } = stretch;
    let source = sources.get(file);
    let bytes = lines.bytes_of(file, &range, source.text.len());
    let text = &source.text[bytes.clone()];
    let longest = text.split('\n').map(str::len).max().unwrap_or(0);
    let first_line = range.start + 1;
    if longest <= LONGEST_LINE {
        let mut snippet = Snippet::source(without_c1(text)).path(normalize(&source.path)).line_start(first_line);
        for (kind, label) in labels {
            let span = within(label.span, &bytes, text);
            snippet = snippet.annotation(kind.span(span).label(normalize(&label.text)));
        }
        return snippet;
    }
    // A line too long to be shown: only what stands around the first label, with the true place said in words.
    let (kind, label) = labels[0];
    let span = within(label.span, &bytes, text);
    let from = boundary(text, span.start.saturating_sub(AROUND));
    let to = boundary(text, (span.start + AROUND).min(text.len()));
    let cut = text[from..to].replace('\n', " ");
    let inside = span.start - from..span.end.min(to).max(span.start) - from;
    let place = sources.place(label.span);
    let path = format!("{} (a part of line {}, from column {})", source.path, place.line, place.column);
    Snippet::source(without_c1(&cut).into_owned())
        .path(normalize(&path))
        .line_start(place.line as usize)
        .annotation(kind.span(inside).label(normalize(&label.text)))
}

/// A text from outside as it may stand beside a snippet.
fn normalize(text: &str) -> String {
    normalize_untrusted_str(&without_c1(text))
}

/// The text with `¿` for each control character from U+0080 to U+009F, which terminals may obey and the renderer lets through.
/// `¿` has as many bytes, so that spans hold.
fn without_c1(text: &str) -> Cow<'_, str> {
    let c1 = '\u{80}'..='\u{9f}';
    if text.contains(|c| c1.contains(&c)) { text.replace(|c| c1.contains(&c), "¿").into() } else { text.into() }
}

/// A span relative to the excerpt `bytes` of its file, cut at its end and at character boundaries.
fn within(span: Span, bytes: &Range<usize>, text: &str) -> Range<usize> {
    let inside = |at: u32| boundary(text, (at as usize).saturating_sub(bytes.start).min(text.len()));
    let (start, end) = (inside(span.start), inside(span.end));
    start..end.max(start)
}

/// The last character boundary at or before `at`.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Where the lines of the files begin that diagnostics speak of. Built once, so that thousands of findings in one large
/// file cost one pass over it.
struct LineIndex(BTreeMap<u32, Vec<usize>>);

impl LineIndex {
    fn of(diagnostics: &[Diagnostic], sources: &Sources) -> Self {
        let mut starts = BTreeMap::new();
        let labels = diagnostics.iter().flat_map(|diagnostic| diagnostic.primary.iter().chain(&diagnostic.also));
        for label in labels {
            starts.entry(label.span.file).or_insert_with(|| {
                let text = &sources.get(label.span.file).text;
                let after = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
                std::iter::once(0).chain(after).collect::<Vec<_>>()
            });
        }
        Self(starts)
    }

    /// Index of the line that byte `at` stands in, from 0.
    fn line(&self, file: u32, at: u32) -> usize {
        self.0[&file].partition_point(|start| *start <= at as usize).saturating_sub(1)
    }

    /// The lines of a span, at most [`TALLEST`] of them.
    fn lines_of(&self, span: Span) -> Range<usize> {
        let first = self.line(span.file, span.start);
        let last = self.line(span.file, span.end.saturating_sub(1).max(span.start));
        first..last.min(first + TALLEST - 1) + 1
    }

    /// The bytes of lines, without the last line break.
    fn bytes_of(&self, file: u32, lines: &Range<usize>, length: usize) -> Range<usize> {
        let starts = &self.0[&file];
        let end = starts.get(lines.end).map_or(length, |next| next - 1);
        starts[lines.start].min(length)..end.max(starts[lines.start].min(length))
    }

    fn json(&self, label: &Label, sources: &Sources) -> Value {
        let source = sources.get(label.span.file);
        let (line, column) = self.position(label.span.file, label.span.start, &source.text);
        let (end_line, end_column) = self.position(label.span.file, label.span.end, &source.text);
        json!({
            "file": source.path,
            "line": line,
            "column": column,
            "end": { "line": end_line, "column": end_column },
            "label": label.text,
        })
    }

    /// Line and column of a byte, both from 1.
    fn position(&self, file: u32, at: u32, text: &str) -> (usize, usize) {
        let line = self.line(file, at);
        let start = self.0[&file][line];
        let at = (at as usize).min(text.len());
        (line + 1, String::from_utf8_lossy(&text.as_bytes()[start.min(at)..at]).chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(text: &str) -> Sources {
        let mut sources = Sources::default();
        sources.add("tenants/shop.toml", text);
        sources
    }

    fn at(sources: &Sources, needle: &str) -> Span {
        let start = sources.get(0).text.find(needle).unwrap();
        Span { file: 0, start: u32::try_from(start).unwrap(), end: u32::try_from(start + needle.len()).unwrap() }
    }

    #[test]
    fn a_finding_shows_code_place_line_other_places_and_the_way_out() {
        let sources = sources("[[tenant]]\nname = \"shop\"\n\n[[tenant]]\nname = \"shöp\"\n");
        let finding = Diagnostic::error("duplicate-name", "tenant `shop` is written twice")
            .at(at(&sources, "\"shöp\""), "again")
            .also(at(&sources, "\"shop\""), "first")
            .help("rename or remove one of the two");
        insta::assert_snapshot!(render(&[finding], &sources, false));
    }

    #[test]
    fn places_far_apart_and_findings_without_a_place_are_drawn_too() {
        let sources = sources(&format!("a = 1\n{}z = 26\n", "# nothing\n".repeat(500)));
        let findings = [
            Diagnostic::warning("no-place", "this is about no line").help("look around"),
            Diagnostic::error("far", "two lines disagree")
                .at(at(&sources, "26"), "last")
                .also(at(&sources, "1"), "first"),
        ];
        insta::assert_snapshot!(render(&findings, &sources, false));
    }

    #[test]
    fn faults_of_an_inventory_read_like_a_compilers() {
        let page = include_str!("../../tests/inventories/smallest.toml");
        let page = page.replace("pods = 10 }", "pods = ten }").replace("0.192", "-0.192");
        let two = "[[tenant]]\nname = \"a\"\nteam = \"web\"\nnear = [\"b\"]\nregoin = \"eu\"\ndemand = { cpu = 1, memory = \"1Gi\", pods = 1 }\n\n\
            [[tenant]]\nname = \"b\"\nteam = \"web\"\napart = [\"a\"]\ndemand = { cpu = \"lots\", memory = \"1Gi\", pods = 1 }\n";
        let files = vec![("a.toml".to_owned(), page.into_bytes()), ("b.toml".to_owned(), two.into())];
        let reading = crate::inventory::read(files, None, "2026-11-23".parse().unwrap());
        insta::assert_snapshot!(render(&reading.diagnostics, &reading.sources, false));
    }

    #[test]
    fn a_line_of_megabytes_does_not_blow_up_the_output() {
        let sources = sources(&format!("text = \"{}NEEDLE{}\"\n", "é".repeat(1_000_000), "x".repeat(1_000_000)));
        let finding = Diagnostic::error("long", "a long line").at(at(&sources, "NEEDLE"), "here");
        let text = render(std::slice::from_ref(&finding), &sources, false);
        assert!(text.len() < 2000 && text.contains("NEEDLE"), "{}", text.len());
        assert!(text.contains("line 1, from column 1000009"), "{text}");
        let whole = Diagnostic::error("long", "all of it").at(Span { file: 0, start: 7, end: 3_000_000 }, "all");
        assert!(render(&[whole], &sources, false).len() < 2000);
    }

    #[test]
    fn colour_is_there_only_when_it_is_asked_for() {
        let sources = sources("a = 1\n");
        let finding = [Diagnostic::error("code", "message").at(at(&sources, "1"), "here")];
        assert!(render(&finding, &sources, true).contains('\u{1b}'));
        assert!(!render(&finding, &sources, false).contains('\u{1b}'));
    }

    #[test]
    fn escape_sequences_of_an_input_do_not_reach_the_terminal() {
        let mut sources = Sources::default();
        sources.add("evil\u{1b}[31m.toml", "a = \"\u{1b}[2J\"\n");
        let span = Span { file: 0, start: 4, end: 9 };
        let finding = Diagnostic::error("code", "message \u{1b}[0m").at(span, "label \u{1b}[0m").help("help \u{1b}[0m");
        assert!(!render(&[finding], &sources, false).contains('\u{1b}'));
    }

    #[test]
    fn neither_do_the_control_characters_of_two_bytes_and_the_marks_stay_in_their_columns() {
        let mut sources = Sources::default();
        sources.add("evil\u{9b}31m.toml", "a = \"\u{9b}2J\" b\n");
        let finding =
            Diagnostic::error("code", "message \u{9b}0m").at(at(&sources, "b\n"), "label \u{90}").help("\u{85}");
        insta::assert_snapshot!(render(&[finding], &sources, false));
    }

    #[test]
    fn json_has_places_from_one_in_characters_and_findings_in_order() {
        let sources = sources("é = 1\nb = 2\n");
        let findings = [
            Diagnostic::warning("none", "no place"),
            Diagnostic::error("two", "second").at(at(&sources, "2"), ""),
            Diagnostic::error("one", "first")
                .at(at(&sources, "1"), "label")
                .also(at(&sources, "b"), "other")
                .help("way out"),
        ];
        let json = to_json(&findings, &sources);
        assert_eq!(
            json[0],
            json!({
                "code": "one", "severity": "error", "message": "first",
                "file": "tenants/shop.toml", "line": 1, "column": 5, "end": { "line": 1, "column": 6 }, "label": "label",
                "also": [{ "file": "tenants/shop.toml", "line": 2, "column": 1, "end": { "line": 2, "column": 2 }, "label": "other" }],
                "help": ["way out"],
            })
        );
        assert_eq!(json[1]["code"], "two");
        assert_eq!(json[2]["file"], Value::Null);
    }

    #[test]
    fn a_summary_counts_errors_and_warnings() {
        let (error, warning) = (Diagnostic::error("e", ""), Diagnostic::warning("w", ""));
        assert_eq!(summary(&[error.clone(), error.clone(), warning.clone()]), "2 errors and 1 warning");
        assert_eq!(summary(&[warning]), "1 warning");
        assert_eq!(summary(&[]), "");
    }
}
