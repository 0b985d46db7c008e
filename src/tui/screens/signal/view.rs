//! One record, drawn.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::nodes::{Item, ItemKind};
use super::{Pane, State, guard};
use crate::model::{Severity, Signal, SignalKey};
use crate::tui::model::Shared;
use crate::tui::theme::Role;
use crate::tui::widgets::{Line, Node, marked, scroll_bar, tail, width};

/// From this many columns on the text stands beside the tree, otherwise below it.
const WIDE: u16 = 110;
/// Rows of the heading: what the signal is, and where it stands.
const HEADING: u16 = 2;
/// Characters of a value on its row.
const MAX_VALUE: usize = 500;

/// The rooms of the tree and of the text, each below its title.
pub(super) fn panes(area: Rect) -> (Rect, Rect) {
    let heading = HEADING.min(area.height);
    let body = Rect { y: area.y + heading, height: area.height - heading, ..area };
    let below = |area: Rect| {
        let title = area.height.min(1);
        Rect { y: area.y + title, height: area.height - title, ..area }
    };
    if area.width >= WIDE {
        let left = body.width * 11 / 20;
        let right = Rect { x: body.x + left + 1, width: body.width - left - 1, ..body };
        return (below(Rect { width: left, ..body }), below(right));
    }
    let upper = body.height * 3 / 5;
    let lower = Rect { x: body.x + 1, y: body.y + upper, height: body.height - upper, width: body.width - 1 };
    (below(Rect { height: upper, ..body }), below(lower))
}

pub(in crate::tui::screens) fn view(state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    let buffer = frame.buffer_mut();
    let Some((key, signal)) = &state.signal else {
        let words = "No signal is selected: Enter on one among the logs (5) shows it here.";
        Line::new(buffer, shared.look, area, 0).skip(1).put(Role::Dim, words);
        return;
    };
    heading(state, shared, buffer, area, (*key, signal));
    let (tree, text) = panes(area);
    title(shared, buffer, tree, 1, "Decoded", !state.in_text);
    for (line, row) in state.list.visible().enumerate() {
        draw_row(state, shared, buffer, tree, line as u16, row);
    }
    with_bar(buffer, shared, tree, &state.list);
    let words = match (state.pane, state.item()) {
        (Pane::Value, Some(item)) => format!("Value of {}", shared.line(&item.path, 80)),
        (Pane::Text, _) => "Text, all lines without the envelope".to_owned(),
        _ => "Raw, as stored".to_owned(),
    };
    title(shared, buffer, text, 0, &words, state.in_text);
    for (line, row) in state.scroll.visible().enumerate() {
        let mut out = Line::new(buffer, shared.look, text, line as u16);
        highlighted(state, &mut out, Role::Normal, &state.lines[row]);
    }
    with_bar(buffer, shared, text, &state.scroll);
    let below = (text.y + state.lines.len() as u16 + 2).min(text.bottom());
    let below = Rect { y: below, height: text.bottom() - below, ..text };
    if let Some(item) = state.item().filter(|_| !state.value.is_empty()) {
        title(shared, buffer, below, 0, &format!("Value of {}", shared.line(&item.path, 80)), false);
    }
    for (value, row) in state.value.iter().zip(0..) {
        highlighted(state, &mut Line::new(buffer, shared.look, below, row), Role::Normal, value);
    }
}

fn with_bar(buffer: &mut Buffer, shared: &Shared, area: Rect, list: &crate::tui::widgets::ListState) {
    let area = Rect { y: area.y.saturating_sub(1), height: area.height + 1, ..area };
    scroll_bar(buffer, shared.look, area, list);
}

fn title(shared: &Shared, buffer: &mut Buffer, below: Rect, lead: usize, words: &str, is_active: bool) {
    if below.y == 0 {
        return;
    }
    let area = Rect { y: below.y - 1, height: 1, ..below };
    let mut line = Line::new(buffer, shared.look, area, 0);
    line.skip(lead).put(if is_active { Role::Title } else { Role::Dim }, words).skip(1);
    let rest = line.room().saturating_sub(1);
    line.put(Role::Border, &shared.look.symbols.line.repeat(rest));
}

/// What the signal is, and where it stands.
fn heading(
    state: &State,
    shared: &Shared,
    buffer: &mut Buffer,
    area: Rect,
    (key, signal): (SignalKey, &Signal),
) {
    let symbols = shared.look.symbols;
    let mut line = Line::new(buffer, shared.look, area, 0);
    let mark = if shared.bookmarks.contains(&key) { symbols.bookmark } else { " " };
    line.put(Role::Title, mark);
    let outcome = format!("{} {}", symbols.outcome(signal.outcome), signal.outcome);
    let (layer, kind) = (signal.layer.word(), signal.kind.word());
    if !kind.contains(layer) {
        line.put(Role::Layer(signal.layer), layer).skip(2);
    }
    line.put(Role::Layer(signal.layer), kind);
    line.skip(2).put(signal.outcome.into(), &outcome).skip(2);
    if signal.severity != Severity::Unset {
        line.put(signal.severity.into(), signal.severity.word()).skip(2);
    }
    line.put(Role::Normal, &signal.timestamp.map_or("no time".to_owned(), |at| shared.zone.full(at)));
    let count = shared.case().map_or(0, |case| case.briefs().len());
    let position = format!("{} of {count}", key.0 + 1);
    let room = line.skip(2).room().saturating_sub(1);
    let words = format!("signal {position}");
    line.right(Role::Dim, if width(&words) <= room { &words } else { &position }, room);
    let mut line = Line::new(buffer, shared.look, area, 1);
    let place = shared.line(&format!("{}:{}", signal.origin.path, signal.origin.line), 200);
    let place = tail(place.as_str(), line.room() / 2, symbols.ellipsis);
    belonging(state, shared, &mut line, key, width(&place) + 3);
    let room = line.skip(2).room().saturating_sub(1);
    line.right(Role::Dim, &place, room);
}

/// The request it belongs to, and why; as much of it as leaves so many columns `free`.
fn belonging(state: &State, shared: &Shared, line: &mut Line<'_>, key: SignalKey, free: usize) {
    line.skip(1);
    let Some(request) = state.request(shared) else {
        line.put(Role::Dim, "belongs to no request");
        return;
    };
    let at = request.signals.partition_point(|link| link.signal < key);
    let link = request.signals.get(at).filter(|link| link.signal == key);
    line.put(request.outcome.into(), shared.look.symbols.outcome(request.outcome)).skip(1);
    line.put(Role::Link, &format!("#{}", request.key.0 + 1)).skip(1);
    if let Some(tool) = shared.snapshot().names.text(request.tool) {
        line.put(Role::Normal, shared.line(tool, 60).as_str()).skip(1);
    }
    let count = format!(" signal {} of {}", at + 1, request.signals.len());
    let tie = link.map(|link| {
        let sure = if link.reason.is_heuristic() { "only by" } else { "by" };
        format!(", tied {sure} {}", link.reason)
    });
    for words in [Some(count), tie].into_iter().flatten() {
        if width(&words) + free > line.room() {
            break;
        }
        line.put(Role::Dim, &words);
    }
}

/// Columns before a row of the tree; deep nesting leaves room for the value.
fn indent(node: &Node<Item>, area: Rect) -> usize {
    usize::from(node.depth) * 2 % (usize::from(area.width) / 2).max(2)
}

/// The column of a row's value.
pub(super) fn value_column(node: &Node<Item>, area: Rect) -> usize {
    1 + indent(node, area) + 2 + width(&node.item.label).max(node.item.label_columns) + 2
}

fn draw_row(state: &State, shared: &Shared, buffer: &mut Buffer, area: Rect, line: u16, row: usize) {
    let Some(node) = state.tree.row(row) else { return };
    let (look, item) = (shared.look, &node.item);
    let selected = state.list.selected() == Some(row);
    let mut out = Line::new(buffer, look, area, line);
    out.put(Role::Key, if selected { look.symbols.pointer } else { " " });
    out.skip(indent(node, area));
    let sign = match (state.tree.has_children(row), state.tree.is_folded(row)) {
        (true, true) => look.symbols.folded,
        (true, false) => look.symbols.unfolded,
        (false, _) => " ",
    };
    out.put(Role::Dim, sign).skip(1);
    let role =
        if item.kind == ItemKind::Section { Role::Title } else { Role::Layer(crate::model::Layer::Span) };
    let label = plain(shared, &item.label, 120);
    highlighted(state, &mut out, role, &label);
    out.skip(item.label_columns.saturating_sub(width(&label)));
    value(state, shared, &mut out, item, row);
    if selected && !state.in_text {
        let whole = Rect { y: area.y + line, height: 1, ..area }.intersection(buffer.area);
        buffer.set_style(whole, look.style(Role::Selection));
    }
}

fn value(state: &State, shared: &Shared, out: &mut Line<'_>, item: &Item, row: usize) {
    let is_open = state.tree.has_children(row) && !state.tree.is_folded(row);
    match item.kind {
        ItemKind::Section | ItemKind::Rest => {}
        ItemKind::Group(count) => {
            out.put(Role::Dim, &format!("  {count} {}", if count == 1 { "member" } else { "members" }));
            if !is_open && count > 0 {
                out.skip(2);
                highlighted(state, out, Role::Dim, &guard::line(shared, item, MAX_VALUE));
            }
        }
        ItemKind::Nested if is_open => drop(out.put(Role::Dim, "  JSON in text")),
        ItemKind::Field | ItemKind::Scalar | ItemKind::Nested => {
            out.put(Role::Dim, "  ");
            highlighted(state, out, Role::Normal, &guard::line(shared, item, MAX_VALUE));
        }
    }
}

fn plain(shared: &Shared, text: &str, max: usize) -> String {
    shared.line(text, max).as_str().replace('\t', "    ")
}

fn highlighted(state: &State, out: &mut Line<'_>, role: Role, text: &str) {
    let matches = state.needle.as_ref().map(|needle| needle.in_text(text)).unwrap_or_default();
    marked(out, role, text, &matches);
}
