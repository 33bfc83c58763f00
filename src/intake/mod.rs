//! Intake: what was seen elsewhere, turned into what could have been written. Files in, inventory TOML out; pure.

pub mod manifests;
