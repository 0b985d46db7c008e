//! Runs a case in this process: captures in, snapshot out.

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use agentcore_triage::case::{self, Options, Snapshot};
use agentcore_triage::model::{Bytes, Evidence, Finding, Input, RequestKey};
use agentcore_triage::rules::Catalogue;

/// The built-in rules, compiled once for all tests.
pub(crate) static OPTIONS: LazyLock<Options> = LazyLock::new(|| Options {
    catalogue: Catalogue::builtin().unwrap_or_else(|errors| panic!("built-in rules: {errors:?}")),
    lateness: Duration::ZERO,
    filter: None,
});

/// The folder of test data called `name`.
pub(crate) fn data(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// An input that is called `path`.
pub(crate) fn input(path: &str, bytes: impl Into<Vec<u8>>) -> Input {
    Input { path: path.to_owned(), bytes: Bytes::new(bytes.into()) }
}

/// Judges `inputs` by the built-in rules.
pub(crate) fn analyse(inputs: Vec<Input>) -> Snapshot {
    case::analyse(inputs, Vec::new(), &OPTIONS)
}

/// Where a piece of evidence is, and how its message starts.
pub(crate) fn excerpt(snapshot: &Snapshot, evidence: &Evidence) -> String {
    let signal = &snapshot.evidence[&evidence.signal];
    let place = &signal.origin;
    let start: String = signal.message.lines().next().unwrap_or_default().chars().take(120).collect();
    format!("{}:{} {start}", place.path, place.line)
}

/// A request by what its records state, since keys depend on the order of the input.
pub(crate) fn request(snapshot: &Snapshot, key: Option<RequestKey>) -> String {
    let Some(request) = key.map(|key| &snapshot.requests[key.0 as usize]) else {
        return "the capture".to_owned();
    };
    let ids = [request.request, request.session].map(|id| snapshot.names.id(id));
    let ids = (ids, snapshot.names.text(request.tool));
    format!("{:?} {ids:?} {:?} {:?}", snapshot.names.trace(request.trace), request.window, request.outcome)
}

/// What a finding claims, without the lines that re-cutting a capture moves.
pub(crate) fn claim(snapshot: &Snapshot, finding: &Finding) -> String {
    format!(
        "{} {} {:?} ×{} on {}",
        finding.rule,
        finding.severity,
        finding.captures,
        finding.occurrences,
        request(snapshot, finding.request)
    )
}
