//! Every signal in order of time.

mod keys;
mod record;
mod rows;
mod search;
mod steps;
#[cfg(test)]
mod tests;
mod times;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ratatui::layout::Rect;

use crate::case::RequestHandle;
use crate::model::{Brief, Briefs, Request, RequestKey, SignalKey, Timestamp};
use crate::tui::keys::Move;
use crate::tui::message::{self, Ask, AskLine, Mouse, MouseKind, Outbox};
use crate::tui::model::{Change, Shared};
use crate::tui::pointer::wheel;
use crate::tui::screens::{ScreenId, ScreenMessage};
use crate::tui::widgets::{ListState, Pick, TimeChart};

pub(super) use keys::KEYS;
use record::Records;
use rows::Rows;
use search::Search;
pub(in crate::tui) use times::Times;
pub(super) use view::view;

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    list: ListState,
    rows: Rows,
    /// Read when they come into view.
    records: Records,
    /// Unfolded records, each with what it is known again by.
    unfolded: BTreeMap<SignalKey, (Option<Timestamp>, u32)>,
    chart: TimeChart,
    hides_chart: bool,
    follows: bool,
    /// The signal that everyone spoke of last.
    known: Option<SignalKey>,
    time: TimeColumn,
    only: Only,
    /// Position in [`CONTEXT`].
    context: usize,
    /// Whether all signals are shown beside the chosen ones.
    is_beside: bool,
    search: Search,
}

/// Signals shown before and behind each one that passes the filter.
const CONTEXT: [u32; 4] = [0, 1, 3, 10];

/// A narrower choice than the filter's.
#[derive(Debug, Default)]
enum Only {
    #[default]
    All,
    Bookmarks,
    Request(RequestKey, Option<RequestHandle>),
}

crate::model::words! {
    /// What the time column shows.
    #[derive(Default)]
    TimeColumn {
        /// Time of day.
        #[default]
        Clock = "time",
        /// Date and time.
        Date = "date and time",
        /// Since the request began.
        Request = "in request",
        /// Since the row above.
        Step = "step",
    }
}

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A movement.
    Move(Move),
    /// Selects a row.
    Select(usize),
    /// Opens the selected signal.
    Open,
    /// Folds or unfolds the selected record.
    Fold,
    /// The newest signal stays selected, or no longer.
    Follow,
    /// Asks for text to look for.
    Search,
    /// Looks for this text.
    Find(String),
    /// Found in one stretch of the search of this number.
    Found(u64, Vec<SignalKey>),
    /// To the hit so many places further.
    Hit(i8),
    /// Bookmarks the selected signal, or no longer.
    Bookmark,
    /// To the bookmark so many places further.
    StepBookmark(i8),
    /// Bookmarked signals only, or all again.
    OnlyBookmarks,
    /// Signals of the selected one's request only, or all again.
    OnlyRequest,
    /// Signals of this request only.
    Only(RequestKey),
    /// More context around what passes the filter, or none again.
    Context,
    /// All signals beside the chosen ones, or no longer.
    Beside,
    /// Another time column.
    Time,
    /// With or without the histogram.
    Chart,
    /// Picks a stretch of time.
    Pick(Pick),
    /// Copies the selected record.
    Copy,
    /// Gives up what narrows the list, the newest first; then goes back.
    Clear,
}

pub(super) fn update(state: &mut State, message: Message, shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Move(by) => movement(state, by, shared, out),
        Message::Select(row) => state.go(row, out),
        Message::Open => {
            if let Some(key) = state.selected() {
                out.send(message::Message::SelectSignal(key));
                out.send(message::Message::Show(ScreenId::Signal));
            }
        }
        Message::Fold => {
            let folded = state.selected().is_some_and(|key| state.unfolded.contains_key(&key));
            state.fold(folded, shared);
        }
        Message::Follow => {
            state.follows = !state.follows;
            if state.follows {
                state.go(usize::MAX, out);
            }
        }
        Message::Search => out.send(message::Message::Ask(Ask::Line(AskLine {
            title: "Search all records",
            initial: state.search.text().to_owned(),
            then: |text| message::Message::Screen(ScreenMessage::Logs(Message::Find(text))),
            live: true,
        }))),
        Message::Find(text) if text == state.search.text() => {}
        Message::Find(text) => {
            let from = state.selected().map_or(0, |key| key.0);
            state.search.start(&text, from, briefs(shared), out);
            state.records.clear();
        }
        Message::Found(id, signals) => {
            if state.search.found(id, signals, out) && state.search.is_waiting {
                state.meet(out);
            }
        }
        Message::Hit(by) => steps::hit(state, by, out),
        Message::Bookmark => out.messages.extend(state.selected().map(message::Message::ToggleBookmark)),
        Message::StepBookmark(by) => steps::step_bookmark(state, by, shared, out),
        Message::OnlyBookmarks => {
            let is_on = matches!(state.only, Only::Bookmarks);
            state.narrow(if is_on { Only::All } else { Only::Bookmarks }, shared);
        }
        Message::OnlyRequest => steps::only_request(state, shared, out),
        Message::Only(request) => {
            state.narrow(Only::Request(request, shared.snapshot().handle(request)), shared);
        }
        Message::Context => {
            state.context = (state.context + 1) % CONTEXT.len();
            state.choose(shared);
        }
        Message::Beside => state.is_beside = !state.is_beside,
        Message::Time => {
            let at = TimeColumn::ALL.iter().position(|column| *column == state.time).unwrap_or_default();
            state.time = TimeColumn::ALL[(at + 1) % TimeColumn::ALL.len()];
        }
        Message::Chart => state.hides_chart = !state.hides_chart,
        Message::Pick(pick) => {
            let near = state.selected().and_then(|key| briefs(shared).get(key.index())?.timestamp);
            if state.chart.pick(pick, near) {
                state.choose(shared);
            }
        }
        Message::Copy => steps::copy(state, shared, out),
        Message::Clear => steps::clear(state, shared, out),
    }
    settle(state, shared);
}

fn movement(state: &mut State, by: Move, shared: &Shared, out: &mut Outbox) {
    match by {
        Move::Left => state.fold(true, shared),
        Move::Right => state.fold(false, shared),
        _ if state.list.apply(by) => {
            state.follows &= state.list.selected() == state.rows.len().checked_sub(1);
            state.tell(out);
        }
        _ => {}
    }
}

impl From<Message> for message::Message {
    fn from(message: Message) -> Self {
        Self::Screen(ScreenMessage::Logs(message))
    }
}

impl State {
    fn selected(&self) -> Option<SignalKey> {
        self.list.selected().and_then(|row| self.rows.key(row))
    }

    /// Selects a row; one out of view comes to the middle.
    fn show(&mut self, row: usize) {
        if self.list.visible().contains(&row) { self.list.select(row) } else { self.list.center(row) }
    }

    /// Selects a row and tells everyone.
    fn go(&mut self, row: usize, out: &mut Outbox) {
        self.show(row);
        self.tell(out);
    }

    fn tell(&self, out: &mut Outbox) {
        out.messages.extend(self.selected().map(message::Message::SelectSignal));
    }

    fn fold(&mut self, folded: bool, shared: &Shared) {
        let Some(key) = self.selected() else { return };
        if folded {
            self.unfolded.remove(&key);
        } else if let Some(brief) = briefs(shared).get(key.index()) {
            self.unfolded.insert(key, mark(&brief));
        }
    }

    fn narrow(&mut self, only: Only, shared: &Shared) {
        self.only = only;
        self.choose(shared);
    }

    /// Chooses the rows anew; the selection stays on its signal, or goes to the nearest one behind it.
    fn choose(&mut self, shared: &Shared) {
        self.choose_at(self.selected().or(shared.signal), shared);
    }

    fn choose_at(&mut self, selected: Option<SignalKey>, shared: &Shared) {
        let filter = &shared.filter;
        if filter.is_on && filter.hits.is_none() {
            // The first hits are on their way: the rows stay until then.
            return;
        }
        let briefs = briefs(shared);
        let all = self.chosen(shared, briefs.len() as u32);
        let times = &shared.tables.times;
        let columns = TimeChart::columns(shared.size.width);
        self.chart.set(times.span(), times.count(briefs, &all, columns));
        self.rows = match self.chart.picked() {
            Some(picked) => all.within(&times.stretch_of(briefs, picked)),
            None => all,
        };
        self.list.fit(self.rows.len(), self.list_area(shared.body()).height);
        if let Some(key) = selected {
            self.show(self.rows.lower(key).min(self.rows.len().saturating_sub(1)));
        }
    }

    /// What filter and narrower choice let through.
    fn chosen(&self, shared: &Shared, len: u32) -> Rows {
        let passes =
            |key: &SignalKey| shared.hits().is_none_or(|hits| hits.signals.binary_search(key).is_ok());
        match &self.only {
            Only::All => match (&shared.filter.hits, CONTEXT[self.context]) {
                (Some(hits), 0) if shared.filter.is_on => Rows::Hits(Arc::clone(hits), 0..hits.signals.len()),
                (Some(hits), lines) if shared.filter.is_on => {
                    Rows::Keys(rows::with_context(&hits.signals, lines, len))
                }
                _ => Rows::Stretch(0..len),
            },
            Only::Bookmarks => Rows::Keys(
                shared.bookmarks.iter().copied().filter(|key| key.0 < len && passes(key)).collect(),
            ),
            Only::Request(request, _) => {
                let found: Option<&Request> = shared.snapshot().requests.get(request.index());
                let links = found.map_or(&[][..], |request| &request.signals);
                Rows::Keys(links.iter().map(|link| link.signal).filter(passes).collect())
            }
        }
    }

    /// Another case: signals and requests may have moved.
    fn follow_up(&mut self, shared: &Shared, out: &mut Outbox) {
        self.records.clear();
        let briefs = briefs(shared);
        self.unfolded
            .retain(|key, known| briefs.get(key.index()).is_some_and(|brief| mark(&brief) == *known));
        if let Only::Request(request, Some(handle)) = &mut self.only {
            match shared.snapshot().find(handle) {
                Some(found) => *request = found,
                None => self.only = Only::All,
            }
        }
        self.search.grow(self.selected().map_or(0, |key| key.0), briefs, out);
    }

    /// The room of the chart, and that of everything below it.
    fn areas(&self, area: Rect) -> (Rect, Rect) {
        let height = if self.hides_chart { 0 } else { self.chart.height(area.height) };
        let below = Rect { y: area.y + height, height: area.height - height, ..area };
        (Rect { height, ..area }, below)
    }

    /// The rooms of the chosen signals and of all signals, each below its heading.
    fn lists(&self, area: Rect) -> (Rect, Option<Rect>) {
        let (_, below) = self.areas(area);
        if !self.is_beside {
            return (below, None);
        }
        if below.width >= view::WIDE {
            let half = below.width / 2;
            let right = Rect { x: below.x + half + 1, width: below.width - half - 1, ..below };
            return (Rect { width: half, ..below }, Some(right));
        }
        let half = below.height / 2;
        let low = Rect { y: below.y + half, height: below.height - half, ..below };
        (Rect { height: half, ..below }, Some(low))
    }

    /// The room of the rows.
    fn list_area(&self, area: Rect) -> Rect {
        view::below_heading(self.lists(area).0)
    }

    /// Signals around the selected one, as many as fit, and the position of the selected one.
    fn around(&self, area: Rect, len: usize) -> Vec<SignalKey> {
        let height = usize::from(view::below_heading(area).height);
        let selected = self.selected().map_or(0, SignalKey::index);
        let start = selected.saturating_sub(height / 2).min(len.saturating_sub(height));
        (start..len.min(start + height)).map(|key| SignalKey(key as u32)).collect()
    }
}

fn briefs(shared: &Shared) -> &Briefs {
    static NONE: Briefs = Briefs::new();
    shared.case().map_or(&NONE, |case| case.briefs())
}

fn mark(brief: &Brief) -> (Option<Timestamp>, u32) {
    (brief.timestamp, brief.message_hash)
}

/// Brings the selection into view, below unfolded records too, and reads what is in view.
fn settle(state: &mut State, shared: &Shared) {
    let area = shared.body();
    let height = usize::from(state.list_area(area).height);
    state.list.fit(state.rows.len(), height as u16);
    if let Some(selected) = state.list.selected().filter(|_| !state.unfolded.is_empty()) {
        let mut used = state.lines_of(selected, shared);
        let mut top = selected;
        while let Some(above) = top.checked_sub(1) {
            used += state.lines_of(above, shared);
            if used > height {
                break;
            }
            top = above;
        }
        state.list.scroll_to(state.list.offset().max(top));
    }
    let mut keys: BTreeSet<SignalKey> = state.list.visible().filter_map(|row| state.rows.key(row)).collect();
    if let (_, Some(beside)) = state.lists(area) {
        keys.extend(state.around(beside, briefs(shared).len()));
    }
    state.records.show(&keys, shared, state.search.needle());
    for row in state.list.visible() {
        state.lines_of(row, shared);
    }
}

impl State {
    /// Lines that a row takes.
    fn lines_of(&mut self, row: usize, shared: &Shared) -> usize {
        let Some(key) = self.rows.key(row).filter(|key| self.unfolded.contains_key(key)) else { return 1 };
        let columns = view::text_columns(self, shared);
        self.records.unfold(key, columns, shared, self.search.needle())
    }
}

pub(super) fn refresh(state: &mut State, change: Change, shared: &Shared, out: &mut Outbox) {
    match change {
        Change::Data | Change::Filter => {
            if change == Change::Data {
                state.follow_up(shared, out);
                state.known = shared.signal;
            }
            // Not the one of the row: what stands there may be of earlier data, or the nearest of the first hits.
            state.choose_at(shared.signal.or(state.selected()), shared);
            if state.follows {
                // Only this list follows: what other screens show must not change under the reader.
                state.list.select(usize::MAX);
            }
        }
        Change::Size => state.choose(shared),
        Change::Selection | Change::Shown => {
            if matches!(state.only, Only::Bookmarks) {
                state.choose(shared);
            }
            let is_new = std::mem::replace(&mut state.known, shared.signal) != shared.signal;
            let row = shared.signal.and_then(|key| state.rows.row_of(key));
            if let Some(row) = row.filter(|_| is_new || !state.follows) {
                state.follows &= row + 1 == state.rows.len();
                state.show(row);
            }
        }
        // Times may be shown in another zone.
        Change::Answer => {}
    }
    settle(state, shared);
}

pub(super) fn click(state: &State, shared: &Shared, area: Rect, mouse: Mouse) -> Option<Message> {
    let (chart, _) = state.areas(area);
    if let Some(pick) = state.chart.click(chart, mouse) {
        return Some(Message::Pick(pick));
    }
    if wheel(mouse).is_some() {
        return None;
    }
    let clicked = (mouse.column, mouse.row).into();
    let at_row = |row: usize, key: SignalKey| {
        let again = state.selected() == Some(key);
        if again && mouse.kind == MouseKind::Click { Message::Open } else { Message::Select(row) }
    };
    let list = state.list_area(area);
    if list.contains(clicked) {
        let row = view::row_at(state, usize::from(mouse.row - list.y))?;
        return Some(at_row(row, state.rows.key(row)?));
    }
    let beside = state.lists(area).1?;
    let rows = view::below_heading(beside);
    let line = rows.contains(clicked).then(|| usize::from(mouse.row - rows.y))?;
    let key = *state.around(beside, briefs(shared).len()).get(line)?;
    state.rows.row_of(key).map(Message::Select)
}
