//! The rule book: one file per rule, one sorted list. Rules judge candidates and bind tenants together.
//!
//! An inventory laid out as a [`Setting`] flows in; verdicts, reasons and labels flow out. No rule knows another rule, and none knows the solver.

mod apart;
mod blast_radius;
mod capacity;
mod class_limit;
mod cluster_limits;
mod crd_versions;
mod crds;
mod disruption;
mod edition;
mod environments;
mod isolation;
mod kernel;
mod moves;
mod near;
mod neighbours;
mod pin;
mod pool_limits;
mod regulation;
mod residency;
mod scale;
mod support;
mod trust;
mod version;

pub mod book;
pub mod near_groups;
pub mod rule;
pub mod setting;

pub use rule::{Case, Label, Page, Reads, Rule, Unfit};
pub use setting::{Host, Origin, Setting, Today, Unit};

/// Every rule, sorted by name.
pub static RULES: &[&dyn Rule] = &[
    &apart::ApartRule,
    &blast_radius::BlastRadiusRule,
    &capacity::CapacityRule,
    &class_limit::ClassLimitRule,
    &cluster_limits::ClusterLimitsRule,
    &crd_versions::CrdVersionsRule,
    &crds::CrdsRule,
    &disruption::DisruptionRule,
    &edition::EditionRule,
    &environments::EnvironmentsRule,
    &isolation::IsolationRule,
    &kernel::KernelRule,
    &moves::MovesRule,
    &near::NearRule,
    &neighbours::NeighboursRule,
    &pin::PinRule,
    &pool_limits::PoolLimitsRule,
    &regulation::RegulationRule,
    &residency::ResidencyRule,
    &scale::ScaleRule,
    &support::SupportRule,
    &trust::TrustRule,
    &version::VersionRule,
];

/// A rule by name.
#[must_use]
pub fn rule(name: &str) -> Option<&'static dyn Rule> {
    RULES.iter().copied().find(|rule| rule.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_has_no_name_twice() {
        assert!(RULES.windows(2).all(|pair| pair[0].name() < pair[1].name()));
    }

    #[test]
    fn every_file_of_a_rule_is_in_the_list() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules");
        let helpers = ["mod", "book", "near_groups", "rule", "setting"];
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .filter(|stem| !helpers.contains(&stem.as_str()))
            .map(|stem| stem.replace('_', "-"))
            .collect();
        files.sort();
        let listed: Vec<&str> = RULES.iter().map(|rule| rule.name()).collect();
        assert_eq!(files, listed);
    }

    #[test]
    fn what_an_exception_can_lift_is_a_rule() {
        for name in crate::inventory::LIFTABLE {
            assert!(rule(name).is_some(), "`{name}` is no rule");
        }
    }
}
