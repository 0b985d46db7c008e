//! From the state to cells: tabs above, the screen, a status line and the keys below.

use ratatui::Frame;
use ratatui::layout::{Rect, Size};

use super::keys::{Context, Entry};
use super::message::{Ask, Message};
use super::model::{Model, Shared};
use super::popups::{self, Popup};
use super::screens::ScreenId;
use super::theme::Role;
use super::widgets::{Line, bar, tail, width};

/// Fewer columns or rows than these and the screens are not drawn.
const SMALLEST: Size = Size { width: 60, height: 12 };

/// From this many columns on tabs have air between them; below they stand close, and with fewer columns still only the
/// active one has its name.
const WIDE_TABS: u16 = 100;
const CLOSE_TABS: u16 = 80;
/// Columns for the name of the capture.
const CAPTURE: u16 = 20;

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

/// A tab: where it stands, and what.
struct Tab {
    screen: ScreenId,
    start: u16,
    text: String,
}

impl Tab {
    fn end(&self) -> u16 {
        self.start + self.text.len() as u16
    }
}

/// The tabs from left to right, as wide as there is room for.
fn tab_places(size: Size, active: Option<ScreenId>) -> Vec<Tab> {
    let mut start = 1;
    let mut places = Vec::new();
    for screen in ScreenId::ALL {
        let (key, title) = (screen.key(), screen.title());
        let (text, apart) = match size.width {
            WIDE_TABS.. => (format!("{key} {title}"), 2),
            CLOSE_TABS.. => (format!("{key}{title}"), 1),
            _ if active == Some(*screen) => (format!("{key} {title}"), 2),
            _ => (key.to_owned(), 2),
        };
        let tab = Tab { screen: *screen, start, text };
        start = tab.end() + apart;
        places.push(tab);
    }
    places
}

/// The screen whose tab is at `column` when `active` is shown.
pub(super) fn tab_at(size: Size, active: ScreenId, column: u16) -> Option<ScreenId> {
    let mut tabs = tab_places(size, Some(active)).into_iter();
    tabs.find(|tab| (tab.start - 1..=tab.end()).contains(&column)).map(|tab| tab.screen)
}

fn tabs(model: &Model, frame: &mut Frame<'_>) {
    let (shared, area) = (&model.shared, frame.area());
    let buffer = frame.buffer_mut();
    let mut end = 0;
    for tab in tab_places(area.as_size(), Some(model.screen)) {
        let (key, title) = tab.text.split_at(1);
        let from = Rect { x: tab.start.min(area.width), width: area.width.saturating_sub(tab.start), ..area };
        Line::new(buffer, shared.look, from, 0).put(Role::Key, key).put(Role::Dim, title);
        if tab.screen == model.screen {
            let around = Rect { x: tab.start - 1, width: tab.end() + 2 - tab.start, height: 1, ..area };
            buffer.set_style(around.intersection(area), shared.look.style(Role::Selection));
        }
        end = tab.end();
    }
    if has_capture_above(area.as_size()) {
        let mut line = Line::new(buffer, shared.look, area, 0);
        line.skip(usize::from(end) + 2);
        capture(shared, &mut line);
    }
}

/// Whether the name of the capture has room beside the tabs; below it stands in the status line.
fn has_capture_above(size: Size) -> bool {
    let tabs = tab_places(size, None);
    let end = tabs.last().map_or(0, Tab::end);
    size.width >= CLOSE_TABS && size.width >= end + CAPTURE
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
    let found = shared.lookup.findings(snapshot, None).count();
    let noun = |count, one: &'static str, many: &'static str| if count == 1 { one } else { many };
    let role = if failed > 0 { Role::Failed } else { Role::Ok };
    line.put(Role::Normal, &format!("{requests} {}", noun(requests, "request", "requests")));
    if requests > 0 || found == 0 {
        line.put(Role::Dim, ", ").put(role, &format!("{failed} failed"));
    }
    if found > 0 {
        let words = noun(found, "finding about the capture", "findings about the capture");
        line.put(Role::Dim, ", ").put(Role::Warning, &format!("{found} {words}"));
    }
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
    if !has_capture_above(area.as_size()) {
        capture(shared, line.skip(2));
    }
}

/// The name of the capture at the right.
fn capture(shared: &Shared, line: &mut Line<'_>) {
    /// Fewer columns than these tell nothing.
    const LEAST: usize = 12;
    let room = line.room().saturating_sub(1);
    if room < width(shared.capture.as_str()).min(LEAST) {
        return;
    }
    line.right(Role::Dim, &tail(shared.capture.as_str(), room, shared.look.symbols.ellipsis), room);
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
