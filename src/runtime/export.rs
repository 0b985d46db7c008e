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
