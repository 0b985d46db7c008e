//! Where data go: stdout or one whole file, coloured for terminals only.

use std::io::{BufRead, BufReader};
use std::path::Path;

use crate::program::{FAILURE, Folder, HEALTHY, run, triage};

const FORMATS: [&str; 6] = ["text", "json", "sarif", "junit", "github", "markdown"];

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn every_format_writes_the_same_to_a_file_and_to_stdout() {
    let folder = Folder::new();
    let bad = folder.file("bad.log", FAILURE);
    for format in FORMATS {
        let printed = run(["--rule-check", "--format", format, text(&bad)]);
        let file = folder.path().join(format);
        let written = run(["--rule-check", "--format", format, "--output", text(&file), text(&bad)]);
        assert_eq!((printed.code, written.code), (1, 1), "{format}: {}", written.stderr);
        assert_eq!(written.stdout, "", "{format}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), printed.stdout, "{format}");
        assert!(!printed.stdout.is_empty() && printed.stderr.is_empty(), "{format}: {}", printed.stderr);
    }
}

#[test]
fn a_missing_output_folder_exits_2_and_says_what_to_do() {
    let folder = Folder::new();
    let good = folder.file("good.log", HEALTHY);
    let run = run(["--rule-check", "--output", text(&folder.path().join("no/out.json")), text(&good)]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("no/out.json") && run.stderr.contains("create it first"), "{}", run.stderr);
}

#[test]
fn colour_is_for_terminals_unless_asked_for() {
    let folder = Folder::new();
    let bad = folder.file("bad.log", FAILURE);
    let coloured = |options: &[&str], variables: &[(&str, &str)]| {
        let mut command = triage();
        command.args(["--rule-check"]).args(options).arg(&bad).envs(variables.iter().copied());
        String::from_utf8(command.output().unwrap().stdout).unwrap().contains('\x1b')
    };
    assert!(!coloured(&[], &[]), "a pipe is no terminal");
    assert!(coloured(&["--color", "always"], &[]));
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]), "the option wins");
    assert!(!coloured(&["--color", "never"], &[]));
    assert!(!coloured(&["--color", "always", "--format", "json"], &[]), "only text is coloured");
}

#[test]
fn hostile_text_reaches_no_output() {
    let folder = Folder::new();
    let hostile = "\x1b]0;title\x07\x1b[31mFailed to export logs batch code: 400, reason: The specified log group \
                   does not exist. key AKIAIOSFODNN7EXAMPLE \u{202e}reversed\x08\n";
    let bad = folder.file("bad.log", hostile);
    for format in FORMATS {
        let run = run(["--rule-check", "--format", format, text(&bad)]);
        for forbidden in ['\x1b', '\x07', '\x08', '\u{202e}'] {
            assert!(!run.stdout.contains(forbidden), "{format} lets {forbidden:?} pass: {}", run.stdout);
        }
        assert!(!run.stdout.contains("AKIAIOSFODNN7EXAMPLE"), "{format} shows a key: {}", run.stdout);
    }
    let open = run(["--rule-check", "--no-redact", "--format", "json", text(&bad)]);
    assert!(open.stdout.contains("AKIAIOSFODNN7EXAMPLE") && !open.stdout.contains('\x1b'));
}

#[cfg(unix)]
#[test]
fn a_pipe_that_closes_is_success() {
    let folder = Folder::new();
    // More than a pipe holds, so that the writer meets the closed end.
    let many = (0..20_000)
        .map(|index| {
            format!("Failed to export logs batch code: 400, reason: The specified log group {index}\n")
        })
        .collect::<Vec<_>>()
        .concat();
    let bad = folder.file("bad.log", format!("{FAILURE}{many}"));
    let mut child = triage().args(["rules", "fields"]).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));

    let mut child = triage().args(["--rule-check", "--fail-on", "never", text(&bad)]).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
