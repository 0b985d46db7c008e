//! Texts that must be present in the raw bytes of a record before an expression can match its message.
//!
//! The bytes on disk may be JSON-escaped, so a needle avoids every byte that an encoder may change. Where the message
//! is put together from several places (lines, error type and text), the needles are looked for in the message.

use regex_syntax::hir::{Class, Hir, HirKind};

/// A text to look for, as bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub(crate) struct Needle {
    /// Its UTF-8 bytes; lower case when `any_case`.
    pub(crate) bytes: Vec<u8>,
    /// Whether ASCII letters match in any case.
    pub(crate) any_case: bool,
}

/// Shortest needle worth looking for.
const MIN_LEN: usize = 4;

/// An expression with more alternatives than this has no useful set.
const MAX_ALTERNATIVES: usize = 48;

/// Words of which log files are full: they find nothing.
const COMMON: &[&str] = &[
    "agent",
    "attributes",
    "authorization",
    "aws",
    "bedrock",
    "bedrock-agentcore",
    "body",
    "call",
    "client",
    "code",
    "content",
    "data",
    "debug",
    "error",
    "errors",
    "event",
    "exception",
    "failed",
    "false",
    "file",
    "found",
    "from",
    "gateway",
    "http",
    "https",
    "info",
    "input",
    "invalid",
    "json",
    "jsonrpc",
    "level",
    "line",
    "log",
    "logger",
    "logs",
    "message",
    "method",
    "name",
    "not",
    "null",
    "python",
    "request",
    "requestid",
    "requests",
    "resource",
    "response",
    "result",
    "runtime",
    "server",
    "service",
    "session",
    "span",
    "start",
    "status",
    "stream",
    "string",
    "success",
    "target",
    "text",
    "time",
    "timestamp",
    "tool",
    "tools",
    "trace",
    "traceback",
    "true",
    "type",
    "user",
    "value",
    "warning",
    "with",
];

/// The best set found so far, with its worth.
#[derive(Clone)]
struct Choice {
    needles: Vec<Needle>,
    worth: u32,
}

/// The needles of `hir`: whatever matches contains at least one of them. Empty when there is no such set.
pub(crate) fn required_needles(hir: &Hir) -> Vec<Needle> {
    best_of(hir).map(|choice| choice.needles).unwrap_or_default()
}

/// The needles of a text that must be found as it stands.
pub(crate) fn needles_of_text(text: &str) -> Vec<Needle> {
    of_run(text, false).map(|choice| choice.needles).unwrap_or_default()
}

/// How much rarer a set is than another; 0 for no needles.
pub(crate) fn worth(needles: &[Needle]) -> u32 {
    needles.iter().map(|needle| rarity(&String::from_utf8_lossy(&needle.bytes))).min().unwrap_or(0)
}

fn better(a: Option<Choice>, b: Option<Choice>) -> Option<Choice> {
    match (a, b) {
        (Some(a), Some(b)) if b.worth > a.worth => Some(b),
        (Some(a), _) => Some(a),
        (None, b) => b,
    }
}

fn best_of(hir: &Hir) -> Option<Choice> {
    match hir.kind() {
        HirKind::Concat(parts) => best_of_concat(parts),
        HirKind::Alternation(branches) => {
            let all: Vec<Choice> = branches.iter().map(best_of).collect::<Option<_>>()?;
            union(all)
        }
        HirKind::Repetition(repetition) if repetition.min > 0 => best_of(&repetition.sub),
        HirKind::Capture(capture) => best_of(&capture.sub),
        HirKind::Literal(_) | HirKind::Class(_) => best_of_concat(std::slice::from_ref(hir)),
        HirKind::Repetition(_) | HirKind::Empty | HirKind::Look(_) => None,
    }
}

fn union(choices: Vec<Choice>) -> Option<Choice> {
    let worth = choices.iter().map(|choice| choice.worth).min()?;
    let mut needles: Vec<Needle> = choices.into_iter().flat_map(|choice| choice.needles).collect();
    needles.sort();
    needles.dedup();
    (needles.len() <= MAX_ALTERNATIVES).then_some(Choice { needles, worth })
}

/// Joins neighbouring literal parts into runs and takes the best of runs and of the other parts.
fn best_of_concat(parts: &[Hir]) -> Option<Choice> {
    let mut best = None;
    let mut run = Run::default();
    for part in parts {
        if !run.extend(part) {
            best = better(best, std::mem::take(&mut run).choice());
            best = better(best, if is_atom(part) { None } else { best_of(part) });
        }
    }
    better(best, run.choice())
}

fn is_atom(hir: &Hir) -> bool {
    matches!(hir.kind(), HirKind::Literal(_) | HirKind::Class(_))
}

/// Literal text gathered from neighbouring parts.
#[derive(Default)]
struct Run {
    text: String,
    any_case: bool,
}

impl Run {
    /// Appends `part` when it stands for one fixed text (up to case); `false` when it ends the run.
    fn extend(&mut self, part: &Hir) -> bool {
        match part.kind() {
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => self.text.push_str(text),
                Err(_) => return false,
            },
            HirKind::Class(class) => match folded(class) {
                Some(letter) => {
                    self.any_case = true;
                    self.text.push(letter);
                }
                None => return false,
            },
            HirKind::Capture(capture) if is_atom(&capture.sub) => return self.extend(&capture.sub),
            HirKind::Look(_) | HirKind::Empty => {}
            _ => return false,
        }
        true
    }

    fn choice(self) -> Option<Choice> {
        of_run(&self.text, self.any_case)
    }
}

/// The lower-case ASCII letter that a class means when it only ignores case. The non-ASCII relatives of `k` and
/// `s` (Kelvin sign, long s), which Unicode folding adds, do not occur in logs and are passed over.
fn folded(class: &Class) -> Option<char> {
    let Class::Unicode(class) = class else { return None };
    let mut ascii = class
        .ranges()
        .iter()
        .filter(|range| !matches!(range.start(), '\u{17f}' | '\u{212a}'))
        .map(|range| (range.start() == range.end()).then_some(range.start()));
    let (upper, lower) = (ascii.next()??, ascii.next()??);
    (ascii.next().is_none() && lower.is_ascii_lowercase() && upper == lower.to_ascii_uppercase())
        .then_some(lower)
}

fn of_run(text: &str, any_case: bool) -> Option<Choice> {
    let text = if any_case { text.to_ascii_lowercase() } else { text.to_owned() };
    let best = text
        .split(|c: char| !is_stable(c))
        .filter_map(|piece| of_piece(piece.trim(), any_case))
        .reduce(|a, b| if b.worth > a.worth { b } else { a });
    best.or_else(|| of_non_ascii(&text))
}

/// Whether no encoder on the way to disk writes `c` in another way: JSON escapes, HTML-safe JSON escapes, CSV
/// quotes, line breaks.
fn is_stable(c: char) -> bool {
    (c.is_ascii_graphic() || c == ' ') && !matches!(c, '"' | '\\' | '/' | '<' | '>' | '&' | '\'' | '=')
}

/// The piece as it stands; a colon or a full stop at its ends may come from whoever put the text together.
fn of_piece(piece: &str, any_case: bool) -> Option<Choice> {
    let text = piece.trim_matches([' ', ':', '.']);
    let needle = Needle { bytes: text.as_bytes().to_vec(), any_case };
    (text.len() >= MIN_LEN).then(|| Choice { needles: vec![needle], worth: rarity(text) })
}

/// Text without usable ASCII: its UTF-8 form, or one character in the `\uXXXX` form of JSON (the backslash may be
/// doubled, so only the rest is looked for).
fn of_non_ascii(text: &str) -> Option<Choice> {
    let run = text.split(|c: char| c.is_ascii()).max_by_key(|run| run.len())?;
    let unit = run.encode_utf16().next()?;
    let mut needles: Vec<Needle> = [run.to_owned(), format!("u{unit:04x}"), format!("u{unit:04X}")]
        .into_iter()
        .map(|text| Needle { bytes: text.into_bytes(), any_case: false })
        .collect();
    needles.dedup();
    (run.len() >= 3).then_some(Choice { needles, worth: 5 })
}

/// A rough figure for how seldom a text occurs in logs: common words count little, long and odd ones much.
fn rarity(text: &str) -> u32 {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
    let weight = |word: &str| match word.len() as u32 {
        0..=2 => word.len() as u32,
        _ if COMMON.binary_search(&word.to_ascii_lowercase().as_str()).is_ok() => 3,
        len => 2 * len.min(12),
    };
    words.map(weight).sum::<u32>() + text.bytes().filter(u8::is_ascii_punctuation).count() as u32
}
