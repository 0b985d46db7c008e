//! Help, version, usage errors, and what happens when nothing is named.

use std::collections::BTreeSet;
use std::env::consts::{ARCH, OS};

use regex::Regex;

use crate::program::{FAILURE, Folder, RULE, run, run_with_input, triage};

#[test]
fn help_goes_to_stdout() {
    let help = run(["--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (0, ""));
    insta::assert_snapshot!("help", help.stdout);
    insta::assert_snapshot!("help-short", run(["-h"]).stdout);
    insta::assert_snapshot!("help-rules", run(["rules", "--help"]).stdout);
    insta::assert_snapshot!("help-rules-explain", run(["rules", "explain", "-h"]).stdout);
    insta::assert_snapshot!("help-schema", run(["schema", "-h"]).stdout);
}

#[test]
fn the_manual_page_is_roff() {
    let page = run(["man"]);
    assert_eq!(page.code, 0);
    for section in ["SYNOPSIS", "SUBCOMMANDS", "ENVIRONMENT", "FILES", "EXAMPLES", "EXIT STATUS"] {
        assert!(page.stdout.contains(&format!("\n.SH {section}\n")), "{section}");
    }
    assert!(page.stdout.contains("\n.SS rules explain\n"));
    insta::assert_snapshot!("man", page.stdout);
}

#[test]
fn every_shell_gets_a_script() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(["completions", shell]);
        assert_eq!(script.code, 0, "{shell}");
        assert!(script.stdout.contains("rule-check"), "{shell}");
    }
}

/// Every branch that the script for Bash asks for is there; a hyphen in the program's name once hid the subcommands.
#[test]
fn the_script_for_bash_knows_every_subcommand() {
    let script = run(["completions", "bash"]).stdout;
    let all = |pattern: &str| -> BTreeSet<String> {
        let pattern = Regex::new(pattern).expect("a valid pattern");
        pattern.captures_iter(&script).map(|found| found[1].to_owned()).collect()
    };
    let (asked, labels) = (all(r#"cmd="(\w+)""#), all(r"(?m)^ +(agentcore\w+)\)$"));
    assert!(asked.len() > 10, "{asked:?}");
    assert_eq!(asked, labels);
}

/// What completions offer is what is allowed.
#[test]
fn lists_of_words_complete() {
    let script = run(["completions", "bash"]).stdout;
    for words in
        ["requests timeline diagnosis", "dark light high-contrast", "error warning info never", "logs traces"]
    {
        assert!(script.contains(&format!("compgen -W \"{words}")), "{words}");
    }
}

#[test]
fn version_names_the_program() {
    let (short, long) = (run(["-V"]), run(["--version"]));
    assert_eq!((short.code, long.code), (0, 0));
    assert_eq!(short.stdout, concat!("agentcore-triage ", env!("CARGO_PKG_VERSION"), "\n"));
    // What a bug report needs besides.
    let platform = long.stdout.strip_prefix(&short.stdout).expect("the same line first");
    assert!(platform.ends_with(&format!(" build for {ARCH}-{OS}\n")), "{platform}");
}

#[test]
fn bad_usage_exits_2_and_says_what_would_be_right() {
    for (arguments, hint) in [
        (vec!["--formt", "json", "x"], "--format"),
        (vec!["--format", "yaml", "x"], "sarif"),
        (vec!["--fail-on", "sometimes", "x"], "never"),
        (vec!["--severity", "some-rule", "x"], "RULE=LEVEL"),
        (vec!["--severity", "some-rule=bad", "x"], "info, warning, error"),
        (vec!["--lateness", "5", "x"], "500ms"),
        (vec!["completions", "tcsh"], "bash"),
        (vec!["rules"], "list"),
        (vec!["--print-screen", "logs", "--report", "r.md", "x"], "--report"),
        (vec!["--print-screen", "log", "x"], "logs"),
        (vec!["--print-keys", "--rule-check"], "--rule-check"),
        (vec!["--theme", "pink", "x"], "high-contrast"),
        (vec!["--rule-check", "--follow", "x"], "--runtime"),
        (vec!["rules", "explain", RULE], "CAPTURE"),
    ] {
        let run = run(&arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{arguments:?}");
        assert!(run.stderr.contains(hint), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn unknown_rules_are_bad_usage_with_the_nearest_name() {
    for arguments in [
        vec!["--disable", "otel-log-group-mising", "-"],
        vec!["--severity", "otel-log-group-mising=info", "-"],
        vec!["rules", "show", "otel-log-group-mising"],
    ] {
        let run = run(&arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        assert!(run.stderr.contains("did you mean") && run.stderr.contains(RULE), "{}", run.stderr);
    }
}

#[test]
fn a_file_among_the_rules_is_told() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let run = run(["--rule-check", "--rules", manifest, manifest]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("is a file that is no rule.toml"), "{}", run.stderr);
}

#[test]
fn nothing_named_shows_the_sample_and_says_so() {
    let sample = run::<&str>([]);
    assert_eq!(sample.code, 0, "{}", sample.stderr);
    assert!(sample.stderr.contains("built-in sample incident"), "{}", sample.stderr);
    assert!(sample.stdout.contains("gateway-param-type-mismatch"), "{}", sample.stdout);
}

#[test]
fn a_check_never_judges_the_sample() {
    let check = run(["--rule-check"]);
    assert_eq!(check.code, 2);
    assert_eq!(check.stdout, "");
    assert!(check.stderr.contains("name a CAPTURE"), "{}", check.stderr);
}

#[test]
fn what_is_piped_in_is_read_without_a_dash_too() {
    let piped = run_with_input(&["--rule-check"], FAILURE.as_bytes());
    assert_eq!(piped.code, 1, "{}", piped.stderr);
    assert!(piped.stdout.contains(RULE));
    assert!(piped.stderr.contains("reading standard input"));
}

#[test]
fn a_capture_may_be_called_like_a_subcommand() {
    let folder = Folder::new();
    folder.file("rules", FAILURE);
    let check = triage().current_dir(folder.path()).args(["--rule-check", "rules"]).output().unwrap();
    assert_eq!(check.status.code(), Some(1));
}
