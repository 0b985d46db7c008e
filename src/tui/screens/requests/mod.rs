//! All requests: when, how far, what, how it ended, how long it took, and why it failed.

pub(super) mod facts;
mod keys;
mod order;
mod preview;
mod ranks;
mod rows;
mod table;
#[cfg(test)]
mod tests;
mod unfolded;
mod view;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use ratatui::layout::Rect;

use crate::model::{Outcome, Request, RequestKey};
use crate::tui::bits::Bits;
use crate::tui::keys::Move;
use crate::tui::message::{self, Mouse, MouseKind, Notice, Outbox};
use crate::tui::model::{Change, Shared};
use crate::tui::screens::diagnosis::document::Document;
use crate::tui::screens::{ScreenId, logs};
use crate::tui::widgets::{ListState, Pick, TimeChart};

pub(super) use keys::KEYS;
use order::{GroupBy, Order, SortBy};
use rows::{Row, Rows};
pub(in crate::tui) use table::Table;
use unfolded::Unfolded;
pub(super) use view::view;

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    list: ListState,
    rows: Rows,
    /// What the rows were made of.
    table: Arc<Table>,
    unfolded: Unfolded,
    order: Order,
    group: GroupBy,
    only_failed: bool,
    chart: TimeChart,
    /// The longest duration in the list, for the bars.
    longest: i64,
    /// Operations that had to be read of the requests in view.
    operations: BTreeMap<RequestKey, Option<String>>,
    /// The request that everyone spoke of last.
    request: Option<RequestKey>,
    /// The selected one in short.
    preview: Document,
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
    /// Copies the first command of the fix.
    CopyCommand,
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
            state.unfolded = Unfolded::default();
            if let Some(number) = state.group_of(shared.request) {
                state.unfold(number, true);
            }
            state.arrange(shared);
            state.select(shared.request);
        }
        Message::Fold => state.turn(shared),
        Message::FoldAll => {
            let heading = state.heading();
            let all = !state.rows.groups().iter().any(|group| group.is_open);
            state.unfolded = Unfolded::all(all);
            state.rows.fold(|_| Some(all));
            state.fit(shared);
            match heading.and_then(|number| state.rows.heading(number)) {
                Some(row) => state.list.select(row),
                None => state.select(shared.request),
            }
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
        Message::CopyCommand => copy_command(state, shared, out),
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
    match state.selected_row() {
        Some(Row::Group(_)) => state.turn(shared),
        Some(Row::Request(key)) => {
            out.send(message::Message::SelectRequest(key));
            out.send(message::Message::Show(ScreenId::Diagnosis));
        }
        None => {}
    }
}

fn copy(state: &State, shared: &Shared, out: &mut Outbox) {
    let Some(request) = state.selected(shared) else { return };
    let names = &shared.snapshot().names;
    let name = names.id(request.request).map(Cow::into_owned);
    match name.or_else(|| names.trace(request.trace).map(|trace| trace.to_string())) {
        Some(id) => out.send(message::Message::Copy(shared.text(&id))),
        None => out.send(message::Message::Tell(Notice::info("this request names no id"))),
    }
}

fn copy_command(state: &State, shared: &Shared, out: &mut Outbox) {
    out.send(match preview::command(state, shared) {
        Some(command) => message::Message::Copy(shared.text(command)),
        None => message::Message::Tell(Notice::info("no command is known for this request")),
    });
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
    fn selected_row(&self) -> Option<Row> {
        self.rows.row(self.list.selected()?)
    }

    /// The selected request; none on the heading of a group.
    fn selected<'s>(&self, shared: &'s Shared) -> Option<&'s Request> {
        match self.selected_row()? {
            Row::Request(key) => shared.snapshot().requests.get(key.index()),
            Row::Group(_) => None,
        }
    }

    /// Tells everyone which request is selected.
    fn tell(&mut self, out: &mut Outbox) {
        if let Some(Row::Request(key)) = self.selected_row() {
            self.request = Some(key);
            out.send(message::Message::SelectRequest(key));
        }
    }

    fn reorder(&mut self, order: Order, shared: &Shared) {
        self.order = order;
        self.choose(shared);
    }

    /// The number of the group of a request; none without groups.
    fn group_of(&self, request: Option<RequestKey>) -> Option<u32> {
        let request = request.filter(|_| self.group != GroupBy::None)?;
        Some(self.table.group_of(self.group, request))
    }

    /// The group whose heading is selected.
    fn heading(&self) -> Option<u32> {
        match self.selected_row()? {
            Row::Group(at) => self.rows.groups().get(at).map(|group| group.number),
            Row::Request(_) => None,
        }
    }

    /// The group of the selected row.
    fn current_group(&self) -> Option<u32> {
        match self.selected_row()? {
            Row::Group(_) => self.heading(),
            Row::Request(key) => self.group_of(Some(key)),
        }
    }

    fn unfold(&mut self, number: u32, is_open: bool) {
        self.unfolded.set(&self.table.group_name(self.group, number), is_open);
    }

    /// Folds the group of the selected row, or unfolds it.
    fn turn(&mut self, shared: &Shared) {
        let Some(number) = self.current_group() else { return };
        let is_open = self.rows.groups().iter().any(|group| group.number == number && group.is_open);
        self.fold(is_open, shared);
    }

    /// Folds or unfolds the group of the selected row; its heading is selected then.
    fn fold(&mut self, folded: bool, shared: &Shared) {
        let Some(number) = self.current_group() else { return };
        self.unfold(number, !folded);
        self.rows.fold(|group| (group == number).then_some(!folded));
        self.fit(shared);
        if let Some(row) = self.rows.heading(number) {
            self.list.select(row);
        }
    }

    /// Keeps the list in its room.
    fn fit(&mut self, shared: &Shared) {
        self.list.fit(self.rows.len(), view::rooms(self, shared.body()).0.height);
    }

    /// Selects the row of a request, when it has one.
    fn select(&mut self, request: Option<RequestKey>) {
        let Some(row) = request.and_then(|key| self.rows.row_of(key)) else { return };
        if self.list.visible().contains(&row) { self.list.select(row) } else { self.list.center(row) }
    }

    /// Counts over time what passes the filter.
    fn count(&mut self, shared: &Shared) {
        let (table, hits) = (&shared.tables.requests, shared.hits());
        let keys = hits.map(|hits| hits.requests.as_slice());
        let span = table.span(keys);
        let columns = TimeChart::columns(shared.size.width);
        self.chart.set(span, span.map_or_else(Vec::new, |span| table.bins(keys, span, columns)));
    }

    /// Makes the rows anew. The selection stays on its request or its group.
    fn choose(&mut self, shared: &Shared) {
        let heading = self.heading().map(|number| self.table.group_name(self.group, number).into_owned());
        self.arrange(shared);
        let number = heading.as_ref().and_then(|name| self.table.group_named(self.group, name));
        match number.and_then(|number| self.rows.heading(number)) {
            Some(row) => self.list.select(row),
            None if heading.is_none() => self.select(shared.request),
            None => {}
        }
    }

    fn arrange(&mut self, shared: &Shared) {
        if awaits_hits(shared) {
            return;
        }
        self.table = Arc::clone(&shared.tables.requests);
        let table = &*self.table;
        let hits = shared.hits().map(|hits| {
            let mut bits = Bits::new(table.len());
            hits.requests.iter().for_each(|key| bits.insert(key.index()));
            bits
        });
        let picked = self.chart.picked().map(|picked| table.within(picked));
        let passes = |key: u32| {
            picked.as_ref().is_none_or(|picked| picked.contains(&key))
                && hits.as_ref().is_none_or(|hits| hits.contains(key as usize))
                && (!self.only_failed || table.outcome(RequestKey(key)) == Outcome::Failed)
        };
        let keys = table.sorted(self.order, passes);
        let is_open = self.unfolded.by_number(table, self.group);
        self.rows = Rows::new(keys, table, self.group, is_open);
        self.longest = self.rows.keys().map(|key| table.duration(key)).max().unwrap_or_default();
        self.fit(shared);
    }
}

/// Whether the first hits of the filter are on their way: the rows stay until then.
fn awaits_hits(shared: &Shared) -> bool {
    shared.filter.is_on && shared.filter.hits.is_none()
}

/// Keeps the list in its room and reads what is in view.
fn settle(state: &mut State, shared: &Shared) {
    state.fit(shared);
    let mut known = std::mem::take(&mut state.operations);
    for row in state.list.visible() {
        let Some(Row::Request(key)) = state.rows.row(row) else { continue };
        let Some(request) = shared.snapshot().requests.get(key.index()) else { continue };
        let read = known.remove(&key).unwrap_or_else(|| facts::operation(shared.case(), request));
        state.operations.insert(key, read);
    }
    let (_, room) = view::rooms(state, shared.body());
    state.preview = preview::document(state, shared, room);
}

pub(super) fn refresh(state: &mut State, change: Change, shared: &Shared, _out: &mut Outbox) {
    if change == Change::Data {
        state.operations.clear();
        state.request = shared.request;
    }
    match change {
        Change::Filter | Change::Data if awaits_hits(shared) => {}
        Change::Filter | Change::Data => {
            state.count(shared);
            state.choose(shared);
        }
        Change::Size => {
            state.count(shared);
            state.fit(shared);
            state.select(shared.request);
        }
        Change::Selection | Change::Shown if state.request != shared.request => {
            state.request = shared.request;
            if let Some(number) = state.group_of(shared.request) {
                state.unfold(number, true);
                state.rows.fold(|group| (group == number).then_some(true));
                state.fit(shared);
            }
            state.select(shared.request);
        }
        _ => return,
    }
    settle(state, shared);
}

pub(super) fn click(state: &State, shared: &Shared, area: Rect, mouse: Mouse) -> Option<Message> {
    if let Some(pick) = state.chart.click(view::chart(state, area), mouse) {
        return Some(Message::Pick(pick));
    }
    let (list, _) = view::rooms(state, area);
    if mouse.kind != MouseKind::Click {
        return None;
    }
    if mouse.row + 1 == list.y {
        return Some(Message::SortBy(view::column_at(shared, area.width, mouse.column)));
    }
    let line = list.contains((mouse.column, mouse.row).into()).then(|| mouse.row - list.y)?;
    state.list.row_at(line).map(Message::Press)
}
