//! `table!`: one list of keys from which come the written struct, its reader, its places and its JSON Schema.

use serde_json::{Map, Value, json};
use toml::de::DeTable;

use super::node::{Node, Shape, shown, span_of};
use crate::inventory::Places;
use crate::vocab::diagnostic::{Diagnostic, Span};
use crate::vocab::edit::nearest;

/// What happens where a key is not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unwritten {
    /// That is a fault.
    Required,
    /// Nothing is assumed.
    Nothing,
    /// This is assumed; the text is for readers, `believe` has the value.
    Default(&'static str),
}

/// A key of a table.
#[derive(Debug, Clone, Copy)]
pub struct KeyRow {
    /// As it is written.
    pub name: &'static str,
    /// What it is, from its doc comment.
    pub doc: &'static str,
    /// What holds without it.
    pub unwritten: Unwritten,
    /// The schema of its value.
    pub schema: fn() -> Value,
}

/// Where a table begins, and what of it could not be read.
#[derive(Debug)]
pub struct Head {
    /// Where it begins.
    pub span: Span,
    /// Keys that were written and could not be read; their faults are known.
    pub unread: Vec<&'static str>,
}

/// What every declared table can say of itself.
pub trait Table: Shape {
    /// Its keys.
    const ROWS: &'static [KeyRow];

    /// Where it begins.
    fn head(&self) -> &Head;

    /// Where its keys stand; its name, if it has one, stands for the whole.
    fn places(&self) -> Places {
        let mut places = Places::new(self.head().span);
        self.note_below("", &mut places);
        places.with_name_as_header()
    }
}

/// The fault of a key that the table does not have.
pub fn unknown_key(node: &Node<'_>, key: &toml::Spanned<toml::de::DeString<'_>>, rows: &[KeyRow]) -> Diagnostic {
    let name: &str = key.get_ref();
    let place = if node.name.is_empty() { "an inventory".to_owned() } else { format!("`{}`", node.name) };
    let (code, kind) = if node.name.is_empty() { ("unknown-table", "table") } else { ("unknown-key", "key") };
    let fault = Diagnostic::error(code, format!("{place} has no {kind} `{}`", shown(name)))
        .at(span_of(node.span.file, key.span()), format!("unknown {kind}"));
    match nearest(name, rows.iter().map(|row| row.name)) {
        Some(meant) => fault.help(format!("did you mean `{meant}`?")),
        None => {
            let known: Vec<_> = rows.iter().map(|row| format!("`{}`", row.name)).collect();
            fault.help(format!("known {kind}s: {}", known.join(", ")))
        }
    }
}

/// The faults of required keys that are not written.
pub fn missing_keys(node: &Node<'_>, table: &DeTable<'_>, rows: &[KeyRow], faults: &mut Vec<Diagnostic>) {
    for row in rows.iter().filter(|row| row.unwritten == Unwritten::Required) {
        if !table.keys().any(|key| key.get_ref() == row.name) {
            let name =
                table.iter().find(|(key, _)| key.get_ref() == "name").and_then(|(_, name)| name.get_ref().as_str());
            let whose = name.map_or_else(String::new, |name| format!(" `{}`", shown(name)));
            faults.push(
                Diagnostic::error("missing-key", format!("`{}`{whose} lacks the key `{}`", node.name, row.name))
                    .at(node.span, format!("`{}` is missing here", row.name))
                    .help(format!("`{}` is required: {}", row.name, row.doc.trim())),
            );
        }
    }
}

/// The JSON Schema of a table.
pub fn table_schema(about: &str, rows: &[KeyRow]) -> Value {
    let mut properties = Map::new();
    for row in rows {
        let mut schema = (row.schema)();
        let mut text = row.doc.trim().to_owned();
        if let Unwritten::Default(default) = row.unwritten {
            text.push_str(" Default: ");
            text.push_str(default);
            text.push('.');
        }
        if let Value::Object(schema) = &mut schema {
            schema.insert("description".to_owned(), Value::String(text));
        }
        properties.insert(row.name.to_owned(), schema);
    }
    let required: Vec<_> = rows.iter().filter(|row| row.unwritten == Unwritten::Required).map(|row| row.name).collect();
    let mut schema = json!({
        "type": "object", "description": about.trim(), "properties": properties, "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// Declares tables. Each key stands once: its doc comment, its field (`as "key"` where the key is a word of Rust), its
/// shape, and what holds without it: `required`, `none` or the text of the default.
macro_rules! table {
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };
    (@unwritten required) => { $crate::inventory::written::table::Unwritten::Required };
    (@unwritten none) => { $crate::inventory::written::table::Unwritten::Nothing };
    (@unwritten $default:literal) => { $crate::inventory::written::table::Unwritten::Default($default) };
    ($(
        $(#[doc = $about:literal])*
        struct $name:ident { $(
            $(#[doc = $doc:literal])*
            $field:ident $(as $key:literal)? : $shape:ty = $unwritten:tt
        ),* $(,)? }
    )*) => {$(
        $(#[doc = $about])*
        #[derive(Debug)]
        pub struct $name {
            /// Where it begins, and what could not be read.
            pub head: $crate::inventory::written::table::Head,
            $( $(#[doc = $doc])* pub $field: Option<$crate::inventory::written::node::At<$shape>>, )*
        }

        impl $crate::inventory::written::table::Table for $name {
            const ROWS: &'static [$crate::inventory::written::table::KeyRow] = &[$(
                $crate::inventory::written::table::KeyRow {
                    name: table!(@key $field $($key)?),
                    doc: concat!($($doc),*),
                    unwritten: table!(@unwritten $unwritten),
                    schema: <$shape as $crate::inventory::written::node::Shape>::schema,
                },
            )*];

            fn head(&self) -> &$crate::inventory::written::table::Head {
                &self.head
            }
        }

        impl $crate::inventory::written::node::Shape for $name {
            fn expects() -> String {
                "a table".to_owned()
            }

            fn read(
                node: &$crate::inventory::written::node::Node<'_>,
                faults: &mut Vec<$crate::vocab::diagnostic::Diagnostic>,
            ) -> Option<Self> {
                let table = node.table(faults)?;
                let rows = <Self as $crate::inventory::written::table::Table>::ROWS;
                let head = $crate::inventory::written::table::Head { span: node.span, unread: Vec::new() };
                let mut read = Self { head, $($field: None),* };
                for (key, value) in table {
                    match key.get_ref().as_ref() {
                        $( table!(@key $field $($key)?) => {
                            read.$field = node.child(table!(@key $field $($key)?), value).read(faults);
                            if read.$field.is_none() {
                                read.head.unread.push(table!(@key $field $($key)?));
                            }
                        } )*
                        _ => faults.push($crate::inventory::written::table::unknown_key(node, key, rows)),
                    }
                }
                $crate::inventory::written::table::missing_keys(node, table, rows, faults);
                Some(read)
            }

            fn schema() -> serde_json::Value {
                let rows = <Self as $crate::inventory::written::table::Table>::ROWS;
                $crate::inventory::written::table::table_schema(concat!($($about),*), rows)
            }

            fn note_below(&self, parent: &'static str, places: &mut $crate::inventory::Places) {
                $( if let Some(at) = &self.$field {
                    places.note_below(parent, table!(@key $field $($key)?), at.span);
                    if parent.is_empty() {
                        at.value.note_below(table!(@key $field $($key)?), places);
                    }
                } )*
            }
        }
    )*};
}

pub(in crate::inventory) use table;
