//! JSON documents that span lines, one or several in a row, with text between them.

use memchr::memchr;

use super::builder::Builder;
use super::lines::{Fragment, LineCutter, report_broken};
use super::prefix::Dialect;
use super::scan::{Broken, skip_separators};
use crate::model::{Escape, Format};

/// Cuts an input of documents.
pub(super) fn cut(path: &str, bytes: &[u8]) -> Fragment {
    let mut builder = Builder::new(path, bytes, 0);
    builder.plain = Format::JsonDocument;
    let mut cutter = LineCutter::new(builder, Dialect::Plain, bytes);
    let mut pos = 0;
    // Text that looks like JSON could be scanned again from each of its lines. Once that has cost as much as the
    // input itself, lines are lines.
    let mut wasted = 0;
    loop {
        let next = skip_separators(bytes, pos);
        if next >= bytes.len() {
            break;
        }
        let is_value = matches!(bytes[next], b'{' | b'[') && wasted <= bytes.len();
        let line_start =
            bytes[pos..next].iter().rposition(|byte| *byte == b'\n').map_or(pos, |at| pos + at + 1);
        pos = if is_value {
            value(&mut cutter, bytes, next, &mut wasted)
        } else {
            line(&mut cutter, bytes, line_start)
        };
    }
    cutter.finish(0)
}

/// Cuts the document at `start`, or the line there when it is none. Returns where to go on.
fn value(cutter: &mut LineCutter<'_>, bytes: &[u8], start: usize, wasted: &mut usize) -> usize {
    let builder = &mut cutter.builder;
    let mark = builder.mark();
    match builder.value(start) {
        Ok(end) => end,
        Err(broken) if builder.keeps(&mark) => {
            let end = match broken {
                Broken::Truncated => bytes.len(),
                Broken::Malformed(at) => next_document(bytes, at),
            };
            report_broken(builder, broken, end);
            end
        }
        Err(Broken::Malformed(at)) => {
            builder.back_to(&mark);
            *wasted += at - start;
            line(cutter, bytes, start)
        }
        Err(Broken::Truncated) => {
            builder.back_to(&mark);
            builder.tally.text += 1;
            let end = bytes.trim_ascii_end().len();
            builder.push(start..end, Escape::None, None, 0);
            cutter.dangling = Some(cutter.builder.line(end));
            bytes.len()
        }
    }
}

fn line(cutter: &mut LineCutter<'_>, bytes: &[u8], start: usize) -> usize {
    let end = memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |length| start + length);
    cutter.line(start, end);
    end + 1
}

/// The next line after `at` that begins like a document.
fn next_document(bytes: &[u8], at: usize) -> usize {
    let mut pos = at;
    while let Some(length) = bytes.get(pos..).and_then(|rest| memchr(b'\n', rest)) {
        pos += length + 1;
        if matches!(bytes.get(pos), Some(b'{' | b'[')) {
            return pos;
        }
    }
    bytes.len()
}
