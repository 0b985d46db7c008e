//! The head of a finding: level, rule, message, and the source line with a caret under what was matched.

use annotate_snippets::{AnnotationKind, Group, Level as Shown, Renderer, Snippet};

use crate::model::Level;
use crate::report::document::{EXCERPT, Evidence, Finding};
use crate::text::SafeText;

/// Pieces of evidence shown per finding.
const PIECES: usize = 3;
/// Bytes of a match that are underlined: more would fill lines with carets.
const UNDERLINED: usize = 80;

/// Renders without a line feed at the end.
pub(super) fn render(finding: &Finding, color: bool, width: usize) -> String {
    let level = match finding.severity {
        Level::Error => Shown::ERROR,
        Level::Warning => Shown::WARNING,
        Level::Info => Shown::INFO,
    };
    let title = level.primary_title(finding.message.as_str()).id(finding.rule.as_str());
    let head = Group::with_title(title);
    let mut report = vec![match finding.evidence.first() {
        Some(piece) => head.element(snippet(piece)),
        None => head,
    }];
    let mut shown: Vec<_> = finding.evidence.iter().take(1).map(|piece| &piece.excerpt).collect();
    for piece in finding.evidence.iter().skip(1) {
        // A line that reads like one already shown proves nothing more.
        if shown.len() == PIECES || shown.contains(&&piece.excerpt) {
            continue;
        }
        shown.push(&piece.excerpt);
        let title = Shown::NOTE.secondary_title(format!("{} evidence, {}", piece.role, piece.layer));
        report.push(Group::with_title(title).element(snippet(piece)));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    // The whole excerpt is evidence: a long line is left to the terminal to wrap.
    without_columns(&renderer.term_width(width.max(2 * EXCERPT)).render(&report))
}

fn snippet(piece: &Evidence) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    let excerpt = piece.excerpt.as_str();
    let matched = piece.matched.as_ref().and_then(|matched| {
        let first = matched.as_str().lines().next().filter(|line| !line.is_empty())?;
        excerpt.find(first).map(|at| at..at + first.len())
    });
    let whole = excerpt.len() - excerpt.trim_start().len()..excerpt.len();
    let marked = matched.unwrap_or(whole);
    let marked = marked.start..excerpt.floor_char_boundary(marked.end.min(marked.start + UNDERLINED));
    Snippet::source(excerpt)
        .line_start(piece.line.unwrap_or(1) as usize)
        .line_numbering(piece.line.is_some())
        .path(piece.path.as_ref().filter(|_| piece.line.is_some()).map(SafeText::as_str))
        .annotation(AnnotationKind::Primary.span(marked))
}

/// Takes the column from every `--> path:line:column`. The excerpt is the message, which need not be how the line of
/// the file begins: its columns are not the file's.
fn without_columns(rendered: &str) -> String {
    let mut lines = Vec::new();
    for line in rendered.lines() {
        let is_place = line.split_once("--> ").is_some_and(|(head, _)| !head.contains('|'));
        let bare = line.trim_end_matches(|c: char| c.is_ascii_digit());
        lines.push(if is_place { bare.strip_suffix(':').unwrap_or(line) } else { line });
    }
    lines.join("\n")
}
