//! The shell: parse, dispatch, exit.

fn main() {}
