//! How long to wait after a fault, and when to give up.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

use super::error::LiveError;

/// First and longest wait after a fault that may pass.
const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

/// Wait after a fault that somebody has to mend: a permission, a group that does not exist yet.
const MENDED: Duration = Duration::from_secs(20);

/// Faults in a row after which a source is given up when there is an end: two minutes, and ten for expired credentials.
const PATIENCE: u32 = 9;
const RENEWAL: u32 = 24;

/// The same where AWS has never answered: ten seconds. It is another endpoint that is needed, not time.
const STRANGERS: u32 = 4;

/// The waits of one source.
#[derive(Debug)]
pub(super) struct Waits {
    delays: ExponentialBackoff,
    in_a_row: u32,
    is_followed: bool,
    /// Whether AWS itself has ever answered, if only with an error.
    has_met_aws: bool,
}

impl Waits {
    /// Waits of a source. One that is followed is never given up: what it misses meanwhile is fetched afterwards.
    pub(super) fn new(is_followed: bool) -> Self {
        Self { delays: delays(), in_a_row: 0, is_followed, has_met_aws: false }
    }

    /// After a success.
    pub(super) fn reset(&mut self) {
        if self.in_a_row > 0 {
            *self = Self::new(self.is_followed);
        }
        self.has_met_aws = true;
    }

    /// Faults since the last success.
    pub(super) fn in_a_row(&self) -> u32 {
        self.in_a_row
    }

    /// How long to wait after `error`; `None` to give up.
    pub(super) fn after(&mut self, error: &LiveError) -> Option<Duration> {
        self.in_a_row += 1;
        self.has_met_aws |= error.is_of_aws();
        let patience = match error {
            _ if self.is_followed => u32::MAX,
            _ if !self.has_met_aws => STRANGERS,
            LiveError::Expired { .. } => RENEWAL,
            error if error.is_passing() => PATIENCE,
            _ => 0,
        };
        if self.in_a_row > patience {
            return None;
        }
        if !error.is_passing() && !matches!(error, LiveError::Expired { .. }) {
            return Some(MENDED);
        }
        // Jitter is added to the delay, also to the longest one.
        Some(self.delays.next().unwrap_or(LONGEST).min(LONGEST))
    }
}

/// Doubling, with jitter, without end.
fn delays() -> ExponentialBackoff {
    let delays = ExponentialBuilder::default().with_min_delay(FIRST).with_max_delay(LONGEST);
    delays.without_max_times().with_jitter().build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttled() -> LiveError {
        LiveError::Throttled { action: "logs:FilterLogEvents".to_owned() }
    }

    fn denied() -> LiveError {
        LiveError::Denied { action: "logs:FilterLogEvents".to_owned(), resource: "/aws/x".to_owned() }
    }

    #[test]
    fn waits_grow_and_stay_below_the_cap() {
        let mut waits = Waits::new(true);
        let waits: Vec<Duration> = (0..40).map(|_| waits.after(&throttled()).unwrap()).collect();
        assert!(waits[0] >= FIRST && waits[0] <= 2 * FIRST, "{:?}", waits[0]);
        assert!(waits.iter().all(|wait| *wait <= LONGEST));
        assert_eq!(waits[39], LONGEST);
    }

    #[test]
    fn a_success_starts_again_from_the_shortest_wait() {
        let mut waits = Waits::new(true);
        (0..20).for_each(|_| {
            waits.after(&throttled());
        });
        waits.reset();
        assert!(waits.after(&throttled()).unwrap() <= 2 * FIRST);
    }

    #[test]
    fn patience_depends_on_the_fault_and_on_whether_there_is_an_end() {
        let given_up_after = |error: &LiveError, is_followed| {
            let mut waits = Waits::new(is_followed);
            (0..100).take_while(|_| waits.after(error).is_some()).count()
        };
        assert_eq!(given_up_after(&denied(), false), 0);
        assert_eq!(given_up_after(&throttled(), false), PATIENCE as usize);
        assert_eq!(given_up_after(&LiveError::Expired { login: String::new() }, false), RENEWAL as usize);
        assert_eq!(given_up_after(&denied(), true), 100);
        let foreign =
            LiveError::Foreign { host: "logs in us-east-1".to_owned(), answer: "HTTP 502".to_owned() };
        assert_eq!(given_up_after(&foreign, false), STRANGERS as usize);
        let mut met = Waits::new(false);
        met.reset();
        let after = (0..100).take_while(|_| met.after(&foreign).is_some()).count();
        assert_eq!(after, PATIENCE as usize, "AWS has answered before: this passes");
    }
}
