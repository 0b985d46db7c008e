//! From a difference to the record that shows it.

use std::collections::BTreeSet;

use crate::case::Case;
use crate::model::{Difference, FeatureKind, Kind, Request, SignalKey};

/// Signals of a request that are looked through.
const MAX_SIGNALS: usize = 256;
/// Bytes of a record that are looked through.
const MAX_BYTES: usize = 1 << 16;

/// Words of the names of differences that say nothing about a record.
const COMMON: &[&str] = &[
    "absent", "duration", "given", "header", "log", "once", "outcome", "records", "request", "sent", "span",
    "times", "tool", "type", "usual", "value", "wanted", "yes",
];

/// The signal of `request` that shows `difference`, as far as words tell: the first one of its kind whose record holds
/// most of the words of its name and value. `None` when no record holds any.
pub(super) fn showing(
    case: &Case,
    request: &Request,
    difference: &Difference,
    value: &str,
) -> Option<SignalKey> {
    let keys = || request.signals.iter().take(MAX_SIGNALS).map(|link| link.signal);
    if difference.kind == FeatureKind::Step {
        return keys().find(|key| {
            let brief = case.briefs().at(key.index());
            difference.attribute == format!("{} records of layer {}", brief.kind, brief.layer)
        });
    }
    let words = words(&format!("{} {value}", difference.attribute));
    let is_span =
        difference.attribute.starts_with("span ") || difference.attribute.starts_with("duration of span ");
    let layer = difference.attribute.split_once(" log: ").map(|(layer, _)| layer);
    let fits = |key: &SignalKey| {
        let brief = case.briefs().at(key.index());
        let kinds = [Kind::Span, Kind::XraySegment, Kind::XraySummary];
        (!is_span || kinds.contains(&brief.kind)) && layer.is_none_or(|layer| layer == brief.layer.word())
    };
    let score = |key: SignalKey| {
        let record = case.raw(key);
        let record = String::from_utf8_lossy(&record[..record.len().min(MAX_BYTES)]).to_lowercase();
        words.iter().filter(|word| record.contains(word.as_str())).map(String::len).sum::<usize>()
    };
    let scored = keys().filter(fits).map(|key| (score(key), key)).filter(|(score, _)| *score > 0);
    scored.min_by_key(|(score, key)| (std::cmp::Reverse(*score), *key)).map(|(_, key)| key)
}

fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').map(str::to_lowercase);
    words.filter(|word| word.len() > 2 && !COMMON.contains(&word.as_str())).collect()
}
