//! Requests over time, counted.

use crate::model::{Outcome, Request, TimeRange, Timestamp};

/// The requests that began in one stretch of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bucket {
    /// Where the stretch begins; it ends where the next one begins, the last one with the range.
    pub start: Timestamp,
    /// Requests that began in it.
    pub requests: u32,
    /// Those of them that failed.
    pub failed: u32,
}

/// Counts the requests that began within `range` in `buckets` stretches of equal length. A range shorter than
/// that many nanoseconds leaves some empty. Requests without a time are in none.
pub fn histogram<'r>(
    requests: impl IntoIterator<Item = &'r Request>,
    range: TimeRange,
    buckets: usize,
) -> Vec<Bucket> {
    let length = i128::from(range.end.0) - i128::from(range.start.0) + 1;
    let count = buckets as i128;
    // Rounded up, so that an instant lies in the bucket whose start is the last one at or before it.
    let start =
        |bucket: i128| Timestamp((i128::from(range.start.0) + (bucket * length + count - 1) / count) as i64);
    let mut counted: Vec<Bucket> =
        (0..count).map(|bucket| Bucket { start: start(bucket), requests: 0, failed: 0 }).collect();
    for request in requests {
        let Some(window) = request.window.filter(|window| range.contains(window.start)) else { continue };
        let offset = i128::from(window.start.0) - i128::from(range.start.0);
        let Some(bucket) = counted.get_mut((offset * count / length) as usize) else { continue };
        bucket.requests += 1;
        bucket.failed += u32::from(request.outcome == Outcome::Failed);
    }
    counted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Links, Name, RequestKey};

    fn request(at: i64, outcome: Outcome) -> Request {
        let at = Timestamp(at);
        Request {
            key: RequestKey(0),
            trace: None,
            request: Name::NONE,
            session: Name::NONE,
            tool: Name::NONE,
            parent: None,
            window: Some(TimeRange { start: at, end: at }),
            signals: Links::default(),
            outcome,
        }
    }

    #[test]
    fn both_ends_of_the_range_are_counted() {
        let range = TimeRange { start: Timestamp(100), end: Timestamp(199) };
        let requests = [99, 100, 149, 150, 199, 200].map(|at| request(at, Outcome::Failed));
        let counts: Vec<_> =
            histogram(&requests, range, 2).iter().map(|bucket| (bucket.start.0, bucket.failed)).collect();
        assert_eq!(counts, [(100, 2), (150, 2)]);
        assert!(histogram(&requests, range, 0).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn each_request_is_in_the_bucket_that_its_start_lies_in(
            edges in (any::<i64>(), any::<i64>()),
            times in proptest::collection::vec(any::<i64>(), 0..20),
            buckets in 1usize..40,
        ) {
            let range =
                TimeRange { start: Timestamp(edges.0.min(edges.1)), end: Timestamp(edges.0.max(edges.1)) };
            let times: Vec<i64> = times.into_iter().chain([edges.0, edges.1]).collect();
            let requests: Vec<Request> = times.iter().map(|at| request(*at, Outcome::Ok)).collect();
            let counted = histogram(&requests, range, buckets);
            prop_assert!(counted.is_sorted_by_key(|bucket| bucket.start));
            for (at, bucket) in counted.iter().enumerate() {
                let end = counted.get(at + 1).map_or(i128::from(range.end.0) + 1, |next| next.start.0.into());
                let inside = times.iter().filter(|time| **time >= bucket.start.0 && i128::from(**time) < end);
                prop_assert_eq!(inside.count(), bucket.requests as usize);
            }
        }
    }
}
