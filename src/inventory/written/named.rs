//! Shapes of names: one per type of name, all with the alphabet of an RFC 1123 label.

use serde_json::{Value, json};

use super::node::{Key, Node, Shape, shown};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::name::{
    Attestation, ClassName, ClusterName, Environment, FleetName, LONGEST_NAME, PoolName, RegimeName, Region, Residency,
    TeamName, TenantName, WorkloadName, nearest_label,
};

const EXPECTS: &str = "a name of 1 to 63 letters `a-z`, digits and `-`, with a letter or digit at both ends";

macro_rules! named {
    ($($name:ident),* $(,)?) => {$(
        impl Shape for $name {
            fn expects() -> String {
                EXPECTS.to_owned()
            }
            fn read(node: &Node<'_>, faults: &mut Vec<Diagnostic>) -> Option<Self> {
                let text = node.string(EXPECTS, faults)?;
                Self::parse(text)
                    .map_err(|why| {
                        let message = format!("`{}` cannot be `{}`: {why}", node.name, shown(text));
                        let nearest = nearest_label(text, LONGEST_NAME);
                        let help =
                            if nearest.is_empty() { format!("write {EXPECTS}") } else { format!("`{nearest}` would do") };
                        faults.push(Diagnostic::error("bad-name", message).at(node.span, "").help(help));
                    })
                    .ok()
            }
            fn schema() -> Value {
                json!({ "type": "string", "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "maxLength": LONGEST_NAME })
            }
        }
    )*};
}

named!(
    Attestation,
    ClassName,
    ClusterName,
    Environment,
    FleetName,
    PoolName,
    RegimeName,
    Region,
    Residency,
    TeamName,
    TenantName,
    WorkloadName,
);

impl Key for RegimeName {
    fn read_key(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|why| why.to_string())
    }
    fn schema() -> Value {
        <Self as Shape>::schema()
    }
}
