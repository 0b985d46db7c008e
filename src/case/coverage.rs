//! What the capture covers: layers with their stretch of time, gaps, what belongs to no request.

use super::index::Index;
use super::read::Source;
use crate::model::{
    Coverage, Gap, InputSummary, Issue, Kind, Layer, LayerCoverage, RequestKey, TimeRange, Timestamp,
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
    let mut summaries: Vec<InputSummary> =
        index.sources.iter().zip(spans).map(|(source, spans)| summary(source, spans, opening)).collect();
    let unread =
        opening.iter().filter(|issue| index.sources.iter().all(|source| source.input.path != issue.path));
    for issue in unread {
        match summaries.iter_mut().find(|summary| summary.path == issue.path) {
            Some(summary) => summary.issues.push(issue.clone()),
            None => summaries.push(InputSummary {
                path: issue.path.clone(),
                format: crate::model::Format::Unreadable,
                records: 0,
                log_events: 0,
                spans: 0,
                issues: vec![issue.clone()],
            }),
        }
    }
    summaries
}

fn summary(source: &Source, spans: u64, opening: &[Issue]) -> InputSummary {
    let records = source.cut.records.len() as u64;
    let own = opening.iter().filter(|issue| issue.path == source.input.path);
    InputSummary {
        path: source.input.path.clone(),
        format: source.cut.format,
        records,
        log_events: records.saturating_sub(spans),
        spans,
        issues: own.chain(&source.issues).chain(&source.cut.issues).cloned().collect(),
    }
}
