//! What a screen or a report asks of a case beyond its snapshot: single signals and requests, read when asked for.

use std::borrow::Cow;

use super::Case;
use crate::model::{Brief, Names, Request, RequestKey, Signal, SignalKey};

impl Case {
    /// Compact forms of all signals, in canonical order: position is key.
    pub fn briefs(&self) -> &[Brief] {
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
        self.correlation.request_of.get(key.index()).copied().flatten()
    }

    /// Whether parts of the inputs were left out, as in a [`preview`](super::preview).
    pub fn is_partial(&self) -> bool {
        self.partial
    }

    /// A signal, read in full.
    pub fn signal(&self, key: SignalKey) -> Signal {
        self.index.signal(key)
    }

    /// The text of a signal's record, unwrapped and with all its lines.
    pub fn text(&self, key: SignalKey) -> Cow<'_, str> {
        self.index.text(key)
    }

    /// The bytes of a signal's first line as stored.
    pub fn raw(&self, key: SignalKey) -> &[u8] {
        self.index.raw(key)
    }
}
