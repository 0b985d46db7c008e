//! Correlation of a synthetic case: Gateway calls with their spans, container lines and OTel copies.

use std::hint::black_box;

use agentcore_triage::correlate::{Index, correlate};
use agentcore_triage::model::{
    Brief, Briefs, IdName, Kind, Layer, Names, Severity, SpanId, Timestamp, TraceId,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const CALLS: u32 = 30_000;
const MILLI: i64 = 1_000_000;

#[derive(Default)]
struct Case {
    briefs: Vec<Brief>,
    names: Names,
}

impl Case {
    fn push(&mut self, kind: Kind, at: i64) -> &mut Brief {
        let (timestamp, layer, severity) = (Some(Timestamp(at)), Layer::Runtime, Severity::Info);
        let brief = Brief { timestamp, kind, layer, severity, ..Brief::default() };
        let at = self.briefs.len();
        self.briefs.push(brief);
        &mut self.briefs[at]
    }

    /// 14 signals: five Gateway rows, four spans, an SDK line with its copy, three container lines.
    fn call(&mut self, number: u32) {
        let start = i64::from(number) * 7 * MILLI;
        let trace = self.names.intern_trace(TraceId((u128::from(number) + 1).to_be_bytes()));
        let request = self.names.intern_id(Some(&format!("gateway-{number}")));
        let runtime = self.names.intern_id(Some(&format!("runtime-{number}")));
        let stream = self.names.intern(&format!("stream-{}", number % 50));
        let span = |at: u64| SpanId((u64::from(number) * 8 + at + 1).to_be_bytes());
        let names =
            ["AgentCore.Gateway.InvokeTool", "AgentCore.Runtime.Invoke", "POST /mcp", "mcp tools/call x"];
        for (depth, name) in names.into_iter().enumerate() {
            let at = start + depth as i64 * MILLI;
            let name = self.names.intern(name);
            let parent = (depth > 0).then(|| span(depth as u64 - 1));
            let brief = self.push(Kind::Span, at);
            (brief.trace, brief.span, brief.parent) = (trace, Some(span(depth as u64)), parent);
            (brief.end, brief.name) = (Some(Timestamp(at + 40 * MILLI)), name);
            brief.request = [request, runtime, IdName::NONE, IdName::NONE][depth];
        }
        for row in 0..5 {
            let brief = self.push(Kind::GatewayLog, start + row * MILLI);
            (brief.trace, brief.request, brief.span) = (trace, request, Some(span(0)));
        }
        let copied = start + 20 * MILLI;
        let line = self.push(Kind::SdkLog, copied);
        (line.request, line.message_hash, line.stream) = (runtime, number + 1, stream);
        let copy = self.push(Kind::OtelLog, copied);
        (copy.trace, copy.message_hash, copy.span) = (trace, number + 1, Some(span(3)));
        for row in 0..3 {
            self.push(Kind::LogLine, start + (4 + row) * MILLI).stream = stream;
        }
    }
}

fn bench(criterion: &mut Criterion) {
    let mut case = Case::default();
    (0..CALLS).for_each(|number| case.call(number));
    case.briefs.sort_by_key(|brief| brief.timestamp);
    let briefs: Briefs = case.briefs.iter().collect();
    let index = Index { briefs: &briefs, names: &case.names };
    let mut group = criterion.benchmark_group("correlate");
    group.throughput(Throughput::Elements(case.briefs.len() as u64)).sample_size(20);
    group.bench_function("420k signals", |bencher| bencher.iter(|| correlate(black_box(index))));
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
