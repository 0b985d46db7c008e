use fs::File;
use std::io::Write;

use serde_json::json;

use super::*;
use crate::model::Timestamp;
use crate::source::recording::{Hole, Kind, Origin, Recorded, Recorder};

/// A time long after every file was written: no line is still being written.
fn late() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40)
}

fn follow(path: &Path) -> Captures {
    Captures::new(&[path.to_owned()], true, u64::MAX)
}

fn append(path: &Path, text: &str) {
    File::options().append(true).create(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

/// Each input by its name below `folder`.
fn shown(look: &Look, folder: &Path) -> Vec<(String, String)> {
    let name =
        |path: &str| path.trim_start_matches(folder.to_str().unwrap()).trim_start_matches('/').to_owned();
    let text = |piece: &Piece| String::from_utf8(piece.input.bytes.to_vec()).unwrap();
    look.inputs.iter().map(|piece| (name(&piece.input.path), text(piece))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn a_folder_gives_what_grows_and_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    append(&folder.path().join("b.log"), "1\n");
    let mut captures = follow(folder.path());
    let first = captures.look(late());
    assert!(first.has_more && first.may_grow);
    assert_eq!(shown(&first, folder.path()), pairs(&[("b.log", "1\n")]));
    assert!(!captures.look(late()).has_changed);
    append(&folder.path().join("b.log"), "2\n");
    append(&folder.path().join("a.log"), "3\n");
    let second = captures.look(late());
    assert!(second.has_more);
    assert_eq!(shown(&second, folder.path()), pairs(&[("b.log", "1\n2\n"), ("a.log", "3\n")]));
}

#[test]
fn a_truncated_file_keeps_what_it_held_and_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    append(&path, "1\n2\n");
    let mut captures = follow(&path);
    captures.look(late());
    fs::write(&path, "3\n").unwrap();
    let look = captures.look(late());
    assert_eq!(shown(&look, folder.path()), pairs(&[("a.log (earlier 1)", "1\n2\n"), ("a.log", "3\n")]));
    assert!(look.news[0].contains("truncated"), "{:?}", look.news);
    let [issue] = &look.opening.issues[..] else { panic!("{:?}", look.opening) };
    assert!(issue.loses_records && issue.path.ends_with("(earlier 1)") && issue.line == Some(2), "{issue:?}");
    assert!(!captures.look(late()).has_changed);
}

#[cfg(unix)]
#[test]
fn a_rotated_file_is_read_to_its_end_and_the_new_one_from_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    append(&path, "1\n");
    let mut captures = follow(&path);
    captures.look(late());
    append(&path, "2\n");
    captures.look(late());
    let mut writer = File::options().append(true).open(&path).unwrap();
    fs::rename(&path, folder.path().join("a.log.1")).unwrap();
    writer.write_all(b"3\n").unwrap();
    let gone = captures.look(late());
    assert_eq!(shown(&gone, folder.path()), pairs(&[("a.log", "1\n2\n3\n")]));
    assert!(gone.opening.issues.iter().any(|issue| issue.message.contains("removed or renamed")));
    writer.write_all(b"4\n").unwrap();
    append(&path, "5\n");
    let look = captures.look(late());
    assert_eq!(
        shown(&look, folder.path()),
        pairs(&[("a.log (earlier 1)", "1\n2\n3\n4\n"), ("a.log", "5\n")])
    );
    assert!(look.opening.issues.iter().all(|issue| !issue.loses_records), "{:?}", look.opening);
}

#[cfg(unix)]
#[test]
fn a_file_that_is_renamed_within_its_folder_is_not_read_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    append(&path, "1\n");
    let mut captures = follow(folder.path());
    captures.look(late());
    fs::rename(&path, folder.path().join("a.log.1")).unwrap();
    append(&path, "2\n");
    let look = captures.look(late());
    assert_eq!(shown(&look, folder.path()), pairs(&[("a.log.1", "1\n"), ("a.log", "2\n")]));
    assert!(look.news[0].contains("renamed"), "{:?}", look.news);
}

#[test]
fn a_large_file_comes_after_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    fs::write(&path, vec![b'x'; 3 << 20]).unwrap();
    let mut captures = follow(&path);
    let first = captures.look(late());
    assert_eq!((first.inputs[0].input.bytes.len() as u64, first.left), (FIRST, (3 << 20) - FIRST));
    assert!(first.opening.issues.iter().any(|issue| issue.loses_records));
    let second = captures.look(late());
    assert_eq!((second.inputs[0].input.bytes.len(), second.left), (3 << 20, 0));
    assert_eq!(second.opening.issues, []);
}

#[test]
fn a_file_may_come_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    let mut captures = follow(&path);
    assert!(captures.look(late()).opening.issues[0].fatal);
    append(&path, "1\n");
    let look = captures.look(late());
    assert_eq!((shown(&look, folder.path()), look.opening.issues), (pairs(&[("a.log", "1\n")]), Vec::new()));
}

fn group() -> Recorded {
    Recorded {
        kind: Kind::LogGroup,
        name: "/aws/bedrock-agentcore/runtimes/a-DEFAULT".to_owned(),
        origin: Origin { region: "us-east-1".to_owned(), ..Origin::default() },
        pattern: None,
        file: String::new(),
        bytes: 0,
        records: 0,
        since: Timestamp::parse("2026-11-20T14:00:00Z"),
        until: None,
        settled: None,
        rechecked: None,
        gaps: vec![Hole {
            start: Timestamp::parse("2026-11-20T14:00:00Z"),
            end: None,
            reason: "throttled".to_owned(),
            fill: Some("aws logs filter-log-events".to_owned()),
        }],
        traces: None,
    }
}

/// A recorded capture of one record, with half a record behind it.
fn record(folder: &Path) -> (Recorder, usize, PathBuf) {
    let mut recorder = Recorder::create(folder, "t".to_owned(), true).unwrap();
    let source = recorder.source(group()).unwrap();
    recorder.append(source, &json!({"a": 1}));
    recorder.commit(|_| {}).unwrap();
    let path = folder.join(&recorder.manifest().sources[source].file);
    append(&path, "{\"torn");
    (recorder, source, path)
}

#[test]
fn a_recorded_capture_is_read_as_far_as_its_manifest_promises() {
    let folder = tempfile::tempdir().unwrap();
    let (_recorder, _, path) = record(folder.path());
    for named in [folder.path(), &path] {
        let loaded = crate::source::load(&[named.to_owned()], &mut io::empty(), u64::MAX);
        let [input] = &loaded.inputs[..] else { panic!("{loaded:?}") };
        assert_eq!((&*input.bytes, input.path.as_str()), (&b"{\"a\":1}\n"[..], path.to_str().unwrap()));
        assert_eq!(loaded.issues, []);
        let [source] = &loaded.sources[..] else { panic!("{loaded:?}") };
        assert_eq!((source.records, source.gaps.len(), source.redacted), (1, 1, true));
        assert_eq!(source.gaps[0].fill.as_deref(), Some("aws logs filter-log-events"));
    }
    fs::write(&path, "{\"a\"").unwrap();
    let loaded = crate::source::load(&[folder.path().to_owned()], &mut io::empty(), u64::MAX);
    assert!(loaded.issues[0].message.contains("holds 4 bytes of records, manifest.json promises 8"));
    fs::remove_file(&path).unwrap();
    let loaded = crate::source::load(&[folder.path().to_owned()], &mut io::empty(), u64::MAX);
    assert!(loaded.issues[0].fatal && loaded.sources.len() == 1, "{loaded:?}");
}

#[test]
fn a_capture_that_is_being_recorded_grows_commit_by_commit() {
    let folder = tempfile::tempdir().unwrap();
    let mut captures = Captures::new(&[], false, u64::MAX);
    let is_over = Arc::new(AtomicBool::new(false));
    captures.follow(folder.path().to_owned(), is_over.clone());
    let (mut recorder, source, _) = record(folder.path());
    let bytes = |look: &Look| look.inputs[0].input.bytes.len();
    assert_eq!(bytes(&captures.look(late())), 8);
    assert!(!captures.look(late()).has_changed);
    recorder.append(source, &json!({"a": 2}));
    recorder.commit(|_| {}).unwrap();
    let more = captures.look(late());
    assert!(more.has_more && bytes(&more) == 16);
    recorder.commit(|sources| sources[0].gaps.clear()).unwrap();
    let known = captures.look(late());
    assert!(known.has_changed && !known.has_more && known.opening.sources[0].gaps.is_empty());
    is_over.store(true, Ordering::Release);
    assert!(known.may_grow && !captures.look(late()).may_grow);
}
