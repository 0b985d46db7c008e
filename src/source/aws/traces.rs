//! Traces: which way the account keeps them, and the calls that fetch them.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_xray::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_xray::primitives::DateTime;
use aws_sdk_xray::types::{RetrievalStatus, TimeRangeType, TraceFormatType, TraceSegmentDestination};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::account::Account;
use super::attempts::{Attempts, Over, Rejected};
use super::error::{Call, LiveError, classify};
use super::gaps;
use super::pace::Pace;
use super::trace_parts::{Answer, Parts, Taken, Trace};
use crate::model::{TimeRange, Timestamp, TraceId};
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

/// A trace, and the stretch in which it was heard of.
type Asked = (TraceId, TimeRange);

/// What became of the traces that were asked for.
#[derive(Debug, Default)]
pub(super) struct Fetched {
    /// One answer for each.
    pub traces: Vec<Trace>,
    /// Calls made.
    pub calls: u64,
}

/// A page of a list, and where the next one is.
type Page<T> = (T, Option<String>);

impl Traces {
    /// The traces of an account and Region. Secrets are masked when it `redacts`.
    pub fn new(account: Arc<Account>, redacts: bool) -> Self {
        let pace = || Pace::new(RATE);
        let paces = Arc::new(Paces { batch: pace(), summaries: pace(), retrieval: pace() });
        Self { account, paces, redacts }
    }

    /// The options by which a command reaches the same account and Region.
    pub(super) fn reach(&self) -> String {
        gaps::reach(&self.account.origin())
    }

    /// Asks where spans go.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn destination(&self) -> Result<Destination, LiveError> {
        let answer = self.account.xray_once().get_trace_segment_destination().send();
        let call = self.account.call("xray:GetTraceSegmentDestination", "the trace segment destination");
        let answer = asked(&self.paces.batch, call, answer).await?;
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
    /// When the source is given up.
    pub(super) async fn indexed(
        &self,
        attempts: &mut Attempts<impl Fn() -> Timestamp>,
        window: TimeRange,
        filter: &str,
    ) -> Result<(Vec<(TraceId, Timestamp)>, u64), Over> {
        let mut found = Vec::new();
        let mut calls = 0;
        let mut start = window.start;
        loop {
            let range = TimeRange { start, end: start.plus(SUMMARY).min(window.end) };
            let mut token = None;
            loop {
                let page = || self.summaries(range, filter, token.clone());
                let (traces, next) = attempts.answer(page).await?;
                calls += 1;
                found.extend(traces);
                if next.is_none() {
                    break;
                }
                token = next;
            }
            if range.end >= window.end {
                return Ok((found, calls));
            }
            start = range.end;
        }
    }

    async fn summaries(
        &self,
        range: TimeRange,
        filter: &str,
        token: Option<String>,
    ) -> Result<Page<Vec<(TraceId, Timestamp)>>, LiveError> {
        let call = self.account.call("xray:GetTraceSummaries", "trace summaries");
        let request = self
            .account
            .xray_once()
            .get_trace_summaries()
            .start_time(instant(range.start))
            .end_time(instant(range.end))
            .time_range_type(TimeRangeType::Event)
            .set_filter_expression(Some(filter.to_owned()).filter(|filter| !filter.is_empty()))
            .set_next_token(token.clone());
        let page = asked(&self.paces.summaries, call, request.send()).await?;
        let traces = page.trace_summaries.unwrap_or_default().into_iter();
        let traces = traces.filter_map(|trace| {
            let id = TraceId::parse(trace.id?.as_bytes())?;
            let begun = trace.start_time.and_then(|at| i64::try_from(at.as_nanos()).ok());
            let lasts = Duration::try_from_secs_f64(trace.duration.unwrap_or_default());
            Some((id, begun.map_or(range.end, |at| Timestamp(at).plus(lasts.unwrap_or_default()))))
        });
        Ok((traces.collect(), other_page(call, token.as_deref(), page.next_token)?))
    }

    /// Traces by id. Ids come from log text: of those that X-Ray rejects together the ones that it means are found.
    ///
    /// # Errors
    /// When the source is given up.
    pub(super) async fn batch(
        &self,
        attempts: &mut Attempts<impl Fn() -> Timestamp>,
        asked: &[Asked],
    ) -> Result<Fetched, Over> {
        let mut fetched = Fetched::default();
        let mut waiting: Vec<&[Asked]> = asked.chunks(BATCH).rev().collect();
        while let Some(ids) = waiting.pop() {
            let mut parts = Parts::of(ids.iter().map(|(id, _)| *id));
            match self.batch_pages(attempts, &mut parts, &mut fetched.calls).await? {
                Ok(()) => fetched.traces.extend(parts.traces("Segments")),
                Err(Rejected) => narrow(ids, &mut waiting, &mut fetched),
            }
        }
        Ok(fetched)
    }

    async fn batch_pages(
        &self,
        attempts: &mut Attempts<impl Fn() -> Timestamp>,
        parts: &mut Parts,
        calls: &mut u64,
    ) -> Result<Result<(), Rejected>, Over> {
        let ids = parts.ids();
        let mut token = None;
        loop {
            let page = || self.batch_page(ids.clone(), token.clone());
            let answer = attempts.answer_or_rejection(page).await?;
            *calls += 1;
            let Ok((page, next)) = answer else { return Ok(Err(Rejected)) };
            parts.take(page);
            if next.is_none() {
                return Ok(Ok(()));
            }
            token = next;
        }
    }

    async fn batch_page(&self, ids: Vec<String>, token: Option<String>) -> Result<Page<Taken>, LiveError> {
        let call = self.account.call("xray:BatchGetTraces", "traces");
        let request = self.account.xray_once().batch_get_traces();
        let request = request.set_trace_ids(Some(ids)).set_next_token(token.clone());
        let page = asked(&self.paces.batch, call, request.send()).await?;
        let mut taken = Taken::default();
        let unprocessed = page.unprocessed_trace_ids.unwrap_or_default();
        taken.unprocessed.extend(unprocessed.iter().filter_map(|id| TraceId::parse(id.as_bytes())));
        for trace in page.traces.unwrap_or_default() {
            let Some(id) = trace.id.as_deref().and_then(|id| TraceId::parse(id.as_bytes())) else { continue };
            taken.cut.extend(trace.limit_exceeded.unwrap_or_default().then_some(id));
            let segments = trace.segments.unwrap_or_default().into_iter();
            let segments = segments.map(|it| self.document(it.id.as_deref(), it.document.as_deref()));
            taken.documents.push((id, segments.collect()));
        }
        Ok((taken, other_page(call, token.as_deref(), page.next_token)?))
    }

    /// Traces by id where Transaction Search is on, indexed or not. What a retrieval that failed was to bring is
    /// unprocessed.
    ///
    /// # Errors
    /// When the source is given up.
    pub(super) async fn retrieve(
        &self,
        attempts: &mut Attempts<impl Fn() -> Timestamp>,
        asked: &[Asked],
        window: TimeRange,
    ) -> Result<Fetched, Over> {
        let mut fetched = Fetched::default();
        let mut waiting: Vec<&[Asked]> = asked.chunks(RETRIEVAL).rev().collect();
        while let Some(ids) = waiting.pop() {
            let mut parts = Parts::of(ids.iter().map(|(id, _)| *id));
            let names = parts.ids();
            let started = attempts.answer_or_rejection(|| self.start(names.clone(), window)).await?;
            fetched.calls += 1;
            let Ok(token) = started else {
                narrow(ids, &mut waiting, &mut fetched);
                continue;
            };
            match self.retrieved(attempts, &token, &mut parts).await? {
                Ok(cost) => fetched.calls += cost,
                Err(error) => {
                    parts.leave_out_all();
                    attempts.outlast(error).await?;
                }
            }
            fetched.traces.extend(parts.traces("Spans"));
        }
        Ok(fetched)
    }

    async fn start(&self, ids: Vec<String>, window: TimeRange) -> Result<String, LiveError> {
        // What is not found is a resource of X-Ray's own; the reference does not say which.
        let call = self
            .account
            .call("xray:StartTraceRetrieval", "the resource in which X-Ray looks for these traces");
        let request = self
            .account
            .xray_once()
            .start_trace_retrieval()
            .set_trace_ids(Some(ids))
            .start_time(instant(window.start))
            .end_time(instant(window.end));
        let started = asked(&self.paces.retrieval, call, request.send()).await?;
        Ok(started.retrieval_token.unwrap_or_default())
    }

    /// Waits for a retrieval and takes its pages. Returns the number of calls, or why there is nothing to take.
    async fn retrieved(
        &self,
        attempts: &mut Attempts<impl Fn() -> Timestamp>,
        token: &str,
        parts: &mut Parts,
    ) -> Result<Result<u64, LiveError>, Over> {
        let mut calls = 0;
        for _ in 0..LOOKS {
            let ((status, mut taken), mut next) =
                attempts.answer(|| self.retrieved_page(token, None)).await?;
            calls += 1;
            match status {
                Some(RetrievalStatus::Complete) => loop {
                    parts.take(taken);
                    let Some(page) = next else { return Ok(Ok(calls)) };
                    let page = || self.retrieved_page(token, Some(page.clone()));
                    ((_, taken), next) = attempts.answer(page).await?;
                    calls += 1;
                },
                Some(RetrievalStatus::Scheduled | RetrievalStatus::Running) | None => sleep(LOOK).await,
                Some(other) => return Ok(Err(not_retrieved(&format!("ended as {}", other.as_str())))),
            }
        }
        Ok(Err(not_retrieved("did not end within a minute")))
    }

    async fn retrieved_page(
        &self,
        token: &str,
        next: Option<String>,
    ) -> Result<Page<(Option<RetrievalStatus>, Taken)>, LiveError> {
        let call = self.account.call("xray:ListRetrievedTraces", "the retrieval of traces");
        let request = self
            .account
            .xray_once()
            .list_retrieved_traces()
            .retrieval_token(token)
            .trace_format(TraceFormatType::Otel)
            .set_next_token(next.clone());
        let page = asked(&self.paces.retrieval, call, request.send()).await?;
        let mut taken = Taken::default();
        for trace in page.traces.unwrap_or_default() {
            let Some(id) = trace.id.as_deref().and_then(|id| TraceId::parse(id.as_bytes())) else { continue };
            let spans = trace.spans.unwrap_or_default().into_iter();
            let spans = spans.map(|span| self.document(span.id.as_deref(), span.document.as_deref()));
            taken.documents.push((id, spans.collect()));
        }
        Ok(((page.retrieval_status, taken), other_page(call, next.as_deref(), page.next_token)?))
    }

    /// A segment or span as the API tells it.
    fn document(&self, id: Option<&str>, document: Option<&str>) -> Value {
        let document = document.map(|text| if self.redacts { mask_secrets(text) } else { text.into() });
        json!({"Id": id, "Document": document})
    }
}

/// Has the halves of what X-Ray rejects be asked for by themselves; a single trace is what it means.
fn narrow<'a>(ids: &'a [Asked], waiting: &mut Vec<&'a [Asked]>, fetched: &mut Fetched) {
    if let [(id, _)] = ids {
        fetched.traces.push(Trace { id: *id, answer: Answer::Rejected });
        return;
    }
    let (first, second) = ids.split_at(ids.len() / 2);
    waiting.extend([second, first]);
}

/// Waits for a turn, makes one attempt of a call, and reads what comes of it.
async fn asked<T, E>(
    pace: &Pace,
    call: Call<'_>,
    attempt: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
) -> Result<T, LiveError>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    pace.turn().await;
    let answer = attempt.await.map_err(|error| classify(call, &error));
    pace.heed(&answer);
    answer
}

/// The token of the page after the one that `token` named. A service that names the same page again would be asked for
/// ever.
fn other_page(
    call: Call<'_>,
    token: Option<&str>,
    next: Option<String>,
) -> Result<Option<String>, LiveError> {
    if token.is_some() && next.as_deref() == token {
        let reason = "the same page came twice in a row".to_owned();
        return Err(LiveError::Other { action: call.action.to_owned(), reason });
    }
    Ok(next)
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
