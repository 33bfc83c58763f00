//! Money in integers: micro-units of the fleet's currency, per month unless a name says otherwise.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};

use serde::{Deserialize, Serialize};

use crate::vocab::quantity::{Decimal, QuantityFault};

/// Hours in a month of account: 365 × 24 / 12, the figure that cloud price lists use.
pub const HOURS_PER_MONTH: i64 = 730;

/// An amount in micro-units of the fleet's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(pub i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// More than any plan costs; the sum of a few of them still fits.
    pub const CEILING: Self = Self(i64::MAX / 16);

    /// Whole units of the currency.
    #[must_use]
    pub const fn whole(units: i64) -> Self {
        Self(units * 1_000_000)
    }

    /// Reads a decimal amount such as `0.768`, exactly.
    ///
    /// # Errors
    /// Not a decimal, more than six digits after the point, negative, or above [`Money::CEILING`].
    pub fn parse(text: &str) -> Result<Self, QuantityFault> {
        let micro = Decimal::parse(text)?.exactly(6)?;
        let micro = i64::try_from(micro).map_err(|_| QuantityFault::TooLarge)?;
        if micro < 0 {
            return Err(QuantityFault::Negative);
        }
        if micro > Self::CEILING.0 / HOURS_PER_MONTH {
            return Err(QuantityFault::TooLarge);
        }
        Ok(Self(micro))
    }

    /// The amount as an exact decimal, with two to six digits after the point: `1234.50`, `0.123456`.
    #[must_use]
    pub fn exact(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, micro) = (self.0.unsigned_abs() / 1_000_000, self.0.unsigned_abs() % 1_000_000);
        let digits = format!("{micro:06}");
        let kept = digits.trim_end_matches('0').len().max(2);
        format!("{sign}{whole}.{}", &digits[..kept])
    }

    /// An hourly price as a monthly one.
    #[must_use]
    pub const fn hourly_to_monthly(self) -> Self {
        Self(self.0 * HOURS_PER_MONTH)
    }

    /// A one-off cost spread over `months`, rounded up.
    ///
    /// # Panics
    /// When `months` is zero; policy refuses that at the gate.
    #[must_use]
    pub const fn spread_over(self, months: u32) -> Self {
        assert!(months > 0, "policy has at least one payback month");
        let months = months as i64;
        Self((self.0 + months - 1).div_euclid(months))
    }

    /// `self × count`, or nothing where that leaves the range.
    #[must_use]
    pub fn times(self, count: u64) -> Option<Self> {
        i64::try_from(count)
            .ok()
            .and_then(|count| self.0.checked_mul(count))
            .filter(|micro| micro.abs() <= Self::CEILING.0)
            .map(Self)
    }
}

/// Exact decimal text, so that files hold what was computed: `"1234.5"`.
impl Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.exact())
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Decimal::parse(&text)
            .and_then(|decimal| decimal.exactly(6))
            .ok()
            .and_then(|micro| i64::try_from(micro).ok())
            .filter(|micro| micro.abs() <= Self::CEILING.0)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom(format!("`{}` is no amount of money", text.escape_debug())))
    }
}

/// `1,234.50`: two digits after the point, rounded half up, thousands apart.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = (self.0.unsigned_abs() + 5_000) / 10_000;
        let sign = if self.0 < 0 && cents > 0 { "-" } else { "" };
        let whole = group_thousands(cents / 100);
        f.pad(&format!("{sign}{whole}.{:02}", cents % 100))
    }
}

/// `1234567` as `1,234,567`.
#[must_use]
pub fn group_thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}
impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}
impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}
impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}
impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}
impl Mul<u64> for Money {
    type Output = Self;
    fn mul(self, count: u64) -> Self {
        self.times(count).expect("the gate bounds counts and prices, so that a plan's money fits")
    }
}
impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hourly_price_becomes_a_monthly_one_exactly() {
        assert_eq!(Money::parse("0.10").unwrap().hourly_to_monthly(), Money::whole(73));
        assert_eq!(Money::parse("0.768").unwrap().hourly_to_monthly(), Money(560_640_000));
    }

    #[test]
    fn a_one_off_cost_is_rounded_up_when_it_is_spread() {
        assert_eq!(Money(100).spread_over(12), Money(9));
        assert_eq!(Money(96).spread_over(12), Money(8));
    }

    #[test]
    fn a_negative_price_and_a_seventh_decimal_are_refused() {
        assert_eq!(Money::parse("-1"), Err(QuantityFault::Negative));
        assert_eq!(Money::parse("0.1234567"), Err(QuantityFault::TooFine(6)));
    }

    #[test]
    fn money_prints_with_cents_and_thousands() {
        assert_eq!(Money(1_234_567_895_000).to_string(), "1,234,567.90");
        assert_eq!(Money(-1_500_000).to_string(), "-1.50");
        assert_eq!(Money(-1).to_string(), "0.00");
    }
}
