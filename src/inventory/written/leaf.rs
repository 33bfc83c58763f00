//! Shapes of single values: words, numbers, quantities, money, versions, dates.
//!
//! Numbers are read from the digits that were written, never through a float.

use serde_json::{Value, json};
use toml::de::DeValue;

use super::node::{Key, Node, Shape, shown};
use crate::inventory::{
    ClusterApi, Cni, CrdPolicy, Delivery, Distro, Edition, EgressPolicy, HostileHome, NetworkPolicies, PodPolicy,
    PodSecurity, PolicyEngine, Provider, Runtime, Trust, Verdict, Workers,
};
use crate::vocab::calendar::{Date, Seconds};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::edit::nearest;
use crate::vocab::tier::{Isolation, Nodes, Tenancy, Tier};
use crate::vocab::version::{ChartVersion, KyvernoVersion, Minor, MinorRange, VersionFault};

impl Shape for bool {
    fn expects() -> String {
        "true or false".to_owned()
    }
    fn read(node: &Node<'_>, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let flag = node.value.as_bool();
        if flag.is_none() {
            faults.push(node.wrong_type(&Self::expects()));
        }
        flag
    }
    fn schema() -> Value {
        json!({ "type": "boolean" })
    }
}

/// A string read through `FromStr`; its schema has a pattern.
macro_rules! from_str {
    ($($name:ty: $code:literal, $expects:literal, $pattern:expr;)*) => {$(
        impl Shape for $name {
            fn expects() -> String {
                $expects.to_owned()
            }
            fn read(node: &Node<'_>, faults: &mut Vec<Diagnostic>) -> Option<Self> {
                let text = node.string($expects, faults)?;
                text.parse::<Self>()
                    .map_err(|why| faults.push(node.bad($code, format!("`{}` is {why}", shown(text)), $expects)))
                    .ok()
            }
            fn schema() -> Value {
                json!({ "type": "string", "pattern": $pattern })
            }
        }
    )*};
}

from_str! {
    Minor: "bad-minor", "a Kubernetes minor such as \"1.35\"", r"^v?1\.[0-9]{1,3}$";
    KyvernoVersion: "bad-kyverno-version", "a version of Kyverno such as \"1.18\"", r"^v?1\.[0-9]{1,3}$";
    ChartVersion: "bad-chart-version", "an exact chart version such as \"0.36.1\"", r"^[0-9]+\.[0-9]+\.[0-9]+$";
    Seconds: "bad-duration", "a duration such as \"30s\", \"5m\" or \"1h30m\"", r"^([0-9]+h)?([0-9]+m)?([0-9]+s)?$";
}

impl Shape for MinorRange {
    fn expects() -> String {
        "a range of minors such as \"1.35\", \">=1.34\" or \">=1.34, <1.37\"".to_owned()
    }
    fn read(node: &Node<'_>, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let expects = Self::expects();
        let text = node.string(&expects, faults)?;
        text.parse()
            .map_err(|why| {
                faults.push(match why {
                    VersionFault::Empty => node.bad(
                        "empty-range",
                        format!("no minor meets `{}`", shown(text)),
                        "bounds that leave a minor between them, such as \">=1.34, <1.37\"",
                    ),
                    VersionFault::Minor | VersionFault::Range | VersionFault::Chart | VersionFault::Kyverno => {
                        node.bad("bad-range", format!("`{}` is {why}", shown(text)), &expects)
                    }
                });
            })
            .ok()
    }
    fn schema() -> Value {
        json!({
            "type": "string",
            "pattern": r"^\s*(<|<=|>|>=|=|==)?v?1\.[0-9]{1,3}(\s*,\s*(<|<=|>|>=|=|==)?v?1\.[0-9]{1,3})*\s*$",
        })
    }
}

impl Shape for Date {
    fn expects() -> String {
        "a date such as 2026-11-23".to_owned()
    }
    fn read(node: &Node<'_>, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let text = match node.value {
            DeValue::Datetime(moment) => moment.to_string(),
            // Whoever writes TOML from JSON puts quotes around dates.
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Array(_) | DeValue::Table(_) => {
                faults.push(node.wrong_type(&Self::expects()));
                return None;
            }
        };
        let day = text.parse::<Self>().ok().filter(|_| text.len() == "2026-11-23".len());
        if day.is_none() {
            let why = format!("`{}` is no day of the calendar", shown(&text));
            faults.push(node.bad("bad-date", why, &Self::expects()));
        }
        day
    }
    fn schema() -> Value {
        json!({ "type": "string", "format": "date" })
    }
}

impl Key for Minor {
    fn read_key(text: &str) -> Result<Self, String> {
        text.parse().map_err(|why: VersionFault| why.to_string())
    }
    fn schema() -> Value {
        <Self as Shape>::schema()
    }
}

impl Key for Provider {
    fn read_key(text: &str) -> Result<Self, String> {
        Self::from_word(text).ok_or_else(|| format!("not {}", one_of(Self::WORDS)))
    }
    fn schema() -> Value {
        <Self as Shape>::schema()
    }
}

/// `` `a`, `b` or `c` ``.
pub fn one_of(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

/// Reads one of `words`.
pub fn read_word<T>(
    node: &Node<'_>,
    words: &[&str],
    from_word: impl Fn(&str) -> Option<T>,
    faults: &mut Vec<Diagnostic>,
) -> Option<T> {
    let expected = one_of(words);
    let text = node.string(&expected, faults)?;
    let word = from_word(text);
    if word.is_none() {
        let mut fault =
            Diagnostic::error("unknown-word", format!("`{}` cannot be `{}`", node.name, shown(text))).at(node.span, "");
        if let Some(meant) = nearest(text, words.iter().copied()) {
            fault = fault.help(format!("did you mean `{meant}`?"));
        }
        faults.push(fault.help(format!("write {expected}")));
    }
    word
}

/// Shapes for enums that are written as one word.
macro_rules! worded {
    ($($name:ident),* $(,)?) => {$(
        impl $crate::inventory::written::node::Shape for $name {
            fn expects() -> String {
                $crate::inventory::written::leaf::one_of(<Self as $crate::vocab::words::Words>::WORDS)
            }
            fn read(
                node: &$crate::inventory::written::node::Node<'_>,
                faults: &mut Vec<$crate::vocab::diagnostic::Diagnostic>,
            ) -> Option<Self> {
                use $crate::vocab::words::Words;
                let words = <Self as Words>::WORDS;
                $crate::inventory::written::leaf::read_word(node, words, <Self as Words>::from_word, faults)
            }
            fn schema() -> serde_json::Value {
                serde_json::json!({ "type": "string", "enum": <Self as $crate::vocab::words::Words>::WORDS })
            }
        }
    )*};
}

pub(in crate::inventory) use worded;

worded!(
    Tier,
    Nodes,
    Isolation,
    Tenancy,
    Trust,
    PodSecurity,
    EgressPolicy,
    Provider,
    PolicyEngine,
    PodPolicy,
    ClusterApi,
    Workers,
    Cni,
    NetworkPolicies,
    Runtime,
    CrdPolicy,
    HostileHome,
    Distro,
    Edition,
    Verdict,
    Delivery
);
