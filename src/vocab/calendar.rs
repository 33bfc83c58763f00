//! Days and outages. Dates are days of the planning calendar, never instants.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// A day.
pub type Date = jiff::civil::Date;

/// The length of an outage, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Seconds(pub u64);

/// Why a text is no duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a duration such as `30s`, `5m` or `1h30m`")]
pub struct DurationFault;

impl FromStr for Seconds {
    type Err = DurationFault;

    /// Reads Go's form in whole numbers: hours, minutes and seconds, each at most once and in that order.
    fn from_str(text: &str) -> Result<Self, DurationFault> {
        let (mut rest, mut total, mut seen) = (text.trim(), 0_u64, false);
        for (unit, seconds) in [('h', 3600), ('m', 60), ('s', 1)] {
            if let Some((number, after)) = rest.split_once(unit) {
                if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(DurationFault);
                }
                let number: u32 = number.parse().map_err(|_| DurationFault)?;
                total += u64::from(number) * seconds;
                rest = after;
                seen = true;
            }
        }
        if seen && rest.is_empty() { Ok(Self(total)) } else { Err(DurationFault) }
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes, seconds) = (self.0 / 3600, self.0 / 60 % 60, self.0 % 60);
        if hours > 0 {
            write!(f, "{hours}h")?;
        }
        if minutes > 0 {
            write!(f, "{minutes}m")?;
        }
        if seconds > 0 || self.0 == 0 {
            write!(f, "{seconds}s")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_and_print_alike() {
        for text in ["0s", "30s", "5m", "1h30m", "2h5s"] {
            assert_eq!(text.parse::<Seconds>().unwrap().to_string(), text);
        }
        assert_eq!("90s".parse::<Seconds>().unwrap().to_string(), "1m30s");
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in ["", "5", "m", "-5m", "5m5m", "1.5h", "5s5m"] {
            assert_eq!(text.parse::<Seconds>(), Err(DurationFault), "{text}");
        }
    }
}
