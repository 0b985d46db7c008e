//! Files that the screens write: the report, the capture of one request, accepted findings.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::case::Baseline;
use crate::model::RequestKey;
use crate::report::{self, Format, rca};
use crate::text::Door;
use crate::tui::message::ExportKind;

use super::answer::Known;
use super::judge::Judge;
use super::minimal::Minimal;

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
    (judge, door): (&Judge, Door),
) -> Result<String, ExportError> {
    let path = &place(path);
    let name = path.display().to_string();
    let fails = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => ExportError::Exists(name.clone()),
        _ => ExportError::Write { path: name.clone(), error },
    };
    let mut content = Vec::new();
    let told = match kind {
        ExportKind::Report => {
            write_report(known, is_page(path), door, &mut content).map_err(fails)?;
            format!("report written to {name}")
        }
        ExportKind::Expectation => {
            write_findings(known, door, &mut content).map_err(fails)?;
            format!("findings written to {name}; accept them with --expect {name}")
        }
        ExportKind::Capture => {
            let request = request.ok_or(ExportError::NoRequest)?;
            let minimal = Minimal::new(known, request, judge, door).ok_or(ExportError::NoRequest)?;
            let told = told_of(&minimal, &name);
            content = minimal.content;
            told
        }
    };
    write_new(path, &content).map_err(fails)?;
    Ok(told)
}

/// Whoever shares a capture should know what it holds, and what it no longer says.
fn told_of(minimal: &Minimal, name: &str) -> String {
    match (&minimal.lost, minimal.others) {
        (Some(cause), _) => {
            format!("this request written to {name}; '{cause}' rests on more of the capture, which it lacks")
        }
        (None, 0) => format!("signals of this request written to {name}"),
        (None, others) => {
            format!("this request, and {others} more records that its verdict rests on, written to {name}")
        }
    }
}

/// The path in full, so that the file is found; `~/` is the home folder, as in a shell.
fn place(path: &Path) -> PathBuf {
    let at_home = path.strip_prefix("~").ok().and_then(|rest| Some(std::env::home_dir()?.join(rest)));
    let path = at_home.unwrap_or_else(|| path.to_owned());
    std::path::absolute(&path).unwrap_or(path)
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
    use std::sync::{Arc, LazyLock};
    use std::time::Duration;

    use super::*;
    use crate::case::{Case, Options};
    use crate::model::{Bytes, Input, Outcome};
    use crate::rules::{Catalogue, Switches};

    const DOOR: Door = Door { redact: true };

    static OPTIONS: LazyLock<Arc<Options>> = LazyLock::new(|| {
        let catalogue = Catalogue::builtin().unwrap();
        Arc::new(Options { catalogue, lateness: Duration::ZERO, filter: None })
    });

    fn export(
        known: &Known,
        kind: ExportKind,
        request: Option<RequestKey>,
        path: &Path,
    ) -> Result<String, ExportError> {
        let judge = Judge::new(OPTIONS.clone(), Switches::default());
        super::export(known, kind, request, path, (&judge, DOOR))
    }

    fn known(inputs: &[(&str, &[u8])]) -> Known {
        let input =
            |(path, bytes): &(&str, &[u8])| Input { path: (*path).into(), bytes: Bytes::new(bytes.to_vec()) };
        let case = Arc::new(Case::open(inputs.iter().map(input).collect(), Vec::new(), &OPTIONS));
        let snapshot = Arc::new(case.snapshot(&OPTIONS));
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
        export(&whole, ExportKind::Capture, Some(failed.key), &path).unwrap();
        let alone = known(&[("request.jsonl", &fs::read(&path).unwrap())]);
        assert_eq!(causes(&alone), causes(&whole));
        assert_eq!(alone.case.briefs().len(), failed.signals.len());
        assert_eq!(alone.snapshot.failed(), 1);
    }

    /// Rules whose verdict on a request rests on other records too, some of them on what is absent elsewhere.
    const WIDE: [&str; 7] = [
        "credentials/creds-role-chaining",
        "gateway/gateway-hang-no-response",
        "gateway/gateway-silent-reject-no-runtime",
        "protocol/mcp-event-loop-blocked",
        "runtime/runtime-memory-cpu-limit",
        "runtime/runtime-no-logs-at-all",
        "runtime/runtime-python-memory-error",
    ];

    /// The first example of each with a root cause: the request and its cause.
    fn examples() -> impl Iterator<Item = (Known, RequestKey, String)> {
        WIDE.iter().map(|rule| {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules").join(rule);
            let mut paths: Vec<PathBuf> =
                fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
            paths.sort();
            let is_match = |path: &&PathBuf| {
                path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("match"))
            };
            let read = |path: &PathBuf| {
                let whole = known(&[("capture.jsonl", &fs::read(path).unwrap())]);
                let diagnoses = &whole.snapshot.diagnoses;
                let found =
                    diagnoses.iter().find_map(|found| Some((found.request?, found.root_cause.clone()?)));
                found.map(|(request, cause)| (whole, request, cause))
            };
            paths.iter().filter(is_match).find_map(read).expect("an example with a root cause")
        })
    }

    #[test]
    fn a_request_alone_fails_for_the_same_cause_or_that_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut lost = Vec::new();
        for (whole, request, cause) in examples() {
            let path = folder.path().join(format!("{cause}.jsonl"));
            let told = export(&whole, ExportKind::Capture, Some(request), &path).unwrap();
            let alone = known(&[("request.jsonl", &fs::read(&path).unwrap())]);
            if causes(&alone).contains(cause.as_str()) {
                assert!(!told.contains("lacks"), "{told}");
            } else {
                assert!(told.contains(&format!("'{cause}' rests on more")), "{told}");
                lost.push(cause);
            }
        }
        assert_eq!(
            lost,
            ["runtime-no-logs-at-all"],
            "no capture of a request can show that nothing else is there"
        );
    }

    #[test]
    fn nothing_is_overwritten_and_no_request_is_told() {
        let empty = known(&[]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("expected.json");
        assert!(export(&empty, ExportKind::Expectation, None, &path).unwrap().contains("--expect"));
        let again = export(&empty, ExportKind::Report, None, &path).unwrap_err();
        assert!(again.to_string().contains("exists already"), "{again}");
        let none = export(&empty, ExportKind::Capture, None, &folder.path().join("x")).unwrap_err();
        assert!(none.to_string().contains("no request"), "{none}");
    }
}
