//! Files that the screens write: the report, the signals of one request, accepted findings.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::case::Baseline;
use crate::model::{RequestKey, Timestamp};
use crate::report::{self, Format, rca};
use crate::text::Door;
use crate::tui::message::ExportKind;

use super::answer::Known;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExportError {
    #[error("'{0}' exists already; choose another name")]
    Exists(String),
    #[error("'{path}' cannot be written: {error}")]
    Write { path: String, error: io::Error },
    #[error("no request is selected, so there is nothing to export")]
    NoRequest,
}

/// Writes a file that was not there before; what to tell about it.
pub(super) fn export(
    known: &Known,
    kind: ExportKind,
    request: Option<RequestKey>,
    path: &Path,
    door: Door,
) -> Result<String, ExportError> {
    let mut content = Vec::new();
    let written = match kind {
        ExportKind::Report => write_report(known, is_page(path), door, &mut content),
        ExportKind::Expectation => write_findings(known, door, &mut content),
        ExportKind::Capture => {
            let request = request.ok_or(ExportError::NoRequest)?;
            write_request(known, request, door, &mut content)
        }
    };
    let name = path.display().to_string();
    written.and_then(|()| write_new(path, &content)).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => ExportError::Exists(name.clone()),
        _ => ExportError::Write { path: name.clone(), error },
    })?;
    Ok(match kind {
        ExportKind::Report => format!("report written to {name}"),
        ExportKind::Capture => format!("signals of this request written to {name}"),
        ExportKind::Expectation => format!("findings written to {name}; accept them with --expect {name}"),
    })
}

fn is_page(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        extension.eq_ignore_ascii_case("html") || extension.eq_ignore_ascii_case("htm")
    })
}

fn write_report(known: &Known, is_page: bool, door: Door, out: &mut Vec<u8>) -> io::Result<()> {
    let baseline = Baseline::Automatic;
    let material = rca::Material { case: &known.case, snapshot: &known.snapshot, baseline };
    if is_page {
        rca::html(material, door, VERSION, out)
    } else {
        rca::markdown(material, door, VERSION, out)
    }
}

fn write_findings(known: &Known, door: Door, out: &mut Vec<u8>) -> io::Result<()> {
    let options = report::Options { door, color: false, width: None, fail_on: None, tool_version: VERSION };
    report::write(Format::Json, &known.snapshot, &options, None, out)
}

/// One line per signal in the envelope of a CloudWatch Logs subscription, which keeps group and stream.
fn write_request(known: &Known, request: RequestKey, door: Door, out: &mut Vec<u8>) -> io::Result<()> {
    let Some(request) = known.case.requests().get(request.index()) else { return Ok(()) };
    for (number, link) in request.signals.iter().enumerate() {
        let signal = known.case.signal(link.signal);
        let text = door.pass(&known.case.text(link.signal));
        let millis = signal.timestamp.map(|Timestamp(nanos)| nanos.div_euclid(1_000_000));
        let line = serde_json::json!({
            "messageType": "DATA_MESSAGE",
            "logGroup": signal.origin.log_group,
            "logStream": signal.origin.log_stream,
            "logEvents": [{"id": number.to_string(), "timestamp": millis, "message": text.as_str()}],
        });
        serde_json::to_writer(&mut *out, &line)?;
        out.push(b'\n');
    }
    Ok(())
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = fs::File::options().write(true).create_new(true).open(path)?;
    file.write_all(content).inspect_err(|_| {
        // Half a file would be read as a whole one.
        let _ = fs::remove_file(path);
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::case::{Case, Options};
    use crate::model::{Bytes, Input, Outcome};
    use crate::rules::Catalogue;

    const DOOR: Door = Door { redact: true };

    fn known(inputs: &[(&str, &[u8])]) -> Known {
        let catalogue = Catalogue::builtin().unwrap();
        let options = Options { catalogue, lateness: Duration::ZERO, filter: None };
        let input =
            |(path, bytes): &(&str, &[u8])| Input { path: (*path).into(), bytes: Bytes::new(bytes.to_vec()) };
        let case = Arc::new(Case::open(inputs.iter().map(input).collect(), Vec::new(), &options));
        let snapshot = Arc::new(case.snapshot(&options));
        Known { case, snapshot }
    }

    fn causes(known: &Known) -> BTreeSet<&str> {
        known.snapshot.diagnoses.iter().filter_map(|diagnosis| diagnosis.root_cause.as_deref()).collect()
    }

    #[test]
    fn an_exported_request_fails_for_the_same_cause() {
        let whole = known(&[
            ("gateway.json", include_bytes!("../../samples/schema-mismatch/gateway.json")),
            ("spans.jsonl", include_bytes!("../../samples/schema-mismatch/spans.jsonl")),
        ]);
        let failed = whole.case.requests().iter().find(|request| request.outcome == Outcome::Failed).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("request.jsonl");
        export(&whole, ExportKind::Capture, Some(failed.key), &path, DOOR).unwrap();
        let alone = known(&[("request.jsonl", &fs::read(&path).unwrap())]);
        assert_eq!(causes(&alone), causes(&whole));
        assert_eq!(alone.case.briefs().len(), failed.signals.len());
        assert_eq!(alone.snapshot.failed(), 1);
    }

    #[test]
    fn nothing_is_overwritten_and_no_request_is_told() {
        let empty = known(&[]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("expected.json");
        assert!(export(&empty, ExportKind::Expectation, None, &path, DOOR).unwrap().contains("--expect"));
        let again = export(&empty, ExportKind::Report, None, &path, DOOR).unwrap_err();
        assert!(again.to_string().contains("exists already"), "{again}");
        let none = export(&empty, ExportKind::Capture, None, &folder.path().join("x"), DOOR).unwrap_err();
        assert!(none.to_string().contains("no request"), "{none}");
    }
}
