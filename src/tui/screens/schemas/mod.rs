//! The audit of tool schemas: every tool with its parameters, and which declarations fail at a Gateway or with a model
//! that sends strings.

mod keys;
mod nodes;
#[cfg(test)]
mod tests;
mod text;
mod view;

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::model::{SchemaAudit, SchemaFinding, SignalKey};
use crate::tui::keys::Move;
use crate::tui::message::{self, Effect, Mouse, MouseKind, Notice, Outbox};
use crate::tui::model::{Change, Shared};
use crate::tui::pointer::wheel;
use crate::tui::screens::ScreenId;
use crate::tui::widgets::{ListState, Split, Tree};

use super::diagnosis::document::{Action, Document};

pub(super) use keys::KEYS;
use nodes::{Item, Place};
pub(super) use view::view;

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    /// What the tree was made of.
    audit: Option<Arc<SchemaAudit>>,
    tree: Tree<Item>,
    list: ListState,
    only_problems: bool,
    /// What is told of the selected row, and the row of it on top.
    text: Document,
    top: ListState,
    /// Whether movements go to the text.
    in_text: bool,
}

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A movement.
    Move(Move),
    /// A movement in the text or in the list, whichever of them movements go to.
    MoveIn(bool, Move),
    /// Selects a row.
    Select(usize),
    /// Shows the first call that hit it, else the record of the list.
    Open,
    /// Shows this record.
    Record(SignalKey),
    /// To the problem so many places further.
    Problem(i8),
    /// Copies the recommended declaration.
    Copy,
    /// Copies tool and parameter.
    CopyName,
    /// Copies the command of the fix.
    CopyCommand,
    /// Folds or unfolds the row.
    Fold,
    /// Folds or unfolds all tools.
    FoldAll,
    /// Only what has a problem, or everything.
    OnlyProblems,
    /// Movements go to the text, or to the tree.
    Focus,
    /// Movements go to the text.
    FocusText,
}

pub(super) fn update(state: &mut State, message: Message, shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Move(by) if state.in_text => state.top.scroll(by),
        Message::MoveIn(in_text, by) => {
            let before = std::mem::replace(&mut state.in_text, in_text);
            update(state, Message::Move(by), shared, out);
            state.in_text = before;
        }
        Message::Move(by) => state.tree.travel(&mut state.list, by),
        Message::Select(row) => {
            state.in_text = false;
            if state.list.selected() == Some(row) {
                state.toggle();
            } else {
                state.list.select(row);
            }
        }
        Message::Open => state.open(out),
        Message::Record(signal) => show(signal, out),
        Message::Problem(by) => state.problem(by, out),
        Message::Copy => {
            let text = state.finding().map(|finding| finding.recommended.clone());
            copy(text, "nothing is wrong here, so there is no other declaration", shared, out);
        }
        Message::CopyName => {
            let name = state.audit.as_deref().zip(state.place());
            copy(name.map(|(audit, place)| nodes::path(audit, place)), "no row is selected", shared, out);
        }
        Message::CopyCommand => {
            let command = state.finding().and_then(|finding| finding.command.clone());
            copy(command, "no command belongs to this", shared, out);
        }
        Message::Fold => state.toggle(),
        Message::FoldAll => {
            let is_folded = (0..state.tree.len()).any(|row| state.tree.is_folded(row));
            state.tree.fold_from(if is_folded { None } else { Some(1) });
        }
        Message::OnlyProblems => {
            state.only_problems = !state.only_problems;
            state.build();
        }
        Message::Focus => state.in_text = !state.in_text,
        Message::FocusText => state.in_text = true,
    }
    state.lay_out(shared);
}

fn show(signal: SignalKey, out: &mut Outbox) {
    out.send(message::Message::SelectSignal(signal));
    out.send(message::Message::Show(ScreenId::Signal));
}

fn copy(text: Option<String>, without: &str, shared: &Shared, out: &mut Outbox) {
    match text.filter(|text| !text.is_empty()) {
        Some(text) => {
            let text = shared.text(&text);
            out.send(message::Message::Tell(Notice::info(format!("copied: {text}"))));
            out.send(message::Message::Copy(text));
        }
        None => out.send(message::Message::Tell(Notice::info(without))),
    }
}

impl State {
    fn item(&self) -> Option<&Item> {
        Some(&self.tree.row(self.list.selected()?)?.item)
    }

    fn place(&self) -> Option<Place> {
        self.item().map(|item| item.place)
    }

    /// The worst finding about the selected row.
    fn finding(&self) -> Option<&SchemaFinding> {
        self.audit.as_deref()?.findings.get(*self.item()?.findings.first()?)
    }

    fn toggle(&mut self) {
        if let Some(row) = self.list.selected() {
            self.tree.fold(row, !self.tree.is_folded(row));
        }
    }

    fn open(&mut self, out: &mut Outbox) {
        let call = self.finding().and_then(|finding| finding.calls.first()).map(|(_, signal)| *signal);
        let list = || match self.place()? {
            Place::List(at) | Place::Tool(at, _) | Place::Parameter(at, ..) => {
                self.audit.as_deref()?.lists.get(at)?.signal
            }
            Place::Loose | Place::Finding(_) => None,
        };
        match call.or_else(list) {
            Some(signal) => show(signal, out),
            None => out.send(message::Message::Tell(Notice::info("no record belongs to this row"))),
        }
    }

    /// To the next row with a finding of its own, around, also to one that is folded away.
    fn problem(&mut self, by: i8, out: &mut Outbox) {
        let from = self.list.selected().and_then(|row| self.tree.node_of(row)).unwrap_or_default();
        let found = self.tree.find(from, by, |item: &Item| !item.findings.is_empty());
        match found {
            Some(node) => {
                let row = self.tree.reveal(node);
                self.list.fit(self.tree.len(), self.list.visible().len().max(1) as u16);
                self.list.center(row);
            }
            None => out.send(message::Message::Tell(Notice::info("no declaration has a problem"))),
        }
    }

    /// The tree anew; the selected row stays selected.
    fn build(&mut self) {
        let before = self.place();
        let audit = self.audit.as_deref();
        self.tree = audit.map(|audit| nodes::tree(audit, self.only_problems)).unwrap_or_default();
        let at = |row: &usize| self.tree.row(*row).map(|node| node.item.place);
        let rows = 0..self.tree.len();
        // The worst finding is the first one.
        let is_worst = |row: &usize| self.tree.row(*row).is_some_and(|node| node.item.findings.contains(&0));
        let first = rows.clone().find(is_worst);
        let row = before.and_then(|before| rows.clone().find(|row| at(row) == Some(before))).or(first);
        self.list.fit(self.tree.len(), self.list.visible().len().max(1) as u16);
        self.list.select(row.unwrap_or_default());
    }

    fn lay_out(&mut self, shared: &Shared) {
        let Split { list: tree, text, .. } = view::rooms(self, shared.body());
        self.list.fit(self.tree.len(), tree.height.saturating_sub(1));
        let document = text::document(self, shared, usize::from(text.width));
        if document.rows.first() != self.text.rows.first() {
            self.top = ListState::default();
        }
        self.text = document;
        self.top.fit(self.text.rows.len(), text.height);
    }
}

pub(super) fn refresh(state: &mut State, change: Change, shared: &Shared, out: &mut Outbox) {
    if matches!(change, Change::Shown | Change::Data) && shared.answers.audit.is_none() {
        out.run(Effect::Audit);
    }
    if matches!(change, Change::Filter | Change::Selection) {
        return;
    }
    // While a new audit is under way the old one stays.
    if let Some(audit) = shared.answers.audit.as_ref().filter(|audit| state.audit.as_ref() != Some(audit)) {
        state.audit = Some(audit.clone());
        state.build();
    }
    state.lay_out(shared);
}

pub(super) fn click(state: &State, _shared: &Shared, area: Rect, mouse: Mouse) -> Option<Message> {
    let Split { list: tree, text, .. } = view::rooms(state, area);
    let at = (mouse.column, mouse.row).into();
    if let Some(by) = wheel(mouse) {
        return Some(Message::MoveIn(text.contains(at), by));
    }
    if mouse.kind != MouseKind::Click {
        return None;
    }
    if text.contains(at) {
        let row = state.top.offset() + usize::from(mouse.row - text.y);
        let item = state.text.item_at(row).and_then(|item| state.text.items.get(item));
        return Some(match item.map(|item| &item.action) {
            Some(Action::Signal(signal)) => Message::Record(*signal),
            Some(Action::Copy(_)) => Message::CopyCommand,
            _ => Message::FocusText,
        });
    }
    let line = tree.contains(at).then(|| mouse.row.checked_sub(tree.y + 1))??;
    state.list.row_at(line).map(Message::Select)
}
