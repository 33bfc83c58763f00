//! A conversion under way: the values so far, and what was moved, lost and added.

use super::node::{Node, Said};
use super::spans;
use super::{Added, Loss, Moved};

/// See the module.
#[derive(Debug)]
pub(super) struct Work {
    /// The values so far.
    pub values: Node,
    /// Keys under another name now.
    pub moved: Vec<Moved>,
    /// Keys without an equivalent.
    pub lost: Vec<Loss>,
    /// Keys that the target needs and nobody wrote.
    pub added: Vec<Added>,
}

impl Work {
    /// Begins with `values`.
    pub fn on(values: Node) -> Self {
        Self { values, moved: Vec::new(), lost: Vec::new(), added: Vec::new() }
    }

    /// Moves what stands at `old` to `new`.
    pub fn rename(&mut self, old: &str, new: &str) {
        if let Some(node) = self.values.take(old) {
            self.put(new, node);
        }
    }

    /// Puts a node at a path, and notes the move.
    pub fn put(&mut self, path: &str, node: Node) {
        let (from, line) = (node.path.clone(), node.line);
        match self.values.put(path, node) {
            Ok(()) if !from.is_empty() && from != path => {
                self.moved.push(Moved { from, line, to: path.to_owned() });
            }
            Ok(()) => {}
            Err(homeless) => {
                for node in homeless {
                    self.lose(&node, &format!("`{path}` is there already, and says something else"));
                }
            }
        }
    }

    /// Adds what nobody wrote, unless somebody did.
    pub fn add(&mut self, path: &str, value: impl Into<serde_json::Value>, why: &'static str) {
        if self.values.get(path).is_none() && self.values.put(path, Node::empty().says(value)).is_ok() {
            self.added.push(Added { path: path.to_owned(), why });
        }
    }

    /// Notes that a value, with all below it, has no equivalent.
    pub fn lose(&mut self, node: &Node, why: &str) {
        self.lost.extend(
            node.leaves().into_iter().filter(|leaf| leaf.line > 0 && !leaf.path.is_empty()).map(|leaf| Loss {
                path: leaf.path.clone(),
                line: leaf.line,
                why: why.to_owned(),
            }),
        );
    }

    /// Takes what stands at a path away as something without an equivalent.
    pub fn drop(&mut self, path: &str, why: &str) {
        if let Some(node) = self.values.take(path) {
            self.lose(&node, why);
        }
    }

    /// Takes away every key that a unified chart does not know, by the table of spans.
    pub fn keep_known(&mut self, minor: u16) {
        let mut lost = Vec::new();
        known(&mut self.values, &mut Vec::new(), minor, &mut lost);
        for (node, (first, last)) in lost {
            let why = if minor < first {
                format!("known from chart 0.{first} on")
            } else {
                format!("known until chart 0.{last}")
            };
            self.lose(&node, &why);
        }
    }
}

/// Keeps what `minor` knows. A map or an item that is empty only for that goes too.
fn known(node: &mut Node, path: &mut Vec<String>, minor: u16, lost: &mut Vec<(Node, (u16, u16))>) {
    match &mut node.said {
        Said::Leaf(_) => {}
        Said::List(items) => {
            path.push("[]".to_owned());
            items.retain_mut(|item| {
                let was_empty = is_empty(item);
                known(item, path, minor, lost);
                was_empty || !is_empty(item)
            });
            path.pop();
        }
        Said::Map(map) => map.retain(|key, child| {
            path.push(key.clone());
            let words: Vec<&str> = path.iter().map(String::as_str).collect();
            let stays = match spans::span(&words) {
                Some(span) if !(span.0..=span.1).contains(&minor) => {
                    lost.push((child.clone(), span));
                    false
                }
                Some(_) | None => {
                    let was_empty = is_empty(child);
                    known(child, path, minor, lost);
                    was_empty || !is_empty(child)
                }
            };
            path.pop();
            stays
        }),
    }
}

fn is_empty(node: &Node) -> bool {
    match &node.said {
        Said::Map(map) => map.is_empty(),
        Said::List(items) => items.is_empty(),
        Said::Leaf(_) => false,
    }
}
