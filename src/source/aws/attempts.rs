//! Calls of one source, made again until they are answered; every attempt that fails is told.

use std::future::Future;

use tokio::sync::mpsc;
use tokio::time::sleep;

use super::error::LiveError;
use super::news::News;
use super::wait::Waits;
use crate::model::Timestamp;

/// Makes the calls of one source. The SDK makes one attempt of each, so that none fails unseen.
pub(super) struct Attempts<N> {
    source: usize,
    news: mpsc::Sender<News>,
    waits: Waits,
    now: N,
}

/// The source has been given up, which has been told, or nobody listens any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Over;

/// The service does not take what it was asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Rejected;

impl<N: Fn() -> Timestamp> Attempts<N> {
    /// The calls of `source`, which tells `news`; one that `is_followed` is never given up. `now` is the clock.
    pub(super) fn new(source: usize, news: mpsc::Sender<News>, is_followed: bool, now: N) -> Self {
        Self { source, news, waits: Waits::new(is_followed), now }
    }

    /// Makes a call until it is answered.
    ///
    /// # Errors
    /// When the source is given up.
    pub(super) async fn answer<T, F>(&mut self, call: impl Fn() -> F) -> Result<T, Over>
    where
        F: Future<Output = Result<T, LiveError>>,
    {
        loop {
            match call().await {
                Ok(answer) => {
                    self.succeeded();
                    return Ok(answer);
                }
                Err(error) => self.outlast(error).await?,
            }
        }
    }

    /// The same for a call that may be about a thing that the service takes for none: what it rejects is told and not
    /// asked again.
    ///
    /// # Errors
    /// When the source is given up.
    pub(super) async fn answer_or_rejection<T, F>(
        &mut self,
        call: impl Fn() -> F,
    ) -> Result<Result<T, Rejected>, Over>
    where
        F: Future<Output = Result<T, LiveError>>,
    {
        loop {
            match call().await {
                Ok(answer) => {
                    self.succeeded();
                    return Ok(Ok(answer));
                }
                Err(error @ LiveError::Rejected { .. }) => {
                    self.succeeded();
                    let retry_at = Some((self.now)());
                    let told = self.news.send(News::Fault { source: self.source, error, retry_at }).await;
                    return told.map(|()| Err(Rejected)).map_err(|_| Over);
                }
                Err(error) => self.outlast(error).await?,
            }
        }
    }

    /// A call was answered.
    pub(super) fn succeeded(&mut self) {
        self.waits.reset();
    }

    /// Faults since the last answer.
    pub(super) fn in_a_row(&self) -> u32 {
        self.waits.in_a_row()
    }

    /// Tells of a fault and waits until it may have passed.
    ///
    /// # Errors
    /// When the source is given up.
    pub(super) async fn outlast(&mut self, error: LiveError) -> Result<(), Over> {
        let wait = self.waits.after(&error);
        let retry_at = wait.map(|wait| (self.now)().plus(wait));
        let told = self.news.send(News::Fault { source: self.source, error, retry_at }).await;
        match wait {
            Some(wait) if told.is_ok() => {
                sleep(wait).await;
                Ok(())
            }
            _ => Err(Over),
        }
    }
}
