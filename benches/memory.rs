//! What a case costs in memory, step by step: live bytes at the end of each step, the most there was in it, and both per
//! signal. Mapped pages do not count.
//!
//! The steps count everything that was allocated since the rules were loaded: also the automata and expressions that the
//! rules and the readers compile when they are first needed, and their searches' scratch. These are bounded, serve every
//! later case as well, and do not grow with a capture; so the end tells them apart, by what remains when snapshot and case
//! are dropped.
//!
//! `cargo bench --bench memory [-- CAPTURE…]`; without a capture it makes one of about 64 MB.

#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::alloc::{GlobalAlloc, Layout};
use std::fmt::Write;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use agentcore_triage::case::{Baseline, Case, Options, Phase, Progress};
use agentcore_triage::model::{Bytes, Input, Outcome};
use agentcore_triage::rules::Catalogue;
use agentcore_triage::source;

/// Size of the made capture.
const SIZE: usize = 64 << 20;
const START: u64 = 1_768_867_200_000;
/// How often the watcher looks which step is under way.
const TICK: Duration = Duration::from_micros(200);

/// The program's allocator, counting.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn grown(bytes: usize) {
    let live = LIVE.fetch_add(bytes, Relaxed) + bytes;
    PEAK.fetch_max(live, Relaxed);
}

#[allow(unsafe_code, reason = "an allocator has no safe form; every call is handed on as it came")]
// SAFETY: all four hand their arguments to an allocator that keeps the contract, and count.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grown(layout.size());
        unsafe { mimalloc::MiMalloc.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        grown(layout.size());
        unsafe { mimalloc::MiMalloc.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        unsafe { mimalloc::MiMalloc.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size > layout.size() {
            grown(size - layout.size());
        } else {
            LIVE.fetch_sub(layout.size() - size, Relaxed);
        }
        unsafe { mimalloc::MiMalloc.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What one step cost.
struct Step {
    name: String,
    live: usize,
    peak: usize,
    took: Duration,
}

fn main() {
    let captures: Vec<PathBuf> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).map(PathBuf::from).collect();
    let loaded = source::load(&captures, &mut io::empty(), u64::MAX);
    let (mut inputs, issues) = (loaded.inputs, loaded.issues);
    if captures.is_empty() {
        inputs = vec![made()];
    }
    let options = Options {
        catalogue: Catalogue::builtin().unwrap_or_default(),
        lateness: Duration::ZERO,
        filter: None,
    };
    let before = LIVE.load(Relaxed);
    let progress = Progress::default();
    let is_over = AtomicBool::new(false);
    let (case, mut steps) = thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(&progress, &is_over));
        let case = Case::open_watched(inputs, issues, &options, &progress).unwrap_or_default();
        is_over.store(true, Relaxed);
        (case, watcher.join().unwrap_or_default())
    });
    let snapshot = step("Snapshot", &mut steps, || case.snapshot(&options));
    if let Some(failed) = case.requests().iter().find(|request| request.outcome == Outcome::Failed) {
        step("Comparison", &mut steps, || case.compare(failed.key, &Baseline::Automatic, &[]));
    }
    let signals = case.briefs().len();
    let (requests, names) = (case.requests().len(), case.names().len());
    let anonymous = status("RssAnon");
    let mut page = format!("{signals} signals, {requests} requests, {names} names\n");
    page.push_str(&table(&steps, before, signals));
    let all = LIVE.load(Relaxed);
    drop(snapshot);
    let without_snapshot = LIVE.load(Relaxed);
    drop(case);
    let rules = LIVE.load(Relaxed);
    for (what, bytes) in [
        ("case", without_snapshot - rules),
        ("snapshot", all - without_snapshot),
        ("rules, loaded", before),
        ("automata and expressions", rules - before),
    ] {
        let _ = writeln!(page, "{what:<25} {:>6.1} MiB {:>9.1} per signal", mib(bytes), each(bytes, signals));
    }
    let _ = writeln!(page, "anonymous memory of the process: {anonymous}");
    let _ = io::Write::write_all(&mut io::stdout(), page.as_bytes());
}

fn mib(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn each(bytes: usize, signals: usize) -> f64 {
    bytes as f64 / signals.max(1) as f64
}

/// Does a step and notes what it cost.
fn step<T>(name: &str, steps: &mut Vec<Step>, work: impl FnOnce() -> T) -> T {
    PEAK.store(LIVE.load(Relaxed), Relaxed);
    let begun = Instant::now();
    let made = work();
    let (live, peak) = (LIVE.load(Relaxed), PEAK.load(Relaxed));
    steps.push(Step { name: name.to_owned(), live, peak, took: begun.elapsed() });
    made
}

/// Notes each step until the case is read.
fn watch(progress: &Progress, is_over: &AtomicBool) -> Vec<Step> {
    let mut steps = Vec::new();
    let (mut phase, mut begun) = (Phase::Waiting, Instant::now());
    loop {
        let over = is_over.load(Relaxed);
        let now = progress.glance().phase;
        if now != phase || over {
            let live = LIVE.load(Relaxed);
            let peak = PEAK.swap(live, Relaxed);
            steps.push(Step { name: format!("{phase:?}"), live, peak, took: begun.elapsed() });
            (phase, begun) = (now, Instant::now());
        }
        if over {
            return steps;
        }
        thread::sleep(TICK);
    }
}

fn table(steps: &[Step], before: usize, signals: usize) -> String {
    let mut table = format!(
        "{:<12} {:>9} {:>11} {:>9} {:>11} {:>8}\n",
        "step", "live MiB", "per signal", "peak MiB", "per signal", "ms"
    );
    for Step { name, live, peak, took } in steps {
        let (live, peak) = (live.saturating_sub(before), peak.saturating_sub(before));
        let _ = writeln!(
            table,
            "{name:<12} {:>9.1} {:>11.1} {:>9.1} {:>11.1} {:>8}",
            mib(live),
            each(live, signals),
            mib(peak),
            each(peak, signals),
            took.as_millis()
        );
    }
    table
}

/// A line of `/proc/self/status`; empty where there is none.
fn status(key: &str) -> String {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
    line.unwrap_or_default().trim().to_owned()
}

/// Calls of three records each: a Gateway row, a line of the SDK and its OpenTelemetry copy.
fn made() -> Input {
    let mut text = String::with_capacity(SIZE + 4096);
    for number in 0u64.. {
        let at = START + number * 5;
        let (trace, span) = (format!("{:032x}", (number + 1) * 0x9e37_79b9), format!("{:016x}", number + 1));
        let request = format!("00000000-0000-4000-a000-{number:012}");
        let level = if number.is_multiple_of(50) { "ERROR" } else { "INFO" };
        let second = number / 200;
        let clock = format!(
            "2026-01-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            20 + second / 86_400,
            second / 3600 % 24,
            second / 60 % 60,
            second % 60,
            number * 5 % 1000
        );
        let _ = writeln!(
            text,
            r#"{{"resource_arn":"arn:aws:bedrock-agentcore:us-east-1:111122223333:gateway/gw-a1","event_timestamp":{at},"body":{{"isError":false,"log":"Executing tool orders___get from target A1B2","id":"{number}"}},"account_id":"111122223333","request_id":"{request}","trace_id":"{trace}","span_id":"{span}"}}"#
        );
        let _ = writeln!(
            text,
            r#"{{"timestamp":"{clock}","level":"INFO","message":"processing order {number}","logger":"bedrock_agentcore.app","requestId":"{request}"}}"#
        );
        let _ = writeln!(
            text,
            r#"{{"resource":{{"attributes":{{"service.name":"agent.DEFAULT"}}}},"scope":{{"name":"shop.orders"}},"timeUnixNano":{at}000000,"severityText":"{level}","body":"processing order {number}","attributes":{{"code.line.number":624}},"traceId":"{trace}","spanId":"{span}"}}"#
        );
        if text.len() >= SIZE {
            break;
        }
    }
    Input { path: "bench.jsonl".to_owned(), bytes: Bytes::new(text) }
}
