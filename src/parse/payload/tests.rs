//! Whole payloads: a table per family over real records, and the laws of [`decode`].

use proptest::prelude::*;
use serde_json::{Value, json};

use super::decode;
use crate::model::{Context, Hint, Kind, Layer, Outcome, Severity, Signal, SpanId, Timestamp, TraceId};

fn read(text: &str) -> Signal {
    decode(text, &Context::default(), None)
}

fn read_lines(text: &str) -> Vec<Signal> {
    text.lines().map(read).collect()
}

macro_rules! data {
    ($name:literal) => {
        include_str!(concat!("../../../tests/data/payload/", $name))
    };
}

#[test]
fn gateway_rows() {
    let rows = read_lines(data!("gateway.jsonl"));
    let expected = [
        (Outcome::Unknown, "Started processing request with requestId: 1", Some("1")),
        (Outcome::Ok, "Successfully processed request with requestId: 2", Some("1")),
        (Outcome::Unknown, "Started processing request", Some("2")),
        (Outcome::Unknown, "Policy evaluation completed", Some("2")),
        (Outcome::Ok, "Successfully processed request", Some("2")),
    ];
    for (row, (outcome, message, rpc)) in rows.iter().zip(expected) {
        assert_eq!((row.kind, row.layer), (Kind::GatewayLog, Layer::Gateway), "{message}");
        assert_eq!((row.outcome, row.message.as_str(), row.ids.rpc.as_deref()), (outcome, message, rpc));
    }
    assert_eq!(rows[0].ids.tool.as_deref(), Some("target-quick-start-f9scus___LocationTool"));
    assert_eq!(rows[0].ids.target.as_deref(), Some("target-quick-start-f9scus"));
    assert_eq!(rows[0].ids.trace, TraceId::parse(b"160fc209c3befef4857ab1007d041db0"));
    assert_eq!(rows[0].ids.span, SpanId::parse(b"81346de89c725310"));
    assert_eq!(rows[0].timestamp, Timestamp::from_millis(1_759_370_851_622));
    assert_eq!(rows[0].field("request.params.arguments.location").as_deref(), Some("seattle"));
    assert_eq!(rows[2].ids.session.as_deref(), Some("runtime_demo_session_20260817_204530"));
    assert_eq!(rows[3].field("policy.decision").as_deref(), Some("ALLOW"));
    assert_eq!(rows[4].field("response.result.content.0.json.statusCode").as_deref(), Some("200"));
}

#[test]
fn gateway_failures_at_each_level() {
    let row = |body: Value| {
        read(&json!({"resource_arn": "arn:aws:bedrock-agentcore:r:1:gateway/g", "body": body}).to_string())
    };
    let refused = "JsonSchemaException - Parameter validation failed: Invalid request parameters:\n- Field 'n' has invalid type";
    let rows = [
        (
            row(json!({"isError": true, "log": "Failed to fetch outbound api key"})),
            Outcome::Failed,
            "Failed to fetch outbound api key".to_owned(),
        ),
        (
            row(json!({"isError": false, "log": "Successfully processed request",
                "responseBody": format!("{{jsonrpc=2.0, id=1, result={{isError=true, content=[{{type=text, text={refused}}}]}}}}")})),
            Outcome::Failed,
            format!("Successfully processed request\n{refused}"),
        ),
        (
            row(json!({"log": "Successfully processed request",
                "responseBody": "{jsonrpc=2.0, id=1, error={code=-32002, message=Tool Execution Denied: no, policy}}"})),
            Outcome::Failed,
            "Successfully processed request\nTool Execution Denied: no, policy".to_owned(),
        ),
        (
            row(json!({"log": "Successfully processed request",
                "responseBody": "{result={isError=false, content=[{type=text, text={\"error\":\"Serper API error: 403\"}}]}}"})),
            Outcome::Ok,
            "Successfully processed request".to_owned(),
        ),
    ];
    for (signal, outcome, message) in rows {
        assert_eq!((signal.outcome, &signal.message), (outcome, &message));
        assert_eq!(
            signal.severity == Severity::Error && outcome == Outcome::Failed,
            signal.field("is_error").as_deref() == Some("true") && signal.message.starts_with("Failed")
        );
    }
}

#[test]
fn vended_rows_of_other_resources() {
    let runtime = read(
        r#"{"resource_arn":"arn:aws:bedrock-agentcore:us-east-1:1:runtime/a-3","event_timestamp":1763962578048,"request_id":"r-1","session_id":"s-1","span_id":"c128b28261d25f39","trace_id":"61fae24cf690c9866936148344883db0","service_name":"AgentCoreCodeRuntime","operation":"InvokeAgentRuntime","timeUnixNano":1763962575492617002,"severityNumber":9,"body":{"request_payload":{"prompt":"SECRET"},"response_payload":null}}"#,
    );
    assert_eq!(
        (runtime.kind, runtime.layer, runtime.outcome),
        (Kind::RuntimeVended, Layer::Runtime, Outcome::Unknown)
    );
    assert_eq!(runtime.timestamp, Some(Timestamp(1_763_962_575_492_617_002)));
    assert_eq!((runtime.ids.request.as_deref(), runtime.ids.session.as_deref()), (Some("r-1"), Some("s-1")));
    assert_eq!(runtime.message, "");
    let memory = read(
        r#"{"resource_arn":"arn:aws:bedrock-agentcore:us-east-1:1:memory/m-3","event_timestamp":1763962578048,"body":{"log":"Extraction failed","requestId":"r-2","isError":true}}"#,
    );
    assert_eq!(
        (memory.kind, memory.layer, memory.outcome),
        (Kind::OtherVended, Layer::Memory, Outcome::Failed)
    );
    assert_eq!((memory.message.as_str(), memory.ids.request.as_deref()), ("Extraction failed", Some("r-2")));
    let identity = read(
        r#"{"request": {"workload_identity": "w"}, "response": {"response_type": "Success", "response_payload": {"AccessToken": "REDACTED"}}}"#,
    );
    assert_eq!(
        (identity.layer, identity.outcome, identity.message.as_str()),
        (Layer::Identity, Outcome::Ok, "")
    );
}

#[test]
fn sdk_lines() {
    let failed = read(
        r#"{"timestamp": "2026-11-20T18:11:46.784Z", "level": "ERROR", "message": "Invocation failed (0.001s)", "logger": "bedrock_agentcore.app", "requestId": "r", "sessionId": "s", "errorType": "KeyError", "errorMessage": "'team-z'", "stackTrace": ["Traceback (most recent call last):\n", "  File \"/app/a.py\", line 19, in invoke\n    return x\n", "KeyError: 'team-z'\n"]}"#,
    );
    assert_eq!((failed.kind, failed.layer, failed.outcome), (Kind::SdkLog, Layer::Runtime, Outcome::Failed));
    assert!(failed.message.starts_with("Invocation failed (0.001s)\nKeyError: 'team-z'\nTraceback"));
    assert_eq!(failed.field("exception.type").as_deref(), Some("KeyError"));
    assert_eq!((failed.ids.request.as_deref(), failed.ids.session.as_deref()), (Some("r"), Some("s")));
    for (message, outcome) in [
        ("Invocation completed successfully (5.345s)", Outcome::Ok),
        ("Invocation returned HTTP 503 (0.1s)", Outcome::Failed),
        ("Invocation returned HTTP 200 (0.1s)", Outcome::Ok),
        ("Error in sync streaming", Outcome::Unknown),
    ] {
        let line = json!({"timestamp": "2026-11-20T18:11:46.784Z", "level": "INFO", "message": message, "logger": "l"});
        assert_eq!(read(&line.to_string()).outcome, outcome, "{message}");
    }
}

#[test]
fn otel_log_records() {
    let signals = read_lines(data!("otel_logs.jsonl"));
    let kinds: Vec<_> = signals.iter().map(|signal| signal.kind).collect();
    assert_eq!(kinds, [Kind::OtelLog, Kind::GenAiEvent, Kind::OtelLog, Kind::GenAiEvent]);
    assert!(signals.iter().all(|signal| signal.layer == Layer::Runtime && signal.ids.trace.is_some()));
    assert!(
        signals.iter().all(|signal| signal.timestamp.is_some()),
        "0 is no time: the observed time counts"
    );
    assert_eq!((signals[1].name.as_deref(), signals[1].message.as_str()), (Some("gen_ai.choice"), ""));
    assert!(signals[2].message.contains("\nKeyError: team-z\nTraceback (most recent call last):"));
    assert_eq!(signals[2].field("exception.message").as_deref(), Some("'team-z'"));
    assert_eq!(
        signals[2].field("code.file").as_deref(),
        signals[2].field("attributes.code.file.path").as_deref()
    );
}

#[test]
fn gen_ai_content_speaks_only_through_failed_tools() {
    let event = |status: &str| {
        let result =
            json!([{"toolResult": {"toolUseId": "t", "status": status, "content": [{"text": "tool text"}]}}]);
        let body = json!({"input": {"messages": [{"role": "user", "content": "prompt"},
            {"role": "tool", "content": {"content": result.to_string()}}]}});
        read(
            &json!({"scope": {"name": "strands.telemetry.tracer"}, "timeUnixNano": 1, "body": body,
            "attributes": {"event.name": "strands.telemetry.tracer", "session.id": "S"}})
            .to_string(),
        )
    };
    assert_eq!(event("error").message, "tool text");
    let healthy = event("success");
    assert_eq!((healthy.message.as_str(), healthy.ids.session.as_deref()), ("", Some("S")));
}

#[test]
fn spans() {
    let signals = read_lines(data!("spans.jsonl"));
    let expected = [
        (Outcome::Unknown, Severity::Error),
        (Outcome::Ok, Severity::Unset),
        (Outcome::Failed, Severity::Error),
    ];
    for (signal, (outcome, severity)) in signals.iter().zip(expected) {
        assert_eq!((signal.kind, signal.layer), (Kind::Span, Layer::Span));
        assert_eq!((signal.outcome, signal.severity), (outcome, severity), "{:?}", signal.name);
        assert!(signal.duration().is_some_and(|duration| duration > 0));
    }
    assert!(signals[0].message.starts_with("AccessDeniedException: An error occurred"));
    assert!(signals[0].message.contains("\nTraceback (most recent call last):"));
    assert_eq!(signals[0].field("http.status").as_deref(), Some("403"));
    assert!(signals[0].ids.request.is_some() && signals[0].ids.session.is_some());
    assert_eq!(signals[2].ids.tool.as_deref(), Some("account_summary"));
    assert_eq!(signals[2].ids.rpc.as_deref(), Some("30"));
}

#[test]
fn gateway_spans_fail_by_their_error_type_and_inner_spans_say_nothing() {
    let span = |extra: Value| {
        let mut span = json!({"traceId": "691c23a8636a7e4512dfd580708d030e", "spanId": "e2a36d975676155e", "kind": "SERVER",
            "name": "AgentCore.Gateway.InvokeTool", "startTimeUnixNano": 1, "endTimeUnixNano": 3, "status": {"code": "UNSET"}});
        for (key, value) in extra.as_object().unwrap() {
            span[key] = value.clone();
        }
        read(&span.to_string())
    };
    assert_eq!(
        span(json!({"attributes": {"error_type": "user", "http.response.status_code": 200}})).outcome,
        Outcome::Failed
    );
    assert_eq!(span(json!({"attributes": {"http.response.status_code": 403}})).outcome, Outcome::Failed);
    let client =
        span(json!({"kind": "CLIENT", "parentSpanId": "be2b65dcdbe0fa4d", "status": {"code": "ERROR"},
        "name": "AgentCore.Gateway.InvokeTool.you___search", "attributes": {"targetId": "JLVZLEREW7"}}));
    assert_eq!((client.outcome, client.ids.tool.as_deref()), (Outcome::Unknown, Some("you___search")));
    let otlp = json!({"kind": 2, "startTimeUnixNano": "1763451817209370221", "endTimeUnixNano": "1763451817209370222",
        "attributes": [{"key": "session.id", "value": {"stringValue": "S"}}], "status": {"code": 2, "message": "boom"}});
    let otlp = span(otlp);
    assert_eq!((otlp.timestamp, otlp.outcome), (Some(Timestamp(1_763_451_817_209_370_221)), Outcome::Failed));
    assert_eq!((otlp.ids.session.as_deref(), otlp.message.as_str()), (Some("S"), "boom"));
}

#[test]
fn xray_segments_and_summaries() {
    let segments = read_lines(data!("xray_segments.jsonl"));
    let root = &segments[0];
    assert_eq!((root.kind, root.layer, root.outcome), (Kind::XraySegment, Layer::Span, Outcome::Ok));
    assert_eq!(root.name.as_deref(), Some("AgentCore.Gateway.InvokeTool"));
    assert_eq!(root.ids.trace, TraceId::parse(b"6a1bdcf01d83a1497d662d8b187cc941"));
    assert_eq!(root.ids.request.as_deref(), Some("32da1938-630a-4de1-8718-7c488f0b6b2f"));
    assert_eq!(root.ids.tool.as_deref(), Some("you___you_search"));
    assert_eq!(root.field("account").as_deref(), Some("913524902871"));
    assert_eq!(segments[1].outcome, Outcome::Unknown, "an inferred segment is no call of its own");
    let summary = read(data!("xray_summary.json"));
    assert_eq!((summary.kind, summary.outcome), (Kind::XraySummary, Outcome::Ok));
    assert_eq!(summary.name.as_deref(), Some("AgentCore.Gateway.InvokeTool"));
    assert_eq!(summary.duration(), Some(1_972_000_000));

    let context = Context {
        hint: Some(Hint::XraySegment),
        inherited: Some(
            r#"{"trace_id":"1-5759e988-bd862e3fe1be46a994272793","parent_id":"defdfd9912dc5a56"}"#.into(),
        ),
        ..Context::default()
    };
    let child = r#"{"id":"53995c3f42cd8ad8","name":"DynamoDB","start_time":1.46109605337769E9,"end_time":1461096053.40379,"fault":true,
        "cause":{"exceptions":[{"type":"Timeout","message":"too slow"}]}}"#;
    let child = decode(child, &context, None);
    assert_eq!(
        (child.outcome, child.severity, child.message.as_str()),
        (Outcome::Unknown, Severity::Error, "Timeout: too slow")
    );
    assert_eq!(child.ids.parent_span, SpanId::parse(b"defdfd9912dc5a56"));
    assert_eq!(child.timestamp, Some(Timestamp(1_461_096_053_377_690_000)));
    let fault = child.body.to_string().replace("53995c3f42cd8ad8", "70de5b6f19ff9a0a");
    let mut fault: Value = serde_json::from_str(&fault).unwrap();
    fault.as_object_mut().unwrap().remove("parent_id");
    assert_eq!(read(&fault.to_string()).outcome, Outcome::Failed);
}

#[test]
fn cloudtrail_events() {
    let events = read_lines(data!("cloudtrail.jsonl"));
    assert_eq!(
        (events[0].kind, events[0].layer, events[0].outcome),
        (Kind::CloudTrail, Layer::Control, Outcome::Failed)
    );
    assert_eq!(events[0].message, "Invalid Bearer token");
    assert_eq!(events[0].field("http.status").as_deref(), Some("401"));
    assert_eq!(events[0].field("rpc.code").as_deref(), Some("-32001"));
    assert_eq!((events[1].outcome, events[1].message.as_str()), (Outcome::Ok, ""));
    assert_eq!(events[1].ids.tool.as_deref(), Some("SmithyTarget___ListTables"));
    assert_eq!(events[1].ids.rpc.as_deref(), Some("1"));
    let denied = read(
        r#"{"eventTime":"2026-01-20T14:00:00Z","eventSource":"bedrock-agentcore.amazonaws.com","eventName":"InvokeAgentRuntime","errorCode":"AccessDenied","errorMessage":"not authorized"}"#,
    );
    assert_eq!((denied.outcome, denied.message.as_str()), (Outcome::Failed, "AccessDenied: not authorized"));
}

#[test]
fn http_exchanges() {
    let accept = "Not Acceptable: Client must accept";
    let signals = read_lines(data!("exchanges.jsonl"));
    let expected = [
        (Outcome::Ok, ""),
        (Outcome::Unknown, ""),
        (Outcome::Unknown, accept),
        (Outcome::Failed, accept),
        (Outcome::Failed, "Invalid Content-Type header"),
        (Outcome::Failed, "client closed the connection"),
        (Outcome::Failed, "{\"error\":\"'team-z'\"}"),
        (Outcome::Failed, "ConnectionRefusedError: [Errno 111] Connection refused"),
        (Outcome::Failed, "Invalid request parameters"),
    ];
    assert_eq!(signals.len(), expected.len());
    for (signal, (outcome, message)) in signals.iter().zip(expected) {
        assert_eq!((signal.kind, signal.layer), (Kind::HttpExchange, Layer::Client));
        assert_eq!(signal.outcome, outcome, "{:?}", signal.body);
        assert!(
            signal.message.starts_with(message) && message.is_empty() == signal.message.is_empty(),
            "{}",
            signal.message
        );
        assert!(signal.duration().is_some());
    }
    assert_eq!(
        (signals[0].ids.tool.as_deref(), signals[0].ids.rpc.as_deref()),
        (Some("add_numbers"), Some("2"))
    );
    assert_eq!(signals[6].ids.session.as_deref(), Some("5f1d2c3b-9a7e-4d21-8c55-session-0000"));
    assert_eq!(signals[6].ids.request.as_deref(), Some("7a0b1c2d-3e4f-4a5b-8c6d-000000000001"));
    assert_eq!(signals[4].field("http.status").as_deref(), Some("400"));
    assert_eq!(signals[8].field("rpc.code").as_deref(), Some("-32602"));
}

#[test]
fn har_entries() {
    let har = json!({"startedDateTime": "2026-01-20T14:00:00.000Z", "time": 12.5,
        "request": {"method": "POST", "url": "https://g.example/mcp?x=1", "headers": [{"name": "X-Amzn-Trace-Id", "value": "Root=1-4efaaf4d-1e8720b39541901950019ee5;Sampled=1"}],
            "postData": {"text": "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"t___n\"}}"}},
        "response": {"status": 200, "headers": [{"name": "Content-Type", "value": "text/event-stream"}],
            "content": {"text": "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"isError\":true,\"content\":[{\"type\":\"text\",\"text\":\"no\"}]}}\n\n"}}});
    let signal = read(&har.to_string());
    assert_eq!((signal.outcome, signal.message.as_str()), (Outcome::Failed, "no"));
    assert_eq!(signal.name.as_deref(), Some("POST /mcp?x=1"));
    assert_eq!(signal.ids.trace, TraceId::parse(b"4efaaf4d1e8720b39541901950019ee5"));
    assert_eq!((signal.ids.tool.as_deref(), signal.duration()), (Some("t___n"), Some(12_500_000)));
}

#[test]
fn json_rpc_and_tools_list() {
    let [debug, plain] = &read_lines(data!("json_rpc.jsonl"))[..] else { panic!("two lines") };
    assert!(debug.message.starts_with("Access denied while invoking Lambda function"));
    assert_eq!(plain.message, "An internal error occurred. Please retry later.");
    assert!(
        [debug, plain].iter().all(|signal| signal.kind == Kind::JsonRpc && signal.outcome == Outcome::Failed)
    );
    let bare = read(r#"{"content":[{"type":"text","text":"boom"}],"isError":true}"#);
    assert_eq!((bare.outcome, bare.message.as_str()), (Outcome::Failed, "boom"));
    let tools = read(r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"t___n","inputSchema":{}}]}}"#);
    assert_eq!((tools.kind, tools.message.as_str()), (Kind::ToolsList, ""));
    assert_eq!(tools.field("response.result.tools.0.name").as_deref(), Some("t___n"));
}

#[test]
fn text_lines() {
    for (text, kind, layer, severity, outcome, message) in [
        (
            "INFO:     1.2.3.4:5 - \"POST /mcp HTTP/1.1\" 400 Bad Request",
            Kind::AccessLog,
            Layer::Runtime,
            Severity::Info,
            Outcome::Failed,
            "1.2.3.4:5 - \"POST /mcp HTTP/1.1\" 400 Bad Request",
        ),
        (
            "\u{1b}[32mINFO\u{1b}[0m:     Started server process [1]",
            Kind::LogLine,
            Layer::Runtime,
            Severity::Info,
            Outcome::Unknown,
            "Started server process [1]",
        ),
        (
            "ERROR:x:Failed to export logs batch code: 400, reason: \u{12}'The specified log group does not exist.",
            Kind::LogLine,
            Layer::Runtime,
            Severity::Error,
            Outcome::Unknown,
            "Failed to export logs batch code: 400, reason: \u{12}'The specified log group does not exist.",
        ),
        (
            "ERROR:x:reason: \u{12}\rRate exceeded",
            Kind::LogLine,
            Layer::Runtime,
            Severity::Error,
            Outcome::Unknown,
            "reason: \u{12}\rRate exceeded",
        ),
        (
            "[09/11/25 05:24:34] ERROR    boom      server.py:12",
            Kind::LogLine,
            Layer::Runtime,
            Severity::Error,
            Outcome::Unknown,
            "boom",
        ),
        ("just words", Kind::Text, Layer::Unknown, Severity::Unset, Outcome::Unknown, "just words"),
        (
            "2025-08-09 20:02:19,743 - bedrock_agentcore.app - INFO - Invocation completed successfully (0.1s)",
            Kind::LogLine,
            Layer::Runtime,
            Severity::Info,
            Outcome::Ok,
            "Invocation completed successfully (0.1s)",
        ),
        ("{not json", Kind::Text, Layer::Unknown, Severity::Unset, Outcome::Unknown, "{not json"),
    ] {
        let signal = read(text);
        assert_eq!((signal.kind, signal.layer, signal.severity), (kind, layer, severity), "{text}");
        assert_eq!((signal.outcome, signal.message.as_str()), (outcome, message));
    }
}

#[test]
fn a_traceback_is_of_unknown_layer_unless_its_place_tells() {
    let text = "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nModuleNotFoundError: No module named 'x'\n";
    let signal = read(text);
    assert_eq!((signal.kind, signal.layer), (Kind::Traceback, Layer::Unknown));
    assert_eq!(signal.field("exception.type").as_deref(), Some("ModuleNotFoundError"));
    let place =
        Context { log_stream: Some("2025/12/02/[runtime-logs-S-1]d46c".into()), ..Context::default() };
    let placed = decode(text, &place, Timestamp::from_millis(5));
    assert_eq!((placed.layer, placed.ids.session.as_deref()), (Layer::Runtime, Some("S-1")));
    assert_eq!(placed.timestamp, Timestamp::from_millis(5));
}

#[test]
fn a_wrapped_event_is_its_payload() {
    let inner = r#"{"resource_arn":"arn:aws:bedrock-agentcore:r:1:gateway/g","body":{"log":"Started"}}"#;
    let wrapped = json!({"timestamp": 1_759_370_851_622_i64, "message": inner}).to_string();
    let signal = read(&wrapped);
    assert_eq!(
        (signal.kind, signal.timestamp),
        (Kind::GatewayLog, Timestamp::from_millis(1_759_370_851_622))
    );
}

const MARKER: &str = "zq9marker7";

fn json_tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[ -~é]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-zA-Z_.]{1,10}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// One real record of each JSON family.
fn records() -> Vec<&'static str> {
    [
        data!("gateway.jsonl"),
        data!("otel_logs.jsonl"),
        data!("spans.jsonl"),
        data!("xray_segments.jsonl"),
        data!("xray_summary.json"),
        data!("cloudtrail.jsonl"),
        data!("exchanges.jsonl"),
        data!("json_rpc.jsonl"),
    ]
    .into_iter()
    .flat_map(str::lines)
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_read(text in "(?s).{0,200}", escape in "[\\x1b\\[\\]0-9;m{}\": ,\\-a-zA-Z\n]{0,80}") {
        read(&text);
        read(&escape);
        read(&format!("{{\"{escape}"));
    }

    #[test]
    fn members_of_any_type_are_tolerated(record in prop::sample::select(records()), tree in json_tree(), pick in any::<prop::sample::Index>()) {
        let mut value: Value = serde_json::from_str(record).unwrap();
        let map = value.as_object_mut().unwrap();
        let key = map.keys().nth(pick.index(map.len())).unwrap().clone();
        map.insert(key, tree);
        read(&value.to_string());
    }

    #[test]
    fn unknown_fields_change_nothing(record in prop::sample::select(records()), tree in json_tree()) {
        let mut value: Value = serde_json::from_str(record).unwrap();
        let before = read(&value.to_string());
        value.as_object_mut().unwrap().insert("an_unknown_field".to_owned(), tree);
        let after = read(&value.to_string());
        prop_assert_eq!((before.kind, before.outcome, before.message, before.ids), (after.kind, after.outcome, after.message, after.ids));
    }

    #[test]
    fn request_data_never_reach_the_message(pad in "[ -~]{0,20}", is_error in any::<bool>()) {
        let argument = format!("{pad}{MARKER}{pad}");
        let row = json!({"resource_arn": "arn:aws:bedrock-agentcore:r:1:gateway/g", "body": {"isError": is_error, "log": "Started",
            "requestBody": format!("{{id=1, method=tools/call, params={{name=t___n, arguments={{q={argument}}}}}}}")}});
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "n", "arguments": {"q": argument}}});
        let exchange = json!({"t": 1, "request": {"method": "POST", "path": "/mcp", "body": call.to_string()},
            "response": {"status": 400, "body": "refused"}});
        let success = json!({"jsonrpc": "2.0", "id": 1, "result": {"isError": false, "content": [{"type": "text", "text": argument}]}});
        let cut = row.to_string();
        let half = &cut[..cut.find(MARKER).unwrap_or(0) + MARKER.len()];
        for text in [row.to_string(), call.to_string(), exchange.to_string(), success.to_string(), half.to_owned()] {
            let message = read(&text).message;
            prop_assert!(!message.contains(MARKER), "{}", message);
        }
    }
}
