//! One request on a time axis: a lane for each layer, then every span and log event below one another.

mod axis;
mod detail;
mod draw;
mod head;
mod layout;
mod rooms;
#[cfg(test)]
mod tests;
mod ticks;
mod track;

use std::collections::BTreeMap;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::model::{RequestKey, SignalKey, Timestamp};
use crate::tui::keys::{Binding, Move, bind};
use crate::tui::message::{self, Effect, Mouse, MouseKind, Notice, Outbox};
use crate::tui::model::{Change, Shared};
use crate::tui::screens::ScreenId;
use crate::tui::screens::requests::facts;
use crate::tui::theme::Role;
use crate::tui::widgets::{ListState, Tree};

use axis::Axis;
use detail::Detail;
use layout::{Entry, Lane};
use rooms::{Lanes, Rooms};

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    tree: Tree<Entry>,
    list: ListState,
    axis: Axis,
    /// The lanes that have rows, each with its signals.
    lanes: Vec<(Lane, Vec<Entry>)>,
    /// The signals that show where the request stopped.
    stop: Vec<SignalKey>,
    request: Option<RequestKey>,
    /// What a request is called that names no tool.
    operation: Option<String>,
    /// The first instant of all rows.
    began: Option<Timestamp>,
    /// Where it stopped and what else its steps tell, in rows.
    sentences: Vec<(Role, String)>,
    /// The signal that everyone spoke of last.
    known: Option<SignalKey>,
    /// What the rows in view are called.
    names: BTreeMap<SignalKey, String>,
    /// The selected row in words.
    detail: Detail,
}

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A movement.
    Move(Move),
    /// Selects a row.
    Select(usize),
    /// Shows half of the time, or twice as much.
    Zoom(bool),
    /// The same; what is in this column of the axis stays there.
    ZoomAt(bool, usize),
    /// A quarter of what is in view earlier or later.
    Pan(i8),
    /// Shows all of the time.
    Whole,
    /// Folds the row, or unfolds it.
    Fold,
    /// Folds everything, or nothing.
    FoldAll(bool),
    /// The next row with an error, or the one before.
    Error(bool),
    /// The step where the request stopped.
    Stop,
    /// Opens the signal.
    Open,
    /// Shows the diagnosis.
    Why,
}

/// Its part of the key table.
pub(super) const KEYS: &[Binding<Message>] = &[
    bind("open", &["enter"], "open", "open the signal", Message::Open),
    bind("zoom-in", &["+", "="], "zoom", "half of the time", Message::Zoom(true)),
    bind("zoom-out", &["-"], "", "twice the time", Message::Zoom(false)),
    bind("earlier", &[","], "", "an earlier part of the time, when zoomed", Message::Pan(-1)),
    bind("later", &["."], "", "a later part of the time, when zoomed", Message::Pan(1)),
    bind("whole", &["0"], "", "all of the time", Message::Whole),
    bind("fold", &["space"], "fold", "collapse or expand the row", Message::Fold),
    bind("fold-all", &["C"], "", "collapse everything", Message::FoldAll(true)),
    bind("unfold-all", &["E"], "", "expand everything", Message::FoldAll(false)),
    bind("next-error", &["n"], "next error", "next row with an error", Message::Error(true)),
    bind("previous-error", &["N"], "", "previous row with an error", Message::Error(false)),
    bind("stop", &["s"], "stop", "the step where the request stopped", Message::Stop),
    bind("why", &["d"], "why", "diagnosis of the request", Message::Why),
];

pub(super) fn update(state: &mut State, message: Message, shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Move(Move::Left) if state.axis.is_zoomed() => state.axis.pan(-1),
        Message::Move(Move::Right) if state.axis.is_zoomed() => state.axis.pan(1),
        Message::Move(by @ (Move::Left | Move::Right)) => {
            state.tree.travel(&mut state.list, by);
            state.fit(shared);
        }
        Message::Pan(by) => state.axis.pan(by),
        Message::Move(by) => {
            state.list.apply(by);
        }
        Message::Select(row) => state.list.select(row),
        Message::Zoom(true) => {
            let at = state.selected().and_then(|entry| entry.start);
            state.axis.zoom_in(at);
        }
        Message::Zoom(false) => state.axis.zoom_out(),
        Message::ZoomAt(inwards, column) => {
            state.axis.zoom_at(inwards, column, Rooms::axis_columns(shared.body()).1);
        }
        Message::Whole => state.axis.reset(),
        Message::Fold => {
            if let Some(row) = state.list.selected() {
                let folded = state.tree.is_folded(row);
                state.tree.fold(row, !folded);
            }
            state.fit(shared);
        }
        Message::FoldAll(folded) => {
            state.tree.fold_from(folded.then_some(0));
            state.fit(shared);
        }
        Message::Error(forward) => {
            let none = "no further error in this request";
            state.find(forward, none, (shared, out), |entry| entry.is_error);
        }
        Message::Stop => {
            let stop = state.stop.clone();
            let none = "no record of this request shows where it stopped";
            state.find(true, none, (shared, out), |entry| stop.contains(&entry.signal));
        }
        Message::Open => {
            if let Some(entry) = state.selected() {
                out.send(message::Message::SelectSignal(entry.signal));
                out.send(message::Message::Show(ScreenId::Signal));
            }
        }
        Message::Why => out.send(message::Message::Show(ScreenId::Diagnosis)),
    }
    settle(state, shared);
    state.tell(shared, out);
}

/// Keeps the rows in their room and reads what is in view.
fn settle(state: &mut State, shared: &Shared) {
    state.fit(shared);
    state.name_rows(shared);
    let room = state.rooms(shared.body()).detail;
    let detail = state.selected().map(|entry| Detail::new(state, shared, entry, room));
    state.detail = detail.unwrap_or_default();
}

impl State {
    fn selected(&self) -> Option<&Entry> {
        Some(&self.tree.row(self.list.selected()?)?.item)
    }

    fn rooms(&self, area: Rect) -> Rooms {
        Rooms::new(area, head::rows(self), self.lanes_in(area).count() as u16, self.tree.len())
    }

    /// The lanes that there is room for.
    fn lanes_in(&self, area: Rect) -> impl Iterator<Item = &(Lane, Vec<Entry>)> {
        let wanted = Lanes::of(area);
        self.lanes.iter().filter(move |(_, entries)| match wanted {
            Lanes::All => true,
            Lanes::Used => !entries.is_empty(),
            Lanes::None => false,
        })
    }

    fn fit(&mut self, shared: &Shared) {
        self.list.fit(self.tree.len(), self.rooms(shared.body()).rows.height);
    }

    /// Reads what the rows in view are called.
    fn name_rows(&mut self, shared: &Shared) {
        let mut known = std::mem::take(&mut self.names);
        for row in self.list.visible() {
            let Some(key) = self.tree.row(row).map(|node| node.item.signal) else { continue };
            let name = known.remove(&key).unwrap_or_else(|| draw::name(shared, key));
            self.names.insert(key, name);
        }
    }

    /// Selects the next row that `wanted` holds for, around; what it is folded into is unfolded.
    fn find(
        &mut self,
        forward: bool,
        none: &str,
        (shared, out): (&Shared, &mut Outbox),
        wanted: impl Fn(&Entry) -> bool,
    ) {
        let here = self.list.selected().and_then(|row| self.tree.node_of(row)).unwrap_or_default();
        match self.tree.find(here, if forward { 1 } else { -1 }, wanted) {
            Some(node) => self.show(node, shared),
            None => out.send(message::Message::Tell(Notice::info(none))),
        }
    }

    /// Selects a node.
    fn go(&mut self, node: usize, shared: &Shared) {
        let row = self.tree.reveal(node);
        self.fit(shared);
        if self.list.visible().contains(&row) { self.list.select(row) } else { self.list.center(row) }
    }

    /// Selects a node and brings it into view on the axis too.
    fn show(&mut self, node: usize, shared: &Shared) {
        self.go(node, shared);
        if let Some(start) = self.selected().and_then(|entry| entry.start) {
            self.axis.reveal(start);
        }
    }

    /// The node of a signal.
    fn node_of(&self, signal: Option<SignalKey>) -> Option<usize> {
        let signal = signal?;
        self.tree.find(0, -1, |entry| entry.signal == signal)
    }

    /// Tells everyone which signal is selected, unless that would lead to another request.
    fn tell(&mut self, shared: &Shared, out: &mut Outbox) {
        let Some(signal) = self.selected().map(|entry| entry.signal) else { return };
        let request = shared.case().and_then(|case| case.request_of(signal));
        if shared.signal != Some(signal) && request == self.request {
            self.known = Some(signal);
            out.send(message::Message::SelectSignal(signal));
        }
    }
}

pub(super) fn refresh(state: &mut State, change: Change, shared: &Shared, out: &mut Outbox) {
    let known = |key| shared.answers.walks.contains_key(&key);
    if matches!(change, Change::Shown | Change::Selection | Change::Data)
        && let Some(key) = shared.request.filter(|key| !known(*key))
    {
        out.run(Effect::Walk(key));
    }
    if change == Change::Data {
        state.names.clear();
    }
    if change == Change::Data || state.request != shared.request {
        load(state, shared);
    } else if state.known != shared.signal
        && let Some(node) = state.node_of(shared.signal)
    {
        state.show(node, shared);
    }
    state.known = shared.signal;
    let walk = shared.request.and_then(|key| shared.answers.walks.get(&key));
    let step = walk.and_then(|walk| walk.step(walk.stopped?));
    state.stop = step.map(|step| step.signals.clone()).unwrap_or_default();
    state.sentences = head::sentences(shared, walk.map(AsRef::as_ref));
    settle(state, shared);
}

/// Lays the selected request out anew; the selected signal and the zoom stay while the request does.
fn load(state: &mut State, shared: &Shared) {
    let same = state.request == shared.request;
    let before = state.selected().map(|entry| entry.signal);
    state.request = shared.request;
    let request = shared.request.and_then(|key| shared.snapshot().requests.get(key.index()));
    state.operation = request.and_then(|request| facts::operation(shared.case(), request));
    let nodes =
        shared.case().zip(request).map(|(case, request)| layout::rows(case, request)).unwrap_or_default();
    let range = layout::range(nodes.iter().map(|node| &node.item));
    state.began = range.map(|range| range.start);
    if !same || !state.axis.is_zoomed() {
        state.axis = range.map(Axis::new).unwrap_or_default();
    }
    let of = |lane| nodes.iter().map(|node| node.item).filter(|entry| entry.lane == lane).collect::<Vec<_>>();
    state.lanes = Lane::ALL.into_iter().map(|lane| (lane, of(lane))).collect();
    state.lanes.retain(|(lane, entries)| *lane != Lane::Other || !entries.is_empty());
    state.tree = Tree::new(nodes);
    if !same {
        state.list = ListState::default();
    }
    let node = state.node_of(shared.signal).or_else(|| state.node_of(before.filter(|_| same)));
    state.go(node.unwrap_or_default(), shared);
}

pub(super) fn click(state: &State, _shared: &Shared, area: Rect, mouse: Mouse) -> Option<Message> {
    if let MouseKind::Zoom(inwards) = mouse.kind {
        let (first, columns) = Rooms::axis_columns(area);
        let column = usize::from(mouse.column - area.x).saturating_sub(first);
        return Some(Message::ZoomAt(inwards, column.min(columns.saturating_sub(1))));
    }
    let line = mouse.row.checked_sub(state.rooms(area).rows.y)?;
    let row = state.list.row_at(line).filter(|_| mouse.kind == MouseKind::Click)?;
    Some(if state.list.selected() == Some(row) { Message::Open } else { Message::Select(row) })
}

pub(super) fn view(state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    draw::draw(state, shared, frame, area);
}
