//! Kubernetes quantities and plain decimals, read exactly: no float is ever made of them.
//!
//! Source of the grammar: `k8s.io/apimachinery/pkg/api/resource/quantity.go`: a signed decimal number, then nothing, a
//! decimal SI suffix (`n u m k M G T P E`), a binary one (`Ki Mi Gi Ti Pi Ei`) or an exponent (`e3`, `E3`).

/// Why a text is no quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuantityFault {
    /// Not of the grammar.
    #[error("not a number with an optional unit, such as `500m`, `2` or `80Gi`")]
    Grammar,
    /// Below zero where only zero and more makes sense.
    #[error("cannot be negative")]
    Negative,
    /// Outside the range that the planner counts in.
    #[error("too large to plan with")]
    TooLarge,
    /// More digits after the point than the unit has.
    #[error("has more than {0} digits after the point")]
    TooFine(u32),
}

/// Which way a quantity is rounded to whole units: demand goes up, capacity goes down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Towards more: for what is asked.
    Up,
    /// Towards less: for what is offered.
    Down,
}

/// An exact decimal: `digits × 10^-scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    /// Reads `-12.50`, `3`, `.5`, `1_000`, `1.5e3`.
    ///
    /// # Errors
    /// [`QuantityFault::Grammar`], or [`QuantityFault::TooLarge`] beyond 24 digits.
    pub fn parse(text: &str) -> Result<Self, QuantityFault> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => {
                let exponent: i32 = text[at + 1..].parse().map_err(|_| QuantityFault::Grammar)?;
                (&text[..at], exponent)
            }
            None => (text, 0),
        };
        let (negative, unsigned) = match mantissa.as_bytes().first() {
            Some(b'-') => (true, &mantissa[1..]),
            Some(b'+') => (false, &mantissa[1..]),
            _ => (false, mantissa),
        };
        let (mut digits, mut scale, mut seen, mut point) = (0_i128, 0_i32, false, false);
        for c in unsigned.chars() {
            match c {
                '0'..='9' => {
                    seen = true;
                    digits = digits * 10 + i128::from(c as u8 - b'0');
                    if digits > 10_i128.pow(24) {
                        return Err(QuantityFault::TooLarge);
                    }
                    scale += i32::from(point);
                }
                '.' if !point => point = true,
                '_' if seen => {}
                _ => return Err(QuantityFault::Grammar),
            }
        }
        if !seen {
            return Err(QuantityFault::Grammar);
        }
        if exponent.abs() > 18 {
            return Err(QuantityFault::TooLarge);
        }
        scale -= exponent;
        while scale < 0 {
            digits = digits.checked_mul(10).ok_or(QuantityFault::TooLarge)?;
            scale += 1;
        }
        while scale > 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        let scale = u32::try_from(scale).map_err(|_| QuantityFault::Grammar)?;
        Ok(Self { digits: if negative { -digits } else { digits }, scale })
    }

    /// The number as an integer in units of `10^-places`, if it is a whole number of them.
    ///
    /// # Errors
    /// [`QuantityFault::TooFine`] or [`QuantityFault::TooLarge`].
    pub fn exactly(self, places: u32) -> Result<i128, QuantityFault> {
        if self.scale > places {
            return Err(QuantityFault::TooFine(places));
        }
        10_i128
            .checked_pow(places - self.scale)
            .and_then(|factor| self.digits.checked_mul(factor))
            .ok_or(QuantityFault::TooLarge)
    }

    /// `self × numerator / denominator`, rounded to an integer.
    fn scaled(self, numerator: i128, denominator: i128, rounding: Rounding) -> Result<u64, QuantityFault> {
        if self.digits < 0 {
            return Err(QuantityFault::Negative);
        }
        let over = 10_i128
            .checked_pow(self.scale)
            .and_then(|power| power.checked_mul(denominator))
            .ok_or(QuantityFault::TooLarge)?;
        let product = self.digits.checked_mul(numerator).ok_or(QuantityFault::TooLarge)?;
        let units = match rounding {
            Rounding::Down => product / over,
            Rounding::Up => (product + over - 1) / over,
        };
        u64::try_from(units).ok().filter(|units| *units <= LARGEST).ok_or(QuantityFault::TooLarge)
    }
}

/// The largest count of any unit that one line of an inventory may hold: 2^40. Sums over a fleet then stay far within 64 bits.
pub const LARGEST: u64 = 1 << 40;

/// A unit that quantities are counted in: `size = numerator / denominator` of the Kubernetes base unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Thousandths of a core.
    Millicores,
    /// 2^20 bytes.
    Mebibytes,
    /// 2^30 bytes.
    Gibibytes,
    /// Whole things.
    Count,
}

/// Reads a Kubernetes quantity as a whole number of `unit`.
///
/// # Errors
/// See [`QuantityFault`].
///
/// ```
/// use fleetplan::vocab::quantity::{Rounding, Unit, parse};
/// assert_eq!(parse("1500m", Unit::Millicores, Rounding::Up), Ok(1500));
/// assert_eq!(parse("1G", Unit::Mebibytes, Rounding::Up), Ok(954));
/// assert_eq!(parse("1G", Unit::Mebibytes, Rounding::Down), Ok(953));
/// ```
pub fn parse(text: &str, unit: Unit, rounding: Rounding) -> Result<u64, QuantityFault> {
    let (number, factor, divisor) = split_suffix(text);
    let (per_base, base_per) = match unit {
        Unit::Millicores => (1000, 1),
        Unit::Mebibytes => (1, 1 << 20),
        Unit::Gibibytes => (1, 1 << 30),
        Unit::Count => (1, 1),
    };
    Decimal::parse(number)?.scaled(factor * per_base, divisor * base_per, rounding)
}

/// Cuts the suffix off: the number, and what it is multiplied and divided by.
fn split_suffix(text: &str) -> (&str, i128, i128) {
    const BINARY: [(&str, u32); 6] = [("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40), ("Pi", 50), ("Ei", 60)];
    const LARGE: [(&str, u32); 6] = [("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];
    const SMALL: [(&str, u32); 3] = [("m", 3), ("u", 6), ("n", 9)];
    for (suffix, bits) in BINARY {
        if let Some(number) = text.strip_suffix(suffix) {
            return (number, 1 << bits, 1);
        }
    }
    for (suffix, power) in LARGE {
        if let Some(number) = text.strip_suffix(suffix) {
            return (number, 10_i128.pow(power), 1);
        }
    }
    for (suffix, power) in SMALL {
        if let Some(number) = text.strip_suffix(suffix) {
            return (number, 1, 10_i128.pow(power));
        }
    }
    (text, 1, 1)
}

/// Millicores as Kubernetes writes them: `500m`, `2`.
#[must_use]
pub fn write_cpu(millicores: u64) -> String {
    if millicores.is_multiple_of(1000) { (millicores / 1000).to_string() } else { format!("{millicores}m") }
}

/// MiB as Kubernetes writes them: `512Mi`, `8Gi`.
#[must_use]
pub fn write_memory(mebibytes: u64) -> String {
    if mebibytes.is_multiple_of(1024) && mebibytes > 0 {
        format!("{}Gi", mebibytes / 1024)
    } else {
        format!("{mebibytes}Mi")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cpu(text: &str) -> Result<u64, QuantityFault> {
        parse(text, Unit::Millicores, Rounding::Up)
    }

    #[test]
    fn cpu_is_read_in_millicores_and_demand_rounds_up() {
        assert_eq!(cpu("500m"), Ok(500));
        assert_eq!(cpu("0.1"), Ok(100));
        assert_eq!(cpu("1e3"), Ok(1_000_000));
        assert_eq!(cpu("100u"), Ok(1));
        assert_eq!(parse("100u", Unit::Millicores, Rounding::Down), Ok(0));
    }

    #[test]
    fn memory_is_read_in_mebibytes() {
        let memory = |text| parse(text, Unit::Mebibytes, Rounding::Up);
        assert_eq!(memory("80Gi"), Ok(81_920));
        assert_eq!(memory("1000Mi"), Ok(1000));
        assert_eq!(memory("128974848"), Ok(123));
        assert_eq!(memory("2T"), Ok(1_907_349));
    }

    #[test]
    fn what_is_no_quantity_says_why() {
        assert_eq!(cpu(""), Err(QuantityFault::Grammar));
        assert_eq!(cpu("m"), Err(QuantityFault::Grammar));
        assert_eq!(cpu("12Q"), Err(QuantityFault::Grammar));
        assert_eq!(cpu("-1"), Err(QuantityFault::Negative));
        assert_eq!(cpu("99999999Ei"), Err(QuantityFault::TooLarge));
        assert_eq!(cpu("1e999999"), Err(QuantityFault::TooLarge));
    }

    #[test]
    fn what_is_written_reads_back() {
        for millicores in [0, 1, 999, 1000, 15_890] {
            assert_eq!(cpu(&write_cpu(millicores)), Ok(millicores));
        }
        for mebibytes in [0, 1, 1024, 1025, 61_440] {
            assert_eq!(parse(&write_memory(mebibytes), Unit::Mebibytes, Rounding::Down), Ok(mebibytes));
        }
    }
}
