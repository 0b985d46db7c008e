//! Cost of rules: loading, looking for candidates, matching one signal, judging many hits.

use std::hint::black_box;
use std::time::Duration;

use agentcore_triage::model::{
    Brief, Briefs, Coverage, Kind, Layer, Name, Names, Owners, Severity, Signal, SignalKey, Timestamp,
};
use agentcore_triage::rules::{Catalogue, Docket, Hits, Switches, judge};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn catalogue() -> Catalogue {
    Catalogue::builtin().unwrap_or_default()
}

fn load(c: &mut Criterion) {
    c.bench_function("load the embedded catalogue", |b| b.iter(|| black_box(catalogue()).prefilter().len()));
}

/// A megabyte of lines of which none is a candidate for most rules.
fn quiet_block() -> Vec<u8> {
    let line = br#"{"timestamp":"2026-01-20T14:00:00.123Z","level":"INFO","message":"processing 42 items of order 7 in the background","logger":"shop.orders","requestId":"0b9d7cf0-12f5-4c09-9f2c-3c1de72ab001"}"#;
    let mut block = Vec::with_capacity(1 << 20);
    while block.len() < 1 << 20 {
        block.extend_from_slice(line);
        block.push(b'\n');
    }
    block
}

fn scan(c: &mut Criterion) {
    let (catalogue, block) = (catalogue(), quiet_block());
    let mut group = c.benchmark_group("scan");
    group.throughput(Throughput::Bytes(block.len() as u64));
    group.bench_function("quiet lines", |b| {
        b.iter(|| {
            let mut hits = 0u32;
            catalogue.prefilter().scan(black_box(&block), &mut |_, _| hits += 1);
            hits
        });
    });
    group.finish();
}

fn line(at: i64) -> Signal {
    Signal {
        layer: Layer::Runtime,
        kind: Kind::LogLine,
        severity: Severity::Error,
        timestamp: Some(Timestamp(at * 1_000_000)),
        message: "Error in message router: anyio.ClosedResourceError".to_owned(),
        ..Signal::default()
    }
}

fn match_signal(c: &mut Criterion) {
    let (catalogue, signal) = (catalogue(), line(0));
    c.bench_function("match one signal", |b| b.iter(|| catalogue.match_signal(black_box(&signal))));
}

fn judge_hits(c: &mut Criterion) {
    let catalogue = catalogue();
    let names = Names::default();
    let signals: Vec<Signal> = (0..20_000).map(line).collect();
    let briefs: Briefs = signals.iter().map(brief).collect();
    let found = catalogue.match_signal(&signals[0]);
    let hits = Hits::collect(
        (0..signals.len() as u32).flat_map(|key| found.iter().cloned().map(move |hit| (SignalKey(key), hit))),
    );
    let field = |key: SignalKey, name: &str| Some(signals.get(key.index())?.field(name)?.into_owned());
    let docket = Docket {
        briefs: &briefs,
        names: &names,
        requests: &[],
        request_of: &Owners::default(),
        coverage: &Coverage::default(),
        hits: &hits,
        hidden: &[],
        lateness: Duration::ZERO,
        field: &field,
    };
    c.bench_function("judge 20,000 hits of one stream", |b| {
        b.iter(|| judge(&catalogue, &Switches::default(), black_box(&docket)));
    });
}

fn brief(signal: &Signal) -> Brief {
    Brief {
        timestamp: signal.timestamp,
        stream: Name(1),
        kind: signal.kind,
        layer: signal.layer,
        severity: signal.severity,
        ..Brief::default()
    }
}

criterion_group!(benches, load, scan, match_signal, judge_hits);
criterion_main!(benches);
