//! From one state to the next. No IO and no clock: what the world has to do leaves as effects.

use std::sync::Arc;
use std::time::Duration;

use crate::case::Case;
use crate::filter::Filter;
use crate::model::{Briefs, RequestKey, SignalKey};
use crate::rules::{Catalogue, Switches};

use super::keys::Chord;
use super::message::{Data, Effect, Hits, Message, Notice, Outbox};
use super::model::{Answers, Change, Model};
use super::popups::Popup;
use super::prepared::Prepared;
use super::screens::ScreenId;
use super::session::Landmark;

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
            Message::Key(chord) => self.key(chord, out),
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
            Message::Screen(message) => {
                self.catch_up(message.screen(), out);
                self.screens.update(message, &self.shared, out);
            }
            Message::Popup(message) => {
                if let Some(popup) = &mut self.popup {
                    popup.update(message, &self.shared, out);
                }
            }
            Message::Move(by) => self.screens.movement(self.screen, by, &self.shared, out),
            Message::Ask(ask) => {
                let mut popup = Popup::open(ask, self);
                popup.opened(&self.shared, out);
                self.popup = Some(popup);
            }
            Message::Close => self.popup = None,
            Message::Show(screen) => self.show(screen, out),
            Message::StepScreen(by) => self.show(self.screen.step(by), out),
            Message::Back => {
                if let Some(screen) = self.trail.pop() {
                    self.enter(screen, out);
                }
            }
            Message::SelectRequest(request) => self.select(request, out),
            Message::StepFailed(by) => self.step_failed(by, out),
            Message::SelectSignal(signal) => {
                self.sought.forget_selection();
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
            Message::ToggleRule(id) => self.switch(|switches, _| switches.toggle(&id), out),
            Message::SetLevel(id, level) => self.switch(
                |switches, catalogue| {
                    if let Ok(rule) = catalogue.rule(&id) {
                        switches.set_level(&rule.meta, level);
                    }
                },
                out,
            ),
            Message::ResetRules => self.switch(|switches, _| *switches = Switches::default(), out),
            Message::Copy(text) => out.run(Effect::Copy(text)),
            Message::Export(kind, path) => {
                out.run(Effect::Export { kind, request: self.shared.request, path });
            }
            Message::PickFilter(text) => {
                let is_set = text == self.shared.filter.text;
                out.send(if is_set { Message::ToggleFilter } else { Message::SetFilter(text) });
            }
            Message::SaveFilter => out.send(Message::KeepFilter(self.shared.filter.text.clone())),
            Message::KeepFilter(text) => self.keep_filter(text, out),
            Message::OpenRecord { edit } => self.open_record(edit, out),
            Message::NextTheme => self.shared.look.theme = self.shared.look.theme.next(),
            Message::ToggleZone => {
                let all = super::time::Zone::ALL;
                self.shared.zone = if self.shared.zone == all[0] { all[1] } else { all[0] };
                self.refresh_all(Change::Answer, out);
            }
            Message::ToggleMouse => self.toggle_mouse(out),
            Message::Tell(notice) => self.notice = Some(notice),
            Message::Redraw => out.run(Effect::Redraw),
            Message::Suspend => out.run(Effect::Suspend),
            Message::Quit => out.run(Effect::Quit),
        }
    }

    fn key(&mut self, chord: Chord, out: &mut Outbox) {
        self.notice = None;
        let popup = self.popup.as_ref().map(Popup::kind);
        let is_text = chord.typed().is_some() && self.popup.as_ref().is_some_and(Popup::is_typing);
        let message = self.keymap.message(self.screen, popup, chord).filter(|_| !is_text);
        if let Some(message) = message {
            out.send(message.clone());
        } else if let Some(popup) = &mut self.popup {
            popup.typed(chord, &self.shared, out);
        }
    }

    fn data(&mut self, data: Data, out: &mut Outbox) {
        match data {
            Data::Progress(progress) => {
                self.shared.progress = progress;
                if progress.is_done {
                    self.sought.give_up();
                }
            }
            Data::Case { case, snapshot } => self.replace(Prepared::new(case, snapshot), out),
            Data::Prepared(prepared) => self.replace(prepared, out),
            Data::Hits { id, hits } => {
                let filter = &mut self.shared.filter;
                // Those of earlier data stay until there are more: the list must not shrink below the reader.
                let is_more =
                    |known: &Arc<Hits>| hits.is_complete || hits.signals.len() > known.signals.len();
                if id == filter.search && filter.hits.as_ref().is_none_or(is_more) {
                    filter.hits = Some(hits);
                    self.refresh_all(Change::Filter, out);
                }
            }
            Data::Counted { filter, signals, requests } => {
                if let Some(Popup::Filter(popup)) = &mut self.popup {
                    popup.counted(&filter, signals, &requests, out);
                }
            }
            Data::Found { id, signals } => {
                let found = super::screens::logs::Message::Found(id, signals);
                out.send(Message::Screen(super::screens::ScreenMessage::Logs(found)));
            }
            Data::Ranked { id, found } => {
                if let Some(Popup::Picker(picker)) = &mut self.popup {
                    picker.ranked(id, found, &self.shared, out);
                }
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
            Data::Live(state) => {
                self.shared.live = Some(state);
                if self.screen == ScreenId::Coverage {
                    self.screens.refresh(self.screen, Change::Shown, &self.shared, out);
                }
            }
            Data::Notice(notice) => self.notice = Some(notice),
        }
    }

    /// Tells the screen that is shown, and the others when they are shown.
    fn refresh_all(&mut self, change: Change, out: &mut Outbox) {
        for screen in ScreenId::ALL.iter().filter(|screen| **screen != self.screen) {
            self.missed.note(*screen, change);
        }
        self.screens.refresh(self.screen, change, &self.shared, out);
    }

    fn catch_up(&mut self, screen: ScreenId, out: &mut Outbox) {
        for change in self.missed.take(screen) {
            self.screens.refresh(screen, change, &self.shared, out);
        }
    }

    fn enter(&mut self, screen: ScreenId, out: &mut Outbox) {
        self.screen = screen;
        self.catch_up(screen, out);
        self.screens.refresh(screen, Change::Shown, &self.shared, out);
    }

    fn show(&mut self, screen: ScreenId, out: &mut Outbox) {
        if screen != self.screen {
            if self.trail.len() == MAX_TRAIL {
                self.trail.remove(0);
            }
            self.trail.push(self.screen);
        }
        self.enter(screen, out);
    }

    fn select(&mut self, request: RequestKey, out: &mut Outbox) {
        self.sought.forget_selection();
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

    /// The same request and signal stay selected, whatever their keys are now.
    fn replace(&mut self, known: Prepared, out: &mut Outbox) {
        let shared = &mut self.shared;
        let request = shared.request.and_then(|key| shared.snapshot.handle(key));
        let origin = |key: &SignalKey| shared.case.as_ref().map(|case| Landmark::of(case, *key));
        let again = |key: &SignalKey| origin(key)?.find_again(&known.case, *key);
        let signal = shared.signal.as_ref().and_then(again);
        let bookmarks = shared.bookmarks.iter().filter_map(again).collect();
        (shared.signal, shared.bookmarks) = (signal, bookmarks);
        shared.request = request.and_then(|handle| known.snapshot.find(&handle));
        shared.answers = Answers::default();
        let earlier = shared.take(known);
        let is_first = earlier.is_none();
        if let Some(earlier) = earlier {
            if !shared.case().is_some_and(|case| is_continued(&earlier.case, case)) {
                shared.filter.hits = None;
            }
            out.run(Effect::Forget(earlier));
        }
        self.restore(is_first, out);
        if self.shared.request.is_none() {
            self.shared.request = self.first_request();
        }
        if self.shared.signal.is_none() {
            self.shared.signal = self.telling_signal();
        }
        self.search_again(out);
        if let Some(popup) = &mut self.popup {
            popup.renewed(&self.shared, out);
        }
        self.refresh_all(Change::Data, out);
    }

    fn switch(&mut self, change: impl FnOnce(&mut Switches, &Catalogue), out: &mut Outbox) {
        let before = self.shared.switches.clone();
        change(&mut self.shared.switches, &self.shared.options.catalogue);
        if self.shared.switches != before {
            out.run(Effect::Judge(self.shared.switches.clone()));
            self.refresh_all(Change::Answer, out);
        }
    }

    fn search_again(&mut self, out: &mut Outbox) {
        let filter = &mut self.shared.filter;
        if let Some(wanted) = &filter.filter {
            filter.search += 1;
            out.run(Effect::Search { id: filter.search, filter: wanted.clone() });
        }
    }

    fn keep_filter(&mut self, text: String, out: &mut Outbox) {
        let saved = &mut self.session.saved;
        out.send(Message::Tell(Notice::info(if text.is_empty() {
            "there is no filter to save; set one first"
        } else if saved.contains(&text) {
            saved.retain(|kept| *kept != text);
            "filter removed from the saved ones"
        } else {
            saved.push(text);
            "filter saved; it is offered in the filter line and the list of filters"
        })));
    }

    fn first_request(&self) -> Option<RequestKey> {
        let failed = self.shared.lookup.failed.first().copied();
        failed.or_else(|| self.shared.snapshot.requests.first().map(|request| request.key))
    }

    fn telling_signal(&self) -> Option<SignalKey> {
        let (snapshot, lookup) = (&self.shared.snapshot, &self.shared.lookup);
        let Some(request) = self.shared.request else {
            let has_signals = self.shared.case.as_ref().is_some_and(|case| !case.briefs().is_empty());
            let evidence = lookup.evidence(snapshot, None).map(|evidence| evidence.signal);
            return evidence.or_else(|| has_signals.then_some(SignalKey(0)));
        };
        lookup.telling_signal(snapshot, snapshot.requests.get(request.index())?)
    }

    pub(super) fn set_filter(&mut self, text: String, out: &mut Outbox) {
        let parsed = match Filter::parse(&text) {
            Ok(filter) => filter,
            Err(error) => return out.send(Message::Tell(Notice::error(error.message))),
        };
        let filter = &mut self.shared.filter;
        filter.is_on = !text.is_empty();
        filter.filter = filter.is_on.then(|| Arc::new(parsed));
        if filter.is_on {
            self.session.used(&text);
        }
        filter.text = text;
        filter.hits = None;
        self.search_again(out);
        self.refresh_all(Change::Filter, out);
    }

    fn open_record(&mut self, edit: bool, out: &mut Outbox) {
        let Some((case, signal)) = self.shared.case().zip(self.shared.signal) else {
            return out.send(Message::Tell(Notice::info("no record is selected")));
        };
        let text = self.shared.text(&case.text(signal));
        out.run(Effect::Open { text, edit });
    }
}

/// Whether signals have only been added behind those that there were.
fn is_continued(earlier: &Case, now: &Case) -> bool {
    let (earlier, now) = (earlier.briefs(), now.briefs());
    let last = earlier.len().checked_sub(1);
    let mark = |briefs: &Briefs| briefs.get(last?).map(|brief| (brief.timestamp, brief.message_hash));
    mark(earlier) == mark(now)
}
