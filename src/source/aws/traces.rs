//! Traces: which way the account keeps them, and the calls that fetch them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_xray::primitives::DateTime;
use aws_sdk_xray::types::{RetrievalStatus, TimeRangeType, TraceFormatType, TraceSegmentDestination};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::account::Account;
use super::error::{LiveError, classify};
use super::pace::Pace;
use crate::model::{TimeRange, Timestamp};

/// Ids in one `BatchGetTraces` call:
/// <https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html>.
const BATCH: usize = 5;

/// Ids in one `StartTraceRetrieval` call:
/// <https://docs.aws.amazon.com/xray/latest/api/API_StartTraceRetrieval.html>.
const RETRIEVAL: usize = 100;

/// Longest stretch of one `GetTraceSummaries` call; the limit of a day is not documented, six hours have worked.
const SUMMARY: Duration = Duration::from_hours(6);

/// Time between two looks at a retrieval, and how often one is looked at.
const LOOK: Duration = Duration::from_secs(1);
const LOOKS: u32 = 60;

/// Where an account keeps the spans of a Region.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Destination {
    /// X-Ray itself: traces are fetched by id.
    Xray,
    /// CloudWatch Logs (Transaction Search): spans are records of `aws/spans` and can be retrieved by id.
    CloudWatchLogs,
    /// The service did not say.
    Unknown,
}

/// Fetches traces.
#[derive(Clone, Debug)]
pub struct Traces {
    account: Arc<Account>,
    pace: Arc<Pace>,
}

impl Traces {
    /// The traces of an account and Region.
    pub fn new(account: Arc<Account>) -> Self {
        // X-Ray names no rate for these calls; five a second is what its own console stays below.
        Self { account, pace: Arc::new(Pace::new(5.0)) }
    }

    /// Asks where spans go.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn destination(&self) -> Result<Destination, LiveError> {
        self.pace.turn().await;
        let answer = self.account.xray().get_trace_segment_destination().send().await;
        let call = self.account.call("xray:GetTraceSegmentDestination", "the trace segment destination");
        let answer = answer.map_err(|error| classify(call, &error))?;
        Ok(match answer.destination {
            Some(TraceSegmentDestination::CloudWatchLogs) => Destination::CloudWatchLogs,
            Some(TraceSegmentDestination::XRay) => Destination::Xray,
            _ => Destination::Unknown,
        })
    }

    /// Ids of the traces that X-Ray has indexed in `window`. Only a share is indexed, one in a hundred by default.
    ///
    /// # Errors
    /// When a page cannot be fetched.
    pub async fn indexed(&self, window: TimeRange) -> Result<BTreeSet<String>, LiveError> {
        let mut ids = BTreeSet::new();
        let mut start = window.start;
        while start < window.end {
            let end = start.plus(SUMMARY).min(window.end);
            let mut pages = self
                .account
                .xray()
                .get_trace_summaries()
                .start_time(instant(start))
                .end_time(instant(end))
                .time_range_type(TimeRangeType::Event)
                .into_paginator()
                .send();
            loop {
                self.pace.turn().await;
                let Some(page) = pages.next().await else { break };
                let call = self.account.call("xray:GetTraceSummaries", "trace summaries");
                let page = page.map_err(|error| classify(call, &error))?;
                ids.extend(page.trace_summaries.unwrap_or_default().into_iter().filter_map(|trace| trace.id));
            }
            start = end;
        }
        Ok(ids)
    }

    /// Traces by id as records of a capture, and the ids that X-Ray does not have.
    ///
    /// # Errors
    /// When a call fails.
    pub async fn batch(&self, ids: &[String]) -> Result<(Vec<Value>, Vec<String>), LiveError> {
        let mut records = Vec::new();
        let mut missing: BTreeSet<String> = ids.iter().cloned().collect();
        for chunk in ids.chunks(BATCH) {
            let mut pages = self
                .account
                .xray()
                .batch_get_traces()
                .set_trace_ids(Some(chunk.to_vec()))
                .into_paginator()
                .send();
            loop {
                self.pace.turn().await;
                let Some(page) = pages.next().await else { break };
                let call = self.account.call("xray:BatchGetTraces", "traces");
                let page = page.map_err(|error| classify(call, &error))?;
                for trace in page.traces.unwrap_or_default() {
                    let segments: Vec<Value> = trace
                        .segments
                        .unwrap_or_default()
                        .into_iter()
                        .map(|segment| json!({"Id": segment.id, "Document": segment.document}))
                        .collect();
                    missing.remove(trace.id.as_deref().unwrap_or_default());
                    let trace = json!({"Id": trace.id, "Duration": trace.duration, "LimitExceeded": trace.limit_exceeded, "Segments": segments});
                    records.push(json!({"Traces": [trace]}));
                }
            }
        }
        Ok((records, missing.into_iter().collect()))
    }

    /// Traces by id where Transaction Search is on, indexed or not.
    ///
    /// # Errors
    /// When a call fails, or a retrieval does not end.
    pub async fn retrieve(&self, ids: &[String], window: TimeRange) -> Result<Vec<Value>, LiveError> {
        let mut records = Vec::new();
        for chunk in ids.chunks(RETRIEVAL) {
            self.pace.turn().await;
            let started = self
                .account
                .xray()
                .start_trace_retrieval()
                .set_trace_ids(Some(chunk.to_vec()))
                .start_time(instant(window.start))
                .end_time(instant(window.end))
                .send()
                .await;
            let call = self.account.call("xray:StartTraceRetrieval", "traces");
            let started = started.map_err(|error| classify(call, &error))?;
            let token = started.retrieval_token.unwrap_or_default();
            self.wait(&token).await?;
            self.retrieved(&token, &mut records).await?;
        }
        Ok(records)
    }

    async fn wait(&self, token: &str) -> Result<(), LiveError> {
        for _ in 0..LOOKS {
            let (status, _, _) = self.page(token, None).await?;
            match status {
                Some(RetrievalStatus::Complete) => return Ok(()),
                Some(RetrievalStatus::Scheduled | RetrievalStatus::Running) | None => sleep(LOOK).await,
                Some(other) => return Err(not_retrieved(&format!("ended as {}", other.as_str()))),
            }
        }
        Err(not_retrieved("did not end within a minute"))
    }

    async fn retrieved(&self, token: &str, records: &mut Vec<Value>) -> Result<(), LiveError> {
        let mut next = None;
        loop {
            let (_, page, token_of_next) = self.page(token, next).await?;
            records.extend(page);
            next = token_of_next;
            if next.is_none() {
                return Ok(());
            }
        }
    }

    async fn page(
        &self,
        token: &str,
        next: Option<String>,
    ) -> Result<(Option<RetrievalStatus>, Vec<Value>, Option<String>), LiveError> {
        self.pace.turn().await;
        let page = self
            .account
            .xray()
            .list_retrieved_traces()
            .retrieval_token(token)
            .trace_format(TraceFormatType::Otel)
            .set_next_token(next)
            .send()
            .await;
        let call = self.account.call("xray:ListRetrievedTraces", "traces");
        let page = page.map_err(|error| classify(call, &error))?;
        let records = page.traces.unwrap_or_default().into_iter().map(|trace| {
            let spans: Vec<Value> = trace
                .spans
                .unwrap_or_default()
                .into_iter()
                .map(|span| json!({"Id": span.id, "Document": span.document}))
                .collect();
            json!({"RetrievalStatus": "COMPLETE", "Traces": [{"Id": trace.id, "Duration": trace.duration, "Spans": spans}]})
        });
        Ok((page.retrieval_status, records.collect(), page.next_token))
    }
}

fn not_retrieved(reason: &str) -> LiveError {
    LiveError::Other {
        action: "xray:ListRetrievedTraces".to_owned(),
        reason: format!("the retrieval {reason}"),
    }
}

fn instant(at: Timestamp) -> DateTime {
    DateTime::from_nanos(i128::from(at.0))
        .unwrap_or_else(|_| DateTime::from_secs(at.0.div_euclid(1_000_000_000)))
}
