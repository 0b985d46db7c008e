//! Any bytes go through the whole case with the built-in catalogue: no panic, every record counted once, and two runs
//! say the same.

#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use agentcore_triage::case::{self, Options, Snapshot};
use agentcore_triage::model::{Bytes, Input};
use agentcore_triage::report::{self, Format};
use agentcore_triage::rules::Catalogue;
use agentcore_triage::text::Door;
use libfuzzer_sys::fuzz_target;

static OPTIONS: LazyLock<Options> = LazyLock::new(|| Options {
    catalogue: Catalogue::builtin().expect("the built-in rules load"),
    lateness: Duration::ZERO,
    filter: None,
});

fuzz_target!(|data: &[u8]| {
    let first = analyse(data);
    let read: u64 = first.inputs.iter().map(|input| input.records).sum();
    let signals: u64 = first.inputs.iter().map(|input| input.log_events + input.spans).sum();
    assert_eq!(read, signals, "every record is a signal");
    let once = json(&first);
    assert!(!once.contains(&0x1b), "an escape character in a report");
    assert!(once == json(&analyse(data)), "two runs differ");
});

fn analyse(data: &[u8]) -> Snapshot {
    let input = Input { path: "fuzz".to_owned(), bytes: Bytes::new(data.to_vec()) };
    case::analyse(vec![input], Vec::new(), &OPTIONS)
}

fn json(snapshot: &Snapshot) -> Vec<u8> {
    let options = report::Options {
        door: Door { redact: true },
        color: false,
        width: None,
        fail_on: None,
        tool_version: "0",
    };
    let mut out = Vec::new();
    report::write(Format::Json, snapshot, &options, None, &mut out).expect("a Vec takes everything");
    out
}
