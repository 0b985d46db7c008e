//! The failing request beside a healthy one: what differs, best separating first.

mod keys;
mod records;
#[cfg(test)]
mod tests;
mod view;

use ratatui::layout::Rect;

use crate::case::RequestHandle;
use crate::model::{BaselineChoice, Comparison, Difference, FeatureKind, Outcome, RequestKey, Share};
use crate::tui::keys::Move;
use crate::tui::message::{self, Ask, Effect, Mouse, MouseKind, Notice, Outbox};
use crate::tui::model::{Change, Shared};
use crate::tui::screens::ScreenId;
use crate::tui::widgets::ListState;

pub(super) use keys::KEYS;
pub(super) use view::view;

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    list: ListState,
    /// Places of the listed differences.
    rows: Vec<usize>,
    /// The one kind that is listed.
    kind: Option<FeatureKind>,
    /// Whether Enter goes to the healthy side.
    on_healthy: bool,
    /// The failing request and the healthy one that was chosen for it.
    beside: Option<(RequestHandle, RequestHandle)>,
}

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A movement.
    Move(Move),
    /// Selects a row, of a side when the mouse tells one.
    Select(usize, Option<bool>),
    /// Shows the record of the chosen side.
    Open,
    /// Lists the kind so many places further.
    Kind(i8),
    /// Asks for a healthy request.
    Ask,
    /// Compares with this request; without one with the nearest.
    Beside(Option<RequestKey>),
    /// Shows the timeline of the chosen side.
    Timeline,
    /// Copies the selected difference.
    Copy,
}

pub(super) fn update(state: &mut State, message: Message, shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Move(Move::Left) => state.on_healthy = false,
        Message::Move(Move::Right) => state.on_healthy = true,
        Message::Move(by) => {
            state.list.apply(by);
        }
        Message::Select(row, side) => {
            let again =
                state.list.selected() == Some(row) && side.is_none_or(|side| side == state.on_healthy);
            state.on_healthy = side.unwrap_or(state.on_healthy);
            state.list.select(row);
            if again {
                open(state, shared, out);
            }
        }
        Message::Open => open(state, shared, out),
        Message::Kind(by) => {
            state.kind = next_kind(comparison(shared), state.kind, by);
            state.list = ListState::default();
        }
        Message::Ask => out.send(message::Message::Ask(Ask::Healthy)),
        Message::Beside(healthy) => {
            let snapshot = shared.snapshot();
            let failing = failing(shared).and_then(|key| snapshot.handle(key));
            state.beside = failing.zip(healthy.and_then(|key| snapshot.handle(key)));
            ask(state, shared, out);
        }
        Message::Timeline => match side(state, shared) {
            Some(request) => {
                out.send(message::Message::SelectRequest(request));
                out.send(message::Message::Show(ScreenId::Timeline));
            }
            None => tell(out, "there is no healthy request in this capture"),
        },
        Message::Copy => {
            if let Some(difference) = selected(state, shared) {
                let text = shared.line(&sentence(difference), 2_000);
                out.send(message::Message::Copy(text));
            }
        }
    }
    state.list_rows(shared);
}

fn tell(out: &mut Outbox, words: &str) {
    out.send(message::Message::Tell(Notice::info(words)));
}

/// Shows the record that tells the selected difference.
fn open(state: &State, shared: &Shared, out: &mut Outbox) {
    let Some(difference) = selected(state, shared) else { return };
    let value = if state.on_healthy { &difference.healthy } else { &difference.failing };
    let Some(value) = value else {
        return tell(out, "absent on this side, so no record shows it; left and right choose the side");
    };
    let request = side(state, shared).and_then(|key| shared.snapshot().requests.get(key.index()));
    let found = shared.case().zip(request);
    match found.and_then(|(case, request)| records::showing(case, request, difference, value)) {
        Some(signal) => {
            out.send(message::Message::SelectSignal(signal));
            out.send(message::Message::Show(ScreenId::Signal));
        }
        None => tell(out, "no single record shows this; t shows the timeline"),
    }
}

/// The request of the chosen side.
fn side(state: &State, shared: &Shared) -> Option<RequestKey> {
    let found = comparison(shared)?;
    if state.on_healthy { found.healthy.as_ref()?.key } else { Some(found.failing) }
}

/// The kinds of all differences in order, with "all of them" before the first and after the last.
fn next_kind(found: Option<&Comparison>, kind: Option<FeatureKind>, by: i8) -> Option<FeatureKind> {
    let differences = found.map(|found| found.differences.as_slice()).unwrap_or_default();
    let is_here = |kind: &&FeatureKind| differences.iter().any(|difference| difference.kind == **kind);
    let kinds: Vec<Option<FeatureKind>> =
        [None].into_iter().chain(FeatureKind::ALL.iter().filter(is_here).copied().map(Some)).collect();
    let at = kinds.iter().position(|known| *known == kind).unwrap_or_default() as i64;
    kinds[(at + i64::from(by)).rem_euclid(kinds.len() as i64) as usize]
}

impl State {
    fn list_rows(&mut self, shared: &Shared) {
        let differences = comparison(shared).map(|found| found.differences.as_slice()).unwrap_or_default();
        let is_listed = |at: &usize| self.kind.is_none_or(|kind| differences[*at].kind == kind);
        self.rows = (0..differences.len()).filter(is_listed).collect();
        self.list.fit(self.rows.len(), view::list_height(shared.body(), self.rows.len()));
    }

    /// The healthy request that was chosen for the selected one.
    fn wanted(&self, shared: &Shared) -> Option<RequestKey> {
        let (failing, healthy) = self.beside.as_ref()?;
        let snapshot = shared.snapshot();
        (snapshot.find(failing) == shared.request).then(|| snapshot.find(healthy)).flatten()
    }
}

/// Asks for the comparison unless it is known.
fn ask(state: &State, shared: &Shared, out: &mut Outbox) {
    let (Some(failing), healthy) = (failing(shared), state.wanted(shared)) else { return };
    let known = comparison(shared).map(|found| {
        let named = found.healthy.as_ref().filter(|known| known.choice == BaselineChoice::Named);
        named.and_then(|named| named.key)
    });
    if known != Some(healthy) {
        out.run(Effect::Compare { failing, healthy });
    }
}

pub(super) fn refresh(state: &mut State, change: Change, shared: &Shared, out: &mut Outbox) {
    if matches!(change, Change::Shown | Change::Selection | Change::Data) {
        ask(state, shared, out);
    }
    state.list_rows(shared);
}

pub(super) fn click(state: &State, shared: &Shared, area: Rect, mouse: Mouse) -> Option<Message> {
    let table = view::table(area, state.rows.len());
    if mouse.kind != MouseKind::Click || mouse.row < table.y {
        return None;
    }
    let side = view::side_at(shared, table, mouse.column);
    let row = state.list.row_at((mouse.row - table.y).checked_sub(1)?)?;
    Some(Message::Select(row, side))
}

/// The selected request, when it failed.
fn failing(shared: &Shared) -> Option<RequestKey> {
    let key = shared.request?;
    let request = shared.snapshot().requests.get(key.index())?;
    (request.outcome == Outcome::Failed).then_some(key)
}

fn comparison(shared: &Shared) -> Option<&Comparison> {
    shared.answers.comparisons.get(&failing(shared)?).map(AsRef::as_ref)
}

fn selected<'s>(state: &State, shared: &'s Shared) -> Option<&'s Difference> {
    comparison(shared)?.differences.get(*state.rows.get(state.list.selected()?)?)
}

/// A difference in words, with its counts.
fn sentence(difference: &Difference) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "absent".to_owned());
    format!(
        "{}: {} in the failing request, {} in the healthy one. {} failed and {} healthy requests are like the \
         failing one.",
        difference.attribute,
        value(&difference.failing),
        value(&difference.healthy),
        of(difference.among_failed),
        of(difference.among_healthy)
    )
}

fn of(share: Share) -> String {
    format!("{} of {}", share.with, share.of)
}
