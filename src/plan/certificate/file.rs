//! The certificate's file: compact JSON, one line per group and per node of a tree, in numbers that JSON readers keep exact.
//!
//! A [`Certificate`] flows in and text flows out of [`write()`], and the other way through [`read`]. What is checked here is form
//! alone: whether the prices prove anything is for `review`. Nothing here knows a disk.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Certificate, Part};
use crate::vocab::diagnostic::{Diagnostic, Span};

/// The largest certificate that is read, in bytes.
pub const LARGEST_FILE: usize = 64 << 20;

/// The text of `certificate`. Equal certificates make equal bytes.
///
/// # Panics
/// Never: a certificate is numbers and names, and these always serialise.
#[must_use]
pub fn write(certificate: &Certificate) -> String {
    let Certificate { format_version, plan, parts } = certificate;
    let mut text = format!("{{\"format_version\":{format_version},\n\"plan\":{},\n\"parts\":[", json(plan));
    for (index, Part { dimensions, groups, sums, roundings, tree }) in parts.iter().enumerate() {
        text.push_str(if index == 0 { "\n{" } else { ",\n{" });
        if !dimensions.is_empty() {
            let _ = write!(text, "\"dimensions\":{},", json(dimensions));
        }
        lines(&mut text, "groups", groups);
        text.push(',');
        if !sums.is_empty() {
            lines(&mut text, "sums", sums);
            text.push(',');
        }
        if !roundings.is_empty() {
            lines(&mut text, "roundings", roundings);
            text.push(',');
        }
        lines(&mut text, "tree", tree);
        text.push('}');
    }
    text.push_str("]}\n");
    text
}

fn lines<T: Serialize>(text: &mut String, key: &str, all: &[T]) {
    let _ = write!(text, "\"{key}\":[");
    for (index, one) in all.iter().enumerate() {
        let _ = write!(text, "{}\n{}", if index == 0 { "" } else { "," }, json(one));
    }
    text.push(']');
}

fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("numbers and names serialise")
}

/// Reads the text of the certificate at `path`, which is for messages alone.
///
/// # Errors
/// `file-too-large`, `newer-format` or `proof-syntax`. Spans point into file 0.
pub fn read(path: &str, text: &str) -> Result<Certificate, Diagnostic> {
    let again =
        "plan again: `fleetplan plan` writes it beside the plan; or remove the file to read the plan without a proof";
    if text.len() > LARGEST_FILE {
        let (size, most) = (text.len() >> 20, LARGEST_FILE >> 20);
        let message = format!("`{path}` has {size} MiB; a certificate has at most {most} MiB");
        return Err(Diagnostic::error("file-too-large", message).help(again));
    }
    match serde_json::from_str::<Certificate>(text) {
        Ok(certificate) if certificate.format_version == Certificate::FORMAT_VERSION => Ok(certificate),
        Ok(certificate) => {
            let message = format!(
                "`{path}` has format version {}; this fleetplan reads {}",
                certificate.format_version,
                Certificate::FORMAT_VERSION
            );
            Err(Diagnostic::error("newer-format", message).help(again))
        }
        Err(fault) => {
            let at = offset(text, fault.line(), fault.column());
            let message = format!("`{path}` is no certificate: {fault}");
            Err(Diagnostic::error("proof-syntax", message).at(Span { file: 0, start: at, end: at }, "here").help(again))
        }
    }
}

/// The byte at a line and a column, both from 1, as the JSON reader counts them.
fn offset(text: &str, line: usize, column: usize) -> u32 {
    let before = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
    let mut at = (before + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::certificate::{
        Counted, Dimension, Group, GroupPrices, Link, Members, Node, Prices, Rounding, Split, UnitName,
    };
    use crate::vocab::tier::{Form, Tenancy};
    use crate::vocab::version::Minor;

    fn certificate() -> Certificate {
        let home = Split::Home {
            tenant: "ant".parse().unwrap(),
            site: Some("eu".parse().unwrap()),
            group: 0,
            form: Form::NamespaceShared,
        };
        let prices = GroupPrices {
            group: 1,
            load: vec![[i128::MAX, 0, 1 << 70, 3]],
            nodes: vec![-(1 << 90)],
            private: vec![7],
            all_nodes: 1,
            limits: [0, 0, 0, 0, 0, 9, 0],
            open: -5,
            links: vec![
                Link { tenant: "ant".parse().unwrap(), site: None, pool: Some(0), price: 1 << 66 },
                Link { tenant: "ant".parse().unwrap(), site: Some("eu".parse().unwrap()), pool: None, price: 4 },
            ],
        };
        let leaf = Prices {
            groups: vec![prices],
            classes: vec![("k".parse().unwrap(), 1 << 64)],
            sums: vec![(0, -3)],
            roundings: vec![(0, 1 << 50)],
            moves: 2,
        };
        Certificate {
            format_version: Certificate::FORMAT_VERSION,
            plan: "0".repeat(64),
            parts: vec![Part {
                dimensions: vec![Dimension::Environment, Dimension::Regime("pci-dss".parse().unwrap())],
                groups: vec![
                    Group { of: Members::Clusters(vec!["eu-1".parse().unwrap()]), holds: vec![true, false] },
                    Group {
                        of: Members::Class {
                            class: "k".parse().unwrap(),
                            kubernetes: Minor(36),
                            tenancy: Tenancy::Dedicated,
                        },
                        holds: vec![],
                    },
                ],
                sums: vec![vec![Counted { group: 0, pool: Some(1) }, Counted { group: 0, pool: None }]],
                roundings: vec![Rounding {
                    over: vec![(0, 1)],
                    resource: 3,
                    units: vec![UnitName { tenant: "ant".parse().unwrap(), site: Some("eu".parse().unwrap()) }],
                }],
                tree: vec![Node::Split(home), Node::Leaf(leaf), Node::Leaf(Prices::default())],
            }],
        }
    }

    #[test]
    fn what_was_written_is_read_back_and_written_again_byte_for_byte() {
        let text = write(&certificate());
        let back = read("a.proof", &text).unwrap();
        assert_eq!(back, certificate());
        assert_eq!(write(&back), text);
        assert_eq!(text.lines().count(), 11, "a line per group and node:\n{text}");
    }

    #[test]
    fn a_file_that_is_no_certificate_is_a_fault_with_its_place() {
        let text = write(&certificate());
        for (before, after) in [
            ("\"plan\"", "\"plant\""),
            ("\"namespace-shared\"", "\"tent\""),
            ("\"leaf\":{}", "\"leaf\":{\"moves\":1.5}"),
            ("\"leaf\":{}", "\"twig\":{}"),
            ("\"group\":0", "\"group\":-1"),
            ("\"ant\"", "\"../ant\""),
            ("[true,false]", "[true,2]"),
            ("]}\n", "]"),
            ("\"moves\":2", "\"moves\":999999999999999999999999999999999999999999"),
        ] {
            assert!(text.contains(before), "{before}\n{text}");
            let fault = read("a.proof", &text.replace(before, after)).unwrap_err();
            assert!(fault.code == "proof-syntax" && fault.primary.is_some(), "{after}: {fault:?}");
        }
        assert_eq!(
            read("a", &text.replace("\"format_version\":1", "\"format_version\":2")).unwrap_err().code,
            "newer-format"
        );
    }

    #[test]
    fn hostile_depth_and_length_end_in_a_fault() {
        assert_eq!(read("a", &"[".repeat(1 << 20)).unwrap_err().code, "proof-syntax");
        assert_eq!(read("a", &"{\"parts\":".repeat(1 << 16)).unwrap_err().code, "proof-syntax");
        assert_eq!(read("a", &" ".repeat(LARGEST_FILE + 1)).unwrap_err().code, "file-too-large");
        assert_eq!(read("a", "").unwrap_err().code, "proof-syntax");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(cut in 0_usize..900, noise in "\\PC*") {
            let text = write(&certificate());
            let mut at = cut.min(text.len());
            while !text.is_char_boundary(at) { at -= 1; }
            let _ = read("a", &format!("{}{noise}{}", &text[..at], &text[at..]));
            let _ = read("a", &format!("{}{noise}", &text[..at]));
        }
    }
}
