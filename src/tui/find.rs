//! Free text that is looked for in records, stretch by stretch, so that no key waits for it.

use std::ops::Range;

use rayon::prelude::*;
use regex::RegexBuilder;

use crate::case::Case;
use crate::filter::Filter;
use crate::model::SignalKey;

/// Signals that one thread looks through at a time.
const GRAIN: usize = 512;
/// Signals in the first stretch, so that near hits show at once, and in the longest one.
const SHORTEST: u32 = 1 << 12;
const LONGEST: u32 = 1 << 16;

/// Free text, prepared for searching. Upper and lower case are the same.
#[derive(Clone, Debug)]
pub struct Needle {
    text: String,
    /// For records as they are stored.
    bytes: regex::bytes::Regex,
    /// For text on screen.
    shown: regex::Regex,
    /// For messages whose stored form is escaped or stands on several lines.
    filter: Filter,
}

impl Needle {
    /// `None` for text without anything to look for.
    pub fn new(text: &str) -> Option<Self> {
        let pattern = regex::escape(text);
        let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
        (!text.is_empty()).then_some(())?;
        Some(Self {
            text: text.to_owned(),
            bytes: regex::bytes::RegexBuilder::new(&pattern).case_insensitive(true).build().ok()?,
            shown: RegexBuilder::new(&pattern).case_insensitive(true).build().ok()?,
            filter: Filter::parse(&format!("\"{quoted}\"")).ok()?,
        })
    }

    /// As typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signals of `stretch` whose record holds the text, as stored or as read. Runs on all cores.
    pub fn among(&self, case: &Case, stretch: Range<u32>) -> Vec<SignalKey> {
        let end = stretch.end.min(case.briefs().len() as u32);
        let search = case.search(&self.filter);
        let keys = (stretch.start.min(end)..end).into_par_iter().with_min_len(GRAIN).map(SignalKey);
        keys.filter(|key| self.bytes.is_match(case.raw(*key)) || search.passes(*key)).collect()
    }

    /// Where the text stands in a record as it is stored.
    pub fn in_bytes(&self, bytes: &[u8]) -> Option<Range<usize>> {
        self.bytes.find(bytes).map(|found| found.range())
    }

    /// Where the text stands in `shown`, at most a hundred times.
    pub fn in_text(&self, shown: &str) -> Vec<Range<usize>> {
        self.shown.find_iter(shown).take(100).map(|found| found.range()).collect()
    }

    /// Whether the text stands in `shown`.
    pub fn is_in(&self, shown: &str) -> bool {
        self.shown.is_match(shown)
    }
}

/// All of `len` signals in stretches: those from `start` to the end, then those before it. Short ones come first.
pub fn stretches(start: u32, len: u32) -> Vec<Range<u32>> {
    let start = start.min(len);
    let mut size = SHORTEST;
    let mut stretches = Vec::new();
    for part in [start..len, 0..start] {
        let mut at = part.start;
        while at < part.end {
            let end = part.end.min(at.saturating_add(size));
            stretches.push(at..end);
            at = end;
            size = size.saturating_mul(2).min(LONGEST);
        }
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::testing;

    #[test]
    fn a_hit_is_found_as_stored_and_as_read() {
        let model = testing::model("schema-mismatch", (80, 24));
        let case = model.shared.case().unwrap();
        let count = |text: &str| Needle::new(text).unwrap().among(case, 0..u32::MAX).len();
        assert!(count("PARAMETER validation") > 0);
        assert!(count("resource_arn") > 0, "keys of a record are found too");
        assert_eq!(count("nowhere \"at\\all"), 0);
        assert!(Needle::new("").is_none());
    }

    #[test]
    fn stretches_cover_every_signal_once_from_the_start_on() {
        for (start, len) in [(0, 0), (0, 1), (70_000, 70_000), (5, 1_000_000), (9, 3)] {
            let mut all: Vec<u32> = stretches(start, len).into_iter().flatten().collect();
            assert_eq!(all.first().copied(), (len > 0).then_some(if start < len { start } else { 0 }));
            all.sort_unstable();
            assert_eq!(all, (0..len).collect::<Vec<_>>());
        }
    }
}
