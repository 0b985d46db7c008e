//! The log text that the causes rest on, with its place.

use super::page::Page;
use super::story::Cause;
use super::{Report, causes, markup};
use crate::model::{Evidence, Signal};
use crate::report::summary::{self, counted};
use crate::text::{Door, SafeText};

/// Pieces of evidence for one cause.
const PIECES: usize = 4;
/// Lines of one piece.
const LINES: usize = 14;
/// Of these, how many stand before the line that tells.
const LEAD: usize = 4;
/// Longest line, in characters.
const WIDTH: usize = 400;

/// The section.
pub(super) fn section(report: &Report<'_>, page: &mut Page) {
    let causes: Vec<&Cause> = report.causes.iter().take(causes::CAUSES).collect();
    if causes.is_empty() {
        return;
    }
    page.heading(2, "Evidence");
    for cause in &causes {
        if causes.len() > 1 {
            page.heading(3, &report.code(&cause.rule));
        }
        pieces(report, cause, page);
    }
}

/// The first piece of each request before the second of any, and no text twice.
fn pieces(report: &Report<'_>, cause: &Cause, page: &mut Page) {
    let findings: Vec<_> = report.findings_of(&cause.rule).collect();
    let deepest = findings.iter().map(|(_, finding)| finding.evidence.len()).max().unwrap_or_default();
    let mut shown: Vec<Vec<SafeText>> = Vec::new();
    let (mut alike, mut more) = (0_usize, 0_usize);
    for depth in 0..deepest {
        for (index, finding) in &findings {
            let own = report.snapshot.findings.get(*index).and_then(|finding| finding.evidence.get(depth));
            let (Some(piece), Some(own)) = (finding.evidence.get(depth), own) else { continue };
            let Some(signal) = report.snapshot.evidence.get(&own.signal) else { continue };
            if shown.len() >= PIECES {
                more += 1;
                continue;
            }
            let lines = excerpt(signal, own, report.door);
            if shown.contains(&lines) {
                alike += 1;
                continue;
            }
            page.paragraph(&place(piece));
            page.block(&lines.iter().map(SafeText::as_str).collect::<Vec<_>>().join("\n"), "text");
            shown.push(lines);
        }
    }
    let note = |count: usize, noun: &str, rest: &str| match count {
        0 => String::new(),
        count => format!("{} {rest}.", counted(count as u64, noun)),
    };
    let alike = note(alike, "more record", "with the same text");
    let more = note(more, "further record", "not shown");
    page.paragraph(&[alike, more].into_iter().filter(|note| !note.is_empty()).collect::<Vec<_>>().join(" "));
}

/// Where a piece lies: path and line, log group and stream, time, layer.
fn place(piece: &crate::report::document::Evidence) -> String {
    let place = summary::place(piece);
    let mut parts = Vec::new();
    if !place.is_empty() {
        parts.push(markup::code(&place));
    }
    parts.extend(piece.log_group.as_ref().map(|group| format!("log group {}", markup::code(group.as_str()))));
    parts.extend(piece.log_stream.as_ref().map(|stream| format!("stream {}", markup::code(stream.as_str()))));
    parts.extend(piece.timestamp.map(|at| at.to_string()));
    parts.push(format!("layer {}", piece.layer));
    format!("{}:", parts.join(", "))
}

/// The lines of a signal's message around the one that was matched.
fn excerpt(signal: &Signal, evidence: &Evidence, door: Door) -> Vec<SafeText> {
    let whole = door.pass(signal.message.trim_end());
    let lines: Vec<&str> = whole.as_str().lines().collect();
    if lines.len() < 2 {
        return vec![crate::report::excerpt(signal, evidence.matched.as_deref(), door, WIDTH)];
    }
    let matched = evidence.matched.as_deref().map(|text| door.pass(text));
    let first = matched.as_ref().and_then(|text| text.as_str().lines().find(|line| !line.trim().is_empty()));
    let at = first.and_then(|first| lines.iter().position(|line| line.contains(first))).unwrap_or_default();
    let start = if lines.len() <= LINES { 0 } else { at.saturating_sub(LEAD).min(lines.len() - LINES) };
    let end = lines.len().min(start + LINES);
    let mut shown = Vec::with_capacity(LINES + 2);
    let left_out = |count: usize| door.line(&format!("… {} left out", counted(count as u64, "line")), WIDTH);
    if start > 0 {
        shown.push(left_out(start));
    }
    shown.extend(lines[start..end].iter().map(|line| door.line(line, WIDTH)));
    if end < lines.len() {
        shown.push(left_out(lines.len() - end));
    }
    shown
}
