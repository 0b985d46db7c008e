//! The manifest of a recorded capture: what was fetched, how far, and what is known to be missing.

use serde::{Deserialize, Deserializer, Serialize};

use crate::model::Timestamp;

/// Names the contract of the file.
pub const SCHEMA: &str = "agentcore-triage/capture/1";

/// Name of the file inside the capture's folder.
pub const FILE: &str = "manifest.json";

/// Everything about a capture but the records themselves.
///
/// It is replaced in one step after the records that it counts have reached the disk, so it never promises more
/// than there is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: String,
    /// Who wrote it: name and version of the program.
    pub tool: String,
    /// Whether secrets were masked before anything was written.
    pub redacted: bool,
    /// What it was fetched from, in the order in which it was asked for.
    pub sources: Vec<Recorded>,
    /// Where further log groups were looked for while it was written.
    pub prefixes: Vec<Watched>,
}

/// How a source was reached, so that a capture can be gone on with.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Account id, when known.
    pub account: Option<String>,
    /// Region.
    pub region: String,
    /// Profile, when one was named.
    pub profile: Option<String>,
    /// Role that was assumed.
    pub role_arn: Option<String>,
}

/// A prefix under which log groups may appear.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watched {
    /// Start of their names.
    pub prefix: String,
    /// Where.
    pub origin: Origin,
}

/// One source: a log group, or the traces of an account and Region.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// What it is.
    pub kind: Kind,
    /// Name or ARN.
    pub name: String,
    /// Where it is.
    pub origin: Origin,
    /// CloudWatch filter pattern: events that do not match it were not asked for.
    pub pattern: Option<String>,
    /// File of its records, relative to the folder.
    pub file: String,
    /// How many bytes of that file are records; what lies beyond was cut off by a crash.
    pub bytes: u64,
    /// Records in those bytes.
    pub records: u64,
    /// Start of the window that was asked for.
    #[serde(deserialize_with = "instant")]
    pub since: Option<Timestamp>,
    /// End of the window, `None` while it is followed.
    #[serde(deserialize_with = "instant")]
    pub until: Option<Timestamp>,
    /// Everything up to here has been fetched, and repeated until nothing more came.
    #[serde(deserialize_with = "instant")]
    pub settled: Option<Timestamp>,
    /// Up to here it was looked at once more, much later.
    #[serde(deserialize_with = "instant")]
    pub rechecked: Option<Timestamp>,
    /// Stretches that are known to be missing.
    pub gaps: Vec<Hole>,
    /// Which traces were asked for; a log group has none, and an older capture does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traces: Option<AskedTraces>,
}

/// Which traces of an account and Region are collected.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedTraces {
    /// Those asked for by id.
    pub ids: Vec<String>,
    /// Whether those that log events name are fetched.
    pub from_logs: bool,
    /// X-Ray filter expression of the indexed traces that are fetched; `None` for none.
    pub indexed: Option<String>,
}

/// Kind of a source.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A CloudWatch log group.
    LogGroup,
    /// X-Ray traces.
    Traces,
}

/// A stretch of event time that could not be fetched.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hole {
    /// From.
    #[serde(deserialize_with = "instant")]
    pub start: Option<Timestamp>,
    /// To.
    #[serde(deserialize_with = "instant")]
    pub end: Option<Timestamp>,
    /// Why.
    pub reason: String,
    /// The command that fetches it.
    pub fill: Option<String>,
}

fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let unread = || serde::de::Error::custom(format!("'{text}' is no RFC 3339 time"));
    Timestamp::parse(&text).ok_or_else(unread).map(Some)
}
