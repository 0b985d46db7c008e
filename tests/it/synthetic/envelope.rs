//! Records as someone has fetched them: files of JSON lines, answers of `filter-log-events`, text of `aws logs tail`.

use std::collections::BTreeMap;

use agentcore_triage::model::Input;
use serde_json::json;

use super::random::Random;
use super::record::{Part, Record, Store, tail_time};
use crate::case::input;

/// How log events were fetched. Spans and exchanges are JSON lines in each of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Envelope {
    JsonLines,
    FilterLogEvents,
    Tail,
}

pub(super) const ENVELOPES: [Envelope; 3] = [Envelope::JsonLines, Envelope::FilterLogEvents, Envelope::Tail];

/// Files, and which record each of their lines holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Capture {
    pub(super) inputs: Vec<Input>,
    /// Per input, where the lines of records start, and which records they are.
    lines: Vec<Vec<(usize, usize)>>,
    parts: Vec<Part>,
}

impl Capture {
    /// The record whose bytes these are, by their place in memory.
    pub(super) fn record_at(&self, raw: &[u8]) -> usize {
        let address = raw.as_ptr() as usize;
        let places = self.inputs.iter().map(|input| input.bytes.as_ptr_range()).enumerate();
        let found = places.map(|(input, range)| (input, range.start as usize, range.end as usize));
        let (input, start, _) = found
            .into_iter()
            .find(|(_, start, end)| (*start..*end).contains(&address))
            .unwrap_or_else(|| panic!("not of this capture: {}", String::from_utf8_lossy(raw)));
        let lines = &self.lines[input];
        lines[lines.partition_point(|(offset, _)| *offset <= address - start).saturating_sub(1)].1
    }

    pub(super) fn part_of(&self, record: usize) -> Part {
        self.parts[record]
    }

    /// Adds a file of a line per record, which are given with their numbers.
    fn add(
        &mut self,
        path: &str,
        records: &[(usize, &Record)],
        (head, tail): (&str, &str),
        line: impl Fn(&Record, bool) -> String,
    ) {
        if records.is_empty() {
            return;
        }
        let mut text = head.to_owned();
        let mut lines = Vec::new();
        for (at, (number, record)) in records.iter().enumerate() {
            lines.push((text.len(), *number));
            text.push_str(&line(record, at + 1 == records.len()));
            text.push('\n');
        }
        text.push_str(tail);
        self.lines.push(lines);
        self.inputs.push(input(path, text));
    }
}

/// How an answer of `filter-log-events` begins and ends.
const DOCUMENT: (&str, &str) = ("{\"events\": [\n", "], \"searchedLogStreams\": []}\n");
const BARE: (&str, &str) = ("", "");

/// Stores records in the order given.
pub(super) fn store(records: &[Record], envelope: Envelope) -> Capture {
    let parts = records.iter().map(|record| record.part).collect();
    let mut capture = Capture { parts, ..Capture::default() };
    for (number, (place, records)) in by_place(records).into_iter().enumerate() {
        let plain = |record: &Record, _| record.text.clone();
        match (place, envelope) {
            (Place::Spans, _) => capture.add("spans.jsonl", &records, BARE, plain),
            (Place::Exchanges, _) => capture.add("client.jsonl", &records, BARE, plain),
            (Place::File(name), _) => capture.add(name, &records, BARE, plain),
            (Place::Group(_), Envelope::JsonLines) => {
                capture.add(&format!("{number}.jsonl"), &records, BARE, |record, _| json_line(record));
            }
            (Place::Group(_), Envelope::FilterLogEvents) => {
                capture.add(&format!("{number}.json"), &records, DOCUMENT, event);
            }
            (Place::Group(_), Envelope::Tail) => {
                capture.add(&format!("{number}.log"), &records, BARE, |record, _| tailed(record));
            }
        }
    }
    capture
}

/// What is fetched at once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place<'r> {
    Group(&'r str),
    Spans,
    Exchanges,
    File(&'r str),
}

fn by_place(records: &[Record]) -> BTreeMap<Place<'_>, Vec<(usize, &Record)>> {
    let mut places: BTreeMap<Place<'_>, Vec<(usize, &Record)>> = BTreeMap::new();
    for (number, record) in records.iter().enumerate() {
        let place = match &record.store {
            Store::Log { group, .. } => Place::Group(group),
            Store::Spans => Place::Spans,
            Store::Exchanges => Place::Exchanges,
            Store::File(name) => Place::File(name),
        };
        places.entry(place).or_default().push((number, record));
    }
    places
}

fn group_of(record: &Record) -> Option<&str> {
    match &record.store {
        Store::Log { group, .. } => Some(group),
        _ => None,
    }
}

fn stream_of(record: &Record) -> &str {
    match &record.store {
        Store::Log { stream, .. } => stream,
        _ => "default",
    }
}

fn json_line(record: &Record) -> String {
    let event = json!({"timestamp": record.millis(), "logGroupName": group_of(record),
        "logStreamName": stream_of(record), "message": record.text});
    event.to_string()
}

fn event(record: &Record, is_last: bool) -> String {
    let event =
        json!({"logStreamName": stream_of(record), "timestamp": record.millis(), "message": record.text});
    format!("{event}{}", if is_last { "" } else { "," })
}

fn tailed(record: &Record) -> String {
    let at = record.millis() * super::record::MILLI;
    format!("{} {} {}", tail_time(at), stream_of(record), record.text)
}

/// Console lines of one stream that follow each other within this may be one traceback, in milliseconds.
const BURST: i64 = 100;

/// The same records, given in order of time, in another order, as pages fetched side by side come. Console lines that
/// follow each other closely stay together: only their order tells which of them make one record.
pub(super) fn shuffle(records: &mut [Record], random: &mut Random) {
    let mut bursts: BTreeMap<Store, (i64, u64)> = BTreeMap::new();
    let mut keyed: Vec<(u64, Record)> = Vec::new();
    for record in records.iter() {
        let fresh = random.number();
        let key = if record.store.is_container() {
            let burst = bursts.entry(record.store.clone()).or_insert((record.millis(), fresh));
            let key = if record.millis() - burst.0 > BURST { fresh } else { burst.1 };
            *burst = (record.millis(), key);
            key
        } else {
            fresh
        };
        keyed.push((key, record.clone()));
    }
    keyed.sort_by_key(|(key, _)| *key);
    for (place, (_, record)) in records.iter_mut().zip(keyed) {
        *place = record;
    }
}
