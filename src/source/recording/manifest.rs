//! The manifest of a recorded capture: what was fetched, how far, and what is known to be missing.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::model::Timestamp;

/// Names the contract of the file. Its number grows when a reader of the number before would misunderstand it; a field
/// that may be passed over is added without.
pub const SCHEMA: &str = "agentcore-triage/capture/1";

/// What every schema of a manifest begins with, of whatever number.
const FAMILY: &str = "agentcore-triage/capture/";

/// Name of the file inside the capture's folder.
pub const FILE: &str = "manifest.json";

/// Everything about a capture but the records themselves.
///
/// It is replaced in one step after the records that it counts have reached the disk, so it never promises more
/// than there is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
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
    /// What was asked for and could not be looked up, so that there is no source of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
}

/// Why a manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It is of another program.
    #[error("{FILE} is of schema '{0}', not {SCHEMA}")]
    Foreign(String),
    /// A later program wrote it, and says that this one would misunderstand it.
    #[error(
        "{FILE} is of schema '{schema}', which {} {} does not know (it reads {SCHEMA}); use {tool}, which wrote it, or a newer one",
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION")
    )]
    Newer {
        /// Its schema.
        schema: String,
        /// Who wrote it.
        tool: String,
    },
    /// It says something else than its schema promises.
    #[error("{FILE}: {0}")]
    Broken(#[from] serde_json::Error),
}

impl Manifest {
    /// Reads a manifest. Fields that are unknown are passed over and named, each once: `sources[].checksum`.
    ///
    /// # Errors
    /// When it is of another schema, or breaks its own.
    pub fn parse(text: &[u8]) -> Result<(Self, Vec<String>), ManifestError> {
        let json: Value = serde_json::from_slice(text)?;
        let told = |key: &str| json.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let schema = told("schema");
        if schema != SCHEMA {
            let is_newer = schema.strip_prefix(FAMILY).is_some_and(|number| number.parse::<u32>().is_ok());
            let tool = Some(told("tool")).filter(|tool| !tool.is_empty());
            let tool = tool.unwrap_or_else(|| "the version".to_owned());
            return Err(if is_newer {
                ManifestError::Newer { schema, tool }
            } else {
                ManifestError::Foreign(schema)
            });
        }
        let manifest: Self = serde_json::from_value(json.clone())?;
        let mut unknown = BTreeSet::new();
        passed_over(&json, &serde_json::to_value(&manifest)?, "", &mut unknown);
        Ok((manifest, unknown.into_iter().collect()))
    }

    /// Whether a file says of itself that it is a manifest, of whatever version.
    pub fn is_one(text: &[u8]) -> bool {
        let json: Option<Value> = serde_json::from_slice(text).ok();
        let schema = json.as_ref().and_then(|json| json.get("schema")?.as_str());
        schema.is_some_and(|schema| schema.starts_with(FAMILY))
    }
}

/// Notes the fields of `there` that were not `read`.
fn passed_over(there: &Value, read: &Value, path: &str, unknown: &mut BTreeSet<String>) {
    match (there, read) {
        (Value::Object(there), Value::Object(read)) => {
            for (key, value) in there {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                match read.get(key) {
                    Some(read) => passed_over(value, read, &path, unknown),
                    // What says nothing is not missed: an empty field is left out when it is written again.
                    None if value.is_null() || value.as_array().is_some_and(Vec::is_empty) => {}
                    None => drop(unknown.insert(path)),
                }
            }
        }
        (Value::Array(there), Value::Array(read)) => {
            for (there, read) in there.iter().zip(read) {
                passed_over(there, read, &format!("{path}[]"), unknown);
            }
        }
        _ => {}
    }
}

/// A source that was asked for and of which nothing could be fetched: not even which log groups it has was to be had.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Unread {
    /// What it was asked for as.
    pub kind: Asked,
    /// As it was written.
    pub name: String,
    /// How it was to be reached, as far as is known.
    pub origin: Origin,
    /// What is missing, why, and the command that fetches it.
    pub gap: Hole,
}

/// What a source was asked for as.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asked {
    /// An agent runtime.
    Runtime,
    /// A gateway.
    Gateway,
    /// A log group, or with `*` at its end all whose names begin so.
    LogGroup,
    /// A trace.
    Trace,
}

/// How a source was reached, so that a capture can be gone on with.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
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
pub struct Watched {
    /// Start of their names.
    pub prefix: String,
    /// Where.
    pub origin: Origin,
}

/// One source: a log group, or the traces of an account and Region.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
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
