//! Shares and growth in millionths, read exactly from decimals.

use std::fmt;

use serde::Serialize;

use crate::vocab::quantity::{Decimal, QuantityFault};
use crate::vocab::resources::{Demand, Resources};

const WHOLE: u64 = 1_000_000;

/// A part of a whole, from 0 to 1, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Share(u32);

impl Share {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// All of it.
    pub const ALL: Self = Self(1_000_000);

    /// From whole percent.
    ///
    /// # Panics
    /// Above 100; for constants.
    #[must_use]
    pub const fn percent(percent: u32) -> Self {
        assert!(percent <= 100, "a share is at most the whole");
        Self(percent * 10_000)
    }

    /// Reads `0.15`.
    ///
    /// # Errors
    /// Not a decimal, outside 0 to 1, or finer than a millionth.
    pub fn parse(text: &str) -> Result<Self, QuantityFault> {
        let millionths = Decimal::parse(text)?.exactly(6)?;
        match u32::try_from(millionths) {
            Err(_) if millionths < 0 => Err(QuantityFault::Negative),
            Ok(millionths) if millionths <= Self::ALL.0 => Ok(Self(millionths)),
            _ => Err(QuantityFault::TooLarge),
        }
    }

    /// The share in millionths.
    #[must_use]
    pub const fn millionths(self) -> u32 {
        self.0
    }

    /// `floor(amount × self)`.
    #[must_use]
    pub fn of(self, amount: u64) -> u64 {
        narrow(u128::from(amount) * u128::from(self.0) / u128::from(WHOLE))
    }

    /// `floor(amount × (1 − self))`.
    #[must_use]
    pub fn off(self, amount: u64) -> u64 {
        Self(Self::ALL.0 - self.0).of(amount)
    }
}

fn narrow(value: u128) -> u64 {
    u64::try_from(value).expect("a share of a u64 is a u64")
}

/// `15 %`, `12.5 %`.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.0 / 10_000;
        let rest = format!("{:04}", self.0 % 10_000);
        match rest.trim_end_matches('0') {
            "" => write!(f, "{whole} %"),
            rest => write!(f, "{whole}.{rest} %"),
        }
    }
}

/// Change of demand per quarter in millionths: `0.05` is five percent more, `-0.1` ten percent less. Above −1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct Growth(i64);

impl Growth {
    /// No change.
    pub const NONE: Self = Self(0);

    /// Reads `0.05`.
    ///
    /// # Errors
    /// Not a decimal, −1 or less, more than 100 (a hundredfold every quarter), or finer than a millionth.
    pub fn parse(text: &str) -> Result<Self, QuantityFault> {
        let millionths = Decimal::parse(text)?.exactly(6)?;
        match i64::try_from(millionths) {
            Ok(value) if value <= -1_000_000 => Err(QuantityFault::Negative),
            Ok(value) if value <= 100_000_000 => Ok(Self(value)),
            _ => Err(QuantityFault::TooLarge),
        }
    }

    /// The change in millionths.
    #[must_use]
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// `ceil(amount × (1 + growth)^quarters)`, in exact integers, rounded once. Nothing where that passes [`crate::vocab::quantity::LARGEST`].
    #[must_use]
    pub fn plan_for(self, amount: u64, quarters: u32) -> Option<u64> {
        if self.0 == 0 || amount == 0 || quarters == 0 {
            return Some(amount);
        }
        let factor = num_bigint::BigUint::from(u64::try_from(1_000_000 + self.0).expect("growth is above -1"));
        let over = num_bigint::BigUint::from(WHOLE).pow(quarters);
        let grown: num_bigint::BigUint = (factor.pow(quarters) * amount + &over - 1_u32) / over;
        u64::try_from(grown).ok().filter(|units| *units <= crate::vocab::quantity::LARGEST)
    }
}

impl Growth {
    /// What is planned for where this is asked today: CPU, memory, pods and storage grow. Nothing where one of them passes what can be counted.
    #[must_use]
    pub fn plan(self, today: Demand, quarters: u32) -> Option<Demand> {
        let Demand { resources: Resources { cpu, memory, pods, gpu }, storage, load_balancers, services } = today;
        let grow = |amount| self.plan_for(amount, quarters);
        let resources = Resources { cpu: grow(cpu)?, memory: grow(memory)?, pods: grow(pods)?, gpu };
        Some(Demand { resources, storage: grow(storage)?, load_balancers, services })
    }
}

/// `5 % a quarter` without the words: `5 %`, `-10 %`.
impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let tenths = self.0.unsigned_abs() / 1000;
        if tenths.is_multiple_of(10) {
            write!(f, "{sign}{} %", tenths / 10)
        } else {
            write!(f, "{sign}{}.{} %", tenths / 10, tenths % 10)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headroom_leaves_the_rest_rounded_down() {
        assert_eq!(Share::parse("0.15").unwrap().off(15_590), 13_251);
        assert_eq!(Share::parse("1.01"), Err(QuantityFault::TooLarge));
        assert_eq!(Share::percent(15).to_string(), "15 %");
        assert_eq!(Share::parse("0.125").unwrap().to_string(), "12.5 %");
    }

    #[test]
    fn growth_is_rounded_up_once_at_the_end() {
        let five = Growth::parse("0.05").unwrap();
        // 100 × 1.05^4 = 121.550625; rounding up every quarter would give 123.
        assert_eq!(five.plan_for(100, 4), Some(122));
        assert_eq!(five.plan_for(100, 0), Some(100));
        assert_eq!(Growth::parse("-0.5").unwrap().plan_for(10, 2), Some(3));
    }

    #[test]
    fn growth_that_overflows_is_no_number() {
        assert_eq!(Growth::parse("100").unwrap().plan_for(1000, 40), None);
        assert_eq!(Growth::parse("-1"), Err(QuantityFault::Negative));
    }
}
