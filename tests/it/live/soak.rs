//! The soak: a thousand events a second for as long as wanted, with a fault every few seconds. Every event is accounted
//! for and memory stays flat. `scripts/soak SECONDS` runs it.

use std::env;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::run::{Running, collect, finish};
use super::stub::{DEADLINE, End, Fault, Injection, Put, Stub, Visible};
use super::{millis, now};
use crate::program::Folder;

/// Log groups, each with [`STREAMS`] streams.
const GROUPS: u64 = 4;
const STREAMS: u64 = 5;

/// Events a second.
const RATE: u64 = 1_000;

/// Time between two faults.
const FAULT_EVERY: Duration = Duration::from_secs(3);

/// One event in so many is late, by up to [`LATEST`].
const LATE_EVERY: u64 = 50;
const LATEST: u64 = 20_000;

/// Events older than this are forgotten by the stand-in: nobody asks for them any more.
const KEPT_MS: i64 = 20 * 60 * 1_000;

/// What the program may hold at most, and how much more in the last quarter than in the second.
const MOST_KB: u64 = 300_000;
const GROWTH: f64 = 1.25;

fn group(number: u64) -> String {
    format!("/aws/bedrock-agentcore/runtimes/agent_{number}-a1b2c3d4e5-DEFAULT")
}

/// Memory and CPU of the program at a moment.
struct Sample {
    second: u64,
    resident_kb: u64,
    cpu_seconds: f64,
}

/// Everything that the run needs.
struct Soak {
    stub: Stub,
    folder: Folder,
    put: u64,
    faults: u64,
    samples: Vec<Sample>,
}

#[test]
#[ignore = "takes as long as it is told: scripts/soak SECONDS"]
fn every_event_is_accounted_for_and_memory_stays_flat() {
    let seconds: u64 = env::var("SOAK_SECONDS").map_or(120, |seconds| seconds.parse().expect("seconds"));
    let mut soak =
        Soak { stub: Stub::start(), folder: Folder::new(), put: 0, faults: 0, samples: Vec::new() };
    let running = soak.start();
    soak.load(&running, Duration::from_secs(seconds));
    soak.stub.with(|world| {
        world.faults.clear();
        world.tail.ends.clear();
    });
    soak.quiet();
    running.interrupt();
    let run = running.end(Duration::from_secs(30));
    let stopped = soak.account();
    let mut again = soak.collect(&["--resume"]);
    again.arg(soak.capture());
    let resumed_run = finish(again);
    let resumed = soak.account();
    soak.report(seconds, &stopped, &resumed);
    assert_eq!(stopped.unexplained, 0, "lost without a stated gap when stopped: {}", run.stderr);
    assert_eq!((resumed.lost, resumed.twice), (0, 0), "after --resume: {}", resumed_run.stderr);
    assert_eq!(stopped.twice, 0);
    soak.assert_flat();
}

impl Soak {
    fn capture(&self) -> PathBuf {
        self.folder.path().join("capture")
    }

    /// `collect`, of the program that `SOAK_PROGRAM` names or of that which was built with the tests.
    fn collect(&self, arguments: &[&str]) -> Command {
        let built = collect(&self.stub, self.folder.path(), arguments);
        let Some(program) = env::var_os("SOAK_PROGRAM") else { return built };
        let mut command = Command::new(program);
        command.env_clear().envs(built.get_envs().filter_map(|(key, value)| Some((key, value?))));
        command
            .stdin(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .args(built.get_args());
        command
    }

    fn start(&self) -> Running {
        self.stub.with(|world| (0..GROUPS).for_each(|number| world.logs.create(&group(number))));
        let mut command = self.collect(&["--follow", "--since", "1m"]);
        for number in 0..GROUPS {
            command.arg("--log-group").arg(group(number));
        }
        command.arg("--out").arg(self.capture());
        // Warnings of half an hour are of no interest, and must not fill a pipe.
        command.stderr(File::create(self.folder.path().join("stderr")).expect("a file"));
        let running = Running::start(command);
        self.stub.wait("every group is searched", |world| {
            (0..GROUPS).all(|number| world.logs.searches(&group(number)) > 0)
        });
        running
    }

    /// Puts events and faults for `time`, and takes samples.
    fn load(&mut self, running: &Running, time: Duration) {
        let start = now();
        let mut next_fault = start + FAULT_EVERY;
        let mut next_sample = start;
        while start.elapsed() < time {
            let due = (start.elapsed().as_secs_f64() * RATE as f64) as u64;
            self.put_until(due);
            if now() >= next_fault {
                next_fault += FAULT_EVERY;
                self.fault();
            }
            if now() >= next_sample {
                next_sample += Duration::from_secs(1);
                self.samples.extend(sample(running.id(), start.elapsed().as_secs()));
                self.stub.with(|world| world.logs.forget(millis() - KEPT_MS));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn put_until(&mut self, due: u64) {
        let at = millis();
        let instant = now();
        self.stub.with(|world| {
            for number in self.put..due {
                let message = format!("{number} {}", "the text of an ordinary log line ".repeat(4));
                let stream = format!("2026/01/20/[runtime-logs]{}", number / GROUPS % STREAMS);
                let mut put = Put::new(&stream, at - (number % 7) as i64, message);
                if number.is_multiple_of(LATE_EVERY) {
                    let late = number / LATE_EVERY * 1_237 % LATEST;
                    put = put.visible(Visible::From(instant + Duration::from_millis(late)));
                }
                world.logs.put(&group(number % GROUPS), [put]);
            }
        });
        self.put = self.put.max(due);
    }

    fn fault(&mut self) {
        let faults = [
            Fault::Throttled,
            Fault::ResetBefore,
            Fault::Unavailable,
            Fault::ResetWithin,
            Fault::Internal,
            Fault::ClosedWithin,
            Fault::Garbage,
            Fault::Slow(Duration::from_secs(1)),
            Fault::Denied,
            Fault::Expired,
        ];
        let ends = [End::Timeout, End::Torn, End::Closed, End::Streaming, End::Garbage];
        let number = self.faults as usize;
        self.faults += 1;
        self.stub.inject(Injection::new("FilterLogEvents", faults[number % faults.len()].clone()));
        self.stub.with(|world| {
            if world.tail.ends.is_empty() {
                world.tail.ends.push_back((10, ends[number % ends.len()]));
            }
        });
    }

    /// Waits until all is visible and has been searched for.
    fn quiet(&self) {
        let visible = now() + Duration::from_millis(LATEST);
        std::thread::sleep(visible.saturating_duration_since(now()));
        for number in 0..GROUPS {
            let group = group(number);
            let fresh = self.stub.with(|world| world.logs.fresh(&group));
            self.stub
                .wait_for("two more searches", DEADLINE * 2, |world| world.logs.fresh(&group) >= fresh + 2);
        }
    }

    /// Counts what the capture holds.
    fn account(&self) -> Account {
        let mut seen = vec![0_u8; self.put as usize];
        let manifest: Value =
            serde_json::from_slice(&fs::read(self.capture().join("manifest.json")).unwrap()).unwrap();
        for source in
            manifest["sources"].as_array().unwrap().iter().filter(|source| source["kind"] == "log-group")
        {
            count(&self.capture(), source, &mut seen);
        }
        let (mut lost, mut twice) = (0, 0);
        for count in seen {
            lost += u64::from(count == 0);
            twice += u64::from(count > 1);
        }
        let has_gap = manifest["sources"]
            .as_array()
            .unwrap()
            .iter()
            .any(|source| source["gaps"].as_array().is_some_and(|gaps| !gaps.is_empty()));
        Account { lost, twice, unexplained: if has_gap { 0 } else { lost } }
    }

    #[allow(clippy::print_stderr, reason = "its figures are what a soak is run for")]
    fn report(&self, seconds: u64, stopped: &Account, resumed: &Account) {
        let mut text = String::new();
        let (met, sessions, served, calls) = self.stub.with(|world| {
            (world.faults.met, world.tail.started, world.served, world.count("logs:FilterLogEvents"))
        });
        let _ = writeln!(
            text,
            "soak: {seconds} s, {} events put, {} lost and {} twice when stopped, {} lost and {} twice after --resume",
            self.put, stopped.lost, stopped.twice, resumed.lost, resumed.twice
        );
        let _ = writeln!(
            text,
            "soak: {met} faults met, {sessions} Live Tail sessions, {calls} calls of FilterLogEvents, {served} events served"
        );
        let tenth = (self.samples.len() / 10).max(1);
        for sample in self.samples.iter().skip(tenth - 1).step_by(tenth) {
            let _ = writeln!(
                text,
                "soak: at {:>5} s: {:>7} KiB resident, {:>7.1} s of CPU",
                sample.second, sample.resident_kb, sample.cpu_seconds
            );
        }
        eprint!("{text}");
    }

    fn assert_flat(&self) {
        let most = |samples: &[Sample]| samples.iter().map(|sample| sample.resident_kb).max().unwrap_or(0);
        let quarter = self.samples.len() / 4;
        let (early, late) = (most(&self.samples[quarter..2 * quarter]), most(&self.samples[3 * quarter..]));
        assert!(late < MOST_KB, "{late} KiB resident");
        // Ids are remembered for a quarter of an hour: before that growth is meant.
        if self.samples.len() > 1_700 {
            assert!((late as f64) < early as f64 * GROWTH, "memory grows: {early} KiB, then {late} KiB");
        }
    }
}

/// What became of the events.
struct Account {
    lost: u64,
    twice: u64,
    /// Lost although no gap is stated.
    unexplained: u64,
}

fn count(folder: &Path, source: &Value, seen: &mut [u8]) {
    let file = File::open(folder.join(source["file"].as_str().unwrap())).unwrap();
    let mut left = source["bytes"].as_u64().unwrap();
    let mut lines = BufReader::new(file);
    let mut line = Vec::new();
    while left > 0 {
        line.clear();
        left -= lines.read_until(b'\n', &mut line).unwrap() as u64;
        let record: Value = serde_json::from_slice(&line).unwrap();
        let number = record["message"].as_str().unwrap().split(' ').next().unwrap();
        let number: usize = number.parse().unwrap();
        seen[number] = seen[number].saturating_add(1);
    }
}

/// Reads `/proc`; nothing where there is none.
fn sample(id: u32, second: u64) -> Option<Sample> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // Fields 14 and 15, counted behind the name, which may hold spaces; a tick is a hundredth of a second.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: f64 = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(Sample {
        second,
        resident_kb: resident.trim().trim_end_matches(" kB").parse().ok()?,
        cpu_seconds: ticks / 100.0,
    })
}
