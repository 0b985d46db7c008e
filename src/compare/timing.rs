//! Durations as bands, relative to those of the healthy requests.

/// Where a duration lies. Half and double keep the noise of few samples out; the 5th and 95th percentiles are
/// looked at only where there are enough requests to have them.
#[derive(Clone, Debug)]
pub(super) struct Bands {
    low: i64,
    high: i64,
    has_quantiles: bool,
}

/// Durations up to this are all alike, in nanoseconds: what differs is the machine's mood.
const NOISE: i64 = 10_000_000;
/// Fewest durations that have a 5th percentile.
const ENOUGH: usize = 20;

impl Bands {
    /// Of the durations of healthy requests; `None` when there are none.
    pub(super) fn of(mut healthy: Vec<i64>) -> Option<Self> {
        healthy.sort_unstable();
        let last = healthy.len().checked_sub(1)?;
        Some(Self {
            low: healthy[last * 5 / 100],
            high: healthy[last - last * 5 / 100],
            has_quantiles: healthy.len() >= ENOUGH,
        })
    }

    /// The band of a duration.
    pub(super) fn of_duration(&self, duration: i64) -> &'static str {
        match duration {
            _ if duration.max(self.high) <= NOISE => "usual",
            _ if duration.saturating_mul(2) < self.low => "less than half of what is usual",
            _ if duration > self.high.saturating_mul(2) => "more than twice what is usual",
            _ if self.has_quantiles && duration < self.low => "faster than usual",
            _ if self.has_quantiles && duration > self.high => "slower than usual",
            _ => "usual",
        }
    }
}

/// A duration for people: three digits at most.
pub(super) fn human(nanos: i64) -> String {
    let (micros, millis, seconds) = (nanos / 1_000, nanos / 1_000_000, nanos / 1_000_000_000);
    if millis == 0 {
        format!("{micros} µs")
    } else if millis < 10 {
        format!("{millis}.{} ms", micros % 1_000 / 100)
    } else if seconds == 0 {
        format!("{millis} ms")
    } else if seconds < 60 {
        format!("{seconds}.{} s", millis % 1_000 / 100)
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_samples_have_no_quantiles() {
        const MS: i64 = 1_000_000;
        let one = Bands::of(vec![100 * MS]).unwrap();
        assert_eq!(
            [49, 51, 199, 201].map(|at| one.of_duration(at * MS)),
            ["less than half of what is usual", "usual", "usual", "more than twice what is usual"]
        );
        let many = Bands::of((1_000..1_100).map(|at| at * MS).collect()).unwrap();
        assert_eq!(many.of_duration(1_001 * MS), "faster than usual");
        assert_eq!(many.of_duration(1_098 * MS), "slower than usual");
        assert_eq!(many.of_duration(1_050 * MS), "usual");
        let quick = Bands::of(vec![800_000]).unwrap();
        assert_eq!(quick.of_duration(6 * MS), "usual");
        assert!(Bands::of(Vec::new()).is_none());
    }

    #[test]
    fn durations_read_well() {
        let texts = [7_000, 6_900_000, 250_000_000, 2_310_000_000, 125_000_000_000].map(human);
        assert_eq!(texts, ["7 µs", "6.9 ms", "250 ms", "2.3 s", "2 min 5 s"]);
    }
}
