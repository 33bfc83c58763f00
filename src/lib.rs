//! fleetplan decides, for every tenant of a Kubernetes fleet at once, whether it lives in a shared namespace, a
//! vcluster or a dedicated cluster, on which cluster and nodes; proves how good the decision is; explains it; and
//! writes the GitOps files that carry it out.
//!
//! The library is the core: it never touches the terminal, the environment or the clock. Floors, from the ground:
//! `vocab`, `inventory`, `plan` and `intake`, `review`, `rules` and `gitops`, `solve`, `planner`, `report`, `cli`.
//! Each imports only from floors below it; `tests/floors.rs` keeps that true.

pub mod gitops;
pub mod intake;
pub mod inventory;
pub mod plan;
pub mod planner;
pub mod report;
pub mod review;
pub mod rules;
pub mod solve;
pub mod vocab;
