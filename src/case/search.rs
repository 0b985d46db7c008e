//! Which signals a filter lets pass: decided by the index where it can be, by reading where it must be.

use std::ops::Range;

use rayon::prelude::*;

use super::Case;
use super::index::Index;
use super::read::Reading;
use crate::filter::{BriefFacts, Filter};
use crate::model::SignalKey;
use crate::parse;

/// Signals that one thread judges at a time.
const GRAIN: usize = 512;

/// A filter over a case, asked stretch by stretch so that hits can be shown while the rest is searched.
#[derive(Clone, Copy, Debug)]
pub struct Search<'c> {
    index: &'c Index,
    filter: &'c Filter,
    searches_text: bool,
}

impl Case {
    /// Prepares to ask `filter` of the signals. Finds what [`Filter::matches`] lets pass, and reads only the records
    /// that their compact form leaves open.
    pub fn search<'c>(&'c self, filter: &'c Filter) -> Search<'c> {
        Search::new(&self.index, filter)
    }
}

impl<'c> Search<'c> {
    /// The same before there is a case.
    pub(super) fn new(index: &'c Index, filter: &'c Filter) -> Self {
        Self { index, filter, searches_text: filter.searches_text() }
    }

    /// Signals in one stretch of [`stretches`](Self::stretches): a few milliseconds of work for tests that the index
    /// decides.
    pub const STRETCH: u32 = 1 << 16;

    /// All signals in stretches, in canonical order; the first ones are short, for hits at once. To cancel a search,
    /// ask for no further stretch.
    pub fn stretches(&self) -> impl Iterator<Item = Range<u32>> + use<> {
        let end = self.index.briefs.len() as u32;
        let mut start = 0;
        std::iter::from_fn(move || {
            let stretch = start..end.min(start + (start / 2).clamp(1 << 12, Self::STRETCH));
            start = stretch.end;
            (!stretch.is_empty()).then_some(stretch)
        })
    }

    /// The signals of `stretch` that pass, in canonical order. Runs on all cores.
    pub fn among(&self, stretch: Range<u32>) -> Vec<SignalKey> {
        let end = stretch.end.min(self.index.briefs.len() as u32);
        let keys = (stretch.start.min(end)..end).into_par_iter().with_min_len(GRAIN).map(SignalKey);
        keys.filter(|key| self.passes(*key)).collect()
    }

    /// Whether one signal passes.
    pub fn passes(&self, key: SignalKey) -> bool {
        let index = self.index;
        let Some(brief) = index.briefs.get(key.index()) else { return false };
        let facts = BriefFacts {
            brief: &brief,
            names: &index.names,
            context: Some(index.context(key)),
            verbatim: None,
            message: None,
        };
        let known = self.filter.matches_brief(&facts).or_else(|| self.by_text(key, facts));
        known.unwrap_or_else(|| self.filter.matches(&index.signal(key)))
    }

    /// Decides by the bytes of a record in which everything stands as it is.
    fn by_text(&self, key: SignalKey, facts: BriefFacts<'_>) -> Option<bool> {
        let index = self.index;
        let reading = index.readings[key.index()];
        if reading == Reading::Decoded {
            return None;
        }
        let mut buffer = Vec::new();
        let text = index.text_bytes(key, &mut buffer)?;
        let facts = BriefFacts { verbatim: Some(text), ..facts };
        if reading == Reading::Skimmed {
            let known = self.filter.matches_brief(&facts);
            if known.is_some() || !self.searches_text {
                return known;
            }
        }
        // Whether a candidate was skimmed only skimming tells.
        let message = parse::skim(text, index.context(key))?.message;
        self.filter.matches_brief(&BriefFacts { message: Some(message), ..facts })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::case::tests::{input, options};

    /// Gateway rows, SDK lines, OpenTelemetry records, spans, container output, exchanges of a client.
    fn incidents() -> Case {
        let files = [
            include_str!("../../samples/schema-mismatch/gateway.json"),
            include_str!("../../samples/schema-mismatch/runtime-cost.jsonl"),
            include_str!("../../samples/schema-mismatch/spans.jsonl"),
            include_str!("../../samples/router-noise/client.jsonl"),
            include_str!("../../samples/router-noise/otel-rt-logs.jsonl"),
            include_str!("../../samples/router-noise/runtime-logs.jsonl"),
        ];
        Case::open(files.into_iter().flat_map(input).collect(), Vec::new(), &options(None))
    }

    fn any_filter() -> impl Strategy<Value = Filter> {
        let test = proptest::sample::select(vec![
            "layer:gateway",
            "layer:runtime",
            "kind:otel-log",
            "kind:otel-span",
            "severity>=warn",
            "severity<info",
            "outcome:failed",
            "status:ok",
            "duration>1s",
            "duration<=50ms",
            "tool:*",
            "tool~order",
            "request:*",
            "session:*",
            "trace:*",
            "span_id:*",
            "rpc_id>1",
            "resource:*",
            "resource~gateway",
            "name~POST",
            "name:*",
            "message:*",
            "message~error",
            "log_group:*",
            "log_stream~a",
            "http.status>=400",
            "rule:x",
            "processing",
            "\"request\"",
            "error",
            "tools/call",
            "Ünbekannt",
            "\"\"",
            "mcp",
            "logger:*",
            "rpc.method:*",
            "rpc.method~tools",
            "is_error:false",
            "is_error:*",
            "code.file:*",
            "gateway.log~started",
            "service:*",
            "region:us-east-1",
            "body.id:*",
            "attributes.otelTraceID:*",
            "resource.attributes.service.name:*",
            "request.params.name:*",
            "response.result.isError:*",
            "exception.type:*",
            "error.type:*",
            "raw.level:INFO",
            "policy.decision:*",
        ]);
        let text = test.prop_map(str::to_owned).prop_recursive(3, 8, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 2..4)
                    .prop_map(|parts| format!("({})", parts.join(" "))),
                proptest::collection::vec(inner.clone(), 2..4)
                    .prop_map(|parts| format!("({})", parts.join(" OR "))),
                inner.prop_map(|part| format!("-({part})")),
            ]
        });
        text.prop_map(|text| Filter::parse(&text).unwrap())
    }

    #[test]
    fn stretches_cover_every_signal_once() {
        let case = incidents();
        let filter = Filter::parse("").unwrap();
        let search = case.search(&filter);
        let found: Vec<SignalKey> = search.stretches().flat_map(|stretch| search.among(stretch)).collect();
        let all: Vec<SignalKey> = (0..case.briefs().len() as u32).map(SignalKey).collect();
        assert_eq!(found, all);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn a_search_finds_what_the_filter_lets_pass(filter in any_filter()) {
            static CASE: LazyLock<Case> = LazyLock::new(incidents);
            let search = CASE.search(&filter);
            for key in (0..CASE.briefs().len() as u32).map(SignalKey) {
                prop_assert_eq!(search.passes(key), filter.matches(&CASE.signal(key)), "{} {:?}", filter, key);
            }
        }
    }
}
