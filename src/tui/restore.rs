//! Goes where the person was last time, as soon as what they looked at is read.

use super::message::{Message, Outbox};
use super::model::{Model, Shared};
use super::session::{Landmark, Session, name_of};
use crate::model::{RequestKey, SignalKey};

/// What is remembered and was not found so far: the beginning of a large capture is shown before the rest.
#[derive(Debug, Default)]
pub(super) struct Sought {
    /// Name of a request; empty for none.
    request: String,
    signal: Option<Landmark>,
    bookmarks: Vec<Landmark>,
    /// Whether everything was read that was there at the start, so that nobody looks any longer.
    is_over: bool,
}

impl Sought {
    pub(super) fn new(session: &Session) -> Self {
        Self {
            request: session.request.clone(),
            signal: session.signal.clone(),
            bookmarks: session.bookmarks.clone(),
            is_over: false,
        }
    }

    /// The person has gone elsewhere.
    pub(super) fn forget_selection(&mut self) {
        (self.request, self.signal) = (String::new(), None);
    }

    /// Everything was read. Bookmarks that were not found are kept for a day when their file is there again.
    pub(super) fn give_up(&mut self) {
        self.forget_selection();
        self.is_over = true;
    }

    /// Takes over what is known by now.
    fn find(&mut self, shared: &mut Shared) {
        let Some(case) = shared.case.as_ref().filter(|_| !self.is_over) else { return };
        let bookmarks = &mut shared.bookmarks;
        self.bookmarks.retain(|mark| mark.find(case).is_none_or(|key| !bookmarks.insert(key)));
        if let Some(key) = request_named(shared, &self.request) {
            (shared.request, shared.signal) = (Some(key), None);
            self.request.clear();
        }
        if let Some(key) = self.signal.as_ref().and_then(|mark| mark.find(case)) {
            shared.signal = Some(key);
            self.signal = None;
        }
    }
}

fn request_named(shared: &Shared, name: &str) -> Option<RequestKey> {
    if name.is_empty() {
        return None;
    }
    let snapshot = shared.snapshot();
    let found = snapshot.requests.iter().find(|request| name_of(snapshot, request) == name);
    found.map(|request| request.key)
}

impl Model {
    /// Goes where the person was last time, as far as that is known by now.
    pub(super) fn restore(&mut self, is_first: bool, out: &mut Outbox) {
        self.sought.find(&mut self.shared);
        if is_first && !self.session.filter.is_empty() {
            let is_on = self.session.filter_on;
            self.set_filter(self.session.filter.clone(), out);
            if !is_on && self.shared.filter.is_on {
                out.send(Message::ToggleFilter);
            }
        }
    }

    /// What to remember of now.
    pub fn remember(&self) -> Session {
        let (shared, snapshot, sought) = (&self.shared, &self.shared.snapshot, &self.sought);
        let request = shared.request.and_then(|key| snapshot.requests.get(key.index()));
        let request = request.map(|request| name_of(snapshot, request)).unwrap_or_default();
        let mark = |key: &SignalKey| shared.case.as_ref().map(|case| Landmark::of(case, *key));
        Session {
            screen: self.screen.word().to_owned(),
            request: if sought.request.is_empty() { request } else { sought.request.clone() },
            signal: sought.signal.clone().or_else(|| mark(shared.signal.as_ref()?)),
            filter: shared.filter.text.clone(),
            filter_on: shared.filter.is_on,
            bookmarks: shared.bookmarks.iter().filter_map(mark).chain(sought.bookmarks.clone()).collect(),
            rules: shared.switches.clone(),
            ..self.session.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::case::Case;
    use crate::model::{Bytes, Input};
    use crate::tui::message::{Data, Progress};
    use crate::tui::testing::{empty, send};

    /// A capture of so many requests, none of which has a time when `is_timed` does not say so.
    fn input(path: &str, count: usize, is_timed: bool) -> Input {
        let line = |number: usize| {
            let time = if is_timed {
                format!("\"timestamp\":\"2026-01-20T14:00:{number:02}Z\",")
            } else {
                String::new()
            };
            format!(
                "{{{time}\"level\":\"ERROR\",\"message\":\"boom {number}\",\"logger\":\"x\",\
                 \"requestId\":\"request-{number:04}\",\"sessionId\":\"s-{number}\"}}\n"
            )
        };
        Input { path: path.into(), bytes: Bytes::new((0..count).map(line).collect::<String>().into_bytes()) }
    }

    fn read(model: &mut Model, input: Input) {
        let options = model.shared.options.clone();
        let case = Arc::new(Case::open(vec![input], Vec::new(), &options));
        let snapshot = Arc::new(case.snapshot(&options));
        send(model, Message::Data(Data::Case { case, snapshot }));
    }

    fn start(session: Session) -> Model {
        let mut model = empty((120, 40));
        model.sought = Sought::new(&session);
        model.session = session;
        model
    }

    /// Someone who has looked at the third request of five, and has bookmarked the fourth record.
    fn session(is_timed: bool) -> Session {
        let mut model = empty((120, 40));
        read(&mut model, input("a.jsonl", 5, is_timed));
        send(&mut model, Message::SelectRequest(RequestKey(2)));
        send(&mut model, Message::ToggleBookmark(SignalKey(3)));
        model.remember()
    }

    #[test]
    fn what_comes_after_the_beginning_of_a_capture_is_found_too() {
        for is_timed in [true, false] {
            let session = session(is_timed);
            let mut model = start(session.clone());
            read(&mut model, input("a.jsonl", 1, is_timed));
            let early = model.remember();
            assert_eq!((&early.request, &early.bookmarks), (&session.request, &session.bookmarks));
            read(&mut model, input("a.jsonl", 5, is_timed));
            assert_eq!(
                (model.shared.request, model.shared.signal),
                (Some(RequestKey(2)), Some(SignalKey(2)))
            );
            assert!(model.shared.bookmarks.contains(&SignalKey(3)), "timed: {is_timed}");
            assert_eq!(model.remember(), session);
        }
    }

    #[test]
    fn whoever_goes_elsewhere_meanwhile_stays_there() {
        let mut model = start(session(true));
        read(&mut model, input("a.jsonl", 2, true));
        send(&mut model, Message::SelectRequest(RequestKey(1)));
        read(&mut model, input("a.jsonl", 5, true));
        assert_eq!(model.shared.request, Some(RequestKey(1)));
    }

    #[test]
    fn a_file_that_is_named_otherwise_keeps_its_bookmarks_and_one_that_is_gone_too() {
        let session = session(true);
        let mut moved = start(session.clone());
        read(&mut moved, input("/elsewhere/a.jsonl", 5, true));
        assert!(moved.shared.bookmarks.contains(&SignalKey(3)));
        let mut other = start(session.clone());
        read(&mut other, input("other.jsonl", 2, true));
        send(&mut other, Message::Data(Data::Progress(Progress { is_done: true, ..Progress::default() })));
        let left = other.remember();
        assert_eq!((other.shared.bookmarks.len(), left.bookmarks), (0, session.bookmarks));
        assert_ne!(left.request, session.request, "a request that is nowhere is given up");
    }

    #[test]
    fn a_file_whose_beginning_has_gone_keeps_its_bookmarks() {
        for is_timed in [true, false] {
            let session = session(is_timed);
            let mut rotated = start(session.clone());
            let whole = input("a.jsonl", 5, is_timed);
            let second = whole.bytes.iter().position(|byte| *byte == b'\n').expect("a line") + 1;
            read(&mut rotated, Input { bytes: Bytes::new(whole.bytes[second..].to_vec()), ..whole });
            assert!(rotated.shared.bookmarks.contains(&SignalKey(2)), "timed: {is_timed}");
            assert_eq!(rotated.shared.request, Some(RequestKey(1)), "timed: {is_timed}");
        }
    }
}
