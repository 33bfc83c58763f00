//! Which keys the values of a vcluster chart know, by the chart's minor.
//!
//! The unified chart's schemas are closed: a key more is a refusal, and a guardrail under an old name would be none. The spans were
//! proved with the charts' own schemas, 0.20 to 0.37. What a tenant cannot do without (private nodes, a forced runtime class) is
//! [`crate::inventory::VclusterPolicy::feature`], which rules ask too. The legacy charts (0.15 to 0.19) have another shape altogether and none of
//! these keys.

use crate::inventory::{Edition, VclusterPolicy};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::version::ChartVersion;

/// A feature of the values that some charts lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// `policies.limitRange.max`.
    LimitRangeMax,
    /// `exportKubeConfig.additionalSecrets` beside the older `secret`.
    AdditionalSecrets,
    /// `sync.toHost.namespaces`, before that `experimental.multiNamespaceMode`.
    NamespaceSync,
    /// `policies.networkPolicy.workload.publicEgress`, before that `policies.networkPolicy.outgoingConnections`.
    PublicEgress,
    /// `controlPlane.advanced.podDisruptionBudget`.
    DisruptionBudget,
    /// `deletion.prevent`.
    PreventDeletion,
}

impl Key {
    /// Every key.
    #[cfg(test)]
    pub const ALL: [Self; 6] = [
        Self::LimitRangeMax,
        Self::AdditionalSecrets,
        Self::NamespaceSync,
        Self::PublicEgress,
        Self::DisruptionBudget,
        Self::PreventDeletion,
    ];

    /// The first minor of the chart that has it. None was lost again so far.
    pub const fn since(self) -> u16 {
        match self {
            Self::LimitRangeMax => 21,
            Self::AdditionalSecrets => 24,
            Self::NamespaceSync => 26,
            Self::PublicEgress | Self::DisruptionBudget => 31,
            Self::PreventDeletion => 32,
        }
    }
}

/// The minors of the charts that are known, ends included.
const KNOWN: std::ops::RangeInclusive<u16> = 15..=37;

/// The shape of the values that a chart reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Epoch {
    /// Charts 0.15 to 0.19, one for each distribution.
    Legacy,
    /// Charts 0.20 and later.
    Unified(Unified),
}

/// A unified chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unified {
    minor: u16,
}

impl Epoch {
    /// The epoch of a chart.
    ///
    /// # Errors
    /// `chart-unknown` for a chart outside 0.15 to 0.37.
    pub fn of(policy: &VclusterPolicy) -> Result<Self, Box<Diagnostic>> {
        let ChartVersion { major, minor, .. } = policy.chart;
        if major == 0 && KNOWN.contains(&minor) {
            let is_legacy = policy.chart.is_legacy_vcluster();
            return Ok(if is_legacy { Self::Legacy } else { Self::Unified(Unified { minor }) });
        }
        let (first, last) = (KNOWN.start(), KNOWN.end());
        let message = format!("no values are known for chart {} of vcluster", policy.chart);
        let fault = Diagnostic::error("chart-unknown", message).at(policy.at.of("chart"), "this chart");
        Err(Box::new(fault.help(format!("choose a chart from 0.{first} to 0.{last}"))))
    }
}

impl Unified {
    /// Whether this chart knows a key.
    pub const fn knows(self, key: Key) -> bool {
        self.minor >= key.since()
    }
}

/// The repository of a control plane's image. The chart's default is the vendor's own image in every edition.
pub(super) const fn image_repository(edition: Edition) -> &'static str {
    match edition {
        Edition::Oss => "loft-sh/vcluster-oss",
        Edition::Free | Edition::Enterprise => "loft-sh/vcluster-pro",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_from_its_first_chart_on() {
        for key in Key::ALL {
            assert!(!Unified { minor: key.since() - 1 }.knows(key), "{key:?}");
            assert!(Unified { minor: key.since() }.knows(key), "{key:?}");
        }
    }
}
