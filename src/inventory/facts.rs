//! Facts that are shipped as TOML and that an inventory can override: calendars, version pairs, chart overheads, limits.
//!
//! The data stands in `facts.toml` beside this file, each table with its source. None of it is law in code.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::offer::Provider;
use super::policy::Verdict;
use crate::vocab::calendar::Date;
use crate::vocab::money::Money;
use crate::vocab::resources::Resources;
use crate::vocab::version::{Minor, MinorRange};

/// Everything shipped, after the inventory's overrides.
#[derive(Debug, Clone, Serialize)]
pub struct Facts {
    /// Support per provider and minor.
    pub calendars: BTreeMap<Provider, BTreeMap<Minor, Support>>,
    /// What extended support adds to a control plane's price per month.
    pub extended_price: BTreeMap<Provider, Money>,
    /// Verdicts on host and tenant minors.
    pub pairs: Vec<PairFact>,
    /// What a vcluster's control plane takes, profile `small`: everything together, for one replica.
    pub small: Overhead,
    /// Profile `production`: everything together, for three replicas.
    pub production: Overhead,
}

/// Until when a provider supports a minor, last days included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Support {
    /// The end of standard support.
    pub standard: Date,
    /// The end of extended support; standard's where there is none.
    pub extended: Option<Date>,
}

/// A cluster's support on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SupportPhase {
    /// In standard support.
    Standard,
    /// In extended support, at its price.
    Extended,
    /// Past both.
    Ended,
}

/// One line of the pair table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PairFact {
    /// Host minors.
    pub host: MinorRange,
    /// Tenant minors.
    pub tenant: MinorRange,
    /// What is known. Later lines win.
    pub verdict: Verdict,
}

/// What the control plane of one vcluster takes of its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Overhead {
    /// Requests of all its pods.
    pub resources: Resources,
    /// GiB of storage for its backing store.
    pub storage: u64,
    /// Services on the host.
    pub services: u64,
    /// Replicas of the control plane.
    pub replicas: u64,
}

impl Facts {
    /// The phase of `minor` at `provider` on `day`. A minor newer than the calendar knows counts as standard, an older one as ended.
    #[must_use]
    pub fn support(&self, provider: Provider, minor: Minor, day: Date) -> SupportPhase {
        let Some(calendar) = self.calendars.get(&provider) else { return SupportPhase::Standard };
        match calendar.get(&minor) {
            None if calendar.keys().next().is_some_and(|oldest| minor < *oldest) => SupportPhase::Ended,
            None => SupportPhase::Standard,
            Some(support) if day <= support.standard => SupportPhase::Standard,
            Some(Support { extended: Some(extended), .. }) if day <= *extended => SupportPhase::Extended,
            Some(_) => SupportPhase::Ended,
        }
    }

    /// What is known of a vcluster of `tenant` on a host of `host`.
    #[must_use]
    pub fn pair(&self, host: Minor, tenant: Minor) -> Verdict {
        let listed = |fact: &&PairFact| fact.host.holds(host) && fact.tenant.holds(tenant);
        self.pairs.iter().rev().find(listed).map_or(Verdict::Unlisted, |fact| fact.verdict)
    }

    /// The overhead of a vcluster, by whether high availability is asked.
    #[must_use]
    pub const fn overhead(&self, high_availability: bool) -> &Overhead {
        if high_availability { &self.production } else { &self.small }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::believe::facts::shipped;

    fn phase(provider: Provider, minor: u16, day: &str) -> SupportPhase {
        shipped().facts.support(provider, Minor(minor), day.parse().unwrap())
    }

    #[test]
    fn a_minor_newer_than_the_calendar_is_standard_and_an_older_one_has_ended() {
        assert_eq!(phase(Provider::Eks, 40, "2026-11-23"), SupportPhase::Standard);
        assert_eq!(phase(Provider::Eks, 35, "2026-11-23"), SupportPhase::Standard);
        assert_eq!(phase(Provider::Eks, 33, "2026-11-23"), SupportPhase::Extended);
        assert_eq!(phase(Provider::Eks, 30, "2026-11-23"), SupportPhase::Ended);
        assert_eq!(phase(Provider::Eks, 20, "2026-11-23"), SupportPhase::Ended);
        assert_eq!(phase(Provider::SelfManaged, 34, "2026-11-23"), SupportPhase::Ended);
    }

    #[test]
    fn support_holds_on_its_last_day_and_not_on_the_next() {
        assert_eq!(phase(Provider::Eks, 31, "2026-11-26"), SupportPhase::Extended);
        assert_eq!(phase(Provider::Eks, 31, "2026-11-27"), SupportPhase::Ended);
        assert_eq!(phase(Provider::Gke, 34, "2026-10-01"), SupportPhase::Standard);
        assert_eq!(phase(Provider::Gke, 34, "2026-10-02"), SupportPhase::Extended);
    }

    #[test]
    fn later_pairs_win_and_what_is_in_no_table_is_unlisted() {
        let facts = shipped().facts;
        assert_eq!(facts.pair(Minor(35), Minor(35)), Verdict::Tested);
        assert_eq!(facts.pair(Minor(35), Minor(36)), Verdict::Likely);
        assert_eq!(facts.pair(Minor(34), Minor(33)), Verdict::Broken);
        assert_eq!(facts.pair(Minor(33), Minor(33)), Verdict::Unlisted);
    }

    #[test]
    fn every_provider_has_a_calendar_limits_and_a_price() {
        let known = shipped();
        for provider in [Provider::Eks, Provider::Gke, Provider::Aks, Provider::SelfManaged] {
            assert!(known.facts.calendars[&provider].len() >= 13, "{provider}");
            assert!(known.facts.extended_price.contains_key(&provider), "{provider}");
            assert!(known.limits[&provider].each().iter().all(|(_, limit)| *limit >= 1000), "{provider}");
            assert_eq!(known.limits[&provider].pods, known.limits[&provider].pod_addresses, "{provider}");
        }
    }

    #[test]
    fn the_production_profile_takes_more_than_the_small_one() {
        let facts = shipped().facts;
        assert!(facts.small.resources.fits(&facts.production.resources) && facts.small.resources.cpu > 0);
        assert_eq!((facts.small.replicas, facts.production.replicas), (1, 3));
    }
}
