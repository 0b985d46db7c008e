//! What is remembered of a capture between two runs: where the person was.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The remembered state. Requests and signals are named by what survives a new reading of the capture.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Session {
    /// Word of the screen.
    pub screen: String,
    /// Trace id or request id of the selected request.
    pub request: String,
    /// The filter expression.
    pub filter: String,
    /// Whether the filter is on.
    pub filter_on: bool,
    /// Filter expressions used before, newest last.
    pub history: Vec<String>,
    /// Filter expressions kept by the person.
    pub saved: Vec<String>,
    /// Bookmarked signals as `path:line`.
    pub bookmarks: BTreeSet<String>,
}
