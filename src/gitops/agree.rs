//! Whether a rendered document still says what the typed one says.
//!
//! A template may add fields to a map. It may change nothing, drop nothing, and touch no list: an item more in a list of
//! network peers or RBAC rules widens what it grants. An empty map is a statement too (`podSelector: {}` selects every
//! pod), so it stays empty.

use serde_json::Value;

/// Where a rendered document differs, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Disagreement {
    /// Dotted path: `spec.hard.pods`.
    pub path: String,
    /// What happened there, as the end of a sentence: `says 3 instead of 2`.
    pub what: String,
}

/// Finds the first place at which `rendered` does not say what `said` says.
pub(super) fn disagreement(said: &Value, rendered: &Value) -> Option<Disagreement> {
    compare(said, rendered, &mut Vec::new())
}

fn compare<'a>(said: &'a Value, rendered: &Value, path: &mut Vec<&'a str>) -> Option<Disagreement> {
    match (said, rendered) {
        (Value::Object(said), Value::Object(rendered)) => {
            if said.is_empty()
                && let Some(added) = rendered.keys().next()
            {
                return Some(at(path, format!("adds `{added}` where the map must stay empty")));
            }
            said.iter().find_map(|(key, value)| {
                path.push(key);
                let found = match rendered.get(key) {
                    None => Some(at(path, "is missing".to_owned())),
                    Some(other) => compare(value, other, path),
                };
                path.pop();
                found
            })
        }
        _ if said == rendered => None,
        _ => Some(at(path, format!("says {} instead of {}", shorten(rendered), shorten(said)))),
    }
}

fn at(path: &[&str], what: String) -> Disagreement {
    Disagreement { path: path.join("."), what }
}

/// A value as JSON, cut where it is long.
fn shorten(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(80) {
        None => format!("`{text}`"),
        Some((cut, _)) => format!("`{}…`", &text[..cut]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(said: Value, rendered: Value) -> Option<String> {
        disagreement(&said, &rendered).map(|found| found.path)
    }

    #[test]
    fn a_field_may_be_added_to_a_map() {
        let said = json!({ "metadata": { "labels": { "team": "a" } } });
        let rendered = json!({ "metadata": { "labels": { "team": "a", "cost-centre": "7" } }, "kind": "X" });
        assert_eq!(path(said, rendered), None);
    }

    #[test]
    fn nothing_may_be_changed_or_dropped() {
        let said = json!({ "spec": { "hard": { "pods": "2" } } });
        assert_eq!(path(said.clone(), json!({ "spec": { "hard": { "pods": "3" } } })), Some("spec.hard.pods".into()));
        assert_eq!(path(said.clone(), json!({ "spec": { "hard": {} } })), Some("spec.hard.pods".into()));
        assert_eq!(path(said, json!({ "spec": { "hard": { "pods": 2 } } })), Some("spec.hard.pods".into()));
    }

    #[test]
    fn a_list_stays_as_it_is_item_by_item() {
        let said = json!({ "rules": [{ "verbs": ["get"] }] });
        assert_eq!(path(said.clone(), json!({ "rules": [{ "verbs": ["get"] }, {}] })), Some("rules".into()));
        assert_eq!(path(said, json!({ "rules": [{ "verbs": ["get"], "apiGroups": ["*"] }] })), Some("rules".into()));
    }

    #[test]
    fn an_empty_map_stays_empty() {
        let said = json!({ "spec": { "podSelector": {} } });
        let rendered = json!({ "spec": { "podSelector": { "matchLabels": { "a": "b" } } } });
        assert_eq!(path(said, rendered), Some("spec.podSelector".into()));
    }
}
