//! Known failures: the real captures, moved to another time and given other ids.

use std::fs;
use std::sync::{Arc, LazyLock};

use regex::{Captures, Regex};
use serde_json::Value;

use super::random::Random;
use super::record::{MILLI, Part, Record, SECOND, Store, iso_time};
use crate::case::data;

/// Files of a capture that CloudWatch and callers hold: their names, and whether a line wraps what was written.
const FILES: &[&str] = &[
    "runtime-logs.jsonl",
    "second-runtime-logs.jsonl",
    "otel-rt-logs.jsonl",
    "emf.jsonl",
    "spans.jsonl",
    "client.jsonl",
];

/// The names of all real captures.
pub(super) fn scenarios() -> Vec<String> {
    let folders =
        fs::read_dir(data("captures")).expect("captures").map(|entry| entry.expect("it can be listed"));
    let folders = folders.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> =
        folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The records of a real capture in order of time, as its failure number `number`, from `start` on.
pub(super) fn captured(scenario: &str, number: usize, start: i64) -> Vec<Record> {
    let folder = data("captures").join(scenario);
    let meta: Value = serde_json::from_slice(&fs::read(folder.join("meta.json")).expect("a capture has it"))
        .expect("meta.json is JSON");
    let group = meta["log_group"].as_str().unwrap_or("/aws/bedrock-agentcore/runtimes/unknown-DEFAULT");
    let mut records: Vec<Record> = Vec::new();
    for file in FILES {
        let text = fs::read_to_string(folder.join(file)).unwrap_or_default();
        let stream = meta["log_streams"][file].as_str().map(str::to_owned);
        let stream = stream.unwrap_or_else(|| format!("2026/11/20/[runtime-logs]{file}"));
        records.extend(text.lines().map(|line| record(file, line, group, &stream, Part::Failure(number))));
    }
    records.sort_by_key(|record| record.at);
    let first = records.first().map_or(start, |record| record.at);
    let move_by = (start - first).div_euclid(SECOND);
    for record in &mut records {
        record.at += move_by * SECOND;
        record.text = renamed(&moved(&record.text, move_by), number as u64);
        if let Store::Log { stream, .. } = &mut record.store {
            *stream = Arc::from(renamed(stream, number as u64));
        }
    }
    records
}

fn record(file: &str, line: &str, group: &str, stream: &str, part: Part) -> Record {
    let json: Value = serde_json::from_str(line).expect("captures are JSON lines");
    let number = |name: &str| json[name].as_i64().or_else(|| json[name].as_str()?.parse().ok());
    let log = || Store::log(group, stream);
    let (at, store, text) = match file {
        "spans.jsonl" => (number("startTimeUnixNano"), Store::Spans, line.to_owned()),
        "client.jsonl" => {
            let at = json["t"].as_f64().map(|seconds| (seconds * 1e3).round() as i64 * MILLI);
            (at, Store::Exchanges, line.to_owned())
        }
        "otel-rt-logs.jsonl" => (
            number("timeUnixNano").filter(|at| *at > 0).or(number("observedTimeUnixNano")),
            log(),
            line.to_owned(),
        ),
        _ => {
            let text = json["message"].as_str().expect("console lines are wrapped").to_owned();
            (number("timestamp").map(|at| at * MILLI), log(), text)
        }
    };
    let at = at.unwrap_or_else(|| panic!("{file}: a record without a time: {line}"));
    Record { at, store, text, part }
}

/// Every time in a text, `seconds` later: epoch times of any unit and ISO 8601 dates.
fn moved(text: &str, seconds: i64) -> String {
    static TIME: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?P<date>20\d\d-\d\d-\d\d)(?P<between>[ T])(?P<time>\d\d:\d\d:\d\d)|\b(?P<epoch>17\d{8})(?P<rest>(?:\d{9}|\d{6}|\d{3})?)\b")
            .expect("a valid pattern")
    });
    let moved = TIME.replace_all(text, |found: &Captures<'_>| {
        if let Some(epoch) = found.name("epoch") {
            let epoch: i64 = epoch.as_str().parse().expect("ten digits");
            return format!("{}{}", epoch + seconds, &found["rest"]);
        }
        let text = format!("{}T{}Z", &found["date"], &found["time"]);
        let Ok(at) = chrono::DateTime::parse_from_rfc3339(&text) else { return found[0].to_owned() };
        let moved = iso_time((at.timestamp() + seconds) * SECOND);
        format!("{}{}{}", &moved[..10], &found["between"], &moved[11..19])
    });
    moved.into_owned()
}

/// Every trace, span, request and session id exchanged for another one: the same id for the same other.
pub(super) fn renamed(text: &str, number: u64) -> String {
    static ID: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"\b(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|1-[0-9a-f]{8}-[0-9a-f]{24}|[0-9a-f]{32}|[0-9a-f]{16})\b",
        )
        .expect("a valid pattern")
    });
    let renamed = ID.replace_all(text, |found: &Captures<'_>| {
        let id = &found[0];
        if id.bytes().all(|byte| byte.is_ascii_digit()) {
            return id.to_owned();
        }
        let xray = id.strip_prefix("1-").filter(|_| id.len() == 35);
        let digits = xray.unwrap_or(id).replace('-', "");
        let seed = digits.bytes().fold(number, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
        let new = Random::new(seed).hex(digits.len());
        match (xray, id.len()) {
            (Some(_), _) => format!("1-{}-{}", &new[..8], &new[8..]),
            (None, 36) => {
                format!("{}-{}-{}-{}-{}", &new[..8], &new[8..12], &new[12..16], &new[16..20], &new[20..])
            }
            _ => new,
        }
    });
    renamed.into_owned()
}
