//! Every envelope, whole and damaged, through the module's door.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{cut, cut_in_blocks, normalise, payload};
use crate::model::{Bytes, Cut, Escape, Format, Hint, Input, Timestamp};

const FILTER: &str = include_str!("../../../tests/data/envelope/filter-log-events.json");
const GET: &str = include_str!("../../../tests/data/envelope/get-log-events.json");
const SUBSCRIPTION: &str = include_str!("../../../tests/data/envelope/subscription.json");
const TRACES: &str = include_str!("../../../tests/data/envelope/batch-get-traces.json");
const SUMMARIES: &str = include_str!("../../../tests/data/envelope/get-trace-summaries.json");
const TRAIL: &str = include_str!("../../../tests/data/envelope/cloudtrail.jsonl");
const CLIENT: &str = include_str!("../../../tests/data/envelope/client.jsonl");
const RUNTIME: &str = include_str!("../../../tests/data/envelope/runtime-logs.jsonl");

struct Read {
    cut: Cut,
    texts: Vec<String>,
}

impl Read {
    fn hint(&self, record: usize) -> Option<Hint> {
        self.cut.contexts[self.cut.records[record].context as usize].hint
    }

    fn stream(&self, record: usize) -> Option<&str> {
        self.cut.contexts[self.cut.records[record].context as usize].log_stream.as_deref()
    }

    fn inherited(&self, record: usize) -> Value {
        let text = self.cut.contexts[self.cut.records[record].context as usize].inherited.as_deref();
        text.map_or(Value::Null, |text| serde_json::from_str(text).unwrap())
    }

    fn lines(&self) -> Vec<u32> {
        self.cut.records.iter().map(|record| record.line).collect()
    }
}

fn input(bytes: impl Into<Vec<u8>>) -> Input {
    Input { path: "capture".to_owned(), bytes: Bytes::new(bytes.into()) }
}

/// Cuts, and checks what holds for any input.
fn read(bytes: impl Into<Vec<u8>>) -> Read {
    let input = normalise(input(bytes)).0;
    let cut = cut(&input);
    check(&input, &cut);
    let texts = cut.records.iter().map(|record| payload(&input.bytes, &cut, record).into_owned()).collect();
    Read { cut, texts }
}

fn check(input: &Input, cut: &Cut) {
    assert!(!cut.contexts.is_empty());
    let lines = input.bytes.split(|byte| *byte == b'\n').count() as u32;
    let mut last = 0;
    for record in &cut.records {
        assert!(record.payload.range().end <= input.bytes.len());
        assert!(record.payload.start >= last, "records are in order");
        assert!((1..=lines).contains(&record.line), "line {} of {lines}", record.line);
        assert!((record.context as usize) < cut.contexts.len());
        assert!(record.first_part as usize + usize::from(record.more) <= cut.parts.len());
        last = record.payload.start;
    }
    assert!(cut.parts.iter().all(|part| part.range().end <= input.bytes.len()));
    assert!(cut.issues.iter().all(|issue| issue.line.is_none_or(|line| (1..=lines).contains(&line))));
}

fn messages(document: &str, list: &str) -> Vec<String> {
    let value: Value = serde_json::from_str(document).unwrap();
    let events = value[list].as_array().unwrap();
    events.iter().map(|event| event["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn filter_log_events_pretty_and_compact() {
    let compact = serde_json::from_str::<Value>(FILTER).unwrap().to_string();
    for text in [FILTER, &compact] {
        let read = read(text);
        assert_eq!((read.cut.format, &read.texts), (Format::FilterLogEvents, &messages(FILTER, "events")));
        assert_eq!(read.stream(0), Some("2026/11/20/[runtime-logs]4725dbb9-6877-431d-83ea-adabeaab371d"));
        assert_eq!(read.cut.records[0].timestamp, Timestamp::from_millis(1_795_198_609_840));
        assert_eq!(read.cut.issues, []);
    }
    assert_eq!(read(FILTER).lines()[..2], [6, 13]);
}

#[test]
fn get_log_events_keeps_duplicates() {
    let read = read(GET);
    assert_eq!(read.cut.format, Format::GetLogEvents);
    assert_eq!(read.texts, ["Example Event 1", "Example Event 1", "Example Event 2"]);
}

#[test]
fn pages_may_follow_each_other_and_a_prompt() {
    let page = json!({"events": [], "nextToken": "x"}).to_string();
    for text in [
        format!("{FILTER}{FILTER}"),
        format!("{FILTER}\n{page}\n{FILTER}"),
        format!("[{FILTER},\n{FILTER}]"),
        format!("{}{}", FILTER.trim_end(), FILTER.trim_end()),
    ] {
        let read = read(text);
        assert_eq!((read.cut.format, read.texts.len()), (Format::FilterLogEvents, 12));
        assert_eq!(read.cut.issues, []);
    }
    let read = read(format!("$ aws logs filter-log-events --log-group-name x\n{FILTER}$ \n"));
    assert_eq!((read.cut.format, read.texts.len()), (Format::FilterLogEvents, 8));
    assert_eq!(read.texts[7], "$ ");
}

#[test]
fn an_empty_answer_is_no_record_and_no_issue() {
    let answer = json!({"events": [], "searchedLogStreams": []}).to_string();
    for (text, format) in [("[]", Format::JsonDocument), (answer.as_str(), Format::FilterLogEvents)] {
        let read = read(text);
        assert_eq!((read.cut.format, read.texts.len(), read.cut.issues), (format, 0, vec![]));
    }
    for text in ["", "  \r\n\n", "\u{FEFF}"] {
        assert_eq!(read(text).cut.format, Format::Empty);
    }
    assert_eq!(read("{}").texts, ["{}"]);
}

#[test]
fn tail_lines_keep_their_continuations() {
    let text = "2025-09-11T05:24:34.141000+00:00 2025/09/11/[runtime-logs]a3dd Traceback (most recent call last):\n\
                \x20 File \"x.py\"\n\nValueError: no\n\
                2025-09-11T05:24:35+00:00 otel-rt-logs \n{\n    \"a\": 1\n}\n";
    let expected =
        ["Traceback (most recent call last):\n  File \"x.py\"\n\nValueError: no", "{\n    \"a\": 1\n}"];
    let unix = read(text);
    assert_eq!((unix.cut.format, unix.lines()), (Format::AwsLogsTail, vec![1, 6]));
    assert_eq!(unix.texts, expected);
    assert_eq!(
        (unix.stream(0), unix.stream(1)),
        (Some("2025/09/11/[runtime-logs]a3dd"), Some("otel-rt-logs"))
    );
    let windows = read(text.replace('\n', "\r\n"));
    assert_eq!(windows.texts, expected.map(|text| text.replace("\n\n", "\n")));
}

#[test]
fn short_tail_export_and_other_tailers() {
    let read_one = |text: &str| {
        let read = read(text);
        (read.cut.format, read.texts[0].clone(), read.cut.records[0].timestamp)
    };
    let time = Timestamp::parse("2025-09-11T05:24:34Z");
    assert_eq!(read_one("2025-09-11T05:24:34 INFO x\n"), (Format::AwsLogsTail, "INFO x".into(), time));
    assert_eq!(
        read_one("2025-09-11T05:24:34.000Z {\"a\":1}\n"),
        (Format::S3Export, "{\"a\":1}".into(), time)
    );
    assert_eq!(read_one("[2025-09-11T05:24:34Z] (s) INFO x\n"), (Format::Text, "INFO x".into(), time));
}

#[test]
fn a_text_log_is_cut_by_lines_and_comments_are_skipped() {
    let read = read(
        "## example\nINFO:     Started\r\n\n{id=1, jsonrpc=2.0}\n  at x\n[ERROR] y\n{\"a\": 1} and more\n",
    );
    assert_eq!(
        read.texts,
        ["INFO:     Started", "{id=1, jsonrpc=2.0}", "  at x", "[ERROR] y", "{\"a\": 1} and more"]
    );
    assert_eq!((read.cut.format, read.lines(), read.cut.issues), (Format::Text, vec![2, 4, 5, 6, 7], vec![]));
}

#[test]
fn a_commented_example_may_hold_a_pretty_record() {
    let record = "{\n  \"resource_arn\": \"x\",\n  \"body\": {}\n}";
    let read = read(format!("## what happened\n\n{record}\n## end\n{record}\n"));
    assert_eq!((read.texts, read.cut.format), (vec![record.to_owned(); 2], Format::JsonDocument));
}

#[test]
fn event_lines_are_unwrapped_and_sdk_lines_are_not() {
    let sdk = r#"{"timestamp": "2025-11-17T23:58:37.517Z", "level": "INFO", "message": "ok", "logger": "a"}"#;
    let numeric = r#"{"timestamp": 1763423917517, "level": "INFO", "message": "ok", "logger": "a"}"#;
    let event =
        r#"{"timestamp":1763423917517,"message":"a \"b\"","logStreamName":"s","logGroupName":"/aws/g"}"#;
    let parsed = r#"{"timestamp":1763423917517,"message":{"body":1}}"#;
    let read = read([sdk, numeric, event, parsed].join("\n"));
    assert_eq!(read.texts, [sdk, numeric, "a \"b\"", r#"{"body":1}"#]);
    assert_eq!((read.cut.records[0].timestamp, read.stream(2)), (None, Some("s")));
    assert_eq!(read.cut.records[2].timestamp, Timestamp::from_millis(1_763_423_917_517));
    assert_eq!(read.cut.format, Format::JsonLines);
}

#[test]
fn captured_runtime_logs_give_their_messages() {
    let read = read(RUNTIME);
    let expected: Vec<_> = RUNTIME
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["message"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!((read.cut.format, read.texts), (Format::JsonLines, expected));
}

#[test]
fn strings_and_pairs_of_a_query_are_messages() {
    let read_all = |text: &str| read(text).texts;
    assert_eq!(read_all("\"a\\nb\"\n\"c\"\n"), ["a\nb", "c"]);
    assert_eq!(read_all("[\n    \"a\\tb\",\n    \"c\"\n]\n"), ["a\tb", "c"]);
    assert_eq!(read_all("[[1763423917517, \"a\"], [1763423917518, \"b\"]]"), ["a", "b"]);
}

#[test]
fn insights_rows_with_and_without_message() {
    let cell = |field: &str, value: &str| json!({"field": field, "value": value});
    let document = json!({"results": [
        [cell("@timestamp", "2025-11-17 23:58:37.517"), cell("@message", "a\n\"b\""), cell("@logStream", "s"),
         cell("@log", "123456789012:/aws/g"), cell("@ptr", "x")],
        [cell("bin(5m)", "2025"), cell("n", "3")]],
        "statistics": {}, "status": "Complete"});
    for text in [document.to_string(), serde_json::to_string_pretty(&document).unwrap()] {
        let read = read(text);
        assert_eq!((read.cut.format, read.hint(1)), (Format::GetQueryResults, Some(Hint::InsightsRow)));
        assert_eq!(read.texts[0], "a\n\"b\"");
        assert_eq!(
            serde_json::from_str::<Value>(&read.texts[1]).unwrap(),
            json!({"bin(5m)": "2025", "n": "3"})
        );
        assert_eq!(read.cut.records[0].timestamp, Timestamp::parse("2025-11-17T23:58:37.517Z"));
        assert_eq!(
            read.cut.contexts[read.cut.records[0].context as usize].log_group.as_deref(),
            Some("/aws/g")
        );
    }
}

#[test]
fn console_csv_with_quoted_messages() {
    let text = "@timestamp,@message,@logStream,@log\r\n\
                2025-11-17 23:58:37.517,\"{\"\"a\"\":\"\"b,c\"\"}\",s,123456789012:/aws/g\r\n\
                2025-11-17 23:58:38.517,\"two\nlines\",s,123456789012:/aws/g\r\n\
                2025-11-17 23:58:39.517,plain,s,123456789012:/aws/g\r\n";
    let read = read(text);
    assert_eq!((read.cut.format, read.lines()), (Format::ConsoleCsv, vec![2, 3, 5]));
    assert_eq!(read.texts, ["{\"a\":\"b,c\"}", "two\nlines", "plain"]);
    assert_eq!((read.stream(0), read.cut.records[0].escape), (Some("s"), Escape::Csv));
}

#[test]
fn console_csv_of_columns_and_cut_off() {
    let columns = read("@timestamp,\"a\"\"b\"\n2025-11-17 23:58:37.517,\"x\"\"y\"\n");
    let row: Value = serde_json::from_str(&columns.texts[0]).unwrap();
    assert_eq!(row, json!({"@timestamp": "2025-11-17 23:58:37.517", "a\"b": "x\"y"}));
    let cut_off = read("@timestamp,@message\n1,one\n2,\"two and");
    assert_eq!(
        (cut_off.texts, cut_off.cut.issues.len(), cut_off.cut.issues[0].line),
        (vec!["one".to_owned()], 1, Some(3))
    );
}

#[test]
fn subscription_messages_alone_and_concatenated() {
    let control = json!({"messageType": "CONTROL_MESSAGE", "owner": "CloudwatchLogs", "logGroup": "",
                         "logEvents": [{"id": "", "timestamp": 1, "message": "checking"}]});
    let compact = serde_json::from_str::<Value>(SUBSCRIPTION).unwrap().to_string();
    for (text, count) in [(SUBSCRIPTION.to_owned(), 3), (format!("{compact}{control}{compact}"), 6)] {
        let read = read(text);
        assert_eq!((read.cut.format, read.texts.len()), (Format::Subscription, count));
        assert_eq!(read.texts[..3], messages(SUBSCRIPTION, "logEvents"));
        assert_eq!(read.stream(0), Some("111111111111_CloudTrail/logs_us-east-1"));
    }
    let late = json!({"messageType": "DATA_MESSAGE", "logEvents": [{"timestamp": 1, "message": "m"}], "logStream": "s"});
    assert_eq!(read(late.to_string()).stream(0), Some("s"));
}

#[test]
fn embedded_documents_become_inputs() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(SUBSCRIPTION.as_bytes()).unwrap();
    let data = STANDARD.encode(gzip.finish().unwrap());
    let lambda = read(json!({"awslogs": {"data": data}}).to_string());
    assert_eq!(&*lambda.cut.children[0].bytes, SUBSCRIPTION.as_bytes());
    assert_eq!(lambda.cut.children[0].path, "capture!awslogs.data");
    let kinesis =
        read(json!({"Records": [{"Data": data}, {"kinesis": {"data": data}}, {"Data": "??"}]}).to_string());
    assert_eq!((kinesis.cut.children.len(), kinesis.cut.issues.len()), (2, 1));
    assert_eq!(kinesis.cut.children[1].path, "capture!Records[1]");
}

#[test]
fn live_tail_objects() {
    let event = json!({"logStreamName": "s", "logGroupIdentifier": "arn:aws:logs:us-east-1:123456789012:log-group:/aws/g:*",
                       "message": "hello", "timestamp": 1_763_423_917_517_i64, "ingestionTime": 1});
    let update = |sampled: bool| json!({"sessionUpdate": {"sessionMetadata": {"sampled": sampled}, "sessionResults": [event]}});
    let text =
        format!("{}\n{}\n{}\n", json!({"sessionStart": {"requestId": "x"}}), update(false), update(true));
    let read = read(text);
    assert_eq!((read.cut.format, read.texts.len(), read.cut.issues.len()), (Format::LiveTail, 2, 1));
    assert_eq!(read.cut.contexts[read.cut.records[0].context as usize].log_group.as_deref(), Some("/aws/g"));
}

#[test]
fn xray_documents_give_segments_and_subsegments() {
    let read = read(TRACES);
    let traces: Value = serde_json::from_str(TRACES).unwrap();
    let document: Value =
        serde_json::from_str(traces["Traces"][0]["Segments"][0]["Document"].as_str().unwrap()).unwrap();
    assert_eq!(read.cut.format, Format::BatchGetTraces);
    let seen: Vec<Value> = read.texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    assert_eq!((&seen[0], &seen[1]), (&document, &document["subsegments"][0]));
    assert_eq!(read.inherited(0), json!({"trace_id": "1-6a1bdcf0-1d83a1497d662d8b187cc941"}));
    let child = json!({"trace_id": "1-6a1bdcf0-1d83a1497d662d8b187cc941", "parent_id": "c0f08f4851f320b5"});
    assert_eq!((read.inherited(1), read.hint(1)), (child, Some(Hint::XraySegment)));
}

#[test]
fn bare_segments_nest_in_order() {
    let text = r#"{"id":"a","start_time":1.0,"trace_id":"t","subsegments":[{"id":"b","name":"é\n","subsegments":[{"id":"c"}]},{"id":"d"}]}"#;
    let document = json!({"Traces": [{"Segments": [{"Document": text}], "Id": "t"}]}).to_string();
    for text in [text, &document] {
        let read = read(text);
        let ids: Vec<Value> = read
            .texts
            .iter()
            .map(|text| serde_json::from_str::<Value>(text).unwrap()["id"].clone())
            .collect();
        assert_eq!(ids, ["a", "b", "c", "d"]);
        let parents: Vec<Value> = (0..4).map(|record| read.inherited(record)["parent_id"].clone()).collect();
        assert_eq!(parents, [Value::Null, json!("a"), json!("b"), json!("a")]);
    }
}

#[test]
fn deep_subsegments_are_bounded_and_reported() {
    let depth = 3000;
    let text =
        format!("{}{}", r#"{"id":"a","start_time":1,"subsegments":["#.repeat(depth), "]}".repeat(depth));
    let read = read(text);
    assert_eq!((read.texts.len(), read.cut.issues.len()), (65, 1));
}

#[test]
fn other_trace_documents() {
    let summaries = read(SUMMARIES);
    assert_eq!(
        (summaries.cut.format, summaries.hint(0)),
        (Format::GetTraceSummaries, Some(Hint::XraySummary))
    );
    let span = json!({"traceId": "t", "spanId": "s", "name": "x"}).to_string();
    let retrieved = read(
        json!({"RetrievalStatus": "COMPLETE", "Traces": [{"Spans": [{"Id": "s", "Document": span}]}]})
            .to_string(),
    );
    assert_eq!((retrieved.cut.format, retrieved.texts), (Format::ListRetrievedTraces, vec![span]));
}

#[test]
fn otlp_lines_carry_resource_and_scope() {
    let spans = r#"{"resourceSpans":[{"resource":{"attributes":[]},"scopeSpans":[{"scope":{"name":"s"},"spans":[{"name":"a"},{"name":"b"}]}]}]}"#;
    let logs = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"x"}}],"scope":{}}],"resource":{"attributes":[1]}}]}"#;
    let read = read(format!("{spans}\n{logs}\n"));
    assert_eq!(read.texts, [r#"{"name":"a"}"#, r#"{"name":"b"}"#, r#"{"body":{"stringValue":"x"}}"#]);
    assert_eq!(
        (read.cut.format, read.hint(0), read.hint(2)),
        (Format::OtlpJson, Some(Hint::OtlpSpan), Some(Hint::OtlpLog))
    );
    assert_eq!(read.inherited(1), json!({"resource": {"attributes": []}, "scope": {"name": "s"}}));
    assert_eq!(read.inherited(2), json!({"resource": {"attributes": [1]}, "scope": {}}));
}

#[test]
fn cloudtrail_lines_records_and_lookups() {
    let lines = read(TRAIL);
    assert_eq!((lines.cut.format, lines.texts.len()), (Format::JsonLines, 2));
    let events: Vec<Value> = TRAIL.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let records = read(json!({"Records": events}).to_string());
    assert_eq!((records.cut.format, records.texts.len()), (Format::CloudTrail, 2));
    let lookup =
        read(json!({"Events": [{"EventId": "x", "CloudTrailEvent": events[0].to_string()}]}).to_string());
    assert_eq!((lookup.cut.format, &lookup.texts[0]), (Format::CloudTrail, &events[0].to_string()));
}

#[test]
fn exchanges_and_tool_lists() {
    let client = read(CLIENT);
    assert_eq!((client.cut.format, client.hint(2)), (Format::HttpExchanges, Some(Hint::HttpExchange)));
    let entry = json!({"startedDateTime": "2025", "request": {"method": "POST", "url": "https://x"}, "response": {"status": 200}});
    let har = read(
        serde_json::to_string_pretty(&json!({"log": {"version": "1.2", "entries": [entry, entry]}})).unwrap(),
    );
    assert_eq!((har.cut.format, har.texts.len(), har.hint(1)), (Format::Har, 2, Some(Hint::HttpExchange)));
    let tools = json!({"tools": [{"name": "a", "inputSchema": {}}]});
    for text in [tools.to_string(), json!({"jsonrpc": "2.0", "id": 1, "result": tools}).to_string()] {
        let read = read(text.clone());
        assert_eq!(
            (read.cut.format, read.hint(0), &read.texts[0]),
            (Format::ToolsList, Some(Hint::ToolsList), &text)
        );
    }
    let identity = r#"{"request": {"workload_identity": "x"}, "response": {"response_type": "Success"}}"#;
    assert_eq!(read(identity).hint(0), None);
    let span = r#"{"name":"x","events":[{"name":"exception","timeUnixNano":1}],"spanId":"s"}"#;
    assert_eq!(read(span).texts, [span]);
}

#[test]
fn a_table_of_the_command_line() {
    let text = "\
-----------------------------------------------------------------------------
|                              FilterLogEvents                              |
+---------------------------------------------------------------------------+
||                                 events                                  ||
|+---------+----------------+---------------+------------------+-----------+|
|| eventId | ingestionTime  | logStreamName |     message      | timestamp ||
|+---------+----------------+---------------+------------------+-----------+|
||  39179  |  1763423917600 |  otel-rt-logs |  a | b           |  1763423917517 ||
||  39180  |  1763423917600 |  otel-rt-logs |  two
  lines           |  1763423917518 ||
|+---------+----------------+---------------+------------------+-----------+|
";
    let read = read(text);
    assert_eq!((read.cut.format, read.lines()), (Format::AwsTable, vec![8, 9]));
    assert_eq!(read.texts, ["a | b", "two\n  lines"]);
    assert_eq!(
        (read.stream(0), read.cut.records[1].timestamp),
        (Some("otel-rt-logs"), Timestamp::from_millis(1_763_423_917_518))
    );
}

#[test]
fn a_document_cut_anywhere_keeps_its_whole_records() {
    let otlp = r#"{"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{},"spans":[{"name":"a"},{"name":"b"}]}]}]}"#;
    for (text, list) in [(FILTER, "events"), (SUBSCRIPTION, "logEvents")] {
        let all = messages(text, list);
        let compact = serde_json::from_str::<Value>(text).unwrap().to_string();
        for text in [text.trim_end(), &compact] {
            for end in 1..text.len() {
                let read = read(&text[..end]);
                assert_eq!(read.cut.issues.len(), 1, "cut at {end}");
                let whole = text[..end].matches("\"message\"").count();
                let kept = read.texts.len();
                assert!(kept + 1 >= whole, "{kept} of {whole} records survive the cut at {end}");
                assert!(kept == 1 || read.texts[..] == all[..kept]);
            }
        }
    }
    for (text, step) in [(otlp, 1), (GET, 1), (TRACES, 7), (SUMMARIES, 31), (CLIENT, 31), (TRAIL, 13)] {
        for end in (1..text.len()).step_by(step) {
            read(&text.as_bytes()[..end]);
        }
    }
}

#[test]
fn cut_json_lines_report_the_half_record() {
    let lines: Vec<_> = RUNTIME.lines().take(3).collect();
    let text = lines.join("\n");
    let read_cut = read(&text[..text.len() - 5]);
    assert_eq!(
        (read_cut.texts.len(), read_cut.cut.issues.len(), read_cut.cut.issues[0].line),
        (2, 1, Some(3))
    );
    let alone = read(r#"{"resource":{"attributes":{"a":"#);
    assert_eq!((alone.texts.len(), alone.cut.issues.len()), (1, 1));
}

#[test]
fn a_broken_page_does_not_take_the_next_one_along() {
    let broken = FILTER.replacen(
        "\"timestamp\": 1795198609840,\n            \"message\": \"    event_store",
        "oops \"x\": \"",
        1,
    );
    assert_ne!(broken, FILTER);
    let read = read(format!("{broken}{FILTER}"));
    assert_eq!((read.texts.len(), read.cut.issues.len(), read.cut.issues[0].line), (8, 1, Some(19)));
}

#[test]
fn invalid_bytes_are_counted_once() {
    let read = read(b"ok\nbad \xFF and \xC3\x28\n\xFE\n".to_vec());
    assert_eq!(read.texts, ["ok", "bad \u{FFFD} and \u{FFFD}(", "\u{FFFD}"]);
    let issue = &read.cut.issues[0];
    assert_eq!(
        (read.cut.issues.len(), issue.count, issue.line, issue.path.as_str()),
        (1, 3, Some(2), "capture")
    );
}

#[test]
fn nesting_and_long_lines_do_no_harm() {
    for text in
        ["[".repeat(100_000), "{\"a\":".repeat(100_000), "[\n".repeat(20_000), "{\"events\":[".repeat(50_000)]
    {
        read(text);
    }
    let long = json!({"timestamp": 1, "message": "x".repeat(20 << 20)}).to_string();
    assert_eq!(read(long).texts[0].len(), 20 << 20);
}

#[test]
fn repeated_false_starts_stay_linear() {
    let n = 20_000;
    read(format!("{}{}x\n", "{\"a\":[\n".repeat(n), "]}\n".repeat(n)));
    read(format!("{}{}x\n", "{\"a\":[\n".repeat(n), "]\n".repeat(2 * n)));
}

/// What a hostile or ordinary capture is made of.
fn pieces() -> impl Strategy<Value = String> {
    let known = [
        "{\"timestamp\":1,\"message\":\"a\\nb\"}",
        "{\"events\":[{\"message\":\"x\",\"timestamp\":2}",
        "]}",
        "\n",
        "\r\n",
        "{",
        "}",
        "2025-09-11T05:24:34.141000+00:00 a/b hello",
        "2025-09-11T05:24:34.141Z x",
        "## note",
        "  File \"x\"",
        "[",
        "]",
        "{\"resource\":{}}",
        "@timestamp,@message",
        "\"",
        ",",
        "\\",
        "------",
        "|  a  |",
        "{\"Traces\":[{\"Segments\":[{\"Document\":\"{\\\"id\\\":1}\"}",
    ];
    prop_oneof![4 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_bytes_are_cut(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        read(bytes);
    }

    #[test]
    fn any_mixture_is_cut(parts in proptest::collection::vec(pieces(), 0..30)) {
        read(parts.concat());
    }

    #[test]
    fn blocks_make_no_difference(parts in proptest::collection::vec(pieces(), 0..30), head in 0usize..3, size in 1usize..60) {
        let head = ["", "2025-09-11T05:24:34+00:00 s first\n", "{\"timestamp\":1,\"message\":\"m\"}\n"][head];
        let input = input(format!("{head}{}", parts.join("\n")));
        let (whole, blocks) = (cut_in_blocks(&input, usize::MAX), cut_in_blocks(&input, size));
        check(&input, &blocks);
        let texts = |cut: &Cut| -> Vec<_> {
            let describe = |record| {
                let context = &cut.contexts[crate::model::Record::clone(record).context as usize];
                (payload(&input.bytes, cut, record).into_owned(), record.line, record.timestamp, context.clone())
            };
            cut.records.iter().map(describe).collect()
        };
        prop_assert_eq!(texts(&whole), texts(&blocks));
        prop_assert_eq!((whole.issues, whole.format), (blocks.issues, blocks.format));
    }

    #[test]
    fn wrapped_messages_come_back(messages in proptest::collection::vec(any::<String>(), 1..8), pretty in any::<bool>()) {
        let events: Vec<_> = messages.iter().map(|message| json!({"timestamp": 5, "message": message, "eventId": "1"})).collect();
        let lines: Vec<_> = events.iter().map(Value::to_string).collect();
        let document = json!({"events": events});
        let document = if pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) }.unwrap();
        prop_assert_eq!(&read(document).texts, &messages);
        prop_assert_eq!(&read(lines.join("\n")).texts, &messages);
    }

    #[test]
    fn rows_of_an_export_come_back(messages in proptest::collection::vec("[ -~\n\"]{0,30}", 1..8)) {
        let rows: Vec<_> = messages.iter().map(|text| format!("1,\"{}\",s", text.replace('"', "\"\""))).collect();
        prop_assert_eq!(&read(format!("@timestamp,@message,@logStream\n{}\n", rows.join("\n"))).texts, &messages);
    }
}
