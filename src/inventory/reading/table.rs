//! The `table!` macro: a table's keys, once.

/// Lists a table: its keys, each with its documentation and its shape. Makes the struct of what was written, its reader and its JSON Schema.
macro_rules! table {
    ($(#[doc = $about:expr])* $name:ident { $($(#[doc = $doc:expr])* $key:ident $(as $word:literal)? : $shape:ty,)* }) => {
        $(#[doc = $about])*
        #[derive(Debug)]
        pub struct $name {
            /// Where each key stands.
            pub at: $crate::inventory::Places,
            $($(#[doc = $doc])* pub $key: Option<$crate::inventory::reading::node::At<$shape>>,)*
        }

        impl $crate::inventory::reading::node::Shape for $name {
            fn read(
                node: $crate::inventory::reading::node::Node<'_>,
                faults: &mut $crate::inventory::reading::node::Faults,
            ) -> Option<Self> {
                let toml::de::DeValue::Table(table) = node.value else {
                    node.expected("a table", faults);
                    return None;
                };
                let mut written = Self { at: $crate::inventory::Places::new(node.span), $($key: None,)* };
                for (key, value) in table.iter() {
                    let span = $crate::vocab::diagnostic::Span::of(node.span.file, value.span());
                    let child = $crate::inventory::reading::node::Node { value: value.get_ref(), span };
                    match &**key.get_ref() {
                        $(table!(@word $key $($word)?) => {
                            written.at.note(table!(@word $key $($word)?), span);
                            written.$key = <$shape as $crate::inventory::reading::node::Shape>::read(child, faults)
                                .map(|value| $crate::inventory::reading::node::At { value, span });
                        })*
                        unknown => {
                            let known: &[&str] = &[$(table!(@word $key $($word)?)),*];
                            let span = $crate::vocab::diagnostic::Span::of(node.span.file, key.span());
                            faults.push($crate::inventory::reading::shapes::unknown_key(unknown, known, span));
                        }
                    }
                }
                if let Some(name) = written.at.written("name") {
                    written.at.head(name);
                }
                Some(written)
            }

            fn schema() -> serde_json::Value {
                let mut properties = serde_json::Map::new();
                $({
                    let mut schema = <$shape as $crate::inventory::reading::node::Shape>::schema();
                    let doc = [$($doc),*].concat();
                    schema["description"] = doc.trim().into();
                    properties.insert(table!(@word $key $($word)?).to_owned(), schema);
                })*
                let about = [$($about),*].concat();
                serde_json::json!({
                    "type": "object",
                    "description": (about.trim()),
                    "properties": properties,
                    "additionalProperties": false,
                })
            }
        }
    };
    (@word $key:ident $word:literal) => { $word };
    (@word $key:ident) => { stringify!($key) };
}

pub(crate) use table;
