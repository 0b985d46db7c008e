//! Collects log groups and traces into a capture: every source in a task of its own, one writer.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::account::Account;
use super::collection::{Collection, standing};
use super::follow::Follower;
use super::follow_traces::TraceFollower;
use super::logs::LogGroup;
use super::new_groups;
use super::news::News;
use super::pace::{Pace, filter_log_events};
use super::plan::{GroupPlan, Plan, PrefixPlan, TracePlan};
use super::resume;
use super::standing::{Standing, TailState};
use super::tails::Tails;
use super::trace_queue::{SharedQueue, TraceQueue};
use super::traces::Traces;
use crate::model::{TimeRange, Timestamp};
use crate::source::recording::{AskedTraces, Kind, RecordError, Recorded, Recorder, Watched};
use crate::source::sweep::Window;

/// How often it is looked whether something is to be put on disk at once, and after how many looks it is in any case.
const TICK: Duration = Duration::from_millis(100);
const TICKS: u32 = 5;

/// Messages that may wait for the writer; sources wait when it is full, so that memory stays bounded.
const WAITING: usize = 16;

/// The log group into which X-Ray puts spans.
const SPANS: &str = "aws/spans";

/// Collects `plan` into `recorder` until everything is there or `stop` resolves, and says how every source stands. What
/// `recorder` holds already is not fetched again. `watch` is told how every source stands after each commit: twice a
/// second, and at once when Live Tail has brought something. `now` is the clock.
///
/// Whether secrets are masked is the capture's own matter: [`Recorder::create`].
///
/// A full disk does not end it: [`Recorder::trouble`] says so, sources wait, and it goes on when there is space again.
///
/// # Errors
/// When the capture cannot be written; what was written before is kept.
pub async fn collect(
    plan: Plan,
    recorder: &mut Recorder,
    stop: impl Future<Output = ()>,
    now: impl Fn() -> Timestamp + Clone + Send + 'static,
    mut watch: impl FnMut(&[Standing], &Recorder),
) -> Result<Vec<Standing>, RecordError> {
    let (mut collector, mut news) = Collector::new(&plan, recorder.manifest().redacted, now.clone());
    collector.start(plan, recorder)?;
    collector.collection.commit(recorder, now())?;
    watch(collector.collection.standings(), recorder);
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut ticks = 0;
    tokio::pin!(stop);
    while !collector.collection.is_over() {
        tokio::select! {
            // While nothing can be written, nothing is taken: sources wait, and memory stays bounded.
            Some(told) = news.recv(), if recorder.trouble().is_none() => collector.take(told, recorder)?,
            _ = tick.tick() => {
                ticks += 1;
                if collector.collection.is_urgent || ticks >= TICKS {
                    ticks = 0;
                    collector.tick(recorder)?;
                    collector.commit(recorder)?;
                    watch(collector.collection.standings(), recorder);
                }
            }
            () = &mut stop => break,
        }
    }
    collector.tasks.abort_all();
    // What was on its way is not lost: it had been taken from the service and not yet counted as settled.
    while let Ok(told) = news.try_recv() {
        collector.collection.take(told, recorder, now());
    }
    collector.collection.commit(recorder, now())?;
    watch(collector.collection.standings(), recorder);
    Ok(collector.collection.into_standings())
}

/// Everything that is at work.
struct Collector<N> {
    collection: Collection,
    tasks: JoinSet<()>,
    news: mpsc::Sender<News>,
    now: N,
    since: Timestamp,
    until: Option<Timestamp>,
    settle: bool,
    /// Calls of `FilterLogEvents`, by account and Region.
    paces: BTreeMap<String, Arc<Pace>>,
    /// Traces, by account and Region, with the event time from which on they are not settled.
    queues: BTreeMap<String, (SharedQueue, Timestamp)>,
    /// Live Tail, when it is wanted.
    tails: Option<Tails>,
    /// Groups for which the disk had no space.
    delayed: Vec<GroupPlan>,
}

impl<N: Fn() -> Timestamp + Clone + Send + 'static> Collector<N> {
    fn new(plan: &Plan, redacts: bool, now: N) -> (Self, mpsc::Receiver<News>) {
        let (sender, news) = mpsc::channel(WAITING);
        let collector = Self {
            collection: Collection::default(),
            tasks: JoinSet::new(),
            news: sender,
            now,
            since: plan.since,
            until: plan.until,
            settle: plan.settle,
            paces: BTreeMap::new(),
            queues: BTreeMap::new(),
            tails: (plan.live_tail && plan.until.is_none()).then(|| Tails::new(redacts)),
            delayed: Vec::new(),
        };
        (collector, news)
    }

    /// Sets everything to work.
    fn start(&mut self, plan: Plan, recorder: &mut Recorder) -> Result<(), RecordError> {
        let mut followers = Vec::new();
        for traces in plan.traces {
            let has_spans_group = plan.groups.iter().any(|group| {
                group.name == SPANS && group.pattern.is_none() && key(&group.account) == key(&traces.account)
            });
            followers.push(self.traces(traces, has_spans_group, recorder)?);
        }
        for group in plan.groups {
            self.group(group, recorder)?;
        }
        for prefix in plan.prefixes {
            self.prefix(prefix, recorder);
        }
        for follower in followers {
            self.tasks.spawn(follower.run(self.now.clone()));
        }
        Ok(())
    }

    /// Follows a log group, unless it is followed already.
    fn group(&mut self, plan: GroupPlan, recorder: &mut Recorder) -> Result<(), RecordError> {
        let GroupPlan { account, name, arn, pattern } = plan;
        let recorded = self.recorded(&account, Kind::LogGroup, &name, pattern.clone());
        let place = recorder.source(recorded)?;
        if self.collection.has(place) {
            return Ok(());
        }
        let recorded = &recorder.manifest().sources[place];
        let window =
            Window { since: recorded.since.unwrap_or(self.since), until: self.until, settle: self.settle };
        let traces = self.queues.get(&key(&account));
        let tail = if self.tails.is_some() { TailState::Starting } else { TailState::Off };
        let standing = standing(recorded, self.until, tail);
        let known = resume::group(
            recorder,
            place,
            window,
            self.tails.is_some(),
            traces.map(|(queue, from)| (queue, *from)),
        )?;
        let traces = traces.map(|(queue, _)| queue.clone());
        let source = self.collection.add(Some(place), standing, known.early, traces);
        let pace = self.paces.entry(key(&account));
        let pace = Arc::clone(pace.or_insert_with(|| Arc::new(filter_log_events(account.region()))));
        if let Some(tails) = &mut self.tails {
            tails.expect(source, &account, arn, &name, pattern.clone());
        }
        let follower = Follower {
            source,
            group: LogGroup::new(account, name, pattern, pace, recorder.manifest().redacted),
            sweep: known.sweep,
            is_followed: self.until.is_none(),
            tail: self.collection.tail(source),
            news: self.news.clone(),
        };
        self.tasks.spawn(follower.run(self.now.clone()));
        Ok(())
    }

    fn prefix(&mut self, plan: PrefixPlan, recorder: &mut Recorder) {
        let account = &plan.account;
        recorder.watch(Watched { prefix: plan.prefix.clone(), origin: account.origin() });
        let recorded = self.recorded(account, Kind::LogGroup, &format!("{}*", plan.prefix), None);
        let standing = standing(&recorded, self.until, TailState::Off);
        let source = self.collection.add_prefix(standing, account.origin());
        let of_account = |one: &&Standing| one.account == account.id() && one.region == account.region();
        let groups = self.collection.standings().iter().filter(of_account);
        let known = groups.map(|one| one.name.clone()).collect();
        self.tasks.spawn(new_groups::watch(plan, source, known, self.news.clone(), self.now.clone()));
    }

    fn traces(
        &mut self,
        plan: TracePlan,
        has_spans_group: bool,
        recorder: &mut Recorder,
    ) -> Result<TraceFollower, RecordError> {
        let TracePlan { account, ids, window, from_logs, indexed } = plan;
        let asked = AskedTraces {
            ids: ids.iter().map(ToString::to_string).collect(),
            from_logs,
            indexed: indexed.clone(),
        };
        let recorded = self.recorded(&account, Kind::Traces, "traces", None);
        let place = recorder.source(Recorded { traces: Some(asked), ..recorded })?;
        let recorded = &recorder.manifest().sources[place];
        let since = recorded.since.unwrap_or(self.since);
        let from = recorded.settled.unwrap_or(since);
        let standing = standing(recorded, self.until, TailState::Off);
        let mut queue = TraceQueue::new(self.until.is_some() && !self.settle);
        resume::traces(recorder, place, &mut queue)?;
        let end = self.until.unwrap_or_else(&self.now);
        let asked = window.unwrap_or(TimeRange { start: since, end: end.max(since) });
        for id in ids {
            queue.name(id, asked);
        }
        let queue = SharedQueue::new(queue);
        if from_logs {
            self.queues.insert(key(&account), (queue.clone(), from));
        }
        Ok(TraceFollower {
            source: self.collection.add(Some(place), standing, None, Some(queue.clone())),
            traces: Traces::new(account, recorder.manifest().redacted),
            queue,
            indexed,
            window: (from, self.until),
            has_spans_group,
            news: self.news.clone(),
        })
    }

    fn take(&mut self, told: News, recorder: &mut Recorder) -> Result<(), RecordError> {
        match told {
            News::Appeared(group) => return self.appeared(group, recorder),
            News::Round(source, _) => {
                if let Some(tails) = &mut self.tails {
                    tails.is_there(source);
                }
            }
            _ => {}
        }
        self.collection.take(told, recorder, (self.now)());
        if self.collection.are_logs_over() {
            self.collection.end_traces();
        }
        Ok(())
    }

    /// Follows a group that has appeared, as soon as its file can be made.
    fn appeared(&mut self, group: GroupPlan, recorder: &mut Recorder) -> Result<(), RecordError> {
        match self.group(group.clone(), recorder) {
            Err(error) if error.is_passing() => {
                self.delayed.push(group);
                Ok(())
            }
            result => result,
        }
    }

    /// Starts what had to wait: groups without a file, and Live Tail for the groups that have proved to be there.
    fn tick(&mut self, recorder: &mut Recorder) -> Result<(), RecordError> {
        for group in std::mem::take(&mut self.delayed) {
            self.appeared(group, recorder)?;
        }
        let Some(tails) = &mut self.tails else { return Ok(()) };
        for session in tails.due(&self.news) {
            self.tasks.spawn(session.run());
        }
        for (source, reason) in tails.refused() {
            let live = &mut self.collection.standing(source).live_tail;
            live.state = TailState::Refused;
            live.reason = Some(reason);
        }
        Ok(())
    }

    /// Puts on disk what has arrived. A disk that is full may have space later.
    fn commit(&mut self, recorder: &mut Recorder) -> Result<(), RecordError> {
        match self.collection.commit(recorder, (self.now)()) {
            Err(error) if !error.is_passing() => Err(error),
            _ => Ok(()),
        }
    }

    fn recorded(&self, account: &Account, kind: Kind, name: &str, pattern: Option<String>) -> Recorded {
        Recorded {
            kind,
            name: name.to_owned(),
            origin: account.origin(),
            pattern,
            file: String::new(),
            bytes: 0,
            records: 0,
            since: Some(self.since),
            until: self.until,
            settled: None,
            rechecked: None,
            gaps: Vec::new(),
            traces: None,
        }
    }
}

/// What tells accounts and Regions apart: quotas are theirs.
pub(super) fn key(account: &Account) -> String {
    format!("{} {}", account.id(), account.region())
}
