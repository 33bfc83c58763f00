//! Whatever stands in a file: reading ends, says where, and what it believes can be written down, linted and drawn.

mod slice;

use fleetplan::inventory::{lint, read, schema};
use fleetplan::report::diagnostics::{render, to_json};
use fleetplan::vocab::diagnostic::Severity;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::{collection, prop_assert, prop_assert_eq, proptest};
use serde_json::Value;

const EXAMPLE: &str = include_str!("inventories/product.toml");

/// Words that mean something to the reader, or to what comes after it.
const WORDS: &[&str] = &[
    "\n[[tenant]]\n",
    "\n[policy]\n",
    "\n[[cluster.pool]]\n",
    "name = \"x\"\n",
    "= ",
    "\"",
    "{",
    "}",
    "[",
    "]",
    "-1",
    "1e400",
    "nan",
    "inf",
    "99999999999999999999",
    "0x7fffffffffffffff",
    "\"9Ei\"",
    "\"-5m\"",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "'''",
    "\"\"\"",
    "2026-02-30",
    "near = [\"checkout\"]\n",
    "growth = 100\n",
    "horizon_quarters = 40\n",
    ".",
    "\\u0000",
    "\r",
    "é",
    "🚀",
];

/// A change of the example: cut a stretch out, or put a word or a byte in.
fn change() -> impl Strategy<Value = (usize, usize, Vec<u8>)> {
    let word = (0..WORDS.len()).prop_map(|at| WORDS[at].as_bytes().to_vec());
    let new = prop_oneof![4 => word, 1 => collection::vec(any::<u8>(), 0..4)];
    (0..EXAMPLE.len(), 0..40_usize, new)
}

/// The words of the example that are values, each with its place.
fn apply(changes: &[(usize, usize, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = EXAMPLE.as_bytes().to_vec();
    for (at, cut, new) in changes {
        let at = (*at).min(bytes.len());
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, new.iter().copied());
    }
    bytes
}

proptest! {
    #![proptest_config(slice::slice())]

    #[test]
    fn a_broken_example_is_read_to_its_end(changes in collection::vec(change(), 1..5)) {
        let reading = read(vec![("a.toml".into(), apply(&changes))], None, "2026-11-23".parse().expect("a date"));
        let errors = reading.diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
        prop_assert_eq!(reading.inventory.is_none(), errors > 0);
        let mut found = reading.diagnostics;
        if let Some(inventory) = &reading.inventory {
            prop_assert_eq!(inventory.fingerprint().len(), 64);
            found.extend(lint(inventory));
        }
        prop_assert!(found.iter().all(|found| !found.help.is_empty()), "{:?}", found);
        let drawn = render(&found, &reading.sources, false);
        prop_assert!(drawn.chars().all(|c| c == '\n' || !c.is_control()), "{:?}", drawn);
        prop_assert_eq!(to_json(&found, &reading.sources).as_array().map(Vec::len), Some(found.len()));
    }
}

/// Every table of a schema with the path of keys that leads to it.
fn tables<'a>(path: String, schema: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    if schema.get("properties").is_some() {
        found.push((path.clone(), schema));
    }
    for (key, below) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        tables(format!("{path}.{key}"), below, found);
    }
    for inner in ["items", "additionalProperties"].iter().filter_map(|key| schema.get(*key)) {
        tables(path.clone(), inner, found);
    }
}

#[test]
fn every_key_of_the_schema_is_described_and_every_table_is_closed() {
    let schema = schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let mut found = Vec::new();
    tables(String::new(), &schema, &mut found);
    assert!(found.len() > 25, "{}", found.len());
    for (path, table) in found {
        assert_eq!(table["additionalProperties"], Value::Bool(false), "{path}");
        for (key, value) in table["properties"].as_object().expect("a table has keys") {
            let described = value["description"].as_str().is_some_and(|text| text.len() > 2);
            assert!(described, "{path}.{key} has no description");
        }
    }
}

/// Keys of a TOML document, as paths without indices.
fn keys(path: &str, value: &toml::Value, found: &mut Vec<String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, below) in table {
                found.push(format!("{path}.{key}"));
                keys(&format!("{path}.{key}"), below, found);
            }
        }
        toml::Value::Array(all) => all.iter().for_each(|below| keys(path, below, found)),
        toml::Value::String(_)
        | toml::Value::Integer(_)
        | toml::Value::Float(_)
        | toml::Value::Boolean(_)
        | toml::Value::Datetime(_) => {}
    }
}

#[test]
fn the_schema_knows_every_key_of_the_contracts_example() {
    let schema = schema();
    let mut found = Vec::new();
    keys("", &toml::from_str(EXAMPLE).expect("the example is TOML"), &mut found);
    for path in found {
        let mut at = &schema;
        for key in path.split('.').skip(1) {
            let below = at.get("items").unwrap_or(at);
            let named = below.get("properties").and_then(|keys| keys.get(key));
            at = named
                .or_else(|| below.get("additionalProperties").filter(|below| below.is_object()))
                .unwrap_or_else(|| panic!("{path}"));
        }
    }
}
