//! Laws that hold for every capture: how it is cut, ordered, wrapped or repeated decides nothing.

mod output;

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;

use agentcore_triage::case::{self, Snapshot};
use agentcore_triage::model::Input;
use agentcore_triage::source::{self, MAX_UNPACKED};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use regex::Regex;

use crate::case::{OPTIONS, analyse, claim, data, input, request};
use crate::program::Folder;

/// Scenarios that are small, and different enough.
const SCENARIOS: &[&str] = &[
    "agent-errors--agentcore1.25.0-strands1.62.0-adot0.21.0",
    "agent-no-entrypoint--agentcore1.25.0-adot0.21.0",
    "fastmcp-tool-errors--fastmcp4.1.2-adot0.21.0",
    "healthy--mcp1.30.0-adot0.21.0",
    "killed--mcp1.13.1-adot0.12.0",
    "logs-export-no-log-group--mcp1.9.4-adot0.10.0",
    "memory-error--mcp1.30.0-adot0.21.0",
    "missing-content-type--mcp1.13.1-adot0.12.0",
    "session-errors--mcp1.13.1-adot0.12.0",
    "sigterm-in-flight--mcp1.9.4-adot0.10.0",
    "task-group-not-initialized--mcp1.23.3-adot0.12.2",
    "tool-exception--mcp2.3.0-adot0.21.0",
];

/// Files of JSON lines, each with an event time of its own.
const STORED: &[&str] = &["runtime-logs.jsonl", "otel-rt-logs.jsonl", "spans.jsonl", "client.jsonl"];

type File = (String, Vec<String>);

/// The JSON lines of a scenario.
fn files(scenario: &str) -> Vec<File> {
    let folder = data("captures").join(scenario);
    let read = |name: &&str| {
        let text = fs::read_to_string(folder.join(name)).ok().filter(|text| !text.is_empty())?;
        Some(((*name).to_owned(), text.lines().map(|line| in_stream(name, line)).collect()))
    };
    STORED.iter().filter_map(read).collect()
}

/// A line of the container with the name of its stream, as CloudWatch returns it: without one, the file is all that
/// says which lines belong together.
fn in_stream(file: &str, line: &str) -> String {
    match line.strip_prefix('{') {
        Some(rest) if file == "runtime-logs.jsonl" => {
            format!(r#"{{"logStreamName":"2026/11/20/[runtime-logs]0a1b",{rest}"#)
        }
        _ => line.to_owned(),
    }
}

fn to_input((name, lines): &File) -> Input {
    input(name, lines.join("\n") + "\n")
}

fn judge(files: &[File]) -> Snapshot {
    analyse(files.iter().map(to_input).collect())
}

/// Everything that a snapshot says of the world, without where it was read.
fn verdict(snapshot: &Snapshot) -> BTreeSet<String> {
    let claims = snapshot.findings.iter().map(|finding| claim(snapshot, finding));
    let diagnoses = snapshot.diagnoses.iter().map(|diagnosis| {
        let request = request(snapshot, diagnosis.request);
        format!("{request}: {:?}, {:?}, {:?}", diagnosis.root_cause, diagnosis.chain, diagnosis.symptoms)
    });
    let undetermined = snapshot.undetermined.iter().map(|undetermined| {
        format!("{} undetermined for {}", undetermined.rule, request(snapshot, undetermined.request))
    });
    let requests = snapshot.requests.iter().map(|one| request(snapshot, Some(one.key)));
    claims.chain(diagnoses).chain(undetermined).chain(requests).collect()
}

/// What one says and the other does not.
fn difference(one: &Snapshot, other: &Snapshot) -> Vec<String> {
    let (one, other) = (verdict(one), verdict(other));
    let lost = one.difference(&other).map(|line| format!("- {line}"));
    let new = other.difference(&one).map(|line| format!("+ {line}"));
    lost.chain(new).collect()
}

macro_rules! prop_assert_same {
    ($scenario:expr, $one:expr, $other:expr) => {
        let difference = difference(&$one, &$other);
        prop_assert!(difference.is_empty(), "{}\n{}", $scenario, difference.join("\n"));
    };
}

/// The event time that a stored line states, as text.
fn time(line: &str) -> String {
    static TIME: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#""(?:timestamp|timeUnixNano|startTimeUnixNano|t)": ?"?([\d.]+)"#)
            .expect("a valid pattern")
    });
    TIME.captures(line).map(|found| found[1].to_owned()).expect("stored lines state a time")
}

/// The time of a container line, in milliseconds.
fn millis(line: &str) -> u64 {
    time(line).parse().expect("CloudWatch counts milliseconds")
}

/// Whether the order of the lines can be told from their times.
fn has_distinct_times((_, lines): &File) -> bool {
    let mut seen = HashSet::new();
    lines.iter().all(|line| seen.insert(time(line)))
}

/// Cuts a file where nothing is written for a while: lines that follow each other closely may be one traceback.
fn cut_in_two((name, lines): &File, at: Index) -> Vec<File> {
    let mut at = at.index(lines.len() + 1);
    while at > 0
        && at < lines.len()
        && name == "runtime-logs.jsonl"
        && millis(&lines[at - 1]) + 100 > millis(&lines[at])
    {
        at += 1;
    }
    let (head, tail) = lines.split_at(at);
    vec![(format!("1-{name}"), head.to_vec()), (format!("2-{name}"), tail.to_vec())]
}

fn scenario() -> impl Strategy<Value = &'static str> {
    select(SCENARIOS)
}

/// Rules of which a part says that something did not happen.
static OF_ABSENCE: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let when = Regex::new(r"(?ms)^\[when\].*?(?:^\[|\z)").expect("a valid pattern");
    let absence = Regex::new(r"\b(?:absent|none)\b").expect("a valid pattern");
    let rules = walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"));
    rules
        .into_iter()
        .map(|entry| entry.expect("rules can be walked").into_path())
        .filter(|path| path.ends_with("rule.toml"))
        .filter(|path| {
            let text = fs::read_to_string(path).expect("a rule is text");
            when.find(&text).is_some_and(|when| absence.is_match(when.as_str()))
        })
        .map(|path| path.parent().and_then(Path::file_name).expect("a folder").to_string_lossy().into_owned())
        .collect()
});

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) })]

    #[test]
    fn the_order_of_lines_decides_nothing(scenario in scenario(), seed in any::<[u8; 32]>()) {
        let whole: Vec<File> = files(scenario).into_iter().filter(has_distinct_times).collect();
        let shuffled: Vec<File> = whole.iter().map(|file| shuffle(file, seed)).collect();
        prop_assert_same!(scenario, judge(&whole), judge(&shuffled));
    }

    #[test]
    fn the_order_of_files_decides_nothing(scenario in scenario()) {
        let mut files = files(scenario);
        let whole = judge(&files);
        files.reverse();
        prop_assert_same!(scenario, whole, judge(&files));
    }

    #[test]
    fn the_order_of_console_files_decides_nothing(scenario in scenario()) {
        let read = |name: &str| {
            let bytes = fs::read(data("captures").join(scenario).join(name)).unwrap_or_default();
            input(name, bytes)
        };
        let one = analyse(vec![read("stdout.log"), read("stderr.log")]);
        prop_assert_same!(scenario, one, analyse(vec![read("stderr.log"), read("stdout.log")]));
    }

    #[test]
    fn where_a_capture_is_cut_decides_nothing(scenario in scenario(), at in any::<Index>()) {
        let whole = files(scenario);
        let parts: Vec<File> = whole.iter().flat_map(|file| cut_in_two(file, at)).collect();
        prop_assert_same!(scenario, judge(&whole), judge(&parts));
    }

    #[test]
    fn what_is_read_twice_counts_once(scenario in scenario()) {
        let once = files(scenario);
        let mut twice = once.clone();
        twice.extend(once.iter().map(|(name, lines)| (format!("copy-of-{name}"), lines.clone())));
        prop_assert_same!(scenario, judge(&once), judge(&twice));
    }

    #[test]
    fn files_may_be_concatenated(scenario in scenario()) {
        let apart = files(scenario);
        let lines = apart.iter().flat_map(|(_, lines)| lines.clone()).collect();
        let together = [("all.jsonl".to_owned(), lines)];
        prop_assert_same!(scenario, judge(&apart), judge(&together));
    }

    #[test]
    fn compression_and_encoding_decide_nothing(scenario in scenario(), wrapping in 0..3_usize) {
        let plain = files(scenario);
        let folder = Folder::new();
        for file in &plain {
            folder.file(&file.0, wrap(to_input(file).bytes.as_ref(), wrapping));
        }
        let loaded = source::load(&[folder.path().to_owned()], &mut std::io::empty(), MAX_UNPACKED);
        let wrapped = case::analyse(loaded.inputs, loaded.issues, &OPTIONS);
        prop_assert_same!(scenario, judge(&plain), wrapped);
    }

    /// A capture that ends early shows less. It must not show that something never came.
    #[test]
    fn an_absence_is_not_claimed_from_a_capture_that_ends(scenario in scenario(), which in any::<Index>(), at in any::<Index>()) {
        let whole = files(scenario);
        let mut short = whole.clone();
        let lines = &mut short[which.index(whole.len())].1;
        lines.truncate(at.index(lines.len()));
        let fired = |files: &[File]| -> BTreeSet<String> {
            let findings = judge(files).findings.into_iter().map(|finding| finding.rule);
            findings.filter(|rule| OF_ABSENCE.contains(rule)).collect()
        };
        let (whole, short) = (fired(&whole), fired(&short));
        prop_assert!(short.is_subset(&whole), "{scenario}: {short:?} of a part, {whole:?} of the whole");
    }
}

/// Lines in an order that `seed` decides.
fn shuffle((name, lines): &File, seed: [u8; 32]) -> File {
    let mut lines = lines.clone();
    for last in (1..lines.len()).rev() {
        let byte = usize::from(seed[last % seed.len()]);
        lines.swap(last, (byte * 257 + last * byte) % (last + 1));
    }
    (name.clone(), lines)
}

/// UTF-16 with its mark, gzip, or Zstandard.
fn wrap(bytes: &[u8], how: usize) -> Vec<u8> {
    match how {
        0 => {
            let text = std::str::from_utf8(bytes).expect("JSON is UTF-8");
            std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
        }
        1 => {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(bytes).expect("a Vec takes everything");
            gzip.finish().expect("a Vec takes everything")
        }
        _ => zstd::encode_all(bytes, 1).expect("a Vec takes everything"),
    }
}
