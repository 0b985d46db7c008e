//! Laws that hold for any signals, however damaged.

use proptest::prelude::*;

use super::tests::{Case, MILLI, span_id};
use super::{span_tree, work};
use crate::model::{
    Brief, IdName, Kind, Layer, Name, Names, Outcome, Owners, Severity, SpanId, Timestamp, TraceName,
};

/// Any brief: few distinct ids, so that they meet.
fn any_brief() -> impl Strategy<Value = Brief> {
    let ids = (0u32..4, 0u32..5, 0u32..3, 0u32..3, 0u32..3, 0u32..3, 0u32..3);
    let time = prop_oneof![8 => (0i64..500).prop_map(|at| Some(at * MILLI)), 1 => Just(None),
        1 => prop_oneof![Just(Some(i64::MAX)), Just(Some(i64::MIN))]];
    let kinds = proptest::sample::select(Kind::ALL);
    (time, 0u8..6, ids, any_facts(), kinds, 0u32..3, proptest::sample::select(Outcome::ALL)).prop_map(
        |(at, span, ids, (end, parent, name), kind, message_hash, outcome)| Brief {
            timestamp: at.map(Timestamp),
            end,
            span: span_id(span),
            parent,
            name,
            trace: TraceName(ids.0),
            request: IdName(ids.1),
            session: IdName(ids.2),
            mcp_session: IdName(ids.3),
            rpc: Name(ids.4),
            tool: Name(ids.5),
            resource: Name::NONE,
            stream: Name(ids.6),
            message_hash,
            kind,
            layer: Layer::Runtime,
            severity: Severity::Info,
            outcome,
        },
    )
}

/// End, parent and name; nothing of a signal that is no span.
fn any_facts() -> impl Strategy<Value = (Option<Timestamp>, Option<SpanId>, Name)> {
    let end = prop_oneof![(0i64..500).prop_map(|at| Some(Timestamp(at * MILLI))), Just(None)];
    let facts = (end, 0u8..6, 1u32..9).prop_map(|(end, parent, name)| (end, span_id(parent), Name(name)));
    prop_oneof![12 => facts, 1 => Just((None, None, Name::NONE))]
}

fn any_case(briefs: impl Strategy<Value = Vec<Brief>>) -> impl Strategy<Value = Case> {
    briefs.prop_map(|briefs| {
        let mut names = Names::default();
        for name in [
            "chat model",
            "POST /mcp",
            "AgentCore.Gateway.InvokeTool",
            "AgentCore.Runtime.Invoke",
            "execute_tool x",
            "POST",
            "t___x",
            "chat",
        ] {
            names.intern(name);
        }
        Case { briefs, names }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_signal_is_in_one_request_or_none(mut case in any_case(proptest::collection::vec(any_brief(), 0..60))) {
        let done = case.correlate();
        let packed = case.packed();
        let mut seen = vec![None; case.briefs.len()];
        for (position, request) in done.requests.iter().enumerate() {
            prop_assert_eq!(request.key.index(), position);
            prop_assert!(!request.signals.is_empty());
            prop_assert!(request.signals.is_sorted_by_key(|link| link.signal));
            for link in &request.signals {
                prop_assert_eq!(seen[link.signal.index()].replace(request.key), None);
            }
            let spans = request.signals.iter().filter(|link| work::is_span(&case.briefs[link.signal.index()]));
            prop_assert_eq!(span_tree(case.index(&packed), request).len(), spans.count());
            let ancestors = std::iter::successors(request.parent, |key| done.requests[key.index()].parent);
            prop_assert!(ancestors.take(done.requests.len() + 1).all(|key| key != request.key));
        }
        prop_assert_eq!(&seen.into_iter().collect::<Owners>(), &done.request_of);
        let starts = done.requests.iter().map(|request| request.window.map(|window| window.start));
        prop_assert!(starts.map(|start| (start.is_none(), start)).is_sorted());
    }

    #[test]
    fn input_order_does_not_matter_when_times_differ(
        mut case in any_case(proptest::collection::vec(any_brief(), 0..40)),
        seed in any::<u64>(),
    ) {
        for (position, brief) in case.briefs.iter_mut().enumerate() {
            brief.timestamp = Some(Timestamp(position as i64 * 3 * MILLI));
        }
        let straight = case.correlate();
        let mut shuffled: Vec<Brief> = case.briefs.clone();
        shuffled.sort_by_key(|brief| brief.timestamp.map(|at| seed.rotate_left((at.0 / MILLI % 64) as u32)));
        case.briefs = shuffled;
        prop_assert_eq!(case.correlate(), straight);
    }
}
