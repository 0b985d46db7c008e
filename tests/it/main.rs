//! Everything that is tested through the public interface or the binary itself.
//!
//! One binary, so that the library is linked once.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up has failed")]
#![allow(clippy::format_collect, reason = "test data may cost an allocation per line")]

mod architecture;
mod captures;
mod case;
mod cli;
mod compare;
mod determinism;
mod diagnosis;
mod docs;
mod doctor;
mod doctor_live;
mod hard_case;
mod laws;
pub(crate) mod live;
mod operations;
mod pasted;
mod program;
mod readme;
mod report;
mod rules;
mod samples;
mod schema;
mod synthetic;
#[cfg(unix)]
mod tui;
mod walk;
