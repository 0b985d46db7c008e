//! A signal as the list shows it, read when it comes into view.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Case;
use crate::model::{Kind, Layer, Outcome, RequestKey, Severity, Signal, SignalKey, Timestamp};
use crate::tui::find::Needle;
use crate::tui::model::Shared;
use crate::tui::time;
use crate::tui::widgets::wrap;

/// Text of a record that the list can show; the signal screen shows all of it.
const MAX_TEXT: usize = 32 << 10;
/// Lines of an unfolded record.
const MAX_LINES: usize = 200;
/// Characters of a line.
const MAX_LINE: usize = 2_000;

/// What the list shows of a signal.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) time: Option<Timestamp>,
    pub(super) severity: Severity,
    pub(super) layer: Layer,
    pub(super) outcome: Outcome,
    pub(super) request: Option<Member>,
    /// Safe to show; at least one.
    pub(super) lines: Vec<String>,
    /// The lines in rows of the text column, once it was unfolded.
    pub(super) rows: Vec<String>,
    /// Columns of these rows.
    columns: usize,
    /// The line that stands for all when it is folded.
    pub(super) telling: usize,
    /// What the search found where no line shows it: in the record as stored.
    pub(super) elsewhere: Option<String>,
}

/// The request of a signal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) request: RequestKey,
    /// Whether only time ties them.
    pub(super) is_heuristic: bool,
    /// When the request began.
    pub(super) start: Option<Timestamp>,
}

/// The records in view.
#[derive(Debug, Default)]
pub(super) struct Records(BTreeMap<SignalKey, Record>);

impl Records {
    pub(super) fn get(&self, key: SignalKey) -> Option<&Record> {
        self.0.get(&key)
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Reads those of `keys` that are not there yet and forgets all others.
    pub(super) fn show(&mut self, keys: &BTreeSet<SignalKey>, shared: &Shared, needle: Option<&Needle>) {
        self.0.retain(|key, _| keys.contains(key));
        for key in keys {
            self.read(*key, shared, needle);
        }
    }

    /// Rows that a record takes when it is unfolded in a text column of `columns`.
    pub(super) fn unfold(
        &mut self,
        key: SignalKey,
        columns: usize,
        shared: &Shared,
        needle: Option<&Needle>,
    ) -> usize {
        let Some(record) = self.read(key, shared, needle) else { return 1 };
        if record.columns != columns {
            record.rows.clear();
            record.lines.iter().for_each(|line| wrap(line, columns, &mut record.rows));
            record.columns = columns;
        }
        record.rows.len()
    }

    /// Reads one.
    fn read(&mut self, key: SignalKey, shared: &Shared, needle: Option<&Needle>) -> Option<&mut Record> {
        let case = shared.case().filter(|case| key.index() < case.briefs().len())?;
        Some(self.0.entry(key).or_insert_with(|| record(case, key, shared, needle)))
    }
}

fn record(case: &Case, key: SignalKey, shared: &Shared, needle: Option<&Needle>) -> Record {
    let signal = case.signal(key);
    let raw = case.raw(key);
    let lines = lines(shared, &headline(&signal, raw));
    let is_traceback = lines[0].starts_with("Traceback (most recent call last)");
    let last = lines.iter().rposition(|line| !line.trim().is_empty()).unwrap_or_default();
    let found = needle.and_then(|needle| lines.iter().position(|line| needle.is_in(line)));
    let telling = found.unwrap_or(if is_traceback { last } else { 0 });
    let elsewhere = needle.filter(|_| found.is_none()).and_then(|needle| {
        let at = needle.in_bytes(raw)?;
        let words = String::from_utf8_lossy(&raw[at]);
        Some(flat(shared.around(&String::from_utf8_lossy(raw), &words, 160).as_str()))
    });
    Record {
        time: case.briefs().at(key.index()).timestamp,
        severity: signal.severity,
        layer: signal.layer,
        outcome: signal.outcome,
        request: case.request_of(key).and_then(|request| member(case, key, request)),
        lines,
        rows: Vec::new(),
        columns: 0,
        telling,
        elsewhere,
    }
}

fn member(case: &Case, key: SignalKey, request: RequestKey) -> Option<Member> {
    let found = case.requests().get(request.index())?;
    let link = found.signals.binary_search_by_key(&key, |link| link.signal);
    let is_heuristic = link.is_ok_and(|at| found.signals[at].reason.is_heuristic());
    Some(Member { request, is_heuristic, start: found.window.map(|window| window.start) })
}

/// The text of a signal: its message; its name too where that says what happened; else the record as stored.
fn headline(signal: &Signal, raw: &[u8]) -> String {
    let is_named = matches!(
        signal.kind,
        Kind::Span | Kind::XraySegment | Kind::XraySummary | Kind::HttpExchange | Kind::CloudTrail
    );
    let name = signal.name.as_deref().unwrap_or_default();
    let mut parts = Vec::new();
    if (is_named || signal.message.is_empty()) && !name.is_empty() {
        parts.push(name.to_owned());
        parts.extend(signal.duration().map(time::duration));
    }
    if !signal.message.is_empty() {
        parts.push(signal.message.clone());
    }
    if parts.is_empty() {
        parts.push(String::from_utf8_lossy(&raw[..raw.len().min(MAX_TEXT)]).into_owned());
    }
    parts.join("  ")
}

/// The text line by line, safe to show. Of a long text only the beginning, up to the end of a line.
fn lines(shared: &Shared, text: &str) -> Vec<String> {
    let text = text.trim_end();
    let head = &text[..text.floor_char_boundary(MAX_TEXT)];
    let whole = head.len() == text.len();
    let safe = match head.rfind('\n') {
        _ if whole => shared.text(text),
        Some(end) => shared.text(&head[..end]),
        None => shared.line(text, MAX_LINE),
    };
    let mut lines: Vec<String> = safe.as_str().lines().take(MAX_LINES).map(|line| flat(&cut(line))).collect();
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

fn cut(line: &str) -> String {
    line.chars().take(MAX_LINE).collect()
}

/// Tabs as spaces: a terminal would jump over columns.
fn flat(text: &str) -> String {
    text.replace('\t', "    ")
}
