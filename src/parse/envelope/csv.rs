//! CSV exports of the `CloudWatch` console: RFC 4180, the header names the query's fields.

use std::ops::Range;

use memchr::{memchr, memchr2};

use super::builder::{Builder, Facts};
use super::events::{group_name, time_of_text};
use crate::model::{Escape, Hint};

/// Whether the first line is the header of an export.
pub(super) fn is_export(bytes: &[u8]) -> bool {
    if matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return false;
    }
    let names: Vec<_> = header(bytes).into_iter().map(|name| &bytes[name]).collect();
    let has = |wanted: &[u8]| names.contains(&wanted);
    has(b"@message") || names.first() == Some(&&b"@timestamp"[..]) || (has(b"timestamp") && has(b"message"))
}

/// The columns of the first line that is not blank.
pub(super) fn header(bytes: &[u8]) -> Vec<Range<usize>> {
    let start = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    row(bytes, start).fields
}

/// The fields of one record, without their quotes.
pub(super) fn fields(raw: &[u8]) -> Vec<Range<usize>> {
    row(raw, 0).fields
}

struct Row {
    fields: Vec<Range<usize>>,
    /// End of the record, without its line end.
    end: usize,
    /// Start of the next one.
    next: usize,
    /// Whether the last quoted field was closed.
    closed: bool,
}

fn row(bytes: &[u8], start: usize) -> Row {
    let mut fields = Vec::new();
    let mut pos = start;
    let mut closed = true;
    loop {
        let field;
        (field, pos, closed) = one_field(bytes, pos, closed);
        fields.push(field);
        if bytes.get(pos) != Some(&b',') {
            break;
        }
        pos += 1;
    }
    let end = if pos > start && bytes.get(pos - 1) == Some(&b'\r') { pos - 1 } else { pos };
    Row { fields, end, next: pos + 1, closed }
}

/// The inside of the field at `pos`, and where its comma or line end stands.
fn one_field(bytes: &[u8], pos: usize, closed: bool) -> (Range<usize>, usize, bool) {
    let to_separator = |from: usize| memchr2(b',', b'\n', &bytes[from..]).map_or(bytes.len(), |at| from + at);
    if bytes.get(pos) != Some(&b'"') {
        let end = to_separator(pos);
        let is_crlf = end > pos && bytes[end - 1] == b'\r' && bytes.get(end) != Some(&b',');
        return (pos..end - usize::from(is_crlf), end, closed);
    }
    let mut at = pos + 1;
    while let Some(quote) = memchr(b'"', &bytes[at..]) {
        let quote = at + quote;
        if bytes.get(quote + 1) != Some(&b'"') {
            return (pos + 1..quote, to_separator(quote + 1), closed);
        }
        at = quote + 2;
    }
    (pos + 1..bytes.len(), bytes.len(), false)
}

/// Which column holds what.
#[derive(Default)]
struct Columns {
    message: Option<usize>,
    timestamp: Option<usize>,
    stream: Option<usize>,
    group: Option<usize>,
}

impl Columns {
    fn of(names: &[&[u8]]) -> Self {
        let find = |wanted: [&[u8]; 2]| names.iter().position(|name| wanted.contains(name));
        Self {
            message: find([b"@message", b"message"]),
            timestamp: find([b"@timestamp", b"timestamp"]),
            stream: find([b"@logStream", b"logStreamName"]),
            group: find([b"@log", b"logGroupName"]),
        }
    }
}

/// Cuts an export into its rows.
pub(super) fn cut(builder: &mut Builder<'_>) {
    let bytes = builder.bytes;
    let start = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let head = row(bytes, start);
    let names: Vec<_> = head.fields.iter().map(|name| &bytes[name.clone()]).collect();
    let columns = Columns::of(&names);
    let mut pos = head.next;
    while pos < bytes.len() {
        let row = row(bytes, pos);
        if !row.closed {
            builder.issue(
                pos,
                "the export ends inside a quoted field: its last row was not read; export it again",
            );
        } else if row.end > pos {
            push(builder, &columns, pos, &row);
        }
        pos = row.next;
    }
}

fn push<'a>(builder: &mut Builder<'a>, columns: &Columns, start: usize, row: &Row) {
    let bytes: &'a [u8] = builder.bytes;
    let cell = |column: Option<usize>| column.and_then(|index| row.fields.get(index));
    let text = |column: Option<usize>| {
        cell(column).map(|range| &bytes[range.clone()]).filter(|text| !text.is_empty())
    };
    let time = text(columns.timestamp).and_then(time_of_text);
    let message = cell(columns.message).cloned();
    let facts = Facts {
        group: text(columns.group).map(group_name),
        stream: text(columns.stream),
        hint: message.is_none().then_some(Hint::InsightsRow),
    };
    let context = builder.context(facts);
    builder.push(message.unwrap_or(start..row.end), Escape::Csv, time, context);
}
