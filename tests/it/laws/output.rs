//! What leaves the program: the same bytes every time, and nothing that was not meant to.

use agentcore_triage::case::Snapshot;
use agentcore_triage::model::Level;
use agentcore_triage::report::{self, Format};
use agentcore_triage::text::Door;
use rayon::prelude::*;
use serde_json::Value;

use super::{SCENARIOS, files, judge};
use crate::case::{analyse, input};

/// What a hostile or careless program may log. The part that must never be seen again, and the text around it.
const SECRETS: &[(&str, &str)] = &[
    (
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz",
        "aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz",
    ),
    (
        "IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJ",
        "AWS_SESSION_TOKEN=IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJ",
    ),
    (
        "c2lnbmF0dXJlLXBhcnQtb2YtdG9rZW4",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLXBhcnQtb2YtdG9rZW4",
    ),
    ("k3yM4t3r1al0fTheB3arer", "Authorization: Bearer k3yM4t3r1al0fTheB3arer"),
    ("5e55i0nC00k1eVa1ue", "Cookie: sessionid=5e55i0nC00k1eVa1ue; theme=dark"),
    ("hunter2-in-the-url", "postgresql://svc:hunter2-in-the-url@db.internal:5432/trail"),
];

/// Keys whose text reaches people: messages, bodies, exceptions.
const PLANTED: &[&str] =
    &["message", "exception.message", "exception.stacktrace", "stringValue", "body", "outcome"];

fn all_formats(snapshot: &Snapshot) -> Vec<(Format, String)> {
    let options = report::Options {
        door: Door { redact: true },
        color: false,
        width: Some(100),
        fail_on: Some(Level::Error),
        tool_version: "0",
    };
    let write = |format: &Format| {
        let mut out = Vec::new();
        report::write(*format, snapshot, &options, None, &mut out).expect("a Vec takes everything");
        (*format, String::from_utf8(out).expect("reports are UTF-8"))
    };
    Format::ALL.iter().map(write).collect()
}

#[test]
fn two_runs_give_the_same_bytes() {
    SCENARIOS.par_iter().for_each(|scenario| {
        let files = files(scenario);
        let (one, other) = (all_formats(&judge(&files)), all_formats(&judge(&files)));
        for ((format, one), (_, other)) in one.iter().zip(&other) {
            assert!(one == other, "{scenario}: {format:?}");
        }
    });
}

/// Appends `text` to every string below a key of [`PLANTED`]. JSON within a string stays as it is: one record in two.
fn plant(value: &mut Value, text: &str) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(old) if PLANTED.contains(&key.as_str()) && !old.starts_with('{') => {
                        // In front as well: excerpts are cut at the end.
                        *old = format!("{text} \u{1b}[31m{old}\u{1b}[0m {text}");
                    }
                    _ => plant(member, text),
                }
            }
        }
        Value::Array(members) => members.iter_mut().for_each(|member| plant(member, text)),
        _ => {}
    }
}

#[test]
fn no_secret_and_no_escape_sequence_is_shown() {
    let cases: Vec<_> =
        SCENARIOS.iter().flat_map(|scenario| SECRETS.iter().map(move |secret| (scenario, secret))).collect();
    cases.par_iter().for_each(|(scenario, (secret, text))| {
        let planted = files(scenario).into_iter().map(|(name, lines)| {
            let lines: Vec<String> = lines
                .iter()
                .map(|line| {
                    let mut record: Value = serde_json::from_str(line).expect("JSON lines");
                    plant(&mut record, text);
                    record.to_string()
                })
                .collect();
            input(&name, lines.join("\n"))
        });
        for (format, report) in all_formats(&analyse(planted.collect())) {
            assert!(!report.contains(secret), "{scenario}: {secret} in {format:?}");
            assert!(!report.contains('\u{1b}'), "{scenario}: an escape in {format:?}");
        }
    });
}

/// Shown is something: the test above would pass on silence.
#[test]
fn planted_text_is_shown_around_the_secret() {
    let (_, text) = SECRETS[5];
    let line = format!(
        "{text} Failed to export logs batch code: 400, reason: The specified log group does not exist."
    );
    let reports = all_formats(&analyse(vec![input("a.log", line)]));
    assert!(reports.iter().any(|(_, report)| report.contains("@db.internal:5432/trail")), "{reports:?}");
}

/// Brackets that close nothing made the reader of a Gateway's `requestBody` try every way to read them.
#[test]
fn a_request_body_of_stray_brackets_is_read_in_time() {
    let bytes = std::fs::read(crate::case::data("payload").join("hang-request-body.bin")).expect("test data");
    let text = String::from_utf8_lossy(&bytes[1..]).into_owned();
    assert_eq!(analyse(vec![input("gateway.jsonl", text)]).inputs.len(), 1);
}
