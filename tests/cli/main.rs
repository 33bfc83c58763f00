//! The front door: commands as a user types them, in a folder of their own.
#![expect(clippy::unwrap_used, reason = "a place that cannot be made is a failed test")]

mod bad_input;
mod budget;
mod journey;
mod place;
mod render;
mod streams;
