//! X-Ray over REST-JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::World;
use super::http::Answer;

pub(super) const JSON: &str = "application/json";

/// Ids of one `BatchGetTraces` call: <https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html>.
const BATCH: usize = 5;

/// Traces of a page.
const PAGE: usize = 5;

/// The traces of the account.
#[derive(Debug)]
pub(crate) struct TraceStore {
    pub(super) traces: BTreeMap<String, Trace>,
    /// `XRay` or `CloudWatchLogs`.
    pub(crate) destination: String,
    /// `PENDING` or `ACTIVE`.
    pub(crate) status: String,
    /// Share of traces that is indexed, in percent.
    pub(crate) indexed_percent: f64,
    /// Looks at a retrieval that still say RUNNING.
    pub(crate) running: u64,
    /// How many of the next batches are left unprocessed.
    pub(crate) unprocessed: u64,
    /// Ids that are taken for none: whoever asks for one of them gets nothing.
    pub(crate) rejected: Vec<String>,
    /// Whether every trace is larger than what is handed out of one.
    pub(crate) is_cut: bool,
    retrievals: Vec<(Vec<String>, u64)>,
}

/// One trace.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    /// Seconds since 1970.
    pub(crate) start: f64,
    /// Whether summaries and batches find it.
    pub(crate) is_indexed: bool,
    /// Segment documents with their ids.
    pub(crate) segments: Vec<(String, Value)>,
    /// Spans with their ids, as a retrieval answers them.
    pub(crate) spans: Vec<(String, Value)>,
}

impl Default for TraceStore {
    fn default() -> Self {
        Self {
            traces: BTreeMap::new(),
            destination: "XRay".to_owned(),
            status: "ACTIVE".to_owned(),
            indexed_percent: 1.0,
            running: 1,
            unprocessed: 0,
            rejected: Vec::new(),
            is_cut: false,
            retrievals: Vec::new(),
        }
    }
}

impl TraceStore {
    /// Adds a trace by its id.
    pub(crate) fn put(&mut self, id: &str, trace: Trace) {
        self.traces.insert(id.to_owned(), trace);
    }
}

pub(super) fn answer(world: &mut World, operation: &str, input: &Value) -> Answer {
    let page = world.list_page.min(PAGE);
    let store = &mut world.traces;
    let result = match operation {
        "GetTraceSummaries" => summaries(store, input, page),
        "BatchGetTraces" => batch(store, input),
        "GetTraceSegmentDestination" => Ok(json!({"Destination": store.destination, "Status": store.status})),
        "GetIndexingRules" => Ok(json!({"IndexingRules": [{
            "Name": "Default",
            "ModifiedAt": 1_700_000_000,
            "Rule": {"Probabilistic": {
                "DesiredSamplingPercentage": store.indexed_percent,
                "ActualSamplingPercentage": store.indexed_percent,
            }},
        }]})),
        "StartTraceRetrieval" => start(store, input),
        "ListRetrievedTraces" => retrieved(store, input, page),
        _ => Err("unknown operation"),
    };
    match result {
        Ok(body) => Answer::ok(JSON, body.to_string()),
        Err(message) => error(400, "InvalidRequestException", message),
    }
}

/// An error as REST-JSON words it.
pub(super) fn error(status: u16, code: &str, message: &str) -> Answer {
    let answer = Answer::ok(JSON, json!({"message": message, "Message": message}).to_string());
    Answer { status, error_type: Some(code.to_owned()), ..answer }
}

type Result<T> = std::result::Result<T, &'static str>;

fn ids(input: &Value) -> Vec<String> {
    let ids = input.get("TraceIds").and_then(Value::as_array).cloned().unwrap_or_default();
    ids.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn offset(input: &Value) -> Result<usize> {
    let token = input.get("NextToken").and_then(Value::as_str);
    token.map_or(Ok(0), |token| token.parse().map_err(|_| "bad NextToken"))
}

fn summaries(store: &TraceStore, input: &Value, page: usize) -> Result<Value> {
    let seconds =
        |key: &str| input.get(key).and_then(Value::as_f64).ok_or("StartTime and EndTime are needed");
    let (from, to) = (seconds("StartTime")?, seconds("EndTime")?);
    if to - from > 24.0 * 3_600.0 || to < from {
        return Err("the time range must not exceed 24 hours");
    }
    let mut found: Vec<(&String, &Trace)> = store
        .traces
        .iter()
        .filter(|(_, trace)| trace.is_indexed && trace.start >= from && trace.start <= to)
        .collect();
    found.sort_by(|a, b| b.1.start.total_cmp(&a.1.start));
    let start = offset(input)?;
    let more = found.len() > start + page;
    let shown: Vec<Value> = found
        .into_iter()
        .skip(start)
        .take(page)
        .map(|(id, trace)| json!({"Id": id, "StartTime": trace.start, "Duration": 0.5, "HasError": true}))
        .collect();
    let next = more.then(|| (start + page).to_string());
    Ok(
        json!({"TraceSummaries": shown, "TracesProcessedCount": shown.len(), "ApproximateTime": to, "NextToken": next}),
    )
}

fn batch(store: &mut TraceStore, input: &Value) -> Result<Value> {
    let ids = ids(input);
    if ids.is_empty() || ids.len() > BATCH {
        return Err("1 to 5 trace ids");
    }
    if ids.iter().any(|id| store.rejected.contains(id)) {
        return Err("an id is invalid");
    }
    if store.unprocessed > 0 {
        store.unprocessed -= 1;
        return Ok(json!({"Traces": [], "UnprocessedTraceIds": ids}));
    }
    let found =
        ids.iter().filter_map(|id| Some((id, store.traces.get(id)?))).filter(|(_, trace)| trace.is_indexed);
    let traces: Vec<Value> = found
        .map(|(id, trace)| json!({"Id": id, "Duration": 0.5, "LimitExceeded": store.is_cut, "Segments": documents(&trace.segments)}))
        .collect();
    Ok(json!({"Traces": traces, "UnprocessedTraceIds": []}))
}

fn documents(parts: &[(String, Value)]) -> Vec<Value> {
    parts.iter().map(|(id, document)| json!({"Id": id, "Document": document.to_string()})).collect()
}

fn start(store: &mut TraceStore, input: &Value) -> Result<Value> {
    let ids = ids(input);
    if ids.is_empty() || ids.len() > 100 {
        return Err("1 to 100 trace ids");
    }
    store.retrievals.push((ids, 0));
    Ok(json!({"RetrievalToken": (store.retrievals.len() - 1).to_string()}))
}

fn retrieved(store: &mut TraceStore, input: &Value, page: usize) -> Result<Value> {
    let token: Option<usize> =
        input.get("RetrievalToken").and_then(Value::as_str).and_then(|t| t.parse().ok());
    let retrieval = token.and_then(|token| store.retrievals.get_mut(token));
    let (ids, looks) = retrieval.ok_or("unknown RetrievalToken")?;
    *looks += 1;
    if *looks <= store.running {
        return Ok(json!({"RetrievalStatus": "RUNNING", "TraceFormat": "OTEL", "Traces": []}));
    }
    let start = offset(input)?;
    let found: Vec<(&String, &Trace)> =
        ids.iter().filter_map(|id| Some((id, store.traces.get(id)?))).collect();
    let next = (found.len() > start + page).then(|| (start + page).to_string());
    let traces: Vec<Value> = found
        .into_iter()
        .skip(start)
        .take(page)
        .map(|(id, trace)| json!({"Id": id, "Duration": 0.5, "Spans": documents(&trace.spans)}))
        .collect();
    Ok(json!({"RetrievalStatus": "COMPLETE", "TraceFormat": "OTEL", "Traces": traces, "NextToken": next}))
}
