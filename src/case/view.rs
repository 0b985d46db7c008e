//! What a screen or a report asks of a case beyond its snapshot: single signals and requests, read when asked for.

use std::borrow::Cow;

use super::Case;
use crate::correlate;
use crate::model::{Briefs, Names, Request, RequestKey, Signal, SignalKey, SpanTree};

impl Case {
    /// Compact forms of all signals, in canonical order: position is key.
    pub fn briefs(&self) -> &Briefs {
        &self.index.briefs
    }

    /// The strings behind the briefs' names.
    pub fn names(&self) -> &Names {
        &self.index.names
    }

    /// Requests by key.
    pub fn requests(&self) -> &[Request] {
        &self.correlation.requests
    }

    /// The request a signal belongs to.
    pub fn request_of(&self, key: SignalKey) -> Option<RequestKey> {
        self.correlation.request_of.get(key)
    }

    /// Whether parts of the inputs were left out, as in a [`preview`](super::preview).
    pub fn is_partial(&self) -> bool {
        self.partial
    }

    /// A signal, read in full.
    pub fn signal(&self, key: SignalKey) -> Signal {
        self.index.signal(key)
    }

    /// Where a signal's record is: the path of its input and the line in it.
    pub fn origin(&self, key: SignalKey) -> (&str, u32) {
        self.index.origin(key)
    }

    /// The text of a signal's record, unwrapped and with all its lines.
    pub fn text(&self, key: SignalKey) -> Cow<'_, str> {
        self.index.text(key)
    }

    /// The bytes of a signal's first line as stored.
    pub fn raw(&self, key: SignalKey) -> &[u8] {
        self.index.raw(key)
    }

    /// The spans of a request as a forest in drawing order.
    pub fn span_tree(&self, key: RequestKey) -> SpanTree {
        let request = self.correlation.requests.get(key.index());
        request.map(|request| correlate::span_tree(self.index.view(), request)).unwrap_or_default()
    }
}
