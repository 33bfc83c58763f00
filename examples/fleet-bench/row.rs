//! A row of the benchmark: what one run of fleetplan, or of its rival, came to. Written as JSON by the process that measured it.

use fleetplan::plan::Proof;
use fleetplan::vocab::money::Money;
use serde::{Deserialize, Serialize};

/// One fleet, solved by one build.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    pub population: String,
    pub tenants: usize,
    pub seed: u64,
    /// `microlp` or `highs`.
    pub build: String,
    /// Seconds that a search may take.
    pub limit: f64,
    #[serde(flatten)]
    pub run: Run,
    pub rival: Option<Run>,
}

/// What one program came to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Run {
    /// `optimal`, `feasible`, or why there is no plan.
    pub status: String,
    /// Money per month, exact. None without a plan.
    pub objective: Option<String>,
    /// What no plan costs less than. None where none is known.
    pub bound: Option<String>,
    /// Share of the objective that a better plan could save, in percent.
    pub gap: Option<f64>,
    /// Seconds of deciding; reading the inventory and checking the plan are beside it.
    pub seconds: f64,
    /// Seconds of reading the inventory.
    pub read_seconds: f64,
    /// Seconds of the independent check.
    pub review_seconds: f64,
    /// The most memory that the process held, in MiB. None where the system does not say.
    pub peak_mib: Option<u64>,
    /// Seconds and the gap then, in percent, whenever it changed.
    #[serde(default)]
    pub trace: Vec<(f64, f64)>,
}

impl Run {
    /// A run without a plan.
    pub fn none(why: impl Into<String>, seconds: f64) -> Self {
        Self { status: why.into(), seconds, peak_mib: peak_mib(), ..Self::default() }
    }

    /// Objective in millionths.
    pub fn micro(&self) -> Option<i64> {
        self.objective.as_deref().and_then(|text| Money::parse(text).ok()).map(|money| money.0)
    }

    /// Takes objective, bound and gap of a proof.
    pub fn prove(&mut self, proof: &Proof) {
        self.status = proof.status.word().to_owned();
        self.objective = Some(proof.objective.exact());
        self.bound = Some(proof.bound.exact());
        self.gap = Some(percent(proof.objective, proof.bound));
    }
}

/// `(objective − bound) / objective` in percent.
pub fn percent(objective: Money, bound: Money) -> f64 {
    if objective.0 == 0 { 0.0 } else { (objective.0 - bound.0) as f64 / objective.0 as f64 * 100.0 }
}

/// The most memory that this process has held so far. Linux says so in `/proc/self/status`.
pub fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kib| kib.div_ceil(1_024))
}
