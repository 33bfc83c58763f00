//! What the values of a plan file can be: each type says what it expects and reads itself from TOML.

use toml::de::DeValue;

use crate::plan::{Action, Status};
use crate::vocab::calendar::Date;
use crate::vocab::money::Money;
use crate::vocab::name::{ClassName, ClusterName, FleetName, PoolName, Region, Residency, TenantName, WorkloadName};
use crate::vocab::quantity::Decimal;
use crate::vocab::tier::{Nodes, Tenancy, Tier};
use crate::vocab::version::Minor;

/// Why a value is not what its key holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Misread {
    /// Of another TOML type.
    Type,
    /// Of the right type; the reason in words.
    Value(String),
}

/// A value of a plan file.
pub trait Value: Sized {
    /// What is expected, with an article.
    const EXPECTED: &'static str;

    /// Reads a value.
    ///
    /// # Errors
    /// See [`Misread`].
    fn read(value: &DeValue<'_>) -> Result<Self, Misread>;
}

fn text<'a>(value: &'a DeValue<'_>) -> Result<&'a str, Misread> {
    value.as_str().ok_or(Misread::Type)
}

impl Value for String {
    const EXPECTED: &'static str = "a string";

    fn read(value: &DeValue<'_>) -> Result<Self, Misread> {
        text(value).map(str::to_owned)
    }
}

impl Value for bool {
    const EXPECTED: &'static str = "`true` or `false`";

    fn read(value: &DeValue<'_>) -> Result<Self, Misread> {
        value.as_bool().ok_or(Misread::Type)
    }
}

impl Value for u64 {
    const EXPECTED: &'static str = "a whole number from 0";

    fn read(value: &DeValue<'_>) -> Result<Self, Misread> {
        let number = value.as_integer().ok_or(Misread::Type)?;
        Self::from_str_radix(number.as_str(), number.radix()).map_err(|fault| Misread::Value(fault.to_string()))
    }
}

impl Value for u32 {
    const EXPECTED: &'static str = u64::EXPECTED;

    fn read(value: &DeValue<'_>) -> Result<Self, Misread> {
        u64::read(value)?.try_into().map_err(|_| Misread::Value("too large".to_owned()))
    }
}

impl Value for Money {
    const EXPECTED: &'static str = "an amount as a string, such as `\"1234.50\"`";

    fn read(value: &DeValue<'_>) -> Result<Self, Misread> {
        let amount = Decimal::parse(text(value)?).and_then(|decimal| decimal.exactly(6));
        let micro = amount.map_err(|fault| Misread::Value(fault.to_string()))?;
        i64::try_from(micro).map(Self).map_err(|_| Misread::Value("too large".to_owned()))
    }
}

impl Value for Date {
    const EXPECTED: &'static str = "a date such as `2026-11-23`";

    fn read(value: &DeValue<'_>) -> Result<Self, Misread> {
        let moment = value.as_datetime().ok_or(Misread::Type)?;
        let day = moment.date.filter(|_| moment.time.is_none()).ok_or(Misread::Type)?;
        let number = |part: u8| i8::try_from(part).ok();
        i16::try_from(day.year)
            .ok()
            .zip(number(day.month).zip(number(day.day)))
            .and_then(|(year, (month, day))| Self::new(year, month, day).ok())
            .ok_or_else(|| Misread::Value("no such day".to_owned()))
    }
}

macro_rules! parsed {
    ($expected:literal: $($name:ty),*) => {$(
        impl Value for $name {
            const EXPECTED: &'static str = $expected;
            fn read(value: &DeValue<'_>) -> Result<Self, Misread> {
                text(value)?.parse().map_err(|fault: <$name as std::str::FromStr>::Err| Misread::Value(fault.to_string()))
            }
        }
    )*};
}

parsed!("a name of `a-z`, `0-9` and `-`": ClassName, ClusterName, FleetName, PoolName, Region, Residency, TenantName, WorkloadName);
parsed!("a Kubernetes minor such as `\"1.35\"`": Minor);

macro_rules! words {
    ($($name:ty: $expected:literal),*) => {$(
        impl Value for $name {
            const EXPECTED: &'static str = $expected;
            fn read(value: &DeValue<'_>) -> Result<Self, Misread> {
                Self::from_word(text(value)?).ok_or_else(|| Misread::Value("no such word".to_owned()))
            }
        }
    )*};
}

words! {
    Tier: "`\"namespace\"`, `\"vcluster\"` or `\"cluster\"`",
    Nodes: "`\"shared\"`, `\"dedicated\"` or `\"private\"`",
    Tenancy: "`\"shared\"` or `\"dedicated\"`",
    Action: "`\"open\"`, `\"keep\"` or `\"close\"`",
    Status: "`\"optimal\"`, `\"feasible\"`, `\"impossible\"` or `\"unknown\"`"
}
