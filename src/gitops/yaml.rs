//! YAML out, and back in: the one door through which documents become text.
//!
//! In: JSON documents. Out: YAML that kubectl, Argo CD, Helm and PyYAML read as the same documents. Block scalars are
//! off, because a block that begins with a tab is refused by some readers. Knows nothing of Kubernetes.

use serde_json::Value;

/// The first line of every manifest.
const HEADER: &str = "# Written by fleetplan. Edit the inventory, then plan and render again.\n";

/// Writes documents as one file, with `---` between them. Keys are sorted, because [`Value`] sorts them.
///
/// # Panics
/// Never: a [`Value`] has string keys and no type that YAML lacks.
pub(super) fn write(documents: &[Value]) -> String {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    let mut text = String::from(HEADER);
    for (place, document) in documents.iter().enumerate() {
        if place > 0 {
            text.push_str("---\n");
        }
        let body = serde_saphyr::to_string_with_options(document, options.clone())
            .expect("a JSON document is a YAML document");
        text.push_str(&body);
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    text
}

/// Reads exactly one document. Twice the same key is an error, and so is a merge key.
///
/// # Errors
/// Text that is no YAML, or more or less than one document.
pub(super) fn read(text: &str) -> Result<Value, YamlFault> {
    let options = serde_saphyr::options! {
        duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::Error,
        merge_keys: serde_saphyr::options::MergeKeyPolicy::Error,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|fault| YamlFault {
        line: fault.location().map(|at| at.line()),
        text: fault.without_snippet().to_string(),
    })
}

/// Why a text is no YAML document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct YamlFault {
    /// Line in the text, from 1.
    pub line: Option<u64>,
    /// What the reader says.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, any, proptest};
    use serde_json::json;

    use super::*;

    #[test]
    fn text_that_other_yaml_writers_leave_bare_is_read_back_as_text() {
        for odd in
            ["no", "on", "1e3", "0x10", "1_000", "12:30", "~", "null", "2026-11-23", "- a", "a: b", "#", "\ta\nb"]
        {
            let document = json!({ odd: odd });
            assert_eq!(read(&write(std::slice::from_ref(&document))), Ok(document), "{odd:?}");
        }
    }

    #[test]
    fn no_string_is_written_as_a_block() {
        let text = write(&[json!({ "a": "one\ntwo\n", "b": "x".repeat(300) })]);
        assert!(!text.contains("|") && !text.contains(">"), "{text}");
    }

    #[test]
    fn a_key_that_stands_twice_is_refused() {
        assert!(read("a: 1\na: 2\n").is_err());
        assert!(read("a: &x {b: 1}\nc: {<<: *x}\n").is_err());
    }

    proptest! {
        #[test]
        fn any_string_is_read_back_as_itself(text in proptest::collection::vec(any::<char>(), 0..60).prop_map(String::from_iter)) {
            let document = json!({ "value": text, "list": [text], text.as_str(): { "nested": text } });
            proptest::prop_assert_eq!(read(&write(std::slice::from_ref(&document))), Ok(document));
        }
    }
}
