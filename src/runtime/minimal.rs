//! The capture of one request: its signals, and as few others as its verdict needs.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use crate::case::Case;
use crate::model::{Bytes, Input, Opening, RequestKey, SignalKey, Timestamp};
use crate::text::Door;

use super::answer::Known;
use super::judge::Judge;

/// Requests before and after it that are taken along, until the capture says of it what the whole does: that something
/// is absent or was well meanwhile only others show.
const NEIGHBOURS: [u32; 4] = [0, 1, 2, 4];

/// A capture of one request.
pub(super) struct Minimal {
    /// JSON lines in the envelope of a CloudWatch Logs subscription, which keeps group and stream.
    pub(super) content: Vec<u8>,
    /// Records that are not of the request.
    pub(super) others: usize,
    /// The root cause that the whole knows and this capture alone does not.
    pub(super) lost: Option<String>,
}

impl Minimal {
    /// Cuts a request out. `None` for one that does not exist.
    pub(super) fn new(known: &Known, request: RequestKey, judge: &Judge, door: Door) -> Option<Self> {
        let own: BTreeSet<SignalKey> =
            known.case.requests().get(request.index())?.signals.iter().map(|link| link.signal).collect();
        let cause = root_cause(known, request);
        let mut narrowest = None;
        for neighbours in NEIGHBOURS {
            let signals = chosen(known, request, neighbours, cause.as_deref());
            let content = write(known, &signals, door).ok()?;
            let others = signals.difference(&own).count();
            if cause.as_deref().is_none_or(|cause| carries(&content, cause, judge)) {
                return Some(Self { content, others, lost: None });
            }
            narrowest.get_or_insert(Self { content, others, lost: cause.clone() });
        }
        narrowest
    }
}

fn root_cause(known: &Known, request: RequestKey) -> Option<String> {
    let diagnosis = known.snapshot.diagnoses.iter().find(|diagnosis| diagnosis.request == Some(request))?;
    diagnosis.root_cause.clone()
}

/// The signals of the request and of its neighbours, and the evidence against them.
fn chosen(known: &Known, request: RequestKey, neighbours: u32, cause: Option<&str>) -> BTreeSet<SignalKey> {
    let requests = known.case.requests();
    let last = (request.0 + neighbours).min(requests.len().saturating_sub(1) as u32);
    let around = (request.0.saturating_sub(neighbours)..=last).filter_map(|key| requests.get(key as usize));
    let found = known.snapshot.findings.iter().filter(|finding| match finding.request {
        Some(of) => of == request,
        None => Some(finding.rule.as_str()) == cause,
    });
    let evidence = found.flat_map(|finding| &finding.evidence).map(|evidence| evidence.signal);
    around.flat_map(|request| &request.signals).map(|link| link.signal).chain(evidence).collect()
}

/// Whether the capture alone says that `cause` is a root cause.
fn carries(content: &[u8], cause: &str, judge: &Judge) -> bool {
    let input = Input { path: "request.jsonl".to_owned(), bytes: Bytes::new(content.to_vec()) };
    let case = Arc::new(Case::open(vec![input], Opening::default(), judge.options()));
    judge.judge(&case, |_, snapshot| {
        snapshot.diagnoses.iter().any(|diagnosis| diagnosis.root_cause.as_deref() == Some(cause))
    })
}

fn write(known: &Known, signals: &BTreeSet<SignalKey>, door: Door) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    for (number, key) in signals.iter().enumerate() {
        let signal = known.case.signal(*key);
        let text = door.pass(&known.case.text(*key));
        let millis = signal.timestamp.map(|Timestamp(nanos)| nanos.div_euclid(1_000_000));
        let line = serde_json::json!({
            "messageType": "DATA_MESSAGE",
            "logGroup": signal.origin.log_group,
            "logStream": signal.origin.log_stream,
            "logEvents": [{"id": number.to_string(), "timestamp": millis, "message": text.as_str()}],
        });
        serde_json::to_writer(&mut out, &line)?;
        out.push(b'\n');
    }
    Ok(out)
}
