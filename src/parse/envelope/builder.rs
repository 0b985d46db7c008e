//! What cutters write into: records with their lines and shared contexts.

use std::ops::Range;

use memchr::memchr;
use rustc_hash::FxHashMap;

use super::unwrap::json_text;
use crate::model::{Context, Cut, Escape, Format, Hint, Issue, Record, Slice, Timestamp};

/// Facts that make a [`Context`], as they stand in the input (escapes not undone).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub(super) struct Facts<'a> {
    pub(super) group: Option<&'a [u8]>,
    pub(super) stream: Option<&'a [u8]>,
    pub(super) hint: Option<Hint>,
}

/// What kinds of values a part of an input held: decides the name of its format.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Tally {
    /// Records out of JSON values.
    pub(super) json: u64,
    /// Records that are text.
    pub(super) text: u64,
    /// The format of the JSON values, `JsonLines` when they differ.
    pub(super) format: Option<Format>,
}

impl Tally {
    /// Counts a JSON value of `format`.
    pub(super) fn note(&mut self, format: Format) {
        self.format = match self.format {
            None => Some(format),
            Some(same) if same == format => Some(format),
            Some(_) => Some(Format::JsonLines),
        };
    }

    /// The tally of two parts.
    pub(super) fn add(&mut self, other: Self) {
        self.json += other.json;
        self.text += other.text;
        if let Some(format) = other.format {
            self.note(format);
        }
    }

    /// The format of an input of which nothing else is known.
    pub(super) fn name(&self) -> Format {
        self.format.filter(|_| self.json >= self.text).unwrap_or(Format::Text)
    }
}

/// A state to which a [`Builder`] can go back.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    records: usize,
    parts: usize,
    children: usize,
    issues: usize,
    tally: Tally,
}

/// Collects what one part of an input holds. Lines count from 1 at the start of the part.
pub(super) struct Builder<'a> {
    /// The input up to where the current cutter may look.
    pub(super) bytes: &'a [u8],
    /// Name of the input.
    pub(super) path: &'a str,
    /// The result so far.
    pub(super) cut: Cut,
    /// What was seen.
    pub(super) tally: Tally,
    /// How JSON values that are records themselves are counted.
    pub(super) plain: Format,
    /// Whether the value being cut is a known document whose records count even when its end is missing.
    pub(super) envelope: bool,
    whole: &'a [u8],
    lines: LineCounter,
    contexts: FxHashMap<Facts<'a>, u32>,
    last: (Facts<'a>, u32),
}

impl<'a> Builder<'a> {
    /// A builder for the part of `bytes` that begins at `start`.
    pub(super) fn new(path: &'a str, bytes: &'a [u8], start: usize) -> Self {
        Self {
            bytes,
            path,
            cut: Cut { contexts: vec![Context::default()], ..Cut::default() },
            tally: Tally::default(),
            plain: Format::JsonLines,
            envelope: false,
            whole: bytes,
            lines: LineCounter { next: start, line: 0 },
            contexts: FxHashMap::from_iter([(Facts::default(), 0)]),
            last: (Facts::default(), 0),
        }
    }

    /// Adds a record.
    pub(super) fn push(
        &mut self,
        payload: Range<usize>,
        escape: Escape,
        time: Option<Timestamp>,
        context: u32,
    ) {
        let line = self.line(payload.start);
        let payload = self.slice(payload, line);
        let first_part = self.cut.parts.len() as u32;
        self.cut.records.push(Record {
            payload,
            timestamp: time,
            line,
            context,
            first_part,
            more: 0,
            escape,
        });
    }

    /// The range as the model holds it; more than 4 GiB do not fit and are cut off with an issue.
    pub(super) fn slice(&mut self, range: Range<usize>, line: u32) -> Slice {
        let len = u32::try_from(range.len()).unwrap_or_else(|_| {
            let message = "a record is longer than 4 GiB; what lies beyond was not read: split the file";
            self.cut.issues.push(Issue::new(self.path, Some(line), message));
            u32::MAX
        });
        Slice { start: range.start as u64, len }
    }

    /// The line on which `pos` lies. Positions ask in input order.
    pub(super) fn line(&mut self, pos: usize) -> u32 {
        self.lines.at(self.whole, pos)
    }

    /// Says that the counter stands on a line whose number is known, which ends at `end`.
    pub(super) fn set_line(&mut self, line: u32, end: usize) {
        self.lines = LineCounter { next: end.saturating_add(1), line };
    }

    /// The context for `facts`; equal facts share one.
    pub(super) fn context(&mut self, facts: Facts<'a>) -> u32 {
        if facts == self.last.0 {
            return self.last.1;
        }
        let index = if let Some(known) = self.contexts.get(&facts) {
            *known
        } else {
            let context = Context {
                log_group: facts.group.map(json_text),
                log_stream: facts.stream.map(json_text),
                hint: facts.hint,
                inherited: None,
            };
            let index = self.new_context(context);
            self.contexts.insert(facts, index);
            index
        };
        self.last = (facts, index);
        index
    }

    /// The context of records of which the envelope tells no more than `hint`.
    pub(super) fn hinted(&mut self, hint: Option<Hint>) -> u32 {
        self.context(Facts { hint, ..Facts::default() })
    }

    /// Adds a context of its own.
    pub(super) fn new_context(&mut self, context: Context) -> u32 {
        self.cut.contexts.push(context);
        self.cut.contexts.len() as u32 - 1
    }

    /// Reports what could not be read at `pos`.
    pub(super) fn issue(&mut self, pos: usize, message: impl Into<String>) {
        let line = self.line(pos);
        self.cut.issues.push(Issue::new(self.path, Some(line), message));
    }

    /// The present state.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            records: self.cut.records.len(),
            parts: self.cut.parts.len(),
            children: self.cut.children.len(),
            issues: self.cut.issues.len(),
            tally: self.tally,
        }
    }

    /// How many records and embedded documents came after `mark`.
    pub(super) fn since(&self, mark: &Mark) -> usize {
        self.cut.records.len() - mark.records + self.cut.children.len() - mark.children
    }

    /// Whether the value begun at `mark`, which turned out broken, gave something worth keeping.
    pub(super) fn keeps(&self, mark: &Mark) -> bool {
        self.envelope || self.since(mark) > 0
    }

    /// Forgets what came after `mark`.
    pub(super) fn back_to(&mut self, mark: &Mark) {
        self.cut.records.truncate(mark.records);
        self.cut.parts.truncate(mark.parts);
        self.cut.children.truncate(mark.children);
        self.cut.issues.truncate(mark.issues);
        self.tally = mark.tally;
    }
}

/// Counts lines while positions grow.
struct LineCounter {
    /// First byte of the line after `line`.
    next: usize,
    line: u32,
}

impl LineCounter {
    fn at(&mut self, bytes: &[u8], pos: usize) -> u32 {
        while self.next <= pos {
            self.line = self.line.saturating_add(1);
            let end = bytes.get(self.next..).and_then(|rest| memchr(b'\n', rest));
            self.next = end.map_or(usize::MAX, |length| self.next + length + 1);
        }
        self.line
    }
}
