//! Twins: a container's line without a trace, and its OpenTelemetry copy (or its second printing) with one.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{Brief, Briefs, Kind, LinkReason, Name, Names, TraceName};

use super::calls::NONE;
use super::work::Work;

const MILLI: i64 = 1_000_000;

/// How much earlier than its line a copy may be, and how much later. An SDK line states its own time, cut to
/// the millisecond; a plain line has the time at which it reached the log service, a moment after it was written.
fn slack(kind: Kind) -> (i64, i64) {
    if kind == Kind::SdkLog { (MILLI, 2 * MILLI) } else { (3 * MILLI, MILLI) }
}

/// Per signal without a trace its copy with one, [`NONE`] where there is none. One line has at most one
/// copy and the other way round: OpenTelemetry records first, then lines that print their trace id.
pub(super) fn pair(work: &mut Work<'_>) -> Vec<u32> {
    let briefs = work.index.briefs;
    let mut copy_of = vec![NONE; briefs.len()];
    let printed = printed(briefs);
    let mut groups = Groups::default();
    for copy_kind in [Kind::OtelLog, Kind::LogLine] {
        let mut rows: Vec<Row> = Vec::new();
        for (signal, brief) in briefs.iter().enumerate() {
            let is_copy = is_copy(&brief, copy_kind)
                && (copy_kind == Kind::LogLine || !printed.contains(&(brief.message_hash, brief.trace)));
            let wanted = is_copy || (is_line(&brief) && copy_of[signal] == NONE);
            let Some(at) = brief.timestamp.filter(|_| wanted) else { continue };
            let place = match copy_kind {
                Kind::OtelLog => groups.of(work.index.names, brief.stream),
                _ => brief.stream,
            };
            rows.push((brief.message_hash, place, at.0, signal as u32));
        }
        rows.sort_unstable();
        for same_text in rows.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            match_in_time(briefs, same_text, &mut copy_of);
        }
    }
    exchange_ids(work, &copy_of);
    copy_of
}

/// Hash of the text, the place that line and copy share, time, signal.
type Row = (u32, Name, i64, u32);

/// Texts that a container prints with their trace: such a line is its record's copy, and no other line is.
fn printed(briefs: &Briefs) -> FxHashSet<(u32, TraceName)> {
    let lines = briefs.iter().filter(|brief| is_copy(brief, Kind::LogLine));
    lines.map(|brief| (brief.message_hash, brief.trace)).collect()
}

/// A container's lines and its OpenTelemetry records stand in streams of one log group, where that is known: each
/// group is told by the first of its streams.
#[derive(Default)]
struct Groups<'a> {
    of_stream: FxHashMap<Name, Name>,
    first: FxHashMap<&'a str, Name>,
}

impl<'a> Groups<'a> {
    fn of(&mut self, names: &'a Names, stream: Name) -> Name {
        *self.of_stream.entry(stream).or_insert_with(|| {
            let group = names.text(stream).and_then(|text| Some(text.split_once(':')?.0));
            group.map_or(Name::NONE, |group| *self.first.entry(group).or_insert(stream))
        })
    }
}

fn is_line(brief: &Brief) -> bool {
    brief.message_hash != 0
        && !brief.trace.is_some()
        && matches!(brief.kind, Kind::SdkLog | Kind::LogLine | Kind::Traceback | Kind::Text)
}

fn is_copy(brief: &Brief, kind: Kind) -> bool {
    brief.message_hash != 0 && brief.trace.is_some() && brief.kind == kind
}

/// Pairs lines and copies of one text, both in order of time: each line takes the first copy in its reach that
/// is still free, which keeps pairs in order and visits each row once.
fn match_in_time(briefs: &Briefs, rows: &[Row], copy_of: &mut [u32]) {
    let copies: Vec<_> = rows.iter().filter(|row| briefs.at(row.3 as usize).trace.is_some()).collect();
    let mut next = 0;
    for (_, _, at, line) in rows.iter().filter(|row| !briefs.at(row.3 as usize).trace.is_some()) {
        let (before, after) = slack(briefs.at(*line as usize).kind);
        while copies.get(next).is_some_and(|copy| copy.2 < at.saturating_sub(before)) {
            next += 1;
        }
        if let Some(copy) = copies.get(next).filter(|copy| copy.2 < at.saturating_add(after)) {
            copy_of[*line as usize] = copy.3;
            next += 1;
        }
    }
}

/// A line that states its request id tells its copy which call it belongs to.
fn exchange_ids(work: &mut Work<'_>, copy_of: &[u32]) {
    for (line, copy) in copy_of.iter().enumerate() {
        if *copy != NONE && !work.is_free(line) && work.is_free(*copy as usize) {
            work.assign(*copy as usize, work.call_of[line], LinkReason::Twin);
        }
    }
}

/// Lines that are still free follow their copies.
pub(super) fn follow(work: &mut Work<'_>, copy_of: &[u32]) {
    for (line, copy) in copy_of.iter().enumerate() {
        if *copy != NONE && work.is_free(line) && !work.is_free(*copy as usize) {
            work.assign(line, work.call_of[*copy as usize], LinkReason::Twin);
        }
    }
}
