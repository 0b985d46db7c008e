//! Clues: what one signal says of one step.

use crate::model::{Signal, SignalKey, Stage, Timestamp};

/// What a signal says of a step. Orders from the weakest to the strongest statement.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Says {
    /// It was taken.
    Took,
    /// It may be where the call failed, when nothing better is known: a bare status 500.
    Suspect,
    /// It failed.
    Failed,
}

/// What one signal says of one step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Clue {
    pub(super) stage: Stage,
    pub(super) says: Says,
    pub(super) signal: SignalKey,
    /// When the step began.
    pub(super) at: Option<Timestamp>,
    /// When it ended; only where the signal itself tells.
    pub(super) end: Option<Timestamp>,
    /// Whether a span tells, whose times are better than those of a row.
    pub(super) is_span: bool,
    /// What shows the step: "span POST /mcp, 200".
    pub(super) note: String,
    /// The text of a failure; empty when there is none.
    pub(super) text: String,
}

/// Gathers clues of a request.
#[derive(Debug, Default)]
pub(super) struct Clues(pub(super) Vec<Clue>);

impl Clues {
    /// Notes that `signal` shows `stage`, begun at the signal's time.
    pub(super) fn took(&mut self, stage: Stage, key: SignalKey, signal: &Signal, note: impl Into<String>) {
        self.add(stage, Says::Took, key, signal, note.into());
    }

    /// Notes that `signal` states the failure of `stage`.
    pub(super) fn failed(&mut self, stage: Stage, key: SignalKey, signal: &Signal, note: impl Into<String>) {
        self.add(stage, Says::Failed, key, signal, note.into());
    }

    /// Notes that the call may have failed at `stage`.
    pub(super) fn suspect(&mut self, stage: Stage, key: SignalKey, signal: &Signal, note: impl Into<String>) {
        self.add(stage, Says::Suspect, key, signal, note.into());
    }

    /// Notes that the answer, good or bad, went out when `signal` ended.
    pub(super) fn answered(&mut self, key: SignalKey, signal: &Signal, note: impl Into<String>) {
        self.took(Stage::Response, key, signal, note);
        if let Some(clue) = self.0.last_mut() {
            clue.at = signal.end.or(signal.timestamp);
            clue.end = None;
        }
    }

    fn add(&mut self, stage: Stage, says: Says, key: SignalKey, signal: &Signal, note: String) {
        let text = if says == Says::Took { "" } else { signal.message.as_str() };
        self.0.push(Clue {
            stage,
            says,
            signal: key,
            at: signal.timestamp,
            end: signal.end,
            is_span: signal.layer == crate::model::Layer::Span,
            note,
            text: text.to_owned(),
        });
    }

    /// The clues of one step.
    pub(super) fn of(&self, stage: Stage) -> impl DoubleEndedIterator<Item = &Clue> {
        self.0.iter().filter(move |clue| clue.stage == stage)
    }

    /// Whether any signal shows a step between `first` and `last`, both included.
    pub(super) fn any_between(&self, first: Stage, last: Stage) -> bool {
        self.0.iter().any(|clue| first <= clue.stage && clue.stage <= last)
    }
}

/// Longest quotation of a record's text in a note.
const MAX_QUOTE: usize = 200;
/// Most characters that are given up so that a quotation ends with a whole word.
const MAX_WORD: usize = 24;

/// The first line of a text that says something, cut to a length that fits a note; a line that ends with a colon
/// brings the next one with it.
pub(super) fn quote(text: &str) -> String {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let next = lines.next().filter(|_| first.ends_with(':')).unwrap_or_default();
    let line = format!("{first} {}", next.trim_start_matches("- "));
    let line = line.trim_end();
    let Some((at, _)) = line.char_indices().nth(MAX_QUOTE) else { return line.to_owned() };
    match line[..at].rfind(' ').filter(|end| at - end <= MAX_WORD) {
        Some(end) => format!("{} …", line[..end].trim_end()),
        None => format!("{}…", &line[..at]),
    }
}

/// The same of a failure's text. A Gateway's row says first that the request was processed, then what the answer was.
pub(super) fn reason(text: &str) -> String {
    let behind = text.split_once('\n').filter(|(first, _)| first.starts_with("Successfully processed"));
    quote(behind.map_or(text, |(_, rest)| rest))
}

/// A length of time in words: `7 ms`, `2.41 s`.
pub(super) fn span_of(nanos: i64) -> String {
    let millis = nanos / 1_000_000;
    match millis {
        0 => "under 1 ms".to_owned(),
        1..1_000 => format!("{millis} ms"),
        _ => format!("{:.2} s", nanos as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_are_one_short_line() {
        assert_eq!(quote("\n  first \nsecond"), "first");
        assert_eq!(quote(&"é".repeat(400)).chars().count(), MAX_QUOTE + 1);
        assert_eq!(quote(""), "");
        assert_eq!(
            quote(&format!("{} word cut", "x".repeat(MAX_QUOTE - 8))),
            format!("{} word …", "x".repeat(MAX_QUOTE - 8))
        );
        assert_eq!(
            reason("Successfully processed request\nParameter validation failed:\n- Field 'n'\n- x"),
            "Parameter validation failed: Field 'n'"
        );
    }

    #[test]
    fn lengths_of_time_read_well() {
        assert_eq!(span_of(300_000), "under 1 ms");
        assert_eq!(span_of(7_000_000), "7 ms");
        assert_eq!(span_of(2_414_000_000), "2.41 s");
    }
}
