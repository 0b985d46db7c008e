//! Finds out why a call on Amazon Bedrock AgentCore failed.
//!
//! `ARCHITECTURE.md` has the floors and the one data flow:
//!
//! ```text
//! bytes ─source→ input ─parse→ record → signal ─correlate→ request ─rules→ verdict ─diagnose→ diagnosis ─case→ snapshot → report
//! ```

pub mod case;
pub mod cli;
pub mod commands;
pub mod compare;
pub mod correlate;
pub mod diagnose;
pub mod filter;
pub mod model;
pub mod parse;
pub mod report;
pub mod rules;
pub mod runtime;
pub mod schema;
pub mod source;
pub mod text;
pub mod tui;
pub mod walk;
