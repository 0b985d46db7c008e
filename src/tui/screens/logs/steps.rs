//! What keys do beyond moving: steps to hits and bookmarks, one request alone, copies, and giving all that up.

use super::{Message, Only, State, briefs};
use crate::model::SignalKey;
use crate::tui::message::{self, Notice, Outbox};
use crate::tui::model::Shared;
use crate::tui::widgets::Pick;

pub(super) fn hit(state: &mut State, by: i8, out: &mut Outbox) {
    let Some(needle) = state.search.needle() else { return out.send(Message::Search.into()) };
    let (hits, from) = (state.search.hits(), state.selected());
    let step =
        |from| if by > 0 { state.rows.next_of(hits, from) } else { state.rows.previous_of(hits, from) };
    if let Some(row) = step(from) {
        return state.go(row, out);
    }
    let notice = match step(None) {
        Some(row) => {
            state.go(row, out);
            Notice::info(if by > 0 { "on from the first hit" } else { "on from the last hit" })
        }
        None if !state.search.is_complete() => Notice::info("still searching"),
        None if hits.is_empty() => Notice::info(format!("no record holds '{}'", needle.text())),
        None => Notice::info(format!("{} records hold it, none of the shown ones", hits.len())),
    };
    out.send(message::Message::Tell(notice));
}

pub(super) fn step_bookmark(state: &mut State, by: i8, shared: &Shared, out: &mut Outbox) {
    let marks: Vec<SignalKey> = shared.bookmarks.iter().copied().collect();
    let from = state.selected();
    let step = |from| {
        if by > 0 { state.rows.next_of(&marks, from) } else { state.rows.previous_of(&marks, from) }
    };
    match step(from).or_else(|| step(None)) {
        Some(row) => state.go(row, out),
        None => out.send(message::Message::Tell(Notice::info("no bookmark among these signals"))),
    }
}

pub(super) fn only_request(state: &mut State, shared: &Shared, out: &mut Outbox) {
    if matches!(state.only, Only::Request(..)) {
        return state.narrow(Only::All, shared);
    }
    let request = state.selected().and_then(|key| shared.case()?.request_of(key));
    match request {
        Some(request) => out.send(Message::Only(request).into()),
        None => out.send(message::Message::Tell(Notice::info("this signal belongs to no request"))),
    }
}

pub(super) fn copy(state: &State, shared: &Shared, out: &mut Outbox) {
    if let Some((key, case)) = state.selected().zip(shared.case()) {
        out.send(message::Message::Copy(shared.text(&case.text(key))));
    }
}

pub(super) fn clear(state: &mut State, shared: &Shared, out: &mut Outbox) {
    if state.search.needle().is_some() {
        state.search.start("", 0, briefs(shared), out);
        state.records.clear();
    } else if !matches!(state.only, Only::All) {
        state.narrow(Only::All, shared);
    } else if state.chart.pick(Pick::All, None) {
        state.choose(shared);
    } else {
        out.send(message::Message::Back);
    }
}

impl State {
    /// The search has hits now: to the nearest one.
    pub(super) fn meet(&mut self, out: &mut Outbox) {
        let from = self.selected().and_then(|key| key.0.checked_sub(1)).map(SignalKey);
        let hits = self.search.hits();
        let next = self.rows.next_of(hits, from);
        let row = next.or_else(|| self.search.is_complete().then(|| self.rows.next_of(hits, None))?);
        self.search.is_waiting = row.is_none() && !self.search.is_complete();
        if let Some(row) = row {
            self.go(row, out);
        }
    }
}
