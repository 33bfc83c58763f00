//! The verbs: propose a plan, explain a home. Pure: inventory and plans in, plans and explanations out.

pub mod explanation;
pub mod proposal;

pub use explanation::{Door, DoorState, Explanation, Flip, NextBest, Reason, UnitExplanation};
pub use proposal::{Conflict, Proposal, Requirement, WayOut, Wishes};
