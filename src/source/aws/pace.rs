//! Client-side rates: every API is called below its quota, so that a tool which looks at a failing system does not
//! throttle what keeps that system running.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::error::LiveError;

/// How much slower calls may become, and by how much they do so after one that was throttled and recover after any other.
const SLOWEST: u32 = 16;
const SLOWER: u32 = 2;
const RECOVERS: f64 = 0.95;

/// Spaces the calls of one API in one account and Region.
#[derive(Debug)]
pub(super) struct Pace {
    least: Duration,
    turns: Mutex<Turns>,
}

#[derive(Debug)]
struct Turns {
    every: Duration,
    next: Option<Instant>,
}

impl Pace {
    /// At most `per_second` calls a second, evenly spread; fewer while the service asks to slow down.
    pub(super) fn new(per_second: f64) -> Self {
        let every = Duration::from_secs_f64(1.0 / per_second.max(0.01));
        Self { least: every, turns: Mutex::new(Turns { every, next: None }) }
    }

    /// Waits for a turn. Turns are given in the order of asking.
    pub(super) async fn turn(&self) {
        let at = self.slot(Instant::now());
        sleep_until(at).await;
    }

    /// Goes slower after a call that was throttled, and slowly back to the usual rate after others.
    pub(super) fn heed<T>(&self, answer: &Result<T, LiveError>) {
        let mut turns = self.turns();
        turns.every = match answer {
            Err(LiveError::Throttled { .. }) => (turns.every * SLOWER).min(self.least * SLOWEST),
            _ => turns.every.mul_f64(RECOVERS).max(self.least),
        };
    }

    /// Takes the next free slot.
    fn slot(&self, now: Instant) -> Instant {
        let mut turns = self.turns();
        let at = turns.next.unwrap_or(now).max(now);
        turns.next = Some(at + turns.every);
        at
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        // Every change is complete before anything can panic.
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Share of a quota that is used: other people read logs, too.
const SHARE: f64 = 0.6;

/// Calls of `FilterLogEvents` a second in `region`. The quotas are per account and Region and cannot be raised:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>.
pub(super) fn filter_log_events(region: &str) -> Pace {
    let quota = match region {
        "us-east-1" => 25.0,
        "ap-northeast-3" | "ap-southeast-3" | "ca-west-1" | "eu-central-1" | "il-central-1" => 5.0,
        _ => 10.0,
    };
    Pace::new(quota * SHARE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_evenly_spaced_and_a_pause_earns_nothing() {
        let pace = Pace::new(10.0);
        let start = Instant::now();
        let waits: Vec<u64> = (0..4).map(|_| (pace.slot(start) - start).as_millis() as u64).collect();
        assert_eq!(waits, [0, 100, 200, 300]);
        let later = start + Duration::from_mins(1);
        assert_eq!(pace.slot(later), later);
        assert_eq!(pace.slot(later), later + Duration::from_millis(100));
    }

    #[test]
    fn what_is_throttled_goes_slower_and_recovers() {
        let pace = Pace::new(10.0);
        let throttled = || Err::<(), _>(LiveError::Throttled { action: "logs:FilterLogEvents".to_owned() });
        let every = || pace.turns().every.as_millis();
        pace.heed(&throttled());
        assert_eq!(every(), 200);
        (0..10).for_each(|_| pace.heed(&throttled()));
        assert_eq!(every(), 1_600);
        (0..100).for_each(|_| pace.heed(&Ok(())));
        assert_eq!(every(), 100);
    }

    #[test]
    fn every_region_is_called_below_its_quota() {
        assert!(filter_log_events("us-east-1").least >= Duration::from_millis(40));
        assert!(filter_log_events("eu-central-1").least >= Duration::from_millis(200));
    }
}
