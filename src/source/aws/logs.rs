//! A log group, page by page: one round of a [`Sweep`] with `FilterLogEvents`.

use std::sync::Arc;

use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;

use super::account::Account;
use super::error::{LiveError, classify};
use super::event::LogEvent;
use super::pace::Pace;
use crate::model::{TimeRange, Timestamp};
use crate::source::sweep::Sweep;

/// The most events that a page may hold: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>.
const PAGE: i32 = 10_000;

/// Reads one log group.
#[derive(Clone, Debug)]
pub(super) struct LogGroup {
    account: Arc<Account>,
    name: String,
    pattern: Option<String>,
    pace: Arc<Pace>,
    redacts: bool,
}

/// A page of a round.
pub(super) struct Page {
    /// Events that are new.
    pub events: Vec<LogEvent>,
    /// Where the next page is; an empty page with a token is not the end, only a missing token is.
    pub next: Option<String>,
    /// Whether the service put no event on it, new or known.
    pub is_empty: bool,
}

/// Whether a group is named by its ARN, as one of another account is. No name of a group holds a colon:
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>.
pub(super) fn is_arn(name: &str) -> bool {
    name.starts_with("arn:")
}

impl LogGroup {
    /// The group `name` of `account`; groups of one account and Region share a `pace`. Secrets are masked when it `redacts`.
    pub(super) fn new(
        account: Arc<Account>,
        name: String,
        pattern: Option<String>,
        pace: Arc<Pace>,
        redacts: bool,
    ) -> Self {
        Self { account, name, pattern, pace, redacts }
    }

    /// Fetches the page of `range` that `token` names.
    ///
    /// # Errors
    /// When it cannot be fetched; a token that the service no longer takes is [`LiveError::TokenExpired`].
    pub(super) async fn page(
        &self,
        sweep: &mut Sweep,
        range: TimeRange,
        token: Option<String>,
    ) -> Result<Page, LiveError> {
        self.pace.turn().await;
        let has_token = token.is_some();
        let answer = self
            .account
            .logs_once()
            .filter_log_events()
            .set_log_group_name(Some(self.name.clone()).filter(|name| !is_arn(name)))
            .set_log_group_identifier(Some(self.name.clone()).filter(|name| is_arn(name)))
            .set_filter_pattern(self.pattern.clone())
            .start_time(range.start.0.div_euclid(1_000_000))
            // Both ends are included. One more millisecond costs nothing and keeps an event at the end even where a
            // stand-in reads the end as excluded; what lies beyond the window is sorted out by the sweep.
            .end_time(range.end.0.div_euclid(1_000_000) + 1)
            .limit(PAGE)
            .set_next_token(token.clone())
            .send()
            .await
            .map_err(|error| classify(self.account.call("logs:FilterLogEvents", &self.name), &error));
        self.pace.heed(&answer);
        let page = match answer {
            // Tokens live for 24 hours; the service reports one that has expired as a wrong parameter.
            Err(LiveError::Rejected { .. }) if has_token => return Err(LiveError::TokenExpired),
            answer => answer?,
        };
        if has_token && page.next_token == token {
            let reason = "the same page came twice in a row".to_owned();
            return Err(LiveError::Other { action: "logs:FilterLogEvents".to_owned(), reason });
        }
        let events = page.events.unwrap_or_default();
        let is_empty = events.is_empty();
        let events = events.into_iter().filter_map(|event| self.take(sweep, event)).collect();
        Ok(Page { events, next: page.next_token, is_empty })
    }

    /// An event when it is new.
    fn take(&self, sweep: &mut Sweep, event: FilteredLogEvent) -> Option<LogEvent> {
        let at = event.timestamp.and_then(Timestamp::from_millis)?;
        let ingested = event.ingestion_time.and_then(Timestamp::from_millis);
        let stream = event.log_stream_name.unwrap_or_default();
        let message = event.message.unwrap_or_default();
        // The service always names an event; a stand-in may not.
        let id = event.event_id.unwrap_or_else(|| format!("{stream}\u{0}{message}"));
        if !sweep.is_new(&id, at, ingested) {
            return None;
        }
        let event = LogEvent { id: Some(id), at, ingested: event.ingestion_time, stream, message };
        Some(if self.redacts { event.redacted() } else { event })
    }
}
