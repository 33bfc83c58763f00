//! Which minor a vcluster runs, and which of its features chart and edition allow.

use super::facts::Facts;
use super::policy::{Distro, Edition, VclusterPolicy, Verdict};
use crate::vocab::version::{Minor, MinorRange};

/// A feature of the chart that not every version and edition has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// Nodes of the tenant's own, joined to its vcluster.
    PrivateNodes,
    /// A runtime class for all its pods, which a sandboxed pool needs.
    RuntimeClass,
    /// More than one replica of its control plane.
    HighAvailability,
}

/// Why a feature is not to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The chart is older than the first minor that has it.
    Chart {
        /// `26` for chart 0.26.
        from: u16,
    },
    /// The edition does not include it.
    Edition {
        /// The lowest that does.
        from: Edition,
    },
    /// The distribution cannot do it.
    Distro {
        /// One that can.
        needs: Distro,
    },
}

impl VclusterPolicy {
    /// Whether `feature` is to be had with this chart, distribution and edition. Sources: the charts' own schemas (0.26 brought
    /// `privateNodes`, 0.23 `sync.toHost.pods.runtimeClassName`); the vendor's feature table puts private nodes into its free tier; the
    /// legacy chart for k3s keeps its state in an embedded database unless an external one is given, so it has one replica.
    ///
    /// # Errors
    /// What is missing.
    pub const fn feature(&self, feature: Feature) -> Result<(), Missing> {
        let (chart, edition) = match feature {
            Feature::PrivateNodes => (26, Edition::Free),
            Feature::RuntimeClass => (23, Edition::Oss),
            Feature::HighAvailability => {
                return match self.distro {
                    Distro::K3s => Err(Missing::Distro { needs: Distro::K8s }),
                    Distro::K8s => Ok(()),
                };
            }
        };
        if self.chart.minor < chart {
            return Err(Missing::Chart { from: chart });
        }
        if (self.edition as u8) < (edition as u8) {
            return Err(Missing::Edition { from: edition });
        }
        Ok(())
    }

    /// The name of the chart. Legacy charts have one for each distribution.
    #[must_use]
    pub const fn chart_name(&self) -> &'static str {
        match self.distro {
            Distro::K8s if self.chart.is_legacy_vcluster() => "vcluster-k8s",
            Distro::K8s | Distro::K3s => "vcluster",
        }
    }
}

impl Facts {
    /// True where a vcluster of `tenant` may run on a host of `host`.
    #[must_use]
    pub fn pair_allowed(&self, vcluster: &VclusterPolicy, host: Minor, tenant: Minor) -> bool {
        match self.pair(host, tenant) {
            Verdict::Tested | Verdict::Likely => true,
            Verdict::Unlisted => vcluster.allow_unlisted_pairs,
            Verdict::Broken => false,
        }
    }

    /// The minor that a vcluster gets: in `range`, among the chart's, allowed with the host's (private nodes bring their
    /// own kubelets: there the table does not bind). Tested before likely before unlisted, then the highest.
    #[must_use]
    pub fn vcluster_minor(
        &self,
        vcluster: &VclusterPolicy,
        range: MinorRange,
        host: Minor,
        private: bool,
    ) -> Option<Minor> {
        vcluster
            .minors
            .iter()
            .copied()
            .filter(|minor| range.holds(*minor) && (private || self.pair_allowed(vcluster, host, *minor)))
            .min_by_key(|minor| {
                (if private { Verdict::Tested } else { self.pair(host, *minor) }, std::cmp::Reverse(*minor))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::read;

    /// The page's vcluster policy, with `keys` in it, and the shipped facts.
    fn policy(keys: &str) -> (VclusterPolicy, Facts) {
        let page = format!("{}\n[vcluster]\n{keys}", include_str!("../../tests/inventories/smallest.toml"));
        let reading = read(vec![("a.toml".into(), page.into())], None, "2026-11-23".parse().unwrap());
        let inventory = reading.inventory.unwrap_or_else(|| panic!("{:?}", reading.diagnostics));
        (inventory.vcluster, inventory.facts)
    }

    #[test]
    fn the_tested_minor_is_preferred_to_a_newer_likely_one_unless_nodes_are_private() {
        let (vcluster, facts) = policy("");
        assert_eq!(facts.vcluster_minor(&vcluster, MinorRange::ANY, Minor(35), false), Some(Minor(35)));
        assert_eq!(facts.vcluster_minor(&vcluster, MinorRange::ANY, Minor(35), true), Some(Minor(36)));
    }

    #[test]
    fn a_range_without_the_hosts_minor_takes_the_highest_likely_one() {
        let (vcluster, facts) = policy("");
        let range = |text: &str| text.parse::<MinorRange>().unwrap();
        assert_eq!(facts.vcluster_minor(&vcluster, range(">=1.35"), Minor(34), false), Some(Minor(36)));
        assert_eq!(facts.vcluster_minor(&vcluster, range("<=1.33"), Minor(34), false), None);
    }

    #[test]
    fn an_unlisted_pair_needs_permission_and_a_broken_one_has_none() {
        let (closed, facts) = policy("minors = [\"1.33\"]\n");
        assert_eq!(facts.vcluster_minor(&closed, MinorRange::ANY, Minor(33), false), None);
        let (open, facts) = policy("minors = [\"1.33\"]\nallow_unlisted_pairs = true\n");
        assert_eq!(facts.vcluster_minor(&open, MinorRange::ANY, Minor(33), false), Some(Minor(33)));
        assert_eq!(facts.vcluster_minor(&open, MinorRange::ANY, Minor(34), false), None);
        assert_eq!(facts.vcluster_minor(&open, MinorRange::ANY, Minor(34), true), Some(Minor(33)));
    }

    #[test]
    fn private_nodes_need_a_chart_and_an_edition() {
        assert_eq!(policy("").0.feature(Feature::PrivateNodes), Err(Missing::Edition { from: Edition::Free }));
        assert_eq!(policy("edition = \"free\"\n").0.feature(Feature::PrivateNodes), Ok(()));
        let old = policy("edition = \"enterprise\"\nchart = \"0.22.6\"\n").0;
        assert_eq!(old.feature(Feature::PrivateNodes), Err(Missing::Chart { from: 26 }));
        assert_eq!(old.feature(Feature::RuntimeClass), Err(Missing::Chart { from: 23 }));
        assert_eq!(policy("chart = \"0.24.2\"\n").0.feature(Feature::RuntimeClass), Ok(()));
    }

    #[test]
    fn a_legacy_chart_runs_k3s_on_the_minors_of_its_time_unless_told_otherwise() {
        let (legacy, _) = policy("chart = \"0.15.7\"\n");
        assert_eq!((legacy.distro, legacy.chart_name()), (Distro::K3s, "vcluster"));
        assert_eq!(legacy.minors, [Minor(25), Minor(26), Minor(27)]);
        let (legacy, _) = policy("chart = \"0.15.7\"\ndistro = \"k8s\"\nminors = [\"1.28\"]\n");
        assert_eq!((legacy.distro, legacy.chart_name()), (Distro::K8s, "vcluster-k8s"));
        assert_eq!(legacy.minors, [Minor(28)]);
        assert_eq!(policy("").0.chart_name(), "vcluster");
    }

    #[test]
    fn a_control_plane_of_a_legacy_chart_takes_what_that_chart_asks_unless_the_inventory_knows_better() {
        let small = |keys: &str| policy(keys).1.small;
        let (k3s, k8s) = (small("chart = \"0.15.7\"\n"), small("chart = \"0.15.7\"\ndistro = \"k8s\"\n"));
        assert_eq!((k3s.resources.cpu, k3s.resources.memory, k3s.resources.pods), (223, 336, 2));
        assert_eq!((k8s.resources.cpu, k8s.resources.memory, k8s.services), (98, 658, 5));
        let own = small("chart = \"0.15.7\"\n[overhead.small]\ncpu = \"500m\"\n");
        assert_eq!((own.resources.cpu, own.resources.memory), (500, 336));
    }

    #[test]
    fn the_legacy_chart_of_k3s_has_one_replica_and_no_legacy_chart_forces_a_runtime_class() {
        let feature = |keys: &str, feature| policy(keys).0.feature(feature);
        let (k3s, k8s) = ("chart = \"0.15.7\"\n", "chart = \"0.15.7\"\ndistro = \"k8s\"\n");
        assert_eq!(feature(k3s, Feature::HighAvailability), Err(Missing::Distro { needs: Distro::K8s }));
        assert_eq!(feature(k8s, Feature::HighAvailability), Ok(()));
        for distro in [k3s, k8s] {
            assert_eq!(feature(distro, Feature::RuntimeClass), Err(Missing::Chart { from: 23 }));
            assert_eq!(feature(distro, Feature::PrivateNodes), Err(Missing::Chart { from: 26 }));
        }
    }
}
