//! What the capture covers: layers with their stretch of time, gaps, what belongs to no request.

use rustc_hash::FxHashMap;

use super::index::Index;
use super::read::Source;
use crate::model::{
    Coverage, Format, Gap, InputSummary, Issue, Kind, Layer, LayerCoverage, LiveSource, Owners, SignalKey,
    TimeRange, Timestamp,
};

/// Sums up an index.
pub(super) fn coverage(
    index: &Index,
    request_of: &Owners,
    issues: &[Issue],
    sources: &[LiveSource],
) -> Coverage {
    let layers: Vec<LayerCoverage> =
        Layer::ALL.iter().filter_map(|layer| layer_coverage(index, *layer)).collect();
    let range = layers
        .iter()
        .filter_map(|entry| entry.range)
        .reduce(|all, one| all.including(one.start).including(one.end));
    let mut gaps = gaps(index, issues);
    gaps.extend(sources.iter().flat_map(|source| source.gaps.iter().cloned()));
    Coverage {
        range,
        layers,
        gaps,
        sources: sources.to_vec(),
        dropped: 0,
        unassigned: request_of.iter().filter(Option::is_none).count() as u64,
    }
}

fn layer_coverage(index: &Index, layer: Layer) -> Option<LayerCoverage> {
    let mut entry = LayerCoverage { layer, range: None, signals: 0 };
    for brief in index.briefs.iter().filter(|brief| brief.layer == layer && brief.kind != Kind::Emf) {
        entry.signals += 1;
        for at in [brief.timestamp, brief.end].into_iter().flatten() {
            entry.range =
                Some(entry.range.map_or(TimeRange { start: at, end: at }, |range| range.including(at)));
        }
    }
    (entry.signals > 0).then_some(entry)
}

/// An issue that lost records is a gap: from the last record before it, when its line is known.
fn gaps(index: &Index, issues: &[Issue]) -> Vec<Gap> {
    issues
        .iter()
        .filter(|issue| issue.loses_records || issue.fatal)
        .map(|issue| Gap {
            source: issue.path.clone(),
            start: issue.line.and_then(|line| last_time_before(index, &issue.path, line)),
            end: None,
            reason: issue.message.clone(),
            ..Gap::default()
        })
        .collect()
}

/// What a filter hides is missing to whoever judges: one gap per layer.
pub(super) fn gaps_of_hidden(index: &Index, hidden: &[SignalKey]) -> Vec<Gap> {
    let gap = |layer: &Layer| {
        let briefs = hidden.iter().map(|key| index.briefs.at(key.index()));
        let times: Vec<_> =
            briefs.filter(|brief| brief.layer == *layer).map(|brief| brief.timestamp).collect();
        // A signal without a time may have happened at any.
        let is_timed = times.iter().all(Option::is_some);
        let bound = |time: Option<Option<Timestamp>>| time.flatten().filter(|_| is_timed);
        (!times.is_empty()).then(|| Gap {
            // Of an unknown layer: it may be an event of any, so the gap must not name one.
            source: match layer {
                Layer::Unknown => "text of unknown origin".to_owned(),
                layer => layer.word().to_owned(),
            },
            start: bound(times.iter().min().copied()),
            end: bound(times.iter().max().copied()),
            reason: format!("hidden by --filter ({}); check without it to decide", times.len()),
            is_asked_for: true,
            ..Gap::default()
        })
    };
    Layer::ALL.iter().filter_map(gap).collect()
}

fn last_time_before(index: &Index, path: &str, line: u32) -> Option<Timestamp> {
    let source = index.sources.iter().position(|source| source.input.path == path)?;
    let records = &index.sources[source].records;
    index
        .all_places()
        .zip(index.briefs.iter())
        .filter(|(place, _)| place.source == source && records.line(place.record) <= line)
        .filter_map(|(_, brief)| brief.timestamp)
        .max()
}

/// What each input gave, embedded documents counted with the input that holds them.
pub(super) fn summaries(index: &Index, opening: &[Issue]) -> Vec<InputSummary> {
    let mut spans = vec![0u64; index.sources.len()];
    for (place, brief) in index.all_places().zip(index.briefs.iter()) {
        spans[place.source] +=
            u64::from(matches!(brief.kind, Kind::Span | Kind::XraySegment | Kind::XraySummary));
    }
    let mut by_path: FxHashMap<&str, Vec<&Issue>> = FxHashMap::default();
    for issue in opening {
        by_path.entry(&issue.path).or_default().push(issue);
    }
    let mut summaries: Vec<InputSummary> =
        index.sources.iter().zip(spans).map(|(source, spans)| summary(source, spans, &by_path)).collect();
    let mut known: FxHashMap<String, usize> = FxHashMap::default();
    for (at, summary) in summaries.iter().enumerate() {
        known.insert(summary.path.clone(), at);
    }
    for issue in opening {
        match known.get(&issue.path) {
            // What an input says of itself stands there already.
            Some(at) if *at < index.sources.len() => {}
            Some(at) => summaries[*at].issues.push(issue.clone()),
            None => {
                known.insert(issue.path.clone(), summaries.len());
                summaries.push(passed_over(issue));
            }
        }
    }
    summaries
}

/// What gave no record: it could not be read, or it was set aside (a folder's hidden entries, a second name of a
/// file), which is no failure.
fn passed_over(issue: &Issue) -> InputSummary {
    InputSummary {
        path: issue.path.clone(),
        format: if issue.fatal { Format::Unreadable } else { Format::Empty },
        records: 0,
        log_events: 0,
        spans: 0,
        issues: vec![issue.clone()],
    }
}

fn summary(source: &Source, spans: u64, opening: &FxHashMap<&str, Vec<&Issue>>) -> InputSummary {
    let records = source.records.len() as u64;
    let own = opening.get(source.input.path.as_str()).into_iter().flatten().copied();
    let issues: Vec<Issue> = own.chain(&source.issues).chain(&source.cut.issues).cloned().collect();
    let unreadable = records == 0 && issues.iter().any(|issue| issue.fatal);
    InputSummary {
        path: source.input.path.clone(),
        format: if unreadable { Format::Unreadable } else { source.cut.format },
        records,
        log_events: records.saturating_sub(spans),
        spans,
        issues,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Bytes, Input};

    fn summaries_of(paths: &[&str], opening: &[Issue]) -> Vec<(String, Format, usize)> {
        let input = |path: &&str| Input { path: (*path).to_owned(), bytes: Bytes::new("a line\n") };
        let sources = paths.iter().map(input).flat_map(Source::open).collect();
        let index = Index::build(sources, crate::case::read::Batch::default());
        let shown = summaries(&index, opening).into_iter();
        shown.map(|summary| (summary.path, summary.format, summary.issues.len())).collect()
    }

    #[test]
    fn what_was_set_aside_is_not_unreadable() {
        let opening = [
            Issue::new("logs", None, "hidden entries were set aside").harmless(),
            Issue::new("logs/copy.log", None, "is the same file").harmless(),
        ];
        let shown = summaries_of(&["logs/a.log"], &opening);
        assert_eq!(shown[0].2, 0);
        let formats: Vec<_> = shown[1..].iter().map(|(path, format, _)| (path.as_str(), *format)).collect();
        assert_eq!(formats, [("logs", Format::Empty), ("logs/copy.log", Format::Empty)]);
    }

    #[test]
    fn what_could_not_be_read_is_an_input_that_says_so() {
        let opening = [
            Issue::new("gone.log", None, "cannot be read").fatal(),
            Issue::new("gone.log", None, "is named twice").harmless(),
        ];
        let shown = summaries_of(&["a.log"], &opening);
        assert_eq!(shown[1], ("gone.log".to_owned(), Format::Unreadable, 2));
        assert_eq!(shown[0].2, 0);
    }
}
