//! Who a finding is about: one finding for many, with a count, the first names and the first places.

use crate::inventory::Tenant;
use crate::vocab::diagnostic::{Diagnostic, Span};
use crate::vocab::money::group_thousands;

/// Names and places that a finding shows.
const FEW: usize = 3;

/// ``tenant `a` ``, ``tenants `a` and `b` ``, ``12 tenants (`a`, `b`, `c` and 9 more)``.
pub fn who(kind: &str, names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().take(FEW).map(|name| format!("`{name}`")).collect();
    match (names.len(), quoted.split_last()) {
        (0 | 1, _) => format!("{kind} {}", quoted.join("")),
        (2..=FEW, Some((last, first))) => format!("{kind}s {} and {last}", first.join(", ")),
        (all, _) => format!("{} {kind}s ({} and {} more)", count(all), quoted.join(", "), count(all - FEW)),
    }
}

/// ``tenants `a` and `b` ``.
pub fn tenants(all: &[&Tenant]) -> String {
    who("tenant", &all.iter().map(|tenant| tenant.name.as_str()).collect::<Vec<_>>())
}

/// `1,458`.
pub fn count(number: usize) -> String {
    group_thousands(u64::try_from(number).unwrap_or(u64::MAX))
}

/// `one` for one, `many` for more.
pub const fn verb<'a>(number: usize, one: &'a str, many: &'a str) -> &'a str {
    if number == 1 { one } else { many }
}

/// Points at the first few places: the first is primary.
pub fn at_few(finding: Diagnostic, places: impl IntoIterator<Item = Span>, label: &str) -> Diagnostic {
    let mut places = places.into_iter().take(FEW);
    let Some(first) = places.next() else { return finding };
    places.fold(finding.at(first, label), |finding, place| finding.also(place, label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_are_counted_and_few_are_named() {
        assert_eq!(who("tenant", &["a"]), "tenant `a`");
        assert_eq!(who("tenant", &["a", "b"]), "tenants `a` and `b`");
        assert_eq!(who("tenant", &["a", "b", "c"]), "tenants `a`, `b` and `c`");
        assert_eq!(who("tenant", &vec!["a"; 1443]), "1,443 tenants (`a`, `a`, `a` and 1,440 more)");
    }
}
