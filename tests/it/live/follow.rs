//! Following: late events, doubles, new streams and groups, Live Tail in all its moods, and the end by a signal.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::millis;
use super::run::{Capture, GROUP, Running, assert_whole, collect, finish, until};
use super::stub::{End, Fault, Injection, Put, Stub, Visible};
use crate::program::Folder;

/// How long the end may take after Ctrl-C.
const AT_ONCE: Duration = Duration::from_secs(5);

/// Name and preparation.
type Mood = (&'static str, fn(&Stub));

struct Followed {
    stub: Stub,
    folder: Folder,
    running: Running,
}

impl Followed {
    /// Starts following [`GROUP`] and every group below `/aws/vendedlogs/`; returns after the first search.
    fn start(prepare: impl FnOnce(&Stub)) -> Self {
        let (stub, folder) = (Stub::start(), Folder::new());
        stub.with(|world| {
            world.logs.create(GROUP);
            world.tail.every = Duration::from_millis(100);
        });
        prepare(&stub);
        let out = folder.path().join("capture");
        let arguments =
            ["--follow", "--since", "10m", "--log-group", GROUP, "--log-group", "/aws/vendedlogs/*"];
        let mut command = collect(&stub, folder.path(), arguments);
        command.arg("--out").arg(&out);
        let running = Running::start(command);
        stub.wait("the first search", |world| world.logs.searches(GROUP) > 0);
        Self { stub, folder, running }
    }

    fn capture(&self) -> PathBuf {
        self.folder.path().join("capture")
    }

    /// Returns when whatever was visible at the call has been searched for and handed over.
    fn settle(&self, group: &str) {
        let fresh = self.stub.with(|world| world.logs.fresh(group));
        // The next search up to now finds all; the one after proves that it has ended.
        self.stub.wait("two more searches", |world| world.logs.fresh(group) >= fresh + 2);
    }

    /// Ctrl-C, and the capture against what was put.
    fn finish(self, what: &str) -> Capture {
        let capture = self.capture();
        self.running.interrupt();
        self.running.end(AT_ONCE);
        assert_whole(&self.stub, &capture, what);
        Capture::read(&capture).unwrap()
    }
}

#[test]
fn late_events_doubles_new_streams_and_new_groups_arrive_once() {
    let followed = Followed::start(|_| {});
    let at = millis();
    let stub = &followed.stub;
    stub.put(GROUP, [Put::new("a", at, "same"), Put::new("a", at, "same"), Put::new("a", at, "other")]);
    let searches = stub.with(|world| world.logs.searches(GROUP));
    let late = (1..4).map(|late: i64| {
        let visible = Visible::AfterSearches(searches + late as u64);
        Put::new("new stream", at - late * 20_000, format!("late {late}")).visible(visible)
    });
    stub.put(GROUP, late);
    let group = "/aws/vendedlogs/bedrock-agentcore/gateway/APPLICATION_LOGS/my-gw-abcdefghij";
    stub.put(group, [Put::new("s", at, "the first of a new group")]);
    stub.wait("the new group is found", |world| world.logs.searches(group) > 0);
    stub.wait("the late ones are visible", |world| world.logs.searches(GROUP) > searches + 4);
    followed.settle(GROUP);
    followed.settle(group);
    followed.finish("late events, doubles, new streams and groups");
}

#[test]
fn live_tail_in_any_mood_loses_and_doubles_nothing() {
    let moods: [Mood; 7] = [
        ("in order", |_| {}),
        ("absent", |stub| stub.with(|world| world.tail.max_sessions = 0)),
        ("denied", |stub| stub.inject(Injection::new("StartLiveTail", Fault::Denied).always())),
        ("sampled", |stub| stub.with(|world| world.tail.sampled_every = Some(2))),
        ("losing silently", |stub| stub.with(|world| world.tail.loses_every = Some(3))),
        ("showing all twice", |stub| stub.with(|world| world.tail.shows_twice = true)),
        ("ending in every way", |stub| {
            stub.with(|world| {
                let ends = [End::Timeout, End::Streaming, End::Closed, End::Torn, End::Garbage];
                world.tail.ends.extend(ends.map(|end| (3, end)));
            });
        }),
    ];
    std::thread::scope(|scope| {
        for (mood, prepare) in moods {
            scope.spawn(move || {
                let followed = Followed::start(prepare);
                for round in 0..3 {
                    let at = millis();
                    let puts = (0..20)
                        .map(|n| Put::new(&format!("s{}", n % 2), at - n % 5, format!("{round} {}", n / 2)));
                    followed.stub.put(GROUP, puts);
                    followed.settle(GROUP);
                }
                followed.finish(&format!("Live Tail {mood}"));
            });
        }
    });
}

#[test]
fn faults_while_following_pass_and_lose_nothing() {
    let followed = Followed::start(|_| {});
    for (number, fault) in
        [Fault::Throttled, Fault::ResetWithin, Fault::Denied, Fault::Expired, Fault::Garbage]
            .into_iter()
            .enumerate()
    {
        let at = millis();
        followed.stub.inject(Injection::new("FilterLogEvents", fault.clone()));
        followed.stub.put(GROUP, (0..5).map(|n| Put::new("s", at + n, format!("during fault {number}"))));
        followed.stub.wait("the fault is met", |world| world.faults.is_over());
    }
    followed.settle(GROUP);
    followed.finish("faults while following");
}

#[test]
fn a_source_that_fails_when_it_is_stopped_is_a_failure() {
    let followed =
        Followed::start(|stub| stub.put(GROUP, [Put::new("s", millis() - 1_000, "before")]).clear());
    followed.settle(GROUP);
    followed.stub.inject(Injection::new("FilterLogEvents", Fault::Denied).always());
    followed.stub.wait("a call is refused", |world| world.faults.met > 0);
    let capture = followed.capture();
    let reason = until("the gap is in the manifest", || {
        let capture = Capture::read(&capture)?;
        let reasons = capture.gaps().into_iter().filter_map(|gap| gap["reason"].as_str().map(str::to_owned));
        reasons.into_iter().find(|reason| reason.contains("logs:FilterLogEvents is denied"))
    });
    followed.running.interrupt();
    let run = followed.running.end(AT_ONCE);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let told =
        [format!("{GROUP}: {reason}; it is tried again"), "it was being tried again at the end".to_owned()];
    assert!(told.iter().all(|told| run.stderr.contains(told)), "{}", run.stderr);
    assert!(Capture::read(&capture).unwrap().gaps().iter().any(|gap| gap["reason"] == reason));
}

#[test]
fn ctrl_c_ends_it_while_the_service_hangs() {
    let followed = Followed::start(|stub| {
        stub.put(GROUP, [Put::new("s", millis() - 1_000, "before")]);
    });
    followed.settle(GROUP);
    followed.stub.inject(Injection::new("*", Fault::Hang).always());
    followed.stub.wait("a call hangs", |world| world.faults.met > 0);
    followed.finish("while the service hangs");
}

#[test]
fn a_second_writer_is_refused_and_harms_nothing() {
    let followed = Followed::start(|stub| {
        stub.put(GROUP, [Put::new("s", millis() - 1_000, "first")]);
    });
    let capture = followed.capture();
    let mut second = collect(&followed.stub, followed.folder.path(), ["--resume"]);
    second.arg(&capture);
    let second = finish(second);
    assert_eq!(second.code, 2, "{}", second.stderr);
    assert!(second.stderr.contains("another agentcore-triage is writing"), "{}", second.stderr);
    followed.stub.put(GROUP, [Put::new("s", millis(), "second")]);
    followed.settle(GROUP);
    followed.finish("beside a second writer");
}

#[test]
fn a_kill_at_any_moment_costs_nothing_after_a_resume() {
    let followed = Followed::start(|_| {});
    let (stub, folder, capture) = (&followed.stub, &followed.folder, followed.capture());
    let mut running = followed.running;
    // Different moments, the same in every run: after so many calls, and so long after that.
    for moment in 0..8_u64 {
        let at = millis();
        stub.put(GROUP, (0..50).map(|n| Put::new("s", at - n, format!("{moment}: {n}"))));
        let calls = stub.with(|world| world.count("logs:FilterLogEvents"));
        stub.wait("some more calls", |world| world.count("logs:FilterLogEvents") > calls + moment % 2);
        std::thread::sleep(Duration::from_millis(moment * 83 % 600));
        running.kill();
        let mut again = collect(stub, folder.path(), ["--follow", "--resume"]);
        again.arg(&capture);
        running = Running::start(again);
        let searches = stub.with(|world| world.logs.searches(GROUP));
        stub.wait("it goes on", |world| world.logs.searches(GROUP) > searches);
    }
    let whole = Followed { stub: followed.stub, folder: followed.folder, running };
    whole.settle(GROUP);
    whole.finish("killed eight times");
}

#[test]
fn a_full_disk_is_told_and_keeps_what_is_there() {
    let (stub, folder) = (Stub::start(), Folder::new());
    let start = millis() - 3_600_000;
    stub.put(GROUP, (0..3_000).map(|n| Put::new("s", start + n, format!("{n} {}", "x".repeat(100)))));
    let capture = folder.path().join("capture");
    let mut command =
        collect(&stub, folder.path(), ["--log-group", GROUP, "--since", "2h", "--until", "30m"]);
    command.arg("--out").arg(&capture);
    // A file size limit stands for a full disk: the same call fails in the same way. 64 blocks of 512 or 1024 bytes.
    let mut limited = Command::new("sh");
    limited
        .stderr(Stdio::piped())
        .env_clear()
        .envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
    limited.args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\""]);
    limited.arg(command.get_program()).args(command.get_args());
    let run = finish(limited);
    assert!(run.code == 2 || run.code == 3, "{}: {}", run.code, run.stderr);
    assert!(run.stderr.contains("cannot be written"), "{}", run.stderr);
    assert!(run.stderr.contains("--resume"), "{}", run.stderr);
    assert!(Capture::read(&capture).is_some(), "what was written is still a capture");
    let mut again = collect(&stub, folder.path(), ["--resume"]);
    again.arg(&capture);
    let run = finish(again);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_whole(&stub, &capture, "after a full disk");
}

#[test]
fn an_event_is_in_the_capture_within_two_seconds_with_live_tail_and_a_poll_without() {
    for (has_tail, limit) in [(true, 2_000), (false, 4_000)] {
        let followed = Followed::start(|stub| {
            stub.with(|world| {
                world.tail.every = Duration::from_secs(1);
                world.tail.max_sessions = if has_tail { 15 } else { 0 };
            });
        });
        if has_tail {
            followed.stub.wait("Live Tail runs", |world| world.tail.updates > 0);
        }
        let mut slowest = 0;
        for number in 0..5 {
            let message = format!("event {number}");
            let put = millis();
            followed.stub.put(GROUP, [Put::new("s", put, message.clone())]);
            let capture = followed.capture();
            let arrived = until("the event is in the capture", || {
                let capture = Capture::read(&capture)?;
                capture.events.keys().any(|event| event.3 == message).then(millis)
            });
            slowest = slowest.max(arrived - put);
        }
        assert!(slowest < limit, "Live Tail {has_tail}: {slowest} ms");
        followed.finish("latency");
    }
}
