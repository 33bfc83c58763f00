//! The shapes of single values: names, quantities, versions, durations, dates, prices, words.

use serde_json::{Value, json};
use toml::de::DeValue;

use crate::inventory::reading::node::{Faults, Node, Shape};
use crate::inventory::{
    Cni, Crd, CrdPolicy, Delivery, Edition, EgressPolicy, HostileHome, PodSecurity, PolicyEngine, Provider, Runtime,
    Trust, Verdict,
};
use crate::vocab::calendar::{Date, Seconds};
use crate::vocab::diagnostic::{Diagnostic, Span};
use crate::vocab::edit::nearest;
use crate::vocab::money::Money;
use crate::vocab::name::{
    Attestation, ClassName, ClusterName, Environment, FleetName, PoolName, RegimeName, Region, Residency, TeamName,
    TenantName, WorkloadName,
};
use crate::vocab::quantity::{LARGEST, QuantityFault, Rounding, Unit, parse};
use crate::vocab::share::{Growth, Share};
use crate::vocab::tier::{Isolation, Nodes, Tenancy, Tier};
use crate::vocab::version::{ChartVersion, Minor, MinorRange};

/// The fault of a key that its table does not have.
#[must_use]
pub fn unknown_key(key: &str, known: &[&str], span: Span) -> Diagnostic {
    let fault = Diagnostic::error("unknown-key", format!("unknown key `{}`", key.escape_debug()))
        .at(span, "not a key of this table");
    match nearest(key, known.iter().copied()) {
        Some(meant) => fault.help(format!("did you mean `{meant}`?")),
        None => fault.help(format!("the keys here are {}", known.join(", "))),
    }
}

macro_rules! from_text {
    ($($shape:ty: $what:literal, $help:literal, $schema:expr;)*) => {$(
        impl Shape for $shape {
            fn read(node: Node<'_>, faults: &mut Faults) -> Option<Self> {
                let text = node.text($what, faults)?;
                match text.parse::<Self>() {
                    Ok(value) => Some(value),
                    Err(fault) => {
                        node.invalid(format!("`{}`: {fault}", text.escape_debug()), $help, faults);
                        None
                    }
                }
            }
            fn schema() -> Value {
                $schema
            }
        }
    )*};
}

/// The form of a name, for editors.
fn name_schema() -> Value {
    json!({ "type": "string", "pattern": "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$" })
}

const NAME_HELP: &str = "use 1 to 63 of `a-z`, `0-9` and `-`, with a letter or a digit at both ends";

macro_rules! names {
    ($($shape:ty),*) => {$(
        impl Shape for $shape {
            fn read(node: Node<'_>, faults: &mut Faults) -> Option<Self> {
                let text = node.text("a name", faults)?;
                match <$shape>::parse(text) {
                    Ok(value) => Some(value),
                    Err(fault) => {
                        faults.push(
                            Diagnostic::error("invalid-name", format!("`{}` is no name: {fault}", text.escape_debug()))
                                .at(node.span, "not a name")
                                .help(NAME_HELP),
                        );
                        None
                    }
                }
            }
            fn schema() -> Value {
                name_schema()
            }
        }
    )*};
}

names! { Attestation, ClassName, ClusterName, Environment, FleetName, PoolName, RegimeName, Region, Residency, TeamName, TenantName, WorkloadName }

from_text! {
    Minor: "a minor such as \"1.35\"", "write it as a string: \"1.35\"", json!({ "type": "string", "pattern": "^v?1\\.[0-9]{1,3}$" });
    MinorRange: "a range such as \">=1.34, <1.37\"", "write \"1.35\", \">=1.34\" or \">=1.34, <1.37\"", json!({ "type": "string" });
    ChartVersion: "a version such as \"0.36.1\"", "write all three numbers", json!({ "type": "string", "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$" });
    Seconds: "a duration such as \"5m\"", "write \"30s\", \"5m\" or \"1h30m\"", json!({ "type": "string", "pattern": "^([0-9]+h)?([0-9]+m)?([0-9]+s)?$" });
}

macro_rules! words {
    ($($shape:ty { $($word:literal => $value:expr),* $(,)? })*) => {$(
        impl Shape for $shape {
            fn read(node: Node<'_>, faults: &mut Faults) -> Option<Self> {
                let known: &[&str] = &[$($word),*];
                match node.text("a word", faults)? {
                    $($word => Some($value),)*
                    unknown => {
                        let help = match nearest(unknown, known.iter().copied()) {
                            Some(meant) => format!("did you mean `{meant}`?"),
                            None => format!("the choices are {}", known.join(", ")),
                        };
                        node.invalid(format!("`{}` is none of {}", unknown.escape_debug(), known.join(", ")), help, faults);
                        None
                    }
                }
            }
            fn schema() -> Value {
                json!({ "enum": [$($word),*] })
            }
        }
    )*};
}

words! {
    Tier { "namespace" => Self::Namespace, "vcluster" => Self::Vcluster, "cluster" => Self::Cluster }
    Nodes { "shared" => Self::Shared, "dedicated" => Self::Dedicated, "private" => Self::Private }
    Isolation { "shared" => Self::Shared, "dedicated" => Self::Dedicated, "private" => Self::Private, "cluster" => Self::Cluster }
    Tenancy { "shared" => Self::Shared, "dedicated" => Self::Dedicated }
    Trust { "soft" => Self::Soft, "hardened" => Self::Hardened, "hostile" => Self::Hostile }
    PodSecurity { "restricted" => Self::Restricted, "baseline" => Self::Baseline, "privileged" => Self::Privileged }
    Provider { "eks" => Self::Eks, "gke" => Self::Gke, "aks" => Self::Aks, "self-managed" => Self::SelfManaged }
    Runtime { "runc" => Self::Runc, "gvisor" => Self::Gvisor, "kata" => Self::Kata, "firecracker" => Self::Firecracker }
    PolicyEngine { "kyverno" => Self::Kyverno }
    Cni { "kubernetes" => Self::Kubernetes, "cilium" => Self::Cilium, "calico" => Self::Calico }
    CrdPolicy { "platform" => Self::Platform, "tenants" => Self::Tenants }
    HostileHome { "cluster" => Self::Cluster, "vcluster/private" => Self::VclusterPrivate, "vcluster/sandboxed" => Self::VclusterSandboxed }
    Edition { "oss" => Self::Oss, "free" => Self::Free, "enterprise" => Self::Enterprise }
    Verdict { "tested" => Self::Tested, "likely" => Self::Likely, "broken" => Self::Broken }
    Delivery { "argocd" => Self::Argocd }
    EgressPolicy { "none" => Self::None, "kubernetes" => Self::Kubernetes, "calico" => Self::Calico, "cilium" => Self::Cilium }
    Os { "linux" => Self("linux"), "windows" => Self("windows") }
    Arch { "amd64" => Self("amd64"), "arm64" => Self("arm64") }
    Neighbours { "any" => Self { same_regime: false }, "same-regime" => Self { same_regime: true } }
}

/// `linux` or `windows`.
#[derive(Debug, Clone, Copy)]
pub struct Os(pub &'static str);

/// `amd64` or `arm64`.
#[derive(Debug, Clone, Copy)]
pub struct Arch(pub &'static str);

/// Who may be a neighbour under a regime.
#[derive(Debug, Clone, Copy)]
pub struct Neighbours {
    /// `same-regime`.
    pub same_regime: bool,
}

impl Shape for bool {
    fn read(node: Node<'_>, faults: &mut Faults) -> Option<Self> {
        if let DeValue::Boolean(value) = node.value {
            return Some(*value);
        }
        node.expected("`true` or `false`", faults);
        None
    }
    fn schema() -> Value {
        json!({ "type": "boolean" })
    }
}

/// A whole number from 0 to 2^40.
impl Shape for u64 {
    fn read(node: Node<'_>, faults: &mut Faults) -> Option<Self> {
        let DeValue::Integer(_) = node.value else {
            node.expected("a whole number", faults);
            return None;
        };
        let literal = node.literal("a whole number", faults)?;
        match literal.replace('_', "").parse::<i128>() {
            Ok(number) if number < 0 => {
                node.invalid(format!("{literal} is negative"), "write 0 or more", faults);
                None
            }
            Ok(number) if number <= i128::from(LARGEST) => Self::try_from(number).ok(),
            Ok(_) | Err(_) => {
                node.invalid(
                    format!("{literal} is too large to plan with"),
                    format!("write {LARGEST} at most"),
                    faults,
                );
                None
            }
        }
    }
    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 0 })
    }
}

/// A quantity in whole units: what is asked is rounded up, what is offered down.
#[derive(Debug, Clone, Copy)]
pub struct Quantity<const UNIT: u8, const UP: bool>(pub u64);

/// Millicores that are asked.
pub type CpuAsked = Quantity<0, true>;
/// Millicores that are offered.
pub type CpuOffered = Quantity<0, false>;
/// MiB that are asked.
pub type MemoryAsked = Quantity<1, true>;
/// MiB that are offered.
pub type MemoryOffered = Quantity<1, false>;
/// GiB that are asked.
pub type StorageAsked = Quantity<2, true>;

impl<const UNIT: u8, const UP: bool> Shape for Quantity<UNIT, UP> {
    fn read(node: Node<'_>, faults: &mut Faults) -> Option<Self> {
        let unit = match UNIT {
            0 => Unit::Millicores,
            1 => Unit::Mebibytes,
            _ => Unit::Gibibytes,
        };
        let literal = node.literal("a quantity such as \"500m\" or \"80Gi\"", faults)?;
        let rounding = if UP { Rounding::Up } else { Rounding::Down };
        read_number(
            node,
            &literal,
            parse(&literal, unit, rounding).map(Self),
            "write a Kubernetes quantity, such as \"500m\", 2 or \"80Gi\"",
            faults,
        )
    }
    fn schema() -> Value {
        json!({ "type": ["string", "number"], "examples": ["500m", "80Gi"] })
    }
}

fn read_number<T>(
    node: Node<'_>,
    literal: &str,
    result: Result<T, QuantityFault>,
    help: &str,
    faults: &mut Faults,
) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(fault) => {
            node.invalid(format!("`{}` {fault}", literal.escape_debug()), help, faults);
            None
        }
    }
}

/// Money per hour in the inventory, per month once read.
#[derive(Debug, Clone, Copy)]
pub struct Hourly(pub Money);

/// Money as it stands.
#[derive(Debug, Clone, Copy)]
pub struct Amount(pub Money);

macro_rules! numbers {
    ($($shape:ty: $read:expr, $what:literal, $help:literal;)*) => {$(
        impl Shape for $shape {
            fn read(node: Node<'_>, faults: &mut Faults) -> Option<Self> {
                let (DeValue::Integer(_) | DeValue::Float(_)) = node.value else {
                    node.expected($what, faults);
                    return None;
                };
                let literal = node.literal($what, faults)?;
                let read: fn(&str) -> Result<$shape, QuantityFault> = $read;
                read_number(node, &literal, read(&literal), $help, faults)
            }
            fn schema() -> Value {
                json!({ "type": "number" })
            }
        }
    )*};
}

numbers! {
    Hourly: |text| Money::parse(text).map(|money| Hourly(money.hourly_to_monthly())), "a price per hour", "write a decimal of 0 or more with up to six digits after the point";
    Amount: |text| Money::parse(text).map(Amount), "an amount of money", "write a decimal of 0 or more with up to six digits after the point";
    Share: Share::parse, "a share from 0 to 1", "write a decimal from 0 to 1, such as 0.15";
    Growth: Growth::parse, "a growth per quarter", "write a decimal above -1, such as 0.05 for five percent more every quarter";
}

/// A date, as TOML has it or as a string.
impl Shape for Date {
    fn read(node: Node<'_>, faults: &mut Faults) -> Option<Self> {
        let text = match node.value {
            DeValue::Datetime(date) => date.to_string(),
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Array(_) | DeValue::Table(_) => {
                node.expected("a date such as 2026-11-23", faults);
                return None;
            }
        };
        match text.parse::<Self>() {
            Ok(date) if text.len() == 10 => Some(date),
            Ok(_) | Err(_) => {
                node.invalid(format!("`{}` is no day", text.escape_debug()), "write a day, such as 2026-11-23", faults);
                None
            }
        }
    }
    fn schema() -> Value {
        json!({ "type": "string", "format": "date" })
    }
}

/// Free text on one line: no control characters, nothing that hides or reorders what is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(pub String);

/// True for characters that readers of YAML and terminals disagree about, or that hide text.
#[must_use]
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

impl Shape for Text {
    fn read(node: Node<'_>, faults: &mut Faults) -> Option<Self> {
        let text = node.text("a string", faults)?;
        if let Some(odd) = text.chars().find(|c| is_unsafe(*c)) {
            faults.push(
                Diagnostic::error("control-character", format!("a text cannot hold U+{:04X}", u32::from(odd)))
                    .at(node.span, "in here")
                    .help("remove it: readers of YAML and terminals disagree about such characters"),
            );
            return None;
        }
        if text.trim().is_empty() || text.len() > 1000 {
            node.invalid("a text has 1 to 1,000 characters", "say it in a sentence", faults);
            return None;
        }
        Some(Self(text.to_owned()))
    }
    fn schema() -> Value {
        json!({ "type": "string" })
    }
}

/// A word without spaces: a module, a GPU model, a rule's name, a registry, a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word(pub String);

impl Shape for Word {
    fn read(node: Node<'_>, faults: &mut Faults) -> Option<Self> {
        let text = node.text("a word", faults)?;
        let good = |c: char| c.is_ascii_alphanumeric() || "-_./:@+~".contains(c);
        if text.is_empty() || text.len() > 300 || !text.chars().all(good) {
            node.invalid(
                format!("`{}` is not one word", text.escape_debug()),
                "use letters, digits and `-_./:@+~`, without spaces",
                faults,
            );
            return None;
        }
        Some(Self(text.to_owned()))
    }
    fn schema() -> Value {
        json!({ "type": "string", "pattern": "^[-A-Za-z0-9_./:@+~]+$" })
    }
}

/// A kernel version: `6.8`, or `>=6.3` where it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KernelVersion(pub Vec<u64>);

impl Shape for KernelVersion {
    fn read(node: Node<'_>, faults: &mut Faults) -> Option<Self> {
        let text = node.text("a kernel version such as \"6.8\"", faults)?;
        let numbers = text.trim().trim_start_matches(">=").trim();
        let parts: Option<Vec<u64>> = numbers.split('.').map(|part| part.parse::<u32>().ok().map(u64::from)).collect();
        match parts.filter(|parts| parts.len() <= 3) {
            Some(parts) => Some(Self(parts)),
            None => {
                node.invalid(
                    format!("`{}` is no kernel version", text.escape_debug()),
                    "write \"6.8\", or \">=6.3\" where it is asked",
                    faults,
                );
                None
            }
        }
    }
    fn schema() -> Value {
        json!({ "type": "string", "pattern": "^(>=)?\\s*[0-9]+(\\.[0-9]+){0,2}$" })
    }
}

impl Shape for Crd {
    fn read(node: Node<'_>, faults: &mut Faults) -> Option<Self> {
        let text = node.text("a definition such as \"certificates.cert-manager.io/v1\"", faults)?;
        let label = |part: &str| crate::vocab::name::check_label(part).is_ok();
        let (name, version) = text.split_once('/').unwrap_or((text, ""));
        if name.contains('.') && name.split('.').all(label) && name.len() <= 253 && label(version) {
            return Some(Self { name: name.to_owned(), version: version.to_owned() });
        }
        node.invalid(
            format!("`{}` is no custom resource definition", text.escape_debug()),
            "write plural, group and version: \"certificates.cert-manager.io/v1\"",
            faults,
        );
        None
    }
    fn schema() -> Value {
        json!({ "type": "string", "pattern": "^[-a-z0-9]+(\\.[-a-z0-9]+)+/[-a-z0-9]+$" })
    }
}
