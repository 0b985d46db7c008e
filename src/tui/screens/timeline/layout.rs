//! The rows of a request: spans below their parents, log events below the span that wrote them, all by time.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::case::Case;
use crate::model::{
    Kind, Layer, Link, LinkReason, Outcome, Request, Severity, SignalKey, SpanId, TimeRange, Timestamp,
    TraceName,
};
use crate::tui::widgets::Node;

/// Whose work a row shows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Lane {
    /// The caller.
    Client,
    /// The Gateway.
    Gateway,
    /// The Runtime and what runs in it.
    Runtime,
    /// Memory, identity, tools: what the handler calls.
    Downstream,
    /// What cannot be told.
    Other,
}

impl Lane {
    pub(super) const ALL: [Self; 5] =
        [Self::Client, Self::Gateway, Self::Runtime, Self::Downstream, Self::Other];

    /// Its name in ten columns or fewer.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Gateway => "gateway",
            Self::Runtime => "runtime",
            Self::Downstream => "downstream",
            Self::Other => "other",
        }
    }

    fn of_layer(layer: Layer) -> Option<Self> {
        match layer {
            Layer::Client => Some(Self::Client),
            Layer::Gateway => Some(Self::Gateway),
            Layer::Runtime => Some(Self::Runtime),
            Layer::Memory | Layer::Identity | Layer::Tool => Some(Self::Downstream),
            Layer::Span | Layer::Control | Layer::Unknown => None,
        }
    }

    /// By the names that the services give their spans; nothing for a name that says nothing.
    fn of_span(name: &str) -> Option<Self> {
        let served = ["POST /invocations", "POST /mcp", "GET /mcp", "DELETE /mcp"];
        // Calls of a model are named after the operation and the model, or by botocore after service and operation:
        // https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/#inference
        let models = ["chat", "text_completion", "generate_content", "embeddings"];
        let operation = name.split(' ').next().unwrap_or_default();
        let service = name.split_once('.').map_or("", |(service, _)| service);
        if name.starts_with("AgentCore.Gateway.") {
            Some(Self::Gateway)
        } else if name.starts_with("AgentCore.Runtime.") || served.contains(&name.trim_end_matches('/')) {
            Some(Self::Runtime)
        } else if models.contains(&operation)
            || service.starts_with("Bedrock ")
            || SERVICES.contains(&service)
        {
            Some(Self::Downstream)
        } else {
            None
        }
    }
}

/// Services that agents call beside Bedrock, as botocore names them:
/// <https://github.com/boto/botocore/tree/develop/botocore/data> (`serviceId`).
const SERVICES: [&str; 9] =
    ["DynamoDB", "Lambda", "S3", "SNS", "SQS", "SSM", "STS", "Secrets Manager", "EventBridge"];

/// What a row looks like on the axis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// A bar.
    Span,
    /// A bar that ends after its parent's, as streaming answers do.
    LateSpan,
    /// A bar: what the caller sent, and how long it waited for the answer.
    Exchange,
    /// A mark.
    Event,
}

/// One row: a span or a log event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    pub(super) signal: SignalKey,
    pub(super) lane: Lane,
    pub(super) start: Option<Timestamp>,
    /// For spans whose end is known.
    pub(super) end: Option<Timestamp>,
    pub(super) shape: Shape,
    pub(super) is_error: bool,
    /// What ties it to the request.
    pub(super) reason: Option<LinkReason>,
    /// Whether that is only time.
    pub(super) is_heuristic: bool,
}

/// All rows of a request in drawing order, nothing folded.
pub(super) fn rows(case: &Case, request: &Request) -> Vec<Node<Entry>> {
    let forest = case.span_tree(request.key);
    let links: FxHashMap<SignalKey, Link> = request.signals.iter().map(|link| (link.signal, *link)).collect();
    let drawn: FxHashSet<SignalKey> = forest.iter().map(|(signal, _)| *signal).collect();
    let mut entries: Vec<Entry> = Vec::with_capacity(links.len());
    let mut parents: Vec<Option<usize>> = Vec::with_capacity(links.len());
    let mut path: Vec<usize> = Vec::new();
    let mut by_span: FxHashMap<(TraceName, SpanId), usize> = FxHashMap::default();
    for (signal, depth) in &forest {
        path.truncate(usize::from(*depth));
        let parent = path.last().copied();
        let mut entry = entry(case, *signal, links.get(signal), Shape::Span);
        if let Some(parent) = parent.map(|parent| &entries[parent]) {
            if parent.end.zip(entry.end).is_some_and(|(outer, inner)| inner > outer) {
                entry.shape = Shape::LateSpan;
            }
            if entry.lane == Lane::Other {
                entry.lane = parent.lane;
            }
        }
        path.push(entries.len());
        let brief = case.briefs().at(signal.index());
        if let Some(id) = brief.span {
            by_span.entry((brief.trace, id)).or_insert(entries.len());
        }
        entries.push(entry);
        parents.push(parent);
    }
    for link in request.signals.iter().filter(|link| !drawn.contains(&link.signal)) {
        let Some(brief) = case.briefs().get(link.signal.index()) else { continue };
        parents.push(brief.span.and_then(|id| by_span.get(&(brief.trace, id)).copied()));
        entries.push(entry(case, link.signal, Some(link), Shape::Event));
    }
    let starts: Vec<Option<Timestamp>> = entries.iter().map(|entry| entry.start).collect();
    order(&parents, &starts).into_iter().map(|(at, depth)| Node { depth, item: entries[at] }).collect()
}

fn entry(case: &Case, signal: SignalKey, link: Option<&Link>, shape: Shape) -> Entry {
    let brief = case.briefs().at(signal.index());
    let is_span = shape == Shape::Span;
    let name = case.names().text(brief.name).filter(|_| is_span).unwrap_or_default();
    let is_exchange = brief.kind == Kind::HttpExchange;
    let has_length = is_exchange && brief.end.is_some();
    Entry {
        signal,
        lane: Lane::of_layer(brief.layer).or_else(|| Lane::of_span(name)).unwrap_or(Lane::Other),
        start: brief.timestamp,
        end: brief.end.filter(|_| is_span || is_exchange),
        shape: if has_length { Shape::Exchange } else { shape },
        is_error: brief.outcome == Outcome::Failed || brief.severity >= Severity::Error,
        reason: link.map(|link| link.reason),
        is_heuristic: link.is_some_and(|link| link.reason.is_heuristic()),
    }
}

/// Depth first, siblings by start, those without a time last. Parents come before their children in `parents`.
fn order(parents: &[Option<usize>], starts: &[Option<Timestamp>]) -> Vec<(usize, u16)> {
    let mut children = vec![Vec::new(); parents.len()];
    let mut open = Vec::new();
    for (at, parent) in parents.iter().enumerate() {
        match parent.filter(|parent| *parent < at) {
            Some(parent) => children[parent].push(at),
            None => open.push((at, 0_u16)),
        }
    }
    let by_start = |at: &usize| (starts[*at].is_none(), starts[*at]);
    open.sort_by_key(|(at, _)| by_start(at));
    open.reverse();
    let mut drawn = Vec::with_capacity(parents.len());
    while let Some((at, depth)) = open.pop() {
        drawn.push((at, depth));
        let below = &mut children[at];
        below.sort_by_key(by_start);
        open.extend(below.iter().rev().map(|child| (*child, depth.saturating_add(1))));
    }
    drawn
}

/// From the first to the last instant of all rows; `None` when none has a time.
pub(super) fn range<'a>(entries: impl Iterator<Item = &'a Entry>) -> Option<TimeRange> {
    entries.flat_map(|entry| [entry.start, entry.end]).flatten().fold(None, |range: Option<TimeRange>, at| {
        Some(range.map_or(TimeRange { start: at, end: at }, |range| range.including(at)))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_call_of_a_model_or_a_service_is_downstream() {
        for name in [
            "chat",
            "chat eu.amazon.nova-pro-v1:0",
            "embeddings titan",
            "Bedrock Runtime.ConverseStream",
            "S3.GetObject",
            "Bedrock AgentCore.ListEvents",
        ] {
            assert_eq!(Lane::of_span(name), Some(Lane::Downstream), "{name}");
        }
        for name in ["chatter", "execute_tool chat", "invoke_agent chat", "Agent.Run"] {
            assert_eq!(Lane::of_span(name), None, "{name}");
        }
    }

    #[test]
    fn siblings_stand_by_time_and_the_untimed_last() {
        let at = |nanos| Some(Timestamp(nanos));
        let drawn = order(&[None, Some(0), Some(0), Some(0), None], &[at(5), None, at(9), at(7), at(1)]);
        assert_eq!(drawn, [(4, 0), (0, 0), (3, 1), (2, 1), (1, 1)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn each_row_is_drawn_once(parents in prop::collection::vec(prop::option::of(0_usize..60), 0..60)) {
            let starts = vec![None; parents.len()];
            let mut rows: Vec<usize> = order(&parents, &starts).into_iter().map(|(at, _)| at).collect();
            rows.sort_unstable();
            prop_assert_eq!(rows, (0..parents.len()).collect::<Vec<_>>());
        }
    }
}
