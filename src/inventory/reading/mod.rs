//! From TOML text to what was written: every key with its span, every fault at once.
//!
//! Serde's derive stops at the first fault of a file and loses spans under `flatten` and untagged enums; here each table
//! is listed once by the `table!` macro, which makes its reader, its places and its JSON Schema.

pub mod node;
pub mod shapes;
mod table;
pub mod written;

use toml::de::DeTable;

use crate::inventory::reading::node::{Faults, Node};
use crate::inventory::reading::written::Written;
use crate::vocab::diagnostic::{Diagnostic, Sources, Span};

/// The largest file that is read, in bytes. A fleet of 100,000 tenants takes about 40 MB and is cut into several.
pub const LARGEST_FILE: usize = 16 << 20;

/// Reads every file and merges them. Files that cannot be read at all leave a fault and nothing else.
#[must_use]
pub fn read_files(mut files: Vec<(String, Vec<u8>)>) -> (Written, Vec<Diagnostic>, Sources) {
    files.sort();
    let (mut all, mut faults, mut sources) = (Written::default(), Faults::default(), Sources::default());
    for (path, bytes) in files {
        if bytes.len() > LARGEST_FILE {
            let file = sources.add(path.as_str(), "");
            faults.push(
                Diagnostic::error(
                    "file-too-large",
                    format!("`{path}` has {} MiB; a file has 16 at most", bytes.len() >> 20),
                )
                .at(Span { file, start: 0, end: 0 }, "not read")
                .help("cut it into several files: every `*.toml` below the folder is read"),
            );
            continue;
        }
        match String::from_utf8(bytes) {
            Ok(text) => {
                let file = sources.add(path, text);
                read_file(file, &sources, &mut all, &mut faults);
            }
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(&error.into_bytes()[..valid]).into_owned();
                let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
                let file = sources.add(path.as_str(), text);
                faults.push(
                    Diagnostic::error("not-utf8", format!("`{path}` is not UTF-8 from byte {valid} on"))
                        .at(Span { file, start: end, end }, "the first byte that is not UTF-8")
                        .help("save the file as UTF-8"),
                );
            }
        }
    }
    (all, faults.into_vec(), sources)
}

fn read_file(file: u32, sources: &Sources, all: &mut Written, faults: &mut Faults) {
    let text = &sources.get(file).text;
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let range = error.span().unwrap_or(0..0);
        let span = Span::of(file, range);
        faults.push(
            Diagnostic::error("toml-syntax", error.message().to_owned())
                .at(span, "not TOML from here")
                .help("see https://toml.io for the grammar"),
        );
    }
    if !errors.is_empty() {
        return;
    }
    let span = Span::of(file, table.span());
    let value = toml::de::DeValue::Table(table.into_inner());
    if let Some(written) = Written::read(Node { value: &value, span }, faults) {
        all.merge(written, faults);
    }
}
