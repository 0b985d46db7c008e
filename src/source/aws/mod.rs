//! AWS, read only: connection, log groups, traces, discovery. Only here is an AWS type named.
//!
//! Every operation that may be called stands in [`operations`], from which the policy that a user needs is printed;
//! a test holds the list to the code.

pub mod account;
pub mod collect;
pub mod discovery;
pub mod doctor;
pub mod error;
pub mod estimate;
pub mod follow;
pub mod live_tail;
pub mod logs;
pub mod operations;
pub mod pace;
pub mod plan;
pub mod selection;
pub mod standing;
pub mod traces;

pub use account::{Account, Connection};
pub use collect::collect;
pub use error::LiveError;
pub use estimate::{Estimate, estimate};
pub use plan::{GroupPlan, Plan, PrefixPlan, TracePlan};
pub use selection::{Selection, SelectionError};
pub use standing::Standing;
