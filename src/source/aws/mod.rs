//! AWS, read only: connection, log groups, traces, discovery. Only here is an AWS type named.
//!
//! Every operation that may be called stands in [`operations`], from which the policy that a user needs is printed;
//! a test holds the list to the code.

pub mod account;
mod attempts;
mod collect;
mod collection;
pub mod discovery;
pub mod doctor;
mod error;
mod estimate;
mod event;
mod follow;
mod follow_traces;
mod gaps;
mod hosts;
mod live_tail;
mod logs;
mod new_groups;
mod news;
pub mod operations;
mod pace;
mod plan;
mod resume;
pub mod selection;
mod service_clock;
pub mod standing;
mod tails;
#[cfg(test)]
mod tests;
mod trace_ids;
mod trace_parts;
mod trace_queue;
pub mod traces;
mod wait;

pub use account::{Account, Connection};
pub use collect::collect;
pub use error::LiveError;
pub use estimate::{Estimate, estimate};
pub use plan::{GroupPlan, Plan, PrefixPlan, TracePlan};
pub use selection::{Selection, SelectionError};
pub use service_clock::by_clock;
pub use standing::Standing;
