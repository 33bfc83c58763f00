//! A host on a minor that its provider no longer supports: in extended support it costs money, past it nobody patches it.

use super::Lint;
use crate::inventory::facts::SupportPhase;
use crate::inventory::{Inventory, Provider};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::version::Minor;

pub(super) const LINT: Lint = Lint {
    name: "host-support",
    about: "A minor past standard support costs extra, and past extended support nobody patches it.",
    find,
};

fn find(inventory: &Inventory) -> Vec<Diagnostic> {
    let clusters = inventory.clusters.iter().filter_map(|cluster| {
        let called = format!("cluster `{}` runs {}", cluster.name, cluster.kubernetes);
        finding(inventory, &called, cluster.offer.provider, cluster.kubernetes)
            .map(|finding| finding.at(cluster.at.of("kubernetes"), "its minor"))
            .map(|finding| finding.help("upgrade it, one minor at a time, or let it close: `may_close = true`"))
    });
    // A class that can only be opened in extended support says so by its price; one that has ended opens nothing good.
    let classes = inventory.classes.iter().flat_map(|class| {
        let ended = class.kubernetes.iter().filter(|minor| {
            inventory.facts.support(class.offer.provider, **minor, inventory.fleet.date) == SupportPhase::Ended
        });
        ended.filter_map(|minor| {
            let called = format!("class `{}` offers {minor}", class.name);
            finding(inventory, &called, class.offer.provider, *minor)
                .map(|finding| finding.at(class.at.of("kubernetes"), "its minors"))
                .map(|finding| finding.help("take the minor out: nothing is placed there"))
        })
    });
    clusters.chain(classes).collect()
}

fn finding(inventory: &Inventory, called: &str, provider: Provider, minor: Minor) -> Option<Diagnostic> {
    let support = inventory.facts.calendars.get(&provider).and_then(|calendar| calendar.get(&minor));
    match inventory.facts.support(provider, minor, inventory.fleet.date) {
        SupportPhase::Standard => None,
        SupportPhase::Extended => {
            let price = inventory.facts.extended_price.get(&provider).copied().unwrap_or_default();
            let since = support.map_or_else(String::new, |support| format!(" since {}", support.standard));
            let until =
                support.and_then(|support| support.extended).map_or_else(String::new, |day| format!(" until {day}"));
            let currency = &inventory.fleet.currency;
            let message = format!(
                "{called}, out of standard support{since}: extended support costs {price} {currency} a month{until}"
            );
            Some(Diagnostic::warning(LINT.name, message))
        }
        SupportPhase::Ended => {
            let end = support.map(|support| support.extended.unwrap_or(support.standard));
            let since = end.map_or_else(String::new, |day| format!(" since {day}"));
            Some(Diagnostic::warning(LINT.name, format!("{called}, which {provider} does not support any more{since}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, tenant};

    #[test]
    fn extended_support_is_found_with_its_price_and_its_end() {
        let found = found("\"1.35\"", "\"1.33\"", &tenant("a", ""));
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].2,
            "cluster `eu-1` runs 1.33, out of standard support since 2026-07-29: extended support costs 365.00 USD a month until 2027-07-29"
        );
    }

    #[test]
    fn a_minor_past_all_support_is_found_with_the_day() {
        let found = found("\"1.35\"", "\"1.30\"", &tenant("a", ""));
        assert_eq!(found[0].2, "cluster `eu-1` runs 1.30, which eks does not support any more since 2026-07-23");
    }
}
