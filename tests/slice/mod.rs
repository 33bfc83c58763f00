//! How many cases a property test draws, and from which seed.

use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngSeed;

/// 400 cases from a fixed seed, so that a red run says something of the change; `FLEETPLAN_FULL=1` draws 100,000 new ones.
pub fn slice() -> ProptestConfig {
    let (cases, rng_seed) = if std::env::var_os("FLEETPLAN_FULL").is_some() {
        (100_000, RngSeed::Random)
    } else {
        (400, RngSeed::Fixed(2026))
    };
    ProptestConfig { cases, rng_seed, failure_persistence: None, ..ProptestConfig::default() }
}
