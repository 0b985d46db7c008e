//! A document on the screen: what is in view of it, which of its items is selected, what is unfolded.

use std::collections::BTreeSet;
use std::ops::Range;

use ratatui::Frame;

use super::document::{Action, Document, Fold, Row};
use super::flow::{Flow, View};
use crate::tui::keys::Move;
use crate::tui::message::{self, Mouse, MouseKind, Notice, Outbox};
use crate::tui::model::Shared;

/// What is remembered of a document that is read.
#[derive(Debug, Default)]
pub(in crate::tui::screens) struct Reader {
    pub(in crate::tui::screens) document: Document,
    /// What is shown in full.
    pub(in crate::tui::screens) unfolded: BTreeSet<Fold>,
    /// The item that Enter acts on.
    selected: usize,
    /// The row on top.
    offset: usize,
    flow: Flow,
}

impl Reader {
    /// Reads what `write` makes in rows of so many columns; the selected item stays selected.
    pub(in crate::tui::screens) fn read(
        &mut self,
        shared: &Shared,
        write: impl Fn(usize, &BTreeSet<Fold>) -> Document,
    ) {
        let before = self.action().cloned();
        self.flow = Flow::single(shared.body());
        self.document = write(self.flow.width(), &self.unfolded);
        // What fits into one column has the whole width.
        if let Some(double) = Flow::double(shared.body()).filter(|_| self.document.rows.len() > self.height())
        {
            self.flow = double;
            self.document = write(double.width(), &self.unfolded);
            double.settle(&mut self.document);
        }
        let items = &self.document.items;
        let is_same = |at: &usize| items.get(*at).map(|item| &item.action) == before.as_ref();
        let same = Some(self.selected).filter(is_same).or_else(|| (0..items.len()).find(is_same));
        self.selected = same.unwrap_or(self.selected).min(items.len().saturating_sub(1));
        self.scroll(0);
    }

    /// Columns of a row.
    pub(in crate::tui::screens) fn columns(&self) -> usize {
        self.flow.width()
    }

    /// Rows in view.
    fn height(&self) -> usize {
        usize::from(self.flow.rows())
    }

    /// From the top, with everything folded.
    pub(in crate::tui::screens) fn begin(&mut self) {
        (self.selected, self.offset) = (0, 0);
        self.document.items.clear();
        self.unfolded.clear();
    }

    /// What Enter does.
    pub(in crate::tui::screens) fn action(&self) -> Option<&Action> {
        self.document.items.get(self.selected).map(|item| &item.action)
    }

    /// Copies the selected command, else the first of the document.
    pub(in crate::tui::screens) fn copy(&self, shared: &Shared, out: &mut Outbox) {
        let all = self.document.items.iter().map(|item| &item.action);
        let command = self.action().into_iter().chain(all).find_map(|action| match action {
            Action::Copy(command) => Some(command),
            Action::Signal(_) | Action::Unfold(_) => None,
        });
        let notice = match command {
            Some(command) => {
                out.send(message::Message::Copy(shared.text(command)));
                format!("copied: {command}")
            }
            None => "no command to copy here".to_owned(),
        };
        out.send(message::Message::Tell(Notice::info(notice)));
    }

    /// Folds what is unfolded, or unfolds it. The document is to be read again.
    pub(in crate::tui::screens) fn toggle(&mut self, fold: Fold) {
        if !self.unfolded.remove(&fold) {
            self.unfolded.insert(fold);
        }
    }

    /// Brings what was unfolded into view with its first rows below it.
    pub(in crate::tui::screens) fn reveal(&mut self) {
        if let (Some(Action::Unfold(fold)), Some(item)) =
            (self.action(), self.document.items.get(self.selected))
            && self.unfolded.contains(fold)
        {
            self.offset = self.offset.max(item.rows.start.saturating_sub(self.height() / 3));
        }
        self.scroll(0);
    }

    /// Selects an item and brings it into view.
    pub(in crate::tui::screens) fn select(&mut self, item: usize) {
        self.selected = item.min(self.document.items.len().saturating_sub(1));
        let Some(item) = self.document.items.get(self.selected) else { return };
        let lowest = item.rows.end.saturating_sub(self.height());
        self.offset = self.offset.max(lowest).min(item.rows.start);
        self.scroll(0);
    }

    /// To the item so many places further, around.
    pub(in crate::tui::screens) fn step(&mut self, by: i8) {
        let count = self.document.items.len();
        if count > 0 {
            let next = (self.selected as i64 + i64::from(by)).rem_euclid(count as i64);
            self.select(next as usize);
        }
    }

    /// To the neighbouring item when it is in view, else one row, so that nothing is jumped over unread.
    pub(in crate::tui::screens) fn travel(&mut self, by: Move) {
        let page = self.height().max(2) as isize - 1;
        match by {
            Move::Down if self.shows(self.selected + 1) => self.select(self.selected + 1),
            Move::Up if self.selected > 0 && self.shows(self.selected - 1) => self.select(self.selected - 1),
            Move::Down => self.roll(1),
            Move::Up => self.roll(-1),
            Move::PageDown => self.roll(page),
            Move::PageUp => self.roll(-page),
            Move::First => {
                self.selected = 0;
                self.roll(isize::MIN);
            }
            Move::Last => {
                self.selected = self.document.items.len().saturating_sub(1);
                self.roll(isize::MAX);
            }
            Move::Rows(rows) => self.roll(isize::from(rows)),
            Move::Left | Move::Right => {}
        }
    }

    /// The item at a place of the screen, and whether it was selected already.
    pub(in crate::tui::screens) fn item_at(&self, mouse: Mouse) -> Option<(usize, bool)> {
        let row = self.offset + self.flow.line_at(mouse.column, mouse.row)?;
        let item = self.document.item_at(row).filter(|_| mouse.kind == MouseKind::Click)?;
        Some((item, item == self.selected))
    }

    /// Draws what is in view; `seen` writes the rows that the document leaves open.
    pub(in crate::tui::screens) fn draw(
        &self,
        shared: &Shared,
        frame: &mut Frame<'_>,
        seen: impl Fn(usize) -> Row,
    ) {
        let pointed: Range<usize> =
            self.document.items.get(self.selected).map(|item| item.rows.clone()).unwrap_or_default();
        let view = View { top: self.offset, pointed };
        self.flow.draw(frame, shared.look, &self.document, &view, seen);
    }

    fn scroll(&mut self, rows: isize) {
        let last = self.document.rows.len().saturating_sub(self.height());
        self.offset = self.offset.saturating_add_signed(rows).min(last);
    }

    /// Whether part of an item is in view.
    fn shows(&self, item: usize) -> bool {
        let view = self.offset..self.offset + self.height();
        let item = self.document.items.get(item);
        item.is_some_and(|item| item.rows.start < view.end && item.rows.end > view.start)
    }

    /// Scrolls; the selection goes to an item in view when its own has left it.
    fn roll(&mut self, rows: isize) {
        self.scroll(rows);
        if !self.shows(self.selected) {
            let mut items = 0..self.document.items.len();
            let found = if rows < 0 {
                items.rfind(|item| self.shows(*item))
            } else {
                items.find(|item| self.shows(*item))
            };
            self.selected = found.unwrap_or(self.selected);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::tui::screens::ScreenId;
    use crate::tui::testing::{model, press, screen, show};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn the_selected_item_stays_in_view(
            keys in proptest::collection::vec(
                prop::sample::select(vec!["down", "up", "tab", "backtab", "pagedown", "pageup", "home", "end", "c", "enter 3"]), 0..40),
            size in prop::sample::select(vec![(80, 12), (80, 24), (80, 60), (160, 14), (160, 50)]),
        ) {
            let mut model = model("observability-setup", size);
            show(&mut model, ScreenId::Diagnosis);
            for key in keys {
                press(&mut model, key);
                let reader = &model.screens.diagnosis.reader;
                let height = reader.height();
                prop_assert!(reader.offset == 0 || reader.offset + height <= reader.document.rows.len());
                let is_any_in_view = (0..reader.document.items.len()).any(|item| reader.shows(item));
                prop_assert!(reader.shows(reader.selected) || !is_any_in_view);
            }
            screen(&model);
        }
    }
}
