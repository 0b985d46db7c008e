//! Reading payloads: one figure per family, and joining container output.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use std::hint::black_box;

use agentcore_triage::model::{Bytes, Context, Cut, Input};
use agentcore_triage::parse;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

const FAMILIES: [(&str, &str); 6] = [
    ("gateway", include_str!("../tests/data/payload/gateway.jsonl")),
    ("otel-log", include_str!("../tests/data/payload/otel_logs.jsonl")),
    ("span", include_str!("../tests/data/payload/spans.jsonl")),
    ("xray", include_str!("../tests/data/payload/xray_segments.jsonl")),
    ("exchange", include_str!("../tests/data/payload/exchanges.jsonl")),
    ("text", include_str!("../tests/data/payload/join-chained.log")),
];

fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode");
    let context = Context::default();
    for (name, lines) in FAMILIES {
        group.throughput(Throughput::Bytes(lines.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                for line in lines.lines() {
                    black_box(parse::decode(black_box(line), &context, None));
                }
            });
        });
    }
}

fn join(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("join");
    let text = FAMILIES[5].1.repeat(200);
    let json = FAMILIES[1].1.repeat(200);
    for (name, content) in [("tracebacks", text), ("json-lines", json)] {
        let input = Input { path: name.to_owned(), bytes: Bytes::new(content.into_bytes()) };
        let cut: Cut = parse::cut(&input);
        group.throughput(Throughput::Elements(cut.records.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter_batched_ref(
                || cut.clone(),
                |cut| parse::join(&input.bytes, cut),
                BatchSize::LargeInput,
            );
        });
    }
}

criterion_group!(benches, decode, join);
criterion_main!(benches);
