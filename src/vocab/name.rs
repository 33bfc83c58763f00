//! Names: one type per kind of thing, so that a pool's name never stands where a tenant's should.
//!
//! In: text from TOML or YAML. Out: a name that is safe as a Kubernetes object name, a file name and a label value.
//! The form is an RFC 1123 label: 1 to 63 of `a-z`, `0-9` and `-`, beginning and ending with a letter or a digit.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// The longest RFC 1123 label, in bytes.
pub const LONGEST_NAME: usize = 63;

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// The text has no characters.
    #[error("a name cannot be empty")]
    Empty,
    /// The text is longer than [`LONGEST_NAME`].
    #[error("a name has at most {LONGEST_NAME} characters, this one has {0}")]
    TooLong(usize),
    /// A character outside the alphabet, at a byte offset.
    #[error("a name has only `a-z`, `0-9` and `-`; found {0:?}")]
    Character(char),
    /// The first or last character is `-`.
    #[error("a name begins and ends with a letter or a digit")]
    Edge,
}

/// Checks `text` against RFC 1123's label.
///
/// # Errors
/// The first fault found, see [`NameFault`].
pub fn check_label(text: &str) -> Result<(), NameFault> {
    if text.is_empty() {
        return Err(NameFault::Empty);
    }
    if let Some(odd) = text.chars().find(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-')) {
        return Err(NameFault::Character(odd));
    }
    if text.len() > LONGEST_NAME {
        return Err(NameFault::TooLong(text.len()));
    }
    if text.starts_with('-') || text.ends_with('-') {
        return Err(NameFault::Edge);
    }
    Ok(())
}

/// Turns any text into the nearest label: lower case, other characters become one `-`, cut to `longest` bytes.
/// An empty result means that nothing of the text can stand in a name.
///
/// ```
/// assert_eq!(fleetplan::vocab::name::nearest_label("Move a Prisoner!", 63), "move-a-prisoner");
/// ```
#[must_use]
pub fn nearest_label(text: &str, longest: usize) -> String {
    let mut label = String::new();
    for c in text.chars() {
        let c = c.to_ascii_lowercase();
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            label.push(c);
        } else if !label.is_empty() && !label.ends_with('-') {
            label.push('-');
        }
    }
    label.truncate(longest);
    label.truncate(label.trim_end_matches('-').len());
    label
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Parses a name.
            ///
            /// # Errors
            /// See [`NameFault`].
            pub fn parse(text: &str) -> Result<Self, NameFault> {
                check_label(text)?;
                Ok(Self(text.into()))
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = NameFault;
            fn from_str(text: &str) -> Result<Self, NameFault> {
                Self::parse(text)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

names! {
    /// The fleet itself.
    FleetName
    /// A tenant: a team's workload that needs a home.
    TenantName
    /// A team, as the fleet's list of teams has it.
    TeamName
    /// One part of a tenant with its own demand.
    WorkloadName
    /// A cluster that exists, or a copy that the planner opens from a class.
    ClusterName
    /// A class: a shape from which clusters are opened.
    ClassName
    /// A pool of nodes in a cluster or class.
    PoolName
    /// A regime of the operator's regulation table, such as `pci-dss`.
    RegimeName
    /// Something a cluster has been attested for, such as `soc2`.
    Attestation
    /// A jurisdiction that data stays in, such as `eu`.
    Residency
    /// A provider's region, such as `eu-west-1`.
    Region
    /// An environment, such as `production`.
    Environment
}

impl Environment {
    /// The one environment that policy keeps apart from the rest.
    pub const PRODUCTION: &'static str = "production";

    /// True for production.
    #[must_use]
    pub fn is_production(&self) -> bool {
        self.as_str() == Self::PRODUCTION
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_would_leave_its_folder_is_refused() {
        assert_eq!(TenantName::parse("../x"), Err(NameFault::Character('.')));
        assert_eq!(TenantName::parse("{{x}}"), Err(NameFault::Character('{')));
        assert_eq!(TenantName::parse("a\nb"), Err(NameFault::Character('\n')));
    }

    #[test]
    fn the_longest_name_has_63_characters() {
        assert!(TenantName::parse(&"a".repeat(63)).is_ok());
        assert_eq!(TenantName::parse(&"a".repeat(64)), Err(NameFault::TooLong(64)));
    }

    #[test]
    fn a_name_neither_begins_nor_ends_with_a_dash() {
        assert_eq!(PoolName::parse("-a"), Err(NameFault::Edge));
        assert_eq!(PoolName::parse("a-"), Err(NameFault::Edge));
        assert_eq!(PoolName::parse(""), Err(NameFault::Empty));
    }

    #[test]
    fn the_nearest_label_of_a_label_is_itself() {
        assert_eq!(nearest_label("laa-crime-apps", 63), "laa-crime-apps");
        assert_eq!(nearest_label("  Éa__b ", 63), "a-b");
        assert_eq!(nearest_label("ab-cd", 3), "ab");
    }
}
