//! A log group, page by page: one round of a [`Sweep`] with `FilterLogEvents`.

use std::sync::Arc;

use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::account::Account;
use super::error::{LiveError, classify};
use super::follow::News;
use super::pace::Pace;
use crate::model::{TimeRange, Timestamp};
use crate::source::sweep::{EventKey, Sweep};

/// The most events that a page may hold: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>.
const PAGE: i32 = 10_000;

/// Reads one log group.
#[derive(Clone, Debug)]
pub struct LogGroup {
    account: Arc<Account>,
    name: String,
    pace: Arc<Pace>,
}

/// What a round cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Cost {
    /// Calls made.
    pub calls: u32,
    /// Events that were new.
    pub events: u64,
}

impl LogGroup {
    /// The group `name` of `account`; groups of one account and Region share a `pace`.
    pub fn new(account: Arc<Account>, name: String, pace: Arc<Pace>) -> Self {
        Self { account, name, pace }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Fetches `window` and sends every new event to `news`, as of `source`, page by page, as a record of a capture. A closed
    /// channel ends it early.
    ///
    /// An empty page with a token is not the end; only a missing token is.
    ///
    /// # Errors
    /// When a page cannot be fetched. What came before it has been handed over; the round must be begun again.
    pub async fn round(
        &self,
        sweep: &mut Sweep,
        window: TimeRange,
        source: usize,
        news: &mpsc::Sender<News>,
    ) -> Result<Cost, LiveError> {
        let mut cost = Cost::default();
        let mut token: Option<String> = None;
        loop {
            self.pace.turn().await;
            let page = self
                .account
                .logs()
                .filter_log_events()
                .log_group_name(&self.name)
                .start_time(millis(window.start))
                .end_time(millis(window.end))
                .limit(PAGE)
                .set_next_token(token.clone())
                .send()
                .await
                .map_err(|error| classify(self.account.call("logs:FilterLogEvents", &self.name), &error))?;
            cost.calls += 1;
            let events = page.events.unwrap_or_default();
            let new: Vec<Value> = events.into_iter().filter_map(|event| self.record(sweep, event)).collect();
            cost.events += new.len() as u64;
            if !new.is_empty() && news.send(News::Records(source, new)).await.is_err() {
                return Ok(cost);
            }
            match page.next_token {
                None => return Ok(cost),
                Some(next) if token.as_ref() == Some(&next) => {
                    let reason = "the same page came twice in a row".to_owned();
                    return Err(LiveError::Other { action: "logs:FilterLogEvents".to_owned(), reason });
                }
                next => token = next,
            }
        }
    }

    /// The record of an event that is new.
    fn record(&self, sweep: &mut Sweep, event: FilteredLogEvent) -> Option<Value> {
        let at = event.timestamp.and_then(Timestamp::from_millis)?;
        let ingested = event.ingestion_time.and_then(Timestamp::from_millis);
        let stream = event.log_stream_name.unwrap_or_default();
        let message = event.message.unwrap_or_default();
        // The service always names an event; a stand-in may not.
        let id = event.event_id.unwrap_or_else(|| format!("{stream}\u{0}{message}"));
        let record = json!({
            "logGroupName": self.name,
            "logStreamName": stream,
            "timestamp": event.timestamp,
            "ingestionTime": event.ingestion_time,
            "eventId": id,
            "message": message,
        });
        sweep.is_new(EventKey { id, at, ingested }).then_some(record)
    }
}

fn millis(at: Timestamp) -> i64 {
    at.0.div_euclid(1_000_000)
}
