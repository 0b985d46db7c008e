//! Options that change what is judged and what the exit code says.

use std::path::Path;

use crate::program::{FAILURE, Folder, HEALTHY, RULE, run};

fn code(options: &[&str], capture: &Path) -> i32 {
    let run = run(options.iter().copied().chain([capture.to_str().unwrap()]));
    assert!(run.code != 2, "{options:?}: {}", run.stderr);
    run.code
}

#[test]
fn the_threshold_decides_the_exit_code() {
    let folder = Folder::new();
    let (bad, good) = (folder.file("bad.log", FAILURE), folder.file("good.log", HEALTHY));
    for (options, expected) in [
        (&["--rule-check"][..], 1),
        (&["--rule-check", "--fail-on", "error"], 1),
        (&["--rule-check", "--fail-on", "info"], 1),
        (&["--rule-check", "--fail-on", "never"], 0),
        (&[], 0),
        (&["--fail-on", "error"], 1),
        (&["--rule-check", "--severity", &format!("{RULE}=warning")], 0),
        (&["--rule-check", "--severity", &format!("{RULE}=warning"), "--fail-on", "warning"], 1),
        (&["--rule-check", "--disable", RULE], 0),
    ] {
        assert_eq!(code(options, &bad), expected, "{options:?}");
        assert_eq!(code(options, &good), 0, "{options:?} on a healthy log");
    }
}

#[test]
fn options_may_follow_the_captures() {
    let folder = Folder::new();
    let bad = folder.file("bad.log", FAILURE);
    let bad = bad.to_str().unwrap();
    let before = run(["--rule-check", "--format", "json", bad]);
    let after = run([bad, "--rule-check", "--format", "json"]);
    assert_eq!((before.code, before.stdout), (after.code, after.stdout));
}

#[test]
fn a_disabled_rule_is_not_named() {
    let folder = Folder::new();
    let bad = folder.file("bad.log", FAILURE);
    let run = run(["--rule-check", "--disable", RULE, "--format", "json", bad.to_str().unwrap()]);
    assert!(!run.stdout.contains(&format!("\"rule\": \"{RULE}\"")), "{}", run.stdout);
}

#[test]
fn a_filter_decides_what_is_judged() {
    let folder = Folder::new();
    let bad = folder.file("bad.log", FAILURE);
    assert_eq!(code(&["--rule-check", "--filter", "message~\"log group\""], &bad), 1);
    assert_eq!(code(&["--rule-check", "--filter", "layer:gateway"], &bad), 0);
}

#[test]
fn a_filter_that_cannot_be_read_is_bad_usage() {
    let folder = Folder::new();
    let bad = folder.file("bad.log", FAILURE);
    let run = run(["--rule-check", "--filter", "(layer:gateway", bad.to_str().unwrap()]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("--filter"), "{}", run.stderr);
}

#[test]
fn an_accepted_finding_passes_and_its_absence_fails() {
    let folder = Folder::new();
    let bad = folder.file("bad.log", FAILURE);
    let bad = bad.to_str().unwrap();
    let baseline = folder.path().join("accepted.json");
    let baseline = baseline.to_str().unwrap();
    assert_eq!(run(["--rule-check", "--format", "json", "--output", baseline, bad]).code, 1);
    let known = run(["--rule-check", "--expect", baseline, bad]);
    assert_eq!(known.code, 0, "{}{}", known.stdout, known.stderr);
    let healthy = folder.file("good.log", HEALTHY);
    let gone = run(["--rule-check", "--expect", baseline, healthy.to_str().unwrap()]);
    assert_eq!(gone.code, 1, "{}{}", gone.stdout, gone.stderr);
}

#[test]
fn a_foreign_expect_file_is_named_and_the_check_goes_on() {
    let folder = Folder::new();
    let bad = folder.file("bad.log", FAILURE);
    for content in ["", "{}", r#"{"schema":"agentcore-triage/check/999","findings":[]}"#, "\0\0"] {
        let baseline = folder.file("accepted.json", content);
        let run = run(["--rule-check", "--expect", baseline.to_str().unwrap(), bad.to_str().unwrap()]);
        assert_eq!(run.code, 2, "{content}");
        assert!(run.stderr.contains("accepted.json"), "{}", run.stderr);
        assert!(run.stdout.contains(RULE), "{}", run.stdout);
    }
}
