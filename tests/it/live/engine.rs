//! Collecting, in process: every event that was put is in the capture once, whatever goes wrong on the way.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use agentcore_triage::model::{Timestamp, TraceId};
use agentcore_triage::source::aws::standing::{State, TailState};
use agentcore_triage::source::aws::{Account, GroupPlan, Plan, PrefixPlan, Standing, TracePlan, collect};
use agentcore_triage::source::recording::Recorder;
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use serde_json::{Value, json};

use super::now;
use super::stub::{End, Fault, Injection, Put, REGION, Stub, Trace, Visible};

const GROUP: &str = "/aws/bedrock-agentcore/runtimes/my_agent-a1b2c3d4e5-DEFAULT";

/// Start of the event time of all tests, in milliseconds.
const START: i64 = 1_790_000_000_000;

/// Whatever a test waits for comes within this.
const DEADLINE: Duration = Duration::from_mins(1);

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap()
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let result = runtime.block_on(future);
    runtime.shutdown_background();
    result
}

async fn account(stub: &Stub) -> Arc<Account> {
    let credentials = Credentials::new("AKIDTEST", "secret", None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .region(Region::new(REGION))
        // As the program has it: what collects makes its own attempts all the same.
        .retry_config(RetryConfig::adaptive().with_max_attempts(5))
        .endpoint_url(stub.url())
        .build();
    Arc::new(Account::of(&config, None, None).await.unwrap())
}

fn plan(account: &Arc<Account>, until: Option<i64>) -> Plan {
    let group = GroupPlan { account: Arc::clone(account), name: GROUP.to_owned(), arn: None, pattern: None };
    Plan {
        groups: vec![group],
        prefixes: Vec::new(),
        traces: Vec::new(),
        since: at(START),
        until: until.map(at),
        settle: true,
        live_tail: until.is_none(),
        ahead: 0,
    }
}

/// A clock that starts at `start` and runs so many times as fast as ours: what takes minutes is over in seconds.
fn clock(start: i64, speed: i64) -> impl Fn() -> Timestamp + Clone + Send + 'static {
    let begun = now();
    move || {
        let elapsed = i64::try_from(begun.elapsed().as_nanos()).unwrap();
        Timestamp(at(start).0 + elapsed * speed)
    }
}

/// How often each message is in the capture.
fn messages(folder: &Path) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for record in records(folder) {
        if let Some(message) = record["message"].as_str() {
            *counts.entry(message.to_owned()).or_default() += 1;
        }
    }
    counts
}

fn records(folder: &Path) -> Vec<Value> {
    let mut records = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            let text = fs::read_to_string(path).unwrap();
            records.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
        }
    }
    records
}

fn once(count: usize) -> BTreeMap<String, usize> {
    (0..count).map(|number| (format!("event {number}"), 1)).collect()
}

fn event(number: usize, at: i64) -> Put {
    Put::new(&format!("stream {}", number % 3), at, format!("event {number}"))
}

fn create(folder: &Path) -> Recorder {
    Recorder::create(folder, "test".to_owned(), true).unwrap()
}

/// Collects until `is_enough` of the standings, or until everything is there.
async fn until(
    plan: Plan,
    recorder: &mut Recorder,
    now: impl Fn() -> Timestamp + Clone + Send + 'static,
    mut is_enough: impl FnMut(&[Standing], &Recorder) -> bool,
) -> Vec<Standing> {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let mut stop = Some(stop);
    let watch = |standings: &[Standing], recorder: &Recorder| {
        if is_enough(standings, recorder) {
            drop(stop.take());
        }
    };
    let stopped = async { drop(stopped.await) };
    let collected = tokio::time::timeout(DEADLINE, collect(plan, recorder, stopped, now, watch));
    collected.await.expect("in time").unwrap()
}

#[test]
fn a_backfill_survives_a_fault_at_every_step() {
    let stub = Stub::start();
    let count = 1_500;
    stub.put(GROUP, (0..count).map(|number| event(number, START + number as i64 * 1_000)));
    stub.with(|world| {
        world.logs.page = 100;
        world.logs.empty_every = Some(3);
        world.logs.overlap = 2;
    });
    let faults = [
        Fault::Throttled,
        Fault::Internal,
        Fault::ResetBefore,
        Fault::ResetWithin,
        Fault::Garbage,
        Fault::ClosedWithin,
        Fault::Expired,
    ];
    for (number, fault) in faults.into_iter().enumerate() {
        stub.inject(Injection::new("FilterLogEvents", fault).after(3 * number as u64 + 1));
    }
    let folder = tempfile::tempdir().unwrap();
    let standings = run(async {
        let plan = plan(&account(&stub).await, Some(START + 2_000_000));
        until(plan, &mut create(folder.path()), clock(START + 100_000_000, 1), |_, _| false).await
    });
    assert_eq!(messages(folder.path()), once(count));
    let [standing] = &standings[..] else { panic!("{standings:?}") };
    assert_eq!((standing.state, standing.gaps.len()), (State::Done, 0));
    assert_eq!((standing.tally.faults, standing.tally.throttled), (7, 1), "each attempt counts");
    assert!(standing.last_error.is_some(), "the last fault is still told");
}

#[test]
fn what_is_not_allowed_is_a_gap_with_a_command() {
    let stub = Stub::start();
    stub.with(|world| world.logs.create(GROUP));
    stub.inject(Injection::new("FilterLogEvents", Fault::Denied).always());
    let folder = tempfile::tempdir().unwrap();
    let standings = run(async {
        let plan = plan(&account(&stub).await, Some(START + 1_000));
        until(plan, &mut create(folder.path()), clock(START + 100_000_000, 1), |_, _| false).await
    });
    assert_eq!(standings[0].state, State::Lost);
    let gap = &standings[0].gaps[0];
    assert_eq!((gap.start, gap.end), (Some(at(START)), Some(at(START + 1_000))));
    assert!(gap.reason.contains("logs:FilterLogEvents is denied"), "{}", gap.reason);
    assert!(gap.fill.as_ref().unwrap().starts_with("aws logs filter-log-events --log-group-name /aws/"));
}

#[test]
fn while_following_nothing_is_lost_and_nothing_comes_twice() {
    let stub = Stub::start();
    stub.with(|world| {
        world.logs.create(GROUP);
        world.tail.every = Duration::from_millis(40);
        world.tail.loses_every = Some(7);
        world.tail.sampled_every = Some(5);
        world.tail.ends.extend([(9, End::Torn), (20, End::Timeout), (30, End::Closed)]);
    });
    let count = 400;
    let folder = tempfile::tempdir().unwrap();
    // A tenth of the events are found by searches only after several have begun.
    let put = |from: usize, to: usize, now: i64| {
        let events = (from..to).map(|number| {
            let shown = if number % 10 == 0 { Visible::AfterSearches(4) } else { Visible::Now };
            event(number, now + number as i64 % 7).visible(shown)
        });
        stub.put(GROUP, events);
    };
    let now = clock(START, 20);
    let (mut sent, mut early, mut restarts, mut last) = (0, 0, 0, at(START));
    for part in 1..=4 {
        run(async {
            let plan = plan(&account(&stub).await, None);
            let mut recorder =
                if part == 1 { create(folder.path()) } else { Recorder::resume(folder.path()).unwrap() };
            let end = part * count / 4;
            let standings = until(plan, &mut recorder, now.clone(), |standings, recorder| {
                if sent < end {
                    last = now();
                    put(sent, (sent + 10).min(end), (last.0 / 1_000_000 - 500).max(START));
                    sent = (sent + 10).min(end);
                    return false;
                }
                let written = recorder.manifest().sources[0].records;
                // The last part waits until all is there, the others are stopped in the middle.
                part < 4 || written >= count as u64 && standings[0].settled > Some(last)
            })
            .await;
            early += standings[0].tally.early;
            restarts += standings[0].live_tail.restarts;
            assert_ne!(standings[0].live_tail.state, TailState::Refused);
        });
    }
    assert_eq!(messages(folder.path()), once(count));
    assert!(early > 0 && restarts > 0, "{early} {restarts}");
}

#[test]
fn a_killed_collection_goes_on_without_gap_or_double() {
    let stub = Stub::start();
    let count = 600;
    stub.put(GROUP, (0..count).map(|number| event(number, START + number as i64 * 10)));
    stub.with(|world| world.logs.page = 10);
    let folder = tempfile::tempdir().unwrap();
    drop(create(folder.path()));
    for part in 0..4 {
        run(async {
            let plan = plan(&account(&stub).await, Some(START + 10_000));
            let mut recorder = Recorder::resume(folder.path()).unwrap();
            let mut commits = 0;
            let watch = |_: &[Standing], _: &Recorder| commits += 1;
            let now = clock(START + 100_000_000, 1);
            let collected = collect(plan, &mut recorder, std::future::pending(), now, watch);
            let patience = if part < 3 { Duration::from_millis(700) } else { DEADLINE };
            // A future that is dropped in the middle has no chance to tidy up.
            let ended = tokio::time::timeout(patience, collected).await;
            assert_eq!(ended.is_ok(), part == 3);
        });
    }
    assert_eq!(messages(folder.path()), once(count));
}

#[test]
fn groups_that_appear_and_traces_that_grow_come_along() {
    let stub = Stub::start();
    let id = TraceId([0x6b; 16]);
    let segment = |name: &str| (name.to_owned(), json!({"id": name, "trace_id": id.to_xray(), "name": "x"}));
    let trace = |segments: &[&str]| Trace {
        start: START as f64 / 1e3,
        is_indexed: true,
        segments: segments.iter().map(|name| segment(name)).collect(),
        spans: Vec::new(),
    };
    stub.with(|world| world.logs.create("/aws/bedrock-agentcore/other"));
    let folder = tempfile::tempdir().unwrap();
    let mut step = 0;
    let standings = run(async {
        let account = account(&stub).await;
        let plan = Plan {
            groups: Vec::new(),
            prefixes: vec![PrefixPlan {
                account: Arc::clone(&account),
                prefix: "/aws/bedrock-agentcore/".to_owned(),
            }],
            traces: vec![TracePlan {
                account: Arc::clone(&account),
                ids: Vec::new(),
                window: None,
                from_logs: true,
                indexed: None,
            }],
            ..plan(&account, None)
        };
        until(plan, &mut create(folder.path()), clock(START, 40), |_, recorder| {
            let records: u64 = recorder.manifest().sources.iter().map(|source| source.records).sum();
            if step == 0 && recorder.manifest().sources.len() == 2 {
                step = 1;
                stub.put(
                    "/aws/bedrock-agentcore/other",
                    [Put::new("s", START + 1_000, format!("trace_id={id}"))],
                );
                stub.with(|world| world.traces.put(&id.to_xray(), trace(&["a"])));
            } else if step == 1 && records == 2 {
                step = 2;
                stub.with(|world| world.traces.put(&id.to_xray(), trace(&["a", "b"])));
            }
            step == 2 && records == 3
        })
        .await
    });
    let kinds: Vec<&str> = standings.iter().map(|standing| standing.name.as_str()).collect();
    assert_eq!(kinds, ["traces", "/aws/bedrock-agentcore/*", "/aws/bedrock-agentcore/other"]);
    let grown: Vec<usize> = records(folder.path())
        .iter()
        .filter_map(|record| record["Traces"][0]["Segments"].as_array().map(Vec::len))
        .collect();
    assert_eq!(grown, [1, 2]);
}

/// A collection of the trace `id`, which X-Ray has, and of `others`, answered as `prepare` says.
fn trace(id: TraceId, others: &[TraceId], prepare: impl FnOnce(&Stub)) -> (Standing, usize) {
    let stub = Stub::start();
    let segments = vec![("a".to_owned(), json!({"id": "a", "trace_id": id.to_xray(), "name": "x"}))];
    let trace = Trace { start: START as f64 / 1e3, is_indexed: true, segments, spans: Vec::new() };
    stub.with(|world| world.traces.put(&id.to_xray(), trace));
    prepare(&stub);
    let folder = tempfile::tempdir().unwrap();
    let mut standings = run(async {
        let account = account(&stub).await;
        let traces = TracePlan {
            account: Arc::clone(&account),
            ids: [&[id], others].concat(),
            window: None,
            from_logs: true,
            indexed: None,
        };
        let plan = Plan { groups: Vec::new(), traces: vec![traces], ..plan(&account, Some(START + 60_000)) };
        until(plan, &mut create(folder.path()), clock(START + 100_000_000, 40), |_, _| false).await
    });
    (standings.remove(0), records(folder.path()).len())
}

#[test]
fn a_trace_that_was_not_processed_is_asked_for_again_and_named_in_the_end() {
    let id = TraceId([0x6b; 16]);
    let (standing, records) = trace(id, &[], |stub| {
        stub.with(|world| world.traces.unprocessed = 2);
        stub.inject(Injection::new("BatchGetTraces", Fault::Throttled).times(2));
    });
    assert_eq!((standing.state, standing.gaps.len(), records), (State::Done, 0, 1));
    assert_eq!((standing.tally.faults, standing.tally.throttled), (2, 2));
    let (standing, records) = trace(id, &[], |stub| stub.with(|world| world.traces.unprocessed = u64::MAX));
    assert_eq!((standing.state, records), (State::Done, 0));
    let [gap] = &standing.gaps[..] else { panic!("{:?}", standing.gaps) };
    assert!(gap.reason.contains("did not look for") && gap.reason.contains(&id.to_xray()), "{}", gap.reason);
    assert!(gap.fill.as_ref().unwrap().starts_with("aws xray batch-get-traces --trace-ids 1-6b6b6b6b-"));
}

#[test]
fn an_id_that_is_no_trace_keeps_no_other_from_being_fetched() {
    let (id, bad) = (TraceId([0x6b; 16]), TraceId([0x6a; 16]));
    let (standing, records) = trace(id, &[bad], |stub| {
        stub.with(|world| world.traces.rejected = vec![bad.to_xray()]);
    });
    assert_eq!((standing.state, records), (State::Done, 1));
    let [gap] = &standing.gaps[..] else { panic!("{:?}", standing.gaps) };
    assert!(gap.reason.contains("takes for none") && gap.reason.contains(&bad.to_xray()), "{}", gap.reason);
    assert!(!gap.reason.contains(&id.to_xray()), "{}", gap.reason);
}

#[test]
fn a_trace_that_is_handed_out_in_part_is_said_to_be() {
    let (standing, records) =
        trace(TraceId([0x6b; 16]), &[], |stub| stub.with(|world| world.traces.is_cut = true));
    assert_eq!((standing.state, records), (State::Done, 1));
    let [gap] = &standing.gaps[..] else { panic!("{:?}", standing.gaps) };
    assert!(gap.reason.contains("in part") && gap.fill.is_none(), "{gap:?}");
}

#[test]
fn a_group_that_live_tail_refuses_takes_no_other_with_it() {
    for (code, is_named) in [("AccessDeniedException", true), ("ResourceNotFoundException", false)] {
        let stub = Stub::start();
        let names: Vec<String> = (0..4).map(|number| format!("/team/{number}")).collect();
        stub.with(|world| {
            world.tail.every = Duration::from_millis(40);
            for name in &names {
                world.logs.create(name);
            }
            world.tail.refused.insert(names[2].clone(), (code, is_named));
        });
        let folder = tempfile::tempdir().unwrap();
        let standings = run(async {
            let account = account(&stub).await;
            let group = |name: &String| GroupPlan {
                account: Arc::clone(&account),
                name: name.clone(),
                arn: None,
                pattern: None,
            };
            let plan = Plan { groups: names.iter().map(group).collect(), ..plan(&account, None) };
            until(plan, &mut create(folder.path()), clock(START, 1), |standings, _| {
                let count =
                    |state| standings.iter().filter(|standing| standing.live_tail.state == state).count();
                count(TailState::On) == 3 && count(TailState::Refused) == 1
            })
            .await
        });
        let live = &standings[2].live_tail;
        assert_eq!(live.state, TailState::Refused, "{code}");
        let reason = live.reason.as_ref().unwrap();
        assert!(reason.contains("/team/2") && !reason.contains("/team/1"), "{reason}");
    }
}

#[test]
fn where_transaction_search_is_on_traces_are_retrieved_and_a_missing_one_is_a_gap() {
    let stub = Stub::start();
    let (id, other) = (TraceId([0x6b; 16]), TraceId([0x6c; 16]));
    stub.with(|world| {
        world.traces.destination = "CloudWatchLogs".to_owned();
        let spans =
            vec![("s1".to_owned(), json!({"spanId": "s1"})), ("s2".to_owned(), json!({"spanId": "s2"}))];
        let trace = Trace { start: START as f64 / 1e3, is_indexed: false, segments: Vec::new(), spans };
        world.traces.put(&id.to_xray(), trace);
    });
    let folder = tempfile::tempdir().unwrap();
    let standings = run(async {
        let account = account(&stub).await;
        let traces = TracePlan {
            account: Arc::clone(&account),
            ids: vec![id, other],
            window: None,
            from_logs: true,
            indexed: None,
        };
        let plan = Plan { groups: Vec::new(), traces: vec![traces], ..plan(&account, Some(START + 60_000)) };
        until(plan, &mut create(folder.path()), clock(START + 100_000_000, 1), |_, _| false).await
    });
    assert_eq!(standings[0].state, State::Done);
    let records = records(folder.path());
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["Traces"][0]["Spans"].as_array().map(Vec::len), Some(2));
    let [gap] = &standings[0].gaps[..] else { panic!("{:?}", standings[0].gaps) };
    assert!(gap.reason.contains(&other.to_xray()), "{}", gap.reason);
    assert!(gap.fill.as_ref().unwrap().starts_with("aws xray start-trace-retrieval --trace-ids 1-6c6c6c6c-"));
}
