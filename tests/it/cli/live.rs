//! Live sources on the command line, without any AWS: what is refused, and what is told when nobody answers.

#![allow(clippy::disallowed_methods, reason = "a bound in wall-clock time is what is tested")]

use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::program::{FAILURE, Folder, Run, run, triage};

/// An account that nobody serves: no connection is accepted on this port.
const NOWHERE: [(&str, &str); 5] = [
    ("AWS_ACCESS_KEY_ID", "test"),
    ("AWS_SECRET_ACCESS_KEY", "test"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_EC2_METADATA_DISABLED", "true"),
    ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
];

fn live(arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    let mut command = triage();
    command.args(arguments).envs(environment.iter().copied());
    let started = Instant::now();
    let run: Run = command.output().expect("the binary runs").into();
    assert!(started.elapsed() < Duration::from_secs(5), "{arguments:?} took {:?}", started.elapsed());
    run
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    for (arguments, hint) in [
        (vec!["--since", "1h"], "--since is about live sources"),
        (vec!["--profile", "p", "x.log"], "--profile is about live sources"),
        (vec!["--account-role", "arn:aws:iam::1:role/R"], "--account-role is about live sources"),
        (vec!["--save", "d", "x.log"], "--save is about live sources"),
        (vec!["--runtime", "a", "--follow", "--until", "5m"], "leave out --until"),
        (vec!["--runtime", "a", "--since", "5m", "--until", "1h"], "before it starts"),
        (vec!["--runtime", "a", "--since", "2200-01-01"], "in the future"),
        (vec!["--runtime", "a", "--since", "soon"], "15m, 2h or 1d"),
        (vec!["--resume", "d", "--runtime", "a"], "knows its sources"),
        (vec!["--resume", "d", "--since", "1h"], "knows its window"),
        (vec!["--resume", "d", "--save", "e", "--runtime", "a"], "cannot be used with"),
        (vec!["--runtime", "a@"], "NAME@PROFILE"),
        (vec!["--runtime", "arn:aws:s3:::b"], "runtime/ID"),
        (vec!["--gateway", "a", "--region", "us east"], "us-east-1"),
        (vec!["--gateway", "a", "--endpoint-url", "localhost"], "http://127.0.0.1:5000"),
        (vec!["--trace-id", "abc"], "32 hex digits"),
        (vec!["collect", "--runtime", "a"], "--out"),
        (vec!["collect", "--out", "d"], "nothing to collect"),
        (vec!["discover", "--runtime", "a", "--gateway", "b"], "cannot be used with"),
        (vec!["iam", "--feature", "writing"], "logs, traces, discovery, doctor"),
    ] {
        let run = live(&arguments, &NOWHERE);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{arguments:?}");
        assert!(run.stderr.contains(hint), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn what_stands_in_the_way_is_told_with_the_next_step() {
    let without = |name: &str| NOWHERE.into_iter().filter(|(key, _)| *key != name).collect::<Vec<_>>();
    for (environment, arguments, hint) in [
        (without("AWS_REGION"), vec!["discover"], "--region"),
        (without("AWS_ACCESS_KEY_ID"), vec!["discover"], "aws configure"),
        (NOWHERE.to_vec(), vec!["discover"], "check the network"),
        (NOWHERE.to_vec(), vec!["discover", "--profile", "nobody"], "aws configure list-profiles"),
    ] {
        // A profile is asked before the environment.
        let environment =
            if arguments.contains(&"--profile") { without("AWS_ACCESS_KEY_ID") } else { environment };
        let run = live(&arguments, &environment);
        assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{arguments:?}: {}", run.stderr);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
        assert!(run.stderr.starts_with("error: ") && run.stderr.contains(hint), "{}", run.stderr);
    }
}

#[test]
fn a_live_source_that_fails_leaves_the_findings_of_the_rest() {
    let folder = Folder::new();
    let capture = folder.file("a.log", FAILURE);
    let capture = capture.to_str().expect("UTF-8");
    let checked = live(&["--rule-check", "--format", "json", "--log-group", "/aws/x", capture], &NOWHERE);
    assert_eq!(checked.code, 3, "{}", checked.stderr);
    let document: serde_json::Value = serde_json::from_str(&checked.stdout).expect("JSON");
    assert_eq!(document["findings"].as_array().map(Vec::len), Some(1));
    let gap = &document["coverage"]["gaps"][0];
    assert_eq!(gap["source"], "/aws/x");
    assert!(gap["reason"].as_str().is_some_and(|reason| reason.contains("cannot be reached")), "{gap}");
    let report = live(&["--report", "-", "--log-group", "/aws/x", capture], &NOWHERE);
    assert_eq!(report.code, 3);
    assert!(report.stdout.contains("cannot be reached"), "{}", report.stdout);
}

#[test]
fn a_folder_that_holds_something_is_not_written() {
    let folder = Folder::new();
    folder.file("a.log", FAILURE);
    let path = folder.path().to_str().expect("UTF-8");
    let run = live(&["collect", "--log-group", "/aws/x", "--out", path], &NOWHERE);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("is not empty") && run.stderr.contains("--resume"), "{}", run.stderr);
    let run = live(&["collect", "--resume", path], &NOWHERE);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("no capture"), "{}", run.stderr);
}

#[test]
fn the_policy_is_printed_for_the_features_asked_for() {
    let policy = |arguments: &[&str]| -> serde_json::Value {
        let run = run(arguments);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        serde_json::from_str(&run.stdout).expect("JSON")
    };
    let statements = |policy: &serde_json::Value| policy["Statement"].as_array().map_or(0, Vec::len);
    let (all, traces) = (policy(&["iam"]), policy(&["iam", "--feature", "traces"]));
    assert!(statements(&all) > statements(&traces));
    assert_eq!(statements(&traces), 1);
    let named = policy(&["iam", "--feature", "logs", "--log-group", "/team/*"]).to_string();
    assert!(named.contains("log-group:/team/*"), "{named}");
}

/// A server that takes connections and never answers.
#[cfg(unix)]
#[test]
fn ctrl_c_ends_at_once_and_leaves_a_capture() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let endpoint = format!("http://{}", silent.local_addr().expect("bound"));
    let folder = Folder::new();
    let out = folder.path().join("capture");
    let mut command = triage();
    command.args(["collect", "--log-group", "/aws/x", "--endpoint-url", &endpoint, "--out"]).arg(&out);
    let child = command.envs(NOWHERE).spawn().expect("the binary runs");
    let connection = silent.accept().expect("it asks");
    let interrupted = Instant::now();
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.is_ok_and(|status| status.success()));
    let run: Run = child.wait_with_output().expect("the binary ends").into();
    assert!(interrupted.elapsed() < Duration::from_secs(3), "{:?}", interrupted.elapsed());
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("what was fetched is kept"), "{}", run.stderr);
    let manifest = std::fs::read_to_string(out.join("manifest.json")).expect("a manifest");
    assert!(manifest.contains("not fetched: stopped before it was looked up"), "{manifest}");
    drop(connection);
}
