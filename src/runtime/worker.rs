//! The threads behind the screen: one reads the captures, one answers questions about what is read so far.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;
use std::{io, thread};

use crate::case::{self, Case, Glance, Options, Phase, Snapshot};
use crate::source::Loaded;
use crate::text::Door;
use crate::tui::message::{Notice, Progress};
use crate::tui::{Data, Effect, Prepared};

use super::answer::Answering;
use super::judge::Judge;
use super::now;

/// Reads what there is of the captures now; runs on a thread of its own, again and again while they may grow.
pub type Load = Box<dyn FnMut() -> Reading + Send>;

/// What there is of the captures.
pub struct Reading {
    /// All of it.
    pub loaded: Loaded,
    /// Whether there may be more later.
    pub may_grow: bool,
}

/// Hands an answer on; false when nobody listens any more.
pub(super) type Tell = Arc<dyn Fn(Data) -> bool + Send + Sync>;

/// How often progress is told.
const TICK: Duration = Duration::from_millis(100);

/// What the answering thread is sent.
pub(super) enum Ask {
    /// More is known.
    Case(Arc<Case>, Arc<Snapshot>),
    /// Something is asked.
    Question(Effect),
}

/// The threads' end for questions.
pub(super) struct Worker(Sender<Ask>);

impl Worker {
    /// Starts reading.
    pub(super) fn start(load: Load, judge: Judge, door: Door, tell: &Tell) -> io::Result<Self> {
        let (ask, asked) = channel();
        let judge = Arc::new(judge);
        let read = {
            let (ask, tell, judge) = (ask.clone(), tell.clone(), judge.clone());
            move || read(load, &judge, &ask, &tell)
        };
        guarded("reader", tell.clone(), read)?;
        let answers = Answering::new(judge, door, tell.clone());
        guarded("answers", tell.clone(), move || answers.run(&asked))?;
        Ok(Self(ask))
    }

    /// Asks; the answer comes as [`Data`].
    pub(super) fn ask(&self, question: Effect) {
        // A thread that has failed has told so.
        let _ = self.0.send(Ask::Question(question));
    }
}

/// Starts a thread whose panic is told on the screen.
fn guarded(name: &str, tell: Tell, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let work = AssertUnwindSafe(work);
    let run = move || {
        if catch_unwind(work).is_err() {
            tell(Data::Notice(Notice::error("the program failed while reading; please report this")));
        }
    };
    thread::Builder::new().name(name.into()).spawn(run).map(|_| ())
}

/// Reads what there is, and again whenever it has grown.
fn read(mut load: Load, judge: &Judge, ask: &Sender<Ask>, tell: &Tell) {
    let publish = |case: Case| {
        judge.judge(&Arc::new(case), |case, snapshot| {
            let _ = ask.send(Ask::Case(case.clone(), snapshot.clone()));
            tell(Data::Prepared(Prepared::new(case, snapshot)))
        })
    };
    let mut known = None;
    loop {
        let Reading { loaded, may_grow } = load();
        let extent: Vec<(String, usize)> =
            loaded.inputs.iter().map(|input| (input.path.clone(), input.bytes.len())).collect();
        let started = now();
        if known.as_ref() != Some(&extent) {
            let case = open(loaded, judge.options(), known.is_none().then_some(&publish), tell);
            if !case.is_none_or(publish) {
                return;
            }
        }
        let bytes = extent.iter().map(|(_, bytes)| *bytes as u64).sum();
        known = Some(extent);
        tell(Data::Progress(Progress {
            bytes,
            total: Some(bytes),
            is_done: true,
            is_live: may_grow,
            ..Progress::default()
        }));
        if !may_grow {
            return;
        }
        thread::sleep(pause_after(now().duration_since(started)));
    }
}

/// How long to wait before looking for more when the last look took `cost`: at most a fifth of a core is spent.
fn pause_after(cost: Duration) -> Duration {
    cost.saturating_mul(4).clamp(Duration::from_millis(250), Duration::from_secs(15))
}

/// Opens a case; `first` is handed a first look at a large one. `None` when that was all, or nobody listens.
fn open(
    loaded: Loaded,
    options: &Options,
    first: Option<&dyn Fn(Case) -> bool>,
    tell: &Tell,
) -> Option<Case> {
    let Loaded { inputs, issues } = loaded;
    let total: usize = inputs.iter().map(|input| input.bytes.len()).sum();
    if let Some(first) = first {
        tell(Data::Progress(Progress { total: Some(total as u64), ..Progress::default() }));
        let look = case::preview(&inputs, issues.clone(), options);
        if !look.is_partial() {
            return Some(look);
        }
        first(look);
    }
    let progress = &case::Progress::default();
    thread::scope(|scope| {
        let (finish, finished) = channel::<()>();
        scope.spawn(move || watch(progress, &finished, tell));
        let opened = Case::open_watched(inputs, issues, options, progress);
        drop(finish);
        opened
    })
}

/// Tells how far reading is until it has finished, or nobody listens.
fn watch(progress: &case::Progress, finished: &Receiver<()>, tell: &Tell) {
    let started = now();
    while finished.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
        if !tell(Data::Progress(so_far(progress.glance(), now().duration_since(started)))) {
            progress.cancel();
            return;
        }
    }
}

fn so_far(glance: Glance, elapsed: Duration) -> Progress {
    let left = glance.bytes_total.saturating_sub(glance.bytes);
    let seconds = elapsed.as_secs_f64() * left as f64 / glance.bytes as f64;
    let step = match glance.phase {
        Phase::Waiting | Phase::Cutting => "finding records",
        Phase::Reading => "reading",
        Phase::Correlating => "grouping into requests",
        Phase::Matching | Phase::Done => "asking the rules",
    };
    let is_reading = glance.phase == Phase::Reading && glance.bytes > 0;
    Progress {
        step,
        bytes: glance.bytes,
        total: Some(glance.bytes_total),
        signals: glance.records,
        seconds_left: is_reading.then(|| seconds.ceil() as u32),
        ..Progress::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remaining_time_is_the_past_one_scaled() {
        let glance = Glance { phase: Phase::Reading, bytes: 50, bytes_total: 200, records: 5 };
        assert_eq!(so_far(glance, Duration::from_secs(2)).seconds_left, Some(6));
        assert_eq!(so_far(Glance::default(), Duration::from_secs(2)).seconds_left, None);
    }
}
