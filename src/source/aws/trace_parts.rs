//! The answers for traces that were asked for by id, put together from pages.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::model::TraceId;

/// The answer for one trace that was asked for.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Trace {
    /// Which.
    pub id: TraceId,
    /// What X-Ray said of it.
    pub answer: Answer,
}

/// What X-Ray says of a trace.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Answer {
    /// What it has of it, which may be nothing.
    Found(Found),
    /// It did not look.
    Unprocessed,
    /// It takes the id for none.
    Rejected,
}

/// What there is of a trace.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Found {
    /// Segments or spans in it; none when it is not there.
    pub spans: usize,
    /// It as a record of a capture, when it is there.
    pub record: Option<Value>,
    /// Whether X-Ray left some of it out, because it is larger than a trace may be.
    pub is_cut: bool,
}

/// What one page holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken {
    /// Segments or spans.
    pub documents: Vec<(TraceId, Vec<Value>)>,
    /// Traces that X-Ray did not look for.
    pub unprocessed: Vec<TraceId>,
    /// Traces of which X-Ray left some out.
    pub cut: Vec<TraceId>,
}

/// The answers for the traces of one call; a trace may be spread over several pages.
pub(super) struct Parts {
    documents: BTreeMap<TraceId, Vec<Value>>,
    unprocessed: BTreeSet<TraceId>,
    cut: BTreeSet<TraceId>,
}

impl Parts {
    /// Nothing yet of the traces that were asked for.
    pub(super) fn of(asked: impl Iterator<Item = TraceId>) -> Self {
        let documents = asked.map(|id| (id, Vec::new())).collect();
        Self { documents, unprocessed: BTreeSet::new(), cut: BTreeSet::new() }
    }

    /// Their ids as X-Ray spells them.
    pub(super) fn ids(&self) -> Vec<String> {
        self.documents.keys().map(|id| id.to_xray()).collect()
    }

    /// Adds a page.
    pub(super) fn take(&mut self, page: Taken) {
        for (id, documents) in page.documents {
            self.documents.entry(id).or_default().extend(documents);
        }
        self.unprocessed.extend(page.unprocessed);
        self.cut.extend(page.cut);
    }

    /// Says that X-Ray did not look for any of them after all.
    pub(super) fn leave_out_all(&mut self) {
        self.unprocessed.extend(self.documents.keys());
    }

    /// The answers: `key` as `BatchGetTraces` or `ListRetrievedTraces` calls the documents.
    pub(super) fn traces(self, key: &'static str) -> impl Iterator<Item = Trace> {
        let Self { documents, unprocessed, cut } = self;
        documents.into_iter().map(move |(id, documents)| {
            let found = Found {
                spans: documents.len(),
                is_cut: cut.contains(&id),
                record: (!documents.is_empty())
                    .then(|| json!({"Traces": [{"Id": id.to_xray(), key: documents}]})),
            };
            let is_unprocessed = unprocessed.contains(&id);
            Trace { id, answer: if is_unprocessed { Answer::Unprocessed } else { Answer::Found(found) } }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_over_several_pages_is_one_record_that_reads_back() {
        let ids = [7, 8, 9].map(|byte| TraceId([byte; 16]));
        let mut parts = Parts::of(ids.into_iter());
        for name in ["a", "b"] {
            let documents = vec![(ids[0], vec![json!({"Id": name, "Document": "{}"})])];
            parts.take(Taken { documents, unprocessed: vec![ids[2]], cut: vec![ids[0]] });
        }
        let traces: Vec<Trace> = parts.traces("Segments").collect();
        let Answer::Found(found) = &traces[0].answer else { panic!("{traces:?}") };
        assert_eq!((found.spans, found.is_cut), (2, true));
        let line = found.record.as_ref().unwrap().to_string();
        assert_eq!(read(line.as_bytes()), Some((ids[0], 2)));
        assert_eq!(traces[1].answer, Answer::Found(Found { spans: 0, record: None, is_cut: false }));
        assert_eq!(traces[2].answer, Answer::Unprocessed);
    }

    #[test]
    fn a_retrieval_that_failed_says_nothing_of_any_trace() {
        let mut parts = Parts::of([TraceId([7; 16])].into_iter());
        parts.leave_out_all();
        assert!(parts.traces("Spans").all(|trace| trace.answer == Answer::Unprocessed));
    }
}
