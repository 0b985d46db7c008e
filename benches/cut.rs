//! How fast inputs are cut: bytes per second of each kind of envelope, on about 16 MB.

use std::hint::black_box;

use agentcore_triage::model::{Bytes, Input};
use agentcore_triage::parse::{cut, payload_into};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const SIZE: usize = 16 << 20;

/// A log record as the OpenTelemetry exporter stores it.
fn otel(number: usize) -> String {
    format!(
        r#"{{"resource":{{"attributes":{{"service.name":"agent.DEFAULT","cloud.region":"us-east-1"}}}},"scope":{{"name":"mcp.server"}},"timeUnixNano":17634518172{number:08},"severityNumber":9,"severityText":"INFO","body":"Processing request of type \"CallToolRequest\" number {number}","attributes":{{"code.file.path":"/app/server.py","code.line.number":624}},"traceId":"691c23a8636a7e4512dfd580708d030e","spanId":"e2a36d975676155e"}}"#
    )
}

fn repeat(mut one: impl FnMut(usize) -> String) -> String {
    let mut text = String::with_capacity(SIZE + 4096);
    let mut number = 0;
    while text.len() < SIZE {
        text.push_str(&one(number));
        number += 1;
    }
    text
}

fn event(number: usize) -> String {
    let message = serde_json::Value::from(otel(number)).to_string();
    format!(
        r#"{{"logStreamName":"otel-rt-logs","timestamp":{},"message":{message},"ingestionTime":1763451818000,"eventId":"3931790000000000000000000000000000000000000{number:08}"}}"#,
        1_763_451_817_000 + number
    )
}

fn pretty(number: usize) -> String {
    event(number)
        .replacen("{\"log", "        {\n            \"log", 1)
        .replace(",\"ingestion", ",\n            \"ingestion")
}

fn inputs() -> Vec<(&'static str, String)> {
    vec![
        ("json-lines", repeat(|number| otel(number) + "\n")),
        ("event-lines", repeat(|number| event(number) + "\n")),
        (
            "tail",
            repeat(|number| format!("2025-11-18T07:43:37.{number:09}+00:00 otel-rt-logs {}\n", otel(number))),
        ),
        (
            "text",
            repeat(|number| {
                format!("INFO:     169.254.1.{number} - \"POST /invocations HTTP/1.1\" 200 OK\n")
            }),
        ),
        ("filter-log-events", format!("{{\"events\":[{}{{}}]}}", repeat(|number| event(number) + ","))),
        (
            "filter-log-events-pretty",
            format!("{{\n    \"events\": [\n{}{{}}\n    ]\n}}\n", repeat(|number| pretty(number) + ",\n")),
        ),
    ]
}

fn cutting(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("cut");
    group.sample_size(10);
    for (name, text) in inputs() {
        let with_payloads = format!("{name}+payloads");
        let input = Input { path: name.to_owned(), bytes: Bytes::new(text.into_bytes()) };
        group.throughput(Throughput::Bytes(input.bytes.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| black_box(cut(&input)).records.len()));
        group.bench_function(with_payloads, |bencher| {
            let done = cut(&input);
            let mut buffer = Vec::new();
            bencher.iter(|| {
                let lengths = done
                    .records
                    .iter()
                    .map(|record| payload_into(&input.bytes, &done, record, &mut buffer).len());
                lengths.sum::<usize>()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, cutting);
criterion_main!(benches);
