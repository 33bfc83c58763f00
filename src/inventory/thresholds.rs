//! How much of a kind one namespace may hold for Kubernetes to work as it was tested.
//!
//! Source: `kubernetes/community`, `sig-scalability/configs-and-limits/thresholds.md`, read in August 2026. They are no hard limits, and a
//! small cluster bears less.

/// Pods.
pub const PODS_PER_NAMESPACE: u64 = 3_000;
/// Services.
pub const SERVICES_PER_NAMESPACE: u64 = 5_000;
/// Deployments.
pub const DEPLOYMENTS_PER_NAMESPACE: u64 = 2_000;
