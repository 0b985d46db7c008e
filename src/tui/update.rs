//! From one state to the next. No IO and no clock: what the world has to do leaves as effects.

use std::sync::Arc;
use std::time::Duration;

use crate::filter::Filter;
use crate::model::RequestKey;

use super::keys::Move;
use super::lookup::Lookup;
use super::message::{Data, Effect, Message, Mouse, MouseKind, Notice, Outbox};
use super::model::{Change, Model};
use super::popups::Popup;
use super::screens::ScreenId;
use super::view;

/// Rows that one notch of the wheel scrolls.
const WHEEL_ROWS: i16 = 3;

/// Screens that [`Message::Back`] remembers.
const MAX_TRAIL: usize = 32;

/// Changes `model` as `message` says and returns what the world has to do. `now` is the time since the start.
pub fn update(model: &mut Model, message: Message, now: Duration) -> Vec<Effect> {
    model.shared.now = now;
    let mut effects = Vec::new();
    let mut queue = vec![message];
    while let Some(message) = queue.pop() {
        let mut out = Outbox::default();
        model.take(message, &mut out);
        effects.append(&mut out.effects);
        queue.extend(out.messages.into_iter().rev());
    }
    effects
}

impl Model {
    fn take(&mut self, message: Message, out: &mut Outbox) {
        match message {
            Message::Key(chord) => {
                self.notice = None;
                let popup = self.popup.as_ref().map(Popup::kind);
                if let Some(message) = self.keymap.message(self.screen, popup, chord) {
                    out.send(message.clone());
                } else if let Some(popup) = &mut self.popup {
                    popup.typed(chord, &self.shared, out);
                }
            }
            Message::Paste(text) => {
                if let Some(popup) = &mut self.popup {
                    popup.pasted(&text, &self.shared, out);
                }
            }
            Message::Mouse(mouse) => self.mouse(mouse, out),
            Message::Resize(columns, rows) => {
                self.shared.size = (columns, rows).into();
                self.refresh_all(Change::Size, out);
            }
            Message::Data(data) => self.data(data, out),
            Message::Screen(message) => self.screens.update(message, &self.shared, out),
            Message::Popup(message) => {
                if let Some(popup) = &mut self.popup {
                    popup.update(message, &self.shared, out);
                }
            }
            Message::Move(by) => self.screens.movement(self.screen, by, &self.shared, out),
            Message::Ask(ask) => self.popup = Some(Popup::open(ask, self)),
            Message::Close => self.popup = None,
            Message::Show(screen) => self.show(screen, out),
            Message::StepScreen(by) => self.show(self.screen.step(by), out),
            Message::Back => {
                if let Some(screen) = self.trail.pop() {
                    self.screen = screen;
                    self.screens.refresh(screen, Change::Shown, &self.shared, out);
                }
            }
            Message::SelectRequest(request) => self.select(request, out),
            Message::StepFailed(by) => self.step_failed(by, out),
            Message::SelectSignal(signal) => {
                if let Some(request) = self.shared.case().and_then(|case| case.request_of(signal)) {
                    self.shared.request = Some(request);
                }
                self.shared.signal = Some(signal);
                self.refresh_all(Change::Selection, out);
            }
            Message::SetFilter(text) => self.set_filter(text, out),
            Message::ToggleFilter => {
                let filter = &mut self.shared.filter;
                filter.is_on = !filter.is_on && filter.filter.is_some();
                self.refresh_all(Change::Filter, out);
            }
            Message::ToggleBookmark(signal) => {
                if !self.shared.bookmarks.remove(&signal) {
                    self.shared.bookmarks.insert(signal);
                }
                self.refresh_all(Change::Selection, out);
            }
            Message::Copy(text) => out.run(Effect::Copy(text)),
            Message::OpenRecord { edit } => self.open_record(edit, out),
            Message::NextTheme => self.shared.look.theme = self.shared.look.theme.next(),
            Message::ToggleZone => {
                let all = super::time::Zone::ALL;
                self.shared.zone = if self.shared.zone == all[0] { all[1] } else { all[0] };
            }
            Message::Tell(notice) => self.notice = Some(notice),
            Message::Redraw => out.run(Effect::Redraw),
            Message::Suspend => out.run(Effect::Suspend),
            Message::Quit => out.run(Effect::Quit),
        }
    }

    fn data(&mut self, data: Data, out: &mut Outbox) {
        match data {
            Data::Progress(progress) => self.shared.progress = progress,
            Data::Case { case, snapshot } => {
                self.shared.lookup = Lookup::new(&snapshot);
                self.shared.case = Some(case);
                self.shared.snapshot = snapshot;
                if self.shared.request.is_none() {
                    self.shared.request = self.first_request();
                    self.shared.signal = self.telling_signal();
                }
                self.refresh_all(Change::Data, out);
            }
            Data::Hits { id, hits } if id == self.shared.filter.search => {
                self.shared.filter.hits = Some(hits);
                self.refresh_all(Change::Filter, out);
            }
            Data::Hits { .. } => {}
            Data::Found { id, signals } => {
                let found = super::screens::logs::Message::Found(id, signals);
                out.send(Message::Screen(super::screens::ScreenMessage::Logs(found)));
            }
            Data::Walk(walk) => {
                self.shared.answers.walks.insert(walk.request, walk);
                self.refresh_all(Change::Answer, out);
            }
            Data::Comparison(comparison) => {
                self.shared.answers.comparisons.insert(comparison.failing, comparison);
                self.refresh_all(Change::Answer, out);
            }
            Data::Audit(audit) => {
                self.shared.answers.audit = Some(audit);
                self.refresh_all(Change::Answer, out);
            }
            Data::Notice(notice) => self.notice = Some(notice),
        }
    }

    fn refresh_all(&mut self, change: Change, out: &mut Outbox) {
        for screen in ScreenId::ALL {
            self.screens.refresh(*screen, change, &self.shared, out);
        }
    }

    fn show(&mut self, screen: ScreenId, out: &mut Outbox) {
        if screen != self.screen {
            if self.trail.len() == MAX_TRAIL {
                self.trail.remove(0);
            }
            self.trail.push(self.screen);
            self.screen = screen;
        }
        self.screens.refresh(screen, Change::Shown, &self.shared, out);
    }

    fn select(&mut self, request: RequestKey, out: &mut Outbox) {
        self.shared.request = Some(request);
        self.shared.signal = self.telling_signal();
        self.refresh_all(Change::Selection, out);
    }

    fn step_failed(&mut self, by: i8, out: &mut Outbox) {
        let failed = &self.shared.lookup.failed;
        if failed.is_empty() {
            return out.send(Message::Tell(Notice::info("no request failed in this capture")));
        }
        let current = self.shared.request.unwrap_or(RequestKey(0));
        let after = failed.partition_point(|key| *key <= current);
        let before = failed.partition_point(|key| *key < current);
        let last = failed.len() - 1;
        let at =
            if by > 0 { if after > last { 0 } else { after } } else { before.checked_sub(1).unwrap_or(last) };
        out.send(Message::SelectRequest(failed[at]));
    }

    fn first_request(&self) -> Option<RequestKey> {
        let failed = self.shared.lookup.failed.first().copied();
        failed.or_else(|| self.shared.snapshot.requests.first().map(|request| request.key))
    }

    fn telling_signal(&self) -> Option<crate::model::SignalKey> {
        let snapshot = &self.shared.snapshot;
        let request = snapshot.requests.get(self.shared.request?.index())?;
        self.shared.lookup.telling_signal(snapshot, request)
    }

    fn set_filter(&mut self, text: String, out: &mut Outbox) {
        let parsed = match Filter::parse(&text) {
            Ok(filter) => filter,
            Err(error) => return out.send(Message::Tell(Notice::error(error.message))),
        };
        let filter = &mut self.shared.filter;
        filter.search += 1;
        filter.hits = None;
        filter.is_on = !text.is_empty();
        filter.filter = filter.is_on.then(|| Arc::new(parsed));
        if let Some(wanted) = &filter.filter {
            out.run(Effect::Search { id: filter.search, filter: wanted.clone() });
            self.session.history.retain(|earlier| *earlier != text);
            self.session.history.push(text.clone());
        }
        filter.text = text;
        self.refresh_all(Change::Filter, out);
    }

    fn open_record(&mut self, edit: bool, out: &mut Outbox) {
        let Some((case, signal)) = self.shared.case().zip(self.shared.signal) else {
            return out.send(Message::Tell(Notice::info("no record is selected")));
        };
        let text = self.shared.text(&String::from_utf8_lossy(case.raw(signal)));
        out.run(Effect::Open { text, edit });
    }

    fn mouse(&mut self, mouse: Mouse, out: &mut Outbox) {
        if self.popup.is_some() {
            return;
        }
        match mouse.kind {
            MouseKind::WheelUp => out.send(Message::Move(Move::Rows(-WHEEL_ROWS))),
            MouseKind::WheelDown => out.send(Message::Move(Move::Rows(WHEEL_ROWS))),
            MouseKind::Click | MouseKind::Drag => {
                let body = self.shared.body();
                if mouse.row == 0 && mouse.kind == MouseKind::Click {
                    out.messages
                        .extend(view::tab_at(self.shared.size, self.screen, mouse.column).map(Message::Show));
                } else if body.contains((mouse.column, mouse.row).into()) {
                    let message = self.screens.click(self.screen, &self.shared, body, mouse);
                    out.messages.extend(message.map(Message::Screen));
                }
            }
        }
    }
}
