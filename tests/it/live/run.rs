//! The program beside the stand-in: started, stopped, and its capture held against what was put.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::now;
use super::stub::{DEADLINE, REGION, Stub};
use crate::program::{self, Run};

/// The group of most tests.
pub(super) const GROUP: &str = "/aws/bedrock-agentcore/runtimes/my_agent-a1b2c3d4e5-DEFAULT";

/// The program with the credentials that the stand-in expects, and `home` to look for others.
pub(super) fn triage(home: &Path) -> Command {
    let mut command = program::triage();
    command
        .env("HOME", home)
        .env("NO_COLOR", "1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ACCESS_KEY_ID", "AKIDTEST")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_REGION", REGION);
    command
}

/// `collect` against `stub`, not started yet.
pub(super) fn collect<A: AsRef<OsStr>>(
    stub: &Stub,
    home: &Path,
    arguments: impl IntoIterator<Item = A>,
) -> Command {
    let mut command = triage(home);
    command.env("AWS_ENDPOINT_URL", stub.url()).arg("collect").args(arguments);
    command
}

/// Longest a run may take that nobody stops.
const RUN: Duration = Duration::from_secs(90);

/// A run to its end.
pub(super) fn finish(command: Command) -> Run {
    Running::start(command).end(RUN)
}

/// A program that runs beside the test, and is killed with it.
pub(super) struct Running(Option<Child>);

impl Running {
    /// Starts it.
    pub(super) fn start(mut command: Command) -> Self {
        // What nobody reads must not fill a pipe and stop the program.
        command.stdout(Stdio::null());
        Self(Some(command.spawn().expect("the binary runs")))
    }

    /// Its process id.
    pub(super) fn id(&self) -> u32 {
        self.0.as_ref().expect("it runs").id()
    }

    /// As Ctrl-C.
    pub(super) fn interrupt(&self) {
        self.signal("INT");
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.id())]).status();
        assert!(sent.expect("a shell").success());
    }

    /// Kills it between two instructions.
    pub(super) fn kill(mut self) {
        let mut child = self.0.take().expect("it runs");
        child.kill().expect("it can be killed");
        child.wait().expect("it is over");
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it does not end within `limit`.
    pub(super) fn end(self, limit: Duration) -> Run {
        self.output(limit).into()
    }

    /// The same for one that a signal may end.
    ///
    /// # Panics
    /// As [`end`](Self::end).
    pub(super) fn output(mut self, limit: Duration) -> Output {
        let deadline = now() + limit;
        let child = self.0.as_mut().expect("it runs");
        while child.try_wait().expect("its state").is_none() {
            assert!(now() < deadline, "it did not end within {limit:?}");
            std::thread::sleep(Duration::from_millis(2));
        }
        self.0.take().expect("it ran").wait_with_output().expect("its output")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Waits for something outside of the stand-in.
///
/// # Panics
/// With `what` when it does not come true in time.
pub(super) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = now() + DEADLINE;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Group, stream, time and text: what makes an event, whoever numbered it.
pub(super) type Seen = (String, String, i64, String);

/// How often each event is there.
pub(super) type Count = BTreeMap<Seen, u64>;

/// A capture as its manifest promises it.
#[derive(Debug)]
pub(super) struct Capture {
    /// The manifest.
    pub(super) manifest: Value,
    /// Every record of a log group, with the number of times it is there.
    pub(super) events: Count,
}

impl Capture {
    /// Reads `folder`; `None` while there is no manifest.
    ///
    /// # Panics
    /// When a file is shorter than promised, or a record is no JSON.
    pub(super) fn read(folder: &Path) -> Option<Self> {
        let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).ok()?).unwrap();
        let mut events = Count::new();
        for source in
            manifest["sources"].as_array().unwrap().iter().filter(|source| source["kind"] == "log-group")
        {
            let file = folder.join(source["file"].as_str().unwrap());
            let bytes = fs::read(&file).unwrap();
            let promised = source["bytes"].as_u64().unwrap() as usize;
            assert!(bytes.len() >= promised, "{} holds less than the manifest says", file.display());
            let lines: Vec<&[u8]> = bytes[..promised].split_inclusive(|byte| *byte == b'\n').collect();
            assert_eq!(lines.len() as u64, source["records"].as_u64().unwrap(), "{}", file.display());
            for line in lines {
                *events.entry(seen(source["name"].as_str().unwrap(), line)).or_default() += 1;
            }
        }
        Some(Self { manifest, events })
    }

    /// The gaps of every source, one JSON value for each.
    pub(super) fn gaps(&self) -> Vec<&Value> {
        let sources = self.manifest["sources"].as_array().unwrap();
        sources.iter().flat_map(|source| source["gaps"].as_array().unwrap()).collect()
    }
}

fn seen(group: &str, line: &[u8]) -> Seen {
    let record: Value = serde_json::from_slice(line).unwrap();
    let text = |key: &str| record[key].as_str().unwrap_or_else(|| panic!("{key}: {record}")).to_owned();
    (group.to_owned(), text("logStreamName"), record["timestamp"].as_i64().unwrap(), text("message"))
}

/// Holds the capture in `folder` against everything that was put: nothing lost, nothing twice.
///
/// # Panics
/// When something is missing or there too often.
pub(super) fn assert_whole(stub: &Stub, folder: &Path, what: &str) {
    let put = stub.with(|world| world.logs.put_so_far());
    let capture = Capture::read(folder).unwrap_or_else(|| panic!("{what}: no capture"));
    let times = |count: &Count, event: &Seen| count.get(event).copied().unwrap_or(0);
    let lost: Vec<_> = put.iter().filter(|(event, count)| times(&capture.events, event) < **count).collect();
    let twice: Vec<_> = capture.events.iter().filter(|(event, count)| times(&put, event) < **count).collect();
    assert!(
        lost.is_empty() && twice.is_empty(),
        "{what}: of {} events {} are lost and {} there too often: {:?} {:?}\n{}",
        put.len(),
        lost.len(),
        twice.len(),
        lost.first(),
        twice.first(),
        capture.manifest,
    );
}
