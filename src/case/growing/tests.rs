use std::fmt::Write;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::case::tests::options;
use crate::case::{Options, Snapshot};
use crate::model::{Request, SignalKey};

static OPTIONS: LazyLock<Options> = LazyLock::new(|| options(None));

/// Captures whose records span lines, or are one line each, in each dialect.
fn captures() -> Vec<String> {
    let prefixed = |stamp: &dyn Fn(usize) -> String, text: &str| -> String {
        let lines = text.lines().enumerate().take(60);
        lines.fold(String::new(), |all, (number, line)| all + &stamp(number) + line + "\n")
    };
    let joined = include_str!("../../../tests/data/payload/join-chained.log").repeat(3);
    let logs = include_str!("../../../samples/router-noise/runtime-logs.jsonl");
    let tail = |number: usize| {
        format!("2026-01-20T14:00:{:02}.{:03}Z stream-{} ", number / 20, number * 7 % 1000, number % 2)
    };
    let wrapped = |number: usize| if number.is_multiple_of(3) { tail(number) } else { String::new() };
    vec![
        joined.clone(),
        prefixed(&tail, &joined),
        prefixed(&wrapped, &joined),
        logs.to_owned(),
        include_str!("../../../samples/schema-mismatch/spans.jsonl").to_owned(),
        include_str!("../../../samples/schema-mismatch/gateway.json").to_owned(),
        format!("{logs}{{\"timestamp\":\"2026-01-20T14:00:00.000Z\",\"level\":\"IN"),
        format!("{joined}\n## a comment\n\n{logs}"),
    ]
}

fn whole(path: &str, bytes: &[u8]) -> Case {
    let input = Input { path: path.to_owned(), bytes: Bytes::new(bytes.to_vec()) };
    Case::open(vec![input], Vec::new(), &OPTIONS)
}

/// All that a case says, without the numbers of its names.
fn told(case: &Case) -> String {
    let Snapshot {
        inputs, coverage, findings, undetermined, diagnoses, unexplained, names, requests, ..
    } = case.snapshot(&OPTIONS);
    let mut told = String::new();
    for key in (0..case.briefs().len() as u32).map(SignalKey) {
        let _ = writeln!(told, "{:?} {:?} {:?}", key, case.request_of(key), case.signal(key));
        let brief = case.briefs().at(key.index());
        let name = (brief.end, brief.parent, names.text(brief.name));
        let ids = [brief.request, brief.session, brief.mcp_session].map(|id| names.id(id));
        let texts = [brief.rpc, brief.tool, brief.resource, brief.stream].map(|name| names.text(name));
        let ids = (names.trace(brief.trace), ids, texts);
        let _ = writeln!(told, "{ids:?} {name:?} {:?} {:?}", brief.timestamp, brief.message_hash);
    }
    for Request { request, session, tool, trace, parent, window, signals, outcome, .. } in requests.iter() {
        let ids = ([request, session].map(|id| names.id(*id)), names.text(*tool), names.trace(*trace));
        let _ = writeln!(told, "{ids:?} {parent:?} {window:?} {signals:?} {outcome}");
    }
    let _ = write!(
        told,
        "{inputs:#?} {coverage:#?} {findings:#?} {undetermined:#?} {diagnoses:#?} {unexplained:#?}"
    );
    told
}

fn assert_same(grown: &Case, bytes: &[u8]) -> Result<(), TestCaseError> {
    let (grown, read) = (told(grown), told(&whole("a.log", bytes)));
    if grown != read {
        let differing = grown.lines().zip(read.lines()).find(|(one, other)| one != other);
        let shown = String::from_utf8_lossy(bytes);
        return Err(TestCaseError::fail(format!("{differing:#?}\n{shown}")));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn what_grew_in_pieces_equals_what_is_read_at_once(
        capture in select(captures()),
        seams in proptest::collection::vec(any::<Index>(), 0..5),
        settled in 0usize..2000,
    ) {
        let mut bytes = capture.into_bytes();
        let mut growing = Growing { settled, ..Growing::default() };
        let input = growing.add("a.log");
        let mut ends: Vec<usize> = seams.iter().map(|seam| seam.index(bytes.len())).collect();
        ends.sort_unstable();
        for end in ends {
            growing.feed(input, Bytes::new(bytes[..end].to_vec()), false);
            let case = growing.case(Vec::new(), &OPTIONS, &Progress::default()).unwrap();
            let shown = memchr::memrchr(b'\n', &bytes[..end]).map_or(0, |at| at + 1);
            assert_same(&case, &bytes[..shown])?;
        }
        growing.feed(input, Bytes::new(bytes.clone()), true);
        assert_same(&growing.case(Vec::new(), &OPTIONS, &Progress::default()).unwrap(), &bytes)?;
        // A file that was rotated is another one.
        bytes.drain(..bytes.len() / 2);
        growing.feed(input, Bytes::new(bytes.clone()), true);
        assert_same(&growing.case(Vec::new(), &OPTIONS, &Progress::default()).unwrap(), &bytes)?;
    }
}

#[test]
fn damage_is_counted_through() {
    let mut bytes = b"INFO:a:one \xFF two\nINFO:a:three\n\xFE\xFD four\nINFO:a:five\n".to_vec();
    let mut growing = Growing { settled: 0, ..Growing::default() };
    let input = growing.add("a.log");
    for end in [20, 40, bytes.len()] {
        growing.feed(input, Bytes::new(bytes[..end].to_vec()), end == bytes.len());
        growing.case(Vec::new(), &OPTIONS, &Progress::default()).unwrap();
    }
    assert_same(&growing.case(Vec::new(), &OPTIONS, &Progress::default()).unwrap(), &bytes).unwrap();
    bytes.extend(b"INFO:a:six\n");
    growing.feed(input, Bytes::new(bytes.clone()), true);
    let progress = Progress::default();
    progress.cancel();
    assert!(growing.case(Vec::new(), &OPTIONS, &progress).is_none());
    assert_same(&growing.case(Vec::new(), &OPTIONS, &Progress::default()).unwrap(), &bytes).unwrap();
}

#[test]
fn what_is_sealed_is_read_once() {
    let line = |number: usize| format!("INFO:app:line {number}\n");
    let bytes: Vec<u8> = (0..2000).flat_map(|number| line(number).into_bytes()).collect();
    let mut growing = Growing { settled: 0, ..Growing::default() };
    let input = growing.add("a.log");
    let mut read = 0;
    for end in (0..=bytes.len()).step_by(bytes.len() / 20) {
        growing.feed(input, Bytes::new(bytes[..end].to_vec()), false);
        let progress = Progress::default();
        growing.case(Vec::new(), &OPTIONS, &progress).unwrap();
        read += progress.glance().records;
    }
    assert!((2000..2100).contains(&read), "{read}");
}
