use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::Timestamp;

fn group(name: &str) -> Recorded {
    Recorded {
        kind: Kind::LogGroup,
        name: name.to_owned(),
        origin: Origin { region: "us-east-1".to_owned(), ..Origin::default() },
        pattern: None,
        file: String::new(),
        bytes: 0,
        records: 0,
        since: Timestamp::parse("2026-11-20T14:00:00Z"),
        until: None,
        settled: None,
        rechecked: None,
        gaps: Vec::new(),
        traces: None,
    }
}

fn lines(folder: &Path) -> Vec<String> {
    let file = folder.join("001-aws-x.jsonl");
    fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn a_capture_goes_on_where_the_last_commit_ended() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::create(folder.path(), "triage 0".to_owned(), true).unwrap();
    let source = recorder.source(group("/aws/x")).unwrap();
    recorder.append(source, &json!({"a": 1}));
    recorder.commit(|sources| sources[0].settled = Timestamp::parse("2026-11-20T14:05:00Z")).unwrap();
    recorder.append(source, &json!({"a": 2}));
    drop(recorder);
    // A kill in the middle of the next line.
    let mut torn = File::options().append(true).open(folder.path().join("001-aws-x.jsonl")).unwrap();
    torn.write_all(b"{\"a\": 2").unwrap();
    let mut recorder = Recorder::resume(folder.path()).unwrap();
    assert_eq!(recorder.manifest().sources[0].settled, Timestamp::parse("2026-11-20T14:05:00Z"));
    let source = recorder.source(group("/aws/x")).unwrap();
    recorder.append(source, &json!({"a": 3}));
    recorder.commit(|_| {}).unwrap();
    assert_eq!(lines(folder.path()), [r#"{"a":1}"#, r#"{"a":3}"#]);
    assert_eq!(recorder.manifest().sources[0].records, 2);
}

#[test]
fn one_writer_at_a_time_and_never_over_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::create(folder.path(), "t".to_owned(), true).unwrap();
    assert!(matches!(Recorder::resume(folder.path()), Err(RecordError::Busy(_))));
    drop(recorder);
    assert!(matches!(Recorder::create(folder.path(), "t".to_owned(), true), Err(RecordError::NotEmpty(_))));
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(Recorder::resume(empty.path()), Err(RecordError::NoCapture(..))));
}

#[cfg(unix)]
#[test]
fn a_capture_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("capture");
    let mut recorder = Recorder::create(&folder, "t".to_owned(), true).unwrap();
    recorder.source(group("/aws/x")).unwrap();
    recorder.commit(|_| {}).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_waited_out_without_loss() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::create(folder.path(), "t".to_owned(), true).unwrap();
    let source = recorder.source(group("/aws/x")).unwrap();
    recorder.append(source, &json!({"a": 1}));
    recorder.commit(|_| {}).unwrap();
    recorder.append(source, &json!({"a": 2}));
    let full = File::options().write(true).open("/dev/full").unwrap();
    let file = std::mem::replace(&mut recorder.streams[source].file, full);
    for _ in 0..2 {
        let error = recorder.commit(|sources| sources[0].settled = Some(Timestamp(1))).unwrap_err();
        assert!(error.is_passing(), "{error}");
        assert!(recorder.trouble().unwrap().contains("No space left"));
        assert_eq!(
            (recorder.manifest().sources[0].records, recorder.manifest().sources[0].settled),
            (1, None)
        );
    }
    recorder.append(source, &json!({"a": 3}));
    recorder.streams[source].file = file;
    recorder.commit(|sources| sources[0].settled = Some(Timestamp(1))).unwrap();
    assert_eq!((recorder.trouble(), recorder.pending()), (None, 0));
    assert_eq!(lines(folder.path()), [r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":3}"#]);
}

#[test]
fn nothing_is_written_when_nothing_has_changed() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::create(folder.path(), "t".to_owned(), true).unwrap();
    recorder.source(group("/aws/x")).unwrap();
    recorder.commit(|_| {}).unwrap();
    fs::remove_file(folder.path().join(FILE)).unwrap();
    recorder.commit(|_| {}).unwrap();
    assert!(!folder.path().join(FILE).exists());
    recorder.commit(|sources| sources[0].settled = Some(Timestamp(1))).unwrap();
    assert!(folder.path().join(FILE).exists());
}

#[test]
fn a_manifest_cannot_name_files_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::create(folder.path(), "t".to_owned(), true).unwrap();
    recorder.source(group("/aws/x")).unwrap();
    recorder.commit(|_| {}).unwrap();
    drop(recorder);
    let path = folder.path().join(FILE);
    for hostile in ["../001-aws-x.jsonl", "/etc/passwd", "..", "a/b"] {
        let text = fs::read_to_string(&path).unwrap();
        let mut manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
        manifest["sources"][0]["file"] = json!(hostile);
        fs::write(&path, manifest.to_string()).unwrap();
        assert!(matches!(Recorder::resume(folder.path()), Err(RecordError::NoCapture(..))), "{hostile}");
    }
}

#[test]
fn what_a_later_version_adds_is_passed_over_and_what_it_changes_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::create(folder.path(), "triage 0".to_owned(), true).unwrap();
    recorder.source(group("/aws/x")).unwrap();
    recorder.commit(|_| {}).unwrap();
    drop(recorder);
    let path = folder.path().join(FILE);
    let mut manifest: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    manifest["sources"][0]["checksum"] = json!("x");
    manifest["sources"][0]["traces"] = json!(null);
    manifest["weather"] = json!({"is": "fine"});
    fs::write(&path, manifest.to_string()).unwrap();
    let recorder = Recorder::resume(folder.path()).unwrap();
    assert_eq!(recorder.unknown(), ["sources[].checksum", "weather"]);
    drop(recorder);
    manifest["schema"] = json!("agentcore-triage/capture/2");
    manifest["tool"] = json!("agentcore-triage 7.1.0");
    fs::write(&path, manifest.to_string()).unwrap();
    let refused = Recorder::resume(folder.path()).unwrap_err().to_string();
    assert!(refused.contains("capture/2") && refused.contains("use agentcore-triage 7.1.0"), "{refused}");
    assert!(fs::read_to_string(&path).unwrap().contains("weather"), "it is left as it is");
}

#[test]
fn what_could_not_be_looked_up_is_said_until_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::create(folder.path(), "t".to_owned(), true).unwrap();
    let gap = |reason: &str| Hole { start: None, end: None, reason: reason.to_owned(), fill: None };
    let unread = |kind, name: &str, reason: &str| Unread {
        kind,
        name: name.to_owned(),
        origin: Origin::default(),
        gap: gap(reason),
    };
    recorder.unread(unread(Asked::Runtime, "a", "no"));
    recorder.unread(unread(Asked::Gateway, "a", "no"));
    recorder.unread(unread(Asked::Runtime, "a", "still no"));
    recorder.commit(|_| {}).unwrap();
    drop(recorder);
    let mut recorder = Recorder::resume(folder.path()).unwrap();
    let reasons: Vec<&str> =
        recorder.manifest().unread.iter().map(|unread| unread.gap.reason.as_str()).collect();
    assert_eq!(reasons, ["no", "still no"]);
    recorder.is_read(Asked::Runtime, "a");
    recorder.is_read(Asked::Gateway, "a");
    recorder.commit(|_| {}).unwrap();
    assert!(!fs::read_to_string(folder.path().join(FILE)).unwrap().contains("unread"));
}

#[test]
fn names_of_groups_become_plain_file_names() {
    assert_eq!(
        plain("/aws/bedrock-agentcore/runtimes/a-b-DEFAULT"),
        "aws-bedrock-agentcore-runtimes-a-b-DEFAULT"
    );
    assert_eq!(plain("../../etc"), "etc");
    assert_eq!(plain(&"x".repeat(500)).len(), 80);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Wherever a kill cuts the file, what was committed is there afterwards and nothing else.
    #[test]
    fn a_kill_at_any_byte_keeps_what_was_committed(committed in 0_usize..20, lost in 0_usize..20, cut in 0_usize..400) {
        let folder = tempfile::tempdir().unwrap();
        let mut recorder = Recorder::create(folder.path(), "t".to_owned(), true).unwrap();
        let source = recorder.source(group("/aws/x")).unwrap();
        for number in 0..committed {
            recorder.append(source, &json!({"n": number}));
        }
        recorder.commit(|_| {}).unwrap();
        let tail: Vec<u8> = (0..lost).flat_map(|n| format!("{}\n", json!({"lost": n})).into_bytes()).collect();
        drop(recorder);
        let mut torn = File::options().append(true).open(folder.path().join("001-aws-x.jsonl")).unwrap();
        torn.write_all(&tail[..cut.min(tail.len())]).unwrap();
        drop(Recorder::resume(folder.path()).unwrap());
        let expected: Vec<String> = (0..committed).map(|n| json!({"n": n}).to_string()).collect();
        prop_assert_eq!(lines(folder.path()), expected);
    }
}
