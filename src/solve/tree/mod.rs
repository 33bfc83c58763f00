//! Branch and bound over counts of nodes and clusters, with a leaf's bound in exact integers.
//!
//! A [`Piece`] and what it costs at best flow in, a tree in the certificate's words flows out. Each leaf carries prices, and what they prove is
//! worked out in integers (`exact`); the linear program (`relaxation`) only finds them. Leaves are taken lowest bound first; the split is the
//! one whose halves promise the most (pseudo-costs; Bénichou et al. 1971). The budget is pivots, never time.

pub mod exact;
mod lay;
pub mod piece;
pub mod relaxation;
pub mod rounding;
mod search;
mod sums;
#[cfg(test)]
mod tests;

pub use lay::lay;
pub use piece::{Box, Bundle, Choice, Cut, Entry, Member, Piece, Range, Set, Shape, Spot};
pub use search::{Budget, Found, prove};
