//! What a person asks for, in their words: sources by name, a window, how to reach each account.
//!
//! [`resolve`] turns it into a [`Plan`](super::Plan).

mod choose;
mod lookup;
mod names;
mod resolve;
mod resume;
#[cfg(test)]
mod tests;
mod unread;
mod wanted;
mod window;

use super::account::Connection;
use super::error::LiveError;

pub use choose::only;
pub(super) use lookup::{connection, look_up};
pub use resolve::{Failure, Resolved, resolve, stopped};
pub use resume::resume;
pub use wanted::{Kind, Wanted, Whose};
pub use window::{Moment, Window};

use crate::model::TraceId;

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Selection {
    /// Agent runtimes, gateways and log groups.
    pub sources: Vec<Wanted>,
    /// Traces by id.
    pub traces: Vec<TraceId>,
    /// How to reach the account of every source that does not say so itself.
    pub connection: Connection,
    /// Roles to assume: one for every source, several for the sources of their accounts.
    pub roles: Vec<String>,
    /// From when to when.
    pub window: Window,
    /// Whether to stay until the newest stretch is final when the window ends now; it takes about two minutes.
    pub settle: bool,
}

impl Selection {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty() && self.traces.is_empty()
    }
}

/// Why a selection cannot be turned into a plan.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SelectionError {
    /// Nothing is called so.
    #[error(
        "{kind} '{name}' was not found in account {account}, {region}{nearest}; list what is there: {discover}"
    )]
    Unknown {
        /// What it was taken for.
        kind: Kind,
        /// As it was written.
        name: String,
        /// Account id.
        account: String,
        /// Region.
        region: String,
        /// `; did you mean …?`, or nothing.
        nearest: String,
        /// The command.
        discover: String,
    },
    /// Several things are.
    #[error("{kind} '{name}' may be any of {candidates}; name one by its id")]
    Ambiguous {
        /// What it was taken for.
        kind: Kind,
        /// As it was written.
        name: String,
        /// Ids, with names where they differ.
        candidates: String,
    },
    /// The credentials belong to another account than the ARN.
    #[error(
        "'{arn}' is in account {account}, but the credentials are of {caller}; name a profile or a role of that account: {arn}@PROFILE, or --account-role ROLE_ARN"
    )]
    Elsewhere {
        /// As it was written.
        arn: String,
        /// Its account.
        account: String,
        /// The caller's account.
        caller: String,
    },
    /// Several roles and a source that names no account.
    #[error(
        "several --account-role are given and {kind} '{name}' does not say which account it is in; write '{name}@ROLE_ARN', or its ARN"
    )]
    WhichRole {
        /// What it is.
        kind: Kind,
        /// As it was written.
        name: String,
    },
    /// Sources of several accounts or Regions where one is asked for.
    #[error(
        "'{first}' and '{other}' are in different accounts or Regions, or are reached in different ways; name one at a time"
    )]
    SeveralPlaces {
        /// As it was written.
        first: String,
        /// As it was written.
        other: String,
    },
    /// A window that ends before it starts.
    #[error("the window ends ({until}) before it starts ({since}); --until must be later than --since")]
    Backwards {
        /// Start.
        since: String,
        /// End.
        until: String,
    },
    /// A window that has not begun.
    #[error("the window starts in the future ({since}); --since takes a past time or a duration such as 15m")]
    Future {
        /// Start.
        since: String,
    },
    /// The service, the network or the credentials.
    #[error(transparent)]
    Live(#[from] LiveError),
}

impl SelectionError {
    /// Whether other words on the command line would help, and nothing else.
    pub fn is_usage(&self) -> bool {
        !matches!(self, Self::Live(_))
    }
}
