//! Puts text that was stored as several events together again: tracebacks, rich-wrapped lines, pretty JSON.
//!
//! Container output arrives as one log event per line, and stdout and stderr share a stream. So a line joins the
//! record that waits for it, which need not be the one before: an access line in the middle of a traceback stays
//! a record of its own, and the traceback goes on behind it.

mod line;

use rustc_hash::FxHashMap;

use self::line::Shape;
use super::envelope::payload;
use crate::model::{Cut, Record, Slice, Timestamp};

/// A block waits this long for its next line: container lines of one write arrive within milliseconds.
const MAX_GAP_NANOS: i64 = 2_000_000_000;
/// A block is given up after this many records of its stream that did not belong to it.
const MAX_FOREIGN: u32 = 64;
/// Blocks of one stream that wait at the same time.
const MAX_WAITING: usize = 4;

/// What a block waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Waits {
    /// Nothing in particular: indented lines are its continuation.
    Indented,
    /// Frames of a traceback, then the line that names the exception.
    Exception,
    /// `During handling …`, a further traceback, or details of the exception.
    Chain,
    /// Closing brackets of pretty-printed JSON; the number still open.
    Brackets(u32),
}

/// A record that further lines may join.
#[derive(Clone, Debug)]
struct Block {
    record: usize,
    waits: Waits,
    /// Whether the record may be followed by a traceback of its own.
    takes_traceback: bool,
    /// Whether its lines announce a list of pydantic errors, whose field names are not indented.
    lists_fields: bool,
    last: Option<Timestamp>,
    foreign: u32,
    parts: u16,
}

/// Joins records that were stored as several events, per context. `bytes` are the input's. A record of JSON on one
/// line costs one look at its first and last byte.
pub fn join(bytes: &[u8], cut: &mut Cut) {
    let mut joiner = Joiner::default();
    let seen = cut.records.iter().enumerate();
    let joined: Vec<(usize, usize)> =
        seen.filter_map(|(index, record)| Some((joiner.see(bytes, cut, index, record)?, index))).collect();
    apply(joined, cut);
}

/// Whether the bytes are a whole JSON object on one line, which neither continues nor is continued.
fn is_json_line(raw: &[u8]) -> bool {
    raw.first() == Some(&b'{') && raw.len() > 1 && raw.last() == Some(&b'}')
}

/// The blocks that are open after the records seen so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Joiner {
    streams: FxHashMap<u32, Vec<Block>>,
    /// Blocks of pretty JSON that are open in any stream.
    open_json: u32,
}

impl Joiner {
    /// Looks at the next record, which is called `index`; says which one it joins, when it joins one.
    pub(super) fn see(&mut self, bytes: &[u8], cut: &Cut, index: usize, record: &Record) -> Option<usize> {
        let raw = bytes.get(record.payload.range()).unwrap_or_default();
        let is_whole =
            cut.contexts.get(record.context as usize).is_some_and(|context| context.hint.is_some());
        if is_whole || (self.open_json == 0 && is_json_line(raw)) {
            return None;
        }
        self.take(index, record, &payload(bytes, cut, record))
    }

    fn take(&mut self, index: usize, record: &Record, text: &str) -> Option<usize> {
        let blocks = self.streams.entry(record.context).or_default();
        let before = blocks.iter().filter(|block| matches!(block.waits, Waits::Brackets(_))).count();
        expire(blocks, record.timestamp);
        let shape = Shape::of(text);
        // Frames and members belong to what is being printed, even when a whole line came between.
        let midway = |block: &Block| match block.waits {
            Waits::Exception => shape == Shape::Indented,
            Waits::Brackets(_) => line::may_stand_in_json(text),
            Waits::Indented | Waits::Chain => false,
        };
        let at = blocks
            .iter()
            .rposition(midway)
            .or_else(|| blocks.iter().rposition(|block| block.takes(shape, text)));
        let mut owner = None;
        if let Some(at) = at {
            let block = &mut blocks[at];
            block.continue_with(shape, text, record.timestamp);
            owner = Some(block.record);
            if block.waits == Waits::Brackets(0) {
                blocks.remove(at);
            }
        } else {
            open(blocks, index, shape, text, record.timestamp);
        }
        let after = blocks.iter().filter(|block| matches!(block.waits, Waits::Brackets(_))).count();
        self.open_json = self.open_json + after as u32 - before as u32;
        owner
    }
}

/// Moves the payloads of records into the parts of those they join: `(record that goes on, record that joins it)`.
fn apply(mut joined: Vec<(usize, usize)>, cut: &mut Cut) {
    if joined.is_empty() {
        return;
    }
    let mut is_part = vec![false; cut.records.len()];
    for (_, part) in &joined {
        is_part[*part] = true;
    }
    joined.sort_by_key(|(owner, part)| (*owner, *part));
    for group in joined.chunk_by(|one, next| one.0 == next.0) {
        let owner = cut.records[group[0].0];
        let mut parts: Vec<Slice> = own_parts(cut, &owner).to_vec();
        for (_, part) in group {
            let part = cut.records[*part];
            parts.push(part.payload);
            parts.extend_from_slice(own_parts(cut, &part));
        }
        parts.truncate(usize::from(u16::MAX));
        let owner = &mut cut.records[group[0].0];
        owner.first_part = cut.parts.len() as u32;
        owner.more = parts.len() as u16;
        cut.parts.append(&mut parts);
    }
    let mut index = 0;
    cut.records.retain(|_| {
        index += 1;
        !is_part[index - 1]
    });
}

fn own_parts<'c>(cut: &'c Cut, record: &Record) -> &'c [Slice] {
    let first = record.first_part as usize;
    cut.parts.get(first..first + usize::from(record.more)).unwrap_or_default()
}

/// Drops blocks whose next line is overdue.
fn expire(blocks: &mut Vec<Block>, now: Option<Timestamp>) {
    blocks.retain(|block| {
        let gap = now.zip(block.last).map_or(0, |(now, last)| now.since(last).abs());
        gap <= MAX_GAP_NANOS && block.foreign <= MAX_FOREIGN && block.parts < u16::MAX
    });
}

/// Starts a block with a record that joins none.
fn open(blocks: &mut Vec<Block>, record: usize, shape: Shape, text: &str, at: Option<Timestamp>) {
    for block in blocks.iter_mut() {
        block.foreign += 1;
    }
    let waits = match shape {
        Shape::Access | Shape::Json | Shape::Blank => return,
        Shape::Traceback | Shape::Chain => Waits::Exception,
        Shape::OpenJson => Waits::Brackets(line::open_brackets(text, 0)),
        Shape::LogLine { .. } | Shape::Indented | Shape::Plain => Waits::Indented,
    };
    // A record that only waits for indented lines is over as soon as the next one begins.
    blocks.retain(|block| block.waits != Waits::Indented);
    if blocks.len() >= MAX_WAITING {
        blocks.remove(0);
    }
    let mut block = Block {
        record,
        waits,
        takes_traceback: matches!(shape, Shape::LogLine { is_bad: true }) || line::announces_traceback(text),
        lists_fields: line::announces_fields(text),
        last: at,
        foreign: 0,
        parts: 0,
    };
    // One event may hold several lines of a block already.
    for (number, further) in text.lines().enumerate().skip(1) {
        if number > usize::from(u16::MAX) {
            break;
        }
        block.advance(Shape::of(further), further);
    }
    blocks.push(block);
}

impl Block {
    /// Whether a line belongs to this block.
    fn takes(&self, shape: Shape, text: &str) -> bool {
        match (self.waits, shape) {
            (Waits::Brackets(_), _) => line::may_stand_in_json(text),
            (_, Shape::Indented | Shape::Blank)
            | (Waits::Exception, Shape::Traceback)
            | (Waits::Exception | Waits::Chain, Shape::Chain) => true,
            (Waits::Indented, Shape::Traceback) => self.takes_traceback,
            (Waits::Exception, Shape::Plain) => line::names_exception(text),
            (_, Shape::Plain) => {
                (self.lists_fields && line::is_field_path(text)) || line::is_further_cause(text)
            }
            _ => false,
        }
    }

    fn continue_with(&mut self, shape: Shape, text: &str, at: Option<Timestamp>) {
        self.last = at.or(self.last);
        self.foreign = 0;
        self.parts = self.parts.saturating_add(1);
        if let Waits::Brackets(depth) = self.waits {
            self.waits = Waits::Brackets(line::open_brackets(text, depth));
            return;
        }
        for (at, further) in text.lines().enumerate() {
            self.advance(if at == 0 { shape } else { Shape::of(further) }, further);
        }
    }

    /// Notes what the block waits for after one of its lines.
    fn advance(&mut self, shape: Shape, text: &str) {
        self.lists_fields |= line::announces_fields(text);
        self.waits = match (self.waits, shape) {
            (waits @ Waits::Brackets(_), _) => waits,
            (_, Shape::Traceback | Shape::Chain) => Waits::Exception,
            (Waits::Exception, Shape::Plain) => Waits::Chain,
            (Waits::Exception, Shape::Indented) if line::closes_group(text) => Waits::Chain,
            (waits, _) => waits,
        };
    }
}

#[cfg(test)]
mod tests;
