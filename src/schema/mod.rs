//! Audit of tools' input schemas: declarations that fail at a Gateway or with a model that sends strings.
//!
//! ```text
//! trees ─find→ lists ─declare→ leaves ┐
//!                  calls ─misfits→    ├─audit→ findings
//!              refusals ─read→        ┘
//! ```
//!
//! Schemas and calls are hostile: every walk is bounded, and what is left out is said.

mod advise;
mod call;
mod declare;
mod drift;
mod evidence;
mod find;
mod findings;
mod list_audit;
mod lists;
mod names;
mod orphan;
mod refusal;
#[cfg(test)]
mod tests;

pub use call::{Call, Misfit};
pub use evidence::{RefusedCall, Seen};
pub use find::{Found, find};
pub use findings::audit;
pub use lists::{Listing, Lists};
pub use refusal::{Refusal, refusals};
