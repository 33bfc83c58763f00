//! The exit codes. There are four.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, and where something was asked the answer is yes.
    Done,
    /// The answer is no: impossible, a finding, a difference that was asked for.
    No,
    /// The input is wrong.
    Wrong,
    /// No answer: something outside failed, or the budget ended without a plan.
    NoAnswer,
}

/// What `--help` says of them.
pub const HELP: &str = "\
Exit codes:
  0  done
  1  the answer is no: no plan exists, a review has findings, warnings were denied
  2  the input is wrong: a fault in a file or an argument, a contradiction, a stale plan
  3  no answer: something outside failed, or the budget ended without a plan";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::No => 1,
            Exit::Wrong => 2,
            Exit::NoAnswer => 3,
        })
    }
}
