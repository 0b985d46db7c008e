//! The thread that reads: a first look at once, then the whole, then what is new for as long as there may be more.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::case::{self, Case, Glance, Growing, Options, Pace, Phase};
use crate::model::{Input, Opening};
use crate::source::{Look, Piece};
use crate::tui::message::{Notice, Progress};
use crate::tui::{Data, Prepared};

use super::judge::Judge;
use super::worker::{Ask, Tell};
use super::{clock, now};

/// Looks at the captures at a time; runs on a thread of its own, again and again while they may grow.
pub type Load = Box<dyn FnMut(SystemTime) -> Look + Send>;

/// How often progress is told.
const TICK: Duration = Duration::from_millis(100);

/// Time between two looks while there is more to show.
const PAUSE: Duration = Duration::from_millis(200);

/// Longest time between two looks when nothing changes.
const IDLE: Duration = Duration::from_secs(1);

/// Least time between two judgements when there are no new records and only what is known of the sources has changed.
const CALM: Duration = Duration::from_secs(5);

/// Below this many bytes there is no need for a first look: the whole is there as soon.
const SMALL: u64 = 512 << 10;

/// Reads captures and publishes what they say.
pub(super) struct Reader {
    load: Load,
    judge: Arc<Judge>,
    ask: Sender<Ask>,
    tell: Tell,
    /// Rings when there is more.
    bell: Receiver<()>,
    /// What was read of captures that may grow.
    growing: Growing,
    is_first: bool,
    /// What has changed and is not published: anything, and inputs.
    is_stale: bool,
    has_more: bool,
    published: Option<Instant>,
    /// When there may be another case, counted from `begun`.
    pace: Pace,
    begun: Instant,
    /// How far reading was when it was last told.
    told: Progress,
}

/// Nobody listens any more.
struct Over;

impl Reader {
    pub(super) fn new(
        load: Load,
        judge: Arc<Judge>,
        ask: Sender<Ask>,
        tell: Tell,
        bell: Receiver<()>,
    ) -> Self {
        Self {
            load,
            judge,
            ask,
            tell,
            bell,
            growing: Growing::default(),
            is_first: true,
            is_stale: false,
            has_more: false,
            published: None,
            pace: Pace::default(),
            begun: now(),
            told: Progress::default(),
        }
    }

    /// Reads until there can be no more, or nobody listens.
    pub(super) fn run(mut self) {
        let mut idle = PAUSE;
        loop {
            let look = (self.load)(clock());
            let (left, may_grow, has_changed) = (look.left, look.may_grow, look.has_changed);
            if self.take(look).is_err() || (left == 0 && !may_grow) {
                return;
            }
            if left > 0 {
                continue;
            }
            idle = if has_changed || self.has_more { PAUSE } else { (idle * 2).min(IDLE) };
            self.wait(idle);
        }
    }

    /// Sleeps for a pause, and then until the bell rings, at most `idle` in all.
    fn wait(&mut self, idle: Duration) {
        thread::sleep(PAUSE);
        let rest = idle.saturating_sub(PAUSE);
        if self.bell.recv_timeout(rest) == Err(RecvTimeoutError::Disconnected) {
            thread::sleep(rest);
        }
        // One look answers every ring.
        self.bell.try_iter().for_each(drop);
    }

    fn take(&mut self, look: Look) -> Result<(), Over> {
        for news in &look.news {
            self.tell(Data::Notice(Notice::info(news.as_str())))?;
        }
        self.is_stale |= look.has_changed;
        self.has_more |= look.has_more;
        let bytes = look.inputs.iter().map(|piece| piece.input.bytes.len() as u64).sum();
        let (left, is_live) = (look.left, look.may_grow);
        if std::mem::take(&mut self.is_first) {
            self.first(look, bytes)?;
        } else if left == 0 && self.is_due(&look) {
            self.publish_whole(look)?;
        }
        let (step, is_done) = if left > 0 { ("fetching", false) } else { ("", true) };
        let total = Some(bytes + left);
        let progress = Progress { step, bytes, total, is_done, is_live, ..Progress::default() };
        if progress == self.told {
            // Whoever follows a file in which nothing happens draws nothing either.
            return Ok(());
        }
        self.told = progress;
        self.tell(Data::Progress(progress))
    }

    /// Whether what has changed is worth a case by now: what is complete always, what is only known otherwise of its
    /// sources now and then, more records as the pace allows.
    fn is_due(&self, look: &Look) -> bool {
        let is_calm = || self.published.is_none_or(|at| now().duration_since(at) >= CALM);
        let is_quiet = !look.has_more;
        match (look.may_grow, self.has_more) {
            (false, _) => self.is_stale || self.has_more,
            (true, false) => self.is_stale && is_calm(),
            (true, true) => self.pace.wait(self.elapsed(), is_quiet).is_zero(),
        }
    }

    fn elapsed(&self) -> Duration {
        now().duration_since(self.begun)
    }

    /// The first look: the beginning of a large capture at once.
    fn first(&mut self, look: Look, bytes: u64) -> Result<(), Over> {
        let left = look.left;
        self.tell(Data::Progress(Progress { total: Some(bytes + left), ..Progress::default() }))?;
        if bytes + left > SMALL || !look.may_grow {
            let inputs: Vec<Input> = look.inputs.iter().map(|piece| piece.input.clone()).collect();
            let beginning = case::preview(&inputs, look.opening.clone(), self.judge.options());
            let is_partial = beginning.is_partial() || left > 0;
            self.publish(beginning)?;
            if (left > 0) || (!is_partial && !look.may_grow) {
                return Ok(());
            }
        }
        self.publish_whole(look)
    }

    fn publish_whole(&mut self, look: Look) -> Result<(), Over> {
        let started = self.elapsed();
        let Look { inputs, opening, may_grow, .. } = look;
        let is_new = self.published.is_none() || self.growing.is_empty();
        let case = if is_new && !may_grow {
            let inputs = inputs.into_iter().map(|piece| piece.input).collect();
            self.watched(|options, progress, _| Case::open_watched(inputs, opening, options, progress))
        } else {
            self.grown(inputs, opening)
        };
        self.publish(case.ok_or(Over)?)?;
        self.pace.made(started, self.elapsed());
        Ok(())
    }

    fn grown(&mut self, inputs: Vec<Piece>, opening: Opening) -> Option<Case> {
        if inputs.len() < self.growing.len() {
            self.growing = Growing::default();
        }
        for (number, Piece { input, is_complete }) in inputs.into_iter().enumerate() {
            // A single line may be a document without a line end, which would be nothing without its last line.
            let is_whole = is_complete || !input.bytes.contains(&b'\n');
            self.growing.put(number, input, is_whole);
        }
        self.watched(|options, progress, growing| growing.case(opening, options, progress))
    }

    /// Reads while the screen is told how far it is; `None` when nobody listens any more.
    fn watched(
        &mut self,
        read: impl FnOnce(&Options, &case::Progress, &mut Growing) -> Option<Case>,
    ) -> Option<Case> {
        let progress = &case::Progress::default();
        // What is told meanwhile is not what was told last.
        self.told = Progress::default();
        let Self { judge, tell, growing, .. } = self;
        thread::scope(|scope| {
            let (finish, finished) = channel::<()>();
            scope.spawn(move || watch(progress, &finished, tell));
            let case = read(judge.options(), progress, growing);
            drop(finish);
            case
        })
    }

    fn publish(&mut self, case: Case) -> Result<(), Over> {
        self.published = Some(now());
        (self.is_stale, self.has_more) = (false, false);
        let Self { judge, ask, tell, .. } = self;
        let is_heard = judge.judge(&Arc::new(case), |case, snapshot| {
            let _ = ask.send(Ask::Case(case.clone(), snapshot.clone()));
            tell(Data::Prepared(Prepared::new(case, snapshot)))
        });
        if is_heard { Ok(()) } else { Err(Over) }
    }

    fn tell(&self, data: Data) -> Result<(), Over> {
        if (self.tell)(data) { Ok(()) } else { Err(Over) }
    }
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
