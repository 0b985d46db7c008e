//! Records as someone has fetched them: files of JSON lines, answers of `filter-log-events`, text of `aws logs tail`.

use std::collections::{BTreeMap, BTreeSet};

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

/// Files, and of which part of the capture each of their lines is.
#[derive(Clone, Debug, Default)]
pub(super) struct Capture {
    pub(super) inputs: Vec<Input>,
    /// Per input, where the lines of records start, and their parts.
    lines: Vec<Vec<(usize, Part)>>,
}

impl Capture {
    /// The part of the record whose bytes these are, by their place in memory.
    pub(super) fn part_at(&self, raw: &[u8]) -> Part {
        let (input, offset) = self.place(raw);
        let lines = &self.lines[input];
        lines[lines.partition_point(|(start, _)| *start <= offset).saturating_sub(1)].1
    }

    /// In which input a record stands, and at which byte.
    pub(super) fn place(&self, raw: &[u8]) -> (usize, usize) {
        let address = raw.as_ptr() as usize;
        let places = self.inputs.iter().map(|input| input.bytes.as_ptr_range());
        let found = places.enumerate().find_map(|(input, range)| {
            let (start, end) = (range.start as usize, range.end as usize);
            (start <= address && address < end).then(|| (input, address - start))
        });
        found.unwrap_or_else(|| panic!("not of this capture: {}", String::from_utf8_lossy(raw)))
    }

    /// Adds a file as it is, all of it of one part.
    pub(super) fn add(&mut self, path: &str, bytes: &[u8], part: Part) {
        self.lines.push(vec![(0, part)]);
        self.inputs.push(input(path, bytes));
    }

    /// Adds a file of a line per record.
    fn add_lines(
        &mut self,
        path: &str,
        records: &[&Record],
        (head, tail): (&str, &str),
        line: impl Fn(&Record, bool) -> String,
    ) {
        if records.is_empty() {
            return;
        }
        let mut text = head.to_owned();
        let mut lines = Vec::new();
        for (at, record) in records.iter().enumerate() {
            lines.push((text.len(), record.part));
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

/// Stores records in the order given.
pub(super) fn store(records: &[Record], envelope: Envelope) -> Capture {
    let mut capture = Capture::default();
    let of = |wanted: &Store| records.iter().filter(|record| record.store == *wanted).collect::<Vec<_>>();
    let plain = |record: &Record, _| record.text.clone();
    capture.add_lines("spans.jsonl", &of(&Store::Spans), ("", ""), plain);
    capture.add_lines("client.jsonl", &of(&Store::Exchanges), ("", ""), plain);
    for (number, group) in groups(records).into_iter().enumerate() {
        let events: Vec<&Record> = records.iter().filter(|record| group_of(record) == Some(group)).collect();
        match envelope {
            Envelope::JsonLines => {
                capture
                    .add_lines(&format!("{number}.jsonl"), &events, ("", ""), |record, _| json_line(record));
            }
            Envelope::FilterLogEvents => {
                capture.add_lines(&format!("{number}.json"), &events, DOCUMENT, event);
            }
            Envelope::Tail => {
                capture.add_lines(&format!("{number}.log"), &events, ("", ""), |record, _| tailed(record));
            }
        }
    }
    capture
}

fn groups(records: &[Record]) -> BTreeSet<&str> {
    records.iter().filter_map(group_of).collect()
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

/// The same records in another order, as pages fetched side by side come. Console lines of one stream and one
/// millisecond keep theirs: nothing but their order tells it.
pub(super) fn shuffle(records: &mut [Record], random: &mut Random) {
    let mut keys: BTreeMap<(Store, i64), u64> = BTreeMap::new();
    let mut keyed: Vec<(u64, Record)> = records
        .iter()
        .map(|record| {
            let key = if record.store.is_container() {
                let moment = (record.store.clone(), record.millis());
                *keys.entry(moment).or_insert_with(|| random.number())
            } else {
                random.number()
            };
            (key, record.clone())
        })
        .collect();
    keyed.sort_by_key(|(key, _)| *key);
    for (place, (_, record)) in records.iter_mut().zip(keyed) {
        *place = record;
    }
}
