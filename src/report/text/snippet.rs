//! The head of a finding: level, rule, message, and the source line with a caret under what was matched.

use annotate_snippets::{AnnotationKind, Group, Level as Shown, Renderer, Snippet};

use crate::model::Level;
use crate::report::document::{Evidence, Finding};

/// Pieces of evidence shown per finding.
const PIECES: usize = 3;

/// Renders without a line feed at the end.
pub(super) fn render(finding: &Finding, color: bool, width: usize) -> String {
    let level = match finding.severity {
        Level::Error => Shown::ERROR,
        Level::Warning => Shown::WARNING,
        Level::Info => Shown::INFO,
    };
    let title = level.primary_title(finding.message.as_str()).id(finding.rule.as_str());
    let mut report = vec![Group::with_title(title).elements(finding.evidence.first().map(snippet))];
    for piece in finding.evidence.iter().take(PIECES).skip(1) {
        let title = Shown::NOTE.secondary_title(format!("{} evidence, {}", piece.role, piece.layer));
        report.push(Group::with_title(title).element(snippet(piece)));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.term_width(width).render(&report)
}

fn snippet(piece: &Evidence) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    let excerpt = piece.excerpt.as_str();
    let matched = piece.matched.as_ref().and_then(|matched| {
        let first = matched.as_str().lines().next().filter(|line| !line.is_empty())?;
        excerpt.find(first).map(|at| at..at + first.len())
    });
    let whole = excerpt.len() - excerpt.trim_start().len()..excerpt.len();
    let place = match (&piece.path, &piece.log_group) {
        (Some(path), _) => Some(path.as_str()),
        (None, group) => group.as_ref().map(|group| group.as_str()),
    };
    Snippet::source(excerpt)
        .line_start(piece.line.unwrap_or(1) as usize)
        .line_numbering(piece.line.is_some())
        .path(place)
        .annotation(AnnotationKind::Primary.span(matched.unwrap_or(whole)))
}
