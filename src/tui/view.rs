//! From the state to cells: tabs above, the screen, a status line and the keys below.

use ratatui::Frame;
use ratatui::layout::{Rect, Size};

use super::keys::{Context, Entry};
use super::message::{Ask, Message};
use super::model::{Model, Shared};
use super::popups::{self, Popup};
use super::screens::ScreenId;
use super::theme::Role;
use super::widgets::{Line, bar, width};

/// Fewer columns or rows than these and the screens are not drawn.
const SMALLEST: Size = Size { width: 60, height: 12 };

/// Below this many columns tabs show numbers and only the active one its name.
const WIDE_TABS: u16 = 100;

/// The room of the active screen on a terminal of `size`.
pub(super) fn body(size: Size) -> Rect {
    Rect { x: 0, y: 1, width: size.width, height: size.height.saturating_sub(3) }
}

/// Draws `model`. Changes nothing.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    let (shared, area) = (&model.shared, frame.area());
    frame.buffer_mut().set_style(area, shared.look.ground());
    if area.width < SMALLEST.width || area.height < SMALLEST.height {
        return too_small(shared, frame);
    }
    tabs(model, frame);
    model.screens.view(model.screen, shared, frame, body(area.as_size()));
    status(model, frame);
    hints(model, frame);
    if let Some(popup) = &model.popup {
        popup.view(shared, &model.keymap, frame, popups::room(area.as_size()));
    }
    if !shared.look.symbols.unicode {
        plain_signs(shared, frame);
    }
}

/// The two signs that texts bring along when they are cut or joined.
fn plain_signs(shared: &Shared, frame: &mut Frame<'_>) {
    for cell in &mut frame.buffer_mut().content {
        match cell.symbol() {
            "…" => drop(cell.set_symbol(shared.look.symbols.ellipsis)),
            "⏎" => drop(cell.set_symbol(shared.look.symbols.vertical)),
            _ => {}
        }
    }
}

fn too_small(shared: &Shared, frame: &mut Frame<'_>) {
    let area = frame.area();
    let here = format!("This terminal has {} x {}.", area.width, area.height);
    let need = format!("Make it {} x {} or larger,", SMALLEST.width, SMALLEST.height);
    let lines = [here.as_str(), need.as_str(), "or press q and use --report."];
    let top = area.height.saturating_sub(lines.len() as u16) / 2;
    for (line, text) in lines.iter().enumerate() {
        let lead = usize::from(area.width).saturating_sub(width(text)) / 2;
        let role = if line == 0 { Role::Title } else { Role::Normal };
        Line::new(frame.buffer_mut(), shared.look, area, top + line as u16).skip(lead).put(role, text);
    }
}

/// Text of each tab with its first column.
fn tab_places(size: Size, active: Option<ScreenId>) -> Vec<(u16, String, ScreenId)> {
    let mut column = 0;
    let mut places = Vec::new();
    for screen in ScreenId::ALL {
        let named = size.width >= WIDE_TABS || active == Some(*screen);
        let text = if named {
            format!(" {} {} ", screen.key(), screen.title())
        } else {
            format!(" {} ", screen.key())
        };
        let next = column + width(&text) as u16;
        places.push((column, text, *screen));
        column = next;
    }
    places
}

/// The screen whose tab is at `column` when `active` is shown.
pub(super) fn tab_at(size: Size, active: ScreenId, column: u16) -> Option<ScreenId> {
    let places = tab_places(size, Some(active));
    let (start, text, screen) = places.into_iter().rev().find(|(start, _, _)| *start <= column)?;
    (column < start + width(&text) as u16).then_some(screen)
}

fn tabs(model: &Model, frame: &mut Frame<'_>) {
    let (shared, area) = (&model.shared, frame.area());
    let mut line = Line::new(frame.buffer_mut(), shared.look, area, 0);
    for (_, text, screen) in tab_places(area.as_size(), Some(model.screen)) {
        let role = if screen == model.screen { Role::Selection } else { Role::Dim };
        line.put(role, &text);
    }
    let room = line.skip(2).room();
    line.right(Role::Dim, shared.capture.as_str(), room.saturating_sub(1));
}

fn status(model: &Model, frame: &mut Frame<'_>) {
    let (shared, area) = (&model.shared, frame.area());
    let mut line = Line::new(frame.buffer_mut(), shared.look, area, area.height - 2);
    if let Some(notice) = &model.notice {
        let role = if notice.is_error { Role::Failed } else { Role::Title };
        let sign = if notice.is_error { shared.look.symbols.failed } else { shared.look.symbols.dot };
        line.put(role, sign).skip(1).put(role, shared.line(&notice.text, 500).as_str());
        return;
    }
    let snapshot = shared.snapshot();
    let failed = shared.lookup.failed.len();
    let requests = snapshot.requests.len();
    let counts = format!("{requests} {}", if requests == 1 { "request" } else { "requests" });
    let role = if failed > 0 { Role::Failed } else { Role::Ok };
    line.put(Role::Normal, &counts).put(Role::Dim, ", ").put(role, &format!("{failed} failed"));
    if !shared.progress.is_done {
        reading(shared, &mut line);
    }
    if let Some(live) = &shared.live {
        let (role, words) = live.summary();
        line.put(Role::Dim, "  ").put(role, &words);
    } else if shared.progress.is_live {
        line.put(Role::Dim, "  ").put(Role::Ok, "following");
    }
    switched(shared, &mut line);
    if !shared.filter.text.is_empty() {
        let state = if shared.filter.is_on { "filter " } else { "filter off " };
        // A value of a record may stand in it.
        let text = shared.line(&shared.filter.text, 200);
        line.put(Role::Dim, "  ").put(Role::Title, state).put(Role::Match, text.as_str());
        let count = shared.hits().map(|hits| {
            let more = if hits.is_complete { "" } else { "+" };
            format!(" {}{more} signals", hits.signals.len())
        });
        line.put(Role::Dim, count.as_deref().unwrap_or_default());
    }
}

/// Whoever reads a result must see that rules were kept from judging.
fn switched(shared: &Shared, line: &mut Line<'_>) {
    let rules = shared.catalogue().rules();
    let off = rules.iter().filter(|rule| shared.switches.is_off(rule.id())).count();
    let changed = rules.iter().filter(|rule| shared.switches.level(&rule.meta) != rule.meta.severity).count();
    for (count, one, many) in
        [(off, "rule off", "rules off"), (changed, "severity changed", "severities changed")]
    {
        if count > 0 {
            line.skip(2).put(Role::Warning, &format!("{count} {}", if count == 1 { one } else { many }));
        }
    }
    if shared.switches != shared.snapshot().switches && shared.case.is_some() {
        line.skip(2).put(Role::Dim, "judging again");
    }
}

fn reading(shared: &Shared, line: &mut Line<'_>) {
    let progress = shared.progress;
    let share = progress.total.filter(|total| *total > 0).map(|total| progress.bytes as f64 / total as f64);
    let step = if progress.step.is_empty() { "opening" } else { progress.step };
    line.skip(2).put(Role::Dim, step).skip(1);
    if let Some(share) = share {
        line.cell(Role::Bar, &bar(shared.look.symbols, share, 10), 10);
    }
    line.put(Role::Dim, &format!(" {:.1} MB, {} signals", progress.bytes as f64 / 1e6, progress.signals));
    if let Some(seconds) = progress.seconds_left {
        line.put(Role::Dim, &format!(", {seconds} s left"));
    }
}

/// A key in the last row.
struct Hint<'m> {
    column: u16,
    key: String,
    entry: &'m Entry,
}

impl Hint<'_> {
    /// Columns it takes, with the space behind it.
    fn columns(&self) -> usize {
        width(&self.key) + width(self.entry.hint) + 3
    }
}

/// The keys that fit into the last row, those of the popup or else of the screen first.
fn hint_places(model: &Model) -> Vec<Hint<'_>> {
    let popup = model.popup.as_ref().map(Popup::kind).map(Context::Popup);
    let contexts =
        popup.map_or_else(|| vec![Context::Screen(model.screen), Context::Global], |popup| vec![popup]);
    let hints: Vec<Hint<'_>> = contexts
        .iter()
        .flat_map(|context| model.keymap.entries().iter().filter(|entry| entry.context == *context))
        .filter(|entry| !entry.hint.is_empty())
        .filter_map(|entry| Some(Hint { column: 0, key: entry.keys.first()?.to_string(), entry }))
        .collect();
    let mut reserved: usize = hints.iter().filter(|hint| is_lifeline(hint.entry)).map(Hint::columns).sum();
    let (mut column, mut fitting) = (0, Vec::new());
    for hint in hints {
        if is_lifeline(hint.entry) {
            reserved -= hint.columns();
        }
        if column + hint.columns() + reserved <= usize::from(model.shared.size.width) {
            let at = column as u16;
            column += hint.columns();
            fitting.push(Hint { column: at, ..hint });
        }
    }
    fitting
}

/// What the key in the last row at `column` sends.
pub(super) fn hint_at(model: &Model, column: u16) -> Option<Message> {
    let hint = hint_places(model).into_iter().rev().find(|hint| hint.column <= column)?;
    let is_on_it = usize::from(column - hint.column) + 2 < hint.columns();
    is_on_it.then(|| hint.entry.message.clone())
}

fn hints(model: &Model, frame: &mut Frame<'_>) {
    let (shared, area) = (&model.shared, frame.area());
    let mut line = Line::new(frame.buffer_mut(), shared.look, area, area.height - 1);
    for hint in hint_places(model) {
        line.put(Role::Key, &hint.key).skip(1).put(Role::Dim, hint.entry.hint).skip(2);
    }
}

/// Whoever knows no other key needs these.
fn is_lifeline(entry: &Entry) -> bool {
    matches!(entry.message, Message::Ask(Ask::Help) | Message::Quit)
}
