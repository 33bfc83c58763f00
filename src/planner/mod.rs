//! The verbs: propose a plan, explain a home, ask what if. Pure: inventory and plans in, plans and explanations out.

mod bill;
mod certify;
mod doors;
mod explain;
pub mod explanation;
mod frontier;
mod impossible;
mod judge;
mod minimum;
mod partial;
pub mod proposal;
mod propose;
pub mod session;
mod together;
mod write_down;

pub use explain::explain;
pub use explanation::{Door, DoorState, Explanation, Flip, NextBest, Reason, UnitExplanation};
pub use frontier::{Best, Point, frontier};
pub use proposal::{Asked, Conflict, Proposal, Requirement, WayOut, Wishes};
pub use propose::{propose, propose_certified};
pub use session::Session;

pub use crate::solve::{Progress, Watch};
