//! `--expect`: findings that are known and accepted, read from an earlier check document.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use indexmap::IndexMap;
use regex::Regex;
use serde::Deserialize;

use super::document::SCHEMA;
use crate::case::Snapshot;
use crate::model::{Finding, Level};
use crate::text::{Door, SafeText};

/// Why a file of expected findings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ExpectError {
    /// Not JSON, or something follows the document.
    #[error(
        "{path}: not a check document: {reason}; write one with `--rule-check --format json --output {path}`"
    )]
    Syntax {
        /// The file.
        path: String,
        /// What the JSON reader says, with line and column.
        reason: String,
    },
    /// JSON of another kind or version.
    #[error(
        "{path}: `schema` is {found}, this version reads \"{SCHEMA}\"; write the file anew with `--rule-check --format json --output {path}`"
    )]
    Version {
        /// The file.
        path: String,
        /// The schema it names.
        found: String,
    },
    /// The right schema, but a key is missing or has another type.
    #[error(
        "{path}: not a whole check document: {reason}; write it anew with `--rule-check --format json --output {path}`"
    )]
    Shape {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

/// One expected finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expected {
    /// Id of the rule.
    pub rule: SafeText,
    /// The tool of its request.
    pub tool: Option<SafeText>,
    /// Its message when it was accepted.
    pub message: SafeText,
}

/// Expected findings by fingerprint.
#[derive(Clone, Debug, Default)]
pub struct Baseline(BTreeMap<String, Expected>);

/// What differs between a snapshot and a baseline.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Fingerprints that were expected and are there.
    pub(super) accepted: BTreeSet<String>,
    /// Expected findings that are no longer there.
    pub missing: Vec<Expected>,
}

#[derive(Deserialize)]
struct FileDocument {
    findings: Vec<FileFinding>,
}

#[derive(Deserialize)]
struct FileFinding {
    rule: String,
    message: String,
    request: Option<FileRequest>,
    captures: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct FileRequest {
    tool: Option<String>,
}

impl Baseline {
    /// Reads a check document; `path` is only for messages.
    pub fn read(path: &str, bytes: &[u8]) -> Result<Self, ExpectError> {
        let path = || path.to_owned();
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let value: serde_json::Value = serde_json::from_slice(bytes)
            .map_err(|error| ExpectError::Syntax { path: path(), reason: error.to_string() })?;
        if value.get("schema").and_then(|schema| schema.as_str()) != Some(SCHEMA) {
            let found = value.get("schema").map_or_else(|| "missing".to_owned(), ToString::to_string);
            let found = Door { redact: true }.line(&found, 120).to_string();
            return Err(ExpectError::Version { path: path(), found });
        }
        let document: FileDocument = serde_json::from_value(value)
            .map_err(|error| ExpectError::Shape { path: path(), reason: error.to_string() })?;
        Ok(Self(document.findings.into_iter().map(FileFinding::into_expected).collect()))
    }

    /// Which findings of `snapshot` are expected, and which expected ones it lacks. A fingerprint counts once,
    /// however many requests it was seen in.
    pub fn compare(&self, snapshot: &Snapshot) -> Comparison {
        let found: BTreeSet<_> =
            snapshot.findings.iter().map(|finding| fingerprint(finding, snapshot)).collect();
        let missing = self.0.iter().filter(|(print, _)| !found.contains(*print));
        Comparison {
            missing: missing.map(|(_, expected)| expected.clone()).collect(),
            accepted: found.into_iter().filter(|print| self.0.contains_key(print)).collect(),
        }
    }
}

impl FileFinding {
    fn into_expected(self) -> (String, Expected) {
        let door = Door { redact: true };
        let tool = self.request.and_then(|request| request.tool);
        let captures = self.captures.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let print = print(&self.rule, tool.as_deref(), captures);
        let expected = Expected {
            rule: door.line(&self.rule, 200),
            tool: tool.map(|tool| door.line(&tool, 200)),
            message: door.line(&self.message, 400),
        };
        (print, expected)
    }
}

/// Whether the check fails: a finding at or above `fail_on` that is not expected, or an expected one that is gone.
pub fn fails(snapshot: &Snapshot, fail_on: Option<Level>, comparison: Option<&Comparison>) -> bool {
    let Some(level) = fail_on else { return false };
    let accepted = |finding: &Finding| {
        comparison.is_some_and(|known| known.accepted.contains(&fingerprint(finding, snapshot)))
    };
    comparison.is_some_and(|known| !known.missing.is_empty())
        || snapshot.findings.iter().any(|finding| finding.severity >= level && !accepted(finding))
}

/// What makes two findings the same problem: the rule, the tool, and what the rule captured, without what changes
/// from call to call. Readable, and the same whether or not secrets are shown.
pub fn fingerprint(finding: &Finding, snapshot: &Snapshot) -> String {
    let request = finding.request.and_then(|key| snapshot.requests.get(key.index()));
    let tool = request.and_then(|request| snapshot.names.text(request.tool));
    print(&finding.rule, tool, captures_of(&finding.captures))
}

fn captures_of(captures: &IndexMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
    captures.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

fn print<'a>(rule: &str, tool: Option<&str>, captures: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let door = Door { redact: true };
    let steady: BTreeMap<_, _> = captures.filter(|(name, _)| !VOLATILE.contains(name)).collect();
    let mut print = format!("{rule}|{}", door.line(tool.unwrap_or_default(), 2_000));
    for (name, value) in steady {
        let value = door.line(value, 2_000);
        print.push('|');
        print.push_str(name);
        print.push('=');
        match IDS.as_ref() {
            Some(ids) => print.push_str(&ids.replace_all(value.as_str(), "#")),
            None => print.push_str(value.as_str()),
        }
    }
    print
}

/// Captures that differ from call to call.
const VOLATILE: &[&str] = &[
    "attempt",
    "at",
    "count",
    "duration",
    "duration_ms",
    "elapsed",
    "id",
    "line",
    "log_stream",
    "ms",
    "pid",
    "port",
    "request_id",
    "rpc_id",
    "seconds",
    "session",
    "session_id",
    "span_id",
    "time",
    "timestamp",
    "trace_id",
];

/// Ids and times inside a value: UUIDs, long hexadecimal words, timestamps, long numbers.
static IDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let uuid = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
    let time = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?";
    Regex::new(&format!(r"{uuid}|{time}|(?-u:\b)[0-9a-fA-F]{{16,}}(?-u:\b)|\d{{13,}}")).ok()
});

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Baseline, String> {
        Baseline::read("known.json", text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_file_that_is_no_check_document_says_why_and_what_to_do() {
        let other = read(r#"{"schema": "agentcore-triage/check/2", "findings": []}"#).unwrap_err();
        assert!(other.starts_with(r#"known.json: `schema` is "agentcore-triage/check/2""#), "{other}");
        assert!(other.contains("--format json --output known.json"), "{other}");
        assert!(read("[]").unwrap_err().contains("`schema` is missing"));
        let garbage = read(r#"{"schema": "agentcore-triage/check/1", "findings": []} x"#).unwrap_err();
        assert!(garbage.contains("trailing characters at line 1"), "{garbage}");
        let partial = read(r#"{"schema": "agentcore-triage/check/1"}"#).unwrap_err();
        assert!(partial.contains("missing field `findings`"), "{partial}");
        assert!(read("").is_err() && read("{").is_err());
    }

    #[test]
    fn what_changes_from_call_to_call_is_not_in_the_fingerprint() {
        let of = |id: &str, at: &str| {
            print("r", Some("t"), [("field", "f"), ("request_id", id), ("text", at)].into_iter())
        };
        assert_eq!(of("1", "at 2026-01-20T14:00:00.000Z"), of("2", "at 2026-01-21 09:10:11,5"));
        assert_eq!(of("1", "4efaaf4d1e8720b39541901950019ee5"), of("1", "257e7ab0ae32d655"));
        assert_ne!(of("1", "400"), of("1", "403"));
        assert_eq!(of("1", "x"), "r|t|field=f|text=x");
    }
}
