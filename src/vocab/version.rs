//! Kubernetes minors, ranges of them, and exact chart versions.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// A Kubernetes minor: `1.35`. The major is always 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minor(pub u16);

/// Why a text is no version or range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionFault {
    /// Not a minor.
    #[error("not a Kubernetes minor such as `1.35`")]
    Minor,
    /// Not a version of Kyverno.
    #[error("not a version of Kyverno such as `1.18`")]
    Kyverno,
    /// Not a range.
    #[error("not a range such as `1.35`, `>=1.34` or `>=1.34, <1.37`")]
    Range,
    /// A range that excludes everything.
    #[error("no minor meets this range")]
    Empty,
    /// Not an exact chart version.
    #[error("not an exact version such as `0.36.1`")]
    Chart,
}

impl FromStr for Minor {
    type Err = VersionFault;
    fn from_str(text: &str) -> Result<Self, VersionFault> {
        let text = text.trim();
        let digits = text.strip_prefix('v').unwrap_or(text).strip_prefix("1.").ok_or(VersionFault::Minor)?;
        if digits.is_empty() || digits.len() > 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(VersionFault::Minor);
        }
        digits.parse().map(Minor).map_err(|_| VersionFault::Minor)
    }
}

impl fmt::Display for Minor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("1.{}", self.0))
    }
}

impl Serialize for Minor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Minor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A version of Kyverno, as far as it changes what can be written: `1.18`. The major is always 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KyvernoVersion(pub u16);

impl KyvernoVersion {
    /// True for the version that holds where none is said.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for KyvernoVersion {
    /// The newest version whose schemas were at hand.
    fn default() -> Self {
        Self(18)
    }
}

impl FromStr for KyvernoVersion {
    type Err = VersionFault;
    fn from_str(text: &str) -> Result<Self, VersionFault> {
        text.parse().map(|Minor(minor)| Self(minor)).map_err(|_: VersionFault| VersionFault::Kyverno)
    }
}

impl fmt::Display for KyvernoVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("1.{}", self.0))
    }
}

impl Serialize for KyvernoVersion {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A range of minors with both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MinorRange {
    lowest: Minor,
    highest: Minor,
}

impl MinorRange {
    /// Every minor.
    pub const ANY: Self = Self { lowest: Minor(0), highest: Minor(999) };

    /// Exactly one minor.
    #[must_use]
    pub const fn only(minor: Minor) -> Self {
        Self { lowest: minor, highest: minor }
    }

    /// True where `minor` is inside.
    #[must_use]
    pub fn holds(self, minor: Minor) -> bool {
        self.lowest <= minor && minor <= self.highest
    }
}

impl FromStr for MinorRange {
    type Err = VersionFault;

    fn from_str(text: &str) -> Result<Self, VersionFault> {
        let mut range = Self::ANY;
        for part in text.split(',').map(str::trim) {
            let at = part.find(|c: char| !"<>=~".contains(c)).ok_or(VersionFault::Range)?;
            let (sign, minor) = part.split_at(at);
            let Minor(minor) = minor.parse().map_err(|_| VersionFault::Range)?;
            let (lowest, highest) = match sign {
                "" | "=" | "==" => (minor, minor),
                ">=" => (minor, 999),
                ">" => (minor + 1, 999),
                "<=" => (0, minor),
                "<" => (0, minor.checked_sub(1).ok_or(VersionFault::Empty)?),
                _ => return Err(VersionFault::Range),
            };
            range.lowest = range.lowest.max(Minor(lowest));
            range.highest = range.highest.min(Minor(highest));
        }
        if range.lowest > range.highest { Err(VersionFault::Empty) } else { Ok(range) }
    }
}

impl fmt::Display for MinorRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lowest, highest } = *self;
        match (lowest, highest) {
            _ if lowest == highest => write!(f, "{lowest}"),
            (Minor(0), Minor(999)) => f.write_str("any"),
            (Minor(0), _) => write!(f, "<={highest}"),
            (_, Minor(999)) => write!(f, ">={lowest}"),
            _ => write!(f, ">={lowest}, <={highest}"),
        }
    }
}

impl Serialize for MinorRange {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An exact chart version: `0.36.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChartVersion {
    /// Always 0 so far.
    pub major: u16,
    /// The minor: 36 in `0.36.1`. Values change shape with it.
    pub minor: u16,
    /// The patch.
    pub patch: u16,
}

impl ChartVersion {
    /// True for a vcluster chart from before 0.20: one chart per distribution, and values of another shape.
    #[must_use]
    pub const fn is_legacy_vcluster(self) -> bool {
        self.major == 0 && self.minor < 20
    }
}

impl FromStr for ChartVersion {
    type Err = VersionFault;
    fn from_str(text: &str) -> Result<Self, VersionFault> {
        let mut parts =
            text.split('.').map(|part| if part.bytes().all(|b| b.is_ascii_digit()) { part.parse().ok() } else { None });
        let mut next = || parts.next().flatten().ok_or(VersionFault::Chart);
        let version = Self { major: next()?, minor: next()?, patch: next()? };
        if parts.next().is_some() { Err(VersionFault::Chart) } else { Ok(version) }
    }
}

impl fmt::Display for ChartVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl Serialize for ChartVersion {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_what_it_says() {
        let range: MinorRange = ">=1.34, <1.37".parse().unwrap();
        assert!(range.holds(Minor(34)) && range.holds(Minor(36)));
        assert!(!range.holds(Minor(33)) && !range.holds(Minor(37)));
        assert_eq!(range.to_string(), ">=1.34, <=1.36");
        assert_eq!("1.35".parse(), Ok(MinorRange::only(Minor(35))));
    }

    #[test]
    fn a_range_that_no_minor_meets_is_refused() {
        assert_eq!(">1.35, <1.36".parse::<MinorRange>(), Err(VersionFault::Empty));
        assert_eq!("1.35, 1.36".parse::<MinorRange>(), Err(VersionFault::Empty));
    }

    #[test]
    fn a_patch_is_no_minor_and_two_numbers_are_no_chart() {
        assert_eq!("1.35.2".parse::<Minor>(), Err(VersionFault::Minor));
        assert_eq!("2.1".parse::<Minor>(), Err(VersionFault::Minor));
        assert_eq!("0.36".parse::<ChartVersion>(), Err(VersionFault::Chart));
        assert_eq!("0.36.1".parse::<ChartVersion>().unwrap().minor, 36);
    }
}
