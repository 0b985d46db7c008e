//! Tells how the bytes of an input are laid out, from its first lines.

use memchr::memchr;

use super::builder::Builder;
use super::document::Shape;
use super::prefix::{self, Dialect};
use super::scan::{Broken, skip_space, value_end};
use super::{csv, table};

/// How many lines are looked at.
const SAMPLE_LINES: usize = 200;
/// How far they may reach.
const SAMPLE_BYTES: usize = 256 << 10;
/// After how many lines of text (a prompt, a heading) a document may begin.
const HEADING_LINES: usize = 20;

/// How an input is laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Layout {
    /// Nothing but white space.
    Empty,
    /// CSV export.
    Csv,
    /// Table of the command line.
    Table,
    /// JSON documents that span lines.
    Documents,
    /// One record per line.
    Lines(Dialect),
}

/// The layout of `bytes`.
pub(super) fn of(bytes: &[u8]) -> Layout {
    let Some(first) = first_line(bytes) else { return Layout::Empty };
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    if csv::is_export(sample) {
        return Layout::Csv;
    }
    if table::is_table(sample) {
        return Layout::Table;
    }
    if begins_document(bytes, first) || has_late_document(bytes) {
        return Layout::Documents;
    }
    Layout::Lines(dialect(bytes))
}

/// The first byte that is neither white space nor in a comment; that of a comment, when there is nothing else.
fn first_line(bytes: &[u8]) -> Option<usize> {
    let after_space =
        |from: usize| bytes[from..].iter().position(|byte| !byte.is_ascii_whitespace()).map(|at| from + at);
    let start = after_space(0)?;
    let mut first = start;
    while bytes[first..].starts_with(b"##") {
        let next = memchr(b'\n', &bytes[first..]).and_then(|length| after_space(first + length));
        let Some(next) = next else { return Some(start) };
        first = next;
    }
    Some(first)
}

/// Whether a JSON value begins at `start` and goes on behind its first line.
fn begins_document(bytes: &[u8], start: usize) -> bool {
    let inside = bytes.get(skip_space(bytes, start + 1));
    let plausible = match bytes[start] {
        b'{' => matches!(inside, Some(b'"' | b'}')),
        b'[' => matches!(inside, Some(b'{' | b'[' | b'"' | b']')),
        _ => false,
    };
    if !plausible {
        return false;
    }
    let rest = &bytes[start..];
    let Some(length) = memchr(b'\n', &rest[..rest.len().min(SAMPLE_BYTES)]) else { return false };
    let line = rest[..length].trim_ascii_end();
    // A line that was cut off ends anywhere; one that was broken by a formatter ends between two tokens.
    let between = matches!(line.last(), Some(b'{' | b'[' | b',' | b':' | b'}' | b']' | b'"' | b'0'..=b'9'));
    between && !rest[length..].trim_ascii().is_empty() && value_end(line, 0) == Err(Broken::Truncated)
}

/// Whether a known document follows a few lines of text, as when a command was copied with its output.
fn has_late_document(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    let mut start = 0;
    for _ in 0..HEADING_LINES {
        let Some(length) = memchr(b'\n', &sample[start..]) else { return false };
        start += length + 1;
        let is_opening = matches!(sample.get(start), Some(b'{' | b'['));
        if is_opening && begins_document(bytes, start) {
            let shape = Builder::new("", bytes, 0).shape(start);
            return !matches!(shape, Ok(Shape::Record { .. }) | Err(_));
        }
    }
    false
}

/// The dialect that the first line speaks, or at least half of the lines.
fn dialect(bytes: &[u8]) -> Dialect {
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    let lines = sample
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty() && !line.trim_ascii_start().starts_with(b"##"))
        .take(SAMPLE_LINES);
    let mut total = 0;
    let mut hits = [0usize; Dialect::PREFIXED.len()];
    for line in lines {
        for (hit, dialect) in hits.iter_mut().zip(Dialect::PREFIXED) {
            if prefix::read(dialect, line).is_some() {
                if total == 0 {
                    return dialect;
                }
                *hit += 1;
            }
        }
        total += 1;
    }
    let best = Dialect::PREFIXED.into_iter().zip(hits).max_by_key(|(_, hit)| *hit);
    best.filter(|(_, hit)| hit * 2 >= total).map_or(Dialect::Plain, |(dialect, _)| dialect)
}
