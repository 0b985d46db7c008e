//! Reads inputs into briefs, block by block on all cores: cut, join, prefilter, skim.

use std::borrow::Cow;

use rayon::prelude::*;
use rustc_hash::FxHasher;
use std::hash::Hasher;

use super::Progress;
use super::index::Place;
use crate::model::{
    Brief, Cut, Input, Issue, Kind, Name, Names, Outcome, Record, Severity, Signal, SpanFacts, message_hash,
};
use crate::parse::{self, Skim};
use crate::rules::{Catalogue, Reach};

/// Records per unit of parallel work: large enough to pay for itself, small enough to balance.
const BLOCK: usize = 4096;

/// An input and its records.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) input: Input,
    pub(super) cut: Cut,
    pub(super) issues: Vec<Issue>,
}

/// One record with its facts, before sorting.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) place: Place,
    pub(super) brief: Brief,
    /// Hash of time and text; `None` when there is no time, for then nothing tells two equal lines apart.
    pub(super) fingerprint: Option<u64>,
    /// How far it was read.
    pub(super) reading: Reading,
}

/// How far a record was read for its brief, and whether it must be read again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reading {
    /// By its bytes alone: its message stands in them as it is.
    Skimmed,
    /// In full: its message may be put together from several places. It holds no text of a rule's anchors.
    Decoded,
    /// It may be the anchor of a rule.
    Candidate,
}

/// What a block, or all blocks together, gave.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) entries: Vec<Entry>,
    pub(super) spans: Vec<SpanFacts>,
    pub(super) names: Names,
}

impl Source {
    /// Cuts an input and everything embedded in it.
    pub(super) fn open(input: Input) -> Vec<Self> {
        let (input, issues) = parse::normalise(input);
        let mut cut = parse::cut(&input);
        parse::join(&input.bytes, &mut cut);
        let children = std::mem::take(&mut cut.children);
        let mut sources = vec![Self { input, cut, issues }];
        sources.extend(children.into_iter().flat_map(Self::open));
        sources
    }

    /// The text of a record.
    pub(super) fn text(&self, record: usize) -> Cow<'_, str> {
        parse::payload(&self.input.bytes, &self.cut, &self.cut.records[record])
    }

    /// A record without its tree, when it is an uneventful one.
    pub(super) fn skimmed(&self, record: usize) -> Option<Signal> {
        let record = &self.cut.records[record];
        let mut buffer = Vec::new();
        let text = parse::payload_into(&self.input.bytes, &self.cut, record, &mut buffer);
        let skim = (record.more == 0).then(|| parse::skim(text, &self.cut.contexts[record.context as usize]));
        skim.flatten().map(Skim::to_signal)
    }

    /// A record, read in full.
    pub(super) fn signal(&self, record: usize) -> Signal {
        let Record { timestamp, context, line, .. } = self.cut.records[record];
        let mut signal = parse::decode(&self.text(record), &self.cut.contexts[context as usize], timestamp);
        signal.origin.path.clone_from(&self.input.path);
        signal.origin.line = line;
        signal
    }
}

/// Reads every record of every source; what is left when cancelled is of no use.
pub(super) fn read(sources: &[Source], catalogue: &Catalogue, progress: &Progress) -> Batch {
    let blocks: Vec<(usize, usize)> = sources
        .iter()
        .enumerate()
        .flat_map(|(source, Source { cut, .. })| {
            (0..cut.records.len()).step_by(BLOCK).map(move |from| (source, from))
        })
        .collect();
    let read_one = |(source, from)| {
        if progress.is_cancelled() {
            return Batch::default();
        }
        let batch = read_block(sources, source, from, catalogue);
        progress.advance(&sources[source].cut.records[from..from + batch.entries.len()]);
        batch
    };
    merge(blocks.into_par_iter().map(read_one).collect())
}

fn read_block(sources: &[Source], source: usize, from: usize, catalogue: &Catalogue) -> Batch {
    let Source { input, cut, .. } = &sources[source];
    let to = (from + BLOCK).min(cut.records.len());
    let mut marked = vec![Reach::default(); to - from];
    mark_hits(&input.bytes, &cut.records[from..to], catalogue, &mut marked);
    let mut batch = Batch::default();
    let streams = stream_names(&sources[source], &mut batch.names);
    let mut buffer = Vec::new();
    for (position, marked) in (from..to).zip(marked) {
        let record = &cut.records[position];
        let context = &cut.contexts[record.context as usize];
        let text = parse::payload_into(&input.bytes, cut, record, &mut buffer);
        let skimmed = if record.more == 0 { parse::skim(text, context) } else { None };
        let stream = streams[record.context as usize];
        let (brief, reading) = if let Some(skim) = skimmed {
            (skimmed_brief(&skim, stream, record, &mut batch), Reading::Skimmed)
        } else {
            let signal = parse::decode(&String::from_utf8_lossy(text), context, record.timestamp);
            let brief = decoded_brief(&signal, stream, &mut batch);
            let holds_text = catalogue.prefilter().is_candidate(signal.message.as_bytes(), &brief);
            (brief, if holds_text { Reading::Candidate } else { Reading::Decoded })
        };
        let is_candidate = marked.holds(&brief) || is_failure(&brief) || catalogue.wants(&brief);
        batch.entries.push(Entry {
            place: Place { source: source as u32, record: position as u32 },
            reading: if is_candidate { Reading::Candidate } else { reading },
            fingerprint: brief.timestamp.map(|at| fingerprint(at.0, text)),
            brief,
        });
    }
    batch
}

/// Marks the records in whose bytes a literal of some rule lies. One pass over the block.
fn mark_hits(bytes: &[u8], records: &[Record], catalogue: &Catalogue, marked: &mut [Reach]) {
    let (Some(first), Some(last)) = (records.first(), records.last()) else { return };
    let start = first.payload.range().start;
    let end = last.payload.range().end.max(start);
    let mut at = 0;
    catalogue.prefilter().scan(&bytes[start..end], &mut |offset, reach| {
        let offset = (start + offset) as u64;
        while at + 1 < records.len() && records[at + 1].payload.start <= offset {
            at += 1;
        }
        marked[at] = marked[at].or(reach);
    });
}

/// Records that state a failure are always read in full, for what no rule explains is told as well.
fn is_failure(brief: &Brief) -> bool {
    brief.severity >= Severity::Error || brief.outcome == Outcome::Failed
}

fn stream_names(source: &Source, names: &mut Names) -> Vec<Name> {
    let name = |context: &crate::model::Context| match (&context.log_group, &context.log_stream) {
        (_, None) => names.intern(&source.input.path),
        (None, Some(stream)) => names.intern(stream),
        (Some(group), Some(stream)) => names.intern(&format!("{group}:{stream}")),
    };
    source.cut.contexts.iter().map(name).collect()
}

/// The compact form of a record that was only skimmed.
fn skimmed_brief(skim: &Skim<'_>, stream: Name, record: &Record, batch: &mut Batch) -> Brief {
    let names = &mut batch.names;
    Brief {
        timestamp: skim.timestamp.or(record.timestamp),
        span: skim.span,
        trace: skim.trace.map_or(Name::NONE, |id| names.intern(&id.to_string())),
        request: names.intern_opt(skim.request),
        session: names.intern_opt(skim.session),
        mcp_session: Name::NONE,
        rpc: names.intern_opt(skim.rpc),
        tool: names.intern_opt(skim.tool),
        resource: names.intern_opt(skim.resource),
        stream,
        span_facts: u32::MAX,
        message_hash: message_hash(skim.message),
        kind: skim.kind,
        layer: skim.layer,
        severity: skim.severity,
        outcome: skim.outcome,
    }
}

/// Whether the service wrote the record, so that it names the resource that handled the call.
fn is_vended(kind: Kind) -> bool {
    matches!(kind, Kind::GatewayLog | Kind::RuntimeVended | Kind::OtherVended)
}

/// The compact form of a signal.
fn decoded_brief(signal: &Signal, stream: Name, batch: &mut Batch) -> Brief {
    let names = &mut batch.names;
    let ids = &signal.ids;
    let span_facts = if signal.end.is_some() || ids.parent_span.is_some() || signal.kind == Kind::AccessLog {
        let name = names.intern_opt(signal.name.as_deref());
        batch.spans.push(SpanFacts { end: signal.end, parent: ids.parent_span, name });
        batch.spans.len() as u32 - 1
    } else {
        u32::MAX
    };
    Brief {
        timestamp: signal.timestamp,
        span: ids.span,
        trace: ids.trace.map_or(Name::NONE, |id| names.intern(&id.to_string())),
        request: names.intern_opt(ids.request.as_deref()),
        session: names.intern_opt(ids.session.as_deref()),
        mcp_session: names.intern_opt(ids.mcp_session.as_deref()),
        rpc: names.intern_opt(ids.rpc.as_deref()),
        tool: names.intern_opt(ids.tool.as_deref()),
        resource: names.intern_opt(ids.resource.as_deref().filter(|_| is_vended(signal.kind))),
        stream,
        span_facts,
        message_hash: message_hash(&signal.message),
        kind: signal.kind,
        layer: signal.layer,
        severity: signal.severity,
        outcome: signal.outcome,
    }
}

fn fingerprint(at: i64, text: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_i64(at);
    hasher.write_usize(text.len());
    let edge = text.len().min(64);
    hasher.write(&text[..edge]);
    hasher.write(&text[text.len() - edge..]);
    hasher.finish()
}

/// Joins batches in input order and gives their names common keys.
fn merge(batches: Vec<Batch>) -> Batch {
    let mut all = Batch::default();
    all.entries.reserve_exact(batches.iter().map(|batch| batch.entries.len()).sum());
    for batch in batches {
        let keys: Vec<Name> = std::iter::once(Name::NONE)
            .chain(batch.names.iter().map(|text| all.names.intern(text)))
            .collect();
        let key = |name: Name| keys[name.0 as usize];
        let first_span = all.spans.len() as u32;
        all.spans.extend(batch.spans.into_iter().map(|span| SpanFacts { name: key(span.name), ..span }));
        all.entries.extend(batch.entries.into_iter().map(|mut entry| {
            let brief = &mut entry.brief;
            for name in [
                &mut brief.trace,
                &mut brief.request,
                &mut brief.session,
                &mut brief.mcp_session,
                &mut brief.rpc,
                &mut brief.tool,
                &mut brief.resource,
                &mut brief.stream,
            ] {
                *name = key(*name);
            }
            if brief.span_facts != u32::MAX {
                brief.span_facts += first_span;
            }
            entry
        }));
    }
    all
}
