//! Client-side rates: every API is called below its quota, so that a tool which looks at a failing system does not
//! throttle what keeps that system running.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// Spaces the calls of one API in one account and Region.
#[derive(Debug)]
pub(super) struct Pace {
    every: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// At most `per_second` calls a second, evenly spread.
    pub(super) fn new(per_second: f64) -> Self {
        Self { every: Duration::from_secs_f64(1.0 / per_second.max(0.01)), next: Mutex::new(None) }
    }

    /// Waits for a turn. Turns are given in the order of asking.
    pub(super) async fn turn(&self) {
        let mut next = self.next.lock().await;
        let at = self.slot(&mut next, Instant::now());
        drop(next);
        sleep_until(at).await;
    }

    /// Takes the next free slot.
    fn slot(&self, next: &mut Option<Instant>, now: Instant) -> Instant {
        let at = next.unwrap_or(now).max(now);
        *next = Some(at + self.every);
        at
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
        let mut next = None;
        let waits: Vec<u64> =
            (0..4).map(|_| (pace.slot(&mut next, start) - start).as_millis() as u64).collect();
        assert_eq!(waits, [0, 100, 200, 300]);
        let later = start + Duration::from_mins(1);
        assert_eq!(pace.slot(&mut next, later), later);
        assert_eq!(pace.slot(&mut next, later), later + Duration::from_millis(100));
    }

    #[test]
    fn every_region_is_called_below_its_quota() {
        assert!(filter_log_events("us-east-1").every >= Duration::from_millis(40));
        assert!(filter_log_events("eu-central-1").every >= Duration::from_millis(200));
    }
}
