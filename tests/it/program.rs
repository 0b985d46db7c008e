//! Runs the real binary in a scrubbed environment.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A line that a built-in rule names with certainty, as pasted from a terminal.
pub(crate) const FAILURE: &str =
    "Failed to export logs batch code: 400, reason: The specified log group does not exist.\n";

/// A line that says nothing.
pub(crate) const HEALTHY: &str = "2026-01-20 14:00:00,000 - server - INFO - started\n";

/// The rule that [`FAILURE`] is about.
pub(crate) const RULE: &str = "otel-log-group-missing";

/// The binary without arguments, with nothing in its environment and nothing on standard input.
pub(crate) fn triage() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_agentcore-triage"));
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a run gave.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("ended by itself"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on stdout"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on stderr"),
        }
    }
}

/// Runs with `arguments`.
pub(crate) fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Run {
    triage().args(arguments).output().expect("the binary runs").into()
}

/// Runs with `arguments` and `input` on standard input, which is then closed.
pub(crate) fn run_with_input(arguments: &[&str], input: &[u8]) -> Run {
    let mut child = triage().args(arguments).stdin(Stdio::piped()).spawn().expect("the binary runs");
    child.stdin.take().expect("piped").write_all(input).expect("the binary reads");
    child.wait_with_output().expect("the binary ends").into()
}

/// The check document of a run with `arguments`.
pub(crate) fn document(arguments: &[&Path]) -> serde_json::Value {
    let run = run(["--rule-check", "--format", "json"]
        .iter()
        .map(OsStr::new)
        .chain(arguments.iter().map(|path| path.as_os_str())));
    serde_json::from_str(&run.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}\n{}", run.stdout, run.stderr))
}

/// Ids of the rules that a check document's findings name, in order.
pub(crate) fn rules(document: &serde_json::Value) -> Vec<&str> {
    let findings = document["findings"].as_array().expect("findings");
    findings.iter().map(|finding| finding["rule"].as_str().expect("a rule id")).collect()
}

/// A folder that is deleted at the end, with files in it.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes `content` to `name` and returns its path.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).expect("the folder can be written to");
        path
    }
}
