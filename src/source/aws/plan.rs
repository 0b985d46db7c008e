//! What to collect: log groups, prefixes under which groups may still appear, and traces.

use std::sync::Arc;

use super::account::Account;
use crate::model::{TimeRange, Timestamp, TraceId};

/// What to collect. A plan for [`collect`](super::collect::collect).
#[derive(Clone, Debug)]
pub struct Plan {
    /// Log groups that exist, or that the user named.
    pub groups: Vec<GroupPlan>,
    /// Where groups may appear later; each that does is collected from `since` on.
    pub prefixes: Vec<PrefixPlan>,
    /// Traces, one entry for each account and Region.
    pub traces: Vec<TracePlan>,
    /// From.
    pub since: Timestamp,
    /// To; `None` to go on until stopped.
    pub until: Option<Timestamp>,
    /// Whether to stay until the newest stretch is final, which takes two minutes when `until` is now. Otherwise every
    /// source ends after it has been fetched once, and what is not final yet is a stated gap.
    pub settle: bool,
    /// Whether Live Tail is used on top of the sweep; only without `until`.
    pub live_tail: bool,
    /// By how much the clock of AWS is ahead of ours, in nanoseconds: [`by_clock`](super::by_clock) tells its time, which
    /// is the one that `collect` wants.
    pub ahead: i64,
}

/// One log group.
#[derive(Clone, Debug)]
pub struct GroupPlan {
    /// Whose it is.
    pub account: Arc<Account>,
    /// Name.
    pub name: String,
    /// ARN with or without `:*` at its end, as Live Tail needs it; made from account, Region and name when `None`.
    pub arn: Option<String>,
    /// A CloudWatch filter pattern, to fetch only the events that match it.
    pub pattern: Option<String>,
}

/// Log groups that may appear while the collection runs.
#[derive(Clone, Debug)]
pub struct PrefixPlan {
    /// Where.
    pub account: Arc<Account>,
    /// Start of their names.
    pub prefix: String,
}

/// Traces of an account and Region.
#[derive(Clone, Debug)]
pub struct TracePlan {
    /// Whose they are.
    pub account: Arc<Account>,
    /// Traces that the user named.
    pub ids: Vec<TraceId>,
    /// The stretch to look for `ids` in; the plan's own stretch when `None`.
    pub window: Option<TimeRange>,
    /// Whether the traces whose ids stand in the collected log events are fetched, too.
    pub from_logs: bool,
    /// Whether the traces that X-Ray has indexed are fetched, too: an X-Ray filter expression, empty for all.
    pub indexed: Option<String>,
}
