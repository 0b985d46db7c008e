//! Inputs of one record per line. A block of lines is cut without knowing the others, so blocks can run in
//! parallel; only lines that continue the last record of the block before are mended afterwards.

use std::ops::Range;

use memchr::{memchr, memmem};

use super::builder::{Builder, Facts, Mark, Tally};
use super::document::Shape;
use super::events::Event;
use super::prefix::{self, Dialect, Prefix};
use super::scan::{Broken, skip_separators, skip_space, value_end};
use crate::model::{Cut, Escape, Slice};

/// A block of lines, cut. Lines count from 1 at its start.
#[derive(Debug)]
pub(super) struct Fragment {
    pub(super) cut: Cut,
    pub(super) tally: Tally,
    /// Lines in the block.
    pub(super) lines: u32,
    /// Records at the start that may continue the last record of the block before.
    pub(super) leading: usize,
    /// Line of a JSON record that the end of the input cuts off; it is the last record.
    pub(super) dangling: Option<u32>,
}

/// Splits `bytes` behind line ends into blocks of about `size`.
pub(super) fn blocks(bytes: &[u8], size: usize) -> Vec<Range<usize>> {
    let mut blocks = Vec::with_capacity(bytes.len() / size.max(1) + 1);
    let mut start = 0;
    while start < bytes.len() {
        let wanted = start.saturating_add(size);
        let end = match bytes.get(wanted..).and_then(|rest| memchr(b'\n', rest)) {
            Some(length) => wanted + length + 1,
            None => bytes.len(),
        };
        blocks.push(start..end);
        start = end;
    }
    blocks
}

/// Cuts one block of `bytes`.
pub(super) fn cut_block(path: &str, bytes: &[u8], block: Range<usize>, dialect: Dialect) -> Fragment {
    let mut cutter = LineCutter::new(Builder::new(path, bytes, block.start), dialect, bytes);
    let mut pos = block.start;
    let mut line = 0;
    while pos < block.end {
        let end = memchr(b'\n', &bytes[pos..block.end]).map_or(block.end, |length| pos + length);
        line += 1;
        cutter.builder.set_line(line, end);
        cutter.line(pos, end);
        pos = end + 1;
    }
    cutter.finish(line)
}

/// Cuts lines one by one.
pub(super) struct LineCutter<'a> {
    pub(super) builder: Builder<'a>,
    dialect: Dialect,
    /// The whole input; the builder may look at one line only.
    whole: &'a [u8],
    leading: usize,
    /// Whether a record with a prefix was seen.
    started: bool,
    /// Line of a JSON record that the end of the input cuts off.
    pub(super) dangling: Option<u32>,
    /// Finds where one object follows another on a line.
    seam: memmem::Finder<'static>,
}

impl<'a> LineCutter<'a> {
    pub(super) fn new(builder: Builder<'a>, dialect: Dialect, whole: &'a [u8]) -> Self {
        Self {
            builder,
            dialect,
            whole,
            leading: 0,
            started: false,
            dangling: None,
            seam: memmem::Finder::new(b"}{"),
        }
    }

    /// What was cut out of `lines` lines.
    pub(super) fn finish(self, lines: u32) -> Fragment {
        let Builder { cut, tally, .. } = self.builder;
        Fragment { cut, tally, lines, leading: self.leading, dangling: self.dangling }
    }

    /// Cuts the line from `start` to `end`, the position of its line feed or the end of the input. The builder
    /// stands on this line.
    pub(super) fn line(&mut self, start: usize, end: usize) {
        let stop = if end > start && self.whole[end - 1] == b'\r' { end - 1 } else { end };
        let text = &self.whole[start..stop];
        let Some(indent) = text.iter().position(|byte| !byte.is_ascii_whitespace()) else { return };
        if text[indent..].starts_with(b"##") {
            return;
        }
        if self.dialect == Dialect::Plain {
            self.plain(start, start + indent, stop);
        } else if let Some(prefix) = prefix::read(self.dialect, text) {
            self.prefixed(start, stop, prefix);
        } else {
            self.continuation(start, stop);
        }
    }

    fn prefixed(&mut self, start: usize, stop: usize, prefix: Prefix) {
        let at = |range: Option<Range<usize>>| {
            range.map(|range| &self.whole[start + range.start..start + range.end])
        };
        let facts = Facts { group: at(prefix.group), stream: at(prefix.stream), hint: None };
        let context = self.builder.context(facts);
        self.builder.tally.text += 1;
        self.builder.push(start + prefix.message..stop, Escape::None, prefix.timestamp, context);
        self.started = true;
    }

    /// A line without prefix belongs to the message before it.
    fn continuation(&mut self, start: usize, stop: usize) {
        let line = self.builder.line(start);
        if self.started && grow(&mut self.builder.cut, self.whole, start..stop, line) {
            return;
        }
        self.builder.tally.text += 1;
        self.builder.push(start..stop, Escape::None, None, 0);
        if !self.started {
            self.leading += 1;
        }
    }

    fn plain(&mut self, start: usize, first: usize, stop: usize) {
        let taken = match self.whole[first] {
            b'{' => self.json(first, stop),
            b'[' if may_be_array(self.whole, first) => self.json(first, stop),
            b'"' => self.quoted(first, stop),
            b'0'..=b'9' | 0x1B => self.pasted_tail_line(start, stop),
            _ => false,
        };
        if !taken {
            self.text(start, stop);
        }
    }

    /// A line of `aws logs tail` among others.
    fn pasted_tail_line(&mut self, start: usize, stop: usize) -> bool {
        let line = &self.whole[start..stop];
        let is_stream =
            |prefix: &Prefix| prefix.stream.clone().is_some_and(|stream| line[stream].contains(&b'/'));
        match prefix::read(Dialect::Tail, line).filter(is_stream) {
            Some(prefix) => {
                self.prefixed(start, stop, prefix);
                true
            }
            None => false,
        }
    }

    /// A line that is one JSON string, as `jq` prints messages.
    fn quoted(&mut self, first: usize, stop: usize) -> bool {
        let end = stop - trailing_space(&self.whole[first..stop]);
        let is_string = value_end(&self.whole[..end], first) == Ok(end);
        if is_string {
            self.builder.tally.json += 1;
            self.builder.tally.note(self.builder.plain);
            self.builder.push(first + 1..end - 1, Escape::Json, None, 0);
        }
        is_string
    }

    /// The JSON values of a line; `false` when the line is text that only begins like one.
    fn json(&mut self, first: usize, stop: usize) -> bool {
        let stop = stop - trailing_space(&self.whole[first..stop]);
        self.builder.bytes = &self.whole[..stop];
        let taken = self.single_record(first, stop) || self.values(first, stop);
        self.builder.bytes = self.whole;
        taken
    }

    /// The common case: one event or record. The end of a record that its first keys tell need not be looked for.
    fn single_record(&mut self, first: usize, stop: usize) -> bool {
        let text = &self.whole[first..stop];
        if text[0] != b'{' {
            return false;
        }
        let hint = match Event::read(self.builder.bytes, first, true) {
            Ok(Some(event)) if event.end == stop => {
                self.builder.tally.note(self.builder.plain);
                self.builder.push_event(first, event, Facts::default());
                self.builder.tally.json += 1;
                return true;
            }
            Ok(None) => match self.builder.shape(first) {
                Ok(Shape::Record { hint, end: Some(end) }) if end == stop => hint,
                Ok(Shape::Record { hint, end: None }) if self.is_closed(first, stop) => hint,
                _ => return false,
            },
            _ => return false,
        };
        self.builder.push_object(first, stop, hint);
        self.builder.tally.json += 1;
        true
    }

    /// Whether the line looks like exactly one object. The last line may be cut off, so it is read in full.
    fn is_closed(&self, first: usize, stop: usize) -> bool {
        let text = &self.whole[first..stop];
        stop < self.whole.len() && text.ends_with(b"}") && self.seam.find(text).is_none()
    }

    fn values(&mut self, first: usize, stop: usize) -> bool {
        let before = self.builder.mark();
        let mut pos = first;
        while pos < stop {
            if !matches!(self.whole[pos], b'{' | b'[') {
                return self.trailing_text(&before, pos, stop);
            }
            let mark = self.builder.mark();
            match self.builder.value(pos) {
                Ok(end) => pos = end,
                Err(broken) if self.builder.keeps(&mark) => {
                    report_broken(&mut self.builder, broken, stop);
                    return true;
                }
                Err(broken) => {
                    self.builder.back_to(&mark);
                    if broken == Broken::Truncated && self.whole[stop..].trim_ascii().is_empty() {
                        self.dangling = Some(self.builder.line(pos));
                        self.text(pos, stop);
                        return true;
                    }
                    return pos > first && self.trailing_text(&before, pos, stop);
                }
            }
            pos = skip_separators(self.builder.bytes, pos);
        }
        true
    }

    /// Text behind a value: the line was text all along, unless the value was a document.
    fn trailing_text(&mut self, before: &Mark, pos: usize, stop: usize) -> bool {
        if !self.builder.envelope {
            self.builder.back_to(before);
            return false;
        }
        self.text(pos, stop);
        true
    }

    fn text(&mut self, start: usize, stop: usize) {
        self.builder.tally.text += 1;
        self.builder.push(start..stop, Escape::None, None, 0);
    }
}

/// Says where a document breaks off whose whole records were kept. `end` is where the cutter had to stop.
pub(super) fn report_broken(builder: &mut Builder<'_>, broken: Broken, end: usize) {
    match broken {
        Broken::Truncated => builder.issue(
            end,
            "the JSON document breaks off in the middle: every whole record before this line was read, the rest is \
             missing; fetch or copy it again",
        ),
        Broken::Malformed(at) => {
            let message = format!(
                "no valid JSON from here on: {} bytes of this document were not read; fetch or copy it again",
                end.saturating_sub(at)
            );
            builder.issue(at, message);
        }
    }
}

/// Adds a line to the last record: in place when it follows directly, as a part otherwise. `false` when it
/// does not fit, or there is no record.
pub(super) fn grow(cut: &mut Cut, bytes: &[u8], line: Range<usize>, number: u32) -> bool {
    let Some(record) = cut.records.last_mut() else { return false };
    let payload = record.payload.range();
    let Ok(length) = u32::try_from(line.len()) else { return false };
    if payload.is_empty() {
        record.payload = Slice { start: line.start as u64, len: length };
        record.line = number;
        return true;
    }
    // Comments and carriage returns are no part of the text, so across them it cannot stay one slice.
    let gap = bytes.get(payload.end..line.start).unwrap_or_default();
    if record.more == 0 && gap.iter().all(|byte| matches!(byte, b'\n' | b' ' | b'\t')) {
        let Ok(length) = u32::try_from(line.end - payload.start) else { return false };
        record.payload.len = length;
        return true;
    }
    if record.more == u16::MAX {
        return false;
    }
    if record.more == 0 {
        record.first_part = cut.parts.len() as u32;
    }
    record.more += 1;
    cut.parts.push(Slice { start: line.start as u64, len: length });
    true
}

fn may_be_array(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(skip_space(bytes, at + 1)), Some(b'{' | b'[' | b']' | b'"'))
}

fn trailing_space(text: &[u8]) -> usize {
    text.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count()
}
