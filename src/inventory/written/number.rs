//! Shapes of numbers: counts, money, shares, growth, quantities. Read from the digits as written.

use std::fmt;

use serde_json::{Value, json};
use toml::de::DeValue;

use super::node::{Node, Shape, shown};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::money::Money;
use crate::vocab::quantity::{LARGEST, QuantityFault, Rounding, Unit, parse};
use crate::vocab::share::{Growth, Share};

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Whole<const MIN: u64, const MAX: u64>(pub u64);

/// Any count that can be planned with.
pub type Count = Whole<0, LARGEST>;

impl<const MIN: u64, const MAX: u64> fmt::Display for Whole<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const MIN: u64, const MAX: u64> Shape for Whole<MIN, MAX> {
    fn expects() -> String {
        if MAX == LARGEST && MIN == 0 {
            "a whole number".to_owned()
        } else {
            format!("a whole number from {MIN} to {MAX}")
        }
    }
    fn read(node: &Node<'_>, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let expects = Self::expects();
        let DeValue::Integer(integer) = node.value else {
            faults.push(node.wrong_type(&expects));
            return None;
        };
        let number = i128::from_str_radix(integer.as_str(), integer.radix()).ok();
        let whole = number.and_then(|number| u64::try_from(number).ok()).filter(|whole| (MIN..=MAX).contains(whole));
        if whole.is_none() {
            let why = match number {
                Some(..0) => format!("`{integer}` is negative"),
                Some(_) | None => format!("`{integer}` is outside {MIN} to {MAX}"),
            };
            faults.push(node.bad("out-of-range", why, &expects));
        }
        whole.map(Self)
    }
    fn schema() -> Value {
        json!({ "type": "integer", "minimum": MIN, "maximum": MAX })
    }
}

/// The digits of a number, as they were written.
fn digits(node: &Node<'_>, expects: &str, faults: &mut Vec<Diagnostic>) -> Option<String> {
    match node.value {
        DeValue::Float(float) => Some(float.as_str().to_owned()),
        DeValue::Integer(integer) => Some(match i128::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(number) => number.to_string(),
            Err(_) => integer.as_str().to_owned(),
        }),
        DeValue::String(text) => {
            let mut fault = node.wrong_type(expects);
            if text.parse::<f64>().is_ok() {
                fault.help = vec![format!("write it without quotes: {}", shown(text))];
            }
            faults.push(fault);
            None
        }
        DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
            faults.push(node.wrong_type(expects));
            None
        }
    }
}

/// Why a number is none, after its digits: ``is negative``.
fn why(fault: &QuantityFault) -> String {
    match fault {
        QuantityFault::Negative => "is negative".to_owned(),
        QuantityFault::Grammar | QuantityFault::TooLarge => format!("is {fault}"),
        QuantityFault::TooFine(_) => fault.to_string(),
    }
}

/// Numbers that are read exactly, each with its code, what it expects, its range for editors and its reader.
macro_rules! decimals {
    ($($(#[$doc:meta])* $name:ty: $code:literal, $expects:literal, $schema:expr, $read:expr;)*) => {$(
        impl Shape for $name {
            fn expects() -> String {
                $expects.to_owned()
            }
            fn read(node: &Node<'_>, faults: &mut Vec<Diagnostic>) -> Option<Self> {
                let digits = digits(node, $expects, faults)?;
                let read: fn(&str) -> Result<Self, QuantityFault> = $read;
                read(&digits)
                    .map_err(|fault| {
                        faults.push(node.bad($code, format!("`{}` {}", shown(&digits), why(&fault)), $expects));
                    })
                    .ok()
            }
            fn schema() -> Value {
                $schema
            }
        }
    )*};
}

/// Money per hour, as written.
#[derive(Debug, Clone, Copy)]
pub struct Hourly(Money);

impl Hourly {
    /// The same per month: 730 hours.
    pub const fn monthly(self) -> Money {
        self.0.hourly_to_monthly()
    }
}

/// Money per month, or once.
#[derive(Debug, Clone, Copy)]
pub struct Amount(pub Money);

/// A price of at most `most` whole units. Counts are bounded too, so that the money of any fleet fits 64 bits.
fn price(digits: &str, most: i64) -> Result<Money, QuantityFault> {
    let price = Money::parse(digits)?;
    if price > Money::whole(most) { Err(QuantityFault::TooLarge) } else { Ok(price) }
}

decimals! {
    Hourly: "bad-price", "a price per hour such as 0.10, from 0 to 10,000 with at most six digits after the point",
        json!({ "type": "number", "minimum": 0, "maximum": 10_000 }), |digits| price(digits, 10_000).map(Self);
    Amount: "bad-price", "an amount such as 450.0, from 0 to 1,000,000 with at most six digits after the point",
        json!({ "type": "number", "minimum": 0, "maximum": 1_000_000 }), |digits| price(digits, 1_000_000).map(Self);
    Share: "bad-share", "a share from 0 to 1 such as 0.15",
        json!({ "type": "number", "minimum": 0, "maximum": 1 }), Self::parse;
}

impl Shape for Growth {
    fn expects() -> String {
        "growth per quarter such as 0.05, above -1 and at most 100".to_owned()
    }
    fn read(node: &Node<'_>, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let expects = Self::expects();
        let digits = digits(node, &expects, faults)?;
        Self::parse(&digits)
            .map_err(|fault| {
                let why = match fault {
                    // Negative growth is fine; all or more than all of the demand cannot go.
                    QuantityFault::Negative => "leaves nothing: that is -100 % or less".to_owned(),
                    QuantityFault::Grammar | QuantityFault::TooLarge | QuantityFault::TooFine(_) => why(&fault),
                };
                faults.push(node.bad("bad-growth", format!("`{}` {why}", shown(&digits)), &expects));
            })
            .ok()
    }
    fn schema() -> Value {
        json!({ "type": "number", "exclusiveMinimum": -1, "maximum": 100 })
    }
}

/// Rounds towards more: what is asked.
pub const ASKED: bool = true;
/// Rounds towards less: what is offered.
pub const OFFERED: bool = false;

macro_rules! quantities {
    ($($(#[$doc:meta])* $name:ident: $unit:expr, $expects:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default)]
        pub struct $name<const ASKED: bool>(pub u64);

        impl<const ASKED: bool> Shape for $name<ASKED> {
            fn expects() -> String {
                $expects.to_owned()
            }
            fn read(node: &Node<'_>, faults: &mut Vec<Diagnostic>) -> Option<Self> {
                let text = match node.value.as_str() {
                    Some(text) => text.to_owned(),
                    None => digits(node, $expects, faults)?,
                };
                let rounding = if ASKED { Rounding::Up } else { Rounding::Down };
                parse(&text, $unit, rounding)
                    .map_err(|fault| {
                        faults.push(node.bad("bad-quantity", format!("`{}` {}", shown(&text), why(&fault)), $expects));
                    })
                    .map(Self)
                    .ok()
            }
            fn schema() -> Value {
                json!({ "anyOf": [
                    { "type": "string", "pattern": r"^\+?[0-9.]+([eE][0-9]+|[numkMGTPE]|[KMGTPE]i)?$" },
                    { "type": "number", "minimum": 0 },
                ] })
            }
        }
    )*};
}

quantities! {
    /// Millicores.
    Cpu: Unit::Millicores, "a quantity of CPU such as \"500m\" or 2";
    /// MiB.
    Memory: Unit::Mebibytes, "a quantity of memory such as \"80Gi\"";
    /// GiB.
    Storage: Unit::Gibibytes, "a quantity of storage such as \"500Gi\"";
}
