//! Log groups and their events, in the order and with the edges of the service.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use serde_json::{Value, json};

use crate::live::now;

/// Events that Live Tail keeps for a slow client:
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html>.
const FEED: usize = 5_000;

/// A page holds no more than this:
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>.
const PAGE_BYTES: usize = 1 << 20;

/// Event time, ingestion time, number: the order in which the service answers.
pub(super) type Key = (i64, i64, u64);

/// When a search begins to find an event that has been put.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Visible {
    /// At once.
    #[default]
    Now,
    /// To searches that begin after this many have begun in its group.
    AfterSearches(u64),
    /// From this instant on.
    From(Instant),
}

/// An event to put.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Put {
    /// Log stream; made when it is not there.
    pub(crate) stream: String,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    /// Text.
    pub(crate) message: String,
    /// When a search finds it.
    pub(crate) visible: Visible,
    /// Milliseconds between event and ingestion.
    pub(crate) delay: i64,
}

impl Put {
    /// A visible event.
    pub(crate) fn new(stream: &str, at: i64, message: impl Into<String>) -> Self {
        Self { stream: stream.to_owned(), at, message: message.into(), visible: Visible::Now, delay: 5 }
    }

    /// The same, found later.
    pub(crate) fn visible(self, visible: Visible) -> Self {
        Self { visible, ..self }
    }
}

#[derive(Debug)]
pub(super) struct Event {
    visible: Visible,
    stream: String,
    /// As `FilterLogEvents` answers it.
    pub(crate) json: String,
}

#[derive(Debug, Default)]
pub(crate) struct Group {
    pub(super) events: BTreeMap<Key, Event>,
    pub(super) streams: BTreeSet<String>,
    /// Searches that have begun.
    pub(crate) searches: u64,
    /// Those that reached the newest event; the others looked at older stretches once more.
    pub(crate) fresh: u64,
}

/// All groups of the account.
#[derive(Debug)]
pub(crate) struct LogStore {
    pub(super) groups: BTreeMap<String, Group>,
    /// What Live Tail has to show, with its number.
    pub(super) feed: VecDeque<Fed>,
    next: u64,
    /// The most events of a page, below what the caller asks for.
    pub(crate) page: usize,
    /// Every so many pages an empty one with a token is answered.
    pub(crate) empty_every: Option<u64>,
    /// Events of the page before that the next one repeats.
    pub(crate) overlap: usize,
    /// Pages answered.
    pub(crate) pages: u64,
}

/// An event on its way to Live Tail sessions.
#[derive(Clone, Debug)]
pub(super) struct Fed {
    pub(crate) number: u64,
    pub(crate) group: String,
    pub(crate) json: String,
}

impl Default for LogStore {
    fn default() -> Self {
        Self {
            groups: BTreeMap::new(),
            feed: VecDeque::new(),
            next: 1,
            page: 10_000,
            empty_every: None,
            overlap: 0,
            pages: 0,
        }
    }
}

/// What a search asks for.
#[derive(Clone, Debug)]
pub(super) struct Search {
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) streams: Option<Vec<String>>,
    pub(crate) prefix: String,
    pub(crate) limit: usize,
    /// The last key that an earlier page showed.
    pub(crate) behind: Option<Key>,
    /// Number of this search among those of the group.
    pub(crate) number: u64,
}

/// The events of a page and the key at which the next one goes on, if there is more.
pub(super) struct Page<'a> {
    pub(crate) events: Vec<&'a Event>,
    pub(crate) next: Option<Key>,
}

impl LogStore {
    /// Makes a group.
    pub(crate) fn create(&mut self, group: &str) {
        self.groups.entry(group.to_owned()).or_default();
    }

    /// Puts events and returns their ids.
    pub(crate) fn put(&mut self, group: &str, events: impl IntoIterator<Item = Put>) -> Vec<String> {
        events.into_iter().map(|event| self.put_one(group, event)).collect()
    }

    fn put_one(&mut self, group: &str, put: Put) -> String {
        let number = self.next;
        self.next += 1;
        let id = event_id(number);
        let ingested = put.at + put.delay;
        let json = json!({
            "logStreamName": put.stream,
            "timestamp": put.at,
            "message": put.message,
            "ingestionTime": ingested,
            "eventId": id,
        });
        let shown = json!({
            "logStreamName": put.stream,
            "logGroupIdentifier": format!("{}:{group}", super::ACCOUNT),
            "timestamp": put.at,
            "message": put.message,
            "ingestionTime": ingested,
        });
        self.feed.push_back(Fed { number, group: group.to_owned(), json: shown.to_string() });
        if self.feed.len() > FEED {
            self.feed.pop_front();
        }
        let known = self.groups.entry(group.to_owned()).or_default();
        known.streams.insert(put.stream.clone());
        let event = Event { visible: put.visible, stream: put.stream, json: json.to_string() };
        known.events.insert((put.at, ingested, number), event);
        id
    }

    /// Every event that was put, by group, stream, time and text, and how often.
    pub(crate) fn put_so_far(&self) -> BTreeMap<(String, String, i64, String), u64> {
        let mut count = BTreeMap::new();
        for (name, group) in &self.groups {
            for (key, event) in &group.events {
                let json: Value = serde_json::from_str(&event.json).unwrap();
                let message = json["message"].as_str().unwrap().to_owned();
                *count.entry((name.clone(), event.stream.clone(), key.0, message)).or_default() += 1;
            }
        }
        count
    }

    /// Searches of a group that have begun.
    pub(crate) fn searches(&self, group: &str) -> u64 {
        self.groups.get(group).map_or(0, |group| group.searches)
    }

    /// Searches of a group that reached its newest event.
    pub(crate) fn fresh(&self, group: &str) -> u64 {
        self.groups.get(group).map_or(0, |group| group.fresh)
    }

    /// Number that the next event will have: where a Live Tail session begins.
    pub(super) fn next_number(&self) -> u64 {
        self.next
    }

    /// Forgets events before `at`, so that a long run does not grow.
    pub(crate) fn forget(&mut self, at: i64) {
        for group in self.groups.values_mut() {
            group.events = group.events.split_off(&(at, i64::MIN, 0));
        }
    }
}

/// 56 digits, as the service's ids have, ending in the event's number.
pub(crate) fn event_id(number: u64) -> String {
    format!("37{number:054}")
}

impl Group {
    /// One page of a search. `overlap` events are shown again.
    pub(super) fn page(&self, search: &Search, overlap: usize) -> Page<'_> {
        let from = search.behind.map_or((search.start, i64::MIN, 0), |key| {
            let shown = self.events.range(..=key).rev().take(overlap).last();
            shown.map_or((key.0, key.1, key.2 + 1), |(first, _)| (*first).max((search.start, i64::MIN, 0)))
        });
        if from > (search.end, i64::MAX, u64::MAX) {
            return Page { events: Vec::new(), next: None };
        }
        let now = now();
        let mut found = self
            .events
            .range(from..=(search.end, i64::MAX, u64::MAX))
            .filter(|(_, event)| event.is_found(search, now));
        let mut last = None;
        let mut events = Vec::new();
        let mut bytes = 0;
        for (key, event) in found.by_ref().take(search.limit) {
            last = Some(*key);
            bytes += event.json.len();
            events.push(event);
            if bytes >= PAGE_BYTES {
                break;
            }
        }
        Page { events, next: last.filter(|_| found.next().is_some()) }
    }

    /// Event time of the first and the last event of a stream.
    pub(super) fn reach(&self, stream: &str) -> Option<(i64, i64)> {
        let mut times = self.events.iter().filter(|(_, event)| event.stream == stream).map(|(key, _)| key.0);
        let first = times.next()?;
        Some((first, times.next_back().unwrap_or(first)))
    }
}

impl Event {
    fn is_found(&self, search: &Search, now: Instant) -> bool {
        let is_visible = match self.visible {
            Visible::Now => true,
            Visible::AfterSearches(count) => search.number > count,
            Visible::From(instant) => now >= instant,
        };
        is_visible
            && self.stream.starts_with(&search.prefix)
            && search.streams.as_ref().is_none_or(|streams| streams.contains(&self.stream))
    }
}
