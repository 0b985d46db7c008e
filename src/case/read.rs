//! Reads inputs into briefs, block by block on all cores: cut, join, prefilter, skim.

use std::borrow::Cow;

use rayon::prelude::*;

use super::Progress;
use super::records::Records;
use crate::model::{
    Brief, Cut, Input, Issue, Kind, Name, Names, Outcome, Record, Severity, Signal, SpanFacts, Timestamp,
    TraceName, message_hash,
};
use crate::parse::{self, Skim};
use crate::rules::{Catalogue, Reach};

/// Records per unit of parallel work: large enough to pay for itself, small enough to balance.
const BLOCK: usize = 4096;
/// Blocks whose names wait to be merged at a time.
const GROUP: usize = 32;

/// An input and its records.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) input: Input,
    /// What cutting gave besides the records.
    pub(super) cut: Cut,
    pub(super) records: Records,
    pub(super) issues: Vec<Issue>,
}

/// How far a record was read for its brief, and whether it must be read again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Reading {
    /// By its bytes alone: its message stands in them as it is.
    #[default]
    Skimmed,
    /// In full: its message may be put together from several places. It holds no text of a rule's anchors.
    Decoded,
    /// It may be the anchor of a rule.
    Candidate,
}

/// What records gave, in input order.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) briefs: Vec<Brief>,
    pub(super) readings: Vec<Reading>,
    pub(super) spans: Vec<SpanFacts>,
    pub(super) names: Names,
}

/// Where the briefs of one block go, and where its records are.
struct Block<'a> {
    source: &'a Source,
    from: usize,
    briefs: &'a mut [Brief],
    readings: &'a mut [Reading],
}

/// What briefs refer to.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
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
        let records = Records::new(&std::mem::take(&mut cut.records));
        let mut sources = vec![Self { input, cut, records, issues }];
        sources.extend(children.into_iter().flat_map(Self::open));
        sources
    }

    /// The text of a record.
    pub(super) fn text(&self, record: usize) -> Cow<'_, str> {
        parse::payload(&self.input.bytes, &self.cut, &self.records.get(record))
    }

    /// A record without its tree, when it is an uneventful one.
    pub(super) fn skimmed(&self, record: usize) -> Option<Signal> {
        let record = self.records.get(record);
        let mut buffer = Vec::new();
        let text = parse::payload_into(&self.input.bytes, &self.cut, &record, &mut buffer);
        let skim = (record.more == 0).then(|| parse::skim(text, &self.cut.contexts[record.context as usize]));
        skim.flatten().map(Skim::to_signal)
    }

    /// A record, read in full; `known` is its time as it was read before, which that of the envelope cannot change.
    pub(super) fn signal(&self, record: usize, known: Option<Timestamp>) -> Signal {
        let Record { context, line, .. } = self.records.get(record);
        let mut signal = parse::decode(&self.text(record), &self.cut.contexts[context as usize], known);
        signal.origin.path.clone_from(&self.input.path);
        signal.origin.line = line;
        signal
    }
}

/// Reads every record of every source; what is left when cancelled is of no use.
pub(super) fn read(sources: &[Source], catalogue: &Catalogue, progress: &Progress) -> Batch {
    read_on(&sources.iter().map(|source| (source, 0)).collect::<Vec<_>>(), catalogue, progress)
}

/// Reads the records of sources from a position on.
pub(super) fn read_on(sources: &[(&Source, usize)], catalogue: &Catalogue, progress: &Progress) -> Batch {
    let total = sources.iter().map(|(source, from)| source.records.len() - from).sum();
    let mut batch = Batch {
        briefs: vec![Brief::default(); total],
        readings: vec![Reading::default(); total],
        ..Batch::default()
    };
    let mut blocks = blocks(sources, &mut batch.briefs, &mut batch.readings).into_iter();
    loop {
        let group: Vec<Block<'_>> = blocks.by_ref().take(GROUP).collect();
        if group.is_empty() || progress.is_cancelled() {
            break;
        }
        let read: Vec<_> =
            group.into_par_iter().map(|block| read_block(block, catalogue, progress)).collect();
        for (tables, briefs) in read {
            tables.merge(briefs, &mut batch.spans, &mut batch.names);
        }
    }
    batch.spans.shrink_to_fit();
    batch.names.shrink();
    batch
}

fn read_block<'a>(block: Block<'a>, catalogue: &Catalogue, progress: &Progress) -> (Tables, &'a mut [Brief]) {
    let Block { source, from, briefs, readings } = block;
    if progress.is_cancelled() {
        return (Tables::default(), briefs);
    }
    let records: Vec<Record> = (from..from + briefs.len()).map(|at| source.records.get(at)).collect();
    let tables = read_records(source, &records, catalogue, briefs, readings);
    progress.advance(&records);
    (tables, briefs)
}

fn blocks<'a>(
    sources: &[(&'a Source, usize)],
    mut briefs: &'a mut [Brief],
    mut readings: &'a mut [Reading],
) -> Vec<Block<'a>> {
    let mut blocks = Vec::new();
    for (source, start) in sources {
        for from in (*start..source.records.len()).step_by(BLOCK) {
            let size = BLOCK.min(source.records.len() - from);
            let (own_briefs, own_readings);
            (own_briefs, briefs) = briefs.split_at_mut(size);
            (own_readings, readings) = readings.split_at_mut(size);
            blocks.push(Block { source, from, briefs: own_briefs, readings: own_readings });
        }
    }
    blocks
}

/// Reads `records` of a source into as many briefs, whose names and span facts stand in the tables that come back.
pub(super) fn read_records(
    source: &Source,
    records: &[Record],
    catalogue: &Catalogue,
    briefs: &mut [Brief],
    readings: &mut [Reading],
) -> Tables {
    let Source { input, cut, .. } = source;
    let mut marked = vec![Reach::default(); records.len()];
    mark_hits(&input.bytes, records, catalogue, &mut marked);
    let mut tables = Tables::default();
    let mut streams = Streams::new(source);
    let mut buffer = Vec::new();
    let places = briefs.iter_mut().zip(readings);
    for ((record, marked), (brief, reading)) in records.iter().zip(marked).zip(places) {
        let context = &cut.contexts[record.context as usize];
        let text = parse::payload_into(&input.bytes, cut, record, &mut buffer);
        let skimmed = if record.more == 0 { parse::skim(text, context) } else { None };
        let stream = streams.of(record.context, &mut tables.names);
        (*brief, *reading) = if let Some(skim) = skimmed {
            (skimmed_brief(&skim, stream, record, &mut tables), Reading::Skimmed)
        } else {
            let signal = parse::decode(&String::from_utf8_lossy(text), context, record.timestamp);
            let brief = decoded_brief(&signal, stream, &mut tables);
            let holds_text = catalogue.prefilter().is_candidate(signal.message.as_bytes(), &brief);
            (brief, if holds_text { Reading::Candidate } else { Reading::Decoded })
        };
        if marked.holds(brief) || is_failure(brief) || catalogue.wants(brief) {
            *reading = Reading::Candidate;
        }
    }
    tables
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

/// The names of streams by context, interned when a record needs them.
struct Streams<'a> {
    source: &'a Source,
    known: Vec<Name>,
}

impl<'a> Streams<'a> {
    fn new(source: &'a Source) -> Self {
        Self { source, known: vec![Name::NONE; source.cut.contexts.len()] }
    }

    fn of(&mut self, context: u32, names: &mut Names) -> Name {
        let known = &mut self.known[context as usize];
        if !known.is_some() {
            let context = &self.source.cut.contexts[context as usize];
            *known = match (&context.log_group, &context.log_stream) {
                (_, None) => names.intern(&self.source.input.path),
                (None, Some(stream)) => names.intern(stream),
                (Some(group), Some(stream)) => names.intern(&format!("{group}:{stream}")),
            };
        }
        *known
    }
}

/// The compact form of a record that was only skimmed.
fn skimmed_brief(skim: &Skim<'_>, stream: Name, record: &Record, tables: &mut Tables) -> Brief {
    let names = &mut tables.names;
    Brief {
        timestamp: skim.timestamp.or(record.timestamp),
        span: skim.span,
        trace: skim.trace.map_or(TraceName::NONE, |id| names.intern_trace(id)),
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
fn decoded_brief(signal: &Signal, stream: Name, tables: &mut Tables) -> Brief {
    let names = &mut tables.names;
    let ids = &signal.ids;
    let span_facts = if signal.end.is_some() || ids.parent_span.is_some() || signal.kind == Kind::AccessLog {
        let name = names.intern_opt(signal.name.as_deref());
        tables.spans.push(SpanFacts { end: signal.end, parent: ids.parent_span, name });
        tables.spans.len() as u32 - 1
    } else {
        u32::MAX
    };
    Brief {
        timestamp: signal.timestamp,
        span: ids.span,
        trace: ids.trace.map_or(TraceName::NONE, |id| names.intern_trace(id)),
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

impl Tables {
    /// Gives names and span facts their places in common tables, and tells the briefs.
    pub(super) fn merge(self, briefs: &mut [Brief], spans: &mut Vec<SpanFacts>, names: &mut Names) {
        let keys: Vec<Name> =
            std::iter::once(Name::NONE).chain(self.names.iter().map(|text| names.intern(text))).collect();
        let key = |name: Name| keys[name.0 as usize];
        let traces: Vec<TraceName> = self.names.traces().iter().map(|id| names.intern_trace(*id)).collect();
        let first_span = spans.len() as u32;
        spans.extend(self.spans.into_iter().map(|span| SpanFacts { name: key(span.name), ..span }));
        for brief in briefs {
            for name in [
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
            if let Some(at) = brief.trace.0.checked_sub(1) {
                brief.trace = traces[at as usize];
            }
            if brief.span_facts != u32::MAX {
                brief.span_facts += first_span;
            }
        }
    }
}
