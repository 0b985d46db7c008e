//! What is remembered of a capture between two runs: where the person was.

use serde::{Deserialize, Serialize};

use crate::case::{Case, Snapshot};
use crate::model::{Briefs, Request, SignalKey, Timestamp};
use crate::rules::Switches;

/// Filter expressions that are remembered.
const MAX_HISTORY: usize = 100;

/// The remembered state. Requests and signals are named by what survives a new reading of the capture.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// Word of the screen.
    pub screen: String,
    /// Name of the selected request, see [`name_of`].
    pub request: String,
    /// The selected signal.
    pub signal: Option<Landmark>,
    /// The filter expression.
    pub filter: String,
    /// Whether the filter is on.
    pub filter_on: bool,
    /// Filter expressions used before, newest last.
    pub history: Vec<String>,
    /// Filter expressions kept by the person.
    pub saved: Vec<String>,
    /// Bookmarked signals.
    pub bookmarks: Vec<Landmark>,
    /// Rules that are off and severities that were changed.
    pub rules: Switches,
}

impl Session {
    /// Remembers a filter expression as the newest one.
    pub fn used(&mut self, filter: &str) {
        self.history.retain(|earlier| earlier != filter);
        self.history.push(filter.to_owned());
        let surplus = self.history.len().saturating_sub(MAX_HISTORY);
        self.history.drain(..surplus);
    }
}

/// A signal by its place, which stays when the capture is read again with more in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Landmark {
    /// Path of the input.
    path: String,
    /// Line in it.
    line: u32,
    /// Event time in nanoseconds.
    time: Option<i64>,
    /// Hash of the message's first line; 0 for an empty one.
    #[serde(default)]
    hash: u32,
}

impl Landmark {
    /// Where the signal is.
    pub fn of(case: &Case, key: SignalKey) -> Self {
        let (path, line) = case.origin(key);
        let brief = (key.index() < case.briefs().len()).then(|| case.briefs().at(key.index()));
        let time = brief.as_ref().and_then(|brief| brief.timestamp);
        let hash = brief.map_or(0, |brief| brief.message_hash);
        Self { path: path.to_owned(), line, time: time.map(|at| at.0), hash }
    }

    /// The signal that is there now: of its time at its line of its file, whatever folder that is named by now; or with
    /// its message at the nearest line, when lines before it have gone or come.
    pub fn find(&self, case: &Case) -> Option<SignalKey> {
        let briefs = case.briefs();
        let time = self.time.map(Timestamp);
        let from = time.map_or(0, |time| first_at(briefs, time));
        let is_later =
            |at: usize| time.is_some_and(|time| briefs.at(at).timestamp.is_some_and(|at| at > time));
        let mut nearest: Option<(u32, SignalKey)> = None;
        for at in (from..briefs.len()).take_while(|at| !is_later(*at)) {
            let (brief, key) = (briefs.at(at), SignalKey(at as u32));
            if brief.timestamp != time || (self.hash != 0 && self.hash != brief.message_hash) {
                continue;
            }
            let (path, line) = case.origin(key);
            if (path, line) == (self.path.as_str(), self.line) {
                return Some(key);
            }
            let is_like = line == self.line || self.hash != 0;
            let distance = line.abs_diff(self.line);
            let is_nearer = nearest.is_none_or(|(other, _)| distance < other);
            if is_like && is_nearer && file_name(path) == file_name(&self.path) {
                nearest = Some((distance, key));
            }
        }
        nearest.map(|(_, key)| key)
    }

    /// The same, looking first where it was when less was known.
    pub fn find_again(&self, case: &Case, before: SignalKey) -> Option<SignalKey> {
        let is_there = before.index() < case.briefs().len() && Self::of(case, before) == *self;
        if is_there { Some(before) } else { self.find(case) }
    }
}

/// The last part of a path.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The first signal at or behind a time. Signals without one stand where their neighbours do, so they are stepped over.
fn first_at(briefs: &Briefs, time: Timestamp) -> usize {
    let (mut low, mut high) = (0, briefs.len());
    while low < high {
        let middle = low.midpoint(high);
        let timed = (middle..high).find_map(|at| Some((at, briefs.at(at).timestamp?)));
        match timed {
            Some((at, found)) if found < time => low = at + 1,
            _ => high = middle,
        }
    }
    low
}

/// Names a request across runs: its request id, else its trace id with its tool, else its start.
pub fn name_of(snapshot: &Snapshot, request: &Request) -> String {
    if let Some(id) = snapshot.names.id(request.request) {
        return id.into_owned();
    }
    let tool = snapshot.names.text(request.tool).unwrap_or_default();
    let start = request.window.map(|window| window.start.to_string()).unwrap_or_default();
    match snapshot.names.trace(request.trace) {
        Some(trace) => format!("{trace} {tool} {start}"),
        None => format!("{tool} {start}"),
    }
}
