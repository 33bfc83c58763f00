//! Which minor a vcluster runs, and which of its features chart and edition allow.

use super::facts::Facts;
use super::policy::{Edition, VclusterPolicy, Verdict};
use crate::vocab::version::{Minor, MinorRange};

/// A feature of the chart that not every version and edition has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// Nodes of the tenant's own, joined to its vcluster.
    PrivateNodes,
    /// A runtime class for all its pods, which a sandboxed pool needs.
    RuntimeClass,
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
}

impl VclusterPolicy {
    /// Whether `feature` is to be had with this chart and edition. Sources: the charts' own schemas (0.26 brought
    /// `privateNodes`, 0.23 `sync.toHost.pods.runtimeClassName`); the vendor's feature table puts private nodes into its free tier.
    ///
    /// # Errors
    /// What is missing.
    pub const fn feature(&self, feature: Feature) -> Result<(), Missing> {
        let (chart, edition) = match feature {
            Feature::PrivateNodes => (26, Edition::Free),
            Feature::RuntimeClass => (23, Edition::Oss),
        };
        if self.chart.minor < chart && !(matches!(feature, Feature::RuntimeClass) && self.chart.minor < 20) {
            return Err(Missing::Chart { from: chart });
        }
        if (self.edition as u8) < (edition as u8) {
            return Err(Missing::Edition { from: edition });
        }
        Ok(())
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
