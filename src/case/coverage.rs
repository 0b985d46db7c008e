//! What the capture covers: layers with their stretch of time, gaps, what belongs to no request.

use rustc_hash::FxHashMap;

use super::index::Index;
use super::read::Source;
use crate::model::{
    Coverage, Format, Gap, InputSummary, Issue, Kind, Layer, LayerCoverage, RequestKey, SignalKey, TimeRange,
    Timestamp,
};

/// Sums up an index.
pub(super) fn coverage(index: &Index, request_of: &[Option<RequestKey>], issues: &[Issue]) -> Coverage {
    let layers: Vec<LayerCoverage> =
        Layer::ALL.iter().filter_map(|layer| layer_coverage(index, *layer)).collect();
    let range = layers
        .iter()
        .filter_map(|entry| entry.range)
        .reduce(|all, one| all.including(one.start).including(one.end));
    Coverage {
        range,
        layers,
        gaps: gaps(index, issues),
        dropped: 0,
        unassigned: request_of.iter().filter(|request| request.is_none()).count() as u64,
    }
}

fn layer_coverage(index: &Index, layer: Layer) -> Option<LayerCoverage> {
    let mut entry = LayerCoverage { layer, range: None, signals: 0 };
    for brief in index.briefs.iter().filter(|brief| brief.layer == layer && brief.kind != Kind::Emf) {
        entry.signals += 1;
        let end = index.spans.get(brief.span_facts as usize).and_then(|span| span.end);
        for at in [brief.timestamp, end].into_iter().flatten() {
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
        })
        .collect()
}

/// What a filter hides is missing to whoever judges: one gap per layer.
pub(super) fn gaps_of_hidden(index: &Index, hidden: &[SignalKey]) -> Vec<Gap> {
    let gap = |layer: &Layer| {
        let briefs = hidden.iter().map(|key| &index.briefs[key.index()]);
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
        })
    };
    Layer::ALL.iter().filter_map(gap).collect()
}

fn last_time_before(index: &Index, path: &str, line: u32) -> Option<Timestamp> {
    let source = index.sources.iter().position(|source| source.input.path == path)?;
    let records = &index.sources[source].cut.records;
    index
        .places
        .iter()
        .zip(&index.briefs)
        .filter(|(place, _)| place.source as usize == source && records[place.record as usize].line <= line)
        .filter_map(|(_, brief)| brief.timestamp)
        .max()
}

/// What each input gave, embedded documents counted with the input that holds them.
pub(super) fn summaries(index: &Index, opening: &[Issue]) -> Vec<InputSummary> {
    let mut spans = vec![0u64; index.sources.len()];
    for (place, brief) in index.places.iter().zip(&index.briefs) {
        spans[place.source as usize] +=
            u64::from(matches!(brief.kind, Kind::Span | Kind::XraySegment | Kind::XraySummary));
    }
    let mut by_path: FxHashMap<&str, Vec<&Issue>> = FxHashMap::default();
    for issue in opening {
        by_path.entry(&issue.path).or_default().push(issue);
    }
    let mut summaries: Vec<InputSummary> =
        index.sources.iter().zip(spans).map(|(source, spans)| summary(source, spans, &by_path)).collect();
    let mut shelf = Shelf::new(&summaries);
    for issue in opening {
        if let Some(at) = shelf.place(issue) {
            // What an input says of itself stands there already.
            if at >= index.sources.len() || summaries[at].path != issue.path {
                summaries[at].issues.push(issue.clone());
            }
        } else {
            shelf.exact.insert(issue.path.clone(), summaries.len());
            summaries.push(InputSummary {
                path: issue.path.clone(),
                format: if issue.fatal { Format::Unreadable } else { Format::Empty },
                records: 0,
                log_events: 0,
                spans: 0,
                issues: vec![issue.clone()],
            });
        }
    }
    summaries
}

/// Where an issue of opening is told: what was passed over is no input of its own.
struct Shelf {
    /// Inputs by path.
    exact: FxHashMap<String, usize>,
    /// The first input below each folder.
    folders: FxHashMap<String, usize>,
    any: bool,
}

impl Shelf {
    fn new(summaries: &[InputSummary]) -> Self {
        let mut shelf =
            Self { exact: FxHashMap::default(), folders: FxHashMap::default(), any: !summaries.is_empty() };
        for (at, summary) in summaries.iter().enumerate() {
            shelf.exact.insert(summary.path.clone(), at);
            for folder in folders_of(&summary.path) {
                shelf.folders.entry(folder.to_owned()).or_insert(at);
            }
        }
        shelf
    }

    /// The input that `issue` is about, else for an issue that is not fatal one beside it.
    fn place(&self, issue: &Issue) -> Option<usize> {
        let exact = self.exact.get(&issue.path);
        if exact.is_some() || issue.fatal {
            return exact.copied();
        }
        let mut folders = std::iter::once(issue.path.trim_end_matches('/')).chain(folders_of(&issue.path));
        let beside = folders.find_map(|folder| self.folders.get(folder));
        beside.copied().or(self.any.then_some(0))
    }
}

/// The folders that hold `path`, innermost first.
fn folders_of(path: &str) -> impl Iterator<Item = &str> {
    path.rmatch_indices('/').map(|(at, _)| &path[..at])
}

fn summary(source: &Source, spans: u64, opening: &FxHashMap<&str, Vec<&Issue>>) -> InputSummary {
    let records = source.cut.records.len() as u64;
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
    fn what_was_passed_over_is_told_with_an_input_beside_it() {
        let opening = [
            Issue::new("logs/b", None, "hidden entries were set aside").harmless(),
            Issue::new("logs/b/copy.log", None, "is the same file").harmless(),
            Issue::new("elsewhere", None, "hidden entries were set aside").harmless(),
        ];
        let shown = summaries_of(&["logs/a.log", "logs/b/1.log"], &opening);
        let counts: Vec<_> = shown.iter().map(|(path, _, issues)| (path.as_str(), *issues)).collect();
        assert_eq!(counts, [("logs/a.log", 1), ("logs/b/1.log", 2)]);
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
