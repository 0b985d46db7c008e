//! Follows one log group: round after round, through faults, until all is final or nobody listens any more.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::error::LiveError;
use super::logs::LogGroup;
use crate::model::Timestamp;
use crate::source::sweep::{Sweep, Tally};

/// Time between two rounds of a group that is followed.
const POLL: Duration = Duration::from_secs(2);

/// First and longest wait after a fault.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What a source tells whoever writes the capture, in this order: records, then how far they reach.
#[derive(Debug)]
pub enum News {
    /// New records of a source.
    Records(usize, Vec<Value>),
    /// A round is over.
    Round(usize, Progress),
    /// A round failed; it is tried again when `again` says so, else the source is given up.
    Fault {
        /// Source.
        source: usize,
        /// Why.
        error: LiveError,
        /// Whether it is tried again.
        again: bool,
    },
    /// Everything that was asked for is final.
    Done(usize),
}

/// How a source stands after a round.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Everything before is final.
    pub settled: Timestamp,
    /// Counts since the start.
    pub tally: Tally,
    /// Calls of this round.
    pub calls: u32,
    /// Late events are still looked for from here on.
    pub reaches_to: Timestamp,
}

/// Runs `sweep` over `group` and tells `news`, as source number `source`. `now` is the clock.
///
/// A closed channel ends it. Faults that may pass are waited out, longer each time; while following, so are faults that
/// somebody can mend meanwhile: a missing group may be made, expired credentials renewed.
pub async fn follow(
    group: LogGroup,
    mut sweep: Sweep,
    source: usize,
    is_followed: bool,
    news: mpsc::Sender<News>,
    now: impl Fn() -> Timestamp + Send,
) {
    let mut waits = backoff();
    while let Some(window) = sweep.begin(now()) {
        let result = group.round(&mut sweep, window, source, &news).await;
        let told = match result {
            Ok(cost) => {
                waits = backoff();
                sweep.end(now());
                let progress = Progress {
                    settled: sweep.settled(),
                    tally: sweep.tally(),
                    calls: cost.calls,
                    reaches_to: sweep.reaches_to(),
                };
                news.send(News::Round(source, progress)).await
            }
            Err(error) => {
                let again = is_followed || error.is_passing();
                let told = news.send(News::Fault { source, error, again }).await;
                if !again {
                    return;
                }
                sleep(waits.next().unwrap_or(LONGEST_WAIT)).await;
                told
            }
        };
        if told.is_err() {
            return;
        }
        if !sweep.is_done() {
            sleep(POLL).await;
        }
    }
    // A closed channel means that nobody waits for the end.
    let _ = news.send(News::Done(source)).await;
}

/// Waits after faults in a row: doubling, with jitter, capped.
fn backoff() -> impl Iterator<Item = Duration> + Send {
    ExponentialBuilder::default()
        .with_min_delay(FIRST_WAIT)
        .with_max_delay(LONGEST_WAIT)
        .without_max_times()
        .with_jitter()
        .build()
        // Jitter is added to the delay, also to the longest one.
        .map(|wait| wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_below_the_cap() {
        let waits: Vec<Duration> = backoff().take(40).collect();
        assert!(waits[0] >= FIRST_WAIT && waits[0] < 2 * FIRST_WAIT + FIRST_WAIT);
        assert!(waits.iter().all(|wait| *wait <= LONGEST_WAIT));
        assert_eq!(waits[39], LONGEST_WAIT);
    }
}
