//! The selected request in short, below the list: why it failed, what shows it, what to do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{State, facts};
use crate::model::{Evidence, Finding, Outcome, Request, RequestKey};
use crate::tui::model::Shared;
use crate::tui::screens::advice::Pen;
use crate::tui::screens::diagnosis::document::Document;
use crate::tui::theme::Role;
use crate::tui::widgets::{Line, tail};

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
    let request = state.selected(shared);
    match (request, room.height) {
        (_, 0) => {}
        (Some(request), ..WITH_MORE) => {
            let sign = shared.look.symbols.outcome(request.outcome);
            pen.text(&format!(" {sign} #{} ", request.key.0 + 1), Role::Normal, &facts::why(shared, request));
            if let Some((role, _)) = pen.document.rows.first_mut().and_then(|row| row.first_mut()) {
                *role = request.outcome.into();
            }
        }
        (Some(request), _) => of_request(&mut pen, request),
        (None, _) if state.rows.len() == 0 => of_capture(&mut pen),
        (None, _) => {}
    }
    shortened(pen.document, usize::from(room.height.saturating_sub(line_rows(room))), shared)
}

/// Rows of the line above it.
fn line_rows(room: Rect) -> u16 {
    u16::from(room.height >= WITH_MORE)
}

fn of_request(pen: &mut Pen<'_>, request: &Request) {
    let (shared, snapshot) = (pen.shared, pen.shared.snapshot());
    let has_failed = request.outcome == Outcome::Failed;
    pen.text(
        if has_failed { " Why       " } else { " Outcome   " },
        Role::Normal,
        &facts::why(shared, request),
    );
    if let Some(evidence) = shared.lookup.evidence(snapshot, Some(request.key)) {
        record(pen, if has_failed { " Evidence  " } else { " Error     " }, evidence);
    }
    let finding = shared.lookup.root(snapshot, Some(request.key));
    to_do(pen, Some(request.key), finding);
    let of_capture = shared.lookup.root(snapshot, None);
    if let Some(other) = of_capture.filter(|other| finding.is_none_or(|finding| finding.rule != other.rule)) {
        pen.text(" Capture   ", Role::Warning, &format!("as a whole: {}", other.message));
    }
    ids(pen, request);
}

/// Where no request is known, the causes of the capture as a whole.
fn of_capture(pen: &mut Pen<'_>) {
    let (shared, snapshot) = (pen.shared, pen.shared.snapshot());
    let Some(finding) = shared.lookup.root(snapshot, None) else { return };
    pen.text(" Why       ", Role::Normal, &finding.message);
    if let Some(evidence) = finding.evidence.first() {
        record(pen, " Evidence  ", evidence);
    }
    to_do(pen, None, Some(finding));
}

/// The steps of the fix; where the cause is unknown, the commands that fetch what is missing.
fn to_do(pen: &mut Pen<'_>, request: Option<RequestKey>, finding: Option<&Finding>) {
    for (at, step) in finding.into_iter().flat_map(|finding| &finding.fix).enumerate() {
        let lead = if at == 0 { " Do        " } else { "           " };
        pen.text(&format!("{lead}{}. ", at + 1), Role::Normal, &step.text);
        if let Some(command) = &step.command {
            pen.command("              ", command);
        }
    }
    for (at, command) in fetches(pen.shared, request, finding).iter().enumerate() {
        pen.command(if at == 0 { " Fetch     " } else { "           " }, command);
    }
}

/// The commands that fetch what is missing, where the cause is unknown.
fn fetches<'a>(shared: &'a Shared, request: Option<RequestKey>, finding: Option<&Finding>) -> &'a [String] {
    let diagnosis = shared.lookup.diagnosis(shared.snapshot(), request).filter(|_| finding.is_none());
    diagnosis.map_or(&[], |diagnosis| &diagnosis.commands)
}

/// The first command that is told below the list.
pub(super) fn command<'a>(state: &State, shared: &'a Shared) -> Option<&'a String> {
    let request = state.selected(shared).map(|request| request.key);
    if request.is_none() && state.rows.len() > 0 {
        return None;
    }
    let finding = shared.lookup.root(shared.snapshot(), request);
    let fix = finding.into_iter().flat_map(|finding| &finding.fix).find_map(|step| step.command.as_ref());
    fix.or_else(|| fetches(shared, request, finding).first())
}

fn record(pen: &mut Pen<'_>, lead: &str, evidence: &Evidence) {
    let shared = pen.shared;
    let Some(signal) = shared.snapshot().evidence.get(&evidence.signal) else { return };
    let text = if signal.message.is_empty() { signal.name.as_deref() } else { Some(signal.message.as_str()) };
    let matched = evidence.matched.as_deref().unwrap_or_default();
    let excerpt = shared.around(text.unwrap_or_default(), matched, MAX_EXCERPT).to_string();
    let place = shared.line(&format!("{}:{}", signal.origin.path, signal.origin.line), MAX_EXCERPT);
    let layer = format!("{} ", signal.layer);
    let room = usize::from(shared.size.width.min(MAX_COLUMNS)).saturating_sub(lead.len() + layer.len() + 1);
    let place = tail(place.as_str(), room, shared.look.symbols.ellipsis);
    pen.document.row(vec![
        (Role::Dim, lead.to_owned()),
        (Role::Layer(signal.layer), layer),
        (Role::Link, place),
    ]);
    pen.document.text("           ", Role::Normal, &excerpt);
}

fn ids(pen: &mut Pen<'_>, request: &Request) {
    let names = &pen.shared.snapshot().names;
    let named = |word: &str, name: Option<&str>| name.map(|name| format!("{word} {name}"));
    let (call, session) = (names.id(request.request), names.id(request.session));
    let trace = names.trace(request.trace).map(|trace| trace.to_string());
    let ids = [
        named("request", call.as_deref()),
        named("trace", trace.as_deref()),
        named("session", session.as_deref()),
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
        } else if !state.preview.rows.is_empty() {
            line.put(Role::Title, " the capture as a whole ");
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
