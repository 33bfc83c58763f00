//! Values in, text out. Nothing here decides, reads a file or knows a terminal.

pub mod diagnostics;
