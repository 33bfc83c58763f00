//! The front door: commands as a user types them, in a folder of their own.

mod bad_input;
mod journey;
mod place;
mod streams;
