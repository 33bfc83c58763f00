//! The shell's writer, tested before the shell lists it.
#[path = "../src/cli"]
mod cli {
    mod file;
    mod tree;
}
