//! All requests: when, how far, what, how it ended, how long it took, and why it failed.

mod facts;
mod keys;
mod rows;
#[cfg(test)]
mod tests;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use ratatui::layout::Rect;

use crate::case::histogram;
use crate::model::{Layer, Outcome, Request, RequestKey, TimeRange};
use crate::tui::keys::Move;
use crate::tui::message::{self, Mouse, MouseKind, Notice, Outbox};
use crate::tui::model::{Change, Shared};
use crate::tui::screens::{ScreenId, logs};
use crate::tui::widgets::{Bin, ListState, Pick, TimeChart};

pub(super) use keys::KEYS;
use rows::{Facts, Group, GroupBy, Order, Row, SortBy};
pub(super) use view::view;

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    list: ListState,
    rows: Vec<Row>,
    groups: Vec<Group>,
    /// Names of the unfolded groups.
    open: BTreeSet<String>,
    order: Order,
    group: GroupBy,
    only_failed: bool,
    chart: TimeChart,
    /// Row of each request, `u32::MAX` for none.
    places: Vec<u32>,
    /// The longest duration in the list, for the bars.
    longest: i64,
    /// What had to be read of the requests in view.
    seen: BTreeMap<RequestKey, Seen>,
    /// The request that everyone spoke of last.
    request: Option<RequestKey>,
}

/// What had to be read of a request.
#[derive(Clone, Debug, Default)]
struct Seen {
    layer: Option<Layer>,
    operation: Option<String>,
}

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A movement.
    Move(Move),
    /// Selects a row; a second time opens it.
    Press(usize),
    /// Opens the diagnosis of the selected request, or folds a group.
    Open,
    /// Orders by the next column.
    Sort,
    /// Orders by this column, or the other way around.
    SortBy(SortBy),
    /// The other way around.
    Reverse,
    /// The next kind of groups.
    Group,
    /// Folds or unfolds the group of the selected row.
    Fold,
    /// Folds or unfolds every group.
    FoldAll,
    /// Failed requests only, or all.
    OnlyFailed,
    /// The signals of the selected request.
    Logs,
    /// Copies the request's id.
    Copy,
    /// Picks a stretch of time.
    Pick(Pick),
    /// Gives up what narrows the list; then goes back.
    Clear,
}

pub(super) fn update(state: &mut State, message: Message, shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Move(Move::Left) if state.group != GroupBy::None => state.fold(true, shared),
        Message::Move(Move::Right) if state.group != GroupBy::None => state.fold(false, shared),
        Message::Move(by) => {
            if state.list.apply(by) {
                state.tell(out);
            }
        }
        Message::Press(row) if state.list.selected() == Some(row) => open(state, shared, out),
        Message::Press(row) => {
            state.list.select(row);
            state.tell(out);
        }
        Message::Open => open(state, shared, out),
        Message::Sort => state.reorder(state.order.next(), shared),
        Message::SortBy(by) if by != state.order.by => state.reorder(Order::of(by), shared),
        Message::SortBy(_) | Message::Reverse => {
            let is_descending = !state.order.is_descending;
            state.reorder(Order { is_descending, ..state.order }, shared);
        }
        Message::Group => {
            state.group = state.group.next();
            state.open = state.group_of(shared.request, shared).into_iter().collect();
            state.choose(shared);
            state.select(shared.request);
        }
        Message::Fold => {
            let folded = state.current_group(shared).is_some_and(|name| state.open.contains(&name));
            state.fold(folded, shared);
        }
        Message::FoldAll => {
            let all: BTreeSet<String> = state.groups.iter().map(|group| group.name.clone()).collect();
            state.open = if state.open.is_empty() { all } else { BTreeSet::new() };
            state.choose(shared);
        }
        Message::OnlyFailed => {
            state.only_failed = !state.only_failed;
            state.choose(shared);
        }
        Message::Logs => {
            if let Some(request) = state.selected(shared) {
                out.send(logs::Message::Only(request.key).into());
                out.send(message::Message::Show(ScreenId::Logs));
            }
        }
        Message::Copy => copy(state, shared, out),
        Message::Pick(pick) => {
            let near = state.selected(shared).and_then(|request| request.window);
            if state.chart.pick(pick, near.map(|window| window.start)) {
                state.choose(shared);
            }
        }
        Message::Clear => clear(state, shared, out),
    }
    settle(state, shared);
}

fn open(state: &mut State, shared: &Shared, out: &mut Outbox) {
    match state.list.selected().and_then(|row| state.rows.get(row)) {
        Some(Row::Group(_)) => {
            let folded = state.current_group(shared).is_some_and(|name| state.open.contains(&name));
            state.fold(folded, shared);
        }
        Some(Row::Request(key)) => {
            out.send(message::Message::SelectRequest(*key));
            out.send(message::Message::Show(ScreenId::Diagnosis));
        }
        None => {}
    }
}

fn copy(state: &State, shared: &Shared, out: &mut Outbox) {
    let Some(request) = state.selected(shared) else { return };
    let name = shared.snapshot().names.text(request.request).map(str::to_owned);
    match name.or_else(|| request.trace.map(|trace| trace.to_string())) {
        Some(id) => out.send(message::Message::Copy(shared.text(&id))),
        None => out.send(message::Message::Tell(Notice::info("this request names no id"))),
    }
}

fn clear(state: &mut State, shared: &Shared, out: &mut Outbox) {
    let narrowed = state.chart.pick(Pick::All, None) | std::mem::take(&mut state.only_failed);
    if narrowed {
        state.choose(shared);
    } else {
        out.send(message::Message::Back);
    }
}

impl State {
    /// The selected request; none on the heading of a group.
    fn selected<'s>(&self, shared: &'s Shared) -> Option<&'s Request> {
        match self.rows.get(self.list.selected()?)? {
            Row::Request(key) => shared.snapshot().requests.get(key.index()),
            Row::Group(_) => None,
        }
    }

    /// Tells everyone which request is selected.
    fn tell(&mut self, out: &mut Outbox) {
        if let Some(Row::Request(key)) = self.list.selected().and_then(|row| self.rows.get(row)) {
            self.request = Some(*key);
            out.send(message::Message::SelectRequest(*key));
        }
    }

    fn reorder(&mut self, order: Order, shared: &Shared) {
        self.order = order;
        self.choose(shared);
    }

    fn group_of(&self, request: Option<RequestKey>, shared: &Shared) -> Option<String> {
        let facts = facts::facts(shared, request?, false)?;
        (self.group != GroupBy::None).then(|| rows::group_of(&facts, self.group).to_owned())
    }

    /// The group of the selected row.
    fn current_group(&self, shared: &Shared) -> Option<String> {
        match self.rows.get(self.list.selected()?)? {
            Row::Group(at) => Some(self.groups.get(*at)?.name.clone()),
            Row::Request(key) => self.group_of(Some(*key), shared),
        }
    }

    /// Folds or unfolds the group of the selected row; folded, its heading is selected.
    fn fold(&mut self, folded: bool, shared: &Shared) {
        let Some(name) = self.current_group(shared) else { return };
        if folded {
            self.open.remove(&name);
        } else {
            self.open.insert(name.clone());
        }
        self.choose(shared);
        self.select_group(&name);
    }

    fn select_group(&mut self, name: &str) {
        let is_it = |row: &Row| match row {
            Row::Group(at) => self.groups.get(*at).is_some_and(|group| group.name == name),
            Row::Request(_) => false,
        };
        if let Some(row) = self.rows.iter().position(is_it) {
            self.list.select(row);
        }
    }

    /// Selects the row of a request, when it has one.
    fn select(&mut self, request: Option<RequestKey>) {
        let place = request.and_then(|key| self.places.get(key.index())).copied();
        let Some(row) = place.filter(|row| *row != u32::MAX).map(|row| row as usize) else { return };
        if self.list.visible().contains(&row) { self.list.select(row) } else { self.list.center(row) }
    }

    /// Makes the rows anew. The selection stays on its request or its group.
    fn choose(&mut self, shared: &Shared) {
        let heading = match self.list.selected().and_then(|row| self.rows.get(row)) {
            Some(Row::Group(at)) => self.groups.get(*at).map(|group| group.name.clone()),
            _ => None,
        };
        let (all, requests) = (&shared.snapshot().requests, shown(shared));
        let passing = || requests.iter().filter_map(|key| all.get(key.index()));
        let span = span_of(passing());
        let columns = TimeChart::columns(shared.size.width);
        let buckets = span.map_or_else(Vec::new, |span| histogram(passing(), span, columns));
        let bin =
            |bucket: &crate::case::Bucket| Bin { all: bucket.requests.into(), failed: bucket.failed.into() };
        self.chart.set(span, buckets.iter().map(bin).collect());
        let picked = self.chart.picked();
        let is_in = |request: &&Request| {
            let in_time = picked
                .is_none_or(|picked| request.window.is_some_and(|window| picked.contains(window.start)));
            in_time && (!self.only_failed || request.outcome == Outcome::Failed)
        };
        let wants_layer = self.order.by == SortBy::Layer;
        let facts: Vec<Facts<'_>> = passing()
            .filter(is_in)
            .filter_map(|request| facts::facts(shared, request.key, wants_layer))
            .collect();
        self.longest = facts.iter().map(|fact| fact.duration).max().unwrap_or_default();
        (self.rows, self.groups) = rows::rows(facts, self.order, self.group, &self.open);
        self.places = vec![u32::MAX; all.len()];
        for (row, place) in self.rows.iter().zip(0..) {
            if let Row::Request(key) = row {
                self.places[key.index()] = place;
            }
        }
        self.list.fit(self.rows.len(), view::list(shared.body()).height);
        match heading {
            Some(name) => self.select_group(&name),
            None => self.select(shared.request),
        }
    }
}

/// The requests that pass the filter, in order of time.
fn shown(shared: &Shared) -> Vec<RequestKey> {
    match shared.hits() {
        Some(hits) => hits.requests.clone(),
        None => shared.snapshot().requests.iter().map(|request| request.key).collect(),
    }
}

/// From the first to the last beginning.
fn span_of<'r>(requests: impl Iterator<Item = &'r Request>) -> Option<TimeRange> {
    let mut starts = requests.filter_map(|request| Some(request.window?.start));
    let first = starts.next()?;
    Some(starts.fold(TimeRange { start: first, end: first }, TimeRange::including))
}

/// Keeps the list in its room and reads what is in view.
fn settle(state: &mut State, shared: &Shared) {
    state.list.fit(state.rows.len(), view::list(shared.body()).height);
    let mut seen = std::mem::take(&mut state.seen);
    for row in state.list.visible() {
        let Some(Row::Request(key)) = state.rows.get(row) else { continue };
        let Some(request) = shared.snapshot().requests.get(key.index()) else { continue };
        let read = seen.remove(key).unwrap_or_else(|| Seen {
            layer: facts::reached(shared.case(), request),
            operation: facts::operation(shared.case(), request),
        });
        state.seen.insert(*key, read);
    }
}

pub(super) fn refresh(state: &mut State, change: Change, shared: &Shared, _out: &mut Outbox) {
    if change == Change::Data {
        state.seen.clear();
        state.request = shared.request;
    }
    match change {
        // The first hits are on their way: the rows stay until then.
        Change::Filter | Change::Data if shared.filter.is_on && shared.filter.hits.is_none() => {}
        Change::Filter | Change::Data | Change::Size => state.choose(shared),
        Change::Selection | Change::Shown if state.request != shared.request => {
            state.request = shared.request;
            let folded = state.group_of(shared.request, shared).filter(|name| !state.open.contains(name));
            if let Some(name) = folded {
                state.open.insert(name);
                state.choose(shared);
            }
            state.select(shared.request);
        }
        _ => return,
    }
    settle(state, shared);
}

pub(super) fn click(state: &State, shared: &Shared, area: Rect, mouse: Mouse) -> Option<Message> {
    if let Some(pick) = state.chart.click(view::chart(area), mouse) {
        return Some(Message::Pick(pick));
    }
    let list = view::list(area);
    if mouse.kind != MouseKind::Click {
        return None;
    }
    if mouse.row + 1 == list.y {
        return Some(Message::SortBy(view::column_at(shared, area.width, mouse.column)));
    }
    let line = list.contains((mouse.column, mouse.row).into()).then(|| mouse.row - list.y)?;
    state.list.row_at(line).map(Message::Press)
}
