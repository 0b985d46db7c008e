//! Reads inputs into briefs, block by block on all cores: cut, join, prefilter, skim.

use std::borrow::Cow;
use std::ops::Range;

use rayon::prelude::*;

use super::Progress;
use super::records::Records;
use crate::model::{
    Brief, Briefs, Cut, IdName, Input, Issue, Kind, Name, Names, Outcome, Record, Severity, Signal,
    Timestamp, TraceName, message_hash,
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
    pub(super) briefs: Briefs,
    pub(super) readings: Vec<Reading>,
    pub(super) names: Names,
}

/// Records that are read together: those of a source from a position on.
struct Block<'a> {
    source: &'a Source,
    records: Range<usize>,
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
    let mut batch = Batch { readings: Vec::with_capacity(total), ..Batch::default() };
    batch.briefs.reserve(total);
    let mut blocks = blocks(sources).into_iter();
    loop {
        let group: Vec<Block<'_>> = blocks.by_ref().take(GROUP).collect();
        if group.is_empty() || progress.is_cancelled() {
            break;
        }
        let read: Vec<Batch> =
            group.into_par_iter().map(|block| read_block(&block, catalogue, progress)).collect();
        for read in read {
            batch.append(read);
        }
    }
    batch.briefs.shrink();
    batch.names.shrink();
    batch
}

fn read_block(block: &Block<'_>, catalogue: &Catalogue, progress: &Progress) -> Batch {
    if progress.is_cancelled() {
        return Batch::default();
    }
    let Block { source, records } = block;
    let records: Vec<Record> = records.clone().map(|at| source.records.get(at)).collect();
    let batch = read_records(source, &records, catalogue);
    progress.advance(&records);
    batch
}

fn blocks<'a>(sources: &[(&'a Source, usize)]) -> Vec<Block<'a>> {
    let starts = |(source, start): &(&'a Source, usize)| {
        let (source, end) = (*source, source.records.len());
        let starts = (*start..end).step_by(BLOCK);
        starts.map(move |from| Block { source, records: from..end.min(from + BLOCK) })
    };
    sources.iter().flat_map(starts).collect()
}

/// Reads `records` of a source.
pub(super) fn read_records(source: &Source, records: &[Record], catalogue: &Catalogue) -> Batch {
    let Source { input, cut, .. } = source;
    let mut marked = vec![Reach::default(); records.len()];
    mark_hits(&input.bytes, records, catalogue, &mut marked);
    let mut batch = Batch { readings: Vec::with_capacity(records.len()), ..Batch::default() };
    batch.briefs.reserve(records.len());
    let mut streams = Streams::new(source);
    let mut buffer = Vec::new();
    for (record, marked) in records.iter().zip(marked) {
        let context = &cut.contexts[record.context as usize];
        let text = parse::payload_into(&input.bytes, cut, record, &mut buffer);
        let skimmed = if record.more == 0 { parse::skim(text, context) } else { None };
        let stream = streams.of(record.context, &mut batch.names);
        let (brief, mut reading) = if let Some(skim) = skimmed {
            (skimmed_brief(&skim, stream, record, &mut batch.names), Reading::Skimmed)
        } else {
            let signal = parse::decode(&String::from_utf8_lossy(text), context, record.timestamp);
            let brief = decoded_brief(&signal, stream, &mut batch.names);
            let holds_text = catalogue.prefilter().is_candidate(signal.message.as_bytes(), &brief);
            (brief, if holds_text { Reading::Candidate } else { Reading::Decoded })
        };
        if marked.holds(&brief) || is_failure(&brief) || catalogue.wants(&brief) {
            reading = Reading::Candidate;
        }
        batch.briefs.push(&brief);
        batch.readings.push(reading);
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
fn skimmed_brief(skim: &Skim<'_>, stream: Name, record: &Record, names: &mut Names) -> Brief {
    Brief {
        timestamp: skim.timestamp.or(record.timestamp),
        end: None,
        span: skim.span,
        parent: None,
        name: Name::NONE,
        trace: skim.trace.map_or(TraceName::NONE, |id| names.intern_trace(id)),
        request: names.intern_id(skim.request),
        session: names.intern_id(skim.session),
        mcp_session: IdName::NONE,
        rpc: names.intern_opt(skim.rpc),
        tool: names.intern_opt(skim.tool),
        resource: names.intern_opt(skim.resource),
        stream,
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
fn decoded_brief(signal: &Signal, stream: Name, names: &mut Names) -> Brief {
    let ids = &signal.ids;
    let is_named = signal.end.is_some() || ids.parent_span.is_some() || signal.kind == Kind::AccessLog;
    Brief {
        timestamp: signal.timestamp,
        end: signal.end,
        span: ids.span,
        parent: ids.parent_span,
        name: names.intern_opt(signal.name.as_deref().filter(|_| is_named)),
        trace: ids.trace.map_or(TraceName::NONE, |id| names.intern_trace(id)),
        request: names.intern_id(ids.request.as_deref()),
        session: names.intern_id(ids.session.as_deref()),
        mcp_session: names.intern_id(ids.mcp_session.as_deref()),
        rpc: names.intern_opt(ids.rpc.as_deref()),
        tool: names.intern_opt(ids.tool.as_deref()),
        resource: names.intern_opt(ids.resource.as_deref().filter(|_| is_vended(signal.kind))),
        stream,
        message_hash: message_hash(&signal.message),
        kind: signal.kind,
        layer: signal.layer,
        severity: signal.severity,
        outcome: signal.outcome,
    }
}

impl Batch {
    /// Adds what other records gave, behind its own.
    pub(super) fn append(&mut self, other: Self) {
        let keys = self.names.merge(&other.names);
        self.briefs.append(&other.briefs, Some(&keys));
        self.readings.extend(other.readings);
    }

    /// Puts what one record gave into the place of what it gave before.
    pub(super) fn replace(&mut self, at: usize, one: &Self) {
        let keys = self.names.merge(&one.names);
        let mut own = Briefs::new();
        own.append(&one.briefs, Some(&keys));
        if let (Some(brief), Some(reading), Some(place)) =
            (own.get(0), one.readings.first(), self.readings.get_mut(at))
        {
            self.briefs.set(at, &brief);
            *place = *reading;
        }
    }
}
