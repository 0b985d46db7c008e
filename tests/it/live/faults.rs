//! A fault of every kind at every step of a backfill: nothing lost, nothing twice, or a stated gap that `--resume` closes.

use std::path::Path;
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::millis;
use super::run::{Capture, GROUP, assert_whole, collect, finish, triage};
use super::stub::{Fault, Injection, Put, Stub, Trace};
use crate::program::{Folder, Run};

/// Pages of the backfill.
const PAGES: u64 = 6;

/// An account with a group whose events lie an hour back, on [`PAGES`] pages.
fn account() -> Stub {
    let stub = Stub::start();
    let start = millis() - 3_600_000;
    let puts = (0..40_i64).map(|number| {
        // Four events share a millisecond, so that pages end between equals.
        let message = format!("event {}", number % 38);
        Put::new(&format!("2026/01/20/[runtime-logs]{}", number % 3), start + number / 4, message)
    });
    stub.put(GROUP, puts);
    stub.with(|world| world.logs.page = 7);
    stub
}

fn backfill(stub: &Stub, folder: &Folder) -> Run {
    let out = folder.path().join("capture");
    let out = out.to_str().unwrap();
    finish(collect(
        stub,
        folder.path(),
        ["--log-group", GROUP, "--since", "2h", "--until", "30m", "--out", out],
    ))
}

fn resume(stub: &Stub, folder: &Folder) -> Run {
    finish(collect(stub, folder.path(), [Path::new("--resume"), &folder.path().join("capture")]))
}

#[test]
fn faults_that_pass_lose_nothing() {
    let faults = [
        Fault::Throttled,
        Fault::Unavailable,
        Fault::Internal,
        Fault::ResetBefore,
        Fault::ResetWithin,
        Fault::ClosedWithin,
        Fault::Garbage,
        Fault::Slow(Duration::from_millis(200)),
        // Somebody logs in again meanwhile.
        Fault::Expired,
    ];
    thread::scope(|scope| {
        for fault in faults {
            scope.spawn(move || {
                let (stub, folder) = (account(), Folder::new());
                for page in [0, 2, PAGES - 1] {
                    stub.inject(Injection::new("FilterLogEvents", fault.clone()).after(page));
                }
                let run = backfill(&stub, &folder);
                assert_eq!(run.code, 0, "{fault:?}: {}", run.stderr);
                assert_eq!(stub.with(|world| world.faults.met), 3, "{fault:?}");
                assert_whole(&stub, &folder.path().join("capture"), &format!("{fault:?}"));
            });
        }
    });
}

#[test]
fn faults_that_stay_are_a_stated_gap_that_a_resume_closes() {
    thread::scope(|scope| {
        for fault in [Fault::InvalidToken, Fault::Denied, Fault::Missing] {
            for page in [0, 3, PAGES - 1] {
                let fault = fault.clone();
                scope.spawn(move || stated_and_closed(&fault, page));
            }
        }
    });
}

fn stated_and_closed(fault: &Fault, page: u64) {
    let (stub, folder) = (account(), Folder::new());
    let what = format!("{fault:?} at page {page}");
    stub.inject(Injection::new("FilterLogEvents", fault.clone()).after(page).always());
    let run = backfill(&stub, &folder);
    assert_eq!(run.code, 3, "{what}: {}", run.stderr);
    let word = match fault {
        Fault::InvalidToken => "invalid",
        Fault::Denied => "logs:FilterLogEvents is denied",
        _ => "was not found in us-east-1",
    };
    assert!(run.stderr.contains(word), "{what}: {}", run.stderr);
    let capture = Capture::read(&folder.path().join("capture")).unwrap();
    let gaps = capture.gaps();
    assert!(!gaps.is_empty(), "{what}: the gap is not stated: {}", capture.manifest);
    assert!(gaps[0]["reason"].as_str().unwrap().contains(word), "{what}: {}", gaps[0]);
    assert!(gaps[0]["fill"].as_str().unwrap().contains("aws logs filter-log-events"), "{what}: {}", gaps[0]);

    stub.with(|world| world.faults.clear());
    let run = resume(&stub, &folder);
    assert_eq!(run.code, 0, "{what}: {}", run.stderr);
    assert_whole(&stub, &folder.path().join("capture"), &what);
    let capture = Capture::read(&folder.path().join("capture")).unwrap();
    assert!(capture.gaps().is_empty(), "{what}: {}", capture.manifest);
}

#[test]
fn somebody_who_is_not_aws_is_quoted_and_given_up_soon() {
    let (stub, folder) = (account(), Folder::new());
    stub.inject(Injection::new("FilterLogEvents", Fault::Foreign(502)).always());
    let run = backfill(&stub, &folder);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let attempts = stub.with(|world| world.count("logs:FilterLogEvents"));
    assert!((2..6).contains(&attempts), "{attempts} attempts");
    let answer = "logs in us-east-1 is answered by something that is not AWS (HTTP 502, text/html: 'Welcome to the \
                  hotel network')";
    let told: Vec<&str> = run.stderr.lines().filter(|line| line.contains(answer)).collect();
    assert!(told[0].starts_with(GROUP) && told[0].ends_with("; it is tried again"), "{told:?}");
    assert!(
        told[1].starts_with("error: ") && told.len() == 2,
        "told once at first and once at the end: {told:?}"
    );
    let capture = Capture::read(&folder.path().join("capture")).unwrap();
    let gaps = capture.gaps();
    assert!(gaps[0]["reason"].as_str().unwrap().starts_with("not fetched: logs in us-east-1"), "{}", gaps[0]);
    assert!(gaps[0]["fill"].as_str().unwrap().starts_with("aws logs filter-log-events"), "{}", gaps[0]);
}

#[test]
fn traces_are_a_gap_where_x_ray_is_not_aws_and_none_where_nothing_was_to_be_asked() {
    for (fault, code) in [(Fault::Foreign(404), 3), (Fault::Denied, 0)] {
        let (stub, folder) = (account(), Folder::new());
        stub.inject(Injection::new("GetTraceSegmentDestination", fault).always());
        let run = backfill(&stub, &folder);
        assert_eq!(run.code, code, "{}", run.stderr);
        assert_whole(&stub, &folder.path().join("capture"), "without traces");
        let capture = Capture::read(&folder.path().join("capture")).unwrap();
        let gaps = capture.gaps();
        assert_eq!(gaps.len(), usize::from(code == 3), "{gaps:?}");
        if let [gap] = gaps[..] {
            assert!(gap["reason"].as_str().unwrap().starts_with("not fetched: xray in us-east-1"), "{gap}");
            assert!(gap["fill"].as_str().unwrap().starts_with("aws xray get-trace-summaries"), "{gap}");
        }
    }
}

#[test]
fn what_could_not_be_looked_up_is_a_gap_that_a_resume_closes() {
    let (stub, folder) = (account(), Folder::new());
    stub.inject(Injection::new("GetCallerIdentity", Fault::Expired).always());
    let run = backfill(&stub, &folder);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let out = folder.path().join("capture");
    let capture = Capture::read(&out).unwrap();
    let unread = &capture.manifest["unread"][0];
    assert_eq!(
        (&unread["kind"], &unread["name"]),
        (&json!("log-group"), &json!(GROUP)),
        "{}",
        capture.manifest
    );
    let (reason, fill) = (unread["gap"]["reason"].as_str().unwrap(), unread["gap"]["fill"].as_str().unwrap());
    assert!(reason.starts_with("not fetched: the AWS credentials have expired"), "{reason}");
    assert!(fill.starts_with(&format!("aws logs filter-log-events --log-group-name {GROUP}")), "{fill}");

    let mut check = triage(folder.path());
    check.args(["--rule-check", "--fail-on", "never", "--format", "json"]).arg(&out);
    let checked: Run = check.output().unwrap().into();
    let document: serde_json::Value = serde_json::from_str(&checked.stdout).unwrap();
    assert_eq!(
        (document["coverage"]["gaps"][0]["fill"].as_str(), &document["inputs"]),
        (Some(fill), &json!([]))
    );

    stub.with(|world| world.faults.clear());
    let run = resume(&stub, &folder);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_whole(&stub, &out, "looked up by the second run");
    let capture = Capture::read(&out).unwrap();
    assert!(capture.gaps().is_empty() && capture.manifest["unread"].is_null(), "{}", capture.manifest);
}

#[test]
fn empty_pages_and_pages_that_overlap_are_no_end_and_no_double() {
    let (stub, folder) = (account(), Folder::new());
    stub.with(|world| {
        world.logs.empty_every = Some(2);
        world.logs.overlap = 3;
    });
    let run = backfill(&stub, &folder);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_whole(&stub, &folder.path().join("capture"), "empty and overlapping pages");
}

#[test]
fn a_finished_capture_gone_on_with_gets_nothing_twice() {
    let (stub, folder) = (account(), Folder::new());
    assert_eq!(backfill(&stub, &folder).code, 0);
    assert_eq!(resume(&stub, &folder).code, 0);
    assert_whole(&stub, &folder.path().join("capture"), "resumed after its end");
}

#[test]
fn a_trace_that_was_asked_for_by_id_is_still_asked_for_after_a_resume() {
    let (stub, folder) = (Stub::start(), Folder::new());
    let start = millis() / 1_000 - 3_600;
    let id = format!("1-{start:08x}-6b6b6b6b6b6b6b6b6b6b6b6b");
    let segment = json!({"id": "6b6b6b6b6b6b6b6b", "trace_id": id, "name": "agent", "start_time": start});
    let segments = vec![("6b6b6b6b6b6b6b6b".to_owned(), segment)];
    let trace = Trace { start: start as f64, is_indexed: true, segments, spans: Vec::new() };
    stub.with(|world| world.traces.put(&id, trace));
    stub.inject(Injection::new("BatchGetTraces", Fault::Denied).always());
    let out = folder.path().join("capture");
    let arguments = ["--trace-id", &id, "--since", "2h", "--until", "30m", "--out", out.to_str().unwrap()];
    let run = finish(collect(&stub, folder.path(), arguments));
    assert_eq!(run.code, 3, "{}", run.stderr);
    let before = Capture::read(&out).unwrap().manifest;
    assert_eq!(before["sources"][0]["records"], 0, "{before}");

    stub.with(|world| world.faults.clear());
    let run = resume(&stub, &folder);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let after = Capture::read(&out).unwrap().manifest;
    let (before, after) = (&before["sources"][0], &after["sources"][0]);
    assert_eq!(after["records"], 1, "{after}");
    for key in ["since", "until", "traces"] {
        assert_eq!(before[key], after[key], "{key}");
    }
}

#[test]
fn only_operations_that_read_are_called() {
    let (stub, folder) = (account(), Folder::new());
    assert_eq!(backfill(&stub, &folder).code, 0);
    let known = agentcore_triage::source::aws::operations::OPERATIONS;
    stub.with(|world| {
        for action in world.counts.keys() {
            assert!(known.iter().any(|operation| operation.action == action), "{action} is not in the list");
        }
        assert!(world.count("logs:FilterLogEvents") >= PAGES);
    });
}
