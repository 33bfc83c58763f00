//! The GitOps tree through its front door: what it says, what it refuses, and that no text changes its structure.

mod fixture;
mod tree;
mod values;
