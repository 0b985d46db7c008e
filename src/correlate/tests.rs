use super::*;
use crate::model::{
    Brief, Briefs, IdName, Kind, Layer, LinkReason, Name, Outcome, RequestKey, Severity, SignalKey, SpanId,
    Timestamp, TraceId, message_hash,
};

pub(super) const MILLI: i64 = 1_000_000;

/// A case under construction; `log` and `span` return the brief for more ids.
#[derive(Debug, Default)]
pub(super) struct Case {
    pub(super) briefs: Vec<Brief>,
    pub(super) names: Names,
}

impl Case {
    fn log(&mut self, kind: Kind, at: i64) -> Draft<'_> {
        let timestamp = Some(Timestamp(at * MILLI));
        let (layer, severity) = (Layer::Runtime, Severity::Info);
        self.briefs.push(Brief { timestamp, kind, layer, severity, ..Brief::default() });
        Draft(self)
    }

    fn span(&mut self, name: &str, start: i64, end: i64, id: u8, parent: u8) -> Draft<'_> {
        let name = self.names.intern(name);
        let mut draft = self.log(Kind::Span, start).until(end, name);
        (draft.brief().span, draft.brief().parent) = (span_id(id), span_id(parent));
        draft
    }

    pub(super) fn packed(&self) -> Briefs {
        self.briefs.iter().collect()
    }

    pub(super) fn index<'a>(&'a self, briefs: &'a Briefs) -> Index<'a> {
        Index { briefs, names: &self.names }
    }

    /// Sorts into canonical order and correlates.
    pub(super) fn correlate(&mut self) -> Correlation {
        self.briefs.sort_by_key(|brief| (brief.timestamp.is_none(), brief.timestamp));
        correlate(self.index(&self.packed()))
    }
}

pub(super) fn span_id(id: u8) -> Option<SpanId> {
    (id != 0).then_some(SpanId([id; 8]))
}

struct Draft<'c>(&'c mut Case);

impl Draft<'_> {
    fn brief(&mut self) -> &mut Brief {
        let last = self.0.briefs.len() - 1;
        &mut self.0.briefs[last]
    }

    fn name(mut self, text: &str, set: fn(&mut Brief) -> &mut Name) -> Self {
        let name = self.0.names.intern(text);
        *set(self.brief()) = name;
        self
    }

    fn id(mut self, text: &str, set: fn(&mut Brief) -> &mut IdName) -> Self {
        let id = self.0.names.intern_id(Some(text));
        *set(self.brief()) = id;
        self
    }

    fn trace(self, digit: char) -> Self {
        let mut draft = self;
        let name = draft.0.names.intern_trace(TraceId([digit as u8; 16]));
        draft.brief().trace = name;
        draft
    }

    fn request(self, id: &str) -> Self {
        self.id(id, |brief| &mut brief.request)
    }

    fn session(self, id: &str) -> Self {
        self.id(id, |brief| &mut brief.session)
    }

    fn stream(self, id: &str) -> Self {
        self.name(id, |brief| &mut brief.stream)
    }

    fn tool(self, id: &str) -> Self {
        self.name(id, |brief| &mut brief.tool)
    }

    fn rpc(self, session: &str, id: &str) -> Self {
        self.id(session, |brief| &mut brief.mcp_session).name(id, |brief| &mut brief.rpc)
    }

    fn text(mut self, message: &str) -> Self {
        self.brief().message_hash = message_hash(message);
        self
    }

    fn until(mut self, end: i64, name: Name) -> Self {
        (self.brief().end, self.brief().name) = (Some(Timestamp(end * MILLI)), name);
        self
    }

    fn outcome(mut self, outcome: Outcome) -> Self {
        self.brief().outcome = outcome;
        self
    }

    fn within(mut self, span: u8) -> Self {
        self.brief().span = span_id(span);
        self
    }
}

/// Request number per signal, for short assertions.
fn partition(done: &Correlation) -> Vec<Option<u32>> {
    done.request_of.iter().map(|key| key.map(|key| key.0)).collect()
}

fn reason(done: &Correlation, signal: u32) -> Option<LinkReason> {
    let request = done.request_of.get(SignalKey(signal))?;
    let links = &done.requests[request.index()].signals;
    links.iter().find(|link| link.signal == SignalKey(signal)).map(|link| link.reason)
}

#[test]
fn gateway_calls_of_one_trace_are_requests_made_by_its_invocation() {
    let mut case = Case::default();
    case.span("AgentCore.Runtime.Invoke", 0, 20, 1, 0).trace('a').request("r-agent");
    case.span("POST /invocations", 1, 100, 2, 1).trace('a');
    case.span("mcp tools/call t___x", 9, 31, 3, 2).trace('a');
    case.span("AgentCore.Gateway.InvokeTool", 10, 30, 4, 3).trace('a').request("r-1");
    case.span("AgentCore.Gateway.InvokeTool.t___x", 11, 29, 5, 4).trace('a').request("r-1");
    case.log(Kind::GatewayLog, 12).trace('a').request("r-1").within(4);
    case.log(Kind::OtelLog, 15).trace('a').within(5);
    case.span("AgentCore.Gateway.InvokeTool", 40, 50, 6, 2).trace('a').request("r-2");
    case.log(Kind::GatewayLog, 41).trace('a').request("r-2").within(6);
    let done = case.correlate();
    assert_eq!(partition(&done), [0, 0, 0, 1, 1, 1, 1, 2, 2].map(Some));
    assert_eq!(done.requests[1].parent, Some(RequestKey(0)));
    assert_eq!(done.requests[2].parent, Some(RequestKey(0)));
    assert_eq!(done.requests[0].parent, None);
    assert_eq!(reason(&done, 6), Some(LinkReason::Span));
    assert_eq!(done.requests[0].window.map(|window| window.end), Some(Timestamp(100 * MILLI)));
}

#[test]
fn the_runtime_record_of_a_gateway_target_is_the_gateway_request() {
    let mut case = Case::default();
    case.log(Kind::GatewayLog, 10).trace('a').request("gw");
    case.log(Kind::RuntimeVended, 12).trace('a').request("rt");
    case.log(Kind::GatewayLog, 20).trace('a').request("gw");
    let done = case.correlate();
    assert_eq!(done.requests.len(), 1);
    assert_eq!(case.names.id(done.requests[0].request).as_deref(), Some("gw"));
    assert!(done.requests[0].signals.iter().all(|link| link.reason == LinkReason::Trace));
}

#[test]
fn two_runtime_records_within_one_gateway_call_stay_requests_of_their_own() {
    let mut case = Case::default();
    case.log(Kind::GatewayLog, 10).trace('a').request("gw");
    case.log(Kind::RuntimeVended, 12).trace('a').request("rt-1");
    case.log(Kind::RuntimeVended, 14).trace('a').request("rt-2");
    case.log(Kind::GatewayLog, 20).trace('a').request("gw");
    assert_eq!(case.correlate().requests.len(), 3);
}

#[test]
fn rows_without_a_trace_are_grouped_by_request_id() {
    let mut case = Case::default();
    for (at, id) in [(0, "a"), (1, "b"), (2, "a"), (3, "b")] {
        case.log(Kind::GatewayLog, at).request(id);
    }
    assert_eq!(partition(&case.correlate()), [0, 1, 0, 1].map(Some));
}

#[test]
fn the_request_id_of_a_downstream_call_starts_no_request() {
    let mut case = Case::default();
    case.span("POST /invocations", 0, 100, 1, 0).trace('a');
    case.span("chat model", 5, 50, 2, 1).trace('a').request("bedrock");
    let done = case.correlate();
    assert_eq!(done.requests.len(), 1);
    assert_eq!(done.requests[0].request, IdName::NONE);
}

#[test]
fn a_line_and_its_copy_tie_request_id_and_trace() {
    let mut case = Case::default();
    case.span("POST /invocations", 0, 20, 1, 0).trace('a');
    case.log(Kind::SdkLog, 10).request("r").session("s").text("Invocation completed");
    case.log(Kind::OtelLog, 10).trace('a').within(1).text("Invocation completed");
    case.log(Kind::SdkLog, 30).request("q").text("Invocation completed");
    let done = case.correlate();
    assert_eq!(partition(&done), [Some(0), Some(0), Some(0), Some(1)]);
    assert_eq!(case.names.id(done.requests[0].request).as_deref(), Some("r"));
    assert!(done.requests[0].trace.is_some());
}

#[test]
fn equal_lines_pair_one_to_one() {
    let mut case = Case::default();
    for (request, trace) in [("r", 'a'), ("q", 'b')] {
        case.log(Kind::SdkLog, 10).request(request).text("same");
        case.log(Kind::OtelLog, 10).trace(trace).text("same");
    }
    let done = case.correlate();
    assert_eq!(partition(&done), [0, 0, 1, 1].map(Some));
}

#[test]
fn a_session_never_joins_requests_and_places_only_what_is_unambiguous() {
    let mut case = Case::default();
    case.log(Kind::SdkLog, 0).request("r").session("s");
    case.log(Kind::LogLine, 5).session("s");
    case.log(Kind::SdkLog, 10).request("r").session("s");
    case.log(Kind::SdkLog, 20).request("q").session("s");
    case.log(Kind::SdkLog, 22).request("p").session("s");
    case.log(Kind::LogLine, 25).session("s");
    case.log(Kind::SdkLog, 30).request("q").session("s");
    case.log(Kind::SdkLog, 32).request("p").session("s");
    let done = case.correlate();
    assert_eq!(partition(&done), [Some(0), Some(0), Some(0), Some(1), Some(2), None, Some(1), Some(2)]);
    assert_eq!(reason(&done, 1), Some(LinkReason::Session));
}

#[test]
fn a_line_between_two_signals_of_a_request_joins_it_unless_another_is_in_flight() {
    let mut case = Case::default();
    case.log(Kind::SdkLog, 0).request("r").stream("c");
    case.log(Kind::Traceback, 1).stream("c");
    case.log(Kind::SdkLog, 2).request("q").stream("c");
    case.log(Kind::LogLine, 3).stream("c");
    case.log(Kind::SdkLog, 4).request("r").stream("c");
    case.log(Kind::SdkLog, 5).request("q").stream("c");
    case.log(Kind::LogLine, 6).stream("c");
    let done = case.correlate();
    assert_eq!(partition(&done), [Some(0), Some(0), Some(1), None, Some(0), Some(1), None]);
    assert_eq!(reason(&done, 1), Some(LinkReason::Stream));
}

#[test]
fn a_repeated_json_rpc_id_joins_only_within_its_session_and_time() {
    let mut case = Case::default();
    for (start, session) in [(0, "m"), (5_000, "n")] {
        let name = case.names.intern("POST /mcp");
        case.log(Kind::HttpExchange, start).rpc(session, "1").until(start + 10, name);
        case.log(Kind::JsonRpc, start + 2).rpc(session, "1");
    }
    case.log(Kind::JsonRpc, 9_000).rpc("m", "1");
    assert_eq!(partition(&case.correlate()), [Some(0), Some(0), Some(1), Some(1), None]);
}

#[test]
fn an_exchange_is_the_only_server_span_it_holds() {
    let mut case = Case::default();
    for (start, trace) in [(0, 'a'), (20, 'b')] {
        let name = case.names.intern("POST /mcp/");
        case.log(Kind::HttpExchange, start).outcome(Outcome::Failed).until(start + 10, name);
        case.span("POST /mcp", start + 1, start + 8, 1, 0).trace(trace);
        case.span("POST /mcp http send", start + 2, start + 3, 2, 1).trace(trace);
    }
    let done = case.correlate();
    assert_eq!(partition(&done), [0, 0, 0, 1, 1, 1].map(Some));
    assert!(done.requests.iter().all(|request| request.outcome == Outcome::Failed));
    assert_eq!(reason(&done, 0), Some(LinkReason::ToolTime));
    assert_eq!(reason(&done, 1), Some(LinkReason::Trace));
}

#[test]
fn an_access_line_joins_no_request_by_its_stream() {
    let mut case = Case::default();
    case.log(Kind::SdkLog, 0).request("r").stream("c");
    case.log(Kind::AccessLog, 1).stream("c");
    case.log(Kind::SdkLog, 2).request("r").stream("c");
    assert_eq!(partition(&case.correlate()), [Some(0), None, Some(0)]);
}

#[test]
fn a_line_written_while_another_source_shows_a_second_request_stays_free() {
    let mut case = Case::default();
    case.span("POST /mcp", 0, 50, 1, 0).trace('a');
    case.log(Kind::LogLine, 1).trace('a').stream("c");
    case.span("POST /mcp", 5, 60, 2, 0).trace('b');
    case.log(Kind::LogLine, 7).stream("c");
    case.log(Kind::LogLine, 10).trace('a').stream("c");
    case.log(Kind::LogLine, 20).trace('b').stream("c");
    assert_eq!(partition(&case.correlate())[3], None);
}

#[test]
fn a_trace_without_its_server_span_is_the_exchange_around_it() {
    let mut case = Case::default();
    let name = case.names.intern("POST /invocations");
    case.log(Kind::HttpExchange, 0).request("r").outcome(Outcome::Failed).until(900, name);
    case.span("chat", 10, 20, 2, 9).trace('a');
    let done = case.correlate();
    assert_eq!(partition(&done), [Some(0), Some(0)]);
    assert_eq!(done.requests[0].outcome, Outcome::Failed);
}

#[test]
fn a_gateway_call_of_another_trace_is_tied_to_the_only_open_tool_span() {
    let mut case = Case::default();
    case.span("POST /invocations", 0, 9_000, 1, 0).trace('a');
    case.span("execute_tool x", 100, 200, 2, 1).trace('a').tool("x");
    case.log(Kind::GatewayLog, 150).trace('b').request("gw").tool("t___x");
    let done = case.correlate();
    assert_eq!(done.requests.len(), 2);
    assert_eq!(done.requests[1].parent, Some(RequestKey(0)));
}

#[test]
fn spans_around_a_lone_gateway_call_belong_to_its_caller() {
    let mut case = Case::default();
    case.span("invoke_agent A", 0, 100, 1, 9).trace('a');
    case.span("AgentCore.Gateway.InvokeTool", 10, 20, 2, 1).trace('a').request("gw");
    let done = case.correlate();
    assert_eq!(partition(&done), [Some(0), Some(1)]);
    assert_eq!(done.requests[1].parent, Some(RequestKey(0)));
}

#[test]
fn the_last_word_of_the_highest_voice_decides() {
    let row = |case: &mut Case, at, outcome| {
        case.log(Kind::GatewayLog, at).request("r").outcome(outcome);
    };
    let mut retried = Case::default();
    row(&mut retried, 0, Outcome::Failed);
    row(&mut retried, 50, Outcome::Ok);
    assert_eq!(retried.correlate().requests[0].outcome, Outcome::Ok);
    let mut twofold = Case::default();
    row(&mut twofold, 50, Outcome::Failed);
    row(&mut twofold, 50, Outcome::Ok);
    assert_eq!(twofold.correlate().requests[0].outcome, Outcome::Failed);
    let mut handled = Case::default();
    handled.span("POST /invocations", 0, 20, 1, 0).trace('a').outcome(Outcome::Ok);
    handled.span("execute_tool x", 5, 10, 2, 1).trace('a').outcome(Outcome::Failed);
    assert_eq!(handled.correlate().requests[0].outcome, Outcome::Ok);
}

#[test]
fn the_span_tree_keeps_late_children_orphans_and_circles() {
    let mut case = Case::default();
    case.span("root", 0, 10, 1, 0).trace('a');
    case.span("child", 5, 90, 2, 1).trace('a');
    case.span("orphan", 6, 7, 3, 99).trace('a');
    case.span("one", 7, 8, 4, 5).trace('a');
    case.span("other", 8, 9, 5, 4).trace('a');
    case.span("grandchild", 9, 10, 6, 2).trace('a');
    let done = case.correlate();
    let tree: Vec<_> = span_tree(case.index(&case.packed()), &done.requests[0])
        .into_iter()
        .map(|(key, depth)| (key.0, depth))
        .collect();
    assert_eq!(tree, [(0, 0), (1, 1), (5, 2), (2, 0), (3, 0), (4, 1)]);
}
