//! Cuts the bytes of one input into records, whatever envelope they were stored in.
//!
//! [`normalise`] brings an input into UTF-8, [`cut`] finds its records, [`payload`] gives a record's text. The
//! envelope is told from the content: first how the bytes are laid out (`layout`), then, for JSON, what each value
//! is (`document`). Payloads are slices of the input; nothing is copied before someone reads.

mod builder;
mod csv;
mod document;
mod encoding;
mod events;
mod growth;
mod layout;
mod lines;
mod lists;
mod otlp;
mod pages;
mod prefix;
mod rows;
mod scan;
mod table;
mod unwrap;
mod xray;

#[cfg(test)]
mod tests;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use self::builder::{Builder, Tally};
use self::layout::Layout;
use self::lines::{Fragment, grow};
use self::prefix::Dialect;
use crate::model::{Context, Cut, Format, Input, Issue, Record};

pub use self::encoding::normalise;
pub(super) use self::growth::Lines;
pub(super) use self::scan::members;
pub use self::unwrap::{payload, payload_into};

/// Size of the blocks of lines that are cut in parallel.
const BLOCK: usize = 4 << 20;

/// Cuts a whole input, which [`normalise`] has seen. Lines are cut in parallel.
///
/// Every line that is not blank and every element of a document becomes a record, a child or part of an issue.
/// Lines that start with `##` are comments. Duplicates are kept.
pub fn cut(input: &Input) -> Cut {
    cut_in_blocks(input, BLOCK)
}

fn cut_in_blocks(input: &Input, block: usize) -> Cut {
    let bytes: &[u8] = &input.bytes;
    let path = input.path.as_str();
    let mut cut = match layout::of(bytes) {
        Layout::Empty => Cut { format: Format::Empty, contexts: vec![Context::default()], ..Cut::default() },
        Layout::Csv => cut_whole(input, Format::ConsoleCsv, csv::cut),
        Layout::Table => cut_whole(input, Format::AwsTable, table::cut),
        Layout::Documents => assemble(input, vec![pages::cut(path, bytes)], None),
        Layout::Lines(dialect) => {
            let blocks = lines::blocks(bytes, block);
            let fragments = if blocks.len() == 1 {
                vec![lines::cut_block(path, bytes, 0..bytes.len(), dialect)]
            } else {
                blocks.into_par_iter().map(|block| lines::cut_block(path, bytes, block, dialect)).collect()
            };
            assemble(input, fragments, format_of(dialect))
        }
    };
    cut.issues.extend(invalid_bytes(path, bytes));
    cut
}

/// The format that a dialect is a part of; `None` when the lines tell.
fn format_of(dialect: Dialect) -> Option<Format> {
    match dialect {
        Dialect::Tail | Dialect::Short => Some(Format::AwsLogsTail),
        Dialect::Export => Some(Format::S3Export),
        Dialect::Awslogs | Dialect::Saw => Some(Format::Text),
        Dialect::Plain => None,
    }
}

fn cut_whole(input: &Input, format: Format, cutter: fn(&mut Builder<'_>)) -> Cut {
    let mut builder = Builder::new(&input.path, &input.bytes, 0);
    cutter(&mut builder);
    Cut { format, ..builder.cut }
}

/// Puts fragments together: numbers lines through, shares contexts, mends records that cross a seam.
fn assemble(input: &Input, fragments: Vec<Fragment>, format: Option<Format>) -> Cut {
    let records: usize = fragments.iter().map(|fragment| fragment.cut.records.len()).sum();
    let mut fragments = fragments.into_iter();
    let Some(first) = fragments.next() else { return Cut::default() };
    let mut assembly = Assembly::of(first);
    let held = assembly.cut.records.len();
    assembly.cut.records.reserve_exact(records - held);
    for fragment in fragments {
        assembly.add(fragment, &input.bytes);
    }
    if let Some(line) = assembly.dangling {
        let has_others = assembly.cut.records.len() > 1;
        report_dangling(&mut assembly.cut, &input.path, line, has_others);
    }
    Cut { format: format.unwrap_or_else(|| assembly.tally.name()), ..assembly.cut }
}

/// Fragments put together so far.
#[derive(Clone, Debug)]
struct Assembly {
    cut: Cut,
    known: FxHashMap<Context, u32>,
    tally: Tally,
    lines: u32,
    dangling: Option<u32>,
}

impl Assembly {
    fn of(first: Fragment) -> Self {
        let Fragment { cut, tally, lines, dangling, .. } = first;
        let mut known: FxHashMap<Context, u32> = FxHashMap::default();
        for (index, context) in cut.contexts.iter().enumerate() {
            known.entry(context.clone()).or_insert(index as u32);
        }
        Self { cut, known, tally, lines, dangling }
    }

    fn add(&mut self, fragment: Fragment, bytes: &[u8]) {
        append(&mut self.cut, &mut self.known, &fragment, self.lines, bytes);
        self.cut.children.extend(fragment.cut.children);
        self.tally.add(fragment.tally);
        self.dangling = fragment.dangling.map(|line| line + self.lines).or(self.dangling);
        self.lines = self.lines.saturating_add(fragment.lines);
    }
}

fn append(cut: &mut Cut, known: &mut FxHashMap<Context, u32>, next: &Fragment, lines: u32, bytes: &[u8]) {
    let contexts: Vec<u32> = next
        .cut
        .contexts
        .iter()
        .map(|context| {
            *known.entry(context.clone()).or_insert_with(|| {
                cut.contexts.push(context.clone());
                cut.contexts.len() as u32 - 1
            })
        })
        .collect();
    // Only a record with a time has a prefix that the lines after it may continue.
    let mut mending =
        cut.records.last().is_some_and(|record| record.timestamp.is_some() || record.context != 0);
    let mut records = next.cut.records.iter().enumerate().peekable();
    while let Some((index, record)) = records.peek().copied() {
        let line = record.line.saturating_add(lines);
        mending &= index < next.leading;
        if !mending || !grow(cut, bytes, record.payload.range(), line) {
            break;
        }
        records.next();
    }
    let parts = cut.parts.len() as u32;
    cut.records.extend(records.map(|(_, record)| Record {
        line: record.line.saturating_add(lines),
        context: contexts.get(record.context as usize).copied().unwrap_or(0),
        first_part: record.first_part + parts,
        ..*record
    }));
    cut.parts.extend_from_slice(&next.cut.parts);
    cut.issues.extend(
        next.cut
            .issues
            .iter()
            .cloned()
            .map(|issue| Issue { line: issue.line.map(|line| line.saturating_add(lines)), ..issue }),
    );
}

/// Half a record is no evidence beside whole ones; alone it is a pasted excerpt.
fn report_dangling(cut: &mut Cut, path: &str, line: u32, has_others: bool) {
    let what = if has_others {
        cut.records.pop();
        "was not read"
    } else {
        "was read as text"
    };
    let message =
        format!("the input breaks off in the middle of a JSON record, which {what}; fetch or copy it again");
    cut.issues.push(Issue::new(path, Some(line), message));
}

/// One issue for all bytes that are no UTF-8.
fn invalid_bytes(path: &str, bytes: &[u8]) -> Option<Issue> {
    let valid = bytes.par_chunks(BLOCK).all(|chunk| simdutf8::basic::from_utf8(chunk).is_ok());
    if valid { None } else { Some(Damage::of(bytes)?.issue(path)) }
}

/// Bytes that are no UTF-8.
#[derive(Clone, Copy, Debug)]
struct Damage {
    /// Number of places.
    count: u32,
    /// Line of the first one, from 1.
    line: u32,
}

impl Damage {
    fn of(bytes: &[u8]) -> Option<Self> {
        if simdutf8::basic::from_utf8(bytes).is_ok() {
            return None;
        }
        let count = bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
        let first = bytes.utf8_chunks().next().map_or(0, |chunk| chunk.valid().len());
        let line = memchr::memchr_iter(b'\n', &bytes[..first]).count() + 1;
        Some(Self {
            count: u32::try_from(count).unwrap_or(u32::MAX),
            line: u32::try_from(line).unwrap_or(u32::MAX),
        })
    }

    fn issue(self, path: &str) -> Issue {
        let message = "bytes that are not valid UTF-8 were replaced by U+FFFD; convert the file to UTF-8 if text is lost";
        let issue = Issue::new(path, Some(self.line), message).harmless();
        Issue { count: self.count, ..issue }
    }
}
