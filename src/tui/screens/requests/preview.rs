//! The selected request in short, below the list: why it failed, what shows it, what to do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{State, facts};
use crate::model::{Evidence, Request};
use crate::tui::model::Shared;
use crate::tui::screens::advice::Pen;
use crate::tui::screens::diagnosis::document::Document;
use crate::tui::theme::Role;
use crate::tui::widgets::Line;

/// Fewer rows than these hold one sentence.
pub(super) const WITH_MORE: u16 = 6;
/// Longer lines are hard to read.
const MAX_COLUMNS: u16 = 124;
/// Characters of a record's text.
const MAX_EXCERPT: usize = 300;

/// What `room` has rows for; made when the selection, the data or the size change.
pub(super) fn document(state: &State, shared: &Shared, room: Rect) -> Document {
    let columns = usize::from(room.width.min(MAX_COLUMNS));
    let mut pen = Pen { shared, document: Document::new(columns) };
    if let Some(request) = state.selected(shared).filter(|_| room.height > 0) {
        let why = facts::why(shared, request);
        if room.height < WITH_MORE {
            let sign = shared.look.symbols.outcome(request.outcome);
            pen.text(&format!(" {sign} #{} ", request.key.0 + 1), Role::Normal, &why);
        } else {
            pen.text(" Why       ", Role::Normal, &why);
            more(&mut pen, request);
        }
    }
    shortened(pen.document, usize::from(room.height.saturating_sub(line_rows(room))), shared)
}

/// Rows of the line above it.
fn line_rows(room: Rect) -> u16 {
    u16::from(room.height >= WITH_MORE)
}

fn more(pen: &mut Pen<'_>, request: &Request) {
    let shared = pen.shared;
    let finding = shared.lookup.root(shared.snapshot(), Some(request.key));
    if let Some(evidence) = shared.lookup.evidence(shared.snapshot(), request.key) {
        record(pen, evidence);
    }
    for (at, step) in finding.into_iter().flat_map(|finding| &finding.fix).enumerate() {
        let lead = if at == 0 { " Do        " } else { "           " };
        pen.text(&format!("{lead}{}. ", at + 1), Role::Normal, &step.text);
        if let Some(command) = &step.command {
            pen.command("              ", command);
        }
    }
    let diagnosis = shared.lookup.diagnosis(shared.snapshot(), Some(request.key));
    let missing = diagnosis.filter(|_| finding.is_none()).map(|diagnosis| diagnosis.commands.as_slice());
    for (at, command) in missing.unwrap_or_default().iter().enumerate() {
        pen.command(if at == 0 { " Fetch     " } else { "           " }, command);
    }
    ids(pen, request);
}

fn record(pen: &mut Pen<'_>, evidence: &Evidence) {
    let shared = pen.shared;
    let Some(signal) = shared.snapshot().evidence.get(&evidence.signal) else { return };
    let text = if signal.message.is_empty() { signal.name.as_deref() } else { Some(signal.message.as_str()) };
    let matched = evidence.matched.as_deref().unwrap_or_default();
    let excerpt = shared.around(text.unwrap_or_default(), matched, MAX_EXCERPT).to_string();
    let place = shared.line(&format!("{}:{}", signal.origin.path, signal.origin.line), 120).to_string();
    pen.document.row(vec![
        (Role::Dim, " Evidence  ".to_owned()),
        (Role::Layer(signal.layer), format!("{} ", signal.layer)),
        (Role::Link, place),
    ]);
    pen.document.text("           ", Role::Normal, &excerpt);
}

fn ids(pen: &mut Pen<'_>, request: &Request) {
    let names = &pen.shared.snapshot().names;
    let named = |word: &str, name: Option<&str>| name.map(|name| format!("{word} {name}"));
    let trace = request.trace.map(|trace| trace.to_string());
    let ids = [
        named("request", names.text(request.request)),
        named("trace", trace.as_deref()),
        named("session", names.text(request.session)),
    ];
    let ids: Vec<String> = ids.into_iter().flatten().collect();
    if !ids.is_empty() {
        pen.text(" Ids       ", Role::Dim, &ids.join(", "));
    }
}

/// The first `rows` rows; where there are more, a sign says so.
fn shortened(mut document: Document, rows: usize, shared: &Shared) -> Document {
    if document.rows.len() > rows {
        document.rows.truncate(rows);
        if let Some(last) = document.rows.last_mut() {
            last.push((Role::Key, format!(" {}", shared.look.symbols.ellipsis)));
        }
    }
    document
}

/// Draws it, below a line that names the request where there is room for one.
pub(super) fn draw(state: &State, shared: &Shared, buffer: &mut Buffer, room: Rect) {
    let symbols = shared.look.symbols;
    let lead = line_rows(room);
    if lead > 0 {
        let mut line = Line::new(buffer, shared.look, room, 0);
        line.put(Role::Border, symbols.line);
        if let Some(request) = state.selected(shared) {
            let outcome = format!("{} {} ", symbols.outcome(request.outcome), request.outcome);
            line.put(Role::Title, &format!(" #{} ", request.key.0 + 1)).put(request.outcome.into(), &outcome);
        }
        let rest = line.room();
        line.put(Role::Border, &symbols.line.repeat(rest));
    }
    for (row, at) in state.preview.rows.iter().zip(lead..) {
        let mut line = Line::new(buffer, shared.look, room, at);
        for (role, text) in row {
            line.put(*role, text);
        }
    }
}
