use proptest::prelude::*;

use super::*;
use crate::model::Context;

/// Joins `(stream, line)` pairs as one event each, a millisecond apart, and gives back the texts.
fn joined(lines: &[(u32, &str)]) -> Vec<String> {
    let mut bytes = String::new();
    let mut cut = Cut { contexts: vec![Context::default(); 4], ..Cut::default() };
    for (number, (context, line)) in lines.iter().enumerate() {
        let payload = Slice { start: bytes.len() as u64, len: line.len() as u32 };
        bytes.push_str(line);
        let timestamp = Timestamp::from_millis(1_000 + number as i64);
        cut.records.push(Record {
            payload,
            timestamp,
            context: *context,
            line: number as u32 + 1,
            ..Record::default()
        });
    }
    join(bytes.as_bytes(), &mut cut);
    cut.records.iter().map(|record| payload(bytes.as_bytes(), &cut, record).into_owned()).collect()
}

fn in_one_stream(text: &str) -> Vec<String> {
    joined(&text.lines().map(|line| (0, line)).collect::<Vec<_>>())
}

#[test]
fn a_traceback_joins_its_error_line_and_leaves_others_alone() {
    let text = include_str!("../../../tests/data/payload/join-chained.log");
    let records = in_one_stream(text);
    assert_eq!(records.len(), 4, "{records:#?}");
    assert!(records[1].starts_with("ERROR:") && records[1].ends_with("Max retries exceeded"));
    assert!(records[2].contains("POST /mcp") && records[3].starts_with("INFO:"));
}

#[test]
fn an_access_line_or_a_log_line_in_a_traceback_is_its_own_record() {
    let records = in_one_stream(
        "ERROR:mcp:Error in message router\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\n\
        INFO:     127.0.0.1:1 - \"POST /mcp HTTP/1.1\" 200 OK\n    return x\n{\"level\":\"INFO\",\"message\":\"m\"}\n\
        INFO:trail:greeting\nprinted text here\n  File \"b.py\", line 2, in g\nanyio.ClosedResourceError\nINFO:trail:done",
    );
    assert_eq!(records.len(), 6, "{records:#?}");
    assert!(records[0].ends_with("in g\nanyio.ClosedResourceError") && records[0].contains("    return x"));
    assert_eq!(records[1], "INFO:     127.0.0.1:1 - \"POST /mcp HTTP/1.1\" 200 OK");
    assert_eq!(records[3], "INFO:trail:greeting");
}

#[test]
fn exception_groups_with_boxes_are_one_record() {
    let text = include_str!("../../../tests/data/payload/join-group.log");
    let records = in_one_stream(text);
    assert_eq!(records.len(), 2, "{records:#?}");
    assert!(records[0].contains("    +------------------------------------"));
    assert!(records[1].starts_with("INFO"));
}

#[test]
fn rich_lines_join_and_uvicorn_lines_between_them_do_not() {
    let text = include_str!("../../../tests/data/payload/join-rich.log");
    let records = in_one_stream(text);
    let starts: Vec<_> =
        records.iter().map(|record| record.trim_start().split(' ').next().unwrap()).collect();
    assert_eq!(
        starts,
        ["[11/20/26", "INFO", "INFO:", "INFO", "ERROR", "INFO:", "WARNING", "INFO:"],
        "{records:#?}"
    );
    assert!(records[4].trim_end().ends_with("ClosedResourceError"));
}

#[test]
fn two_streams_do_not_mix() {
    let records = joined(&[
        (0, "ERROR:a:one"),
        (1, "ERROR:b:two"),
        (0, "Traceback (most recent call last):"),
        (1, "Traceback (most recent call last):"),
        (1, "  File \"b.py\", line 1, in g"),
        (0, "  File \"a.py\", line 1, in f"),
        (0, "KeyError: 'a'"),
        (1, "ValueError: b"),
    ]);
    assert_eq!(records.len(), 2);
    assert!(records[0].ends_with("in f\nKeyError: 'a'") && records[1].ends_with("in g\nValueError: b"));
}

#[test]
fn pretty_json_is_one_record_and_json_lines_are_many() {
    let records = in_one_stream(
        "{\n  \"a\": [\n    1,\n    \"}\"\n  ],\nINFO:x:between\n  \"b\": {}\n}\n{\"c\":1}\n{\"d\":1}",
    );
    assert_eq!(records.len(), 4, "{records:#?}");
    let parsed: serde_json::Value = serde_json::from_str(&records[0]).unwrap();
    assert_eq!(parsed, serde_json::json!({"a": [1, "}"], "b": {}}));
}

#[test]
fn pydantic_errors_keep_their_field_names() {
    let records = in_one_stream(
        "WARNING:root:Failed to validate request: 2 validation errors for ClientRequest\nPingRequest.method\n\
        \x20 Input should be 'ping'\n    For further information visit https://errors.pydantic.dev\nSetLevelRequest.method\n  Field required\n\
        printed text\nINFO:a:b",
    );
    assert_eq!(records.len(), 3, "{records:#?}");
}

#[test]
fn a_traceback_after_a_harmless_line_stands_alone() {
    let records = in_one_stream(
        "INFO:botocore.credentials:Found credentials\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\nModuleNotFoundError: No module named 'x'",
    );
    assert_eq!(records.len(), 2, "{records:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_byte_is_lost_or_doubled(lines in prop::collection::vec(
        (0u32..3, prop::sample::select(vec![
            "Traceback (most recent call last):", "  File \"a.py\", line 1, in f", "KeyError: 'x'", "", "{", "}", "{\"a\":1}",
            "ERROR:a:b", "INFO:     127.0.0.1:1 - \"POST /mcp HTTP/1.1\" 200 OK", "    +----", "  | x", "text é", "  \"k\": [",
            "During handling of the above exception, another exception occurred:", "                    INFO     x   a.py:1",
        ])), 0..60)) {
        let mut before: Vec<&str> = lines.iter().map(|(_, line)| *line).collect();
        let records = joined(&lines);
        let mut after: Vec<&str> = records.iter().flat_map(|record| record.split('\n')).collect();
        before.sort_unstable();
        after.sort_unstable();
        prop_assert_eq!(before, after);
    }
}
