//! Follows one log group: round after round, through faults, until all is final or nobody listens any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::time::sleep;

use super::attempts::{Attempts, Over};
use super::error::LiveError;
use super::logs::LogGroup;
use super::news::{News, Progress};
use crate::model::{TimeRange, Timestamp};
use crate::source::sweep::Sweep;

/// Time between two rounds of a group that is followed, and the same while Live Tail shows its events early.
const POLL: Duration = Duration::from_secs(2);
const POLL_BESIDE_TAIL: Duration = Duration::from_secs(5);

/// The same after Live Tail left something out: searches may find it a moment later only.
const POLL_AFTER_NUDGE: Duration = Duration::from_millis(500);

/// What Live Tail and the sweep of a group tell each other.
#[derive(Debug, Default)]
pub(super) struct Tail {
    is_on: AtomicBool,
    nudge: Notify,
}

impl Tail {
    /// Whether events arrive through Live Tail.
    pub(super) fn set(&self, is_on: bool) {
        self.is_on.store(is_on, Ordering::Relaxed);
    }

    /// Has the sweep begin its next round at once: Live Tail left something out.
    pub(super) fn nudge(&self) {
        self.nudge.notify_one();
    }

    async fn pause(&self) {
        let poll = if self.is_on.load(Ordering::Relaxed) { POLL_BESIDE_TAIL } else { POLL };
        tokio::select! {
            () = sleep(poll) => {}
            () = self.nudge.notified() => sleep(POLL_AFTER_NUDGE).await,
        }
    }
}

/// One log group with what it takes to follow it.
#[derive(Debug)]
pub(super) struct Follower {
    /// Its place among the sources.
    pub source: usize,
    /// Where to read.
    pub group: LogGroup,
    /// What has been read.
    pub sweep: Sweep,
    /// Whether there is no end.
    pub is_followed: bool,
    /// What Live Tail says.
    pub tail: Arc<Tail>,
    /// Who writes.
    pub news: mpsc::Sender<News>,
}

/// Faults in a row after which a page is not asked for again: the round is begun anew.
const PAGE_FAULTS: u32 = 5;

/// Empty pages in a row after which it is the same. Some are normal; a stretch is made shorter long before so many come,
/// so they are the mark of a list that has no end.
const EMPTY_PAGES: u32 = 200;

/// Rounds in a row that end so, after which a source with an end is given up.
const ROUNDS: u32 = 8;

/// Why a round is not complete.
enum Interrupted {
    /// It is begun again.
    Again(LiveError),
    /// It is begun again with a shorter stretch.
    TooLong,
    /// The source has been given up, or nobody listens.
    Over,
}

impl From<Over> for Interrupted {
    fn from(_: Over) -> Self {
        Self::Over
    }
}

impl Follower {
    /// Reads until everything that was asked for is there, the source is given up, or nobody listens. `now` is the clock.
    pub(super) async fn run(mut self, now: impl Fn() -> Timestamp + Clone + Send) {
        let mut attempts = Attempts::new(self.source, self.news.clone(), self.is_followed, now.clone());
        let mut broken = 0;
        while let Some(range) = self.sweep.begin(now()) {
            match self.round(range, &mut attempts).await {
                Ok(()) => {
                    broken = 0;
                    self.sweep.end_round();
                    if self.news.send(News::Round(self.source, self.progress())).await.is_err() {
                        return;
                    }
                }
                Err(Interrupted::TooLong) => {}
                Err(Interrupted::Over) => return,
                Err(Interrupted::Again(error)) => {
                    broken += 1;
                    let is_over = broken > ROUNDS && !self.is_followed;
                    let retry_at = (!is_over).then(&now);
                    let told = self.news.send(News::Fault { source: self.source, error, retry_at }).await;
                    if is_over || told.is_err() {
                        return;
                    }
                }
            }
            if !self.sweep.is_done() && !self.sweep.is_behind(now()) {
                self.tail.pause().await;
            }
        }
        // A closed channel means that nobody waits for the end.
        let _ = self.news.send(News::Done(self.source)).await;
    }

    /// Fetches every page of `range` and hands each over as it comes. A page that fails is asked for again.
    async fn round(
        &mut self,
        range: TimeRange,
        attempts: &mut Attempts<impl Fn() -> Timestamp>,
    ) -> Result<(), Interrupted> {
        let mut token = None;
        let mut empty = 0;
        loop {
            let page = match self.group.page(&mut self.sweep, range, token.clone()).await {
                Ok(page) => page,
                Err(error @ LiveError::TokenExpired) => return Err(Interrupted::Again(error)),
                Err(error) if token.is_some() && attempts.in_a_row() >= PAGE_FAULTS => {
                    return Err(Interrupted::Again(error));
                }
                Err(error) => {
                    attempts.outlast(error).await?;
                    continue;
                }
            };
            attempts.succeeded();
            empty = if page.is_empty { empty + 1 } else { 0 };
            let fits = self.sweep.page();
            let told = self.news.send(News::Page(self.source, page.events)).await;
            told.map_err(|_| Interrupted::Over)?;
            if page.next.is_none() {
                return Ok(());
            }
            if !fits {
                return Err(Interrupted::TooLong);
            }
            if empty >= EMPTY_PAGES {
                let reason = format!("{EMPTY_PAGES} empty pages came in a row, and there are more");
                let action = "logs:FilterLogEvents".to_owned();
                return Err(Interrupted::Again(LiveError::Other { action, reason }));
            }
            token = page.next;
        }
    }

    fn progress(&self) -> Progress {
        Progress {
            cursor: self.sweep.cursor(),
            tally: self.sweep.tally(),
            is_shortened: self.sweep.is_shortened(),
        }
    }
}
