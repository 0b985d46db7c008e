//! Traces: which way the account keeps them, and the calls that fetch them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_xray::primitives::DateTime;
use aws_sdk_xray::types::{RetrievalStatus, TimeRangeType, TraceFormatType, TraceSegmentDestination};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::account::Account;
use super::error::{LiveError, classify};
use super::pace::Pace;
use crate::model::{TimeRange, Timestamp, TraceId, shell_word};
use crate::text::mask_secrets;

/// Ids in one `BatchGetTraces` call:
/// <https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html>.
const BATCH: usize = 5;

/// Ids in one `StartTraceRetrieval` call:
/// <https://docs.aws.amazon.com/xray/latest/api/API_StartTraceRetrieval.html>.
const RETRIEVAL: usize = 100;

/// Longest stretch of one `GetTraceSummaries` call. The reference names no limit; a day is said to be one, so this stays
/// well below.
const SUMMARY: Duration = Duration::from_hours(6);

/// Time between two looks at a retrieval, and how often one is looked at.
const LOOK: Duration = Duration::from_secs(1);
const LOOKS: u32 = 60;

/// Calls of each X-Ray API a second. X-Ray publishes no rate for them, so this is a guess on the careful side.
const RATE: f64 = 5.0;

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

/// The answer for one trace that was asked for.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Trace {
    /// Which.
    pub id: TraceId,
    /// Segments or spans in it; none when it is not there.
    pub spans: usize,
    /// It as a record of a capture.
    pub record: Option<Value>,
}

/// Fetches traces.
#[derive(Clone, Debug)]
pub struct Traces {
    account: Arc<Account>,
    paces: Arc<Paces>,
    redacts: bool,
}

#[derive(Debug)]
struct Paces {
    batch: Pace,
    summaries: Pace,
    retrieval: Pace,
}

/// What a call of a page gives: how the retrieval stands, spans by trace, and the next page.
type Page = (Option<RetrievalStatus>, Vec<(TraceId, Vec<Value>)>, Option<String>);

impl Traces {
    /// The traces of an account and Region. Secrets are masked when it `redacts`.
    pub fn new(account: Arc<Account>, redacts: bool) -> Self {
        let pace = || Pace::new(RATE);
        let paces = Arc::new(Paces { batch: pace(), summaries: pace(), retrieval: pace() });
        Self { account, paces, redacts }
    }

    /// The options by which a command reaches the same account and Region.
    pub(super) fn origin(&self) -> String {
        let region = format!(" --region {}", shell_word(self.account.region()));
        let profile = self.account.profile().map(|profile| format!(" --profile {}", shell_word(profile)));
        region + &profile.unwrap_or_default()
    }

    /// Asks where spans go.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn destination(&self) -> Result<Destination, LiveError> {
        self.paces.batch.turn().await;
        let answer = self.account.xray().get_trace_segment_destination().send().await;
        let call = self.account.call("xray:GetTraceSegmentDestination", "the trace segment destination");
        let answer = answer.map_err(|error| classify(call, &error))?;
        Ok(match answer.destination {
            Some(TraceSegmentDestination::CloudWatchLogs) => Destination::CloudWatchLogs,
            Some(TraceSegmentDestination::XRay) => Destination::Xray,
            _ => Destination::Unknown,
        })
    }

    /// The traces that X-Ray has indexed in `window` and that match `filter`, each with its last instant, and the number of
    /// calls. Only a share is indexed, one in a hundred by default.
    ///
    /// # Errors
    /// When a page cannot be fetched.
    pub(super) async fn indexed(
        &self,
        window: TimeRange,
        filter: &str,
    ) -> Result<(Vec<(TraceId, Timestamp)>, u64), LiveError> {
        let mut found = Vec::new();
        let mut calls = 0;
        let mut start = window.start;
        loop {
            let end = start.plus(SUMMARY).min(window.end);
            let mut pages = self
                .account
                .xray()
                .get_trace_summaries()
                .start_time(instant(start))
                .end_time(instant(end))
                .time_range_type(TimeRangeType::Event)
                .set_filter_expression(Some(filter.to_owned()).filter(|filter| !filter.is_empty()))
                .into_paginator()
                .send();
            loop {
                self.paces.summaries.turn().await;
                let Some(page) = pages.next().await else { break };
                calls += 1;
                let call = self.account.call("xray:GetTraceSummaries", "trace summaries");
                let page = page.map_err(|error| classify(call, &error))?;
                let traces = page.trace_summaries.unwrap_or_default().into_iter();
                found.extend(traces.filter_map(|trace| {
                    let id = TraceId::parse(trace.id?.as_bytes())?;
                    let begun = trace.start_time.and_then(|at| i64::try_from(at.as_nanos()).ok());
                    let lasts = Duration::try_from_secs_f64(trace.duration.unwrap_or_default());
                    Some((id, begun.map_or(end, |at| Timestamp(at).plus(lasts.unwrap_or_default()))))
                }));
            }
            if end >= window.end {
                return Ok((found, calls));
            }
            start = end;
        }
    }

    /// Traces by id, and the number of calls. What X-Ray left unprocessed is not among them.
    ///
    /// # Errors
    /// When a call fails.
    pub(super) async fn batch(&self, asked: &[(TraceId, TimeRange)]) -> Result<(Vec<Trace>, u64), LiveError> {
        let mut traces = Vec::new();
        let mut calls = 0;
        for chunk in asked.chunks(BATCH) {
            let mut parts = Parts::of(chunk);
            let mut pages = self
                .account
                .xray()
                .batch_get_traces()
                .set_trace_ids(Some(parts.ids()))
                .into_paginator()
                .send();
            loop {
                self.paces.batch.turn().await;
                let Some(page) = pages.next().await else { break };
                calls += 1;
                let call = self.account.call("xray:BatchGetTraces", "traces");
                let page = page.map_err(|error| classify(call, &error))?;
                for id in page.unprocessed_trace_ids.unwrap_or_default() {
                    parts.leave_out(&id);
                }
                for trace in page.traces.unwrap_or_default() {
                    let Some(id) = trace.id.as_deref().and_then(|id| TraceId::parse(id.as_bytes())) else {
                        continue;
                    };
                    let segments = trace.segments.unwrap_or_default().into_iter();
                    parts.add(
                        id,
                        segments
                            .map(|segment| self.document(segment.id.as_deref(), segment.document.as_deref())),
                    );
                }
            }
            traces.extend(parts.traces("Segments"));
        }
        Ok((traces, calls))
    }

    /// Traces by id where Transaction Search is on, indexed or not, and the number of calls.
    ///
    /// # Errors
    /// When a call fails, or a retrieval does not end.
    pub(super) async fn retrieve(
        &self,
        asked: &[(TraceId, TimeRange)],
        window: TimeRange,
    ) -> Result<(Vec<Trace>, u64), LiveError> {
        let mut traces = Vec::new();
        let mut calls = 0;
        for chunk in asked.chunks(RETRIEVAL) {
            let mut parts = Parts::of(chunk);
            self.paces.retrieval.turn().await;
            let started = self
                .account
                .xray()
                .start_trace_retrieval()
                .set_trace_ids(Some(parts.ids()))
                .start_time(instant(window.start))
                .end_time(instant(window.end))
                .send()
                .await;
            let call = self.account.call("xray:StartTraceRetrieval", "traces");
            let started = started.map_err(|error| classify(call, &error))?;
            let token = started.retrieval_token.unwrap_or_default();
            calls += 1 + self.retrieved(&token, &mut parts).await?;
            traces.extend(parts.traces("Spans"));
        }
        Ok((traces, calls))
    }

    /// Waits for a retrieval and takes its pages. Returns the number of calls.
    async fn retrieved(&self, token: &str, parts: &mut Parts) -> Result<u64, LiveError> {
        let mut calls = 0;
        for _ in 0..LOOKS {
            let (status, mut traces, mut next) = self.page(token, None).await?;
            calls += 1;
            match status {
                Some(RetrievalStatus::Complete) => loop {
                    traces.drain(..).for_each(|(id, spans)| parts.add(id, spans.into_iter()));
                    if next.is_none() {
                        return Ok(calls);
                    }
                    (_, traces, next) = self.page(token, next).await?;
                    calls += 1;
                },
                Some(RetrievalStatus::Scheduled | RetrievalStatus::Running) | None => sleep(LOOK).await,
                Some(other) => return Err(not_retrieved(&format!("ended as {}", other.as_str()))),
            }
        }
        Err(not_retrieved("did not end within a minute"))
    }

    async fn page(&self, token: &str, next: Option<String>) -> Result<Page, LiveError> {
        self.paces.retrieval.turn().await;
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
        let traces = page.traces.unwrap_or_default().into_iter().filter_map(|trace| {
            let id = TraceId::parse(trace.id?.as_bytes())?;
            let spans = trace.spans.unwrap_or_default().into_iter();
            Some((
                id,
                spans.map(|span| self.document(span.id.as_deref(), span.document.as_deref())).collect(),
            ))
        });
        Ok((page.retrieval_status, traces.collect(), page.next_token))
    }

    /// A segment or span as the API tells it.
    fn document(&self, id: Option<&str>, document: Option<&str>) -> Value {
        let document = document.map(|text| if self.redacts { mask_secrets(text) } else { text.into() });
        json!({"Id": id, "Document": document})
    }
}

/// The answers for the traces of one call; a trace may be spread over several pages.
struct Parts(BTreeMap<TraceId, Vec<Value>>);

impl Parts {
    fn of(asked: &[(TraceId, TimeRange)]) -> Self {
        Self(asked.iter().map(|(id, _)| (*id, Vec::new())).collect())
    }

    fn ids(&self) -> Vec<String> {
        self.0.keys().map(|id| id.to_xray()).collect()
    }

    fn leave_out(&mut self, id: &str) {
        if let Some(id) = TraceId::parse(id.as_bytes()) {
            self.0.remove(&id);
        }
    }

    fn add(&mut self, id: TraceId, documents: impl Iterator<Item = Value>) {
        self.0.entry(id).or_default().extend(documents);
    }

    /// One record each: `key` as `BatchGetTraces` or `ListRetrievedTraces` calls the documents.
    fn traces(self, key: &'static str) -> impl Iterator<Item = Trace> {
        self.0.into_iter().map(move |(id, documents)| Trace {
            id,
            spans: documents.len(),
            record: (!documents.is_empty())
                .then(|| json!({"Traces": [{"Id": id.to_xray(), key: documents}]})),
        })
    }
}

/// The trace of a record, and how many segments or spans it has.
pub(super) fn read(line: &[u8]) -> Option<(TraceId, usize)> {
    let record: Value = serde_json::from_slice(line).ok()?;
    let trace = record.get("Traces")?.get(0)?;
    let documents = trace.get("Segments").or_else(|| trace.get("Spans"))?.as_array()?;
    Some((TraceId::parse(trace.get("Id")?.as_str()?.as_bytes())?, documents.len()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_over_several_pages_is_one_record_that_reads_back() {
        let (id, other) = (TraceId([7; 16]), TraceId([8; 16]));
        let heard = TimeRange { start: Timestamp(0), end: Timestamp(0) };
        let mut parts = Parts::of(&[(id, heard), (other, heard)]);
        parts.add(id, [json!({"Id": "a", "Document": "{}"})].into_iter());
        parts.add(id, [json!({"Id": "b", "Document": "{}"})].into_iter());
        let traces: Vec<Trace> = parts.traces("Segments").collect();
        assert_eq!(traces.iter().map(|trace| trace.spans).collect::<Vec<_>>(), [2, 0]);
        let line = traces[0].record.as_ref().unwrap().to_string();
        assert_eq!(read(line.as_bytes()), Some((id, 2)));
        assert!(traces[1].record.is_none());
    }
}
