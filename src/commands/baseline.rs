//! `--baseline CAPTURE|REQUEST`: what a failing request is compared with.

use std::path::Path;

use anyhow::{Context, bail};

use crate::case::{Baseline, Case, Options};
use crate::model::{Names, Request, RequestKey, TraceId};
use crate::text::Door;

use super::captures;

/// Fewest characters of an id that name a request: shorter ones are typing mistakes more often than ids.
const MIN_PREFIX: usize = 8;
/// Most candidates that an error lists.
const MAX_LISTED: usize = 8;

/// Longest id or tool in an error, in characters.
const MAX_WORD: usize = 120;

/// What a person named as healthy.
#[derive(Debug)]
pub enum NamedBaseline {
    /// A request of the capture that is judged.
    Request(RequestKey),
    /// Another capture.
    Capture {
        /// Everything read and correlated.
        case: Box<Case>,
        /// How outputs name it: the path as given.
        label: String,
    },
}

impl NamedBaseline {
    /// What [`Case::compare`] wants.
    pub fn as_baseline(&self) -> Baseline<'_> {
        match self {
            Self::Request(key) => Baseline::Request(*key),
            Self::Capture { case, label } => Baseline::Capture { case, label, request: None },
        }
    }
}

/// Finds what `named` stands for: an existing path is a capture, everything else a request of `case`, by trace id,
/// request id or the unique beginning of one.
///
/// # Errors
/// When the path cannot be read, or no request or several have the id.
pub fn resolve(named: &str, case: &Case, options: &Options) -> anyhow::Result<NamedBaseline> {
    let path = Path::new(named);
    if path.exists() {
        let loaded = captures::load(&[path.to_owned()], true).context("--baseline")?;
        if let Some(issue) = loaded.issues.iter().find(|issue| issue.fatal) {
            bail!("--baseline: '{}' cannot be read: {}", issue.path, issue.message);
        }
        let (inputs, opening) = loaded.split();
        let case = Box::new(Case::open(inputs, opening, options));
        return Ok(NamedBaseline::Capture { case, label: named.to_owned() });
    }
    match request_named(named, case.requests(), case.names()) {
        Named::One(key) => Ok(NamedBaseline::Request(key)),
        Named::TooShort => bail!(
            "--baseline: there is no file or folder '{named}', and it is too short for an id; \
             give {MIN_PREFIX} characters of a trace id or request id at least"
        ),
        Named::None => bail!(
            "--baseline: '{named}' is neither a file or folder nor the beginning of a trace id or request id of \
             this capture"
        ),
        Named::Several(keys) => bail!(several(named, &keys, case)),
    }
}

/// Which request an id names.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Named {
    One(RequestKey),
    None,
    TooShort,
    Several(Vec<RequestKey>),
}

/// A whole id wins over the beginning of another.
fn request_named(named: &str, requests: &[Request], names: &Names) -> Named {
    let named = named.trim().to_ascii_lowercase();
    let keys = |matches: &dyn Fn(&str, &str) -> bool| -> Vec<RequestKey> {
        let trace = TraceId::parse(named.as_bytes()).map_or_else(|| plain(&named), |id| id.to_string());
        let is_named = |request: &&Request| {
            let id = names.id(request.request).map(|id| id.to_ascii_lowercase());
            names.trace(request.trace).is_some_and(|id| matches(&id.to_string(), &trace))
                || id.is_some_and(|id| matches(&id, &named))
        };
        requests.iter().filter(is_named).map(|request| request.key).collect()
    };
    let mut found = keys(&|id, named| id == named);
    if found.is_empty() {
        if named.chars().count() < MIN_PREFIX {
            return Named::TooShort;
        }
        found = keys(&|id, named| id.starts_with(named));
    }
    match found.as_slice() {
        [] => Named::None,
        [one] => Named::One(*one),
        _ => Named::Several(found),
    }
}

/// The beginning of an X-Ray trace id in the spelling of OpenTelemetry.
fn plain(named: &str) -> String {
    named.strip_prefix("1-").map_or_else(|| named.to_owned(), |rest| rest.replacen('-', "", 1))
}

/// Ids and tools are log text, so that they pass the door.
fn several(named: &str, keys: &[RequestKey], case: &Case) -> String {
    let line = |key: &RequestKey| {
        let request = &case.requests()[key.index()];
        let shown = |text: &str| Door { redact: true }.line(text, MAX_WORD);
        let id = shown(case.names().id(request.request).as_deref().unwrap_or("no request id"));
        let tool = shown(case.names().text(request.tool).unwrap_or("no tool"));
        format!("\n  {id}  {tool}  {}", request.outcome)
    };
    let listed: String = keys.iter().take(MAX_LISTED).map(line).collect();
    let more = keys.len().saturating_sub(MAX_LISTED);
    let rest = if more > 0 { format!("\n  and {more} more") } else { String::new() };
    format!("--baseline: '{named}' names {} requests; give the request id of one:{listed}{rest}", keys.len())
}
