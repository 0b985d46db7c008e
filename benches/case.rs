//! A case of about 8 MB: a first look at it, the whole of it, searches in it, and the price of growing.

use std::fmt::Write;
use std::hint::black_box;
use std::time::Duration;

use agentcore_triage::case::{self, Case, Growing, Options, Progress};
use agentcore_triage::filter::Filter;
use agentcore_triage::model::{Bytes, Input};
use agentcore_triage::rules::Catalogue;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

const SIZE: usize = 8 << 20;
const START: u64 = 1_768_867_200_000;

/// One call in three records: a Gateway row, a line of the SDK and its OpenTelemetry copy.
fn call(number: u64, out: &mut String) {
    let at = START + number * 5;
    let (trace, span) = (format!("{:032x}", number + 1), format!("{:016x}", number + 1));
    let request = format!("00000000-0000-4000-a000-{number:012}");
    let level = if number.is_multiple_of(50) { "ERROR" } else { "INFO" };
    let _ = writeln!(
        out,
        r#"{{"resource_arn":"arn:aws:bedrock-agentcore:us-east-1:111122223333:gateway/gw-a1","event_timestamp":{at},"body":{{"isError":false,"log":"Executing tool orders___get from target A1B2","id":"{number}"}},"account_id":"111122223333","request_id":"{request}","trace_id":"{trace}","span_id":"{span}"}}"#
    );
    let clock = format!(
        "2026-01-20T{:02}:{:02}:{:02}.{:03}Z",
        number / 720_000 % 24,
        number / 12_000 % 60,
        number / 200 % 60,
        number * 5 % 1000
    );
    let _ = writeln!(
        out,
        r#"{{"timestamp":"{clock}","level":"INFO","message":"processing order {number}","logger":"bedrock_agentcore.app","requestId":"{request}"}}"#
    );
    let _ = writeln!(
        out,
        r#"{{"resource":{{"attributes":{{"service.name":"agent.DEFAULT"}}}},"scope":{{"name":"shop.orders"}},"timeUnixNano":{at}000000,"severityText":"{level}","body":"processing order {number}","attributes":{{"code.line.number":624}},"traceId":"{trace}","spanId":"{span}"}}"#
    );
}

fn input() -> Input {
    let mut text = String::with_capacity(SIZE + 4096);
    let mut number = 0;
    while text.len() < SIZE {
        call(number, &mut text);
        number += 1;
    }
    Input { path: "bench.jsonl".to_owned(), bytes: Bytes::new(text) }
}

fn options() -> Options {
    Options { catalogue: Catalogue::builtin().unwrap_or_default(), lateness: Duration::ZERO, filter: None }
}

fn look(c: &mut Criterion) {
    let (input, options) = (input(), options());
    let inputs = std::slice::from_ref(&input);
    let mut group = c.benchmark_group("case");
    group.sample_size(10);
    group.bench_function("first look", |b| {
        b.iter(|| case::preview(black_box(inputs), Vec::new(), &options).snapshot(&options));
    });
    group.throughput(Throughput::Bytes(input.bytes.len() as u64));
    group.bench_function("index", |b| b.iter(|| Case::open(vec![input.clone()], Vec::new(), &options)));
    group.finish();
}

fn search(c: &mut Criterion) {
    let options = options();
    let case = Case::open(vec![input()], Vec::new(), &options);
    let mut group = c.benchmark_group("search");
    group.sample_size(20).throughput(Throughput::Elements(case.briefs().len() as u64));
    for text in [
        "layer:gateway severity>=error",
        "tool~orders -outcome:failed",
        "rare",
        "http.status>=400",
        "http.status>=500 layer:gateway",
    ] {
        let Ok(filter) = Filter::parse(text) else { continue };
        group.bench_function(text, |b| {
            let search = case.search(&filter);
            b.iter(|| search.stretches().map(|stretch| search.among(stretch).len()).sum::<usize>());
        });
    }
    group.finish();
}

fn grow(c: &mut Criterion) {
    let (input, options) = (input(), options());
    let seam = input.bytes.len() - (64 << 10);
    let started = || {
        let mut growing = Growing::default();
        let number = growing.add(input.path.clone());
        growing.feed(number, input.bytes.head(seam), false);
        growing.case(Vec::new(), &options, &Progress::default());
        growing.feed(number, input.bytes.clone(), true);
        growing
    };
    let mut group = c.benchmark_group("grow");
    group.sample_size(10);
    group.bench_function("by 64 KiB", |b| {
        b.iter_batched_ref(
            started,
            |growing| growing.case(Vec::new(), &options, &Progress::default()),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, look, search, grow);
criterion_main!(benches);
