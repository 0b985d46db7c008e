//! `aws logs … --output table`: boxes of `-`, `+` and `|`, one event per row.

use std::ops::Range;

use memchr::{memchr, memchr_iter};

use super::builder::{Builder, Facts};
use super::events::time_of_text;
use crate::model::Escape;

/// Whether one of the first lines opens a table.
pub(super) fn is_table(bytes: &[u8]) -> bool {
    let mut lines =
        bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).take(6);
    while let Some(line) = lines.next() {
        if line.len() > 3 && line.iter().all(|byte| *byte == b'-') {
            return lines.next().is_some_and(|line| line.starts_with(b"|") && line.ends_with(b"|"));
        }
    }
    false
}

/// The columns of the table being read.
struct Columns<'a> {
    names: Vec<&'a [u8]>,
    message: Option<usize>,
}

/// Cuts a table into its rows.
///
/// Cells are found by counting bars from both sides of the message, because a message may hold bars, and because
/// wide characters shift the columns.
pub(super) fn cut(builder: &mut Builder<'_>) {
    let bytes = builder.bytes;
    let mut columns: Option<Columns<'_>> = None;
    let mut pos = 0;
    let mut unread = 0u32;
    while pos < bytes.len() {
        let mut row = line_at(bytes, pos);
        pos = row.end + 1;
        let text = bytes[row.clone()].trim_ascii();
        if text.is_empty() || text.iter().all(|byte| matches!(byte, b'-' | b'+' | b'|')) {
            continue;
        }
        if !text.starts_with(b"|") {
            builder.tally.text += 1;
            builder.push(row, Escape::None, None, 0);
            continue;
        }
        // The line feeds of a message break its row.
        while !bytes[row.clone()].trim_ascii_end().ends_with(b"|") && row.end < bytes.len() {
            row.end = line_at(bytes, row.end + 1).end;
            pos = row.end + 1;
        }
        let cells = inner(bytes, row.clone());
        match &columns {
            _ if is_title(&bytes[cells.clone()]) => columns = None,
            None => columns = Some(header(&bytes[cells])),
            Some(known) if known.message.is_some() => push(builder, known, cells),
            Some(known) => unread += u32::from(!known.names.contains(&&b"searchedCompletely"[..])),
        }
    }
    if unread > 0 {
        let message = format!(
            "{unread} table rows have no `message` column and were not read; fetch with --output json"
        );
        builder.issue(bytes.len(), message);
    }
}

fn line_at(bytes: &[u8], start: usize) -> Range<usize> {
    let rest = bytes.get(start..).unwrap_or_default();
    start..start + memchr(b'\n', rest).unwrap_or(rest.len())
}

/// The row without the bars of its boxes.
fn inner(bytes: &[u8], row: Range<usize>) -> Range<usize> {
    let text = &bytes[row.clone()];
    let trimmed = text.trim_ascii_end();
    let left = text.len() - text.trim_ascii_start().len();
    let bars = trimmed[left..].iter().take_while(|byte| **byte == b'|').count();
    let tail = trimmed.iter().rev().take_while(|byte| **byte == b'|').count().min(bars);
    let start = row.start + left + bars;
    start..(row.start + trimmed.len() - tail).max(start)
}

/// A title is one centred word in a box.
fn is_title(cells: &[u8]) -> bool {
    let word = cells.trim_ascii();
    memchr(b'|', cells).is_none() && cells.starts_with(b"  ") && !word.contains(&b' ')
}

fn header(cells: &[u8]) -> Columns<'_> {
    let names: Vec<_> = cells.split(|byte| *byte == b'|').map(<[u8]>::trim_ascii).collect();
    let message = names.iter().position(|name| matches!(*name, b"message" | b"@message"));
    Columns { names, message }
}

fn push<'a>(builder: &mut Builder<'a>, columns: &Columns<'_>, cells: Range<usize>) {
    let bytes: &'a [u8] = builder.bytes;
    let Some(message) = columns.message else { return };
    let bars: Vec<_> = memchr_iter(b'|', &bytes[cells.clone()]).map(|at| cells.start + at).collect();
    let after = columns.names.len() - 1 - message;
    if bars.len() < message + after {
        return builder
            .issue(cells.start, "a table row has too few cells and was not read; fetch with --output json");
    }
    let cell = |index: usize| {
        // Bars before the message count from the left, those after it from the right.
        let bar = |index: usize| {
            if index <= message { bars[index - 1] } else { bars[bars.len() + index - columns.names.len()] }
        };
        let start = if index == 0 { cells.start } else { bar(index) + 1 };
        let end = if index + 1 == columns.names.len() { cells.end } else { bar(index + 1) };
        trim(bytes, start..end.max(start))
    };
    let text = |wanted: &[u8]| {
        let index = columns.names.iter().position(|name| *name == wanted)?;
        Some(&bytes[cell(index)])
    };
    let facts = Facts { stream: text(b"logStreamName"), ..Facts::default() };
    let time = text(b"timestamp").and_then(time_of_text);
    let context = builder.context(facts);
    builder.tally.json += 1;
    builder.push(cell(message), Escape::None, time, context);
}

fn trim(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let text = &bytes[range.clone()];
    // Two spaces are the padding of a cell; what else stands before a message is its indentation.
    let left = text.iter().take(2).take_while(|byte| **byte == b' ').count();
    let right = text[left..].len() - text[left..].trim_ascii_end().len();
    range.start + left..range.end - right
}
