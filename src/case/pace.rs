//! When a capture that grows is worth another case.

use std::time::Duration;

/// Of the time that passes, a case is made during one part in so many.
const SHARE: u32 = 3;

/// Least time between two cases: nobody reads faster.
const LEAST: Duration = Duration::from_millis(200);

/// Spreads cases over time. While data flood in they take a third of the time; what came before a silence is shown at
/// once, in advance on the next third. Times count from any one moment.
#[derive(Clone, Copy, Default, Debug)]
pub struct Pace {
    /// What the last case took.
    cost: Duration,
    /// When all of them will have taken their share of the time and no more.
    paid: Duration,
    /// When somebody may look at another one.
    earliest: Duration,
}

impl Pace {
    /// Notes that a case was made from `started` to `ended`.
    pub fn made(&mut self, started: Duration, ended: Duration) {
        self.cost = ended.saturating_sub(started);
        self.paid = self.paid.max(started) + self.price();
        self.earliest = ended + LEAST;
    }

    /// How long to wait at `now` before the next case; `is_quiet` says that nothing more has come for a moment.
    pub fn wait(&self, now: Duration, is_quiet: bool) -> Duration {
        let advance = if is_quiet { self.price() } else { Duration::ZERO };
        self.paid.saturating_sub(advance).max(self.earliest).saturating_sub(now)
    }

    /// The time that pays for the last case.
    fn price(&self) -> Duration {
        self.cost.saturating_mul(SHARE)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_flood_is_shown_every_third_and_a_silence_at_once() {
        let mut pace = Pace::default();
        assert_eq!(pace.wait(millis(0), false), millis(0));
        pace.made(millis(0), millis(500));
        assert_eq!(pace.wait(millis(500), false), millis(1_000));
        assert_eq!(pace.wait(millis(700), true), millis(0));
        pace.made(millis(700), millis(1_200));
        assert_eq!(pace.wait(millis(1_400), true), millis(100), "the advance is paid back first");
        assert_eq!(pace.wait(millis(1_400), false), millis(1_600));
    }

    #[test]
    fn a_small_case_is_shown_five_times_a_second() {
        let mut pace = Pace::default();
        pace.made(millis(1_000), millis(1_010));
        assert_eq!(pace.wait(millis(1_010), false), LEAST);
        assert_eq!(pace.wait(millis(1_010), true), LEAST);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        /// Whatever is quiet when, all cases but the last one and an advance as long take a third of the time.
        #[test]
        fn no_more_than_a_third_is_spent(cases in proptest::collection::vec((0_u64..5_000, 0_u64..3_000, any::<bool>()), 1..30)) {
            let (mut pace, mut now, mut spent) = (Pace::default(), Duration::ZERO, Duration::ZERO);
            let longest = millis(cases.iter().map(|case| case.0).max().unwrap_or_default());
            for (cost, silence, is_quiet) in cases {
                now += millis(silence);
                now += pace.wait(now, is_quiet);
                prop_assert!(spent <= now / SHARE + longest, "{spent:?} of {now:?}");
                pace.made(now, now + millis(cost));
                now += millis(cost);
                spent += millis(cost);
            }
        }
    }
}
