//! Collects log groups into a capture: every source in a task of its own, one writer.

use std::collections::BTreeMap;
use std::future::Future;
use std::io::{BufRead, BufReader};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::account::Account;
use super::error::LiveError;
use super::follow::{News, follow};
use super::logs::LogGroup;
use super::pace::{Pace, filter_log_events};
use super::plan::{GroupPlan, Plan};
use super::standing::{LiveTail, Standing, State, Tally};
use crate::model::Timestamp;
use crate::source::recording::{Hole, Kind, RecordError, Recorded, Recorder};
use crate::source::sweep::{EventKey, Sweep};

/// How often what has arrived is put on disk.
const COMMIT: Duration = Duration::from_millis(500);

/// Messages that may wait for the writer; sources wait when it is full, so that memory stays bounded.
const WAITING: usize = 16;

/// Collects `plan` into `recorder` until all is final or `stop` resolves. `watch` is told how every source stands,
/// after each commit. `now` is the clock.
///
/// # Errors
/// When the capture cannot be written; what was written before is kept.
pub async fn collect(
    plan: Plan,
    recorder: &mut Recorder,
    stop: impl Future<Output = ()>,
    now: impl Fn() -> Timestamp + Send + Clone + 'static,
    mut watch: impl FnMut(&[Standing], &Recorder),
) -> Result<Vec<Standing>, RecordError> {
    let (sender, mut news) = mpsc::channel(WAITING);
    let mut tasks = JoinSet::new();
    let mut collection = Collection::default();
    let mut paces: BTreeMap<String, Arc<Pace>> = BTreeMap::new();
    for GroupPlan { account, name, pattern, .. } in plan.groups {
        let source = recorded(&account, &name, pattern, plan.since, plan.until);
        let place = recorder.source(source)?;
        let sweep = sweep_of(recorder, place, plan.since, plan.until)?;
        let number = collection.add(place, &recorder.manifest().sources[place], plan.since);
        let key = format!("{} {}", account.id(), account.region());
        let pace = paces.entry(key).or_insert_with(|| Arc::new(filter_log_events(account.region())));
        let group = LogGroup::new(account.clone(), name, Arc::clone(pace));
        let is_followed = plan.until.is_none();
        tasks.spawn(follow(group, sweep, number, is_followed, sender.clone(), now.clone()));
    }
    drop(sender);
    recorder.commit(|_| {})?;
    let mut tick = interval(COMMIT);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tokio::pin!(stop);
    loop {
        tokio::select! {
            told = news.recv() => match told {
                Some(told) => collection.take(told, recorder, now()),
                None => break,
            },
            _ = tick.tick() => {
                collection.commit(recorder)?;
                watch(&collection.standings, recorder);
            }
            () = &mut stop => break,
        }
    }
    tasks.abort_all();
    // What was on its way is not lost: it had been taken from the service and not yet counted as settled.
    while let Ok(told) = news.try_recv() {
        collection.take(told, recorder, now());
    }
    collection.commit(recorder)?;
    watch(&collection.standings, recorder);
    Ok(collection.standings)
}

#[derive(Default)]
struct Collection {
    /// Place of each source in the manifest.
    places: Vec<usize>,
    standings: Vec<Standing>,
}

impl Collection {
    fn add(&mut self, place: usize, source: &Recorded, since: Timestamp) -> usize {
        self.places.push(place);
        self.standings.push(Standing {
            name: source.name.clone(),
            kind: source.kind,
            account: source.origin.account.clone().unwrap_or_default(),
            region: source.origin.region.clone(),
            since: source.since.unwrap_or(since),
            until: source.until,
            state: State::Starting,
            fetched_to: None,
            settled: source.settled,
            rechecked: source.rechecked,
            newest: None,
            heard: None,
            tally: Tally::default(),
            per_second: 0.0,
            live_tail: LiveTail::default(),
            gaps: source.gaps.clone(),
            last_error: None,
            notes: Vec::new(),
        });
        self.places.len() - 1
    }

    fn take(&mut self, news: News, recorder: &mut Recorder, now: Timestamp) {
        match news {
            News::Records(source, records) => {
                for record in &records {
                    recorder.append(self.places[source], record);
                }
            }
            News::Round(source, progress) => {
                let standing = &mut self.standings[source];
                standing.settled = Some(progress.settled);
                standing.state = State::Reading;
                standing.heard = Some(now);
                standing.tally.events = progress.tally.events;
                standing.tally.calls += u64::from(progress.calls);
            }
            News::Fault { source, error, again } => {
                let standing = &mut self.standings[source];
                standing.tally.faults += 1;
                standing.tally.throttled += u64::from(matches!(error, LiveError::Throttled { .. }));
                standing.state = if again { State::Retrying(now) } else { State::Lost };
                standing.last_error = Some((now, error));
            }
            News::Done(source) => self.standings[source].state = State::Done,
        }
    }

    fn commit(&self, recorder: &mut Recorder) -> Result<(), RecordError> {
        recorder.commit(|sources| {
            for (place, standing) in self.places.iter().zip(&self.standings) {
                let source = &mut sources[*place];
                source.settled = standing.settled;
                source.gaps = gaps(source, standing);
            }
        })
    }
}

/// What of a source's window is not final yet, with the reason and the command that fetches it.
fn gaps(source: &Recorded, standing: &Standing) -> Vec<Hole> {
    if standing.state == State::Done {
        return Vec::new();
    }
    let start = source.settled.or(source.since);
    let reason = match &standing.last_error {
        Some((_, fault)) => fault.to_string(),
        None => "not final yet: late events may still arrive".to_owned(),
    };
    let millis = |at: Option<Timestamp>| at.map(|at| at.0.div_euclid(1_000_000));
    let from = millis(start).map(|at| format!(" --start-time {at}")).unwrap_or_default();
    let to = millis(source.until).map(|at| format!(" --end-time {at}")).unwrap_or_default();
    let fill = format!(
        "aws logs filter-log-events --log-group-name '{}'{from}{to} --region {}",
        source.name, source.origin.region
    );
    vec![Hole { start, end: source.until, reason, fill: Some(fill) }]
}

fn recorded(
    account: &Account,
    name: &str,
    pattern: Option<String>,
    since: Timestamp,
    until: Option<Timestamp>,
) -> Recorded {
    Recorded {
        kind: Kind::LogGroup,
        name: name.to_owned(),
        origin: account.origin(),
        pattern,
        file: String::new(),
        bytes: 0,
        records: 0,
        since: Some(since),
        until,
        settled: None,
        rechecked: None,
        gaps: Vec::new(),
    }
}

/// A sweep that goes on where the capture ends: from what is settled, knowing what is written.
fn sweep_of(
    recorder: &Recorder,
    place: usize,
    since: Timestamp,
    until: Option<Timestamp>,
) -> Result<Sweep, RecordError> {
    let settled = recorder.manifest().sources[place].settled.unwrap_or(since);
    let mut known = Vec::new();
    let mut lines = BufReader::new(recorder.read(place)?);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).map_err(|error| recorder.io_error(place, error))? > 0 {
        known.extend(key(&line).filter(|event| event.at >= settled));
        line.clear();
    }
    Ok(Sweep::new(settled, until, known))
}

fn key(line: &[u8]) -> Option<EventKey> {
    let record: Value = serde_json::from_slice(line).ok()?;
    Some(EventKey {
        id: record.get("eventId")?.as_str()?.to_owned(),
        at: Timestamp::from_millis(record.get("timestamp")?.as_i64()?)?,
        ingested: record.get("ingestionTime").and_then(Value::as_i64).and_then(Timestamp::from_millis),
    })
}
