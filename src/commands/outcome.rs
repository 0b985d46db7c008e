//! How a command ended.

use std::process::ExitCode;

/// How a command ended, in the order in which one overrides another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Outcome {
    /// Nothing at or above the threshold.
    Clean,
    /// Findings at or above it, or a failed test.
    Findings,
    /// Bad usage, a bad rule or unreadable input.
    Unusable,
    /// A live source failed, so the answer is partial.
    Partial,
}

impl Outcome {
    /// The exit code of the process: 0, 1, 2 or 3.
    pub fn exit_code(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}
