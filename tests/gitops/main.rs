//! The GitOps tree through its front door: what it says, what it refuses, and that no text changes its structure.
#![expect(clippy::unwrap_used, reason = "a fixture that does not parse is a failed test")]

mod cilium;
mod delivery;
mod engines;
mod expand;
mod fixture;
mod flux;
mod guardrails;
mod injection;
mod legacy;
mod reading;
mod refusals;
mod runbook;
mod snapshot;
mod values;
mod vclusters;
